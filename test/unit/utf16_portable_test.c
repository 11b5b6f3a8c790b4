/*
 * test/unit/utf16_portable_test.c
 *		The tests of utf16_test.c for what is compiled where there is no SSE2.
 */
#define UTF16_PORTABLE
#include "../../src/pure/utf16.c"
#include "utf16_test.c"
