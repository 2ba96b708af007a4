// draw: Python's random module over a user's own generator: random() and getrandbits() are its
// bits, the rest is done as CPython does it (Lib/random.py, 3.10 to 3.13). Pure. Lane thread.
#ifndef GS_PLAN_DRAW_H
#define GS_PLAN_DRAW_H

#include "base/rng.h"
#include "plan/value.h"

// In [0, 1), 53 bits.
double gs_draw_unit(struct gs_rng *rng);
// bits <= 64, at least 1.
uint64_t gs_draw_bits(struct gs_rng *rng, unsigned bits);
// In [0, n), n > 0, as _randbelow_with_getrandbits.
uint64_t gs_draw_below(struct gs_rng *rng, uint64_t n);

// The functions of the module. All decline, before they draw, where Python would raise.
bool gs_draw_range(struct gs_rng *rng, const struct gs_value *args, uint32_t count,
                   struct gs_value *out);
bool gs_draw_uniform(struct gs_rng *rng, struct gs_value a, struct gs_value b,
                     struct gs_value *out);
bool gs_draw_choice(struct gs_rng *rng, struct gs_value from, struct gs_value *out);
// choices(from, weights, k): weights GS_NONE: equal
bool gs_draw_choices(struct gs_rng *rng, struct gs_value from, struct gs_value weights, int64_t k,
                     struct gs_value *out);
bool gs_draw_sample(struct gs_rng *rng, struct gs_value from, struct gs_value k,
                    struct gs_value *out);
bool gs_draw_shuffle(struct gs_rng *rng, struct gs_value list);

#endif
