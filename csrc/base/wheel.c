#include "base/wheel.h"

#include "base/clock.h"

#define MASK (GS_WHEEL_SLOTS - 1)
#define TICK_MASK ((1ULL << GS_WHEEL_SHIFT) - 1)

void gs_wheel_init(struct gs_wheel *wheel, uint64_t now_ns)
{
    wheel->tick = now_ns >> GS_WHEEL_SHIFT;
    wheel->armed = 0;
    for (int i = 0; i < GS_WHEEL_LEVELS * GS_WHEEL_SLOTS; i++)
        gs_list_init(&wheel->slots[i]);
    for (int level = 0; level < GS_WHEEL_LEVELS; level++)
        for (int i = 0; i < GS_WHEEL_SLOTS / 64; i++)
            wheel->bits[level][i] = 0;
}

static void set_bit(struct gs_wheel *wheel, unsigned slot)
{
    wheel->bits[slot >> 8][(slot & MASK) >> 6] |= 1ULL << (slot & 63);
}

static void clear_bit(struct gs_wheel *wheel, unsigned slot)
{
    wheel->bits[slot >> 8][(slot & MASK) >> 6] &= ~(1ULL << (slot & 63));
}

// `soonest` is the first tick that may still be used: tick + 1, or tick while it is cascading.
static void place(struct gs_wheel *wheel, struct gs_timer *timer, uint64_t soonest)
{
    uint64_t due = (timer->at_ns >> GS_WHEEL_SHIFT) + ((timer->at_ns & TICK_MASK) != 0);
    if (due < soonest)
        due = soonest;
    uint64_t far = wheel->tick + (1ULL << (8 * GS_WHEEL_LEVELS)) - 1;
    if (due > far)
        due = far; // later than 19 hours: comes back through here
    uint64_t delta = due - wheel->tick;
    unsigned level = delta < (1U << 8) ? 0 : delta < (1U << 16) ? 1 : delta < (1U << 24) ? 2 : 3;
    unsigned slot = level * GS_WHEEL_SLOTS + (unsigned)((due >> (8 * level)) & MASK);
    timer->slot = (uint16_t)slot;
    gs_list_add_tail(&wheel->slots[slot], &timer->node);
    set_bit(wheel, slot);
}

void gs_wheel_add(struct gs_wheel *wheel, struct gs_timer *timer, uint64_t at_ns)
{
    gs_wheel_remove(wheel, timer);
    timer->at_ns = at_ns;
    place(wheel, timer, wheel->tick + 1);
    wheel->armed++;
}

void gs_wheel_remove(struct gs_wheel *wheel, struct gs_timer *timer)
{
    if (!gs_timer_armed(timer))
        return;
    gs_list_remove(&timer->node);
    if (gs_list_empty(&wheel->slots[timer->slot]))
        clear_bit(wheel, timer->slot);
    wheel->armed--;
}

static void cascade(struct gs_wheel *wheel, int level)
{
    unsigned index = (unsigned)((wheel->tick >> (8 * level)) & MASK);
    if (index == 0 && level + 1 < GS_WHEEL_LEVELS)
        cascade(wheel, level + 1);
    unsigned slot = (unsigned)level * GS_WHEEL_SLOTS + index;
    struct gs_node list;
    gs_list_move(&list, &wheel->slots[slot]);
    clear_bit(wheel, slot);
    struct gs_node *node;
    while ((node = gs_list_pop(&list)) != NULL)
        place(wheel, GS_OWNER(node, struct gs_timer, node), wheel->tick);
}

static void fire_slot(struct gs_wheel *wheel, unsigned slot)
{
    struct gs_node *node;
    while ((node = gs_list_pop(&wheel->slots[slot])) != NULL) {
        struct gs_timer *timer = GS_OWNER(node, struct gs_timer, node);
        wheel->armed--;
        timer->fire(timer);
    }
    clear_bit(wheel, slot);
}

// First used slot of a level at or behind `from` (0..255), or -1.
static int find_bit(const struct gs_wheel *wheel, int level, unsigned from)
{
    for (unsigned word = from >> 6; word < GS_WHEEL_SLOTS / 64; word++) {
        uint64_t bits = wheel->bits[level][word];
        if (word == from >> 6)
            bits &= ~0ULL << (from & 63);
        if (bits)
            return (int)(word * 64) + __builtin_ctzll(bits);
    }
    return -1;
}

void gs_wheel_advance(struct gs_wheel *wheel, uint64_t now_ns)
{
    uint64_t target = now_ns >> GS_WHEEL_SHIFT;
    while (wheel->tick < target) {
        if (wheel->armed == 0) {
            wheel->tick = target;
            return;
        }
        uint64_t boundary = (wheel->tick | MASK) + 1;
        unsigned at = (unsigned)(wheel->tick & MASK);
        int slot = at == MASK ? -1 : find_bit(wheel, 0, at + 1);
        uint64_t next = slot < 0 ? boundary : (wheel->tick & ~(uint64_t)MASK) + (unsigned)slot;
        if (next > target) {
            wheel->tick = target;
            return;
        }
        wheel->tick = next;
        if (next == boundary)
            cascade(wheel, 1);
        fire_slot(wheel, (unsigned)(next & MASK));
    }
}

uint64_t gs_wheel_next_ns(const struct gs_wheel *wheel)
{
    if (wheel->armed == 0)
        return GS_NEVER;
    uint64_t best = GS_NEVER;
    for (int level = 0; level < GS_WHEEL_LEVELS; level++) {
        uint64_t base = wheel->tick >> (8 * level);
        unsigned at = (unsigned)(base & MASK);
        int slot = at == MASK ? -1 : find_bit(wheel, level, at + 1);
        uint64_t distance;
        if (slot >= 0) {
            distance = (unsigned)slot - at;
        } else {
            slot = find_bit(wheel, level, 0);
            if (slot < 0)
                continue;
            distance = (unsigned)slot + GS_WHEEL_SLOTS - at;
        }
        uint64_t tick = (base + distance) << (8 * level);
        if (tick < best)
            best = tick;
    }
    return best == GS_NEVER ? GS_NEVER : best << GS_WHEEL_SHIFT;
}
