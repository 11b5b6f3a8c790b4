/*
 * control.h
 *		The control socket, and what its commands set in fault.c.
 */
#ifndef STANDIN_CONTROL_H
#define STANDIN_CONTROL_H

#include <stdbool.h>

/* Listens on instance.control_path, when there is one. */
extern bool control_start(void);
extern void control_stop(void);

/* Both answer with a static text: "ok", or "error: ..." */
extern const char *fault_set(char *words);
extern const char *fault_clear(const char *point);	/* NULL = all */

extern void fault_refuse(bool refuse);

#endif
