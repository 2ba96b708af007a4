// parse: HTTP/1.x requests from bytes, strictly: what is doubtful is refused, so that a client
// that can be made to send doubtful bytes is found out. Pure; Any thread.
#ifndef GS_TARGET_PARSE_H
#define GS_TARGET_PARSE_H

#include <sys/types.h>

#include "target/text.h"

#define GS_PARSE_HEAD_MAX 65536
#define GS_PARSE_HEADERS 128
#define GS_PARSE_BODY_MAX (64ULL << 20)

struct gs_parse_field {
    struct gs_text name, value;
};

// A parsed head. All slices point into the bytes given to gs_parse_head.
struct gs_parse {
    struct gs_text method;
    struct gs_text path; // as sent, without query; "/" for an absolute URL without one
    struct gs_text query;
    struct gs_text key; // "METHOD path"; no data when the two do not lie side by side
    bool old;           // HTTP/1.0
    bool keep_alive;
    bool expect;  // a 100 is awaited
    bool chunked; // body in chunks, else of `length` bytes
    uint64_t length;
    size_t head_len;
    int header_count;
    struct gs_parse_field headers[GS_PARSE_HEADERS];
};

// 1: a head was read; 0: more bytes are needed; negative: refuse with that status (-400, -431...).
int gs_parse_head(struct gs_parse *request, const char *data, size_t len);

// The first header of that name, or no data.
struct gs_text gs_parse_find(const struct gs_parse *request, const char *name);

// A body being read.
struct gs_parse_body {
    uint64_t left;  // bytes of the body or of the chunk
    uint64_t total; // bytes of the body so far
    uint8_t step;
    bool chunked;
    bool done;
    uint32_t line; // length of the chunk or trailer line so far
};

// Starts on the body that the head announced; done at once when there is none.
void gs_parse_body_init(struct gs_parse_body *body, const struct gs_parse *request);

// Takes bytes: gives how many were used (at least one unless done or len is 0), with payload
// among them in *piece (none: length 0). Negative: refuse with that status. Call until done.
ssize_t gs_parse_body_feed(struct gs_parse_body *body, const char *data, size_t len,
                           struct gs_text *piece);

#endif
