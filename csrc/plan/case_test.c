#include "plan/method_test.h"

static void changes_ascii(void)
{
    static const struct gs_call_row rows[] = {
            {"upper", "[\"aZ9 {`\"]", "'AZ9 {`'"},
            {"lower", "[\"aZ9 [@\"]", "'az9 [@'"},
            {"casefold", "[\"AbC\"]", "'abc'"},
            {"swapcase", "[\"aB1\"]", "'Ab1'"},
            {"title", "[\"they're bill's 3rd\"]", "\"They'Re Bill'S 3Rd\""},
            {"capitalize", "[\"hELLO wORLD\"]", "'Hello world'"},
            {"capitalize", "[\"\"]", "''"},
            {"upper", "[\"\\u00e9\"]", NULL},
            {"upper", "[\"a\", \"b\"]", NULL},
    };
    CHECK_CALLS(rows, false);
}

static void asks_ascii(void)
{
    static const struct gs_call_row rows[] = {
            {"isdigit", "[\"0129\"]", "True"},
            {"isdigit", "[\"\"]", "False"},
            {"isdecimal", "[\"1a\"]", "False"},
            {"isnumeric", "[\"1\"]", "True"},
            {"isalpha", "[\"abZ\"]", "True"},
            {"isalpha", "[\"ab \"]", "False"},
            {"isalnum", "[\"ab1\"]", "True"},
            {"isspace", "[\" \\t\\n\\u000b\\u001c\\u001f\"]", "True"},
            {"isspace", "[\" a\"]", "False"},
            {"isupper", "[\"A1\"]", "True"},
            {"isupper", "[\"Ab\"]", "False"},
            {"islower", "[\"12\"]", "False"},
            {"islower", "[\"a1\"]", "True"},
            {"istitle", "[\"They'Re 3Rd\"]", "True"},
            {"istitle", "[\"They're\"]", "False"},
            {"istitle", "[\"They'Re X\"]", "True"},
            {"istitle", "[\"THey\"]", "False"},
            {"isascii", "[\"\\u00e9\"]", "False"},
            {"isascii", "[\"\"]", "True"},
            {"isprintable", "[\"\"]", "True"},
            {"isprintable", "[\"a\\u007f\"]", "False"},
            {"isidentifier", "[\"_a1\"]", "True"},
            {"isidentifier", "[\"1a\"]", "False"},
            {"isidentifier", "[\"\"]", "False"},
            {"isalpha", "[\"\\u00e9\"]", NULL},
    };
    CHECK_CALLS(rows, false);
}

static void bytes_know_ascii_alone(void)
{
    static const struct gs_call_row rows[] = {
            {"upper", "[\"a\\u00e9\"]", "b'A\\xc3\\xa9'"}, {"isalpha", "[\"\\u00e9\"]", "False"},
            {"isspace", "[\"\\u001c\"]", "False"},         {"isspace", "[\"\\u000b\"]", "True"},
            {"isascii", "[\"\\u00e9\"]", "False"},         {"casefold", "[\"A\"]", NULL},
    };
    CHECK_CALLS(rows, true);
}

TEST_MAIN(TEST(changes_ascii), TEST(asks_ascii), TEST(bytes_know_ascii_alone))
