#include "target/text.h"

#include "base/test.h"

static struct gs_buf buf;

static const struct gs_buf *decoded(const char *text, bool form)
{
    buf.len = 0;
    gs_text_decode(&buf, (struct gs_text){text, strlen(text)}, form);
    return &buf;
}

static const struct gs_buf *quoted(const char *data, size_t len)
{
    buf.len = 0;
    gs_text_json(&buf, (struct gs_text){data, len});
    return &buf;
}

static void cuts(void)
{
    struct gs_text rest = GS_TEXT("a/b/");
    struct gs_text head = gs_text_cut(&rest, '/');
    CHECK_TEXT(head.data, head.len, "a");
    head = gs_text_cut(&rest, '/');
    CHECK_TEXT(head.data, head.len, "b");
    CHECK_EQ(rest.len, 0);
    CHECK_EQ(gs_text_cut(&rest, '/').len, 0);
}

static void reads_numbers(void)
{
    uint64_t n;
    double d;
    CHECK(gs_text_number(GS_TEXT("0100"), 100, &n) && n == 100);
    CHECK(!gs_text_number(GS_TEXT("101"), 100, &n));
    CHECK(!gs_text_number(GS_TEXT(""), 100, &n));
    CHECK(!gs_text_number(GS_TEXT("1 "), 100, &n));
    CHECK(!gs_text_number(GS_TEXT("99999999999999999999"), UINT64_MAX, &n));
    CHECK(gs_text_decimal(GS_TEXT("2.5"), &d) && d == 2.5);
    CHECK(gs_text_decimal(GS_TEXT("3"), &d) && d == 3);
    CHECK(!gs_text_decimal(GS_TEXT("-3"), &d));
    CHECK(!gs_text_decimal(GS_TEXT(".5"), &d));
    CHECK(!gs_text_decimal(GS_TEXT("1e5"), &d));
    CHECK(!gs_text_decimal(GS_TEXT("nan"), &d));
}

static void decodes(void)
{
    CHECK_TEXT(decoded("a%20b+c", true)->data, buf.len, "a b c");
    CHECK_TEXT(decoded("a%20b+c", false)->data, buf.len, "a b+c");
    CHECK_TEXT(decoded("%4", true)->data, buf.len, "%4");
    CHECK_TEXT(decoded("%zz%4A", true)->data, buf.len, "%zzJ");
    buf.len = 0;
    CHECK(gs_text_field(GS_TEXT("a=1&b=%41&b=2"), "b", &buf));
    CHECK_TEXT(buf.data, buf.len, "A");
    CHECK(!gs_text_field(GS_TEXT("a=1"), "b", &buf));
}

static void knows_utf8(void)
{
    CHECK(gs_text_utf8(GS_TEXT("a\xc3\xa4\xe6\x97\xa5\xf0\x9f\xaa\xbf")));
    CHECK(!gs_text_utf8(GS_TEXT("\xc3")));
    CHECK(!gs_text_utf8(GS_TEXT("\xc0\x80")));
    CHECK(!gs_text_utf8(GS_TEXT("\xed\xa0\x80")));
    CHECK(!gs_text_utf8(GS_TEXT("\xf4\x90\x80\x80")));
    CHECK(!gs_text_utf8(GS_TEXT("\xe0\x80\x80")));
}

static void quotes(void)
{
    CHECK_TEXT(quoted("a\"\\\n\x01", 5)->data, buf.len, "\"a\\\"\\\\\\u000a\\u0001\"");
    CHECK_TEXT(quoted("\xc3\xa4", 2)->data, buf.len, "\"\xc3\xa4\"");
    CHECK_TEXT(quoted("\xe4", 1)->data, buf.len, "\"\\u00e4\"");
    CHECK_TEXT(quoted("", 0)->data, buf.len, "\"\"");
}

static void knows_base64(void)
{
    static const char *const pairs[][2] = {
            {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        buf.len = 0;
        gs_text_base64(&buf, (struct gs_text){pairs[i][0], strlen(pairs[i][0])});
        CHECK_TEXT(buf.data, buf.len, pairs[i][1]);
        buf.len = 0;
        CHECK(gs_text_unbase64(&buf, (struct gs_text){pairs[i][1], strlen(pairs[i][1])}));
        CHECK_TEXT(buf.data, buf.len, pairs[i][0]);
    }
    CHECK(!gs_text_unbase64(&buf, GS_TEXT("a-b_")));
    gs_buf_fini(&buf);
}

TEST_MAIN(TEST(cuts), TEST(reads_numbers), TEST(decodes), TEST(knows_utf8), TEST(quotes),
          TEST(knows_base64))
