/*
 * role_words.h
 *		The words of sys.database_mirroring for the numbers in TmfRole.
 *
 * NULL for a number that has no word.
 */
#ifndef ADMIN_ROLE_WORDS_H
#define ADMIN_ROLE_WORDS_H

extern const char *tmf_role_word(int role);
extern const char *tmf_state_word(int state);
extern const char *tmf_safety_word(int safety);
extern const char *tmf_witness_word(int witness_state);

#endif
