// hist: HdrHistogram's layout (Tene, hdrhistogram.org), 3 significant digits, 1 us to 1 h, in
// microseconds. Counters are allocated in pages of 128 on first use, so an unused range costs
// nothing. Pure; one writer.
#ifndef GS_STAT_HIST_H
#define GS_STAT_HIST_H

#include <stdint.h>

#define GS_HIST_HALF 1024 // sub-buckets of an octave behind the first
#define GS_HIST_MAX_US 3600000000ULL
#define GS_HIST_PAGE 128
#define GS_HIST_PAGES 192

struct gs_hist {
    uint64_t count;
    uint64_t sum_ns;
    uint64_t min_ns, max_ns; // exact; min_ns is UINT64_MAX while empty
    uint64_t *pages[GS_HIST_PAGES];
};

void gs_hist_init(struct gs_hist *h);
void gs_hist_fini(struct gs_hist *h);

// Records one duration. Without memory for a page only count, sum, min and max move.
void gs_hist_record(struct gs_hist *h, uint64_t ns);

// Adds every count of `from`.
void gs_hist_merge(struct gs_hist *h, const struct gs_hist *from);

// The duration below or at which p percent lie (0 < p <= 100), in ns: the highest value
// equivalent to the bucket, clamped to [min, max]. 0 when empty.
uint64_t gs_hist_percentile(const struct gs_hist *h, double p);

// Bucket number and bounds, for tests and exports.
uint32_t gs_hist_index(uint64_t us);
uint64_t gs_hist_highest_us(uint32_t index);

static inline uint64_t gs_hist_at(const struct gs_hist *h, uint32_t index)
{
    const uint64_t *page = h->pages[index / GS_HIST_PAGE];
    return page ? page[index % GS_HIST_PAGE] : 0;
}

#endif
