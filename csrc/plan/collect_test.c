#include "plan/collect.h"

#include "plan/value_rig.h"

#define DECLINES NULL

struct row {
    const char *method, *args; // args[0] is the list, tuple or dict
    const char *expected;      // what is given
    const char *then;          // args[0] afterwards; NULL: as before
};

static bool call(const char *name, const struct gs_value *args, uint32_t count,
                 struct gs_value *out)
{
    gs_method *method = args[0].tag == GS_DICT ? gs_dict_method(name, strlen(name))
                                               : gs_list_method(name, strlen(name));
    return method && method(args, count, out);
}

static void report(const struct row *row, const char *what, const char *is)
{
    gs_test_failures++;
    fprintf(stderr, "%s%s: %s is %s\n", row->method, row->args, what, is ? is : "declined");
}

// Of a constant: must not change it, whatever it is asked.
static void check_constant(const struct row *row)
{
    struct gs_value args = rig_value(row->args), out;
    gs_make_immortal(args.list->items[0]);
    char *was = rig_repr(args.list->items[0]);
    bool done = call(row->method, args.list->items, args.list->count, &out);
    if (done)
        gs_drop(out);
    char *is = rig_repr(args.list->items[0]);
    if (strcmp(was, is) != 0 || (done && row->then))
        report(row, "a constant", is);
    free(was);
    free(is);
    rig_unmake(args.list->items[0]);
    args.list->items[0] = GS_NONE_VALUE;
    gs_drop(args);
}

static void check_row(const struct row *row)
{
    struct gs_value args = rig_value(row->args), self = args.list->items[0], out;
    char *was = rig_repr(self);
    bool done = call(row->method, args.list->items, args.list->count, &out);
    char *given = NULL;
    if (done) {
        given = out.tag == GS_ITER ? strdup("an iterator") : rig_repr(out);
        gs_drop(out);
    }
    if (done != (row->expected != DECLINES) || (done && strcmp(given, row->expected) != 0))
        report(row, "what is given", given);
    char *is = rig_repr(self);
    if (strcmp(is, row->then ? row->then : was) != 0)
        report(row, "then it", is);
    CHECK_EQ(rig_refs(self), 1);
    free(given);
    free(was);
    free(is);
    gs_drop(args);
    check_constant(row);
}

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_row(&rows[i]);
}

static void lists_have_pythons_methods(void)
{
    static const struct row rows[] = {
            {"append", "([1], 'a')", "None", "[1, 'a']"},
            {"append", "([1])", DECLINES, NULL},
            {"append", "([1], 2, 3)", DECLINES, NULL},
            {"extend", "([1], ['a', 'b'])", "None", "[1, 'a', 'b']"},
            {"extend", "([1], 'ab')", "None", "[1, 'a', 'b']"},
            {"extend", "([1], {'k': 2})", "None", "[1, 'k']"},
            {"extend", "([1], @'[2]')", "None", "[1, 2]"},
            {"extend", "([1], 2)", DECLINES, NULL},
            {"extend", "([1])", DECLINES, NULL},
            {"pop", "(['a', 'b'])", "'b'", "['a']"},
            {"pop", "(['a', 'b'], 0)", "'a'", "['b']"},
            {"pop", "(['a', 'b'], -2)", "'a'", "['b']"},
            {"pop", "(['a', 'b'], 2)", DECLINES, NULL},
            {"pop", "(['a', 'b'], -3)", DECLINES, NULL},
            {"pop", "([])", DECLINES, NULL},
            {"pop", "(['a'], 'x')", DECLINES, NULL},
            {"pop", "(['a'], 0, 0)", DECLINES, NULL},
            {"insert", "([1, 2], 0, 'a')", "None", "['a', 1, 2]"},
            {"insert", "([1, 2], -1, 'a')", "None", "[1, 'a', 2]"},
            {"insert", "([1, 2], 100, 'a')", "None", "[1, 2, 'a']"},
            {"insert", "([1, 2], -100, 'a')", "None", "['a', 1, 2]"},
            {"insert", "([], 0, 'a')", "None", "['a']"},
            {"insert", "([1], 'x', 'a')", DECLINES, NULL},
            {"insert", "([1], 0)", DECLINES, NULL},
            {"clear", "(['a', [1]])", "None", "[]"},
            {"clear", "(['a'], 1)", DECLINES, NULL},
            {"index", "(['a', 'b', 'b'], 'b')", "1", NULL},
            {"index", "([1, True], 1.0)", "0", NULL},
            {"index", "(['a'], 'x')", DECLINES, NULL},
            {"index", "(['a'], 'a', 1)", DECLINES, NULL},
            {"remove", "(['a', 'b', 'a'], 'a')", "None", "['b', 'a']"},
            {"remove", "(['a'], 'x')", DECLINES, NULL},
            {"remove", "(['a'])", DECLINES, NULL},
            {"count", "(['a', 'b', 'a'], 'a')", "2", NULL},
            {"count", "([1, True, 1.0, '1'], 1)", "3", NULL},
            {"count", "([1])", DECLINES, NULL},
            {"copy", "(['a', 1])", "['a', 1]", NULL},
            {"copy", "(['a'], 1)", DECLINES, NULL},
            {"reverse", "([1, 'b', 3])", "None", "[3, 'b', 1]"},
            {"reverse", "([1, 2])", "None", "[2, 1]"},
            {"reverse", "([])", "None", "[]"},
            {"sort", "([3, 1, 2.5, True])", "None", "[1, True, 2.5, 3]"},
            {"sort", "(['b', 'a', '\xc3\xa9', 'Z'])", "None", "['Z', 'a', 'b', '\xc3\xa9']"},
            {"sort", "([])", "None", "[]"},
            {"sort", "([1, 'a'])", DECLINES, NULL},
            {"sort", "([1, nan, 0])", DECLINES, NULL},
            {"sort", "([1, None])", DECLINES, NULL},
            {"no_such", "([1])", DECLINES, NULL},
            {"appen", "([1], 2)", DECLINES, NULL},
    };
    check_rows(rows, COUNT_OF(rows));
}

static void dicts_have_pythons_methods(void)
{
    static const struct row rows[] = {
            {"get", "({'a': 'x'}, 'a')", "'x'", NULL},
            {"get", "({'a': 'x'}, 'b')", "None", NULL},
            {"get", "({'a': 'x'}, 'b', [1])", "[1]", NULL},
            {"get", "({'a': 'x'}, [])", DECLINES, NULL},
            {"get", "({1: 'x'}, 1.0)", DECLINES, NULL},
            {"get", "({})", DECLINES, NULL},
            {"keys", "({'a': 1})", "an iterator", NULL},
            {"values", "({'a': 1})", "an iterator", NULL},
            {"items", "({'a': 1})", "an iterator", NULL},
            {"items", "({'a': 1}, 1)", DECLINES, NULL},
            {"update", "({'a': 1}, {'a': 'x', 'b': 'y'})", "None", "{'a': 'x', 'b': 'y'}"},
            {"update", "({'a': 1}, [])", DECLINES, NULL},
            {"update", "({'a': 1})", DECLINES, NULL},
            {"pop", "({'a': 'x', 'b': 2}, 'a')", "'x'", "{'b': 2}"},
            {"pop", "({'a': 1}, 'b')", DECLINES, NULL},
            {"pop", "({'a': 1}, 'b', 'c')", "'c'", NULL},
            {"pop", "({'a': 1}, ())", DECLINES, NULL},
            {"pop", "({'a': 1})", DECLINES, NULL},
            {"setdefault", "({'a': 'x'}, 'a', 'y')", "'x'", NULL},
            {"setdefault", "({}, 'a', ['y'])", "['y']", "{'a': ['y']}"},
            {"setdefault", "({}, 'a')", "None", "{'a': None}"},
            {"setdefault", "({}, 1.5, 2)", DECLINES, NULL},
            {"copy", "({'a': 'x', 1: [2]})", "{'a': 'x', 1: [2]}", NULL},
            {"copy", "({}, 1)", DECLINES, NULL},
            {"clear", "({'a': 'x', 1: [2]})", "None", "{}"},
            {"clear", "({})", "None", "{}"},
            {"append", "({}, 1)", DECLINES, NULL},
    };
    check_rows(rows, COUNT_OF(rows));
}

static void a_list_may_be_its_own_argument(void)
{
    struct gs_value list = rig_value("['a', 'b']"), out;
    struct gs_value args[] = {list, list};
    CHECK(gs_list_method("extend", 6)(args, 2, &out));
    CHECK_REPR(list, "['a', 'b', 'a', 'b']");
    CHECK_EQ(rig_refs(list.list->items[0]), 2);
    struct gs_value first[] = {list, list.list->items[0]};
    CHECK(gs_list_method("remove", 6)(first, 2, &out)); // frees none of them too early
    CHECK_REPR(list, "['b', 'a', 'b']");
    struct gs_value insert[] = {list, GS_INT_VALUE(1), list.list->items[2]};
    CHECK(gs_list_method("insert", 6)(insert, 3, &out));
    CHECK_REPR(list, "['b', 'b', 'a', 'b']");
    CHECK_EQ(rig_refs(list), 1);
    gs_drop(list);
    struct gs_value dict = rig_value("{'k': 'v'}");
    struct gs_value same[] = {dict, dict};
    if (gs_dict_method("update", 6)(same, 2, &out))
        CHECK_EQ(out.tag, GS_NONE);
    CHECK_REPR(dict, "{'k': 'v'}");
    struct gs_value key[] = {dict, dict.dict->pairs[0].key};
    CHECK(gs_dict_method("pop", 3)(key, 2, &out));
    CHECK_REPR(out, "'v'");
    gs_drop(out);
    gs_drop(dict);
}

static void copies_share_items(void)
{
    struct gs_value list = rig_value("[['a']]"), dict = rig_value("{'k': ['a']}"), out;
    CHECK(gs_list_method("copy", 4)(&list, 1, &out));
    CHECK(out.list != list.list && out.list->items[0].list == list.list->items[0].list);
    gs_drop(out);
    CHECK(gs_dict_method("copy", 4)(&dict, 1, &out));
    CHECK(out.dict != dict.dict);
    CHECK(out.dict->pairs[0].value.list == dict.dict->pairs[0].value.list);
    gs_drop(out);
    gs_drop(list);
    gs_drop(dict);
}

// ---- sorting ----------------------------------------------------------------------------------

static bool is_stable(const struct gs_list *list, const struct gs_value *before, bool down)
{
    int order;
    for (uint32_t i = 1; i < list->count; i++) {
        struct gs_value a = list->items[i - 1], b = list->items[i];
        CHECK(gs_order(a, b, &order));
        if (down ? order < 0 : order > 0)
            return false;
        uint32_t x = 0, y = 0; // equal ones stay as they stood: each number stands there once
        if (order != 0)
            continue;
        while (before[x].tag != a.tag || before[x].i != a.i)
            x++;
        while (before[y].tag != b.tag || before[y].i != b.i)
            y++;
        if (x > y)
            return false;
    }
    return true;
}

static void sorting_is_stable(void)
{
    uint64_t x = 7;
    for (uint32_t count = 0; count < 200; count++)
        for (int down = 0; down < 2; down++) {
            struct gs_list *list = gs_list_new(GS_LIST, count);
            struct gs_value before[200];
            for (uint32_t i = 0; i < count; i++) { // n and n.0, in some order
                int64_t n = i / 2;
                gs_list_push(list, i % 2 ? GS_FLOAT_VALUE((double)n) : GS_INT_VALUE(n));
            }
            for (uint32_t i = count; i > 1; i--) {
                x = x * 6364136223846793005ULL + 1442695040888963407ULL;
                uint32_t j = (uint32_t)(x >> 33) % i;
                struct gs_value swap = list->items[i - 1];
                list->items[i - 1] = list->items[j];
                list->items[j] = swap;
            }
            if (count)
                memcpy(before, list->items, count * sizeof *before);
            CHECK(gs_sort(list, down));
            CHECK(is_stable(list, before, down));
            gs_drop(GS_VALUE(GS_LIST, list, list));
        }
}

static void what_cannot_be_sorted_stays(void)
{
    static const char *const rows[] = {"[3, 'a', 1]", "['b', 'a', b'c']", "[2, None, 1]",
                                       "[2, nan, 1]", "[{}, {}]",         "[unset, 1]"};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_value list = rig_value(rows[i]);
        char *was = rig_repr(list);
        CHECK(!gs_sort(list.list, false));
        CHECK_REPR(list, was);
        free(was);
        gs_drop(list);
    }
}

TEST_MAIN(TEST(lists_have_pythons_methods), TEST(dicts_have_pythons_methods),
          TEST(a_list_may_be_its_own_argument), TEST(copies_share_items), TEST(sorting_is_stable),
          TEST(what_cannot_be_sorted_stays))
