#include "plan/operate.h"

#include "plan/value_rig.h"

#define DECLINES NULL

static struct gs_value taken; // what the call before gave

// What must be so after a call: nothing changed but by intent, nothing kept or lost.
static void check_kept(const char *what, struct gs_value v, const char *was, uint32_t refs)
{
    char *is = rig_repr(v);
    if (strcmp(is, was) != 0 || rig_refs(v) != refs) {
        gs_test_failures++;
        fprintf(stderr, "%s: %s is now %s, of %u references\n", what, was, is, rig_refs(v));
    }
    free(is);
}

static void check_result(const char *what, bool done, const char *expected)
{
    char *is = done ? rig_repr(taken) : NULL;
    if (done != (expected != DECLINES) || (done && strcmp(is, expected) != 0)) {
        gs_test_failures++;
        fprintf(stderr, "%s is %s, not %s\n", what, done ? is : "declined",
                expected ? expected : "to be declined");
    }
    if (done)
        gs_drop(taken);
    free(is);
}

// ---- operators --------------------------------------------------------------------------------

struct binary_row {
    const char *a;
    unsigned op;
    const char *b, *expected;
};

static void check_binary(const struct binary_row *row)
{
    char what[200];
    struct gs_value a = rig_value(row->a), b = rig_value(row->b);
    char *a_was = rig_repr(a), *b_was = rig_repr(b);
    uint32_t a_refs = rig_refs(a), b_refs = rig_refs(b);
    snprintf(what, sizeof what, "%s (%u) %s", row->a, row->op, row->b);
    check_result(what, gs_binary(row->op, a, b, &taken), row->expected);
    if (!(row->op & GS_IN_PLACE) || !row->expected)
        check_kept(what, a, a_was, a_refs);
    check_kept(what, b, b_was, b_refs);
    CHECK_EQ(rig_refs(a), a_refs);
    free(a_was);
    free(b_was);
    gs_drop(a);
    gs_drop(b);
}

static void check_binaries(const struct binary_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_binary(&rows[i]);
}

#define LEAST "-9223372036854775808"
#define MOST "9223372036854775807"

static void ints_are_exact_or_declined(void)
{
    static const struct binary_row rows[] = {
            {"2", GS_ADD, "3", "5"},
            {MOST, GS_ADD, "1", DECLINES},
            {LEAST, GS_ADD, "-1", DECLINES},
            {LEAST, GS_ADD, MOST, "-1"},
            {"2", GS_SUB, "3", "-1"},
            {LEAST, GS_SUB, "1", DECLINES},
            {"0", GS_SUB, LEAST, DECLINES},
            {"3000000000", GS_MUL, "3000000000", "9000000000000000000"},
            {"4000000000", GS_MUL, "4000000000", DECLINES},
            {LEAST, GS_MUL, "-1", DECLINES},
            {"True", GS_ADD, "True", "2"},
            {"7", GS_DIV, "2", "3.5"},
            {"-6", GS_DIV, "2", "-3.0"},
            {"1", GS_DIV, "0", DECLINES},
            {"9007199254740993", GS_DIV, "3", DECLINES},
            {"7", GS_FLOORDIV, "2", "3"},
            {"-7", GS_FLOORDIV, "2", "-4"},
            {"7", GS_FLOORDIV, "-2", "-4"},
            {"-7", GS_FLOORDIV, "-2", "3"},
            {"-6", GS_FLOORDIV, "2", "-3"},
            {"7", GS_FLOORDIV, "0", DECLINES},
            {LEAST, GS_FLOORDIV, "-1", DECLINES},
            {"7", GS_MOD, "3", "1"},
            {"-7", GS_MOD, "3", "2"},
            {"7", GS_MOD, "-3", "-2"},
            {"-7", GS_MOD, "-3", "-1"},
            {"6", GS_MOD, "-3", "0"},
            {"7", GS_MOD, "0", DECLINES},
            {LEAST, GS_MOD, "-1", DECLINES},
            {"2", GS_POW, "10", "1024"},
            {"2", GS_POW, "62", "4611686018427387904"},
            {"2", GS_POW, "63", DECLINES},
            {"-2", GS_POW, "63", LEAST},
            {"10", GS_POW, "0", "1"},
            {"0", GS_POW, "0", "1"},
            {"1", GS_POW, MOST, "1"},
            {"2", GS_POW, "-1", DECLINES},
            {"1", GS_LSHIFT, "62", "4611686018427387904"},
            {"1", GS_LSHIFT, "63", DECLINES},
            {"-1", GS_LSHIFT, "62", "-4611686018427387904"},
            {"1", GS_LSHIFT, "-1", DECLINES},
            {"1024", GS_RSHIFT, "3", "128"},
            {"-1", GS_RSHIFT, "100", "-1"},
            {"5", GS_RSHIFT, "64", "0"},
            {"5", GS_RSHIFT, "-1", DECLINES},
            {"12", GS_AND, "10", "8"},
            {"12", GS_OR, "10", "14"},
            {"12", GS_XOR, "10", "6"},
            {"True", GS_AND, "False", "False"},
            {"True", GS_OR, "False", "True"},
            {"True", GS_XOR, "True", "False"},
            {"True", GS_AND, "3", "1"},
            {"1", GS_MATMUL, "1", DECLINES},
            {"1", GS_ADD | GS_IN_PLACE, "2", "3"},
    };
    check_binaries(rows, COUNT_OF(rows));
}

static void floats_are_pythons(void)
{
    static const struct binary_row rows[] = {
            {"0.1", GS_ADD, "0.2", "0.30000000000000004"},
            {"1", GS_ADD, "0.5", "1.5"},
            {"1.5", GS_SUB, "True", "0.5"},
            {"1e308", GS_MUL, "10.0", "inf"},
            {"1.0", GS_DIV, "4", "0.25"},
            {"1.0", GS_DIV, "0", DECLINES},
            {"1.0", GS_DIV, "0.0", DECLINES},
            {"5.5", GS_MOD, "2", "1.5"},
            {"-5.5", GS_MOD, "2", "0.5"},
            {"5.5", GS_MOD, "-2", "-0.5"},
            {"-4.0", GS_MOD, "2", "0.0"},
            {"4.0", GS_MOD, "-2", "-0.0"},
            {"4.0", GS_MOD, "0.0", DECLINES},
            {"1.0", GS_AND, "1", DECLINES},
            {"1.0", GS_LSHIFT, "1", DECLINES},
            {"inf", GS_SUB, "inf", "nan"},
    };
    check_binaries(rows, COUNT_OF(rows));
}

static void sequences_are_joined_and_repeated(void)
{
    static const struct binary_row rows[] = {
            {"'a'", GS_ADD, "'\xc3\xa9'", "'a\xc3\xa9'"},
            {"''", GS_ADD, "''", "''"},
            {"b'a'", GS_ADD, "b'b'", "b'ab'"},
            {"'a'", GS_ADD, "b'b'", DECLINES},
            {"'a'", GS_ADD, "1", DECLINES},
            {"'ab'", GS_MUL, "3", "'ababab'"},
            {"3", GS_MUL, "'ab'", "'ababab'"},
            {"'ab'", GS_MUL, "-1", "''"},
            {"'ab'", GS_MUL, "True", "'ab'"},
            {"'ab'", GS_MUL, MOST, DECLINES}, // MemoryError
            {"b'x'", GS_MUL, "2", "b'xx'"},
            {"'ab'", GS_MUL, "2.0", DECLINES},
            {"[1]", GS_ADD, "[2, 'a']", "[1, 2, 'a']"},
            {"(1)", GS_ADD, "(2)", "(1, 2)"},
            {"[1]", GS_ADD, "(2)", DECLINES},
            {"[1, 'a']", GS_MUL, "2", "[1, 'a', 1, 'a']"},
            {"('a')", GS_MUL, "0", "()"},
            {"[1]", GS_MUL, MOST, DECLINES},
            {"{'a': 1}", GS_OR, "{'a': 2, 'b': 3}", "{'a': 2, 'b': 3}"},
            {"{'a': 1}", GS_ADD, "{}", DECLINES},
            {"[1]", GS_SUB, "[1]", DECLINES},
            {"None", GS_ADD, "1", DECLINES},
            {"unset", GS_ADD, "1", DECLINES},
            {"unset", GS_MUL, "unset", DECLINES},
            {"@'[1]'", GS_ADD, "[2]", "[1, 2]"},
            {"@'2'", GS_MUL, "@'\"ab\"'", "'abab'"},
            {"@'{\"a\": 1}'", GS_OR, "{'b': 2}", "{'a': 1, 'b': 2}"},
    };
    check_binaries(rows, COUNT_OF(rows));
}

static void in_place_is_the_same_list(void)
{
    static const struct binary_row rows[] = {
            {"[1]", GS_ADD | GS_IN_PLACE, "['a']", "[1, 'a']"},
            {"(1)", GS_ADD | GS_IN_PLACE, "(2)", "(1, 2)"},
            {"'a'", GS_ADD | GS_IN_PLACE, "'b'", "'ab'"},
            {"[1]", GS_MUL | GS_IN_PLACE, "2", DECLINES},
            {"{'a': 1}", GS_OR | GS_IN_PLACE, "{'b': 'x'}", "{'a': 1, 'b': 'x'}"},
    };
    check_binaries(rows, COUNT_OF(rows));
    struct gs_value list = rig_value("['a']"), more = rig_value("['b']"), out;
    CHECK(gs_binary(GS_ADD | GS_IN_PLACE, list, more, &out));
    CHECK(out.list == list.list);
    CHECK_EQ(rig_refs(list), 2);
    CHECK_EQ(rig_refs(more.list->items[0]), 2);
    gs_drop(out);
    // the very same list: Python's to do
    CHECK(!gs_binary(GS_ADD | GS_IN_PLACE, list, list, &out));
    CHECK_REPR(list, "['a', 'b']");
    CHECK(gs_binary(GS_ADD, list, list, &out));
    CHECK_REPR(out, "['a', 'b', 'a', 'b']");
    gs_drop(out);
    gs_drop(list);
    gs_drop(more);
}

static void in_place_never_writes_constants(void)
{
    struct gs_value list = rig_constant("[1]"), dict = rig_constant("{'a': 1}"), out;
    struct gs_value more = rig_value("['x']"), pairs = rig_value("{'b': 2}");
    CHECK(!gs_binary(GS_ADD | GS_IN_PLACE, list, more, &out));
    CHECK(!gs_binary(GS_OR | GS_IN_PLACE, dict, pairs, &out));
    CHECK(!gs_index_set(list, GS_INT_VALUE(0), more));
    CHECK(!gs_index_del(list, GS_INT_VALUE(0)));
    CHECK(!gs_index_set(dict, dict.dict->pairs[0].key, more));
    CHECK(!gs_index_del(dict, dict.dict->pairs[0].key));
    CHECK_REPR(list, "[1]");
    CHECK_REPR(dict, "{'a': 1}");
    CHECK(gs_binary(GS_ADD, list, more, &out)); // a new one
    CHECK_REPR(out, "[1, 'x']");
    CHECK_EQ(rig_refs(out), 1);
    gs_drop(out);
    gs_drop(more);
    gs_drop(pairs);
    rig_unmake(list);
    rig_unmake(dict);
}

static void signs_are_pythons(void)
{
    static const struct {
        unsigned op;
        const char *v, *expected;
    } rows[] = {
            {GS_NEG, "5", "-5"},          {GS_NEG, LEAST, DECLINES},  {GS_NEG, "0.0", "-0.0"},
            {GS_NEG, "True", "-1"},       {GS_POS, "True", "1"},      {GS_POS, "-5", "-5"},
            {GS_POS, "1.5", "1.5"},       {GS_INVERT, "5", "-6"},     {GS_INVERT, LEAST, MOST},
            {GS_INVERT, "1.0", DECLINES}, {GS_NEG, "'a'", DECLINES},  {GS_NEG, "None", DECLINES},
            {GS_POS, "unset", DECLINES},  {GS_INVERT, "[]", DECLINES}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_value v = rig_value(rows[i].v);
        check_result(rows[i].v, gs_unary(rows[i].op, v, &taken), rows[i].expected);
        gs_drop(v);
    }
}

// ---- comparison -------------------------------------------------------------------------------

static void comparisons_are_pythons(void)
{
    static const struct binary_row rows[] = {
            {"1", GS_EQ, "1.0", "True"},
            {"1", GS_NE, "'1'", "True"},
            {"nan", GS_EQ, "nan", "False"},
            {"nan", GS_NE, "nan", "True"},
            {"nan", GS_LT, "1", DECLINES},
            {"1", GS_LT, "2", "True"},
            {"2", GS_LE, "2", "True"},
            {"2", GS_GT, "2", "False"},
            {"2", GS_GE, "2", "True"},
            {"'a'", GS_LT, "1", DECLINES},
            {"None", GS_LT, "None", DECLINES},
            {"None", GS_IS, "None", "True"},
            {"None", GS_IS_NOT, "0", "True"},
            {"True", GS_IS, "True", "True"},
            {"True", GS_IS, "1", "False"},
            {"1", GS_IS, "1", DECLINES},
            {"'a'", GS_IS, "'a'", DECLINES},
            {"'a'", GS_IS, "None", "False"},
            {"[]", GS_IS, "[]", "False"},
            {"[]", GS_IS_NOT, "None", "True"},
            {"@'null'", GS_IS, "None", DECLINES},
            {"2", GS_IN, "[1, 2]", "True"},
            {"2", GS_NOT_IN, "[1, 2]", "False"},
            {"2.0", GS_IN, "(1, 2)", "True"},
            {"'b'", GS_IN, "'abc'", "True"},
            {"''", GS_IN, "''", "True"},
            {"1", GS_IN, "'abc'", DECLINES},
            {"b'b'", GS_IN, "b'abc'", "True"},
            {"b'x'", GS_NOT_IN, "b'abc'", "True"},
            {"'a'", GS_IN, "{'a': 1}", "True"},
            {"True", GS_IN, "{1: 1}", "True"},
            {"1.0", GS_IN, "{1: 1}", DECLINES},
            {"[]", GS_IN, "{1: 1}", DECLINES},
            {"1", GS_IN, "1", DECLINES},
            {"1", GS_IN, "unset", DECLINES},
            {"unset", GS_IN, "[1]", DECLINES},
            {"1", GS_IN, "@'[1, 2]'", "True"},
            {"@'\"a\"'", GS_IN, "@'{\"a\": 1}'", "True"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_value a = rig_value(rows[i].a), b = rig_value(rows[i].b);
        bool truth;
        char what[200];
        snprintf(what, sizeof what, "%s (%u) %s", rows[i].a, rows[i].op, rows[i].b);
        bool done = gs_compare(rows[i].op, a, b, &truth);
        taken = GS_BOOL_VALUE(done && truth);
        check_result(what, done, rows[i].expected);
        CHECK(rig_refs(a) <= 1 && rig_refs(b) <= 1);
        gs_drop(a);
        gs_drop(b);
    }
    struct gs_value list = rig_value("[]");
    bool same = false;
    CHECK(gs_compare(GS_IS, list, list, &same) && same);
    gs_drop(list);
}

// ---- subscripts -------------------------------------------------------------------------------

static void items_are_found(void)
{
    static const char *const rows[][3] = {
            {"[1, 'a']", "1", "'a'"},      {"[1, 'a']", "-2", "1"},
            {"[1, 'a']", "True", "'a'"},   {"[1, 'a']", "2", DECLINES},
            {"[1, 'a']", "-3", DECLINES},  {"[1, 'a']", MOST, DECLINES},
            {"[1, 'a']", LEAST, DECLINES}, {"[1, 'a']", "1.0", DECLINES},
            {"[]", "0", DECLINES},         {"('x')", "0", "'x'"},
            {"{'a': [1]}", "'a'", "[1]"},  {"{'a': 1}", "'b'", DECLINES},
            {"{1: 'x'}", "True", "'x'"},   {"{None: 1}", "None", "1"},
            {"{1: 1}", "1.0", DECLINES},   {"'a\xc3\xa9z'", "1", "'\xc3\xa9'"},
            {"'a\xc3\xa9z'", "-1", "'z'"}, {"'abc'", "3", DECLINES},
            {"'abc'", LEAST, DECLINES},    {"b'abc'", "0", "97"},
            {"b'abc'", "-1", "99"},        {"b'abc'", "3", DECLINES},
            {"b'abc'", "-4", DECLINES},    {"1", "0", DECLINES},
            {"None", "0", DECLINES},       {"unset", "0", DECLINES},
            {"[1]", "unset", DECLINES},    {"@'{\"a\": [1, 2]}'", "'a'", "[1, 2]"},
            {"@'[1]'", "1", DECLINES},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_value v = rig_value(rows[i][0]), at = rig_value(rows[i][1]);
        check_result(rows[i][0], gs_index(v, at, &taken), rows[i][2]);
        CHECK(rig_refs(v) <= 1 && rig_refs(at) <= 1);
        gs_drop(v);
        gs_drop(at);
    }
}

static void items_are_set_and_deleted(void)
{
    static const struct {
        const char *v, *at, *item; // no item: del
        bool done;
        const char *then;
    } rows[] = {{"[1, 2]", "0", "'a'", true, "['a', 2]"},
                {"[1, 2]", "-1", "'a'", true, "[1, 'a']"},
                {"[1, 2]", "2", "'a'", false, "[1, 2]"},
                {"[1, 2]", "'0'", "'a'", false, "[1, 2]"},
                {"(1)", "0", "2", false, "(1,)"},
                {"'a'", "0", "'b'", false, "'a'"},
                {"{}", "'k'", "[1]", true, "{'k': [1]}"},
                {"{'k': 'old'}", "'k'", "'new'", true, "{'k': 'new'}"},
                {"{}", "1.5", "1", false, "{}"},
                {"{}", "[]", "1", false, "{}"},
                {"@'[1, 2]'", "1", "'x'", true, "[1, 'x']"},
                {"@'{}'", "'x'", "1", true, "{'x': 1}"},
                {"['a', 'b', 'c']", "1", NULL, true, "['a', 'c']"},
                {"['a']", "-1", NULL, true, "[]"},
                {"['a']", "1", NULL, false, "['a']"},
                {"{'a': 'x', 'b': 2}", "'a'", NULL, true, "{'b': 2}"},
                {"{'a': 1}", "'b'", NULL, false, "{'a': 1}"},
                {"{'a': 1}", "()", NULL, false, "{'a': 1}"},
                {"(1)", "0", NULL, false, "(1,)"},
                {"@'[1, 2]'", "0", NULL, true, "[2]"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_value v = rig_value(rows[i].v), at = rig_value(rows[i].at);
        struct gs_value item = rows[i].item ? rig_value(rows[i].item) : RIG_UNSET;
        bool done = rows[i].item ? gs_index_set(v, at, item) : gs_index_del(v, at);
        CHECK_EQ(done, rows[i].done);
        CHECK_REPR(v, rows[i].then);
        if (gs_has_object(item))
            CHECK_EQ(rig_refs(item), 1 + done);
        gs_drop(item);
        gs_drop(at);
        CHECK(rig_refs(v) <= 1);
        gs_drop(v);
    }
}

// What is set may be what holds it, and what goes may be the last to hold its place's name.
static void items_may_be_in_one_another(void)
{
    struct gs_value list = rig_value("['x', ['y']]"), inner = gs_keep(list.list->items[1]);
    CHECK(gs_index_set(list, GS_INT_VALUE(0), inner.list->items[0]));
    CHECK(gs_index_set(list, GS_INT_VALUE(1), inner.list->items[0]));
    CHECK_REPR(list, "['y', 'y']");
    CHECK_EQ(rig_refs(inner), 1);
    gs_drop(inner);
    CHECK_EQ(rig_refs(list.list->items[0]), 2);
    gs_drop(list);
    struct gs_value dict = rig_value("{'k': 'k'}");
    CHECK(gs_index_set(dict, dict.dict->pairs[0].value, dict.dict->pairs[0].key));
    CHECK_REPR(dict, "{'k': 'k'}");
    CHECK(gs_index_del(dict, dict.dict->pairs[0].key));
    CHECK_REPR(dict, "{}");
    gs_drop(dict);
}

static void what_is_pythons_is_declined(void)
{
    struct gs_pyref *trash = NULL;
    struct gs_value list = rig_value("[1]"), dict = rig_value("{'a': 1}"), p = rig_python(&trash);
    struct gs_value none[3] = {RIG_UNSET, RIG_UNSET, RIG_UNSET}, key = rig_value("'a'"), out;
    struct gs_value at = GS_INT_VALUE(0);
    bool truth;
    list.object->gone = dict.object->gone = true;
    for (unsigned op = 0; op < GS_BINARY_COUNT; op++)
        for (unsigned place = 0; place <= GS_IN_PLACE; place += GS_IN_PLACE) {
            CHECK(!gs_binary(op | place, list, list, &out));
            CHECK(!gs_binary(op | place, dict, dict, &out));
            CHECK(!gs_binary(op | place, p, p, &out));
        }
    CHECK(!gs_binary(GS_MUL, list, GS_INT_VALUE(2), &out));
    for (unsigned op = GS_LT; op < GS_COMPARE_COUNT; op++) {
        CHECK(!gs_compare(op, list, list, &truth));
        CHECK(!gs_compare(op, at, p, &truth) || op == GS_IS || op == GS_IS_NOT);
    }
    CHECK(!gs_compare(GS_IN, key, dict, &truth) && !gs_compare(GS_IN, at, list, &truth));
    CHECK(!gs_index(list, at, &out) && !gs_index(dict, key, &out) && !gs_index(p, at, &out));
    CHECK(!gs_index_set(list, at, at) && !gs_index_set(dict, key, at) && !gs_index_set(p, at, at));
    CHECK(!gs_index_del(list, at) && !gs_index_del(dict, key) && !gs_index_del(p, at));
    CHECK(!gs_slice_of(list, none, &out) && !gs_slice_of(p, none, &out));
    gs_drop(key);
    gs_drop(list);
    gs_drop(dict);
    gs_drop(p);
    CHECK_EQ(rig_empty(&trash), 1);
}

static void slices_are_cut(void)
{
    static const char *const rows[][5] = {
            {"[1, 2, 'c']", "unset", "unset", "unset", "[1, 2, 'c']"},
            {"[1, 2, 'c']", "1", "None", "None", "[2, 'c']"},
            {"[1, 2, 'c']", "-1", "unset", "1", "['c']"},
            {"[1, 2, 'c']", "unset", "-1", "unset", "[1, 2]"},
            {"[1, 2, 'c']", "2", "1", "unset", "[]"},
            {"[1, 2, 'c']", "-100", "100", "unset", "[1, 2, 'c']"},
            {"[1, 2, 'c']", LEAST, MOST, "unset", "[1, 2, 'c']"},
            {"[1, 2, 'c']", MOST, LEAST, "unset", "[]"},
            {"[1, 2, 'c']", "False", "True", "unset", "[1]"},
            {"[1, 2, 'c']", "1.0", "unset", "unset", DECLINES},
            {"[1, 2, 'c']", "unset", "'a'", "unset", DECLINES},
            {"[1, 2, 'c']", "unset", "unset", "0", DECLINES},
            {"[1, 2, 'c']", "unset", "unset", "'a'", DECLINES},
            {"(1, 2)", "1", "unset", "unset", "(2,)"},
            {"'a\xc3\xa9z'", "1", "2", "unset", "'\xc3\xa9'"},
            {"b'abc'", "1", "unset", "unset", "b'bc'"},
            {"@'[1, 2]'", "1", "unset", "unset", "[2]"},
            {"{}", "unset", "unset", "unset", DECLINES},
            {"1", "unset", "unset", "unset", DECLINES},
            {"unset", "unset", "unset", "unset", DECLINES},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_value v = rig_value(rows[i][0]), bounds[3];
        for (int k = 0; k < 3; k++)
            bounds[k] = rig_value(rows[i][1 + k]);
        check_result(rows[i][0], gs_slice_of(v, bounds, &taken), rows[i][4]);
        CHECK(rig_refs(v) <= 1);
        gs_drop(v);
        for (int k = 0; k < 3; k++)
            gs_drop(bounds[k]);
    }
}

TEST_MAIN(TEST(ints_are_exact_or_declined), TEST(floats_are_pythons),
          TEST(sequences_are_joined_and_repeated), TEST(in_place_is_the_same_list),
          TEST(in_place_never_writes_constants), TEST(signs_are_pythons),
          TEST(comparisons_are_pythons), TEST(items_are_found), TEST(items_are_set_and_deleted),
          TEST(items_may_be_in_one_another), TEST(what_is_pythons_is_declined),
          TEST(slices_are_cut))
