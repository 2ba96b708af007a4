#include "plan/digits.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "base/test.h"

#define CHECK_DIGITS(d, digits, at)                                                                \
    do {                                                                                           \
        CHECK_TEXT((d).text, (size_t)(d).count, digits);                                           \
        CHECK_EQ((d).point, at);                                                                   \
    } while (0)

static void shortest(void)
{
    static const struct {
        double f;
        const char *digits;
        int point;
    } rows[] = {
            {0, "", 0},
            {1, "1", 1},
            {0.1, "1", 0},
            {0.3, "3", 0},
            {0.1 + 0.2, "30000000000000004", 0},
            {123.456, "123456", 3},
            {5e-324, "5", -323},
            {DBL_MIN, "22250738585072014", -307},
            {DBL_MAX, "17976931348623157", 309},
            {9007199254740993.0, "9007199254740992", 16},
            {1e23, "1", 24},
            {0x1p-44, "5684341886080802", -13}, // the nearest 16 digits do not read back
            {0x1p-24, "5960464477539063", -7},  // two are as near, one reads back
            {0x1p-20, "95367431640625", -6},    // is exact
            {999999999999999.9, "9999999999999999", 15},
            {0.000001, "1", -5},
    };
    struct gs_digits d;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        gs_digits_shortest(&d, rows[i].f);
        CHECK_DIGITS(d, rows[i].digits, rows[i].point);
    }
}

static void fixed_places(void)
{
    struct gs_digits d;
    gs_digits_fixed(&d, 2.5, 0); // ties to even
    CHECK_DIGITS(d, "2", 1);
    gs_digits_fixed(&d, 3.5, 0);
    CHECK_DIGITS(d, "4", 1);
    gs_digits_fixed(&d, 0.125, 2);
    CHECK_DIGITS(d, "12", 0);
    gs_digits_fixed(&d, 1.005, 2); // is a little less
    CHECK_DIGITS(d, "1", 1);
    gs_digits_fixed(&d, 999.999, 2);
    CHECK_DIGITS(d, "1", 4);
    gs_digits_fixed(&d, 0.001, 2);
    CHECK_DIGITS(d, "", -2);
    gs_digits_fixed(&d, 1e22, 1);
    CHECK_DIGITS(d, "1", 23);
    gs_digits_fixed(&d, 1e-300, 2);
    CHECK_DIGITS(d, "", -2);
    gs_digits_fixed(&d, DBL_MAX, GS_DIGITS_PLACES);
    CHECK_EQ(d.point, 309);
}

static void rounded_digits(void)
{
    struct gs_digits d;
    gs_digits_rounded(&d, 1234.5, 4);
    CHECK_DIGITS(d, "1234", 4);
    gs_digits_rounded(&d, 9.96, 2);
    CHECK_DIGITS(d, "1", 2);
    gs_digits_rounded(&d, 0.00012345, 3);
    CHECK_DIGITS(d, "123", -3);
    gs_digits_rounded(&d, 5e-324, 5);
    CHECK_DIGITS(d, "49407", -323);
    gs_digits_rounded(&d, 0, 3);
    CHECK_DIGITS(d, "", 0);
    gs_digits_rounded(&d, DBL_MAX, GS_DIGITS_PLACES);
    CHECK_EQ(d.count, GS_DIGITS_PLACES);
}

static void check_read(const char *text, double expected)
{
    double f;
    CHECK(gs_digits_read(text, strlen(text), &f));
    if (f != expected) {
        fprintf(stderr, "%s is read as %a, not %a\n", text, f, expected);
        gs_test_failures++;
    }
}

static void reads(void)
{
    check_read("0", 0);
    check_read("0.000", 0);
    check_read("00012.50", 12.5);
    check_read("1e5", 1e5);
    check_read("1E+5", 1e5);
    check_read(".5e-1", 0.05);
    check_read("9007199254740993", 9007199254740992.0);
    check_read("9007199254740993.00000000000000000001", 9007199254740994.0);
    check_read("0.1234567890123456789", 0.1234567890123456789);
    check_read("18446744073709551615", 18446744073709551615.0);
    check_read("1e400", HUGE_VAL);
    check_read("1e-400", 0);
    check_read("1e99999999999999999999", HUGE_VAL);
    check_read("4.9e-324", 5e-324);
    check_read("2.4703282292062327e-324", 0);
    check_read("2.4703282292062328e-324", 5e-324);
    char longest[GS_DIGITS_MAX + 2];
    double f;
    memset(longest, '1', sizeof longest);
    CHECK(gs_digits_read(longest, GS_DIGITS_MAX, &f) && isinf(f));
    CHECK(!gs_digits_read(longest, sizeof longest, &f));
}

// Against the C library, on numbers of all sizes.
static void agrees_with_the_library(void)
{
    struct gs_rng rng = gs_rng_make(3, 3);
    for (int i = 0; i < 100000; i++) {
        char text[64], again[64];
        struct gs_digits d;
        double f, read;
        uint64_t bits = gs_rng_next(&rng);
        if (i % 2) // common sizes
            bits = (bits & ~(0x7ffULL << 52)) | (1000 + gs_rng_below(&rng, 90)) << 52;
        bits &= ~(1ULL << 63);
        memcpy(&f, &bits, sizeof f);
        if (!isfinite(f))
            continue;
        int len = snprintf(text, sizeof text, "%.*e", (int)gs_rng_below(&rng, 22), f);
        CHECK(gs_digits_read(text, (size_t)len, &read) && read == strtod(text, NULL));
        gs_digits_shortest(&d, f);
        snprintf(again, sizeof again, "%.*se%d", d.count, d.text, d.point - d.count);
        CHECK(strtod(again, NULL) == f);
        if (d.count == 17) {
            snprintf(again, sizeof again, "%.15e", f);
            CHECK(strtod(again, NULL) != f);
        }
    }
}

// Where a locale with a decimal comma is installed.
static void does_not_know_the_locale(void)
{
    bool comma = setlocale(LC_NUMERIC, "de_DE.UTF-8") != NULL;
    struct gs_digits d;
    gs_digits_fixed(&d, 1e-300 + 0x1p60, 3);
    CHECK_EQ(d.point, 19);
    gs_digits_rounded(&d, 1.5e-300, 5);
    CHECK_DIGITS(d, "15", -299);
    check_read("1.5e-300", 1.5e-300);
    if (comma)
        setlocale(LC_NUMERIC, "C");
}

static void writes_whole_numbers(void)
{
    static const struct {
        uint64_t whole;
        const char *text;
    } rows[] = {{0, "0"},
                {9, "9"},
                {10, "10"},
                {100, "100"},
                {101, "101"},
                {9999, "9999"},
                {UINT64_MAX, "18446744073709551615"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[20];
        size_t len = gs_digits_whole(text, rows[i].whole);
        CHECK_TEXT(text, len, rows[i].text);
    }
}

TEST_MAIN(TEST(shortest), TEST(fixed_places), TEST(rounded_digits), TEST(reads),
          TEST(agrees_with_the_library), TEST(does_not_know_the_locale), TEST(writes_whole_numbers))
