// rng: one user's small generator, SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom
// Number Generators", OOPSLA 2014). 8 bytes a user. One thread at a time.
#ifndef GS_BASE_RNG_H
#define GS_BASE_RNG_H

#include <stdint.h>

struct gs_rng {
    uint64_t state;
};

static inline uint64_t gs_rng_next(struct gs_rng *rng)
{
    uint64_t z = (rng->state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

// The generator of user k in an attack with this seed: the stream depends on both alone.
static inline struct gs_rng gs_rng_make(uint64_t seed, uint64_t k)
{
    struct gs_rng mix = {seed};
    uint64_t a = gs_rng_next(&mix);
    struct gs_rng rng = {a ^ (k * 0xd1342543de82ef95ULL)};
    gs_rng_next(&rng);
    return rng;
}

// Uniform in [0, 1), 53 bits.
static inline double gs_rng_unit(struct gs_rng *rng)
{
    return (double)(gs_rng_next(rng) >> 11) * 0x1.0p-53;
}

// Uniform in [0, n), n > 0 (multiply-shift; the bias is below n / 2^64).
static inline uint64_t gs_rng_below(struct gs_rng *rng, uint64_t n)
{
    return (uint64_t)(((unsigned __int128)gs_rng_next(rng) * n) >> 64);
}

#endif
