// A response and then the close of its connection: the outcome must not depend on how the bytes
// are cut, nor on what becomes of a piece after it was taken.
#include "net/framing.h"

#include "base/fuzz.h"
#include "net/call.h"

#define DIRECT_MOST 5000

struct response {
    struct gs_framing framing;
    struct gs_call call;
    enum gs_framed verdict;
    enum gs_err err;
    size_t surplus;
    char *piece; // the last: what the call may borrow from
};

// Every field of an accepted head can be walked, and none holds a line break or NUL.
static void walk(struct gs_slice head)
{
    struct gs_slice name, value;
    size_t at = 0;
    REQUIRE(head.len > 0 && head.len <= GS_HEAD_MAX);
    while (gs_head_next(head, &at, &name, &value)) {
        REQUIRE(name.len > 0 && at <= head.len);
        REQUIRE(memchr(name.data, '\n', name.len) == NULL);
        REQUIRE(value.len == 0 || (memchr(value.data, '\n', value.len) == NULL &&
                                   memchr(value.data, '\0', value.len) == NULL));
    }
}

// As conn does where a body is long. Returns how much was taken, 0: take it the usual way.
static size_t feed_direct(struct response *r, const char *data, size_t len)
{
    size_t room;
    if (!gs_framing_wants_direct(&r->framing, &r->call))
        return 0;
    char *to = gs_framing_direct(&r->framing, &r->call, DIRECT_MOST, &room);
    REQUIRE(to && room > 0 && room <= DIRECT_MOST);
    size_t n = len < room ? len : room;
    memcpy(to, data, n);
    gs_framing_took_direct(&r->framing, &r->call, n);
    return n;
}

static void feed(struct response *r, const char *data, size_t len)
{
    if (r->verdict != GS_FRAMED_MORE) {
        r->surplus += len;
        return;
    }
    free(r->piece); // more was wanted: nothing may point there any longer
    r->piece = gs_fuzz_copy(data, len);
    size_t surplus = 0;
    r->verdict = gs_framing_take(&r->framing, &r->call, r->piece, len, &surplus, &r->err);
    REQUIRE(r->verdict != GS_FRAMED_FAILED || r->err != GS_E_OK);
    if (r->verdict == GS_FRAMED_COMPLETE) {
        REQUIRE(surplus <= len);
        r->surplus = surplus;
    }
}

static void run(struct response *r, uint8_t flags, const uint8_t *cuts, const char *data,
                size_t size)
{
    *r = (struct response){.verdict = GS_FRAMED_MORE};
    strcpy(r->call.method, flags & 1 ? "HEAD" : "GET");
    r->call.max_body = flags & 2 ? 5 : 1 << 20;
    gs_framing_begin(&r->framing);
    size_t at = 0;
    for (size_t i = 0; at < size; i++) {
        size_t n = cuts ? gs_fuzz_piece(cuts, i, size - at) : size;
        size_t direct =
                cuts && i && r->verdict == GS_FRAMED_MORE ? feed_direct(r, data + at, n) : 0;
        if (!direct)
            feed(r, data + at, n);
        at += direct ? direct : n;
    }
    if (r->verdict != GS_FRAMED_MORE)
        return;
    r->err = gs_framing_close(&r->framing, &r->call);
    r->verdict = r->err == GS_E_OK ? GS_FRAMED_COMPLETE : GS_FRAMED_FAILED;
}

static void check(const struct response *r, uint8_t flags)
{
    if (r->verdict != GS_FRAMED_COMPLETE)
        return;
    REQUIRE(r->call.status >= 200 && r->call.status <= 999);
    REQUIRE(r->call.body_bytes.len <= r->call.max_body);
    REQUIRE(!(flags & 1) || (r->call.body_bytes.len == 0 && !r->call.body_cut));
    walk(r->call.head_bytes);
}

static bool same(struct gs_slice a, struct gs_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static void fini(struct response *r)
{
    gs_framing_fini(&r->framing);
    gs_buf_fini(&r->call.own_head);
    gs_buf_fini(&r->call.own_body);
    free(r->piece);
}

static void compare(const struct response *whole, uint8_t flags, const uint8_t *cuts,
                    const char *data, size_t size)
{
    struct response cut;
    run(&cut, flags, cuts, data, size);
    check(&cut, flags);
    REQUIRE(whole->verdict == cut.verdict);
    if (whole->verdict == GS_FRAMED_COMPLETE) {
        REQUIRE(whole->call.status == cut.call.status && whole->surplus == cut.surplus);
        REQUIRE(whole->call.body_cut == cut.call.body_cut);
        REQUIRE(whole->framing.last == cut.framing.last);
        REQUIRE(same(whole->call.head_bytes, cut.call.head_bytes));
        REQUIRE(same(whole->call.body_bytes, cut.call.body_bytes));
    }
    fini(&cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t ones[GS_FUZZ_CUTS] = {0}; // byte by byte
    struct response whole;
    if (size <= GS_FUZZ_CUTS + 1)
        return 0;
    uint8_t flags = data[GS_FUZZ_CUTS];
    const char *bytes = (const char *)data + GS_FUZZ_CUTS + 1;
    size -= GS_FUZZ_CUTS + 1;
    run(&whole, flags, NULL, bytes, size);
    check(&whole, flags);
    compare(&whole, flags, data, bytes, size);
    compare(&whole, flags, ones, bytes, size);
    fini(&whole);
    return 0;
}
