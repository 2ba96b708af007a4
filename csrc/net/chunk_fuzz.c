// A chunked body gives the same bytes and the same verdict however it is cut.
#include "net/chunk.h"

#include "base/buf.h"
#include "base/fuzz.h"

struct result {
    enum gs_chunk_result verdict;
    struct gs_buf body;
    size_t used;
};

static void decode(struct result *r, const uint8_t *cuts, const uint8_t *data, size_t size)
{
    struct gs_chunk chunk;
    gs_chunk_init(&chunk);
    *r = (struct result){.verdict = GS_CHUNK_MORE};
    for (size_t i = 0; r->used < size && r->verdict == GS_CHUNK_MORE; i++) {
        size_t n = cuts ? gs_fuzz_piece(cuts, i, size - r->used) : size;
        char *piece = gs_fuzz_copy(data + r->used, n);
        size_t len = n, used;
        r->verdict = gs_chunk_decode(&chunk, piece, &len, &used);
        REQUIRE(len <= used && used <= n);
        REQUIRE(r->verdict != GS_CHUNK_MORE || used == n);
        gs_buf_add(&r->body, piece, len);
        free(piece);
        r->used += used;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct result whole, cut;
    if (size < GS_FUZZ_CUTS)
        return 0;
    decode(&whole, NULL, data + GS_FUZZ_CUTS, size - GS_FUZZ_CUTS);
    decode(&cut, data, data + GS_FUZZ_CUTS, size - GS_FUZZ_CUTS);
    REQUIRE(whole.verdict == cut.verdict && whole.used == cut.used);
    REQUIRE(whole.body.len == cut.body.len);
    REQUIRE(!whole.body.len || memcmp(whole.body.data, cut.body.data, cut.body.len) == 0);
    gs_buf_fini(&whole.body);
    gs_buf_fini(&cut.body);
    return 0;
}
