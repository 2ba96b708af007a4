#include "plan/life.h"

#include <stdlib.h>

enum stage { ENTERED, PICKING, RESTING, LEAVING, LEFT };

static void level_init(struct gs_level *level, const struct gs_task_set *set)
{
    *level = (struct gs_level){.set = set, .stage = ENTERED};
}

void gs_life_init(struct gs_life *life, const struct gs_task_set *set)
{
    *life = (struct gs_life){.act = GS_ACT_END};
    level_init(&life->first, set);
    life->level = &life->first;
}

static void drop_level(struct gs_life *life)
{
    struct gs_level *level = life->level;
    life->level = level->outer;
    free(level->order);
    level->order = NULL;
    if (level != &life->first)
        free(level);
}

void gs_life_fini(struct gs_life *life, void (*forget)(void *owner, void *data), void *owner)
{
    while (life->level) {
        if (life->level != &life->first)
            forget(owner, life->level->data);
        drop_level(life);
    }
}

// Fisher-Yates within each rank.
static void shuffle_ranks(const struct gs_task_set *set, struct gs_rng *rng, uint32_t *order)
{
    for (uint32_t i = 0; i < set->count; i++)
        order[i] = i;
    for (uint32_t from = 0; from < set->count;) {
        uint32_t to = from;
        while (to < set->count && set->entries[to].rank == set->entries[from].rank)
            to++;
        for (uint32_t i = to - from; i > 1; i--) {
            uint32_t j = (uint32_t)gs_rng_below(rng, i);
            uint32_t swap = order[from + i - 1];
            order[from + i - 1] = order[from + j];
            order[from + j] = swap;
        }
        from = to;
    }
}

// NULL without memory.
static const struct gs_task_entry *pick(struct gs_level *level, struct gs_rng *rng)
{
    const struct gs_task_set *set = level->set;
    if (set->mode == GS_PICK_RANDOM)
        return &set->entries[gs_rng_below(rng, set->count)];
    uint32_t at = level->at++ % set->count;
    if (set->mode == GS_PICK_CYCLE)
        return &set->entries[at];
    if (!level->order)
        level->order = malloc(set->count * sizeof *level->order);
    if (!level->order)
        return NULL;
    if (at == 0)
        shuffle_ranks(set, rng, level->order);
    return &set->entries[level->order[at]];
}

static void end_level(struct gs_level *level, enum gs_ending ending)
{
    level->ending = (uint8_t)ending;
    level->stage = LEAVING;
}

static enum gs_act next(struct gs_life *life, struct gs_rng *rng, bool stopping)
{
    struct gs_level *level = life->level;
    switch ((enum stage)level->stage) {
    case ENTERED:
        level->stage = PICKING;
        if (level->set->has_start)
            return GS_ACT_START;
        return next(life, rng, stopping);
    case PICKING:
        life->entry = stopping ? NULL : pick(level, rng);
        if (life->entry)
            return life->entry->nested ? GS_ACT_OPEN : GS_ACT_TASK;
        end_level(level, GS_END_USER);
        return next(life, rng, stopping);
    case RESTING:
        level->stage = PICKING;
        return GS_ACT_REST;
    case LEAVING:
        level->stage = LEFT;
        if (level->set->has_stop)
            return GS_ACT_STOP;
        return next(life, rng, stopping);
    case LEFT:
        break;
    }
    return level->outer ? GS_ACT_CLOSE : GS_ACT_END;
}

enum gs_act gs_life_next(struct gs_life *life, struct gs_rng *rng, bool stopping)
{
    return life->act = next(life, rng, stopping);
}

static void task_done(struct gs_level *level, enum gs_ending ending)
{
    if (ending > GS_END_RESCHEDULE)
        end_level(level, ending);
    else
        level->stage = ending == GS_END_DONE ? RESTING : PICKING;
}

void gs_life_done(struct gs_life *life, enum gs_ending ending)
{
    struct gs_level *level = life->level;
    switch (life->act) {
    case GS_ACT_START:
    case GS_ACT_REST:
        if (ending > GS_END_RESCHEDULE)
            end_level(level, ending);
        break;
    case GS_ACT_STOP:
        if (ending == GS_END_USER)
            level->ending = GS_END_USER;
        break;
    case GS_ACT_OPEN:
    case GS_ACT_TASK:
        task_done(level, ending);
        break;
    case GS_ACT_CLOSE:
    case GS_ACT_END:
        break;
    }
}

bool gs_life_enter(struct gs_life *life, void *data)
{
    struct gs_level *level = malloc(sizeof *level);
    if (!level)
        return false;
    level_init(level, life->entry->nested);
    level->outer = life->level;
    level->data = data;
    life->level = level;
    return true;
}

void gs_life_abandon(struct gs_life *life)
{
    life->level->stage = LEFT;
    life->level->ending = GS_END_DONE;
}

void gs_life_leave(struct gs_life *life)
{
    enum gs_ending ending = life->level->ending;
    drop_level(life);
    task_done(life->level, ending == GS_END_INTERRUPT_NOW ? GS_END_RESCHEDULE
                           : ending == GS_END_INTERRUPT   ? GS_END_DONE
                                                          : ending);
}
