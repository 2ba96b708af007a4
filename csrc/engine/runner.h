// runner: lives the life of a user whose tasks are programs, without Python; what needs Python it
// asks for, one piece at a time. Lane thread.
#ifndef GS_ENGINE_RUNNER_H
#define GS_ENGINE_RUNNER_H

#include "engine/ask.h"
#include "plan/life.h"

enum gs_run {
    GS_RUN_WAITS,  // for the engine: nothing to do until its user is ready again
    GS_RUN_PYTHON, // for Python to do runner->need, and then gs_runner_run again
    GS_RUN_OVER,   // its user has ended
};

enum gs_need {
    GS_NEED_NOTHING,
    GS_NEED_OP,      // the instruction that the vm stands at
    GS_NEED_REQUEST, // to render and start the request that the vm stands at
    GS_NEED_ACT,     // runner->life.act: a function or hook that is not compiled
    GS_NEED_OPEN,    // an instance of a set that is made in Python
    GS_NEED_BIRTH,   // the same of the user class itself
    GS_NEED_WAIT,    // wait_time(), which is not compiled; then gs_runner_rest
    GS_NEED_STOP,    // to throw that the attack stops
};

// A program that runs: what a user needs for it and not between two tasks.
struct gs_activity {
    struct gs_vm vm;
    struct gs_asked asked;
    struct gs_node lent; // replies that borrow the lane's bytes
    struct gs_frame frames[4];
    struct gs_value registers[32]; // as most programs need; the vm makes room for more
};

struct gs_runner {
    struct gs_user *user;
    const struct gs_class *klass;
    struct gs_life life;
    struct gs_activity *now; // from the lane's pool; NULL: no program runs
    struct gs_ask_session session;
    uint64_t started_ns, ended_ns, until_ns; // of the task; ended_ns 0: something was waited for
    uint32_t task;                           // id in the metrics
    uint8_t state, need;
    bool waited; // since the task began
    bool in_wait_time;
    bool alone;              // Python was asked: it does not give way for time before it waits
    struct gs_value slots[]; // the user's attributes
};

// The user's runner: keeps klass. NULL without memory.
struct gs_runner *gs_runner_new(struct gs_user *user, const struct gs_class *klass);
// Drops all it holds; `forget` is given each nested set's data (see gs_life_fini).
void gs_runner_free(struct gs_runner *runner, void (*forget)(void *owner, void *data));

// Goes on until it waits, needs Python or is over.
enum gs_run gs_runner_run(struct gs_runner *runner);

// Copies what its replies borrow: before anything else is received.
bool gs_runner_own(struct gs_runner *runner);

// For who did what it needed. After an exception that no handler takes, or a Python function: the
// act is over in that way; it is counted.
void gs_runner_over(struct gs_runner *runner, enum gs_ending ending, bool failed, bool cut_off);
// After GS_NEED_OP and GS_NEED_STOP: the program goes on where it stands now.
void gs_runner_go_on(struct gs_runner *runner);
// After GS_NEED_REQUEST: the request is on its way.
void gs_runner_called(struct gs_runner *runner, struct gs_asked asked);
// After GS_NEED_WAIT: rests so long.
void gs_runner_rest(struct gs_runner *runner, double seconds);
// After GS_NEED_OPEN and GS_NEED_BIRTH.
void gs_runner_opened(struct gs_runner *runner);

// The user ends at once.
void gs_runner_quit(struct gs_runner *runner);

#endif
