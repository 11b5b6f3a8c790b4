/*
 * code_page.h
 *		Characters as bytes of a remote column's code page.
 */
#ifndef VALUE_CODE_PAGE_H
#define VALUE_CODE_PAGE_H

/*
 * The bytes of characters that an encoder has accepted for a column of the code
 * page, in CurrentMemoryContext; *length changes with them.  NULL: only the server
 * is known to convert them as it does.
 */
extern const char *tmf_code_page_convert(int code_page, const char *utf8, int *length);

#endif
