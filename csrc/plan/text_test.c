#include "plan/text.h"

#include "base/test.h"
#include "plan/json.h"

static struct gs_value text(const char *s)
{
    return gs_str_of_utf8(s, strlen(s));
}

// `v` is taken; NULL: repr declines.
static void check_repr(struct gs_value v, const char *expected)
{
    struct gs_buf out = GS_BUF_EMPTY;
    bool done = gs_text_repr(&out, v);
    CHECK_EQ(done, expected != NULL);
    if (done && expected)
        CHECK_TEXT(out.data, out.len, expected);
    gs_buf_fini(&out);
    gs_drop(v);
}

static void repr_of_text(void)
{
    check_repr(text(""), "''");
    check_repr(text("a b"), "'a b'");
    check_repr(text("it's"), "\"it's\"");
    check_repr(text("say \"it's\""), "'say \"it\\'s\"'");
    check_repr(text("say \"hi\""), "'say \"hi\"'");
    check_repr(text("\\\t\n\r\v\x01\x7f"), "'\\\\\\t\\n\\r\\x0b\\x01\\x7f'");
    check_repr(text("\u00e9\u65e5\U0001f600"), "'\u00e9\u65e5\U0001f600'");
    check_repr(text("\u00a0"), NULL); // Python knows that it is not printable
    check_repr(text("\u2028"), NULL);
    check_repr(text("\U0010ffff"), NULL);
    check_repr(gs_bytes_new("a'\xe9\0\n", 5), "b\"a'\\xe9\\x00\\n\"");
}

static void repr_of_numbers(void)
{
    check_repr(GS_INT_VALUE(INT64_MIN), "-9223372036854775808");
    check_repr(GS_FLOAT_VALUE(0.1), "0.1");
    check_repr(GS_BOOL_VALUE(1), "True");
    check_repr(GS_NONE_VALUE, "None");
    check_repr((struct gs_value){.tag = GS_UNSET}, NULL);
}

static struct gs_value tuple_of(uint32_t count)
{
    struct gs_list *tuple = gs_list_new(GS_TUPLE, count);
    for (uint32_t i = 0; i < count; i++)
        gs_list_push(tuple, GS_INT_VALUE(i));
    return GS_VALUE(GS_TUPLE, list, tuple);
}

static void repr_of_containers(void)
{
    struct gs_value v;
    check_repr(tuple_of(0), "()");
    check_repr(tuple_of(1), "(0,)");
    check_repr(tuple_of(2), "(0, 1)");
    static const char json[] = "{\"a\": [1, {}], \"b\": \"x\"}";
    CHECK(gs_json_parse(json, strlen(json), &v));
    check_repr(v, "{'a': [1, {}], 'b': 'x'}");
    struct gs_view view = {.object = {.refs = 2, .tag = GS_VIEW}, .text = "[1]", .len = 3};
    check_repr(GS_VALUE(GS_VIEW, view, &view), "[1]");
    gs_drop(view.value);
}

static void no_repr_of_what_is_in_itself_or_gone(void)
{
    struct gs_list *list = gs_list_new(GS_LIST, 1);
    struct gs_value v = GS_VALUE(GS_LIST, list, list);
    gs_list_push(list, gs_keep(v));
    check_repr(gs_keep(v), NULL);
    gs_drop(list->items[0]);
    list->count = 0;
    list->object.gone = true;
    check_repr(gs_keep(v), NULL);
    gs_drop(v);
}

static void str_of_text_is_itself(void)
{
    struct gs_buf out = GS_BUF_EMPTY;
    struct gs_value s = text("it's\u2028");
    CHECK(gs_text_str(&out, s));
    CHECK_TEXT(out.data, out.len, "it's\u2028");
    out.len = 0;
    CHECK(gs_text_str(&out, GS_FLOAT_VALUE(1e16)));
    CHECK_TEXT(out.data, out.len, "1e+16");
    gs_drop(s);
    gs_buf_fini(&out);
}

// ---- parts ------------------------------------------------------------------------------------

#define NONE INT64_MAX

static struct gs_value bound(int64_t i)
{
    return i == NONE ? GS_NONE_VALUE : GS_INT_VALUE(i);
}

static void check_slice(const char *s, int64_t start, int64_t stop, int64_t step,
                        const char *expected)
{
    struct gs_value whole = text(s), out;
    struct gs_value bounds[3] = {bound(start), bound(stop), bound(step)};
    bool done = gs_text_slice(whole.str, bounds, &out);
    CHECK_EQ(done, expected != NULL);
    if (done && expected) {
        CHECK_TEXT(out.str->data, out.str->len, expected);
        CHECK_EQ(out.str->chars, gs_utf8_count(out.str->data, out.str->len));
    }
    if (done)
        gs_drop(out);
    gs_drop(whole);
}

static void slices(void)
{
    check_slice("abcdef", 1, 3, NONE, "bc");
    check_slice("abcdef", NONE, -1, NONE, "abcde");
    check_slice("abcdef", -2, NONE, NONE, "ef");
    check_slice("abcdef", NONE, NONE, NONE, "abcdef");
    check_slice("abcdef", 4, 2, NONE, "");
    check_slice("abcdef", -100, 100, NONE, "abcdef");
    check_slice("abcdef", NONE, NONE, -1, "fedcba");
    check_slice("abcdef", 4, 0, -2, "ec");
    check_slice("abcdef", NONE, NONE, 4, "ae");
    check_slice("abcdef", INT64_MIN, INT64_MAX - 1, INT64_MIN, "");
    check_slice("abcdef", NONE, NONE, INT64_MIN, "f");
    check_slice("", NONE, NONE, -1, "");
    check_slice("abc", NONE, NONE, 0, NULL);
}

static void slices_count_code_points(void)
{
    check_slice("a\u00e9\u65e5\U0001f600z", 1, 4, NONE, "\u00e9\u65e5\U0001f600");
    check_slice("a\u00e9\u65e5\U0001f600z", -2, NONE, NONE, "\U0001f600z");
    check_slice("a\u00e9\u65e5\U0001f600z", NONE, NONE, -1, "z\U0001f600\u65e5\u00e9a");
    check_slice("a\u00e9\u65e5\U0001f600z", NONE, NONE, 2, "a\u65e5z");
}

static void a_whole_slice_is_the_same_object(void)
{
    struct gs_value s = text("abc"), out, bounds[3] = {{.tag = GS_UNSET}};
    CHECK(gs_text_slice(s.str, bounds, &out));
    CHECK(out.str == s.str && s.object->refs == 2);
    gs_drop(out);
    bounds[0] = GS_FLOAT_VALUE(1);
    CHECK(!gs_text_slice(s.str, bounds, &out));
    gs_drop(s);
}

static void indexes(void)
{
    struct gs_value s = text("a\u00e9\U0001f600"), bytes = gs_bytes_new("a\xe9", 2), out;
    CHECK(gs_text_index(s.str, 1, &out));
    CHECK_TEXT(out.str->data, out.str->len, "\u00e9");
    gs_drop(out);
    CHECK(gs_text_index(s.str, -1, &out));
    CHECK_TEXT(out.str->data, out.str->len, "\U0001f600");
    gs_drop(out);
    CHECK(!gs_text_index(s.str, 3, &out) && !gs_text_index(s.str, -4, &out));
    CHECK(!gs_text_index(s.str, INT64_MIN, &out));
    CHECK(gs_text_index(bytes.str, 1, &out) && out.tag == GS_INT && out.i == 0xe9);
    gs_drop(s);
    gs_drop(bytes);
}

static void contains(void)
{
    struct gs_value s = text("banana"), part = text("nan"), none = text(""), other = text("nab");
    CHECK(gs_text_contains(s.str, part.str));
    CHECK(gs_text_contains(s.str, none.str) && gs_text_contains(none.str, none.str));
    CHECK(!gs_text_contains(s.str, other.str) && !gs_text_contains(part.str, s.str));
    gs_drop(s);
    gs_drop(part);
    gs_drop(none);
    gs_drop(other);
}

static void finishes_what_was_written(void)
{
    struct gs_buf out = GS_BUF_EMPTY;
    struct gs_value v;
    gs_buf_str(&out, "\u00e9");
    CHECK(gs_text_finish(&out, GS_STR, true, &v) && v.str->chars == 1 && !out.data);
    gs_drop(v);
    gs_buf_str(&out, "\xff");
    CHECK(gs_text_finish(&out, GS_BYTES, true, &v) && v.tag == GS_BYTES && v.str->chars == 1);
    gs_drop(v);
    gs_buf_str(&out, "x");
    CHECK(!gs_text_finish(&out, GS_STR, false, &v) && !out.data);
}

TEST_MAIN(TEST(repr_of_text), TEST(repr_of_numbers), TEST(repr_of_containers),
          TEST(no_repr_of_what_is_in_itself_or_gone), TEST(str_of_text_is_itself), TEST(slices),
          TEST(slices_count_code_points), TEST(a_whole_slice_is_the_same_object), TEST(indexes),
          TEST(contains), TEST(finishes_what_was_written))
