// token: strings and numbers of JSON text. Those that take a scan or `end` check, and never look
// behind it; the others are for text that was checked. NULL: not JSON, or more than is kept here.
// Pure. Any thread.
#ifndef GS_PLAN_TOKEN_H
#define GS_PLAN_TOKEN_H

#include "plan/block.h"
#include "plan/value.h"

enum gs_token_trait { GS_TOKEN_ESCAPED = 1, GS_TOKEN_WIDE = 2 }; // has escapes; not only ASCII

// Knows of the 64 bytes from `base` on where a string cannot simply go on, so that to find the end
// of one takes no look at the text itself.
struct gs_token_scan {
    const char *end, *base;
    uint64_t stops;
};

static inline void gs_token_look(struct gs_token_scan *scan, const char *at)
{
    scan->base = at;
    scan->stops = gs_block_stops(at, scan->end);
}

static inline struct gs_token_scan gs_token_scan(const char *text, size_t len)
{
    struct gs_token_scan scan = {.end = text + len};
    gs_token_look(&scan, text);
    return scan;
}

// From behind the opening quote to the closing one; traits are added.
const char *gs_token_slow_string(struct gs_token_scan *scan, const char *at, unsigned *traits);

static inline const char *gs_token_string(struct gs_token_scan *scan, const char *at,
                                          unsigned *traits)
{
    size_t from = (size_t)(at - scan->base);
    uint64_t stops = from < 64 ? scan->stops >> from : 0;
    if (stops) { // most strings are short
        const char *stop = at + __builtin_ctzll(stops);
        if (stop < scan->end && *stop == '"')
            return stop;
    }
    return gs_token_slow_string(scan, at, traits);
}

// Decodes a checked string between its quotes; gives the length, which is at most `len`.
size_t gs_token_decode(const char *text, size_t len, char *out);

// Whether a checked string with escapes means `key`.
bool gs_token_means(const char *text, size_t len, const char *key, size_t key_len);

// Behind a number, which goes to *out unless that is NULL.
const char *gs_token_number(const char *at, const char *end, struct gs_value *out);

#endif
