// append: adds to a buffer; without a call while there is room. Pure. One owner at a time.
#ifndef GS_PLAN_APPEND_H
#define GS_PLAN_APPEND_H

#include <stdbool.h>

#include "base/buf.h"

// False without memory.
static inline bool gs_append(struct gs_buf *out, const char *text, size_t len)
{
    if (len > out->cap - out->len && gs_buf_reserve(out, len) != 0)
        return false;
    if (len)
        memcpy(out->data + out->len, text, len);
    out->len += len;
    return true;
}

#define GS_APPEND(out, literal) gs_append(out, literal, sizeof literal - 1)

#endif
