#include "plan/token.h"

#include <math.h>
#include <stdlib.h>

#include "base/test.h"

// Of text that begins behind a quote: the length of the string, -1: refused.
static int string_length(const char *text, size_t len, unsigned *traits)
{
    char *copy = malloc(len + 1); // so that reads behind the end are seen
    memcpy(copy, text, len);
    struct gs_token_scan scan = gs_token_scan(copy, len);
    *traits = 0;
    const char *stop = gs_token_string(&scan, copy, traits);
    int n = stop ? (int)(stop - copy) : -1;
    free(copy);
    return n;
}

static void strings(void)
{
    static const struct {
        const char *text;
        int len;
        unsigned traits;
    } rows[] = {
            {"\"", 0, 0},
            {"abc\"d", 3, 0},
            {"abc", -1, 0},
            {"", -1, 0},
            {"a\\\"b\"", 4, GS_TOKEN_ESCAPED},
            {"\\\\\"", 2, GS_TOKEN_ESCAPED},
            {"\\/\\b\\f\\n\\r\\t\"", 12, GS_TOKEN_ESCAPED},
            {"\\x\"", -1, 0},
            {"\\", -1, 0},
            {"\\u00e9\"", 6, GS_TOKEN_ESCAPED},
            {"\\u00g9\"", -1, 0},
            {"\\u00e", -1, 0},
            {"\\ud83d\\ude00\"", 12, GS_TOKEN_ESCAPED},
            {"\\ud83d\"", -1, 0},
            {"\\ud83d\\u0041\"", -1, 0},
            {"\\ude00\"", -1, 0},
            {"\u00e9\U0001f600\"", 6, GS_TOKEN_WIDE},
            {"\xed\xa0\x80\"", -1, 0},
            {"\xc3\"", -1, 0},
            {"\x80\"", -1, 0},
            {"\xf0\x9f\x98", -1, 0},
            {"a\x1f\"", -1, 0},
            {"a\x7f\"", 2, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned traits;
        int len = string_length(rows[i].text, strlen(rows[i].text), &traits);
        if (len != rows[i].len || (len >= 0 && traits != rows[i].traits))
            CHECK_TEXT(rows[i].text, strlen(rows[i].text), "taken right");
    }
}

// The 64 bytes that are known at a time may end anywhere in a string.
static void strings_of_every_length(void)
{
    for (size_t len = 0; len < 300; len++) {
        char text[302];
        unsigned traits;
        memset(text, 'a', sizeof text);
        text[len] = '"';
        CHECK_EQ(string_length(text, len + 1, &traits), len);
        CHECK_EQ(string_length(text, len, &traits), -1);
        if (len < 2)
            continue;
        memcpy(text + len - 2, "\\\"\"", 3);
        CHECK_EQ(string_length(text, len + 1, &traits), len);
        memcpy(text + len - 2, "\u00e9", 2);
        CHECK_EQ(string_length(text, len + 1, &traits), len);
    }
}

static void decodes(void)
{
    static const struct {
        const char *raw, *meant;
    } rows[] = {
            {"", ""},
            {"abc", "abc"},
            {"\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t"},
            {"a\\u00e9b", "a\u00e9b"},
            {"\\u20AC\\ud83D\\uDe00x", "\u20ac\U0001f600x"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[64];
        size_t raw_len = strlen(rows[i].raw), len = gs_token_decode(rows[i].raw, raw_len, out);
        const char *meant = rows[i].meant;
        CHECK_TEXT(out, len, meant);
        CHECK(gs_token_means(rows[i].raw, raw_len, meant, strlen(meant)));
        CHECK(!gs_token_means(rows[i].raw, raw_len, "other", 5));
        CHECK(!gs_token_means(rows[i].raw, raw_len, meant, strlen(meant) - 1) || !*meant);
    }
    CHECK(!gs_token_means("\\u00e9", 6, "\xc3", 1));
}

static const char *number(const char *text, struct gs_value *out)
{
    return gs_token_number(text, text + strlen(text), out);
}

static void numbers(void)
{
    static const struct {
        const char *text;
        int len; // 0: refused
    } rows[] = {
            {"0", 1},
            {"-0", 2},
            {"12,", 2},
            {"12.5]", 4},
            {"1e5", 3},
            {"1E-05 ", 5},
            {"-1.5e+3", 7},
            {"01", 0},
            {"-", 0},
            {"-a", 0},
            {"1.", 0},
            {"1.e5", 0},
            {"1e", 0},
            {"1e+", 0},
            {"+1", 0},
            {"9223372036854775807", 19},
            {".5", 0},
            {"1x", 1},
            {"00", 0},
            {"9223372036854775808", 0},
            {"-9223372036854775808", 20},
            {"-9223372036854775809", 0},
            {"99999999999999999999", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gs_value v;
        const char *behind = number(rows[i].text, &v), *checked = number(rows[i].text, NULL);
        CHECK_EQ(behind ? behind - rows[i].text : 0, rows[i].len);
        CHECK(behind == checked);
    }
}

static void number_values(void)
{
    struct gs_value v;
    CHECK(number("-0", &v) && v.tag == GS_INT && v.i == 0);
    CHECK(number("-0.0", &v) && v.tag == GS_FLOAT && v.f == 0 && signbit(v.f));
    CHECK(number("-9223372036854775808", &v) && v.i == INT64_MIN);
    CHECK(number("1e2", &v) && v.tag == GS_FLOAT && v.f == 100);
    CHECK(number("-1e400", &v) && isinf(v.f) && v.f < 0);
}

TEST_MAIN(TEST(strings), TEST(strings_of_every_length), TEST(decodes), TEST(numbers),
          TEST(number_values))
