// utf8: code points of UTF-8 that is known to be valid. Pure. Any thread.
#ifndef GS_PLAN_UTF8_H
#define GS_PLAN_UTF8_H

#include <stdbool.h>
#include <stddef.h>

// The code point at *at, which moves behind it.
static inline unsigned gs_utf8_take(const char **at)
{
    const unsigned char *p = (const unsigned char *)*at;
    int more = *p < 0x80 ? 0 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2 : 3;
    unsigned point = more ? *p & (0x3fU >> more) : *p;
    for (int i = 1; i <= more; i++)
        point = point << 6 | (p[i] & 0x3f);
    *at += 1 + more;
    return point;
}

static inline bool gs_utf8_continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

// Where the code point before `at` begins.
static inline const char *gs_utf8_before(const char *at)
{
    do
        at--;
    while (gs_utf8_continues(*at));
    return at;
}

// Writes a code point that is no surrogate; gives its length.
static inline size_t gs_utf8_put(char to[4], unsigned point)
{
    if (point < 0x80) {
        to[0] = (char)point;
        return 1;
    }
    size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--, point >>= 6)
        to[i] = (char)(0x80 | (point & 0x3f));
    to[0] = (char)(0xf0 << (4 - len) | point);
    return len;
}

#endif
