// wheel: many timers, few of them due. Hierarchical timing wheel (Varghese and Lauck, 1987),
// 4 levels of 256 slots, one tick = 16.384 us. A timer never fires early and at most one tick
// late. Pure: time is an argument. Owned by one Lane; timers belong to their owners (kept).
#ifndef GS_BASE_WHEEL_H
#define GS_BASE_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

#define GS_WHEEL_SHIFT 14
#define GS_WHEEL_LEVELS 4
#define GS_WHEEL_SLOTS 256

struct gs_timer {
    struct gs_node node;
    uint64_t at_ns;
    void (*fire)(struct gs_timer *timer);
    uint16_t slot;
};

struct gs_wheel {
    uint64_t tick;  // last tick processed
    uint64_t armed; // timers in the wheel
    struct gs_node slots[GS_WHEEL_LEVELS * GS_WHEEL_SLOTS];
    uint64_t bits[GS_WHEEL_LEVELS][GS_WHEEL_SLOTS / 64];
};

void gs_wheel_init(struct gs_wheel *wheel, uint64_t now_ns);

// Arms the timer for at_ns, moving it if it was armed. timer->fire must be set.
void gs_wheel_add(struct gs_wheel *wheel, struct gs_timer *timer, uint64_t at_ns);

// Disarms; harmless if not armed.
void gs_wheel_remove(struct gs_wheel *wheel, struct gs_timer *timer);

static inline bool gs_timer_armed(const struct gs_timer *timer)
{
    return timer->node.next != NULL;
}

// Fires everything due at now_ns, each disarmed before its fire() runs; fire() may add and remove.
void gs_wheel_advance(struct gs_wheel *wheel, uint64_t now_ns);

// When gs_wheel_advance should be called next, or GS_NEVER. May be early (a cascade), never late.
uint64_t gs_wheel_next_ns(const struct gs_wheel *wheel);

#endif
