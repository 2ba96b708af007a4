// field: rendered header fields, a "Name: value\r\n" line each (RFC 9110 section 5). Pure. Any
// thread.
#ifndef GS_NET_FIELD_H
#define GS_NET_FIELD_H

#include "base/buf.h"
#include "net/head.h"

// The line of a field, its name compared without case, and the line's length with its end. NULL:
// there is none.
const char *gs_field_find(struct gs_slice fields, struct gs_slice name, size_t *len);

static inline bool gs_field_has(struct gs_slice fields, const char *name, size_t name_len)
{
    size_t len;
    return gs_field_find(fields, (struct gs_slice){name, name_len}, &len) != NULL;
}

// Appends a line. Returns 0, or -1 without memory (a part may stand there).
int gs_field_add(struct gs_buf *out, struct gs_slice name, struct gs_slice value);

// Whether a name and value can stand in a request as they are, in ASCII: a token; no CR, LF or NUL
// and no white space in front. False also for what the engine writes itself, or must know of: Host,
// Cookie, Content-Length, Transfer-Encoding.
bool gs_field_is_plain(struct gs_slice name, struct gs_slice value);

#endif
