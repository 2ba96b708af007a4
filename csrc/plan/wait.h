// wait: how long a user rests between two tasks. Pure.
#ifndef GS_PLAN_WAIT_H
#define GS_PLAN_WAIT_H

#include <stdint.h>

#include "base/rng.h"

enum gs_wait_kind {
    GS_WAIT_CONSTANT, // a_ns
    GS_WAIT_BETWEEN,  // uniform in [a_ns, b_ns]
    GS_WAIT_PACING,   // task starts a_ns apart; late ones are not caught up
    GS_WAIT_CALL,     // the script's own function says it
};

struct gs_wait {
    enum gs_wait_kind kind;
    uint64_t a_ns, b_ns;
};

// When the next task starts, given when the last one started and that it is now_ns.
static inline uint64_t gs_wait_until(const struct gs_wait *wait, struct gs_rng *rng,
                                     uint64_t started_ns, uint64_t now_ns)
{
    switch (wait->kind) {
    case GS_WAIT_BETWEEN:
        return now_ns + wait->a_ns +
               (uint64_t)(gs_rng_unit(rng) * (double)(wait->b_ns - wait->a_ns));
    case GS_WAIT_PACING: {
        uint64_t due = started_ns + wait->a_ns;
        return due > now_ns ? due : now_ns;
    }
    default:
        return now_ns + wait->a_ns;
    }
}

#endif
