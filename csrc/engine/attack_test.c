// Whole attacks in stepped time on the fake transport: what is counted, and when, to the request.
// Timers fire on ticks of 16.384 us, so each wait is up to two of them longer than asked.
#include <stdatomic.h>

#include "engine/test_rig.h"

#define BASE "http://127.0.0.1"
#define SLACK (GS_MS) // more than the ticks of any one wait

static struct gs_plan stepped(uint32_t users, unsigned lanes)
{
    struct gs_plan plan = rig_plan(users, lanes);
    plan.stepped = true;
    plan.transport = &gs_fake;
    return plan;
}

// Virtual time that a lane's attack took.
static uint64_t took_ns(unsigned lane)
{
    return rig_attack.lanes[lane].clock.at_ns - rig_attack.lanes[lane].hatch_start_ns;
}

static bool is_about(uint64_t ns, uint64_t expected)
{
    return ns >= expected && ns <= expected + SLACK;
}

static void counts_to_the_request(void)
{
    for (unsigned lanes = 1; lanes <= 3; lanes++) {
        struct gs_loop_plan loop = {.url = BASE "/delay/100"};
        struct gs_plan plan = stepped(10, lanes);
        plan.run_time_ns = 60 * GS_S;
        rig_start(&plan, &gs_loop_driver, &loop);
        rig_wait();
        const struct gs_row *row = rig_row("mGET /delay/100");
        CHECK_EQ(row->count, 10 * 600); // the last of each was in flight, and had its grace
        CHECK_EQ(row->failures, 0);
        CHECK_EQ(row->cut_off, 0);
        CHECK_EQ(row->status_count, 1);
        CHECK(row->statuses[0].status == 200 && row->statuses[0].count == 6000);
        CHECK_EQ(row->times.count, 6000);
        CHECK(is_about(row->times.min_ns, 100 * GS_MS) && is_about(row->times.max_ns, 100 * GS_MS));
        CHECK_EQ(rig_attack.users_hatched, 10);
        CHECK_EQ(rig_attack.users_running, 0);
        gs_attack_fini(&rig_attack);
    }
}

static void ten_minutes_of_a_hundred_users(void)
{
    struct gs_loop_plan loop = {.url = BASE "/delay/100", .wait_ns = GS_S};
    struct gs_plan plan = stepped(100, 2);
    plan.run_time_ns = 600 * GS_S;
    rig_start(&plan, &gs_loop_driver, &loop);
    rig_wait();
    CHECK_EQ(rig_row("mGET /delay/100")->count, 100 * 546); // at 0, 1.1, ... 599.5 s
    CHECK(is_about(took_ns(0), 600 * GS_S));                // those who rest end at once
    gs_attack_fini(&rig_attack);
}

// ---- hatching ---------------------------------------------------------------------------------

static uint64_t born_ns[100];
static uint64_t draws[100];
static unsigned lane_of[100];

static void note_birth(struct gs_user *user, uint32_t index)
{
    if (index > 0 || user->id >= 100)
        return;
    born_ns[user->id] = gs_lane_now(user->lane) - user->lane->hatch_start_ns;
    draws[user->id] = gs_rng_next(&user->rng);
    lane_of[user->id] = user->lane->index;
}

static const struct rig_step at_once = {.path = "/x"};

static void hatches_by_the_schedule(void)
{
    for (unsigned lanes = 1; lanes <= 3; lanes++) {
        struct rig_script script = {
                .base = BASE, .steps = &at_once, .count = 1, .rounds = 1, .before = note_birth};
        struct gs_plan plan = stepped(10, lanes);
        plan.hatch_per_s = 2.5;
        rig_run(&plan, &script);
        unsigned users[3] = {0};
        for (int k = 0; k < 10; k++) {
            CHECK(is_about(born_ns[k], (uint64_t)k * 400 * GS_MS));
            users[lane_of[k]]++;
        }
        for (unsigned i = 0; i < lanes; i++) // evenly
            CHECK(users[i] == 10 / lanes || users[i] == 10 / lanes + 1);
        CHECK_EQ(rig_row("mGET /x")->count, 10);
        gs_attack_fini(&rig_attack);
    }
}

// More than one batch, all due at once.
static void hatches_thousands_at_once(void)
{
    struct rig_script script = {.base = BASE, .steps = &at_once, .count = 1, .rounds = 1};
    struct gs_plan plan = stepped(5000, 2);
    plan.hatch_per_s = 1e9;
    rig_run(&plan, &script);
    CHECK_EQ(rig_row("mGET /x")->count, 5000);
    CHECK_EQ(rig_attack.users_hatched, 5000);
    CHECK(took_ns(0) < 100 * GS_MS);
    gs_attack_fini(&rig_attack);
}

// More lanes than users: the idle ones neither hang nor count.
static void more_lanes_than_users(void)
{
    struct rig_script script = {.base = BASE, .steps = &at_once, .count = 1, .rounds = 2};
    struct gs_plan plan = stepped(2, 4);
    plan.reset = true;
    rig_run(&plan, &script);
    CHECK_EQ(rig_total(rig_attack.total).count + rig_total(rig_attack.before).count, 4);
    gs_attack_fini(&rig_attack);
}

// What user k draws depends on the seed and k alone, not on lanes or order.
static void the_same_seed_draws_the_same(void)
{
    uint64_t first[20];
    for (int run = 0; run < 3; run++) {
        struct rig_script script = {
                .base = BASE, .steps = &at_once, .count = 1, .rounds = 1, .before = note_birth};
        struct gs_plan plan = stepped(20, run == 0 ? 1 : 3);
        plan.seed = run < 2 ? 42 : 43;
        rig_run(&plan, &script);
        gs_attack_fini(&rig_attack);
        for (int k = 0; k < 20; k++) {
            if (run == 0)
                first[k] = draws[k];
            CHECK((draws[k] == first[k]) == (run < 2));
        }
    }
}

// ---- reset ------------------------------------------------------------------------------------

// Requests of 730 ms that user k has finished `t` seconds after the first hatch, one user a second.
static int finished(double t, int k)
{
    return t > k ? (int)((t - k) / 0.73) : 0;
}

// Metrics begin anew when all are hatched; -t counts from then.
static void resets_when_all_are_hatched(void)
{
    struct gs_loop_plan loop = {.url = BASE "/delay/730"};
    struct gs_plan plan = stepped(10, 1);
    int before = 0, all = 0;
    for (int k = 0; k < 10; k++) {
        before += finished(9, k);
        all += finished(14.5, k) + 1; // and the one in flight
    }
    plan.hatch_per_s = 1;
    plan.reset = true;
    plan.run_time_ns = 5500 * GS_MS;
    rig_start(&plan, &gs_loop_driver, &loop);
    rig_wait();
    CHECK_EQ(rig_attack.resets, 1);
    CHECK_EQ(rig_total(rig_attack.before).count, before);
    CHECK_EQ(rig_total(rig_attack.total).count, all - before);
    CHECK_EQ(rig_row("mGET /delay/730")->times.count, all - before);
    uint64_t counted = gs_attack_counted_ns(&rig_attack);
    CHECK(counted >= 5500 * GS_MS && counted < (5500 + 731) * GS_MS); // not the hatching
    gs_attack_fini(&rig_attack);
}

// Without reset everything counts, and -t from the first hatch: it may end while hatching.
static void without_reset_the_time_runs_from_the_first_hatch(void)
{
    for (unsigned lanes = 1; lanes <= 2; lanes++) {
        struct gs_loop_plan loop = {.url = BASE "/delay/730"};
        struct gs_plan plan = stepped(10, lanes);
        int all = 0;
        for (int k = 0; k < 6; k++)
            all += finished(5.5, k) + 1;
        plan.hatch_per_s = 1;
        plan.run_time_ns = 5500 * GS_MS;
        rig_start(&plan, &gs_loop_driver, &loop);
        rig_wait();
        CHECK_EQ(rig_attack.resets, 0);
        CHECK(rig_attack.before == NULL);
        CHECK_EQ(rig_attack.users_hatched, 6);
        CHECK_EQ(rig_total(rig_attack.total).count, all);
        CHECK_EQ(rig_attack.users_running, 0);
        CHECK_EQ(rig_total(rig_attack.total).failures, 0);
        gs_attack_fini(&rig_attack);
    }
}

// ---- the end ----------------------------------------------------------------------------------

// Stopped after 10 s with requests of 3 s in flight since 9 s.
static void stop_with_grace(uint64_t timeout_ns, int64_t count, int64_t cut_off, uint64_t end_ns)
{
    struct gs_loop_plan loop = {.url = BASE "/delay/3000"};
    struct gs_plan plan = stepped(7, 1);
    plan.run_time_ns = 10 * GS_S;
    plan.stop_timeout_ns = timeout_ns;
    rig_start(&plan, &gs_loop_driver, &loop);
    rig_wait();
    const struct gs_row *row = rig_row("mGET /delay/3000");
    CHECK_EQ(row->count, count);
    CHECK_EQ(row->cut_off, cut_off);
    CHECK_EQ(row->failures, 0); // cut off is not failed
    CHECK_EQ(row->times.count, count);
    CHECK_EQ(rig_attack.total->errors.count, 0);
    CHECK(is_about(took_ns(0), end_ns));
    gs_attack_fini(&rig_attack);
}

static void requests_in_flight_have_the_stop_timeout(void)
{
    stop_with_grace(5 * GS_S, 7 * 4, 0, 12 * GS_S);
    stop_with_grace(GS_S, 7 * 3, 7, 11 * GS_S);
    stop_with_grace(0, 7 * 3, 7, 10 * GS_S);
}

static void who_waits_ends_at_once(void)
{
    static const struct rig_step step = {.path = "/x", .wait_ns = 1000 * GS_S};
    struct rig_script script = {.base = BASE, .steps = &step, .count = 1};
    struct gs_plan plan = stepped(7, 1);
    plan.run_time_ns = 10 * GS_S;
    rig_run(&plan, &script);
    CHECK_EQ(rig_total(rig_attack.total).count, 0);
    CHECK(is_about(took_ns(0), 10 * GS_S));
    gs_attack_fini(&rig_attack);
}

// Told to stop, a user may still do something, but not for longer than the grace.
static void the_grace_is_for_on_stop_too(void)
{
    static const uint64_t cases[][2] = {{GS_S, 11 * GS_S}, {100 * GS_S, 15 * GS_S}};
    for (int i = 0; i < 2; i++) {
        static const struct rig_step step = {.path = "/x", .wait_ns = 1000 * GS_S};
        struct rig_script script = {
                .base = BASE, .steps = &step, .count = 1, .on_stop_ns = cases[i][0]};
        struct gs_plan plan = stepped(7, 1);
        plan.run_time_ns = 10 * GS_S;
        rig_run(&plan, &script);
        CHECK(is_about(took_ns(0), cases[i][1]));
        CHECK_EQ(rig_attack.users_running, 0);
        gs_attack_fini(&rig_attack);
    }
}

static void stop_now(struct gs_user *user, uint32_t index)
{
    if (index == 3)
        gs_attack_stop(user->lane->attack);
}

static void a_stop_ends_the_hatching(void)
{
    static const struct rig_step step = {.path = "/x"};
    struct rig_script script = {.base = BASE, .steps = &step, .count = 1, .before = stop_now};
    struct gs_plan plan = rig_plan(100, 2); // by the real clock: the next comes in ten minutes
    plan.transport = &gs_fake;
    plan.hatch_per_s = 1.0 / 600;
    rig_run(&plan, &script);
    CHECK_EQ(rig_attack.users_hatched, 1);
    CHECK_EQ(rig_attack.users_running, 0);
    CHECK(rig_total(rig_attack.total).count >= 3);
    gs_attack_fini(&rig_attack);
}

static void a_stop_before_the_start_is_kept(void)
{
    struct rig_script script = {.base = BASE, .steps = &at_once, .count = 1};
    struct gs_plan plan = rig_plan(10, 2);
    plan.transport = &gs_fake;
    CHECK_EQ(gs_attack_init(&rig_attack, &plan, &rig_driver, &script), 0);
    gs_attack_stop(&rig_attack);
    gs_attack_stop(&rig_attack);
    CHECK_EQ(gs_attack_start(&rig_attack), 0);
    rig_wait();
    CHECK_EQ(rig_attack.users_running, 0);
    gs_attack_fini(&rig_attack);
}

static void never_started_is_freed(void)
{
    struct gs_plan plan = rig_plan(10, 2);
    CHECK_EQ(gs_attack_init(&rig_attack, &plan, &rig_driver, NULL), 0);
    gs_attack_fini(&rig_attack);
}

// ---- failures ---------------------------------------------------------------------------------

static void failures_are_counted_with_their_reason(void)
{
    static const struct rig_step steps[] = {
            {.path = "/status/200"}, {.path = "/status/399"},
            {.path = "/status/400"}, {.path = "/status/503"},
            {.path = "/refused"},    {.path = "/hang", .timeout_ns = 2 * GS_S}};
    struct rig_script script = {.base = BASE, .steps = steps, .count = 6, .rounds = 4};
    struct gs_plan plan = stepped(3, 2);
    rig_run(&plan, &script);
    CHECK_EQ(rig_row("mGET /status/200")->failures, 0);
    CHECK_EQ(rig_row("mGET /status/399")->failures, 0);
    CHECK_EQ(rig_row("mGET /status/400")->failures, 12);
    CHECK_EQ(rig_row("mGET /status/503")->failures, 12);
    CHECK_EQ(rig_row("mGET /refused")->failures, 12);
    CHECK_EQ(rig_row("mGET /hang")->failures, 12);
    CHECK_EQ(rig_total(rig_attack.total).count, 72);
    CHECK_EQ(rig_errors("status 400"), 12);
    CHECK_EQ(rig_errors("status 503"), 12);
    CHECK_EQ(rig_errors(gs_err_text(GS_E_REFUSED)), 12);
    CHECK_EQ(rig_errors(gs_err_text(GS_E_TIMEOUT)), 12);
    const struct gs_row *hang = rig_row("mGET /hang");
    CHECK(is_about(hang->times.min_ns, 2 * GS_S) && is_about(hang->times.max_ns, 2 * GS_S));
    gs_attack_fini(&rig_attack);
}

static void nothing_is_counted_without_metrics(void)
{
    struct rig_script script = {.base = BASE, .steps = &at_once, .count = 1, .rounds = 5};
    struct gs_plan plan = stepped(3, 1);
    plan.metrics = false;
    rig_run(&plan, &script);
    CHECK_EQ(rig_total(rig_attack.total).count, 0);
    gs_attack_fini(&rig_attack);
}

// ---- before and after -------------------------------------------------------------------------

static enum gs_phase phases[2];
static uint32_t running[2], hatched[2];

static void note_extra(struct gs_user *user, uint32_t index)
{
    (void)index;
    if (user->id != GS_USER_SETUP && user->id != GS_USER_TEARDOWN)
        return;
    int i = user->id == GS_USER_TEARDOWN;
    struct gs_attack *attack = user->lane->attack;
    gs_attack_lock_total(attack);
    phases[i] = attack->phase;
    running[i] = attack->users_running;
    hatched[i] = attack->users_hatched;
    gs_attack_unlock_total(attack);
}

static void setup_and_teardown_are_alone(void)
{
    struct rig_script script = {
            .base = BASE, .steps = &at_once, .count = 1, .rounds = 2, .before = note_extra};
    struct gs_plan plan = stepped(5, 2);
    plan.setup = plan.teardown = true;
    rig_run(&plan, &script);
    CHECK_EQ(phases[0], GS_PHASE_SETUP);
    CHECK_EQ(phases[1], GS_PHASE_TEARDOWN);
    CHECK(hatched[0] == 0 && running[0] == 0);
    CHECK(hatched[1] == 5 && running[1] == 0);
    CHECK_EQ(rig_row("mGET /x")->count, 14);
    gs_attack_fini(&rig_attack);
}

// A stop while test_start runs: no user is hatched, test_stop still runs.
static void a_stop_during_setup_goes_on_to_teardown(void)
{
    static const struct rig_step step = {.path = "/hang", .timeout_ns = 1000 * GS_S};
    struct rig_script script = {
            .base = BASE, .steps = &step, .count = 1, .rounds = 1, .before = note_extra};
    struct gs_plan plan = rig_plan(5, 2);
    plan.transport = &gs_fake;
    plan.setup = plan.teardown = true;
    plan.stop_timeout_ns = 10 * GS_MS;
    phases[1] = GS_PHASE_STARTING;
    rig_start(&plan, &rig_driver, &script);
    CHECK(gs_attack_wait(&rig_attack, GS_PHASE_SETUP, 10 * GS_S));
    gs_attack_stop(&rig_attack);
    rig_wait();
    CHECK_EQ(rig_attack.users_hatched, 0);
    CHECK_EQ(phases[1], GS_PHASE_TEARDOWN);
    gs_attack_fini(&rig_attack);
}

// ---- reading while it runs --------------------------------------------------------------------

// Whoever watches gets what was counted so far; nothing is lost or told twice by it.
static void collecting_changes_nothing(void)
{
    struct rig_script script = {.base = BASE, .steps = &at_once, .count = 1, .rounds = 2000};
    struct gs_plan plan = stepped(10, 2);
    int64_t last = 0;
    rig_start(&plan, &rig_driver, &script);
    while (!gs_attack_wait(&rig_attack, GS_PHASE_DONE, 0)) {
        CHECK_EQ(gs_attack_collect(&rig_attack, GS_NEVER), 2);
        gs_attack_lock_total(&rig_attack);
        int64_t now = rig_total(rig_attack.total).count;
        gs_attack_unlock_total(&rig_attack);
        CHECK(now >= last && now <= 20000);
        last = now;
    }
    CHECK_EQ(rig_row("mGET /x")->count, 20000);
    CHECK_EQ(rig_row("mGET /x")->times.count, 20000);
    CHECK_EQ(gs_attack_collect(&rig_attack, GS_NEVER), 2); // it is over: the total stands
    CHECK_EQ(rig_row("mGET /x")->count, 20000);
    gs_attack_fini(&rig_attack);
}

// A lane that was slow to answer one look must not stand for a lane that is held in the next.
static void answers_too_late(void *asked)
{
    while (!atomic_load((atomic_bool *)asked))
        gs_attack_take_shard(&rig_attack, NULL, 1);
}

static void a_late_answer_counts_for_its_own_round_only(void)
{
    struct rig_script script = {.base = BASE, .steps = &at_once, .count = 1};
    struct gs_plan plan = stepped(10, 2);
    CHECK_EQ(gs_attack_init(&rig_attack, &plan, &rig_driver, &script), 0);
    CHECK_EQ(gs_attack_collect(&rig_attack, GS_MS), 0); // the lanes do not run
    atomic_bool asked = false;
    uv_thread_t late;
    CHECK_EQ(uv_thread_create(&late, answers_too_late, &asked), 0);
    CHECK_EQ(gs_attack_collect(&rig_attack, 20 * GS_MS), 0);
    atomic_store(&asked, true);
    uv_thread_join(&late);
    gs_attack_fini(&rig_attack);
}

TEST_MAIN(TEST(counts_to_the_request), TEST(ten_minutes_of_a_hundred_users),
          TEST(hatches_by_the_schedule), TEST(hatches_thousands_at_once),
          TEST(more_lanes_than_users), TEST(the_same_seed_draws_the_same),
          TEST(resets_when_all_are_hatched), TEST(without_reset_the_time_runs_from_the_first_hatch),
          TEST(requests_in_flight_have_the_stop_timeout), TEST(who_waits_ends_at_once),
          TEST(the_grace_is_for_on_stop_too), TEST(a_stop_ends_the_hatching),
          TEST(a_stop_before_the_start_is_kept), TEST(never_started_is_freed),
          TEST(failures_are_counted_with_their_reason), TEST(nothing_is_counted_without_metrics),
          TEST(setup_and_teardown_are_alone), TEST(a_stop_during_setup_goes_on_to_teardown),
          TEST(collecting_changes_nothing), TEST(a_late_answer_counts_for_its_own_round_only))
