#include "plan/format.h"

#include <math.h>

#include "base/test.h"

typedef bool formatter(struct gs_buf *, struct gs_value, const char *, size_t);

struct row {
    struct gs_value value;
    const char *spec;
    const char *expected; // NULL: declines
};

static void check(formatter *format, const struct row *row)
{
    struct gs_buf out = GS_BUF_EMPTY;
    bool done = format(&out, row->value, row->spec, strlen(row->spec));
    if (done != (row->expected != NULL))
        CHECK_TEXT(row->spec, strlen(row->spec), done ? "declined" : "done");
    if (done && row->expected)
        CHECK_TEXT(out.data, out.len, row->expected);
    gs_buf_fini(&out);
}

static void check_text(formatter *format, const char *text, const char *spec, const char *expected)
{
    struct gs_value s = gs_str_of_utf8(text, strlen(text));
    check(format, &(struct row){s, spec, expected});
    gs_drop(s);
}

#define INT(x)                                                                                     \
    {                                                                                              \
        .tag = GS_INT, .i = (x)                                                                    \
    }
#define FLOAT(x)                                                                                   \
    {                                                                                              \
        .tag = GS_FLOAT, .f = (x)                                                                  \
    }
#define BOOL(x)                                                                                    \
    {                                                                                              \
        .tag = GS_BOOL, .i = (x)                                                                   \
    }
#define CHECK_ROWS(format, rows)                                                                   \
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)                                        \
    check(format, &rows[i])

static void ints(void)
{
    static const struct row rows[] = {
            {INT(42), "", "42"},
            {INT(42), "5", "   42"},
            {INT(-42), "05", "-0042"},
            {INT(42), "+d", "+42"},
            {INT(42), " d", " 42"},
            {INT(42), "<5d", "42   "},
            {INT(42), "*^7", "**42***"},
            {INT(-42), "*=7", "-****42"},
            {INT(42), "\u65e5>4", "\u65e5\u65e542"},
            {INT(255), "#x", "0xff"},
            {INT(255), "#010X", "0X000000FF"},
            {INT(-5), "b", "-101"},
            {INT(8), "#o", "0o10"},
            {INT(0), "x", "0"},
            {INT(INT64_MIN), "x", "-8000000000000000"},
            {INT(1234567), ",", "1,234,567"},
            {INT(1234567), "_d", "1_234_567"},
            {INT(0xdeadbeef), "_x", "dead_beef"},
            {INT(1234), "010,", "00,001,234"},
            {INT(123), "04,", "0,123"},
            {INT(65), "c", "A"},
            {INT(65), "05c", "0000A"},
            {INT(0x65e5), "^3c", " \u65e5 "},
            {INT(1), ".2f", "1.00"},
            {INT(3), "%", "300.000000%"},
            {INT(1), "e", "1.000000e+00"},
            {BOOL(1), "", "True"},
            {BOOL(1), "d", "1"},
            {BOOL(0), "3", "  0"},
            {INT(42), ".2d", NULL},
            {INT(42), ",x", NULL},
            {INT(42), "s", NULL},
            {INT(42), "n", NULL},
            {INT(42), "+c", NULL},
            {INT(0xd800), "c", NULL},
            {INT(-1), "c", NULL},
            {INT(42), "dd", NULL},
            {INT(42), ",_", NULL},
            {INT(42), "5.", NULL},
            {INT(42), "1000d", NULL},
    };
    CHECK_ROWS(gs_format_value, rows);
}

static void floats(void)
{
    static const struct row rows[] = {
            {FLOAT(3.14159), "", "3.14159"},
            {FLOAT(3.14159), ".2f", "3.14"},
            {FLOAT(2.5), ".0f", "2"},
            {FLOAT(2.5), "#.0f", "2."},
            {FLOAT(-1.5), "08.2f", "-0001.50"},
            {FLOAT(1234567.891), ",.2f", "1,234,567.89"},
            {FLOAT(1234.5), "012,.1f", "00,001,234.5"},
            {FLOAT(0.00001), "", "1e-05"},
            {FLOAT(100), "", "100.0"},
            {FLOAT(100), ".3", "1e+02"},
            {FLOAT(100), ".4", "100.0"},
            {FLOAT(1e16), "", "1e+16"},
            {FLOAT(100), "g", "100"},
            {FLOAT(1e6), "g", "1e+06"},
            {FLOAT(1e-5), "G", "1E-05"},
            {FLOAT(1.5), "#g", "1.50000"},
            {FLOAT(12345.678), "e", "1.234568e+04"},
            {FLOAT(12345.678), ".0E", "1E+04"},
            {FLOAT(0), ".2e", "0.00e+00"},
            {FLOAT(-0.0), ".1f", "-0.0"},
            {FLOAT(-0.04), ".1f", "-0.0"},
            {FLOAT(0.125), ".0%", "12%"},
            {FLOAT(0.5), "6.1%", " 50.0%"},
            {FLOAT(INFINITY), "F", "INF"},
            {FLOAT(-INFINITY), "06", "-00inf"},
            {FLOAT(NAN), "+", "+nan"},
            {FLOAT(1e308), "%", "inf%"},
            {FLOAT(1), "d", NULL},
            {FLOAT(1), "x", NULL},
            {FLOAT(1), "n", NULL},
            {FLOAT(1), "s", NULL},
            {FLOAT(1), "z.1f", NULL},
            {FLOAT(1), ".200f", NULL},
    };
    CHECK_ROWS(gs_format_value, rows);
}

static void texts(void)
{
    formatter *format = gs_format_value;
    check_text(format, "ab", "", "ab");
    check_text(format, "ab", "5", "ab   ");
    check_text(format, "ab", ">5s", "   ab");
    check_text(format, "ab", "\u65e5^5", "\u65e5ab\u65e5\u65e5");
    check_text(format, "\u00e9\u65e5", ".1", "\u00e9");
    check_text(format, "\u00e9\u65e5", "4", "\u00e9\u65e5  ");
    check_text(format, "ab", "05", "ab000");
    check_text(format, "ab", "=5", NULL);
    check_text(format, "ab", "+5", NULL);
    check_text(format, "ab", "#5", NULL);
    check_text(format, "ab", ",", NULL);
    check_text(format, "ab", "d", NULL);
}

static void other_types_have_no_specs(void)
{
    struct gs_value none = GS_NONE_VALUE, bytes = gs_bytes_new("a", 1);
    check(gs_format_value, &(struct row){none, "", "None"});
    check(gs_format_value, &(struct row){none, "5", NULL});
    check(gs_format_value, &(struct row){bytes, "", "b'a'"});
    check(gs_format_value, &(struct row){bytes, "s", NULL});
    gs_drop(bytes);
}

static void percent_of_numbers(void)
{
    static const struct row rows[] = {
            {INT(42), "%d", "42"},
            {INT(42), "d", "42"}, // the sign itself may be left out
            {INT(42), "%05d", "00042"},
            {INT(-42), "%-6d", "-42   "},
            {INT(42), "%-06d", "42    "},
            {INT(42), "%+d", "+42"},
            {INT(42), "%+ d", "+42"},
            {INT(42), "% d", " 42"},
            {INT(42), "%.5d", "00042"},
            {INT(42), "%8.5d", "   00042"},
            {INT(255), "%#x", "0xff"},
            {INT(255), "%#08X", "0X0000FF"},
            {INT(-8), "%o", "-10"},
            {FLOAT(3.99), "%d", "3"},
            {FLOAT(-3.99), "%i", "-3"},
            {INT(65), "%c", "A"},
            {INT(65), "%05c", "    A"},
            {INT(3), "%.1f", "3.0"},
            {FLOAT(2.5), "%05.1f", "002.5"},
            {FLOAT(1e10), "%g", "1e+10"},
            {FLOAT(INFINITY), "%05f", "00inf"},
            {INT(42), "%s", "42"},
            {INT(42), "%5.1s", "    4"},
            {INT(42), "%ld", "42"},
            {BOOL(1), "%d", "1"},
            {BOOL(1), "%s", "True"},
            {FLOAT(1.5), "%x", NULL},
            {FLOAT(NAN), "%d", NULL},
            {FLOAT(1e30), "%d", NULL},
            {INT(42), "%", NULL},
            {INT(42), "%%", NULL},
            {INT(42), "%y", NULL},
            {INT(42), "%*d", NULL},
            {INT(42), "%(a)d", NULL},
            {INT(42), "%d ", NULL},
    };
    CHECK_ROWS(gs_format_percent, rows);
}

static void percent_of_text(void)
{
    formatter *format = gs_format_percent;
    check_text(format, "a\u00e9", "%s", "a\u00e9");
    check_text(format, "a\u00e9", "%4s", "  a\u00e9");
    check_text(format, "a\u00e9", "%-4s|", NULL);
    check_text(format, "\u00e9a", "%-4.1s", "\u00e9   ");
    check_text(format, "a'", "%r", "\"a'\"");
    check_text(format, "a", "%a", "'a'");
    check_text(format, "\u00e9", "%a", NULL);
    check_text(format, "\u00e9", "%c", "\u00e9");
    check_text(format, "ab", "%c", NULL);
    check_text(format, "1", "%d", NULL);
    check_text(format, "a", "%.s", "");
}

TEST_MAIN(TEST(ints), TEST(floats), TEST(texts), TEST(other_types_have_no_specs),
          TEST(percent_of_numbers), TEST(percent_of_text))
