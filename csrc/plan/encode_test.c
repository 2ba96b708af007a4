// base64 by the vectors of RFC 4648 section 10; percent-encoding as urllib.parse's.
#include "plan/encode.h"

#include "base/test.h"

static void base64(void)
{
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"foobar", "Zm9vYmFy"},
                                           {"\xff\xfe\xfb", "//77"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct gs_buf out = GS_BUF_EMPTY;
        CHECK_EQ(gs_encode_base64(&out, pairs[i][0], strlen(pairs[i][0])), 0);
        CHECK_TEXT(out.data, out.len, pairs[i][1]);
        gs_buf_fini(&out);
    }
}

static void percent(void)
{
    static const struct {
        const char *text, *quoted, *plus;
    } rows[] = {{"", "", ""},
                {"a-Z_0.9~", "a-Z_0.9~", "a-Z_0.9~"},
                {"a b/c", "a%20b/c", "a+b%2Fc"},
                {"\xc3\xa4&=?", "%C3%A4%26%3D%3F", "%C3%A4%26%3D%3F"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gs_buf out = GS_BUF_EMPTY;
        CHECK_EQ(gs_encode_percent(&out, rows[i].text, strlen(rows[i].text), false), 0);
        CHECK_TEXT(out.data, out.len, rows[i].quoted);
        out.len = 0;
        CHECK_EQ(gs_encode_percent(&out, rows[i].text, strlen(rows[i].text), true), 0);
        CHECK_TEXT(out.data, out.len, rows[i].plus);
        gs_buf_fini(&out);
    }
}

TEST_MAIN(TEST(base64), TEST(percent))
