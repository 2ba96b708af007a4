#include "plan/method_test.h"

static void finds(void)
{
    static const struct gs_call_row rows[] = {
            {"find", "[\"banana\", \"an\"]", "1"},
            {"find", "[\"banana\", \"an\", 2]", "3"},
            {"find", "[\"banana\", \"an\", 2, -2]", "-1"},
            {"find", "[\"banana\", \"x\"]", "-1"},
            {"find", "[\"abc\", \"\", 3]", "3"},
            {"find", "[\"abc\", \"\", 4]", "-1"},
            {"find", "[\"abc\", \"\", null, null]", "0"},
            {"find", "[\"abc\", \"c\", true]", "2"},
            {"rfind", "[\"banana\", \"an\"]", "3"},
            {"rfind", "[\"abc\", \"\"]", "3"},
            {"rfind", "[\"banana\", \"ana\", 0, 5]", "1"},
            {"index", "[\"banana\", \"n\"]", "2"},
            {"index", "[\"banana\", \"x\"]", NULL},
            {"rindex", "[\"banana\", \"n\"]", "4"},
            {"count", "[\"aaaa\", \"aa\"]", "2"},
            {"count", "[\"abc\", \"\"]", "4"},
            {"count", "[\"abc\", \"\", 4]", "0"},
            {"find", "[\"abc\", 1]", NULL},
            {"find", "[\"abc\"]", NULL},
            {"find", "[\"abc\", \"a\", 1.5]", NULL},
    };
    CHECK_CALLS(rows, false);
    CHECK_CALLS(rows, true);
}

static void counts_code_points(void)
{
    static const struct gs_call_row rows[] = {
            {"find", "[\"\\u00e9\\ud83d\\ude00x\", \"x\"]", "2"},
            {"find", "[\"\\u00e9\\ud83d\\ude00x\", \"x\", -1]", "2"},
            {"find", "[\"\\u00e9\\ud83d\\ude00x\", \"\\ud83d\\ude00\", 1, 2]", "1"},
            {"rfind", "[\"\\u00e9x\\u00e9\", \"\\u00e9\"]", "2"},
            {"count", "[\"\\u00e9\\u00e9\", \"\"]", "3"},
    };
    CHECK_CALLS(rows, false);
}

static void matches_ends(void)
{
    static const struct gs_call_row rows[] = {
            {"startswith", "[\"abc\", \"ab\"]", "True"},
            {"startswith", "[\"abc\", \"abcd\"]", "False"},
            {"startswith", "[\"abc\", \"\", 3]", "True"},
            {"startswith", "[\"abc\", \"\", 4]", "False"},
            {"startswith", "[\"abc\", \"bc\", 1]", "True"},
            {"startswith", "[\"abc\", [\"a\"]]", NULL},
            {"endswith", "[\"abc\", \"bc\"]", "True"},
            {"endswith", "[\"abc\", \"ab\", 0, 2]", "True"},
            {"endswith", "[\"abc\", \"abc\", 1]", "False"},
    };
    CHECK_CALLS(rows, false);
    CHECK_CALLS(rows, true);
}

static void matches_any_of_a_tuple(void)
{
    struct gs_list *tuple = gs_list_new(GS_TUPLE, 2);
    struct gs_value args[2] = {gs_str_of_utf8("abc", 3), GS_VALUE(GS_TUPLE, list, tuple)}, out;
    gs_method *startswith = gs_method_find("startswith", 10, GS_STR);
    CHECK(startswith(args, 2, &out) && !out.i);
    gs_list_push(tuple, gs_str_of_utf8("x", 1));
    CHECK(startswith(args, 2, &out) && !out.i);
    gs_list_push(tuple, gs_str_of_utf8("ab", 2));
    CHECK(startswith(args, 2, &out) && out.i);
    gs_list_push(tuple, GS_INT_VALUE(1));
    CHECK(!startswith(args, 2, &out));
    gs_drop(args[0]);
    gs_drop(args[1]);
}

TEST_MAIN(TEST(finds), TEST(counts_code_points), TEST(matches_ends), TEST(matches_any_of_a_tuple))
