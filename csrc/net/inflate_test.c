#include "net/inflate.h"

#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/test.h"

enum { GZIP = 15 + 16, ZLIB = 15, RAW = -15 };

// Appends data, packed in one of the three ways.
static void pack(struct gs_buf *out, const char *data, size_t len, int window)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)len};
    deflateInit2(&z, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
    gs_buf_reserve(out, deflateBound(&z, (uLong)len));
    z.next_out = (Bytef *)out->data + out->len;
    z.avail_out = (uInt)(out->cap - out->len);
    CHECK_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->len += z.total_out;
    deflateEnd(&z);
}

static char *pattern(size_t len)
{
    char *data = malloc(len);
    for (size_t i = 0; i < len; i++)
        data[i] = (char)('a' + i * i / 7 % 26);
    return data;
}

static void unpacks_all_three(void)
{
    static const int windows[] = {GZIP, ZLIB, RAW};
    static const size_t sizes[] = {0, 1, 100, 65536, 65537, 300000};
    for (int w = 0; w < 3; w++) {
        for (int s = 0; s < 6; s++) {
            struct gs_buf packed = GS_BUF_EMPTY, out = GS_BUF_EMPTY;
            char *data = pattern(sizes[s] + 1);
            pack(&packed, data, sizes[s], windows[w]);
            CHECK_EQ(gs_inflate(&out, packed.data, packed.len, 1 << 20), GS_INFLATE_OK);
            CHECK(out.len == sizes[s] && (!out.len || memcmp(out.data, data, out.len) == 0));
            free(data);
            gs_buf_fini(&packed);
            gs_buf_fini(&out);
        }
    }
}

static void an_empty_body_is_empty(void)
{
    struct gs_buf out = GS_BUF_EMPTY;
    CHECK_EQ(gs_inflate(&out, "", 0, 100), GS_INFLATE_OK);
    CHECK_EQ(out.len, 0);
}

static void members_follow_one_another(void)
{
    struct gs_buf packed = GS_BUF_EMPTY, out = GS_BUF_EMPTY;
    pack(&packed, "first, ", 7, GZIP);
    pack(&packed, "second", 6, GZIP);
    CHECK_EQ(gs_inflate(&out, packed.data, packed.len, 100), GS_INFLATE_OK);
    CHECK_TEXT(out.data, out.len, "first, second");
    gs_buf_str(&packed, "\n\n"); // padding, as some servers send
    out.len = 0;
    CHECK_EQ(gs_inflate(&out, packed.data, packed.len, 100), GS_INFLATE_OK);
    CHECK_TEXT(out.data, out.len, "first, second");
    gs_buf_fini(&packed);
    gs_buf_fini(&out);
}

// Cut anywhere: said, and never more than was there.
static void cut_short_is_bad(void)
{
    static const int windows[] = {GZIP, ZLIB, RAW};
    char *data = pattern(2000);
    for (int w = 0; w < 3; w++) {
        struct gs_buf packed = GS_BUF_EMPTY;
        pack(&packed, data, 2000, windows[w]);
        for (size_t len = 1; len < packed.len; len++) {
            struct gs_buf out = GS_BUF_EMPTY;
            char *part = malloc(len);
            memcpy(part, packed.data, len);
            CHECK_EQ(gs_inflate(&out, part, len, 1 << 20), GS_INFLATE_BAD);
            CHECK(out.len <= 2000 && (!out.len || memcmp(out.data, data, out.len) == 0));
            free(part);
            gs_buf_fini(&out);
        }
        gs_buf_fini(&packed);
    }
    free(data);
}

static void damage_is_bad(void)
{
    struct gs_buf packed = GS_BUF_EMPTY, out = GS_BUF_EMPTY;
    pack(&packed, "some text that is long enough", 29, GZIP);
    packed.data[packed.len - 6] ^= 1; // its checksum
    CHECK_EQ(gs_inflate(&out, packed.data, packed.len, 100), GS_INFLATE_BAD);
    out.len = 0;
    CHECK_EQ(gs_inflate(&out, "not packed at all", 17, 100), GS_INFLATE_BAD);
    gs_buf_fini(&packed);
    gs_buf_fini(&out);
}

// 100 MB of zeros in 100 kB: what is kept, and the memory for it, stay within the bound.
static void a_bomb_is_bounded(void)
{
    size_t size = 100 << 20, max = 1 << 20;
    struct gs_buf packed = GS_BUF_EMPTY, out = GS_BUF_EMPTY;
    char *zeros = calloc(1, size);
    pack(&packed, zeros, size, GZIP);
    free(zeros);
    CHECK(packed.len < 200000);
    CHECK_EQ(gs_inflate(&out, packed.data, packed.len, max), GS_INFLATE_TOO_LARGE);
    CHECK_EQ(out.len, max);
    CHECK(out.cap <= 2 * max + 65536);
    gs_buf_fini(&out);
    gs_buf_fini(&packed);
}

static void exactly_the_bound_is_good(void)
{
    struct gs_buf packed = GS_BUF_EMPTY, out = GS_BUF_EMPTY;
    char *data = pattern(70000);
    pack(&packed, data, 70000, ZLIB);
    CHECK_EQ(gs_inflate(&out, packed.data, packed.len, 70000), GS_INFLATE_OK);
    CHECK_EQ(out.len, 70000);
    out.len = 0;
    CHECK_EQ(gs_inflate(&out, packed.data, packed.len, 69999), GS_INFLATE_TOO_LARGE);
    CHECK_EQ(out.len, 69999);
    free(data);
    gs_buf_fini(&packed);
    gs_buf_fini(&out);
}

TEST_MAIN(TEST(unpacks_all_three), TEST(an_empty_body_is_empty), TEST(members_follow_one_another),
          TEST(cut_short_is_bad), TEST(damage_is_bad), TEST(a_bomb_is_bounded),
          TEST(exactly_the_bound_is_good))
