// clock: monotonic time in nanoseconds, real or stepped by hand (tests).
#ifndef GS_BASE_CLOCK_H
#define GS_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define GS_US 1000ULL
#define GS_MS 1000000ULL
#define GS_S 1000000000ULL
#define GS_NEVER UINT64_MAX

static inline uint64_t gs_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * GS_S + (uint64_t)t.tv_nsec;
}

// A lane's clock. A stepped clock stands still until gs_clock_step.
struct gs_clock {
    bool stepped;
    uint64_t at_ns;
};

static inline uint64_t gs_clock_now(const struct gs_clock *clock)
{
    return clock->stepped ? clock->at_ns : gs_now_ns();
}

// Moves a stepped clock forward to at_ns (never back).
static inline void gs_clock_step(struct gs_clock *clock, uint64_t at_ns)
{
    if (at_ns > clock->at_ns)
        clock->at_ns = at_ns;
}

#endif
