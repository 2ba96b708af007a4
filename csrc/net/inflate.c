#include "net/inflate.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <zlib.h>

#define STEP 65536

static enum gs_inflate_result run(z_stream *z, struct gs_buf *out, size_t max)
{
    for (;;) {
        if (gs_buf_reserve(out, STEP) != 0)
            return GS_INFLATE_TOO_LARGE;
        z->next_out = (Bytef *)out->data + out->len;
        z->avail_out = STEP;
        int rc = inflate(z, Z_NO_FLUSH);
        out->len += STEP - z->avail_out;
        if (out->len > max) {
            out->len = max;
            return GS_INFLATE_TOO_LARGE;
        }
        if (rc == Z_STREAM_END) {
            if (z->avail_in < 2 || z->next_in[0] != 0x1f)
                return GS_INFLATE_OK;
            inflateReset(z); // a further gzip member (RFC 1952 section 2.2)
        } else if (rc != Z_OK || (z->avail_in == 0 && z->avail_out > 0)) {
            return GS_INFLATE_BAD;
        }
    }
}

static enum gs_inflate_result decode(struct gs_buf *out, const void *data, size_t len, size_t max,
                                     int window)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)len};
    if (len > UINT_MAX || inflateInit2(&z, window) != Z_OK)
        return GS_INFLATE_BAD;
    enum gs_inflate_result result = run(&z, out, max);
    inflateEnd(&z);
    return result;
}

enum gs_inflate_result gs_inflate(struct gs_buf *out, const void *data, size_t len, size_t max)
{
    const unsigned char *first = data;
    if (len == 0)
        return GS_INFLATE_OK;
    bool gzip = len >= 2 && first[0] == 0x1f && first[1] == 0x8b;
    bool zlib = len >= 2 && (first[0] & 15) == 8 && (first[0] * 256 + first[1]) % 31 == 0;
    return decode(out, data, len, max, gzip || zlib ? 15 + 32 : -15);
}
