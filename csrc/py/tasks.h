// tasks: the life of one user: made, on_start, tasks and waits until it ends, on_stop.
#ifndef GS_PY_TASKS_H
#define GS_PY_TASKS_H

#include "py/hub.h"

// Runs the user from birth to end, in its greenlet. Keeps every exception in.
void gs_tasks_run(struct gs_py_user *user);

#endif
