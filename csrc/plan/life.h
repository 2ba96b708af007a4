// life: what a user does next: on_start, a task, a rest, on_stop, in the task sets it is in. It
// says what; whoever drives the user carries it out and reports how it ended. Pure. Lane thread.
#ifndef GS_PLAN_LIFE_H
#define GS_PLAN_LIFE_H

#include "base/rng.h"
#include "plan/taskset.h"

enum gs_act {
    GS_ACT_OPEN,  // enter life->entry's nested set: gs_life_enter, or gs_life_done if that failed
    GS_ACT_START, // run on_start of life->level->set
    GS_ACT_TASK,  // run life->entry
    GS_ACT_REST,  // wait as life->level->set says
    GS_ACT_STOP,  // run on_stop
    GS_ACT_CLOSE, // the nested set is left: free what life->level->data is, then gs_life_leave
    GS_ACT_END,   // the user ends
};

struct gs_level {
    struct gs_level *outer;
    const struct gs_task_set *set;
    void *data; // the driver's: the set's instance or attributes
    uint32_t at;
    uint32_t *order; // GS_PICK_RANKED: this round's
    uint8_t stage, ending;
};

struct gs_life {
    struct gs_level first, *level;
    const struct gs_task_entry *entry; // picked last
    enum gs_act act;                   // told last
};

void gs_life_init(struct gs_life *life, const struct gs_task_set *set);
// Frees what it holds, wherever it is; `forget` is given each nested level's data.
void gs_life_fini(struct gs_life *life, void (*forget)(void *owner, void *data), void *owner);

// What to do next. `stopping`: no further task begins.
enum gs_act gs_life_next(struct gs_life *life, struct gs_rng *rng, bool stopping);

// How the act told last ended (after START, TASK, REST, STOP, and OPEN that failed).
void gs_life_done(struct gs_life *life, enum gs_ending ending);

// After OPEN: goes into the set. False without memory (then gs_life_done).
bool gs_life_enter(struct gs_life *life, void *data);
// After OPEN and gs_life_enter: the set cannot be entered after all; as a task that is done.
void gs_life_abandon(struct gs_life *life);
// After CLOSE.
void gs_life_leave(struct gs_life *life);

#endif
