// gil: the one place where a lane takes and drops the GIL, fairly: lanes take turns with a baton
// (first come, first served), and a lane that leaves the GIL free too shortly for others to wake
// pauses now and then.
#ifndef GS_PY_GIL_H
#define GS_PY_GIL_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct gs_baton {
    pthread_mutex_t lock;
    pthread_cond_t turned;
    uint64_t next, serving;
    bool shared; // more than one lane
};

struct gs_gil {
    struct gs_baton *baton; // kept
    PyThreadState *state;   // kept between takes
    PyGILState_STATE ensured;
    uint64_t dropped_ns;
    uint64_t crowded_ns; // since when the free phases have been short; 0: they are not
};

void gs_baton_init(struct gs_baton *baton, bool shared);
void gs_baton_fini(struct gs_baton *baton);

// Lane thread: makes its thread state; the GIL is not held after it.
void gs_gil_enter(struct gs_gil *gil, struct gs_baton *baton);
// Gives it back; the GIL is not held before or after.
void gs_gil_leave(struct gs_gil *gil);

void gs_gil_take(struct gs_gil *gil);
void gs_gil_drop(struct gs_gil *gil);

#endif
