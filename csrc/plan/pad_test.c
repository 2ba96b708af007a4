#include "plan/method_test.h"

static void fills(void)
{
    static const struct gs_call_row rows[] = {
            {"ljust", "[\"ab\", 4]", "'ab  '"},
            {"ljust", "[\"ab\", 2]", "'ab'"},
            {"ljust", "[\"ab\", -5]", "'ab'"},
            {"rjust", "[\"ab\", 4, \"*\"]", "'**ab'"},
            {"center", "[\"ab\", 5]", "'  ab '"},
            {"center", "[\"abc\", 6]", "' abc  '"},
            {"center", "[\"a\", 4, \"*\"]", "'*a**'"},
            {"zfill", "[\"-5\", 4]", "'-005'"},
            {"zfill", "[\"+\", 3]", "'+00'"},
            {"zfill", "[\"\", 2]", "'00'"},
            {"zfill", "[\"12\", true]", "'12'"},
            {"rjust", "[\"\\u00e9\", 3, \"\\u3042\"]", "'\u3042\u3042\u00e9'"},
            {"rjust", "[\"a\", 3, \"--\"]", NULL},
            {"rjust", "[\"a\", 3, \"\"]", NULL},
            {"rjust", "[\"a\"]", NULL},
            {"rjust", "[\"a\", 1e3]", NULL},
    };
    CHECK_CALLS(rows, false);
}

static void expands_tabs(void)
{
    static const struct gs_call_row rows[] = {
            {"expandtabs", "[\"a\\tb\"]", "'a       b'"},
            {"expandtabs", "[\"a\\tb\", 4]", "'a   b'"},
            {"expandtabs", "[\"a\\tb\\n\\tc\", 2]", "'a b\\n  c'"},
            {"expandtabs", "[\"a\\tb\", 0]", "'ab'"},
            {"expandtabs", "[\"a\\tb\", -1]", "'ab'"},
            {"expandtabs", "[\"\\u00e9\\tb\", 4]", "'\u00e9   b'"},
    };
    CHECK_CALLS(rows, false);
}

static void bytes_too(void)
{
    static const struct gs_call_row rows[] = {
            {"center", "[\"ab\", 5, \"*\"]", "b'**ab*'"},
            {"zfill", "[\"-5\", 4]", "b'-005'"},
            {"expandtabs", "[\"\\u00e9\\tb\", 4]", "b'\\xc3\\xa9  b'"},
    };
    CHECK_CALLS(rows, true);
}

TEST_MAIN(TEST(fills), TEST(expands_tabs), TEST(bytes_too))
