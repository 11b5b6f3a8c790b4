/*
 * test/fuzz/replay.h
 *		The server of a case, inside the client's own process.
 *
 * connect(), send(), recv() and poll() of the whole program are ours: what the
 * client sends is only counted, and each complete request puts the next reply
 * on a TCP connection whose other end the client reads.  When the client waits
 * and the server has nothing more to say, the server closes its side: no case
 * waits for a clock.  The clock itself (clock_gettime()) runs faster, so that
 * what would last for seconds is over soon.
 */
#ifndef FUZZ_REPLAY_H
#define FUZZ_REPLAY_H

#include "conversation.h"

#define REPLAY_HASTE	25		/* times as fast */

/* Where the client is told to connect to. */
extern uint16_t replay_port(void);

/*
 * From now on script is played to whoever connects; script->asked counts the
 * requests.  Behind the reply number close_after the server's side is closed.
 */
extern void replay_begin(Script *script);
extern void replay_end(void);

#endif
