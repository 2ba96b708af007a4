#include "plan/life.h"

#include <stdlib.h>

#include "base/test.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

// ---- sets, as text ----------------------------------------------------------------------------

// A task set of tasks named by letters; upper case: a nested set, found by its name.
struct form {
    const char *name, *tasks;
    enum gs_order_mode mode;
    const char *ranks; // a digit for each; NULL: none
    bool has_start, has_stop;
};

#define SETS_MAX 4
#define TASKS_MAX 16

static struct gs_task_set sets[SETS_MAX];
static struct gs_task_entry entries[SETS_MAX][TASKS_MAX];
static const struct form *forms;

static void make_sets(const struct form *from, size_t count)
{
    forms = from;
    for (size_t i = 0; i < count; i++) {
        uint32_t tasks = (uint32_t)strlen(from[i].tasks);
        sets[i] = (struct gs_task_set){.mode = from[i].mode,
                                       .count = tasks,
                                       .entries = entries[i],
                                       .has_start = from[i].has_start,
                                       .has_stop = from[i].has_stop};
        for (uint32_t k = 0; k < tasks; k++) {
            char letter = from[i].tasks[k];
            entries[i][k] = (struct gs_task_entry){.task = (uint32_t)letter,
                                                   .rank = from[i].ranks ? from[i].ranks[k] : 0};
            for (size_t other = 0; other < count; other++)
                if (from[other].name[0] == letter)
                    entries[i][k].nested = &sets[other];
        }
    }
}

static const char *name_of(const struct gs_task_set *set)
{
    return forms[set - sets].name;
}

// ---- a life, as text --------------------------------------------------------------------------

static int opened; // nested sets that are not closed

// How acts end: first that is told of an act's text, as "a=2" (a task), "U.start=4", "U.rest=4"...
static enum gs_ending ending_of(const char *endings, const char *act)
{
    size_t len = strlen(act);
    for (const char *at = endings; at && *at; at += strcspn(at, " "), at += *at == ' ')
        if (strncmp(at, act, len) == 0 && at[len] == '=')
            return at[len + 1] - '0';
    return GS_END_DONE;
}

// Tells what comes next and carries it out; false at the end. open=no: a set cannot be made;
// open=later: it turns out behind gs_life_enter.
static bool step(struct gs_life *life, struct gs_rng *rng, bool stopping, const char *endings,
                 char *act)
{
    enum gs_act next = gs_life_next(life, rng, stopping);
    const char *name = name_of(life->level->set);
    switch (next) {
    case GS_ACT_START:
        sprintf(act, "%s.start", name);
        break;
    case GS_ACT_TASK:
        sprintf(act, "%c", (char)life->entry->task);
        break;
    case GS_ACT_REST:
        sprintf(act, "%s.rest", name);
        break;
    case GS_ACT_STOP:
        sprintf(act, "%s.stop", name);
        break;
    case GS_ACT_OPEN:
        sprintf(act, "%s(", name_of(life->entry->nested));
        if (endings && strstr(endings, "open=no")) {
            gs_life_done(life, GS_END_DONE);
            return true;
        }
        CHECK(gs_life_enter(life, &opened));
        CHECK(life->level->data == &opened);
        opened++;
        if (endings && strstr(endings, "open=later"))
            gs_life_abandon(life);
        return true;
    case GS_ACT_CLOSE:
        sprintf(act, "%s)", name);
        opened--;
        gs_life_leave(life);
        return true;
    case GS_ACT_END:
        sprintf(act, "end");
        return false;
    }
    gs_life_done(life, ending_of(endings, act));
    return true;
}

static void forget(void *owner, void *data)
{
    CHECK(owner == &sets && data == &opened);
    opened--;
}

// Lives `steps` steps, from step number `stop_at` on stopping; compares what was told.
static void check_life(uint32_t steps, uint32_t stop_at, const char *endings, const char *expected)
{
    struct gs_life life;
    struct gs_rng rng = {1};
    char told[2000] = "", act[40];
    opened = 0;
    gs_life_init(&life, &sets[0]);
    for (uint32_t i = 0; i < steps; i++) {
        bool goes_on = step(&life, &rng, i >= stop_at, endings, act);
        sprintf(told + strlen(told), "%s%s", i ? " " : "", act);
        if (!goes_on)
            break;
    }
    if (strcmp(told, expected) != 0) {
        gs_test_failures++;
        fprintf(stderr, "%s\n    gives %s\n    not   %s\n", endings ? endings : "", told, expected);
    }
    gs_life_fini(&life, forget, &sets);
    CHECK_EQ(opened, 0);
}

#define NEVER UINT32_MAX

// ---- one set ----------------------------------------------------------------------------------

static void a_cycle_keeps_its_order(void)
{
    static const struct form form[] = {{"U", "abca", GS_PICK_CYCLE, NULL, true, true}};
    make_sets(form, 1);
    check_life(12, NEVER, NULL, "U.start a U.rest b U.rest c U.rest a U.rest a U.rest b");
}

static void endings_lead_where_they_say(void)
{
    static const struct form form[] = {{"U", "ab", GS_PICK_CYCLE, NULL, true, true}};
    static const struct {
        const char *endings, *expected;
    } rows[] = {
            {NULL, "U.start a U.rest b U.rest a U.rest b"},
            {"a=1", "U.start a b U.rest a b U.rest a"}, // reschedule: no rest
            {"a=2", "U.start a U.stop end"},            // there is nothing around it
            {"a=3", "U.start a U.stop end"},
            {"a=4", "U.start a U.stop end"},
            {"b=4", "U.start a U.rest b U.stop end"},
            {"U.start=4", "U.start U.stop end"},
            {"U.start=2", "U.start U.stop end"},
            {"U.start=1", "U.start a U.rest b U.rest a U.rest b"},
            {"U.rest=4", "U.start a U.rest U.stop end"},
            {"U.rest=1", "U.start a U.rest b U.rest a U.rest b"},
            {"a=4 U.stop=4", "U.start a U.stop end"},
            {"a=4 U.stop=2", "U.start a U.stop end"},
    };
    make_sets(form, 1);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check_life(8, NEVER, rows[i].endings, rows[i].expected);
}

static void hooks_are_told_where_there_are_any(void)
{
    static const char *const expected[] = {"a U.rest a U.rest end", "U.start a U.rest a U.rest end",
                                           "a U.rest a U.rest U.stop end",
                                           "U.start a U.rest a U.rest U.stop end"};
    for (int i = 0; i < 4; i++) {
        struct form form[] = {{"U", "a", GS_PICK_CYCLE, NULL, i & 1, i & 2}};
        make_sets(form, 1);
        check_life(100, 4 + (i & 1) - 1, NULL, expected[i]);
    }
}

// The end stays the end.
static void nothing_comes_behind_the_end(void)
{
    static const struct form form[] = {{"U", "a", GS_PICK_CYCLE, NULL, false, true}};
    struct gs_life life;
    struct gs_rng rng = {1};
    make_sets(form, 1);
    gs_life_init(&life, &sets[0]);
    CHECK_EQ(gs_life_next(&life, &rng, true), GS_ACT_STOP);
    gs_life_done(&life, GS_END_DONE);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(gs_life_next(&life, &rng, i == 1), GS_ACT_END);
        gs_life_done(&life, GS_END_DONE);
    }
    gs_life_fini(&life, forget, &sets);
}

static void stopping_is_heard_at_every_stage(void)
{
    static const struct form form[] = {{"U", "aN", GS_PICK_CYCLE, NULL, true, true},
                                       {"N", "xy", GS_PICK_CYCLE, NULL, true, true}};
    static const char *const expected[] = {
            "U.start U.stop end",
            "U.start U.stop end",
            "U.start a U.rest U.stop end",
            "U.start a U.rest U.stop end",
            "U.start a U.rest N( N.start N.stop N) U.stop end",
            "U.start a U.rest N( N.start N.stop N) U.stop end",
            "U.start a U.rest N( N.start x N.rest N.stop N) U.stop end",
            "U.start a U.rest N( N.start x N.rest N.stop N) U.stop end",
            "U.start a U.rest N( N.start x N.rest y N.rest N.stop N) U.stop end",
    };
    make_sets(form, 2);
    for (uint32_t i = 0; i < COUNT_OF(expected); i++)
        check_life(100, i, NULL, expected[i]);
}

// ---- nested sets ------------------------------------------------------------------------------

static void nested_sets_are_left_by_interrupts(void)
{
    static const struct form form[] = {{"U", "aN", GS_PICK_CYCLE, NULL, false, true},
                                       {"N", "xyz", GS_PICK_CYCLE, NULL, true, true}};
    static const struct {
        const char *endings, *expected;
    } rows[] = {
            {NULL, "a U.rest N( N.start x N.rest y N.rest z N.rest x N.rest"},
            {"y=2", "a U.rest N( N.start x N.rest y N.stop N) U.rest a U.rest"},
            {"y=3", "a U.rest N( N.start x N.rest y N.stop N) a U.rest N("}, // no rest
            {"y=1", "a U.rest N( N.start x N.rest y z N.rest x N.rest"},
            {"y=4", "a U.rest N( N.start x N.rest y N.stop N) U.stop end"},
            {"N.start=2", "a U.rest N( N.start N.stop N) U.rest a U.rest N( N.start"},
            {"N.start=3", "a U.rest N( N.start N.stop N) a U.rest N( N.start N.stop"},
            {"N.start=4", "a U.rest N( N.start N.stop N) U.stop end"},
            {"N.rest=2", "a U.rest N( N.start x N.rest N.stop N) U.rest a U.rest"},
            {"N.rest=4", "a U.rest N( N.start x N.rest N.stop N) U.stop end"},
            {"x=2 N.stop=4", "a U.rest N( N.start x N.stop N) U.stop end"},
            {"x=2 N.stop=3", "a U.rest N( N.start x N.stop N) U.rest a U.rest N("},
            {"a=1", "a N( N.start x N.rest y N.rest z N.rest x N.rest"},
            {"open=no", "a U.rest N( U.rest a U.rest N( U.rest a U.rest N("},
            {"open=later", "a U.rest N( N) U.rest a U.rest N( N) U.rest a"},
    };
    make_sets(form, 2);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint32_t steps = 1;
        for (const char *at = rows[i].expected; *at; at++)
            steps += *at == ' ';
        check_life(steps, NEVER, rows[i].endings, rows[i].expected);
    }
}

static void sets_nest_in_nested_sets(void)
{
    static const struct form form[] = {{"U", "N", GS_PICK_CYCLE, NULL, true, true},
                                       {"N", "M", GS_PICK_CYCLE, NULL, true, true},
                                       {"M", "x", GS_PICK_CYCLE, NULL, true, true}};
    static const char interrupted[] =
            "U.start N( N.start M( M.start x M.stop M) N.rest M( M.start x "
            "M.stop M)";
    make_sets(form, 3);
    check_life(14, NEVER, "x=2", interrupted);
    check_life(100, NEVER, "x=4", "U.start N( N.start M( M.start x M.stop M) N.stop N) U.stop end");
    check_life(100, 6, NULL,
               "U.start N( N.start M( M.start x M.rest M.stop M) N.stop N) U.stop end");
    check_life(11, NEVER, "x=2 N.rest=3", // no rest of U's
               "U.start N( N.start M( M.start x M.stop M) N.rest N.stop N)");
}

// A set that is entered again begins anew.
static void a_nested_cycle_begins_anew(void)
{
    static const struct form form[] = {{"U", "N", GS_PICK_CYCLE, NULL, false, false},
                                       {"N", "xyz", GS_PICK_CYCLE, NULL, false, false}};
    make_sets(form, 2);
    check_life(12, NEVER, "y=2", "N( x N.rest y N) U.rest N( x N.rest y N) U.rest");
}

// Wherever it is: what it holds is freed, the data of each nested set given back.
static void it_may_be_ended_anywhere(void)
{
    static const struct form form[] = {{"U", "aN", GS_PICK_RANKED, "11", true, true},
                                       {"N", "M", GS_PICK_RANKED, "1", true, true},
                                       {"M", "xyz", GS_PICK_RANKED, "111", true, true}};
    make_sets(form, 3);
    for (uint32_t steps = 0; steps < 30; steps++) {
        struct gs_life life;
        struct gs_rng rng = {1};
        char act[40];
        opened = 0;
        gs_life_init(&life, &sets[0]);
        for (uint32_t i = 0; i < steps; i++)
            step(&life, &rng, false, "y=2", act);
        gs_life_fini(&life, forget, &sets);
        CHECK_EQ(opened, 0);
        CHECK(life.level == NULL);
    }
}

// ---- picking ----------------------------------------------------------------------------------

// Weights are entries that stand there more than once.
static void random_tasks_come_by_weight(void)
{
    static const struct form form[] = {{"U", "aaab", GS_PICK_RANDOM, NULL, false, false}};
    enum { ROUNDS = 20000 };
    struct gs_life life;
    struct gs_rng rng = {7};
    int a = 0;
    make_sets(form, 1);
    gs_life_init(&life, &sets[0]);
    for (int i = 0; i < ROUNDS; i++) {
        CHECK_EQ(gs_life_next(&life, &rng, false), GS_ACT_TASK);
        a += life.entry->task == 'a';
        gs_life_done(&life, GS_END_RESCHEDULE);
    }
    CHECK(a > ROUNDS * 74 / 100 && a < ROUNDS * 76 / 100);
    gs_life_fini(&life, forget, &sets);
}

// The order is drawn from the user's generator alone.
static void the_same_seed_picks_the_same(void)
{
    static const enum gs_order_mode modes[] = {GS_PICK_RANDOM, GS_PICK_RANKED};
    for (size_t m = 0; m < COUNT_OF(modes); m++) {
        struct form form[] = {{"U", "abcdefgh", modes[m], "11112222", false, false}};
        char orders[3][41] = {""};
        make_sets(form, 1);
        for (int run = 0; run < 3; run++) {
            struct gs_life life;
            struct gs_rng rng = {run < 2 ? 5 : 6};
            gs_life_init(&life, &sets[0]);
            for (int i = 0; i < 40; i++) {
                gs_life_next(&life, &rng, false);
                orders[run][i] = (char)life.entry->task;
                gs_life_done(&life, GS_END_RESCHEDULE);
            }
            gs_life_fini(&life, forget, &sets);
        }
        CHECK(strcmp(orders[0], orders[1]) == 0);
        CHECK(strcmp(orders[0], orders[2]) != 0);
    }
}

// Each round has every task once, rank by rank; within a rank any order, each as often.
static void ranks_come_in_order_and_shuffled(void)
{
    static const struct form form[] = {{"U", "abcde", GS_PICK_RANKED, "12223", false, false}};
    enum { ROUNDS = 6000 };
    struct gs_life life;
    struct gs_rng rng = {9};
    int seen[6] = {0};
    static const char *const orders[] = {"bcd", "bdc", "cbd", "cdb", "dbc", "dcb"};
    make_sets(form, 1);
    gs_life_init(&life, &sets[0]);
    for (int round = 0; round < ROUNDS; round++) {
        char order[6] = "";
        for (int i = 0; i < 5; i++) {
            CHECK_EQ(gs_life_next(&life, &rng, false), GS_ACT_TASK);
            order[i] = (char)life.entry->task;
            gs_life_done(&life, GS_END_RESCHEDULE);
        }
        CHECK(order[0] == 'a' && order[4] == 'e');
        for (int i = 0; i < 6; i++)
            seen[i] += strncmp(order + 1, orders[i], 3) == 0;
    }
    int all = 0;
    for (int i = 0; i < 6; i++) {
        CHECK(seen[i] > ROUNDS / 6 * 85 / 100 && seen[i] < ROUNDS / 6 * 115 / 100);
        all += seen[i];
    }
    CHECK_EQ(all, ROUNDS);
    gs_life_fini(&life, forget, &sets);
}

// A nested set among ranked tasks: the round goes on where it was.
static void a_round_goes_on_behind_a_nested_set(void)
{
    static const struct form form[] = {{"U", "aNb", GS_PICK_RANKED, "123", false, false},
                                       {"N", "x", GS_PICK_RANKED, "1", false, false}};
    make_sets(form, 2);
    check_life(12, NEVER, "x=3", "a U.rest N( x N) b U.rest a U.rest N( x N)");
}

TEST_MAIN(TEST(a_cycle_keeps_its_order), TEST(endings_lead_where_they_say),
          TEST(hooks_are_told_where_there_are_any), TEST(nothing_comes_behind_the_end),
          TEST(stopping_is_heard_at_every_stage), TEST(nested_sets_are_left_by_interrupts),
          TEST(sets_nest_in_nested_sets), TEST(a_nested_cycle_begins_anew),
          TEST(it_may_be_ended_anywhere), TEST(random_tasks_come_by_weight),
          TEST(the_same_seed_picks_the_same), TEST(ranks_come_in_order_and_shuffled),
          TEST(a_round_goes_on_behind_a_nested_set))
