#include "plan/method_test.h"

static void strips(void)
{
    static const struct gs_call_row rows[] = {
            {"strip", "[\" \\t a b\\n\"]", "'a b'"},
            {"strip", "[\" \\t \"]", "''"},
            {"strip", "[\"\\u3000x\\u00a0\\u001f\"]", "'x'"},
            {"lstrip", "[\" a \", null]", "'a '"},
            {"rstrip", "[\" a \"]", "' a'"},
            {"strip", "[\"xyaxy\", \"yx\"]", "'a'"},
            {"strip", "[\"\\u00e9a\\u00e8\", \"\\u00e9\"]", "'a\u00e8'"},
            {"strip", "[\"a\", \"\"]", "'a'"},
            {"strip", "[\"a\", 1]", NULL},
            {"removeprefix", "[\"abc\", \"ab\"]", "'c'"},
            {"removeprefix", "[\"abc\", \"bc\"]", "'abc'"},
            {"removesuffix", "[\"abc\", \"bc\"]", "'a'"},
            {"removesuffix", "[\"abc\", \"\"]", "'abc'"},
            {"removesuffix", "[\"a\", \"aa\"]", "'a'"},
    };
    CHECK_CALLS(rows, false);
}

static void splits(void)
{
    static const struct gs_call_row rows[] = {
            {"split", "[\" a  b c \"]", "['a', 'b', 'c']"},
            {"split", "[\" a  b c \", null, 1]", "['a', 'b c ']"},
            {"split", "[\"  \"]", "[]"},
            {"split", "[\"a\\u3000b\"]", "['a', 'b']"},
            {"split", "[\"a,b,,c\", \",\"]", "['a', 'b', '', 'c']"},
            {"split", "[\"a,b,,c\", \",\", 1]", "['a', 'b,,c']"},
            {"split", "[\"\", \",\"]", "['']"},
            {"split", "[\"a--b\", \"--\", 0]", "['a--b']"},
            {"split", "[\"a\", \"\"]", NULL},
            {"rsplit", "[\"a,b,c\", \",\", 1]", "['a,b', 'c']"},
            {"rsplit", "[\" a b c \", null, 1]", "[' a b', 'c']"},
            {"rsplit", "[\"a b c\"]", "['a', 'b', 'c']"},
            {"splitlines", "[\"a\\nb\\r\\n\\rc\"]", "['a', 'b', '', 'c']"},
            {"splitlines", "[\"a\\nb\\r\\n\", true]", "['a\\n', 'b\\r\\n']"},
            {"splitlines", "[\"a\\u2028b\\u000bc\\n\"]", "['a', 'b', 'c']"},
            {"splitlines", "[\"\"]", "[]"},
            {"partition", "[\"a=b=c\", \"=\"]", "('a', '=', 'b=c')"},
            {"partition", "[\"abc\", \"=\"]", "('abc', '', '')"},
            {"rpartition", "[\"a=b=c\", \"=\"]", "('a=b', '=', 'c')"},
            {"rpartition", "[\"abc\", \"=\"]", "('', '', 'abc')"},
            {"partition", "[\"abc\", \"\"]", NULL},
    };
    CHECK_CALLS(rows, false);
}

static void joins_and_replaces(void)
{
    static const struct gs_call_row rows[] = {
            {"join", "[\", \", [\"a\", \"\\u00e9\", \"\"]]", "'a, \u00e9, '"},
            {"join", "[\", \", []]", "''"},
            {"join", "[\", \", [\"a\", 1]]", NULL},
            {"replace", "[\"banana\", \"an\", \"AN\"]", "'bANANa'"},
            {"replace", "[\"banana\", \"an\", \"\", 1]", "'bana'"},
            {"replace", "[\"\\u00e9a\", \"\", \"-\"]", "'-\u00e9-a-'"},
            {"replace", "[\"ab\", \"\", \"-\", 2]", "'-a-b'"},
            {"replace", "[\"ab\", \"\", \"-\", 0]", "'ab'"},
            {"replace", "[\"aaa\", \"aa\", \"b\", -3]", "'ba'"},
            {"replace", "[\"a\", \"a\"]", NULL},
    };
    CHECK_CALLS(rows, false);
}

static void bytes_too(void)
{
    static const struct gs_call_row rows[] = {
            {"strip", "[\" a\\u00a0\"]", "b'a\\xc2\\xa0'"},
            {"split", "[\"a\\u001cb c\"]", "[b'a\\x1cb', b'c']"},
            {"splitlines", "[\"a\\u000bb\\nc\"]", "[b'a\\x0bb', b'c']"},
            {"join", "[\"-\", [\"a\", \"b\"]]", "b'a-b'"},
            {"replace", "[\"\\u00e9\", \"\", \".\"]", "b'.\\xc3.\\xa9.'"},
            {"partition", "[\"a=b\", \"=\"]", "(b'a', b'=', b'b')"},
    };
    CHECK_CALLS(rows, true);
}

TEST_MAIN(TEST(strips), TEST(splits), TEST(joins_and_replaces), TEST(bytes_too))
