#include "plan/wait.h"

#include "base/clock.h"
#include "base/test.h"

static void constant(void)
{
    struct gs_wait wait = {.kind = GS_WAIT_CONSTANT, .a_ns = 5 * GS_S};
    struct gs_rng rng = {1};
    CHECK_EQ(gs_wait_until(&wait, &rng, 1, 100 * GS_S), 105 * GS_S);
    CHECK_EQ(rng.state, 1); // draws nothing: other choices stay the same
}

static void between(void)
{
    struct gs_wait wait = {.kind = GS_WAIT_BETWEEN, .a_ns = 5 * GS_S, .b_ns = 15 * GS_S};
    struct gs_rng rng = gs_rng_make(1, 1);
    uint64_t now = 1000 * GS_S, least = GS_NEVER, most = 0;
    double sum = 0;
    for (int i = 0; i < 10000; i++) {
        uint64_t rest = gs_wait_until(&wait, &rng, 0, now) - now;
        CHECK(rest >= 5 * GS_S && rest <= 15 * GS_S);
        least = rest < least ? rest : least;
        most = rest > most ? rest : most;
        sum += (double)rest / 1e9;
    }
    CHECK(least < 5.01 * 1e9 && most > 14.99 * 1e9);
    CHECK(sum > 98500 && sum < 101500);
    wait.b_ns = wait.a_ns;
    CHECK_EQ(gs_wait_until(&wait, &rng, 0, now), now + 5 * GS_S);
}

// Tasks start at the pace as long as they are shorter; a late one is not caught up.
static void pacing(void)
{
    struct gs_wait wait = {.kind = GS_WAIT_PACING, .a_ns = 10 * GS_S};
    struct gs_rng rng = {1};
    CHECK_EQ(gs_wait_until(&wait, &rng, 100 * GS_S, 103 * GS_S), 110 * GS_S);
    CHECK_EQ(gs_wait_until(&wait, &rng, 100 * GS_S, 110 * GS_S), 110 * GS_S);
    CHECK_EQ(gs_wait_until(&wait, &rng, 100 * GS_S, 134 * GS_S), 134 * GS_S);
}

TEST_MAIN(TEST(constant), TEST(between), TEST(pacing))
