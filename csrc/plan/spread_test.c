#include "plan/spread.h"

#include <math.h>

#include "base/test.h"

static void by_weight_exactly(void)
{
    static const struct gs_share shares[] = {{.weight = 3}, {.weight = 1}, {.weight = 2}};
    uint16_t class_of[600];
    int counts[3] = {0};
    CHECK_EQ(gs_spread(shares, 3, 600, class_of), 0);
    for (int k = 0; k < 600; k++)
        counts[class_of[k]]++;
    CHECK_EQ(counts[0], 300);
    CHECK_EQ(counts[1], 100);
    CHECK_EQ(counts[2], 200);
}

// While users are hatched one by one, the mix is right at any time: no class is off by more than
// one user from its share.
static void any_prefix_is_mixed(void)
{
    static const struct gs_share shares[] = {
            {.weight = 5}, {.weight = 0.5}, {.weight = 1}, {.weight = 2.5}};
    uint16_t class_of[900];
    double counts[4] = {0};
    CHECK_EQ(gs_spread(shares, 4, 900, class_of), 0);
    for (int k = 0; k < 900; k++) {
        counts[class_of[k]]++;
        for (int i = 0; i < 4; i++)
            CHECK(fabs(counts[i] - (k + 1) * shares[i].weight / 9) <= 1.0001);
    }
}

static void fixed_counts_come_first_and_are_exact(void)
{
    static const struct gs_share shares[] = {
            {.weight = 1}, {.weight = 1, .fixed_count = 3}, {.weight = 1}};
    uint16_t class_of[13];
    int counts[3] = {0};
    CHECK_EQ(gs_spread(shares, 3, 13, class_of), 0);
    for (int k = 0; k < 13; k++)
        counts[class_of[k]]++;
    CHECK(class_of[0] == 1 && class_of[1] == 1 && class_of[2] == 1);
    CHECK_EQ(counts[0], 5);
    CHECK_EQ(counts[1], 3);
    CHECK_EQ(counts[2], 5);
}

static void fixed_counts_are_cut_by_the_users(void)
{
    static const struct gs_share shares[] = {{.weight = 1}, {.weight = 1, .fixed_count = 3}};
    uint16_t class_of[4] = {9, 9, 9, 9};
    CHECK_EQ(gs_spread(shares, 2, 2, class_of), 0);
    CHECK(class_of[0] == 1 && class_of[1] == 1 && class_of[2] == 9);
}

static void says_when_nobody_is_left_to_choose(void)
{
    static const struct gs_share fixed[] = {{.weight = 1, .fixed_count = 3}};
    uint16_t class_of[4];
    CHECK_EQ(gs_spread(fixed, 1, 3, class_of), 0);
    CHECK_EQ(gs_spread(fixed, 1, 4, class_of), -1);
    CHECK_EQ(gs_spread(fixed, 0, 1, class_of), -1);
}

TEST_MAIN(TEST(by_weight_exactly), TEST(any_prefix_is_mixed),
          TEST(fixed_counts_come_first_and_are_exact), TEST(fixed_counts_are_cut_by_the_users),
          TEST(says_when_nobody_is_left_to_choose))
