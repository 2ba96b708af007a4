#include "stat/hist.h"

#include <math.h>
#include <stdlib.h>

void gs_hist_init(struct gs_hist *h)
{
    *h = (struct gs_hist){.min_ns = UINT64_MAX};
}

void gs_hist_fini(struct gs_hist *h)
{
    for (int i = 0; i < GS_HIST_PAGES; i++)
        free(h->pages[i]);
    gs_hist_init(h);
}

// Octave 0 holds 0..2047 us one by one; octave k holds 1024 buckets of 2^k us each.
uint32_t gs_hist_index(uint64_t us)
{
    if (us > GS_HIST_MAX_US)
        us = GS_HIST_MAX_US;
    unsigned octave = 53 - (unsigned)__builtin_clzll(us | (2 * GS_HIST_HALF - 1));
    return octave * GS_HIST_HALF + (uint32_t)(us >> octave);
}

uint64_t gs_hist_highest_us(uint32_t index)
{
    if (index < 2 * GS_HIST_HALF)
        return index;
    unsigned octave = index / GS_HIST_HALF - 1;
    uint64_t sub = index % GS_HIST_HALF + GS_HIST_HALF;
    return ((sub + 1) << octave) - 1;
}

static uint64_t *page_of(struct gs_hist *h, uint32_t page)
{
    if (!h->pages[page])
        h->pages[page] = calloc(GS_HIST_PAGE, sizeof(uint64_t));
    return h->pages[page];
}

void gs_hist_record(struct gs_hist *h, uint64_t ns)
{
    h->count++;
    h->sum_ns += ns;
    if (ns < h->min_ns)
        h->min_ns = ns;
    if (ns > h->max_ns)
        h->max_ns = ns;
    uint32_t index = gs_hist_index((ns + 500) / 1000);
    uint64_t *page = page_of(h, index / GS_HIST_PAGE);
    if (page)
        page[index % GS_HIST_PAGE]++;
}

void gs_hist_merge(struct gs_hist *h, const struct gs_hist *from)
{
    h->count += from->count;
    h->sum_ns += from->sum_ns;
    if (from->min_ns < h->min_ns)
        h->min_ns = from->min_ns;
    if (from->max_ns > h->max_ns)
        h->max_ns = from->max_ns;
    for (uint32_t i = 0; i < GS_HIST_PAGES; i++) {
        if (!from->pages[i])
            continue;
        uint64_t *page = page_of(h, i);
        for (int j = 0; page && j < GS_HIST_PAGE; j++)
            page[j] += from->pages[i][j];
    }
}

uint64_t gs_hist_percentile(const struct gs_hist *h, double p)
{
    if (h->count == 0)
        return 0;
    double rank = ceil(p / 100.0 * (double)h->count - 1e-9);
    uint64_t wanted = rank < 1 ? 1 : (uint64_t)rank;
    uint64_t seen = 0;
    for (uint32_t i = 0; i < GS_HIST_PAGES; i++) {
        if (!h->pages[i])
            continue;
        for (uint32_t j = 0; j < GS_HIST_PAGE; j++) {
            seen += h->pages[i][j];
            if (seen >= wanted) {
                uint64_t ns = gs_hist_highest_us(i * GS_HIST_PAGE + j) * 1000;
                return ns < h->min_ns ? h->min_ns : ns > h->max_ns ? h->max_ns : ns;
            }
        }
    }
    return h->max_ns;
}
