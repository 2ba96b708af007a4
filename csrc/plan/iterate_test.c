#include "plan/iterate.h"

#include "plan/value_rig.h"

#define DECLINES NULL

// All that an iterator (taken) gives, as a list; "declines" if it does in between.
static void check_walk(const char *what, struct gs_value iter, const char *expected)
{
    struct gs_value list = rig_value("[]"), item;
    int rc;
    while ((rc = gs_next(iter.iter, &item)) == 1)
        gs_list_push(list.list, item);
    char *is = rc == 0 ? rig_repr(list) : strdup("declines");
    if (strcmp(is, expected) != 0) {
        gs_test_failures++;
        fprintf(stderr, "%s gives %s, not %s\n", what, is, expected);
    }
    if (rc == 0) // it stays at its end
        CHECK_EQ(gs_next(iter.iter, &item), 0);
    free(is);
    gs_drop(list);
    gs_drop(iter);
}

static void values_are_walked_over(void)
{
    static const char *const rows[][2] = {
            {"[1, 'a', None]", "[1, 'a', None]"},
            {"[]", "[]"},
            {"('x', [1])", "['x', [1]]"},
            {"'a\xc3\xa9\xe2\x82\xacz'", "['a', '\xc3\xa9', '\xe2\x82\xac', 'z']"},
            {"''", "[]"},
            {"{'b': 1, 2: 'x', None: 3}", "['b', 2, None]"},
            {"{}", "[]"},
            {"@'[1, \"a\"]'", "[1, 'a']"},
            {"@'{\"k\": 1}'", "['k']"},
            {"@'\"ab\"'", "['a', 'b']"},
            {"@'1'", DECLINES},
            {"1", DECLINES},
            {"None", DECLINES},
            {"1.5", DECLINES},
            {"unset", DECLINES},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_value v = rig_value(rows[i][0]), iter;
        bool done = gs_iter(v, &iter);
        CHECK_EQ(done, rows[i][1] != DECLINES);
        if (done)
            check_walk(rows[i][0], iter, rows[i][1]);
        CHECK(rig_refs(v) <= 1);
        gs_drop(v);
    }
}

static void iterators_keep_what_they_walk_over(void)
{
    struct gs_value v = rig_value("['a', 'b']"), iter, again, item;
    CHECK(gs_iter(v, &iter));
    CHECK_EQ(rig_refs(v), 2);
    gs_drop(v);
    CHECK(gs_iter(iter, &again)); // iter() of an iterator is itself
    CHECK(again.iter == iter.iter);
    gs_drop(again);
    CHECK_EQ(gs_next(iter.iter, &item), 1);
    gs_drop(iter);
    CHECK_REPR(item, "'a'");
    CHECK_EQ(rig_refs(item), 1);
    gs_drop(item);
}

// Python's list iterators look at the list as it is.
static void lists_may_change_meanwhile(void)
{
    struct gs_value v = rig_value("[1, 2, 3]"), iter, item;
    CHECK(gs_iter(v, &iter));
    CHECK(gs_next(iter.iter, &item) == 1 && item.i == 1);
    gs_list_push(v.list, GS_INT_VALUE(4));
    CHECK(gs_next(iter.iter, &item) == 1 && item.i == 2);
    v.list->count = 1;
    CHECK_EQ(gs_next(iter.iter, &item), 0);
    gs_drop(iter);
    gs_drop(v);
}

static void dicts_that_change_are_declined(void)
{
    struct gs_value v = rig_value("{'a': 1, 'b': 2}"), iter, item, out;
    CHECK(gs_iter_dict(v, 1, &iter));
    CHECK(gs_next(iter.iter, &item) == 1 && item.i == 1);
    CHECK(gs_dict_set(v.dict, GS_INT_VALUE(1), GS_NONE_VALUE));
    CHECK_EQ(gs_next(iter.iter, &item), -1);
    gs_drop(iter);
    // of the same size again: nothing is read that is not there
    CHECK(gs_iter_dict(v, 2, &iter));
    for (int i = 0; i < 100; i++) {
        int rc = gs_next(iter.iter, &item);
        if (rc == 1)
            gs_drop(item);
        CHECK(gs_dict_take(v.dict, GS_INT_VALUE(i ? i + 1 : 1), &out));
        CHECK(gs_dict_set(v.dict, GS_INT_VALUE(i + 2), GS_NONE_VALUE));
    }
    gs_drop(iter);
    gs_drop(v);
}

static void dicts_have_three_parts(void)
{
    static const char *const expected[] = {"['a', 2]", "['x', None]", "[('a', 'x'), (2, None)]"};
    struct gs_value v = rig_value("{'a': 'x', 1: 0, 2: None}"), iter, out;
    CHECK(gs_dict_take(v.dict, GS_INT_VALUE(1), &out));
    for (uint8_t part = 0; part < 3; part++) {
        CHECK(gs_iter_dict(v, part, &iter));
        check_walk("a dict", iter, expected[part]);
    }
    CHECK_EQ(rig_refs(v), 1);
    gs_drop(v);
}

static void ranges_are_pythons(void)
{
    static const struct {
        const char *args;
        const char *expected;
    } rows[] = {{"(3)", "[0, 1, 2]"},     {"(0)", "[]"},
                {"(-3)", "[]"},           {"(1, 4)", "[1, 2, 3]"},
                {"(4, 1)", "[]"},         {"(1, 8, 3)", "[1, 4, 7]"},
                {"(1, 7, 3)", "[1, 4]"},  {"(3, 0, -1)", "[3, 2, 1]"},
                {"(0, 3, -1)", "[]"},     {"(5, -5, -4)", "[5, 1, -3]"},
                {"(True)", "[0]"},        {"(0, 1, 1000000000000000000)", "[0]"},
                {"(0, 10, 0)", DECLINES}, {"(1.0)", DECLINES},
                {"('3')", DECLINES},      {"(unset)", DECLINES},
                {"(0, None)", DECLINES}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_value args = rig_value(rows[i].args), iter;
        bool done = gs_iter_range(args.list->items, args.list->count, &iter);
        CHECK_EQ(done, rows[i].expected != DECLINES);
        if (done)
            check_walk(rows[i].args, iter, rows[i].expected);
        gs_drop(args);
    }
    struct gs_value far[3] = {GS_INT_VALUE(INT64_MIN), GS_INT_VALUE(INT64_MAX), GS_INT_VALUE(1)};
    struct gs_value iter, item;
    if (gs_iter_range(far, 3, &iter)) { // it may decline; if not, its numbers are right
        CHECK(gs_next(iter.iter, &item) == 1 && item.i == INT64_MIN);
        gs_drop(iter);
    }
}

static void enumerate_counts(void)
{
    static const struct {
        const char *over;
        int64_t start;
        const char *expected;
    } rows[] = {{"['a', 'b']", 0, "[(0, 'a'), (1, 'b')]"},
                {"'xy'", -1, "[(-1, 'x'), (0, 'y')]"},
                {"{'k': 1}", 5, "[(5, 'k')]"},
                {"[]", 0, "[]"},
                {"1", 0, DECLINES}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_value v = rig_value(rows[i].over), iter;
        bool done = gs_iter_enumerate(v, rows[i].start, &iter);
        CHECK_EQ(done, rows[i].expected != DECLINES);
        if (done)
            check_walk(rows[i].over, iter, rows[i].expected);
        CHECK(rig_refs(v) <= 1);
        gs_drop(v);
    }
}

static void zip_ends_with_the_shortest(void)
{
    static const char *const rows[][2] = {
            {"([1, 2], 'ab')", "[(1, 'a'), (2, 'b')]"},
            {"([1, 2, 3], 'a')", "[(1, 'a')]"},
            {"([], 'a')", "[]"},
            {"(['x'])", "[('x',)]"},
            {"([1, 2], ('a', 'b'), {'k': 1, 'l': 2})", "[(1, 'a', 'k'), (2, 'b', 'l')]"},
            {"([1], 2)", DECLINES},
            {"(1, [2])", DECLINES},
            {"([1], [2], None)", DECLINES},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_value args = rig_value(rows[i][0]), iter;
        bool done = gs_iter_zip(args.list->items, args.list->count, &iter);
        CHECK_EQ(done, rows[i][1] != DECLINES);
        if (done)
            check_walk(rows[i][0], iter, rows[i][1]);
        for (uint32_t k = 0; k < args.list->count; k++)
            CHECK(rig_refs(args.list->items[k]) <= 1);
        gs_drop(args);
    }
}

// zip(it, it) takes turns, as in Python.
static void zip_shares_an_iterator(void)
{
    struct gs_value v = rig_value("'abcde'"), one, iter;
    CHECK(gs_iter(v, &one));
    struct gs_value twice[] = {one, one};
    CHECK(gs_iter_zip(twice, 2, &iter));
    check_walk("zip(it, it)", iter, "[('a', 'b'), ('c', 'd')]");
    CHECK_EQ(rig_refs(one), 1);
    gs_drop(one);
    gs_drop(v);
}

static void what_became_pythons_is_declined(void)
{
    struct gs_value list = rig_value("[1, 2]"), dict = rig_value("{1: 2}"), iters[5], item, out;
    struct gs_value both[] = {rig_value("'abc'"), list};
    CHECK(gs_iter(list, &iters[0]));
    CHECK(gs_iter(dict, &iters[1]));
    CHECK(gs_iter_enumerate(list, 0, &iters[2]));
    CHECK(gs_iter_zip(both, 2, &iters[3]));
    CHECK(gs_iter_enumerate(iters[3], 0, &iters[4]));
    list.object->gone = dict.object->gone = true;
    for (int round = 0; round < 2; round++) // ... again and again: nothing was taken
        for (int i = 0; i < 5; i++)
            CHECK_EQ(gs_next(iters[i].iter, &item), -1);
    list.object->gone = dict.object->gone = false;
    CHECK_EQ(gs_next(iters[3].iter, &item), 1);
    CHECK_REPR(item, "('a', 1)");
    gs_drop(item);
    list.object->gone = dict.object->gone = true;
    CHECK(!gs_iter(list, &out) && !gs_iter(dict, &out));
    CHECK(!gs_iter_dict(dict, 0, &out));
    CHECK(!gs_iter_zip(both, 2, &out));
    CHECK(!gs_iter_collect(list, GS_LIST, &out));
    for (int i = 0; i < 5; i++)
        gs_drop(iters[i]);
    gs_drop(both[0]);
    gs_drop(list);
    gs_drop(dict);
}

static void all_is_collected(void)
{
    static const struct {
        const char *over;
        enum gs_tag tag;
        const char *expected;
    } rows[] = {{"[1, 'a']", GS_LIST, "[1, 'a']"},
                {"[1, 'a']", GS_TUPLE, "(1, 'a')"},
                {"'ab'", GS_LIST, "['a', 'b']"},
                {"{'k': 1}", GS_TUPLE, "('k',)"},
                {"()", GS_LIST, "[]"},
                {"@'[1]'", GS_TUPLE, "(1,)"},
                {"1", GS_LIST, DECLINES},
                {"unset", GS_LIST, DECLINES}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_value v = rig_value(rows[i].over), out;
        bool done = gs_iter_collect(v, rows[i].tag, &out);
        CHECK_EQ(done, rows[i].expected != DECLINES);
        if (done) {
            CHECK_EQ(out.tag, rows[i].tag);
            CHECK_REPR(out, rows[i].expected);
            CHECK_EQ(rig_refs(out), 1);
            gs_drop(out);
        }
        CHECK(rig_refs(v) <= 1);
        gs_drop(v);
    }
}

TEST_MAIN(TEST(values_are_walked_over), TEST(iterators_keep_what_they_walk_over),
          TEST(lists_may_change_meanwhile), TEST(dicts_that_change_are_declined),
          TEST(dicts_have_three_parts), TEST(ranges_are_pythons), TEST(enumerate_counts),
          TEST(zip_ends_with_the_shortest), TEST(zip_shares_an_iterator),
          TEST(what_became_pythons_is_declined), TEST(all_is_collected))
