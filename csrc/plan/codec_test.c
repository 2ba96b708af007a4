#include "plan/method_test.h"

static void encodes(void)
{
    static const struct gs_call_row rows[] = {
            {"encode", "[\"a\\u00e9\"]", "b'a\\xc3\\xa9'"},
            {"encode", "[\"a\\u00e9\", \"UTF-8\"]", "b'a\\xc3\\xa9'"},
            {"encode", "[\"a\\u00e9\", \"latin-1\"]", "b'a\\xe9'"},
            {"encode", "[\"ab\", \"ascii\", \"strict\"]", "b'ab'"},
            {"encode", "[\"\", \"latin1\"]", "b''"},
            {"encode", "[\"\\u0100\", \"latin-1\"]", NULL},
            {"encode", "[\"\\u00e9\", \"ascii\"]", NULL},
            {"encode", "[\"a\", \"utf-16\"]", NULL},
            {"encode", "[\"a\", \"utf-8\", \"ignore\"]", NULL},
            {"decode", "[\"a\"]", NULL},
    };
    CHECK_CALLS(rows, false);
}

static void says_hex(void)
{
    static const struct gs_call_row rows[] = {
            {"hex", "[\"a\\u00e9\"]", "'61c3a9'"},
            {"hex", "[\"\"]", "''"},
            {"hex", "[\"a\", \":\"]", NULL},
    };
    CHECK_CALLS(rows, true);
}

static void decodes(void)
{
    static const struct {
        const char *data, *coding, *text;
    } rows[] = {
            {"a\xc3\xa9", "utf-8", "a\u00e9"},
            {"a\xe9", "latin-1", "a\u00e9"},
            {"ab", "ascii", "ab"},
            {"a\xe9", "utf-8", NULL},
            {"a\xe9", "ascii", NULL},
            {"a", "cp1252", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gs_value out, args[2] = {gs_bytes_new(rows[i].data, strlen(rows[i].data)),
                                        gs_str_of_utf8(rows[i].coding, strlen(rows[i].coding))};
        bool done = gs_method_find("decode", 6, GS_BYTES)(args, 2, &out);
        CHECK_EQ(done, rows[i].text != NULL);
        if (done) {
            CHECK_TEXT(out.str->data, out.str->len, rows[i].text);
            CHECK_EQ(out.str->chars, gs_utf8_count(out.str->data, out.str->len));
            gs_drop(out);
        }
        gs_drop(args[0]);
        gs_drop(args[1]);
    }
}

TEST_MAIN(TEST(encodes), TEST(says_hex), TEST(decodes))
