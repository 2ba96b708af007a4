// spread: which class each user is of. Classes with a fixed count come first, then the rest by
// weight, evenly mixed (smooth weighted round robin), so that any prefix has about the right mix.
// Pure.
#ifndef GS_PLAN_SPREAD_H
#define GS_PLAN_SPREAD_H

#include <stdint.h>

struct gs_share {
    double weight;        // >= 0, not 0 for all, used when fixed_count is 0
    uint32_t fixed_count; // exactly so many, as far as the users reach
};

// Fills class_of[0..users). Returns 0, or -1: nothing to choose from, or no memory.
int gs_spread(const struct gs_share *shares, uint32_t count, uint32_t users, uint16_t *class_of);

#endif
