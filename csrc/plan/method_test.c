#include "plan/method_test.h"

static void knows_names(void)
{
    CHECK(gs_method_find("upper", 5, GS_STR) != NULL);
    CHECK(gs_method_find("zfill", 5, GS_BYTES) != NULL);
    CHECK(gs_method_find("capitalize", 10, GS_STR) != NULL);
    CHECK(gs_method_find("upper", 4, GS_STR) == NULL);
    CHECK(gs_method_find("uppers", 6, GS_STR) == NULL);
    CHECK(gs_method_find("", 0, GS_STR) == NULL);
    CHECK(gs_method_find("translate", 9, GS_STR) == NULL);
    CHECK(gs_method_find("format", 6, GS_STR) == NULL);
}

static void tells_str_from_bytes(void)
{
    CHECK(gs_method_find("encode", 6, GS_BYTES) == NULL);
    CHECK(gs_method_find("decode", 6, GS_STR) == NULL);
    CHECK(gs_method_find("hex", 3, GS_BYTES) != NULL);
    CHECK(gs_method_find("upper", 5, GS_LIST) == NULL);
}

// The table is searched by halves: what stands in the wrong place is not found.
static void every_name_is_found(void)
{
    static const char *const names[] = {
            "capitalize", "casefold",   "center",     "count",        "encode",       "endswith",
            "expandtabs", "find",       "index",      "isalnum",      "isalpha",      "isascii",
            "isdecimal",  "isdigit",    "islower",    "isnumeric",    "isidentifier", "isprintable",
            "isspace",    "istitle",    "isupper",    "join",         "ljust",        "lower",
            "lstrip",     "partition",  "replace",    "removeprefix", "removesuffix", "rfind",
            "rindex",     "rjust",      "rpartition", "rsplit",       "rstrip",       "split",
            "splitlines", "startswith", "strip",      "swapcase",     "title",        "upper",
            "zfill"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!gs_method_find(names[i], strlen(names[i]), GS_STR))
            CHECK_TEXT(names[i], strlen(names[i]), "found");
}

static void refuses_other_arguments(void)
{
    static const struct gs_call_row rows[] = {
            {"split", "[\"a\", \",\", 1, 2]", NULL},
            {"strip", "[\"a\", \"b\", \"c\"]", NULL},
            {"zfill", "[\"a\"]", NULL},
            {"zfill", "[\"a\", 2, \"0\"]", NULL},
            {"join", "[\"a\"]", NULL},
            {"replace", "[\"a\", \"b\", \"c\", 1, 2]", NULL},
            {"partition", "[\"a\"]", NULL},
            {"encode", "[\"a\", 1]", NULL},
            {"splitlines", "[\"a\", null]", NULL},
            {"isascii", "[\"a\", 1]", NULL},
    };
    CHECK_CALLS(rows, false);
}

TEST_MAIN(TEST(knows_names), TEST(tells_str_from_bytes), TEST(every_name_is_found),
          TEST(refuses_other_arguments))
