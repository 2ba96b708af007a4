#include "plan/json.h"

#include <stdlib.h>

#include "base/test.h"
#include "plan/text.h"

// repr() of what the text means, or "declines". In the caller's buffer, which is written anew.
static void meaning(struct gs_buf *out, const char *text, size_t len)
{
    struct gs_value v;
    char *copy = malloc(len ? len : 1); // so that reads behind the end are seen
    memcpy(copy, text, len);
    bool parsed = gs_json_parse(copy, len, &v);
    CHECK_EQ(gs_json_check(copy, len), parsed);
    free(copy);
    out->len = 0;
    if (!parsed) {
        gs_buf_str(out, "declines");
        return;
    }
    CHECK(gs_text_repr(out, v));
    gs_drop(v);
}

static void parses(void)
{
    static const char *const rows[][2] = {
            {"null", "None"},
            {" true\n", "True"},
            {"[false, NaN, Infinity, -Infinity]", "[False, nan, inf, -inf]"},
            {"-0", "0"},
            {"-0.0", "-0.0"},
            {"[1, 1.0, 1e2, 9223372036854775807]", "[1, 1.0, 100.0, 9223372036854775807]"},
            {"1e400", "inf"},
            {"\"a\\u00e9\\n\\ud83d\\ude00\"", "'a\u00e9\\n\U0001f600'"},
            {"{}", "{}"},
            {"[ ]", "[]"},
            {" { \"a\" : [ 1 , { } ] , \"b\" : \"\" } ", "{'a': [1, {}], 'b': ''}"},
            {"{\"a\": 1, \"b\": 2, \"a\": 3}", "{'a': 3, 'b': 2}"},
            {"{\"a\\u0062\": 1, \"ab\": 2}", "{'ab': 2}"},
            {"[[[[]]]]", "[[[[]]]]"},
    };
    struct gs_buf out = GS_BUF_EMPTY;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        meaning(&out, rows[i][0], strlen(rows[i][0]));
        CHECK_TEXT(out.data, out.len, rows[i][1]);
    }
    gs_buf_fini(&out);
}

static void refuses(void)
{
    static const char *const rows[] = {
            "",
            " ",
            "nul",
            "nulL",
            "True",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1",
            "]",
            "{\"a\":1,}",
            "{\"a\"}",
            "{a:1}",
            "{\"a\":}",
            "{\"a\" 1}",
            "{1:1}",
            "{\"a\":1]",
            "[1}",
            "'a'",
            "\"a",
            "1 2",
            "01",
            "1.",
            "-",
            "+1",
            ".5",
            "0x1",
            "\"\t\"",
            "\"\\x\"",
            "\"\\ud800\"",
            "\ufeff1",
            "\v1",
            "\xc2\xa0\x31",
            "-NaN",
            "\"\xff\"",
            "[\"\xc3\"]",
            "{",
            "{\"a\":1",
            "{\"a\"",
            "{\"",
            "[\"a\" \"b\"]",
            "1,",
            "9223372036854775808",
            "-9223372036854775809",
            "nan",
            "Infinit",
            "-Infinit",
            "tru",
            "\"\\u12\"",
            "/*c*/1",
    };
    struct gs_buf out = GS_BUF_EMPTY;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        meaning(&out, rows[i], strlen(rows[i]));
        CHECK_TEXT(out.data, out.len, "declines");
    }
    struct gs_value v;
    CHECK(!gs_json_check(NULL, 0) && !gs_json_parse(NULL, 0, &v));
    meaning(&out, "1\0", 2);
    CHECK_TEXT(out.data, out.len, "declines");
    gs_buf_fini(&out);
}

// 200 levels are taken, 201 are not: to read, and to write.
static void is_not_too_deep(void)
{
    char text[402];
    struct gs_value v;
    struct gs_buf out = GS_BUF_EMPTY;
    memset(text, '[', 201);
    memset(text + 201, ']', 201);
    CHECK(!gs_json_check(text, 402) && !gs_json_parse(text, 402, &v));
    CHECK(gs_json_check(text + 1, 400) && gs_json_parse(text + 1, 400, &v));
    CHECK(gs_json_write(&out, v));
    CHECK_EQ(out.len, 400);
    struct gs_list *outer = gs_list_new(GS_LIST, 1);
    gs_list_push(outer, v);
    CHECK(!gs_json_write(&out, GS_VALUE(GS_LIST, list, outer)));
    gs_drop(GS_VALUE(GS_LIST, list, outer));
    gs_buf_fini(&out);
}

// Keys are kept while one text is parsed, in places that several of them share.
static void keeps_keys_apart(void)
{
    struct gs_buf text = GS_BUF_EMPTY;
    struct gs_value v;
    gs_buf_str(&text, "[");
    for (int i = 0; i < 300; i++)
        gs_buf_printf(&text, "%s{\"k%d\": %d, \"k%d\": 0, \"\": 1}", i ? "," : "", i % 50, i,
                      (i + 1) % 50);
    gs_buf_str(&text, "]");
    CHECK(gs_json_parse(text.data, text.len, &v));
    for (int i = 0; i < 300; i++) {
        char key[8];
        int len = snprintf(key, sizeof key, "k%d", i % 50);
        struct gs_value *found = gs_dict_find_text(v.list->items[i].dict, key, (size_t)len);
        CHECK(found && found->i == i);
        CHECK_EQ(v.list->items[i].dict->count, 3);
    }
    gs_drop(v);
    gs_buf_fini(&text);
}

// ---- finding ----------------------------------------------------------------------------------

// repr() of what stands at the steps, a JSON array.
static void check_found(const char *text, const char *steps, const char *expected)
{
    size_t len = strlen(text);
    char *copy = malloc(len ? len : 1);
    memcpy(copy, text, len);
    struct gs_view view = {.text = copy, .len = len};
    struct gs_value path, v;
    struct gs_buf out = GS_BUF_EMPTY;
    CHECK(gs_json_check(text, len));
    CHECK(gs_json_parse(steps, strlen(steps), &path));
    if (gs_json_find(&view, path.list->items, path.list->count, &v)) {
        CHECK(gs_text_repr(&out, v));
        gs_drop(v);
    } else {
        gs_buf_str(&out, "declines");
    }
    CHECK_TEXT(out.data, out.len, expected);
    gs_drop(path);
    gs_buf_fini(&out);
    free(copy);
}

static void finds(void)
{
    static const char text[] =
            " { \"skip\" : [\"]}\\\"\", {\"a\": 0}, \"\\\\\"] , \"a\" : { \"b\" : "
            "[ 1 , [2, \"x\\u00e9\"] , {\"c\": null} ], \"d\": -1.5 },"
            " \"q\\\"\\u0078\": true, \"n\":12}";
    check_found(text, "[\"a\", \"b\", 0]", "1");
    check_found(text, "[\"a\", \"b\", 1, 1]", "'x\u00e9'");
    check_found(text, "[\"a\", \"b\", 2]", "{'c': None}");
    check_found(text, "[\"a\", \"b\", -1, \"c\"]", "None");
    check_found(text, "[\"a\", \"b\", -3]", "1");
    check_found(text, "[\"a\", \"b\", true, 0]", "2");
    check_found(text, "[\"a\", \"d\"]", "-1.5");
    check_found(text, "[\"q\\\"x\"]", "True");
    check_found(text, "[\"n\"]", "12");
    check_found(text, "[\"skip\", 2]", "'\\\\'");
    check_found("[1]", "[]", "[1]");
    check_found(" 7 ", "[]", "7");
}

static void finds_nothing(void)
{
    static const char text[] = "{\"a\": [1, 2], \"b\": \"text\", \"c\": {}, \"d\": []}";
    check_found(text, "[\"x\"]", "declines");
    check_found(text, "[\"a\", 2]", "declines");
    check_found(text, "[\"a\", -3]", "declines");
    check_found(text, "[\"a\", \"b\"]", "declines");
    check_found(text, "[0]", "declines");
    check_found(text, "[\"b\", 0]", "declines");
    check_found(text, "[\"c\", \"a\"]", "declines");
    check_found(text, "[\"d\", 0]", "declines");
    check_found(text, "[\"d\", -1]", "declines");
    check_found(text, "[null]", "declines");
}

static void the_last_of_equal_keys_counts(void)
{
    check_found("{\"a\": 1, \"a\": 2}", "[\"a\"]", "2");
    check_found("{\"a\": {\"b\": 1}, \"a\": {\"c\": 2}}", "[\"a\", \"b\"]", "declines");
    check_found("{\"a\": {\"b\": 1}, \"\\u0061\": {\"b\": 2}}", "[\"a\", \"b\"]", "2");
    check_found("{\"a\": {\"b\": 1}, \"a\": 5}", "[\"a\", \"b\"]", "declines");
    check_found("{\"a\": {\"b\": 1, \"b\": {\"a\": 9}}}", "[\"a\", \"b\", \"a\"]", "9");
}

// What looks like the key again may be another one, or none.
static void what_only_looks_like_the_key_does_not_count(void)
{
    check_found("{\"a\": 1, \"b\": {\"a\": 2}}", "[\"a\"]", "1");
    check_found("{\"a\": 1, \"b\": \"a\"}", "[\"a\"]", "1");
    check_found("{\"a\": {\"a\": 3}, \"b\": \"\\\"a\\\"\"}", "[\"a\", \"a\"]", "3");
    check_found("{\"a\": 1, \"ab\": 2, \"b\": \"\\\\\"}", "[\"a\"]", "1");
    check_found("{\"\": 1, \"b\": \"\", \"c\": [\"\"]}", "[\"\"]", "1");
    check_found("{\"\": 1, \"b\": 0, \"\": 2}", "[\"\"]", "2");
    check_found("{\"a\\\"\": 1, \"a\": 2}", "[\"a\\\"\"]", "1");
    check_found("[{\"a\": [0, 1]}, {\"a\": 2}]", "[0, \"a\", 1]", "1");
    check_found("{\"long key, more than a block\": 1, \"long key, more than a block\": 2}",
                "[\"long key, more than a block\"]", "2");
}

// What is skipped is looked at 64 bytes at a time.
static void skips_any_length(void)
{
    for (int pad = 0; pad < 140; pad++) {
        char text[400];
        snprintf(text, sizeof text, "{\"s\":[\"%*s\\\\\\\"]\",{\"%*s\":[]}],\"x\":[{},[%*s],3]}",
                 pad, "", 140 - pad, "", pad, "");
        check_found(text, "[\"x\", 2]", "3");
        check_found(text, "[\"x\", -2]", "[]");
    }
}

static void touches_once(void)
{
    struct gs_view view = {.text = "[1]", .len = 3};
    CHECK(gs_json_touch(&view));
    struct gs_list *list = view.value.list;
    CHECK(gs_json_touch(&view));
    CHECK(view.value.list == list && list->count == 1);
    gs_drop(view.value);
}

// ---- writing ----------------------------------------------------------------------------------

static void writes(void)
{
    static const char *const rows[][2] = {
            {"[1,2.50,\"a\",true,false,null]", "[1, 2.5, \"a\", true, false, null]"},
            {"{\"a\":{},\"b\":[],\"c\":[{}]}", "{\"a\": {}, \"b\": [], \"c\": [{}]}"},
            {"[NaN,Infinity,-Infinity,1e16,-0.0]", "[NaN, Infinity, -Infinity, 1e+16, -0.0]"},
            {"\"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\\\"\\\\/\\u007f\"",
             "\"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\\\"\\\\/\\u007f\""},
            {"\"\u00e9\u20ac\U0001f600a\"", "\"\\u00e9\\u20ac\\ud83d\\ude00a\""},
            {"\"\"", "\"\""},
            {"\"a string longer than sixteen bytes, plain\"",
             "\"a string longer than sixteen bytes, plain\""},
    };
    struct gs_buf out = GS_BUF_EMPTY;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gs_value v;
        CHECK(gs_json_parse(rows[i][0], strlen(rows[i][0]), &v));
        out.len = 0;
        CHECK(gs_json_write(&out, v));
        CHECK_TEXT(out.data, out.len, rows[i][1]);
        gs_drop(v);
    }
    gs_buf_fini(&out);
}

static void writes_keys_of_all_types(void)
{
    struct gs_dict *dict = gs_dict_new();
    struct gs_buf out = GS_BUF_EMPTY;
    struct gs_value text = gs_str_of_utf8("1", 1);
    CHECK(gs_dict_set(dict, GS_INT_VALUE(-1), GS_NONE_VALUE));
    CHECK(gs_dict_set(dict, GS_BOOL_VALUE(1), GS_NONE_VALUE));
    CHECK(gs_dict_set(dict, GS_NONE_VALUE, GS_NONE_VALUE));
    CHECK(gs_dict_set(dict, text, GS_NONE_VALUE));
    CHECK(gs_json_write(&out, GS_VALUE(GS_DICT, dict, dict)));
    CHECK_TEXT(out.data, out.len, "{\"-1\": null, \"true\": null, \"null\": null, \"1\": null}");
    gs_drop(text);
    gs_drop(GS_VALUE(GS_DICT, dict, dict));
    gs_buf_fini(&out);
}

static void does_not_write_all(void)
{
    struct gs_buf out = GS_BUF_EMPTY;
    struct gs_list *list = gs_list_new(GS_LIST, 1);
    struct gs_value v = GS_VALUE(GS_LIST, list, list), bytes = gs_bytes_new("a", 1);
    struct gs_view view = {.object = {.refs = 1, .tag = GS_VIEW}, .text = "[1]", .len = 3};
    CHECK(gs_json_write(&out, GS_VALUE(GS_VIEW, view, &view)));
    CHECK_TEXT(out.data, out.len, "[1]");
    gs_drop(view.value);
    CHECK(!gs_json_write(&out, bytes));
    gs_list_push(list, gs_keep(v)); // of itself
    CHECK(!gs_json_write(&out, v));
    gs_drop(list->items[0]);
    list->items[0] = GS_INT_VALUE(1);
    CHECK(gs_json_write(&out, v));
    list->object.gone = true;
    CHECK(!gs_json_write(&out, v));
    gs_drop(v);
    gs_drop(bytes);
    gs_buf_fini(&out);
}

TEST_MAIN(TEST(parses), TEST(refuses), TEST(is_not_too_deep), TEST(keeps_keys_apart), TEST(finds),
          TEST(finds_nothing), TEST(the_last_of_equal_keys_counts),
          TEST(what_only_looks_like_the_key_does_not_count), TEST(skips_any_length),
          TEST(touches_once), TEST(writes), TEST(writes_keys_of_all_types),
          TEST(does_not_write_all))
