// head: the head of an HTTP/1.x response (RFC 9112). Pure: bytes in, facts out.
#ifndef GS_NET_HEAD_H
#define GS_NET_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define GS_HEAD_MAX 65536

struct gs_slice {
    const char *data;
    size_t len;
};

#define GS_SLICE(text) ((struct gs_slice){(text), sizeof(text) - 1})

struct gs_head {
    int status;
    int minor;      // HTTP/1.minor
    int64_t length; // Content-Length, -1 without
    bool chunked;
    bool close;                       // Connection: close
    bool keep_alive;                  // Connection: keep-alive
    bool cookies;                     // has Set-Cookie
    bool encoded;                     // has Content-Encoding
    struct gs_slice reason, location; // point into the parsed bytes
};

// Parses the head at data[0..len). `scanned` starts as 0 for each new head and remembers, between
// calls with ever more bytes, how far a blank line was sought. Folded lines (obs-fold) are joined
// in place. Returns the length of the head with its blank line, 0 when more bytes are needed, or
// -1 with *err set.
ssize_t gs_head_parse(char *data, size_t len, size_t *scanned, struct gs_head *head,
                      enum gs_err *err);

// Walks the header fields of a parsed head (its status line first skipped): *at starts as 0.
// False behind the last. Slices point into head.
bool gs_head_next(struct gs_slice head, size_t *at, struct gs_slice *name, struct gs_slice *value);

// Case-insensitive comparison with a lower-case word.
bool gs_slice_is(struct gs_slice slice, const char *lower);

// The first value of a header field, named in lower case; data NULL when there is none.
struct gs_slice gs_head_find(struct gs_slice head, const char *lower_name);

#endif
