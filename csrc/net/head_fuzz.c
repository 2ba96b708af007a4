// A response, framed as conn frames it: heads (1xx among them), then a body by length, by chunks
// or until the close. The outcome must not depend on how the bytes are cut.
#include "base/buf.h"
#include "base/fuzz.h"
#include "net/chunk.h"
#include "net/head.h"

enum verdict { MORE, COMPLETE, BAD };

struct response {
    enum verdict verdict;
    struct gs_buf in; // a partial head
    size_t scanned;
    int status;
    bool headed, chunked;
    uint64_t left; // UINT64_MAX: until the close
    struct gs_chunk chunk;
    struct gs_buf head, body;
    size_t surplus;
};

// Every field of an accepted head can be walked, and none holds a line break or NUL.
static void walk(const struct gs_buf *head)
{
    struct gs_slice bytes = {head->data, head->len}, name, value;
    size_t at = 0;
    while (gs_head_next(bytes, &at, &name, &value)) {
        REQUIRE(name.len > 0 && at <= head->len);
        REQUIRE(memchr(name.data, '\n', name.len) == NULL);
        REQUIRE(value.len == 0 || (memchr(value.data, '\n', value.len) == NULL &&
                                   memchr(value.data, '\0', value.len) == NULL));
    }
}

static void frame(struct response *r, const struct gs_head *head)
{
    REQUIRE(head->status >= 100 && head->status <= 999 && head->length >= -1);
    r->status = head->status;
    if (head->status == 101)
        r->verdict = BAD;
    r->headed = head->status >= 200;
    r->chunked = head->chunked;
    r->left = head->length < 0 ? UINT64_MAX : (uint64_t)head->length;
    if (head->status == 204 || head->status == 304) {
        r->chunked = false;
        r->left = 0;
    }
    gs_chunk_init(&r->chunk);
}

// Takes heads off r->in; what follows the last stays in it.
static void take_heads(struct response *r)
{
    while (!r->headed && r->verdict == MORE && r->in.len) {
        struct gs_head head;
        enum gs_err err = GS_E_OK;
        ssize_t n = gs_head_parse(r->in.data, r->in.len, &r->scanned, &head, &err);
        if (n == 0)
            return;
        if (n < 0) {
            REQUIRE(err != GS_E_OK);
            r->verdict = BAD;
            return;
        }
        REQUIRE((size_t)n <= r->in.len && n <= GS_HEAD_MAX);
        r->head.len = 0;
        gs_buf_add(&r->head, r->in.data, (size_t)n);
        walk(&r->head);
        gs_buf_shift(&r->in, (size_t)n);
        r->scanned = 0;
        frame(r, &head);
    }
}

static void take_body(struct response *r)
{
    size_t len = r->in.len, used = len;
    if (r->chunked) {
        enum gs_chunk_result result = gs_chunk_decode(&r->chunk, r->in.data, &len, &used);
        r->verdict = result == GS_CHUNK_END ? COMPLETE : result == GS_CHUNK_BAD ? BAD : MORE;
    } else {
        if (len > r->left)
            len = used = (size_t)r->left;
        r->left -= r->left == UINT64_MAX ? 0 : len;
        r->verdict = r->left == 0 ? COMPLETE : MORE;
    }
    gs_buf_add(&r->body, r->in.data, len);
    r->surplus += r->in.len - used;
    r->in.len = 0;
}

static void feed(struct response *r, const char *data, size_t len)
{
    if (r->verdict != MORE) {
        r->surplus += len;
        return;
    }
    // at an allocation of exactly this size, so that reads behind it are seen
    struct gs_buf exact = {malloc(r->in.len + len), r->in.len + len, r->in.len + len};
    if (r->in.len)
        memcpy(exact.data, r->in.data, r->in.len);
    memcpy(exact.data + r->in.len, data, len);
    gs_buf_fini(&r->in);
    r->in = exact;
    take_heads(r);
    if (r->headed && r->verdict == MORE)
        take_body(r);
}

static void run(struct response *r, const uint8_t *cuts, const char *data, size_t size)
{
    *r = (struct response){.verdict = MORE};
    size_t at = 0;
    for (size_t i = 0; at < size; i++) {
        size_t n = cuts ? gs_fuzz_piece(cuts, i, size - at) : size;
        feed(r, data + at, n);
        at += n;
    }
}

static void fini(struct response *r)
{
    gs_buf_fini(&r->in);
    gs_buf_fini(&r->head);
    gs_buf_fini(&r->body);
}

static bool same(const struct gs_buf *a, const struct gs_buf *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct response whole, cut;
    if (size <= GS_FUZZ_CUTS)
        return 0;
    const char *bytes = (const char *)data + GS_FUZZ_CUTS;
    run(&whole, NULL, bytes, size - GS_FUZZ_CUTS);
    run(&cut, data, bytes, size - GS_FUZZ_CUTS);
    REQUIRE(whole.verdict == cut.verdict && whole.headed == cut.headed);
    if (whole.headed && whole.verdict != BAD)
        REQUIRE(whole.status == cut.status && whole.surplus == cut.surplus &&
                same(&whole.head, &cut.head) && same(&whole.body, &cut.body));
    fini(&whole);
    fini(&cut);
    return 0;
}
