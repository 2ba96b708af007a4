#include "plan/draw.h"

#include "plan/value_rig.h"

#define DECLINES NULL

// Calls of Python's random module and what they gave: made by CPython 3.11 with a subclass of
// random.Random whose bits are SplitMix64's, as those of base/rng.h:
//
//     class Split(random.Random):
//         def __init__(self, state): self.s = state
//         def next(self):
//             self.s = (self.s + 0x9e3779b97f4a7c15) & M  # M = 2**64 - 1
//             z = self.s
//             z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9 & M
//             z = (z ^ (z >> 27)) * 0x94d049bb133111eb & M
//             return z ^ (z >> 31)
//         def random(self): return (self.next() >> 11) * 2.0**-53
//         def getrandbits(self, k): return self.next() >> (64 - k)
//
// `state` is what it began with, `after` what it was then; Rn stands for list(range(n)).
static const struct {
    const char *function;
    uint64_t state;
    const char *args, *expected;
    uint64_t after;
} rows[] = {
        {"randrange", 12000053, "(1)", "0", 0xdaa66d2c7e968f74},
        {"randrange", 13000056, "(10)", "2", 0x3c6ef372ff5b55a2},
        {"randrange", 15000062, "(1000)", "108", 0x9e3779b9802f5e13},
        {"randrange", 16000065, "(1152921504606846976)", "1074237119409731140", 0x3c6ef372ff891c6b},
        {"randrange", 16000065, "(-5, 5)", "2", 0x3c6ef372ff891c6b},
        {"randrange", 20000077, "(0, 100, 7)", "35", 0x9e3779b9807ba962},
        {"randrange", 20000077, "(10, 0, -3)", "4", 0x9e3779b9807ba962},
        {"randrange", 23000086, "(-10, -20, -1)", "-16", 0x9e3779b980a9702b},
        {"randrange", 15000062, "(True)", "0", 0x9e3779b9802f5e13},
        {"randrange", 24000089, "(-2305843009213693952, 2305843009213693952)",
         "-313152798806640125", 0x3c6ef37300032e83},
        {"uniform", 13000056, "(0, 1)", "0.916016204451004", 0x9e3779b98010d98d},
        {"uniform", 15000062, "(1.5, 2)", "1.5529171105314323", 0x9e3779b9802f5e13},
        {"uniform", 16000065, "(10, -10)", "-9.252820264246097", 0x9e3779b9803ea056},
        {"uniform", 22000083, "(-9007199254740992, 9007199254740992)", "1754693536824484.0",
         0x9e3779b9809a2de8},
        {"uniform", 17000068, "(3.0, 3.0)", "3.0", 0x9e3779b9804de299},
        {"choice", 22000083, "([1, 'a', None])", "None", 0x9e3779b9809a2de8},
        {"choice", 15000062, "('abcd\xc3\xa9')", "'a'", 0x9e3779b9802f5e13},
        {"choice", 12000053, "((7,))", "7", 0xdaa66d2c7e968f74},
        {"choices", 29000104, "([1, 2, 3], None, 5)", "[1, 1, 2, 1, 3]", 0x1715609f7e2eee11},
        {"choices", 26000095, "('ab', [1, 3], 6)", "['b', 'b', 'b', 'b', 'b', 'a']",
         0xb54cda58fd4ba35d},
        {"choices", 39000134, "([1, 2, 3], [0.5, 0.25, 2], 4)", "[3, 2, 3, 3]", 0x78dde6e5ff7d089a},
        {"choices", 28000101, "([1, 2], [0, 1], 3)", "[2, 2, 2]", 0xdaa66d2c7f8ab3a4},
        {"choices", 30000107, "([1, 2], (1, 0.0), 0)", "[]", 0x0000000001c9c3eb},
        {"choices", 45000152, "([1, 2, 3, 4], [1, 2.5, 0, True], 6)", "[2, 1, 2, 2, 1, 1]",
         0xb54cda58fe6d8e56},
        {"sample", 26000095, "([1, 2, 3, 4, 5], 3)", "[4, 2, 5]", 0x538454127c961f72},
        {"sample", 17000068, "([1, 2], 2)", "[2, 1]", 0xdaa66d2c7ee2dac3},
        {"sample", 16000065, "('abc', 0)", "[]", 0x0000000000f42441},
        {"sample", 13000056, "([], 0)", "[]", 0x0000000000c65d78},
        {"sample", 16000065, "(R30, 5)", "[14, 0, 19, 10, 18]", 0xb54cda58fcb30cbf},
        {"sample", 16000065, "(R22, 5)", "[14, 0, 19, 10, 18]", 0xb54cda58fcb30cbf},
        {"sample", 16000065, "(R21, 5)", "[14, 0, 10, 16, 8]", 0xf1bbcdcbfb4804e9},
        {"sample", 18000071, "(R100, 20)",
         "[10, 64, 42, 98, 12, 19, 45, 34, 23, 60, 97, 53, 26, 4, 6, 37, 52, 83, 5, 46]",
         0xafd9d6906dedbefe},
        {"sample", 18000071, "(R300, 20)",
         "[40, 258, 171, 51, 76, 181, 136, 93, 243, 42, 212, 106, 19, 24, 148, 107, 210, 22, 187, "
         "245]",
         0xec48ca036c82b728},
        {"sample", 16000065, "(R85, 6)", "[59, 1, 79, 41, 72, 67]", 0x538454127bfd88d4},
        {"sample", 16000065, "(R86, 6)", "[59, 1, 79, 41, 72, 67]", 0x538454127bfd88d4},
        {"sample", 18000071, "(R400, 70)",
         "[40, 258, 171, 392, 51, 76, 181, 136, 93, 243, 389, 42, 212, 106, 19, 24, 148, 107, 210, "
         "335, 22, 187, 245, 250, 214, 289, 228, 28, 66, 89, 296, 360, 192, 221, 306, 266, 71, "
         "100, 297, 121, 33, 311, 182, 354, 78, 14, 104, 179, 15, 328, 184, 45, 333, 322, 359, "
         "264, 59, 342, 112, 115, 366, 61, 269, 374, 316, 202, 248, 170, 331, 393]",
         0xdbefbea9bfd74053},
        {"shuffle", 30000107, "([1, 2, 3, 4, 5, 6, 7])", "[6, 3, 7, 2, 5, 1, 4]",
         0x2e2ac13efab29cbd},
        {"shuffle", 12000053, "([1])", "[1]", 0x0000000000b71b35},
        {"shuffle", 11000050, "([])", "[]", 0x0000000000a7d8f2},
        {"shuffle", 14000059, "(R20)",
         "[14, 4, 11, 15, 10, 13, 16, 6, 1, 9, 12, 8, 2, 19, 3, 17, 0, 7, 5, 18]",
         0xc6ef372fea25225b},
};

// Rn becomes list(range(n)).
static struct gs_value args_of(const char *text)
{
    if (text[1] != 'R')
        return rig_value(text);
    char *rest;
    uint32_t count = (uint32_t)strtoul(text + 2, &rest, 10);
    struct gs_list *list = gs_list_new(GS_LIST, count), *args = gs_list_new(GS_TUPLE, 2);
    for (uint32_t i = 0; i < count; i++)
        gs_list_push(list, GS_INT_VALUE(i));
    gs_list_push(args, GS_VALUE(GS_LIST, list, list));
    if (*rest == ',')
        gs_list_push(args, GS_INT_VALUE(strtoll(rest + 1, NULL, 10)));
    return GS_VALUE(GS_TUPLE, list, args);
}

static bool call(const char *function, struct gs_rng *rng, const struct gs_list *args,
                 struct gs_value *out)
{
    const struct gs_value *a = args->items;
    if (strcmp(function, "randrange") == 0)
        return gs_draw_range(rng, a, args->count, out);
    if (strcmp(function, "uniform") == 0)
        return gs_draw_uniform(rng, a[0], a[1], out);
    if (strcmp(function, "choice") == 0)
        return gs_draw_choice(rng, a[0], out);
    if (strcmp(function, "choices") == 0)
        return gs_draw_choices(rng, a[0], a[1], a[2].i, out);
    if (strcmp(function, "sample") == 0)
        return gs_draw_sample(rng, a[0], a[1], out);
    *out = gs_keep(a[0]);
    if (gs_draw_shuffle(rng, a[0]))
        return true;
    gs_drop(*out);
    return false;
}

static void draws_as_cpython(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_rng rng = {rows[i].state};
        struct gs_value args = args_of(rows[i].args), out;
        bool done = call(rows[i].function, &rng, args.list, &out);
        char *is = done ? rig_repr(out) : strdup("declined");
        if (strcmp(is, rows[i].expected) != 0 || rng.state != rows[i].after) {
            gs_test_failures++;
            fprintf(stderr, "%s%s is %s, not %s\n", rows[i].function, rows[i].args, is,
                    rows[i].expected);
        }
        free(is);
        if (done)
            gs_drop(out);
        gs_drop(args);
    }
}

// Where Python would raise, or do it in another way, nothing is drawn and nothing changes.
static void declines_before_it_draws(void)
{
    static const char *const declined[][2] = {
            {"randrange", "(0)"},
            {"randrange", "(-1)"},
            {"randrange", "(5, 5)"},
            {"randrange", "(5, 4)"},
            {"randrange", "(0, 10, -1)"},
            {"randrange", "(0, 10, 0)"},
            {"randrange", "(1.0)"},
            {"randrange", "('1')"},
            {"randrange", "(unset)"},
            {"uniform", "(0, 'a')"},
            {"uniform", "(None, 1)"},
            {"uniform", "(0, unset)"},
            {"choice", "([])"},
            {"choice", "('')"},
            {"choice", "(1)"},
            {"choice", "({'a': 1})"},
            {"choice", "(unset)"},
            {"choice", "(@'{}')"},
            {"choices", "([], None, 1)"},
            {"choices", "([1, 2], [1], 1)"},
            {"choices", "([1, 2], [0, 0], 1)"},
            {"choices", "([1, 2], [1, inf], 1)"},
            {"choices", "([1, 2], [nan, 1], 1)"},
            {"choices", "([1, 2], ['a', 1], 1)"},
            {"choices", "([1, 2], 'ab', 1)"},
            {"choices", "([1, 2], 5, 1)"},
            {"choices", "({}, None, 1)"},
            {"sample", "([1, 2], 3)"},
            {"sample", "([1, 2], -1)"},
            {"sample", "([1, 2], 1.0)"},
            {"sample", "({'a': 1}, 1)"},
            {"sample", "(1, 1)"},
            {"shuffle", "((1, 2))"},
            {"shuffle", "('ab')"},
            {"shuffle", "({})"},
            {"shuffle", "(unset)"},
    };
    for (size_t i = 0; i < COUNT_OF(declined); i++) {
        struct gs_rng rng = {42};
        struct gs_value args = rig_value(declined[i][1]), out;
        char *was = rig_repr(args);
        if (call(declined[i][0], &rng, args.list, &out)) {
            gs_test_failures++;
            fprintf(stderr, "%s%s is not declined\n", declined[i][0], declined[i][1]);
            gs_drop(out);
        }
        CHECK_EQ(rng.state, 42);
        CHECK_REPR(args, was);
        free(was);
        gs_drop(args);
    }
}

static void constants_are_not_shuffled(void)
{
    struct gs_rng rng = {1};
    struct gs_value v = rig_constant("[1, 2, 3, 4, 5, 6]"), list = rig_value("[1, 2, 3]");
    CHECK(!gs_draw_shuffle(&rng, v));
    CHECK_REPR(v, "[1, 2, 3, 4, 5, 6]");
    list.object->gone = true; // Python's
    CHECK(!gs_draw_shuffle(&rng, list));
    struct gs_value out;
    CHECK(!gs_draw_choice(&rng, list, &out));
    CHECK(!gs_draw_choices(&rng, list, GS_NONE_VALUE, 1, &out));
    CHECK(!gs_draw_choices(&rng, v, list, 1, &out));
    CHECK(!gs_draw_sample(&rng, list, GS_INT_VALUE(1), &out));
    CHECK_EQ(rng.state, 1);
    rig_unmake(v);
    gs_drop(list);
}

static void what_is_drawn_is_kept(void)
{
    struct gs_rng rng = {1};
    struct gs_value list = rig_value("['only']"), out;
    CHECK(gs_draw_choice(&rng, list, &out));
    CHECK_EQ(rig_refs(out), 2);
    gs_drop(out);
    CHECK(gs_draw_choices(&rng, list, GS_NONE_VALUE, 3, &out));
    CHECK_EQ(rig_refs(list.list->items[0]), 4);
    gs_drop(out);
    CHECK(gs_draw_sample(&rng, list, GS_INT_VALUE(1), &out));
    CHECK_EQ(rig_refs(list.list->items[0]), 2);
    gs_drop(out);
    gs_drop(list);
}

static void views_are_drawn_from(void)
{
    struct gs_rng rng = {1};
    struct gs_value v = rig_value("@'[5, 5, 5]'"), out;
    CHECK(gs_draw_choice(&rng, v, &out));
    CHECK_EQ(out.i, 5);
    CHECK(gs_draw_sample(&rng, v, GS_INT_VALUE(3), &out));
    CHECK_REPR(out, "[5, 5, 5]");
    gs_drop(out);
    CHECK(gs_draw_shuffle(&rng, v));
    CHECK_REPR(v, "[5, 5, 5]");
    gs_drop(v);
}

// Every n of so many bits or fewer, and no more bits than asked for.
static void bits_are_within(void)
{
    struct gs_rng rng = {3};
    for (unsigned bits = 1; bits <= 64; bits++) {
        uint64_t seen = 0, all = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
        for (int i = 0; i < 200; i++)
            seen |= gs_draw_bits(&rng, bits);
        CHECK(seen == all);
    }
    static const uint64_t limits[] = {1, 2, 3, 64, 65, UINT64_C(1) << 63, UINT64_MAX};
    for (size_t i = 0; i < COUNT_OF(limits); i++)
        for (int k = 0; k < 100; k++)
            CHECK(gs_draw_below(&rng, limits[i]) < limits[i]);
    for (int k = 0; k < 100; k++) {
        double unit = gs_draw_unit(&rng);
        CHECK(unit >= 0 && unit < 1);
    }
}

TEST_MAIN(TEST(draws_as_cpython), TEST(declines_before_it_draws), TEST(constants_are_not_shuffled),
          TEST(what_is_drawn_is_kept), TEST(views_are_drawn_from), TEST(bits_are_within))
