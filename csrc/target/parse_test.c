#include "target/parse.h"

#include "base/test.h"

static int parse(struct gs_parse *request, const char *head)
{
    return gs_parse_head(request, head, strlen(head));
}

static void reads_a_head(void)
{
    struct gs_parse r;
    const char *head =
            "GET /a/b?c=d?e HTTP/1.1\r\nHost: x\r\nX-Empty:\r\nX-Last: \t y z \r\n\r\nmore";
    CHECK_EQ(parse(&r, head), 1);
    CHECK_EQ(r.head_len, strlen(head) - 4);
    CHECK_TEXT(r.method.data, r.method.len, "GET");
    CHECK_TEXT(r.path.data, r.path.len, "/a/b");
    CHECK_TEXT(r.query.data, r.query.len, "c=d?e");
    CHECK_TEXT(r.key.data, r.key.len, "GET /a/b");
    CHECK_EQ(r.header_count, 3);
    CHECK_TEXT(r.headers[2].value.data, r.headers[2].value.len, "y z");
    CHECK(r.keep_alive && !r.old && !r.chunked && r.length == 0);
    struct gs_text host = gs_parse_find(&r, "hOST");
    CHECK_TEXT(host.data, host.len, "x");
    CHECK(gs_parse_find(&r, "other").data == NULL);
}

// Every shorter piece of a head is one that needs more.
static void waits_for_the_rest(void)
{
    struct gs_parse r;
    const char *head = "\r\nPOST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n";
    for (size_t len = 0; len < strlen(head); len++)
        CHECK_EQ(gs_parse_head(&r, head, len), 0);
    CHECK_EQ(parse(&r, head), 1);
    CHECK_EQ(r.length, 3);
}

static void knows_what_headers_mean(void)
{
    struct gs_parse r;
    CHECK_EQ(parse(&r, "GET / HTTP/1.0\r\n\r\n"), 1);
    CHECK(r.old && !r.keep_alive);
    CHECK_EQ(parse(&r, "GET / HTTP/1.0\r\nConnection: x, Keep-Alive\r\n\r\n"), 1);
    CHECK(r.keep_alive);
    CHECK_EQ(parse(&r, "GET / HTTP/1.1\r\nCONNECTION: x,close\r\n\r\n"), 1);
    CHECK(!r.keep_alive);
    CHECK_EQ(parse(&r, "PUT / HTTP/1.1\r\nExpect: 100-Continue\r\n\r\n"), 1);
    CHECK(r.expect);
    CHECK_EQ(parse(&r, "PUT / HTTP/1.1\r\ntransfer-encoding: Chunked\r\n\r\n"), 1);
    CHECK(r.chunked);
    CHECK_EQ(parse(&r, "PUT / HTTP/1.1\r\nContent-Length: 7\r\nContent-length: 7\r\n\r\n"), 1);
    CHECK_EQ(r.length, 7);
}

static void takes_absolute_targets(void)
{
    struct gs_parse r;
    CHECK_EQ(parse(&r, "GET http://x:1/a?b HTTP/1.1\r\n\r\n"), 1);
    CHECK_TEXT(r.path.data, r.path.len, "/a");
    CHECK_TEXT(r.query.data, r.query.len, "b");
    CHECK(r.key.data == NULL);
    CHECK_EQ(parse(&r, "GET http://x HTTP/1.1\r\n\r\n"), 1);
    CHECK_TEXT(r.path.data, r.path.len, "/");
    CHECK_EQ(parse(&r, "OPTIONS * HTTP/1.1\r\n\r\n"), 1);
    CHECK_TEXT(r.path.data, r.path.len, "*");
}

static void refuses_doubtful_heads(void)
{
    static const struct {
        int status;
        const char *head;
    } cases[] = {
            {-400, "\n"},
            {-400, "GET\r\n\r\n"},
            {-400, "GET /\r\n\r\n"},
            {-400, "GET  HTTP/1.1\r\n\r\n"},
            {-400, "G(T / HTTP/1.1\r\n\r\n"},
            {-400, "GET / HTTP/1.1 \r\n\r\n"},
            {-400, "GET / a HTTP/1.1\r\n\r\n"},
            {-400, "GET /\x7f HTTP/1.1\r\n\r\n"},
            {-400, "GET /\t HTTP/1.1\r\n\r\n"},
            {-505, "GET / HTTP/1.2\r\n\r\n"},
            {-400, "GET / HTTP/1.1\r\nA: b\n\r\n"},
            {-400, "GET / HTTP/1.1\r\nA b\r\n\r\n"},
            {-400, "GET / HTTP/1.1\r\nA : b\r\n\r\n"},
            {-400, "GET / HTTP/1.1\r\n: b\r\n\r\n"},
            {-400, "GET / HTTP/1.1\r\nA: b\r c\r\n\r\n"},
            {-400, "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"},
            {-400, "GET / HTTP/1.1\r\nContent-Length: +1\r\n\r\n"},
            {-400, "GET / HTTP/1.1\r\nContent-Length:\r\n\r\n"},
            {-400, "GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"},
            {-400, "GET / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n"},
            {-413, "GET / HTTP/1.1\r\nContent-Length: 67108865\r\n\r\n"},
            {-501, "GET / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"},
            {-400, "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
            {-400, "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n"},
    };
    struct gs_parse r;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_EQ(parse(&r, cases[i].head), cases[i].status);
}

static void refuses_large_heads(void)
{
    static char head[GS_PARSE_HEAD_MAX + 100];
    struct gs_parse r;
    memset(head, 'a', sizeof head);
    CHECK_EQ(gs_parse_head(&r, head, GS_PARSE_HEAD_MAX - 1), 0);
    CHECK_EQ(gs_parse_head(&r, head, sizeof head), -431);
    size_t len = (size_t)sprintf(head, "GET / HTTP/1.1\r\n");
    for (int i = 0; i <= GS_PARSE_HEADERS; i++)
        len += (size_t)sprintf(head + len, "A: b\r\n");
    CHECK_EQ(gs_parse_head(&r, head, len), -431);
}

// Feeds in pieces of `step` bytes. Returns what was used, or the refusal; the payload is in `got`.
static long feed(struct gs_parse_body *body, const char *data, size_t step, struct gs_buf *got)
{
    size_t len = strlen(data), at = 0;
    got->len = 0;
    while (at < len && !body->done) {
        struct gs_text piece;
        size_t n = len - at < step ? len - at : step;
        ssize_t used = gs_parse_body_feed(body, data + at, n, &piece);
        if (used < 0)
            return (long)used;
        gs_buf_add(got, piece.data, piece.len);
        at += (size_t)used;
    }
    return (long)at;
}

static void reads_bodies_in_any_pieces(void)
{
    const char *data = "3;a=\"b\"\r\nabc\r\n00A \r\n0123456789\r\n0\r\nT: x\r\nU: y\r\n\r\nrest";
    struct gs_parse r = {.chunked = true};
    struct gs_buf got = GS_BUF_EMPTY;
    struct gs_parse_body body;
    for (size_t step = 1; step <= strlen(data); step++) {
        gs_parse_body_init(&body, &r);
        CHECK_EQ(feed(&body, data, step, &got), strlen(data) - 4);
        CHECK(body.done && body.total == 13);
        CHECK_TEXT(got.data, got.len, "abc0123456789");
    }
    r = (struct gs_parse){.length = 5};
    gs_parse_body_init(&body, &r);
    CHECK_EQ(feed(&body, "abcdefg", 2, &got), 5);
    CHECK_TEXT(got.data, got.len, "abcde");
    r.length = 0;
    gs_parse_body_init(&body, &r);
    CHECK(body.done);
    gs_buf_fini(&got);
}

static void refuses_bad_chunks(void)
{
    static const struct {
        int status;
        const char *data;
    } cases[] = {
            {-400, "\r\n"},        {-400, "x\r\n"},
            {-400, "-1\r\n"},      {-400, "1\n"},
            {-400, "1\r\na\n"},    {-400, "1\r\nab"},
            {-400, "0\r\nA: b\n"}, {-400, "1x\r\n"},
            {-400, "1\rx"},        {-413, "fffffffffffffffff\r\n"},
            {-413, "4000001\r\n"},
    };
    struct gs_parse r = {.chunked = true};
    struct gs_buf got = GS_BUF_EMPTY;
    struct gs_parse_body body;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gs_parse_body_init(&body, &r);
        CHECK_EQ(feed(&body, cases[i].data, 1, &got), cases[i].status);
    }
    gs_buf_fini(&got);
}

TEST_MAIN(TEST(reads_a_head), TEST(waits_for_the_rest), TEST(knows_what_headers_mean),
          TEST(takes_absolute_targets), TEST(refuses_doubtful_heads), TEST(refuses_large_heads),
          TEST(reads_bodies_in_any_pieces), TEST(refuses_bad_chunks))
