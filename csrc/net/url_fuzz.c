// URLs: a line of base, the rest a reference. What is accepted can be asked for, and no byte gets
// out of its place.
#include "base/fuzz.h"
#include "net/url.h"

static void check_target(struct gs_slice raw)
{
    struct gs_buf out = GS_BUF_EMPTY;
    REQUIRE(gs_url_add_target(&out, raw) == 0);
    REQUIRE(out.len > 0 && out.data[0] == '/');
    for (size_t i = 0; i < out.len; i++)
        REQUIRE((unsigned char)out.data[i] > ' ' && (unsigned char)out.data[i] < 127);
    gs_buf_fini(&out);
}

static bool check_url(struct gs_slice text)
{
    struct gs_url url;
    if (!gs_url_parse(text, &url))
        return false;
    REQUIRE(url.host.len > 0 && url.host.len <= 255 && url.port > 0);
    for (size_t i = 0; i < url.host.len; i++)
        REQUIRE((unsigned char)url.host.data[i] > ' ' && url.host.data[i] != 127);
    REQUIRE(url.target.len == 0 || url.target.data[0] == '/' || url.target.data[0] == '?');
    REQUIRE(url.target.len == 0 || memchr(url.target.data, '#', url.target.len) == NULL);
    check_target(url.target);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = memchr(data, '\n', size);
    size_t base_len = line ? (size_t)(line - data) : size;
    size_t rest = line ? size - base_len - 1 : 0;
    char *base_copy = gs_fuzz_copy(data, base_len);
    char *copy = gs_fuzz_copy(line ? line + 1 : data, rest);
    struct gs_slice base = {base_copy, base_len}, reference = {copy, rest};
    struct gs_buf out = GS_BUF_EMPTY, again = GS_BUF_EMPTY;
    check_url(base);
    check_target(reference);
    if (gs_url_resolve(&out, base, reference) == 0) {
        struct gs_slice made = {out.data, out.len};
        REQUIRE(check_url(made));
        REQUIRE(gs_url_resolve(&again, made, GS_SLICE("")) == 0);
    }
    gs_buf_fini(&out);
    gs_buf_fini(&again);
    free(base_copy);
    free(copy);
    return 0;
}
