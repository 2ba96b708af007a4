#include "net/head.h"

#include <stdlib.h>

#include "base/test.h"

// Parses a copy of exactly the text's size, so that a checker sees reads behind it.
static ssize_t parse_bytes(const char *text, size_t len, struct gs_head *head, enum gs_err *err)
{
    static char *copy; // stands until the next: the head points into it
    size_t scanned = 0;
    free(copy);
    copy = malloc(len);
    memcpy(copy, text, len);
    return gs_head_parse(copy, len, &scanned, head, err);
}

static ssize_t parse(const char *text, struct gs_head *head, enum gs_err *err)
{
    return parse_bytes(text, strlen(text), head, err);
}

static void reads_a_head(void)
{
    struct gs_head head;
    enum gs_err err;
    const char *text =
            "HTTP/1.1 302 Found it\r\nServer: x\r\nLocation: \t/there \r\n"
            "Content-Length: 42\r\nSet-Cookie: a=b\r\nContent-Encoding: gzip\r\n\r\nbody";
    CHECK_EQ(parse(text, &head, &err), strlen(text) - 4);
    CHECK_EQ(head.status, 302);
    CHECK_EQ(head.minor, 1);
    CHECK_EQ(head.length, 42);
    CHECK(head.cookies && head.encoded && !head.chunked && !head.close && !head.keep_alive);
    CHECK_TEXT(head.reason.data, head.reason.len, "Found it");
    CHECK_TEXT(head.location.data, head.location.len, "/there");
}

#define OK "HTTP/1.1 200 OK\r\n"

static void good_heads(void)
{
    static const struct {
        const char *text;
        int status, minor;
        int64_t length;
        bool chunked, close, keep_alive;
    } cases[] = {
            {OK "\r\n", 200, 1, -1, false, false, false},
            {"HTTP/1.0 200 OK\r\n\r\n", 200, 0, -1, false, false, false},
            {"HTTP/1.1 200\r\n\r\n", 200, 1, -1, false, false, false},
            {"HTTP/1.1 200 \r\n\r\n", 200, 1, -1, false, false, false},
            {"HTTP/1.1 999 Own\r\n\r\n", 999, 1, -1, false, false, false},
            {"HTTP/1.1 200 OK\nContent-Length: 7\n\n", 200, 1, 7, false, false, false},
            {OK "Content-Length: 7\n\r\n", 200, 1, 7, false, false, false},
            {OK "CONTENT-LENGTH:7\r\n\r\n", 200, 1, 7, false, false, false},
            {OK "Content-Length: 0\r\n\r\n", 200, 1, 0, false, false, false},
            {OK "Content-Length: 000000000000000000000000012\r\n\r\n", 200, 1, 12, false, false,
             false},
            {OK "Content-Length: 9223372036854775799\r\n\r\n", 200, 1, 9223372036854775799, false,
             false, false},
            {OK "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 200, 1, 3, false, false, false},
            {OK "Content-Length: 3, 3 ,3\r\n\r\n", 200, 1, 3, false, false, false},
            {OK "Transfer-Encoding: Chunked\r\n\r\n", 200, 1, -1, true, false, false},
            {OK "Transfer-Encoding: identity\r\nContent-Length: 1\r\n\r\n", 200, 1, 1, false, false,
             false},
            {OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 200, 1, 5, true, false,
             false},
            {OK "Connection: close\r\n\r\n", 200, 1, -1, false, true, false},
            {OK "Connection: x , Close,keep-alive\r\n\r\n", 200, 1, -1, false, true, true},
            {OK "Connection: closed\r\n\r\n", 200, 1, -1, false, false, false},
            {OK "X-Empty:\r\nX-Colons: a:b:c\r\n\r\n", 200, 1, -1, false, false, false},
            {OK "X: \xc3\xa4 \xff\r\n\r\n", 200, 1, -1, false, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gs_head head;
        enum gs_err err = GS_E_OK;
        CHECK_EQ(parse(cases[i].text, &head, &err), strlen(cases[i].text));
        CHECK_EQ(head.status, cases[i].status);
        CHECK_EQ(head.minor, cases[i].minor);
        CHECK_EQ(head.length, cases[i].length);
        CHECK_EQ(head.chunked, cases[i].chunked);
        CHECK_EQ(head.close, cases[i].close);
        CHECK_EQ(head.keep_alive, cases[i].keep_alive);
    }
}

static void malformed_heads(void)
{
    static const struct {
        const char *text;
        enum gs_err err;
    } cases[] = {
            {"HTTP/2.0 200 OK\r\n\r\n", GS_E_STATUS_LINE},
            {"HTP/1.1 200 OK\r\n\r\n", GS_E_STATUS_LINE},
            {"\r\nHTTP/1.1 200 OK\r\n\r\n", GS_E_STATUS_LINE},
            {"HTTP/1.1 20\r\n\r\n", GS_E_STATUS_LINE},
            {"HTTP/1.1 2000\r\n\r\n", GS_E_STATUS_LINE},
            {"HTTP/1.1 099 Low\r\n\r\n", GS_E_STATUS_LINE},
            {"HTTP/1.1  200 OK\r\n\r\n", GS_E_STATUS_LINE},
            {"HTTP/1.1 2x0 OK\r\n\r\n", GS_E_STATUS_LINE},
            {"HTTP/1.x 200 OK\r\n\r\n", GS_E_STATUS_LINE},
            {OK "No colon\r\n\r\n", GS_E_HEADER},
            {OK ": no name\r\n\r\n", GS_E_HEADER},
            {OK "Name : space\r\n\r\n", GS_E_HEADER},
            {OK "Na me: space\r\n\r\n", GS_E_HEADER},
            {OK "N\x01: x\r\n\r\n", GS_E_HEADER},
            {OK "Content-Length: -5\r\n\r\n", GS_E_LENGTH},
            {OK "Content-Length: +5\r\n\r\n", GS_E_LENGTH},
            {OK "Content-Length: 5x\r\n\r\n", GS_E_LENGTH},
            {OK "Content-Length: 5 6\r\n\r\n", GS_E_LENGTH},
            {OK "Content-Length: 0x5\r\n\r\n", GS_E_LENGTH},
            {OK "Content-Length:\r\n\r\n", GS_E_LENGTH},
            {OK "Content-Length: 5,\r\n\r\n", GS_E_LENGTH},
            {OK "Content-Length: ,5\r\n\r\n", GS_E_LENGTH},
            {OK "Content-Length: 99999999999999999999\r\n\r\n", GS_E_LENGTH},
            {OK "Content-Length: 3, 4\r\n\r\n", GS_E_LENGTHS_DIFFER},
            {OK "Content-Length: 3\r\nContent-Length: 4\r\n\r\n", GS_E_LENGTHS_DIFFER},
            {OK "Transfer-Encoding: gzip\r\n\r\n", GS_E_ENCODING},
            {OK "Transfer-Encoding: gzip, chunked\r\n\r\n", GS_E_ENCODING},
            {OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", GS_E_ENCODING},
            {OK "Transfer-Encoding: \x0b"
                "chunked\r\n\r\n",
             GS_E_ENCODING},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gs_head head;
        enum gs_err err = GS_E_OK;
        CHECK_EQ(parse(cases[i].text, &head, &err), -1);
        CHECK_EQ(err, cases[i].err);
    }
    struct gs_head head;
    enum gs_err err;
    static const char nul[] = OK "X: a\0b\r\n\r\n";
    CHECK_EQ(parse_bytes(nul, sizeof nul - 1, &head, &err), -1);
    CHECK_EQ(err, GS_E_HEADER);
}

static void joins_folded_lines(void)
{
    struct gs_head head;
    enum gs_err err;
    char text[] = OK "X-Folded: a\r\n  b\r\n\tc: d\r\nContent-Length: 3\r\n\r\n";
    size_t scanned = 0;
    CHECK_EQ(gs_head_parse(text, strlen(text), &scanned, &head, &err), strlen(text));
    CHECK_EQ(head.length, 3);
    struct gs_slice value = gs_head_find((struct gs_slice){text, strlen(text)}, "x-folded");
    CHECK(value.len > 4 && value.data[0] == 'a' && memchr(value.data, '\n', value.len) == NULL);
    CHECK(memchr(value.data, 'b', value.len) && memchr(value.data, 'd', value.len));
    // a value that stands wholly on the next line
    CHECK(parse(OK "Content-Length:\r\n 7\r\n\r\n", &head, &err) > 0);
    CHECK_EQ(head.length, 7);
    CHECK(parse(OK "Transfer-Encoding:\n\tchunked\n\n", &head, &err) > 0);
    CHECK(head.chunked);
    // and one whose fold makes it bad
    CHECK_EQ(parse(OK "Content-Length: 7\r\n 8\r\n\r\n", &head, &err), -1);
    CHECK_EQ(err, GS_E_LENGTH);
}

// Byte by byte: more is wanted until the blank line is whole, and what is found is the same.
static void any_cut(void)
{
    static const char *const texts[] = {
            OK "Content-Length: 12\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 404 Not Found\nContent-Length: 12\nConnection: close\n\n",
            "HTTP/1.0 200 OK\r\nX: a\r\n b\r\nContent-Length: 12\r\nConnection: close\n\r\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t size = strlen(texts[i]);
        for (size_t cut = 0; cut < size; cut++) {
            char *text = strdup(texts[i]);
            struct gs_head head;
            enum gs_err err = GS_E_OK;
            size_t scanned = 0;
            CHECK_EQ(gs_head_parse(text, cut, &scanned, &head, &err), 0);
            for (size_t len = cut + 1; len < size; len++)
                CHECK_EQ(gs_head_parse(text, len, &scanned, &head, &err), 0);
            CHECK_EQ(gs_head_parse(text, size, &scanned, &head, &err), size);
            CHECK(head.length == 12 && head.close);
            free(text);
        }
    }
}

// What cannot become a status line is refused at once, not when the server deigns to end it.
static void garbage_is_refused_early(void)
{
    struct gs_head head;
    enum gs_err err = GS_E_OK;
    CHECK_EQ(parse("H", &head, &err), 0);
    CHECK_EQ(parse("HTTP/1.", &head, &err), 0);
    CHECK_EQ(parse("HX", &head, &err), -1);
    CHECK_EQ(err, GS_E_STATUS_LINE);
    CHECK_EQ(parse("\x16\x03\x01", &head, &err), -1);
    CHECK_EQ(parse("SSH-2.0-OpenSSH", &head, &err), -1);
}

static void at_most_64_kib(void)
{
    static char text[GS_HEAD_MAX + 64];
    struct gs_head head;
    enum gs_err err = GS_E_OK;
    memset(text, 'a', sizeof text);
    memcpy(text, OK "X: ", strlen(OK "X: "));
    memcpy(text + GS_HEAD_MAX - 4, "\r\n\r\n", 4);
    CHECK_EQ(parse_bytes(text, GS_HEAD_MAX, &head, &err), GS_HEAD_MAX);
    memset(text + GS_HEAD_MAX - 4, 'a', 4);
    CHECK_EQ(parse_bytes(text, GS_HEAD_MAX, &head, &err), 0);
    CHECK_EQ(parse_bytes(text, GS_HEAD_MAX + 1, &head, &err), -1);
    CHECK_EQ(err, GS_E_HEAD_TOO_LARGE);
    memcpy(text + GS_HEAD_MAX - 3, "\r\n\r\n", 4); // whole, but one byte too long
    err = GS_E_OK;
    CHECK_EQ(parse_bytes(text, GS_HEAD_MAX + 1, &head, &err), -1);
    CHECK_EQ(err, GS_E_HEAD_TOO_LARGE);
}

static void walks_the_fields(void)
{
    struct gs_slice head = GS_SLICE(OK "A: 1\r\nB:\r\na: 2 \r\n\r\n"), name, value;
    size_t at = 0;
    CHECK(gs_head_next(head, &at, &name, &value));
    CHECK_TEXT(name.data, name.len, "A");
    CHECK_TEXT(value.data, value.len, "1");
    CHECK(gs_head_next(head, &at, &name, &value));
    CHECK_TEXT(name.data, name.len, "B");
    CHECK_EQ(value.len, 0);
    CHECK(gs_head_next(head, &at, &name, &value));
    CHECK_TEXT(value.data, value.len, "2");
    CHECK(!gs_head_next(head, &at, &name, &value));
    value = gs_head_find(head, "a");
    CHECK_TEXT(value.data, value.len, "1");
    CHECK(gs_head_find(head, "b").data != NULL);
    CHECK(gs_head_find(head, "c").data == NULL);
    CHECK(gs_slice_is(GS_SLICE("Close"), "close"));
    CHECK(!gs_slice_is(GS_SLICE("close"), "closed"));
    CHECK(!gs_slice_is(GS_SLICE("closed"), "close"));
}

TEST_MAIN(TEST(reads_a_head), TEST(good_heads), TEST(malformed_heads), TEST(joins_folded_lines),
          TEST(any_cut), TEST(garbage_is_refused_early), TEST(at_most_64_kib),
          TEST(walks_the_fields))
