// The target's requests: a head and a body, the same however the bytes are cut.
#include "base/fuzz.h"
#include "target/parse.h"

struct request {
    int verdict; // 0: more, 1: whole, negative: refused
    size_t head_len, used;
    struct gs_buf in, body;
};

static void check_head(const struct gs_parse *head, size_t len)
{
    REQUIRE(head->head_len <= len && head->method.len > 0);
    REQUIRE(head->header_count >= 0 && head->header_count <= GS_PARSE_HEADERS);
    for (int i = 0; i < head->header_count; i++) {
        struct gs_text name = head->headers[i].name, value = head->headers[i].value;
        REQUIRE(name.len > 0);
        REQUIRE(value.len == 0 ||
                (!memchr(value.data, '\n', value.len) && !memchr(value.data, '\r', value.len)));
    }
}

// Reads the body from `len` bytes behind the head, in pieces.
static void read_body(struct request *r, const struct gs_parse *head, const uint8_t *cuts,
                      const uint8_t *data, size_t len)
{
    struct gs_parse_body body;
    gs_parse_body_init(&body, head);
    size_t at = 0, stop = 0;
    for (size_t i = 0; !body.done && at < len;) {
        if (at == stop)
            stop += cuts ? gs_fuzz_piece(cuts, i++, len - at) : len;
        struct gs_text piece;
        char *copy = gs_fuzz_copy(data + at, stop - at);
        ssize_t used = gs_parse_body_feed(&body, copy, stop - at, &piece);
        if (used >= 0) {
            REQUIRE(used > 0 && (size_t)used <= stop - at && piece.len <= (size_t)used);
            gs_buf_add(&r->body, piece.data, piece.len);
            at += (size_t)used;
        }
        free(copy);
        if (used < 0) {
            r->verdict = (int)used;
            return;
        }
    }
    REQUIRE(!body.done || body.total == r->body.len);
    r->verdict = body.done;
    r->used = at;
}

static void run(struct request *r, const uint8_t *cuts, const uint8_t *data, size_t size)
{
    static struct gs_parse head;
    *r = (struct request){0};
    size_t len = 0;
    for (size_t i = 0; len < size && r->verdict == 0; i++) {
        len += cuts ? gs_fuzz_piece(cuts, i, size - len) : size;
        char *copy = gs_fuzz_copy(data, len);
        r->verdict = gs_parse_head(&head, copy, len);
        if (r->verdict > 0)
            check_head(&head, len);
        free(copy);
    }
    if (r->verdict <= 0)
        return;
    r->head_len = head.head_len;
    read_body(r, &head, cuts, data + head.head_len, size - head.head_len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct request whole, cut;
    if (size <= GS_FUZZ_CUTS)
        return 0;
    run(&whole, NULL, data + GS_FUZZ_CUTS, size - GS_FUZZ_CUTS);
    run(&cut, data, data + GS_FUZZ_CUTS, size - GS_FUZZ_CUTS);
    REQUIRE((whole.verdict < 0) == (cut.verdict < 0));
    if (whole.verdict >= 0)
        REQUIRE(whole.verdict == cut.verdict && whole.head_len == cut.head_len &&
                whole.used == cut.used && whole.body.len == cut.body.len &&
                (!whole.body.len || memcmp(whole.body.data, cut.body.data, cut.body.len) == 0));
    gs_buf_fini(&whole.body);
    gs_buf_fini(&cut.body);
    return 0;
}
