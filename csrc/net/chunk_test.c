#include "net/chunk.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/test.h"

// Decodes text in pieces of `first`, then `step` bytes. *rest: bytes that were not used.
static enum gs_chunk_result decode(const char *text, size_t first, size_t step, struct gs_buf *out,
                                   size_t *rest)
{
    struct gs_chunk chunk;
    enum gs_chunk_result result = GS_CHUNK_MORE;
    size_t size = strlen(text), at = 0;
    gs_chunk_init(&chunk);
    out->len = 0;
    while (at < size && result == GS_CHUNK_MORE) {
        size_t n = at == 0 && first ? first : step;
        n = n < size - at ? n : size - at;
        char *piece = malloc(n);
        memcpy(piece, text + at, n);
        size_t len = n, used;
        result = gs_chunk_decode(&chunk, piece, &len, &used);
        CHECK(len <= used && used <= n && (used == n || result != GS_CHUNK_MORE));
        gs_buf_add(out, piece, len);
        free(piece);
        at += used;
    }
    *rest = size - at;
    return result;
}

static void good_bodies_at_any_cut(void)
{
    static const struct {
        const char *text, *body;
        size_t rest;
    } cases[] = {
            {"0\r\n\r\n", "", 0},
            {"3\r\nabc\r\n0\r\n\r\n", "abc", 0},
            {"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc", 0},
            {"00000003\r\nabc\r\n000\r\n\r\n", "abc", 0},
            {"A\r\n0123456789\r\na\r\nabcdefghij\r\n0\r\n\r\n", "0123456789abcdefghij", 0},
            {"3;name=\"va;l\"\r\nabc\r\n0;last\r\n\r\n", "abc", 0},
            {"3 \r\nabc\r\n0\r\n\r\n", "abc", 0},
            {"3\r\nabc\r\n0\r\nExpires: never\r\nX: y\r\n\r\n", "abc", 0},
            {"3\nabc\n0\n\n", "abc", 0},
            {"4\r\n\r\n0\r\r\n0\r\n\r\n", "\r\n0\r", 0}, // framing bytes in the data
            {"3\r\nabc\r\n0\r\n\r\nHTTP/1.1", "abc", 8},
    };
    struct gs_buf body = GS_BUF_EMPTY;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t size = strlen(cases[i].text), rest;
        for (size_t cut = 1; cut <= size; cut++) {
            CHECK_EQ(decode(cases[i].text, cut, size, &body, &rest), GS_CHUNK_END);
            CHECK_TEXT(body.data, body.len, cases[i].body);
            CHECK_EQ(decode(cases[i].text, 0, cut, &body, &rest), GS_CHUNK_END);
            CHECK_TEXT(body.data, body.len, cases[i].body);
            CHECK(rest == cases[i].rest);
        }
        for (size_t len = 1; len < size - cases[i].rest; len++) {
            char *part = strndup(cases[i].text, len);
            CHECK_EQ(decode(part, 0, 1, &body, &rest), GS_CHUNK_MORE);
            free(part);
        }
    }
    gs_buf_fini(&body);
}

static void bad_bodies_at_any_cut(void)
{
    static const char *const cases[] = {
            "\r\n",
            "zz\r\n",
            "-3\r\nabc\r\n",
            "+3\r\n",
            " 3\r\n",
            ";a\r\n",
            "3x\r\nabc\r\n",
            "0x3\r\nabc\r\n",
            "3\r\nabcd",
            "3\r\nabc\rX",
            "3\r\nabc0\r\n",
            "ffffffffffffffffff\r\n",
            "10000000000000000\r\n",
            "3\r\nabc\r\n\r\n",
    };
    struct gs_buf body = GS_BUF_EMPTY;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t step = 1; step <= strlen(cases[i]); step++) {
            size_t rest;
            CHECK_EQ(decode(cases[i], 0, step, &body, &rest), GS_CHUNK_BAD);
        }
    }
    gs_buf_fini(&body);
}

// What has no end has a bound: size lines, zeros in front of a size, extensions, trailers.
static void endless_lines_are_bad(void)
{
    static const char *const starts[] = {"3;", "000", "0\r\nX: "};
    struct gs_buf text = GS_BUF_EMPTY, body = GS_BUF_EMPTY;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        size_t rest;
        text.len = 0;
        gs_buf_str(&text, starts[i]);
        for (int n = 0; n < 100000; n++)
            gs_buf_str(&text, "0");
        gs_buf_add(&text, "", 1);
        CHECK_EQ(decode(text.data, 0, 1000, &body, &rest), GS_CHUNK_BAD);
    }
    gs_buf_fini(&text);
    gs_buf_fini(&body);
}

static void large_chunks_are_counted_in_64_bits(void)
{
    struct gs_chunk chunk;
    char text[] = "fffffffffffff\r\nab";
    size_t len = strlen(text), used;
    gs_chunk_init(&chunk);
    CHECK_EQ(gs_chunk_decode(&chunk, text, &len, &used), GS_CHUNK_MORE);
    CHECK_TEXT(text, len, "ab");
    CHECK(chunk.left == 0xfffffffffffffULL - 2);
}

TEST_MAIN(TEST(good_bodies_at_any_cut), TEST(bad_bodies_at_any_cut), TEST(endless_lines_are_bad),
          TEST(large_chunks_are_counted_in_64_bits))
