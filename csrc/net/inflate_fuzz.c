// Packed bodies: the bound holds, and a larger bound changes nothing of what came before it.
#include "base/fuzz.h"
#include "net/inflate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gs_buf small = GS_BUF_EMPTY, large = GS_BUF_EMPTY;
    char *copy = gs_fuzz_copy(data, size);
    enum gs_inflate_result a = gs_inflate(&small, copy, size, 1000);
    enum gs_inflate_result b = gs_inflate(&large, copy, size, 1 << 20);
    REQUIRE(small.len <= 1000 && large.len <= 1 << 20);
    REQUIRE(large.len > 1000 ? a == GS_INFLATE_TOO_LARGE : a == b);
    REQUIRE(small.len == (large.len < 1000 ? large.len : 1000));
    REQUIRE(small.len == 0 || memcmp(small.data, large.data, small.len) == 0);
    gs_buf_fini(&small);
    gs_buf_fini(&large);
    free(copy);
    return 0;
}
