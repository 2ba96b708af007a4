// buf: a growable run of bytes. One owner at a time; Any thread.
#ifndef GS_BASE_BUF_H
#define GS_BASE_BUF_H

#include <stddef.h>
#include <string.h>

struct gs_buf {
    char *data;
    size_t len;
    size_t cap;
};

#define GS_BUF_EMPTY                                                                               \
    {                                                                                              \
        NULL, 0, 0                                                                                 \
    }

// Frees the bytes; the buffer is empty and usable afterwards.
void gs_buf_fini(struct gs_buf *b);

// Makes room for `more` bytes behind len. Returns 0, or -1 without memory (buffer unchanged).
int gs_buf_reserve(struct gs_buf *b, size_t more);

// The same, but does not grow beyond `final` bytes, which are known to suffice in the end.
int gs_buf_reserve_upto(struct gs_buf *b, size_t more, size_t final);

// Append. Return 0, or -1 without memory (buffer unchanged).
int gs_buf_add(struct gs_buf *b, const void *data, size_t len);
int gs_buf_printf(struct gs_buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline int gs_buf_str(struct gs_buf *b, const char *s)
{
    return gs_buf_add(b, s, strlen(s));
}

// Drops the first n bytes (n <= len).
void gs_buf_shift(struct gs_buf *b, size_t n);

#endif
