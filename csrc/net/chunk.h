// chunk: the chunked transfer coding (RFC 9112 section 7.1), decoded in place, at any cut.
// Pure.
#ifndef GS_NET_CHUNK_H
#define GS_NET_CHUNK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct gs_chunk {
    uint8_t state;
    uint32_t line;  // bytes of the current size or trailer line
    uint64_t left;  // bytes of the current chunk still to come
    uint32_t extra; // bytes of trailers so far
};

static inline void gs_chunk_init(struct gs_chunk *chunk)
{
    *chunk = (struct gs_chunk){0};
}

enum gs_chunk_result { GS_CHUNK_MORE, GS_CHUNK_END, GS_CHUNK_BAD };

// Decodes data[0..*len) to its own start. On return *len is the number of decoded bytes and *used
// that of bytes consumed (all of them but after END).
enum gs_chunk_result gs_chunk_decode(struct gs_chunk *chunk, char *data, size_t *len, size_t *used);

#endif
