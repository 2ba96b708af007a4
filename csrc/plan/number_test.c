#include "plan/number.h"

#include <math.h>

#include "base/test.h"

static void writes_floats(void)
{
    static const struct {
        double f;
        const char *text;
    } rows[] = {
            {0, "0.0"},
            {-0.0, "-0.0"},
            {1, "1.0"},
            {-1.5, "-1.5"},
            {0.1, "0.1"},
            {1e15, "1000000000000000.0"},
            {1e16, "1e+16"},
            {1.5e16, "1.5e+16"},
            {0.0001, "0.0001"},
            {0.00001, "1e-05"},
            {1.5e-7, "1.5e-07"},
            {1e100, "1e+100"},
            {1e-100, "1e-100"},
            {INFINITY, "inf"},
            {-INFINITY, "-inf"},
            {NAN, "nan"},
            {-NAN, "nan"},
            {9999999999999998, "9999999999999998.0"},
            {5e-324, "5e-324"},
            {123456.789, "123456.789"},
            {-1.7976931348623157e308, "-1.7976931348623157e+308"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[32];
        size_t len = gs_number_repr(rows[i].f, text);
        CHECK_TEXT(text, len, rows[i].text);
    }
}

static void writes_ints(void)
{
    char text[24];
    size_t len = gs_number_whole(INT64_MIN, text);
    CHECK_TEXT(text, len, "-9223372036854775808");
    len = gs_number_whole(0, text);
    CHECK_TEXT(text, len, "0");
}

#define NONE INT64_MAX // declines

static void reads_ints(void)
{
    static const struct {
        const char *text;
        int base;
        int64_t expected;
    } rows[] = {
            {"12", 10, 12},
            {" \t\n\v\f\r-12 ", 10, -12},
            {"+1_000", 10, 1000},
            {"007", 10, 7},
            {"-9223372036854775808", 10, INT64_MIN},
            {"9223372036854775806", 10, INT64_MAX - 1},
            {"9223372036854775808", 10, NONE},
            {"-9223372036854775809", 10, NONE},
            {"99999999999999999999999", 10, NONE},
            {"", 10, NONE},
            {" ", 10, NONE},
            {"-", 10, NONE},
            {"- 1", 10, NONE},
            {"1_", 10, NONE},
            {"_1", 10, NONE},
            {"1__0", 10, NONE},
            {"1.0", 10, NONE},
            {"0x10", 10, NONE},
            {"\x1c"
             "1",
             10, NONE},
            {"\u0661", 10, NONE},
            {"ff", 16, 255},
            {"0xFf", 16, 255},
            {"0x_f", 16, 15},
            {"0x", 16, NONE},
            {"0b101", 2, 5},
            {"0b2", 2, NONE},
            {"0b1", 16, 0xb1},
            {"zZ", 36, 35 * 37},
            {"0x1f", 0, 31},
            {"0O17", 0, 15},
            {"-0b11", 0, -3},
            {"10", 0, 10},
            {"010", 0, NONE},
            {"0_0", 0, 0},
            {"1", 1, NONE},
            {"1", 37, NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gs_value s = gs_str_of_utf8(rows[i].text, strlen(rows[i].text)), out;
        bool done = gs_number_to_int(s.str, rows[i].base, &out);
        if (done != (rows[i].expected != NONE) || (done && out.i != rows[i].expected))
            CHECK_TEXT(rows[i].text, strlen(rows[i].text), "read right");
        gs_drop(s);
    }
}

static void reads_floats(void)
{
    static const struct {
        const char *text;
        double expected;
    } rows[] = {
            {"1.5", 1.5},       {" -1.5e3\n", -1500}, {"1.", 1},         {".5", 0.5},
            {"1_0.2_5", 10.25}, {"1e1_0", 1e10},      {"inf", INFINITY}, {"-Infinity", -INFINITY},
            {"+INF", INFINITY}, {"1e400", INFINITY},  {"12", 12},        {"0001.0", 1},
    };
    static const char *const refused[] = {
            "",    ".",      "e5",   "1e",    "1e+",   "1_.5",  "1._5", "_1",
            "1_",  "1__0",   "--",   "1 2",   "0x1p3", "infin", "na_n", "--1",
            "1,5", "\u0661", "1.5f", "1e5.5", "i",     "nan1",
    };
    struct gs_value out;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gs_value s = gs_str_of_utf8(rows[i].text, strlen(rows[i].text));
        CHECK(gs_number_to_float(s.str, &out) && out.f == rows[i].expected);
        gs_drop(s);
    }
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct gs_value s = gs_str_of_utf8(refused[i], strlen(refused[i]));
        CHECK(!gs_number_to_float(s.str, &out));
        gs_drop(s);
    }
    struct gs_value s = gs_bytes_new(" NaN", 4), zero = gs_bytes_new("-0", 2);
    CHECK(gs_number_to_float(s.str, &out) && isnan(out.f));
    CHECK(gs_number_to_float(zero.str, &out) && out.f == 0 && signbit(out.f));
    gs_drop(s);
    gs_drop(zero);
}

TEST_MAIN(TEST(writes_floats), TEST(writes_ints), TEST(reads_ints), TEST(reads_floats))
