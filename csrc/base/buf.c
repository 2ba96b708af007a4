#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void gs_buf_fini(struct gs_buf *b)
{
    free(b->data);
    *b = (struct gs_buf)GS_BUF_EMPTY;
}

int gs_buf_reserve_upto(struct gs_buf *b, size_t more, size_t final)
{
    if (more <= b->cap - b->len)
        return 0;
    if (more > SIZE_MAX / 2 - b->len)
        return -1;
    size_t need = b->len + more;
    size_t cap = b->cap ? b->cap : 256;
    while (cap < need)
        cap *= 2;
    if (cap > final && need <= final)
        cap = final;
    char *data = realloc(b->data, cap);
    if (!data)
        return -1;
    b->data = data;
    b->cap = cap;
    return 0;
}

int gs_buf_reserve(struct gs_buf *b, size_t more)
{
    return gs_buf_reserve_upto(b, more, SIZE_MAX);
}

int gs_buf_add(struct gs_buf *b, const void *data, size_t len)
{
    if (len == 0)
        return 0;
    if (gs_buf_reserve(b, len) != 0)
        return -1;
    memcpy(b->data + b->len, data, len);
    b->len += len;
    return 0;
}

int gs_buf_printf(struct gs_buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    int rc = -1;
    if (n >= 0 && gs_buf_reserve(b, (size_t)n + 1) == 0) {
        vsnprintf(b->data + b->len, (size_t)n + 1, format, again);
        b->len += (size_t)n;
        rc = 0;
    }
    va_end(again);
    return rc;
}

void gs_buf_shift(struct gs_buf *b, size_t n)
{
    memmove(b->data, b->data + n, b->len - n);
    b->len -= n;
}
