#include "base/rng.h"

#include "base/test.h"

// The values that the authors' reference implementation gives for these seeds.
static void is_splitmix64(void)
{
    static const uint64_t of_1234567[] = {6457827717110365317ULL, 3203168211198807973ULL,
                                          9817491932198370423ULL, 4593380528125082431ULL,
                                          16408922859458223821ULL};
    struct gs_rng rng = {1234567};
    for (int i = 0; i < 5; i++)
        CHECK(gs_rng_next(&rng) == of_1234567[i]);
    rng.state = 0;
    CHECK(gs_rng_next(&rng) == 0xe220a8397b1dcdafULL);
    CHECK(gs_rng_next(&rng) == 0x6e789e6aa1b965f4ULL);
}

// What makes a run repeatable: user k of a seed always draws the same.
static void a_user_has_its_own_stream(void)
{
    struct gs_rng a = gs_rng_make(7, 3), b = gs_rng_make(7, 3);
    for (int i = 0; i < 100; i++)
        CHECK(gs_rng_next(&a) == gs_rng_next(&b));
    static uint64_t firsts[2000];
    for (int k = 0; k < 1000; k++) {
        struct gs_rng of_seed7 = gs_rng_make(7, (uint64_t)k),
                      of_seed8 = gs_rng_make(8, (uint64_t)k);
        firsts[2 * k] = gs_rng_next(&of_seed7);
        firsts[2 * k + 1] = gs_rng_next(&of_seed8);
    }
    int same = 0;
    for (int i = 0; i < 2000; i++)
        for (int j = 0; j < i; j++)
            same += firsts[i] == firsts[j];
    CHECK_EQ(same, 0);
}

static void draws_evenly(void)
{
    struct gs_rng rng = gs_rng_make(1, 1);
    int counts[10] = {0};
    double sum = 0;
    for (int i = 0; i < 100000; i++) {
        double unit = gs_rng_unit(&rng);
        CHECK(unit >= 0 && unit < 1);
        sum += unit;
        uint64_t below = gs_rng_below(&rng, 10);
        CHECK(below < 10);
        counts[below % 10]++;
    }
    CHECK(sum > 49500 && sum < 50500);
    for (int i = 0; i < 10; i++)
        CHECK(counts[i] > 9500 && counts[i] < 10500); // more than five deviations
    CHECK_EQ(gs_rng_below(&rng, 1), 0);
}

// Neighbouring users do not draw alike.
static void streams_do_not_run_together(void)
{
    int high = 0;
    for (uint64_t k = 0; k < 1000; k++) {
        struct gs_rng rng = gs_rng_make(0, k);
        high += gs_rng_unit(&rng) >= 0.5;
    }
    CHECK(high > 420 && high < 580);
}

TEST_MAIN(TEST(is_splitmix64), TEST(a_user_has_its_own_stream), TEST(draws_evenly),
          TEST(streams_do_not_run_together))
