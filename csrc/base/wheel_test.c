#include "base/wheel.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/rng.h"
#include "base/test.h"

#define TICK (1ULL << GS_WHEEL_SHIFT)

struct probe {
    struct gs_timer timer;
    uint64_t fired_ns; // 0: not yet
    int times;
    uint64_t again_ns; // added by fire: once more so much later
    struct gs_timer *removes;
};

static uint64_t now;
static struct gs_wheel wheel;

static void fire(struct gs_timer *timer)
{
    struct probe *probe = GS_OWNER(timer, struct probe, timer);
    CHECK(!gs_timer_armed(timer));
    probe->fired_ns = now;
    probe->times++;
    if (probe->removes)
        gs_wheel_remove(&wheel, probe->removes);
    if (probe->again_ns)
        gs_wheel_add(&wheel, timer, timer->at_ns + probe->again_ns);
}

static void begin(uint64_t start_ns)
{
    now = start_ns;
    gs_wheel_init(&wheel, now);
}

static void add(struct probe *probe, uint64_t at_ns)
{
    probe->timer.fire = fire;
    gs_wheel_add(&wheel, &probe->timer, at_ns);
}

static void go(uint64_t to_ns)
{
    now = to_ns;
    gs_wheel_advance(&wheel, now);
}

// Sleeps as a lane does: to the time that the wheel asks for, until that is behind `end_ns`.
static void sleep_through(uint64_t end_ns)
{
    for (;;) {
        uint64_t next = gs_wheel_next_ns(&wheel);
        if (next == GS_NEVER || next > end_ns)
            return;
        CHECK(next > now); // it moves on, always
        if (next <= now)
            return;
        go(next);
    }
}

static void never_early_at_most_a_tick_late(void)
{
    enum { N = 5000 };
    struct probe *probes = calloc(N, sizeof *probes);
    struct gs_rng rng = gs_rng_make(1, 0);
    begin(1234567890123ULL);
    uint64_t start = now;
    for (int i = 0; i < N; i++) {
        unsigned bits = 10 + (unsigned)gs_rng_below(&rng, 32); // from 1 us to an hour
        add(&probes[i], start + gs_rng_below(&rng, 1ULL << bits));
    }
    CHECK_EQ(wheel.armed, N);
    sleep_through(GS_NEVER - 1);
    CHECK_EQ(wheel.armed, 0);
    for (int i = 0; i < N; i++) {
        CHECK_EQ(probes[i].times, 1);
        CHECK(probes[i].fired_ns >= probes[i].timer.at_ns);
        CHECK(probes[i].fired_ns < probes[i].timer.at_ns + TICK ||
              probes[i].fired_ns < start + 2 * TICK);
    }
    free(probes);
}

// Against a plain list: the same timers have fired at any time one looks, whatever the jumps.
static void agrees_with_a_plain_list(void)
{
    enum { N = 2000, STEPS = 3000 };
    struct probe *probes = calloc(N, sizeof *probes);
    uint64_t *due = calloc(N, sizeof *due); // 0: not armed
    struct gs_rng rng = gs_rng_make(2, 0);
    begin(TICK * 1000000007ULL);
    for (int step = 0; step < STEPS; step++) {
        int i = (int)gs_rng_below(&rng, N);
        unsigned bits = 16 + (unsigned)gs_rng_below(&rng, 34);
        if (gs_rng_below(&rng, 4) == 0) {
            gs_wheel_remove(&wheel, &probes[i].timer);
            due[i] = 0;
        } else {
            uint64_t at = now + gs_rng_below(&rng, 1ULL << bits);
            add(&probes[i], at);
            uint64_t tick = (at + TICK - 1) / TICK, soonest = now / TICK + 1;
            due[i] = tick < soonest ? soonest : tick;
        }
        if (gs_rng_below(&rng, 3) == 0)
            go(now + gs_rng_below(&rng, 1ULL << (14 + gs_rng_below(&rng, 34))));
        uint64_t armed = 0, first = UINT64_MAX;
        for (int k = 0; k < N; k++) {
            bool fires = due[k] && due[k] <= now / TICK;
            CHECK_EQ(probes[k].times, fires);
            probes[k].times = 0;
            if (fires)
                due[k] = 0;
            CHECK(gs_timer_armed(&probes[k].timer) == (due[k] != 0));
            armed += due[k] != 0;
            if (due[k] && due[k] < first)
                first = due[k];
        }
        CHECK_EQ(wheel.armed, armed);
        uint64_t next = gs_wheel_next_ns(&wheel);
        CHECK(armed ? next > now && next <= first * TICK : next == GS_NEVER);
    }
    free(due);
    free(probes);
}

static void fire_may_add_and_remove(void)
{
    struct probe a = {0}, b = {0}, c = {0};
    begin(0);
    a.again_ns = 10 * TICK;
    a.removes = &c.timer;
    add(&a, 5 * TICK);
    add(&b, 5 * TICK);
    add(&c, 5 * TICK); // in the same slot, behind a: must not fire
    go(5 * TICK);
    CHECK_EQ(a.times, 1);
    CHECK_EQ(b.times, 1);
    CHECK_EQ(c.times, 0);
    go(14 * TICK);
    CHECK_EQ(a.times, 1);
    go(15 * TICK);
    CHECK_EQ(a.times, 2);
    a.again_ns = 0;
    go(1000 * TICK);
    CHECK_EQ(a.times, 3);
    CHECK_EQ(wheel.armed, 0);
}

// Added for now or the past while its own tick is fired: the next turn, not this one for ever.
static void a_timer_for_the_past_fires_next_tick(void)
{
    struct probe a = {.again_ns = 0};
    begin(100 * TICK);
    add(&a, 3);
    CHECK_EQ(gs_wheel_next_ns(&wheel), 101 * TICK);
    go(100 * TICK + TICK / 2);
    CHECK_EQ(a.times, 0);
    go(101 * TICK);
    CHECK_EQ(a.times, 1);
}

static void moves_a_timer(void)
{
    struct probe a = {0};
    begin(0);
    add(&a, 5 * TICK);
    add(&a, 70000 * TICK);
    CHECK_EQ(wheel.armed, 1);
    go(69999 * TICK);
    CHECK_EQ(a.times, 0);
    go(70000 * TICK);
    CHECK_EQ(a.times, 1);
    gs_wheel_remove(&wheel, &a.timer);
    gs_wheel_remove(&wheel, &a.timer);
    CHECK_EQ(wheel.armed, 0);
}

// A time-out of four days is behind the wheel's reach of 78 hours and comes in time all the same.
static void far_timers(void)
{
    struct probe far = {0}, near = {0};
    begin(987654321ULL * TICK + 17);
    uint64_t at = now + 4 * 86400 * GS_S;
    add(&far, at);
    add(&near, now + GS_S);
    go(at - 1);
    CHECK_EQ(near.times, 1);
    CHECK_EQ(far.times, 0);
    go(at + TICK);
    CHECK_EQ(far.times, 1);
}

// Every distance round the edges of the levels, from every kind of place.
static void edges_of_levels(void)
{
    static const uint64_t edges[] = {1, 255, 256, 257, 65535, 65536, 65537, 1 << 24};
    static const uint64_t places[] = {0, 1, 254, 255, 256, 65534, 65535, 65536, (1 << 24) - 1};
    for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
        for (size_t e = 0; e < sizeof edges / sizeof *edges; e++) {
            struct probe a = {0};
            begin(places[p] * TICK);
            uint64_t at = now + edges[e] * TICK;
            add(&a, at);
            sleep_through(at - 1);
            CHECK_EQ(a.times, 0);
            CHECK_EQ(gs_wheel_next_ns(&wheel), at);
            go(at);
            CHECK_EQ(a.times, 1);
        }
    }
}

TEST_MAIN(TEST(never_early_at_most_a_tick_late), TEST(agrees_with_a_plain_list),
          TEST(fire_may_add_and_remove), TEST(a_timer_for_the_past_fires_next_tick),
          TEST(moves_a_timer), TEST(far_timers), TEST(edges_of_levels))
