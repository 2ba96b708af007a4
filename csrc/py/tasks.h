// tasks: the life of one user in Python: made, on_start, tasks and waits until it ends, on_stop.
#ifndef GS_PY_TASKS_H
#define GS_PY_TASKS_H

#include "plan/life.h"
#include "py/hub.h"

// Runs the user from birth to end, in its greenlet. Keeps every exception in.
void gs_tasks_run(struct gs_py_user *user);

// How an exception ends a task.
struct gs_outcome {
    enum gs_ending ending;
    bool failed, cut_off;
};

// What the exception that is set means for the task that raised it: counts and keeps it where it is
// an error. Clears it.
struct gs_outcome gs_judge(struct gs_py_user *user, uint32_t task);

// Calls what the life told last on its instance: a task, on_start, on_stop. A new reference or
// NULL.
PyObject *gs_run_act(const struct gs_life *life, PyObject *self);

// Asks the script's wait_time(). Returns 0, or -1 with an exception.
int gs_ask_wait(PyObject *self, double *seconds);

// The user's instance, made on first use; borrowed, or NULL with an exception.
PyObject *gs_make_instance(struct gs_py_user *user);

#endif
