#include "plan/value.h"

#include <math.h>

#include "plan/reply.h"
#include "plan/value_rig.h"

// ---- references -------------------------------------------------------------------------------

static void references_are_counted(void)
{
    struct gs_value text = rig_value("'a'"), list = rig_value("[]");
    CHECK_EQ(rig_refs(text), 1);
    CHECK(gs_list_push(list.list, gs_keep(text)));
    CHECK(gs_list_push(list.list, gs_keep(text)));
    CHECK_EQ(rig_refs(text), 3);
    gs_drop(list);
    CHECK_EQ(rig_refs(text), 1);
    gs_put(&text, GS_INT_VALUE(1)); // frees it
    CHECK_EQ(rig_refs(text), 0);
}

static void put_takes_the_same_again(void)
{
    struct gs_value place = rig_value("['a']");
    gs_put(&place, gs_keep(place));
    CHECK_EQ(rig_refs(place), 1);
    CHECK_REPR(place, "['a']");
    // what goes was the last to hold what comes
    gs_put(&place, gs_keep(place.list->items[0]));
    CHECK_REPR(place, "'a'");
    CHECK_EQ(rig_refs(place), 1);
    gs_drop(place);
}

static void constants_are_never_counted(void)
{
    struct gs_value v = rig_constant("[1, 'a', {'b': ('c', b'd')}]");
    struct gs_value inner = v.list->items[2];
    struct gs_pair *pair = &inner.dict->pairs[0];
    struct gs_value all[] = {v,
                             v.list->items[1],
                             inner,
                             pair->key,
                             pair->value,
                             pair->value.list->items[0],
                             pair->value.list->items[1]};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        CHECK_EQ(rig_refs(all[i]), GS_IMMORTAL);
        gs_drop(gs_keep(all[i]));
        gs_drop(all[i]);
        CHECK_EQ(rig_refs(all[i]), GS_IMMORTAL);
    }
    CHECK_REPR(v, "[1, 'a', {'b': ('c', b'd')}]");
    gs_make_immortal(v); // harmless twice
    rig_unmake(v);
}

static void python_objects_go_to_the_trash(void)
{
    struct gs_pyref *trash = NULL;
    struct gs_value one = rig_python(&trash), list = rig_value("[1]"), dict = rig_value("{}");
    gs_list_push(list.list, gs_keep(one));
    gs_drop(one);
    CHECK(trash == NULL);
    gs_drop(list);
    CHECK(trash == one.pyref);
    struct gs_value two = rig_python(&trash);
    dict.dict->python = two.pyref; // what it became
    gs_drop(dict);
    CHECK_EQ(rig_empty(&trash), 2);
}

// ---- text -------------------------------------------------------------------------------------

static void text_knows_its_code_points(void)
{
    static const struct {
        const char *text;
        size_t chars;
    } rows[] = {{"", 0},
                {"abc", 3},
                {"\xc3\xa9", 1},
                {"12345678", 8},
                {"1234567\xc3\xa9", 8},
                {"\xe2\x82\xac\xf0\x9f\x99\x82x", 3},
                {"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9!", 9}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t len = strlen(rows[i].text);
        struct gs_value v = gs_str_of_utf8(rows[i].text, len);
        CHECK_EQ(v.str->chars, rows[i].chars);
        CHECK_EQ(v.str->data[v.str->len], 0);
        CHECK_EQ(gs_str_offset(v.str, 0), 0);
        CHECK_EQ(gs_str_offset(v.str, rows[i].chars), len);
        gs_drop(v);
    }
    struct gs_value mixed = gs_str_of_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x99\x82z", 11);
    static const size_t offsets[] = {0, 1, 3, 6, 10, 11};
    for (size_t i = 0; i < COUNT_OF(offsets); i++)
        CHECK_EQ(gs_str_offset(mixed.str, i), offsets[i]);
    gs_drop(mixed);
}

static void bytes_have_no_code_points(void)
{
    struct gs_value v = gs_bytes_new("\xc3\xa9\0x", 4);
    CHECK_EQ(v.tag, GS_BYTES);
    CHECK_EQ(v.str->object.tag, GS_BYTES);
    CHECK_EQ(v.str->chars, 4);
    gs_drop(v);
}

static void only_strict_utf8_is_valid(void)
{
    static const struct {
        const char *text;
        bool valid;
    } rows[] = {{"", true},
                {"plain text of some length", true},
                {"\x7f", true},
                {"\xc2\x80", true},
                {"\xdf\xbf", true},
                {"\xe0\xa0\x80", true},
                {"\xed\x9f\xbf", true},
                {"\xee\x80\x80", true},
                {"\xf0\x90\x80\x80", true},
                {"\xf4\x8f\xbf\xbf", true},
                {"12345678\xf4\x8f\xbf\xbf"
                 "12345678",
                 true},
                {"\x80", false}, // continues nothing
                {"12345678\xbf", false},
                {"\xc0\x80", false}, // longer than it need be
                {"\xc1\xbf", false},
                {"\xe0\x9f\xbf", false},
                {"\xf0\x8f\xbf\xbf", false},
                {"\xed\xa0\x80", false}, // surrogates
                {"\xed\xbf\xbf", false},
                {"\xf4\x90\x80\x80", false}, // beyond U+10FFFF
                {"\xf5\x80\x80\x80", false},
                {"\xff", false},
                {"\xc3", false}, // cut short
                {"\xe2\x82", false},
                {"\xf0\x9f\x99", false},
                {"\xc3(", false},
                {"\xe2(\xa1", false},
                {"\xe2\x82(", false},
                {"\xf0\x9f\x99(", false}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t len = strlen(rows[i].text);
        char *copy = malloc(len + 1); // so that reads behind the end are seen
        memcpy(copy, rows[i].text, len);
        char *exact = realloc(copy, len ? len : 1);
        if (gs_utf8_valid(exact, len) != rows[i].valid) {
            gs_test_failures++;
            fprintf(stderr, "row %zu is not %s\n", i, rows[i].valid ? "valid" : "refused");
        }
        free(exact);
    }
}

// ---- dicts ------------------------------------------------------------------------------------

static void dicts_keep_the_order_of_insertion(void)
{
    struct gs_value d = rig_value("{'b': 1, 'a': 2, 3: 'x', None: 4}"), out;
    CHECK(gs_dict_set(d.dict, d.dict->pairs[0].key, GS_INT_VALUE(9)));
    CHECK_REPR(d, "{'b': 9, 'a': 2, 3: 'x', None: 4}");
    struct gs_value b = rig_value("'b'");
    CHECK(gs_dict_take(d.dict, b, &out));
    CHECK_EQ(out.i, 9);
    CHECK(!gs_dict_take(d.dict, b, &out));
    CHECK(gs_dict_set(d.dict, b, GS_NONE_VALUE));
    CHECK_REPR(d, "{'a': 2, 3: 'x', None: 4, 'b': None}");
    CHECK_EQ(d.dict->count, 4);
    CHECK_EQ(rig_refs(b), 2);
    gs_drop(b);
    gs_drop(d);
}

static void true_is_the_key_one(void)
{
    struct gs_value d = rig_value("{1: 'int', True: 'bool', 0: 'zero'}");
    CHECK_REPR(d, "{1: 'bool', 0: 'zero'}"); // the first key stays
    CHECK(gs_dict_find(d.dict, GS_BOOL_VALUE(0)) != NULL);
    CHECK(gs_dict_find(d.dict, GS_NONE_VALUE) == NULL);
    gs_drop(d);
}

static void only_some_types_are_keys(void)
{
    static const struct {
        const char *text;
        bool is_key;
    } rows[] = {{"'a'", true},   {"1", true},   {"True", true}, {"None", true},  {"1.0", false},
                {"b'a'", false}, {"()", false}, {"[]", false},  {"unset", false}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_value v = rig_value(rows[i].text);
        CHECK_EQ(gs_is_key(v), rows[i].is_key);
        gs_drop(v);
    }
}

static struct gs_value numbered(int i)
{
    char text[32];
    int len = snprintf(text, sizeof text, "key number %d", i);
    return i % 2 ? GS_INT_VALUE(i) : gs_str_new(text, (size_t)len, (size_t)len);
}

// Set or taken, key by key; what must be there is noted beside it.
static void big_dicts_find_what_is_in_them(void)
{
    enum { KEYS = 1000 };
    static int64_t values[KEYS];
    struct gs_value d = GS_VALUE(GS_DICT, dict, gs_dict_new()), out;
    uint32_t there = 0;
    uint64_t x = 1;
    for (int round = 0; round < 20000; round++) {
        x = x * 6364136223846793005ULL + 1442695040888963407ULL;
        int i = (int)(x >> 33) % KEYS;
        struct gs_value key = numbered(i);
        if (x >> 63) {
            CHECK_EQ(gs_dict_take(d.dict, key, &out), values[i] != 0);
            there -= values[i] != 0;
            values[i] = 0;
        } else {
            CHECK(gs_dict_set(d.dict, key, GS_INT_VALUE(round + 1)));
            there += values[i] == 0;
            values[i] = round + 1;
        }
        gs_drop(key);
    }
    CHECK_EQ(d.dict->count, there);
    for (int i = 0; i < KEYS; i++) {
        struct gs_value key = numbered(i), *found = gs_dict_find(d.dict, key);
        CHECK_EQ(found ? found->i : 0, values[i]);
        if (key.tag == GS_STR)
            CHECK(gs_dict_find_text(d.dict, key.str->data, key.str->len) == found);
        gs_drop(key);
    }
    uint32_t at = 0, seen = 0;
    while (gs_dict_next(d.dict, &at))
        seen++;
    CHECK_EQ(seen, there);
    gs_drop(d);
}

// ---- meaning ----------------------------------------------------------------------------------

static void truth_is_pythons(void)
{
    static const struct {
        const char *text;
        int truth; // -1: declines
    } rows[] = {{"None", 0},   {"False", 0},   {"True", 1},   {"0", 0},       {"-1", 1},
                {"0.0", 0},    {"-0.0", 0},    {"nan", 1},    {"''", 0},      {"'0'", 1},
                {"b''", 0},    {"b'x'", 1},    {"[]", 0},     {"[0]", 1},     {"()", 0},
                {"(None)", 1}, {"{}", 0},      {"{0: 0}", 1}, {"unset", -1},  {"@'[]'", 0},
                {"@'[0]'", 1}, {"@'null'", 0}, {"@'{}'", 0},  {"@'\"\"'", 0}, {"@'1e3'", 1}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_value v = rig_value(rows[i].text);
        bool truth = false, known = gs_truth(v, &truth);
        if ((known ? truth : -1) != rows[i].truth) {
            gs_test_failures++;
            fprintf(stderr, "bool(%s) is wrong\n", rows[i].text);
        }
        gs_drop(v);
    }
}

static void objects_of_python_decline(void)
{
    struct gs_pyref *trash = NULL;
    struct gs_value p = rig_python(&trash), list = rig_value("[]"), gone = rig_value("[1]"), nested;
    bool out;
    int order;
    gone.object->gone = true;
    CHECK(!gs_truth(p, &out));
    CHECK(!gs_truth(gone, &out));
    CHECK(!gs_equal(p, p, &out));
    CHECK(!gs_equal(list, gone, &out) && !gs_equal(gone, gone, &out));
    CHECK(!gs_order(gone, gone, &order) && !gs_order(p, p, &order));
    gs_list_push(list.list, gs_keep(gone));
    nested = rig_value("[[1]]");
    CHECK(!gs_equal(list, nested, &out));
    gs_drop(nested);
    gs_drop(list);
    gs_drop(gone);
    gs_drop(p);
    CHECK_EQ(rig_empty(&trash), 1);
}

enum { NO = 0, YES = 1, PYTHONS = 2 };
#define LESS (-1)
#define DECLINES 9

static const struct {
    const char *a, *b;
    int equal, order; // order of a and b; DECLINES
} pairs[] = {
        {"1", "1", YES, 0},
        {"1", "2", NO, LESS},
        {"True", "1", YES, 0},
        {"False", "0.0", YES, 0},
        {"1", "1.0", YES, 0},
        {"1", "1.5", NO, LESS},
        {"-1", "-1.5", NO, 1},
        {"0", "-0.5", NO, 1},
        {"9007199254740993", "9007199254740992.0", NO, 1}, // exactly, not as floats
        {"9223372036854775807", "9223372036854775808.0", NO, LESS},
        {"-9223372036854775808", "-9223372036854775808.0", YES, 0},
        {"1", "inf", NO, LESS},
        {"1", "-inf", NO, 1},
        {"inf", "inf", YES, 0},
        {"nan", "nan", NO, DECLINES},
        {"1", "nan", NO, DECLINES},
        {"None", "None", YES, DECLINES},
        {"None", "0", NO, DECLINES},
        {"'a'", "'a'", YES, 0},
        {"'a'", "'b'", NO, LESS},
        {"'a'", "'ab'", NO, LESS},
        {"''", "'a'", NO, LESS},
        {"'Z'", "'\xc3\xa9'", NO, LESS},
        {"'\xef\xbf\xbd'", "'\xf0\x9f\x99\x82'", NO, LESS},
        {"'a'", "b'a'", NO, DECLINES},
        {"b'a'", "b'b'", NO, LESS},
        {"'1'", "1", NO, DECLINES},
        {"[1, 2]", "[1, 2]", YES, 0},
        {"[1, 2]", "[1, 3]", NO, LESS},
        {"[1]", "[1, 2]", NO, LESS},
        {"[]", "[]", YES, 0},
        {"[1]", "(1)", NO, DECLINES},
        {"(1, 'a')", "(1, 'b')", NO, LESS},
        {"(1, None)", "(1, None)", YES, 0},
        {"(1, None)", "(1, 2)", NO, DECLINES},
        {"[1, 2]", "[1.0, True]", NO, 1},
        {"{}", "{}", YES, DECLINES},
        {"{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}", YES, DECLINES},
        {"{'a': 1}", "{'a': 2}", NO, DECLINES},
        {"{'a': 1}", "{'b': 1}", NO, DECLINES},
        {"{'a': 1}", "{'a': 1, 'b': 2}", NO, DECLINES},
        {"{1: 'x'}", "{True: 'x'}", YES, DECLINES},
        {"{'a': [1]}", "[]", NO, DECLINES},
        {"@'[1, {\"a\": 2}]'", "[1, {'a': 2}]", YES, DECLINES},
        {"@'[1]'", "@'[2]'", NO, DECLINES},
        {"@'null'", "None", YES, DECLINES},
        {"unset", "1", PYTHONS, DECLINES},
        {"unset", "unset", PYTHONS, DECLINES},
};

static void check_pair(const char *one, const char *other, int equal, int order)
{
    struct gs_value a = rig_value(one), b = rig_value(other);
    bool same = false;
    int found = 0;
    int is = gs_equal(a, b, &same) ? same : PYTHONS;
    int orders = gs_order(a, b, &found) ? found : DECLINES;
    // views are text that was not looked at: these may be ordered, or not
    bool free_order = a.tag == GS_VIEW || b.tag == GS_VIEW;
    if (is != equal || (orders != order && !free_order)) {
        gs_test_failures++;
        fprintf(stderr, "%s and %s: equal %d, order %d\n", one, other, is, orders);
    }
    CHECK(rig_refs(a) <= 1 && rig_refs(b) <= 1);
    gs_drop(a);
    gs_drop(b);
}

static void equality_and_order_are_pythons(void)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        int order = pairs[i].order;
        check_pair(pairs[i].a, pairs[i].b, pairs[i].equal, order);
        check_pair(pairs[i].b, pairs[i].a, pairs[i].equal, order == DECLINES ? order : -order);
    }
}

static void types_have_pythons_names(void)
{
    static const char *const rows[][2] = {{"None", "NoneType"}, {"True", "bool"}, {"1", "int"},
                                          {"1.0", "float"},     {"''", "str"},    {"b''", "bytes"},
                                          {"[]", "list"},       {"()", "tuple"},  {"{}", "dict"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_value v = rig_value(rows[i][0]);
        CHECK(strcmp(gs_type_name(v), rows[i][1]) == 0);
        gs_drop(v);
    }
}

static void deep_nesting_is_freed_without_a_deep_stack(void)
{
    struct gs_value v = GS_NONE_VALUE;
    for (int i = 0; i < 300000; i++) {
        struct gs_list *list = gs_list_new(GS_LIST, 1);
        gs_list_push(list, v);
        v = GS_VALUE(GS_LIST, list, list);
    }
    gs_drop(v);
}

static void a_list_that_holds_itself_is_not_compared_here(void)
{
    bool same;
    struct gs_list *a = gs_list_new(GS_LIST, 1), *b = gs_list_new(GS_LIST, 1);
    struct gs_value va = GS_VALUE(GS_LIST, list, a), vb = GS_VALUE(GS_LIST, list, b);
    gs_list_push(a, gs_keep(va));
    gs_list_push(b, gs_keep(vb));
    CHECK(!gs_equal(va, vb, &same));
    gs_put(&a->items[0], GS_NONE_VALUE); // else they keep themselves
    gs_put(&b->items[0], GS_NONE_VALUE);
    gs_drop(va);
    gs_drop(vb);
}

TEST_MAIN(TEST(deep_nesting_is_freed_without_a_deep_stack),
          TEST(a_list_that_holds_itself_is_not_compared_here), TEST(references_are_counted),
          TEST(put_takes_the_same_again), TEST(constants_are_never_counted),
          TEST(python_objects_go_to_the_trash), TEST(text_knows_its_code_points),
          TEST(bytes_have_no_code_points), TEST(only_strict_utf8_is_valid),
          TEST(dicts_keep_the_order_of_insertion), TEST(true_is_the_key_one),
          TEST(only_some_types_are_keys), TEST(big_dicts_find_what_is_in_them),
          TEST(truth_is_pythons), TEST(objects_of_python_decline),
          TEST(equality_and_order_are_pythons), TEST(types_have_pythons_names))
