// A user's cookies: lines of host, target, then Set-Cookie values. Whatever a server sets, what is
// sent back is one header line, for that host alone.
#include "base/fuzz.h"
#include "net/cookie.h"

#define NOW 1700000000

static struct gs_slice next_line(const uint8_t **at, const uint8_t *end)
{
    const uint8_t *stop = memchr(*at, '\n', (size_t)(end - *at));
    struct gs_slice line = {(const char *)*at, (size_t)((stop ? stop : end) - *at)};
    *at = stop ? stop + 1 : end;
    return line;
}

static void check_sent(struct gs_jar *jar, struct gs_slice host, struct gs_slice target)
{
    struct gs_buf out = GS_BUF_EMPTY;
    int n = gs_jar_write(jar, &out, host, target, true, NOW, NULL);
    REQUIRE(n >= 0 && n <= GS_COOKIES_MAX && (n > 0) == (out.len > 0));
    for (size_t i = 0; i < out.len; i++)
        REQUIRE((unsigned char)out.data[i] >= ' ' || out.data[i] == '\t');
    gs_buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = (uint8_t *)gs_fuzz_copy(data, size);
    const uint8_t *at = copy, *end = copy + size;
    struct gs_jar jar = {0}, own = {0};
    struct gs_slice host = next_line(&at, end), target = next_line(&at, end), none = {NULL, 0};
    while (at < end && host.len > 0) { // there is no URL without host
        struct gs_slice line = next_line(&at, end);
        gs_jar_receive(&jar, line, host, target, NOW);
        gs_cookie_date(line);
        gs_jar_set(&own, line, target, host, target);
        REQUIRE(jar.count <= GS_COOKIES_MAX);
    }
    check_sent(&jar, host, target);
    check_sent(&own, host, target);
    struct gs_buf out = GS_BUF_EMPTY; // nobody else gets a host's cookies
    REQUIRE(gs_jar_write(&jar, &out, GS_SLICE("other.invalid"), target, true, NOW, NULL) == 0 ||
            (host.len >= 7 &&
             gs_slice_is((struct gs_slice){host.data + host.len - 7, 7}, "invalid")));
    gs_buf_fini(&out);
    uint32_t count = jar.count;
    REQUIRE(gs_jar_remove(&jar, none, none, none) == count && jar.count == 0);
    gs_jar_fini(&jar);
    gs_jar_fini(&own);
    free(copy);
    return 0;
}
