#include "stat/hist.h"

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "base/test.h"

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

// Every microsecond lies in its bucket, buckets follow one another without a gap.
static void buckets_cover_everything_once(void)
{
    uint64_t low = 0;
    uint32_t last = gs_hist_index(GS_HIST_MAX_US);
    for (uint32_t i = 0; i <= last; i++) {
        uint64_t high = gs_hist_highest_us(i);
        CHECK(high >= low);
        CHECK_EQ(gs_hist_index(low), i);
        CHECK_EQ(gs_hist_index(high < GS_HIST_MAX_US ? high : GS_HIST_MAX_US), i);
        low = high + 1;
    }
    CHECK(low > GS_HIST_MAX_US);
    CHECK(last < GS_HIST_PAGE * GS_HIST_PAGES);
    CHECK_EQ(gs_hist_index(UINT64_MAX), last);
}

// 3 significant digits: a bucket is at most a thousandth of its values wide, 1 us to 1 h.
static void three_digits_up_to_an_hour(void)
{
    for (uint64_t us = 1; us <= GS_HIST_MAX_US; us += us / 997 + 1) {
        uint64_t high = gs_hist_highest_us(gs_hist_index(us));
        CHECK(high >= us);
        CHECK((high - us) * 1000 <= us);
    }
    for (uint64_t us = 0; us < 2048; us++)
        CHECK_EQ(gs_hist_highest_us(gs_hist_index(us)), us);
}

static void empty(void)
{
    struct gs_hist h;
    gs_hist_init(&h);
    CHECK_EQ(gs_hist_percentile(&h, 50), 0);
    CHECK_EQ(gs_hist_percentile(&h, 100), 0);
    CHECK(h.min_ns == UINT64_MAX && h.max_ns == 0);
    for (int i = 0; i < GS_HIST_PAGES; i++)
        CHECK(h.pages[i] == NULL); // costs nothing until used
}

// Percentiles of durations of every size, against the sorted durations themselves.
static void percentiles_agree_with_sorted_times(void)
{
    static const double columns[] = {0.001, 1, 50, 75, 90, 95, 98, 99, 99.9, 99.99, 100};
    static uint64_t times[20000];
    static const int sizes[] = {1, 2, 3, 10, 99, 100, 101, 1000, 20000};
    struct gs_rng rng = gs_rng_make(1, 0);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        int n = sizes[s];
        struct gs_hist h;
        gs_hist_init(&h);
        uint64_t sum = 0;
        for (int i = 0; i < n; i++) {
            times[i] = gs_rng_below(&rng, 1000ULL << gs_rng_below(&rng, 32));
            sum += times[i];
            gs_hist_record(&h, times[i]);
        }
        qsort(times, (size_t)n, sizeof *times, by_value);
        CHECK_EQ(h.count, n);
        CHECK_EQ(h.sum_ns, sum);
        CHECK_EQ(h.min_ns, times[0]);
        CHECK_EQ(h.max_ns, times[n - 1]);
        for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
            int rank = (int)ceil(columns[c] / 100 * n - 1e-9);
            uint64_t exact = times[rank < 1 ? 0 : rank - 1];
            uint64_t got = gs_hist_percentile(&h, columns[c]);
            // up to half a microsecond of rounding down, a microsecond and a thousandth up
            CHECK(got + 500 >= exact && got <= exact + exact / 1000 + 1000);
        }
        gs_hist_fini(&h);
    }
}

static void one_value_is_told_exactly(void)
{
    struct gs_hist h;
    gs_hist_init(&h);
    gs_hist_record(&h, 123456789);
    CHECK_EQ(gs_hist_percentile(&h, 50), 123456789);
    CHECK_EQ(gs_hist_percentile(&h, 99.99), 123456789);
    gs_hist_fini(&h);
}

// 100 durations: p99 is the 99th, not the 100th (99.0 / 100 * 100 is not 99 in binary).
static void ranks_are_not_off_by_one(void)
{
    struct gs_hist h;
    gs_hist_init(&h);
    for (uint64_t ms = 1; ms <= 100; ms++)
        gs_hist_record(&h, ms * 1000000);
    for (int p = 1; p <= 100; p++) {
        uint64_t got = gs_hist_percentile(&h, p);
        uint64_t exact = (uint64_t)p * 1000000;
        CHECK(got >= exact && got <= exact + exact / 1000);
    }
    gs_hist_fini(&h);
}

static void more_than_an_hour_is_counted_as_an_hour(void)
{
    struct gs_hist h;
    gs_hist_init(&h);
    gs_hist_record(&h, 7200ULL * 1000000000);
    CHECK_EQ(h.count, 1);
    CHECK_EQ(h.max_ns, 7200ULL * 1000000000);
    CHECK_EQ(gs_hist_at(&h, gs_hist_index(GS_HIST_MAX_US)), 1);
    CHECK(gs_hist_percentile(&h, 50) >= GS_HIST_MAX_US * 1000);
    gs_hist_fini(&h);
}

// What lanes counted apart is, merged, what one lane would have counted.
static void merging_is_exact(void)
{
    struct gs_hist all, parts[3], sum;
    struct gs_rng rng = gs_rng_make(3, 0);
    gs_hist_init(&all);
    gs_hist_init(&sum);
    for (int i = 0; i < 3; i++)
        gs_hist_init(&parts[i]);
    for (int i = 0; i < 30000; i++) {
        uint64_t ns = gs_rng_below(&rng, 1000ULL << gs_rng_below(&rng, 32));
        gs_hist_record(&all, ns);
        gs_hist_record(&parts[gs_rng_below(&rng, 2)], ns); // the third stays empty
    }
    for (int i = 0; i < 3; i++)
        gs_hist_merge(&sum, &parts[i]);
    CHECK_EQ(sum.count, all.count);
    CHECK_EQ(sum.sum_ns, all.sum_ns);
    CHECK_EQ(sum.min_ns, all.min_ns);
    CHECK_EQ(sum.max_ns, all.max_ns);
    for (uint32_t i = 0; i < GS_HIST_PAGE * GS_HIST_PAGES; i++)
        CHECK_EQ(gs_hist_at(&sum, i), gs_hist_at(&all, i));
    gs_hist_fini(&all);
    gs_hist_fini(&sum);
    for (int i = 0; i < 3; i++)
        gs_hist_fini(&parts[i]);
}

TEST_MAIN(TEST(buckets_cover_everything_once), TEST(three_digits_up_to_an_hour), TEST(empty),
          TEST(percentiles_agree_with_sorted_times), TEST(one_value_is_told_exactly),
          TEST(ranks_are_not_off_by_one), TEST(more_than_an_hour_is_counted_as_an_hour),
          TEST(merging_is_exact))
