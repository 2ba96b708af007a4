// inflate: decoding of gzip and deflate bodies, bounded. Pure; Any thread.
#ifndef GS_NET_INFLATE_H
#define GS_NET_INFLATE_H

#include <stddef.h>

#include "base/buf.h"

enum gs_inflate_result { GS_INFLATE_OK, GS_INFLATE_BAD, GS_INFLATE_TOO_LARGE };

// Decodes data (gzip, zlib or raw deflate, told apart by their first bytes) and appends it to
// `out`, at most `max` bytes in all. BAD: damaged or cut short. What was decoded stays in out.
enum gs_inflate_result gs_inflate(struct gs_buf *out, const void *data, size_t len, size_t max);

#endif
