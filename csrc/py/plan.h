// plan: user classes and task sets as the task loop needs them, made once from Python's
// description (goose/_plan.py) and then const.
#ifndef GS_PY_PLAN_H
#define GS_PY_PLAN_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "plan/taskset.h"

struct gs_py_class {
    struct gs_class plain;
    PyObject *host;    // str: base URL
    PyObject *verify;  // bool or str
    PyObject *program; // goose._engine.Program, or None: all is Python
};

struct gs_py_plan {
    struct gs_py_class *classes;
    uint32_t class_count;
    struct gs_task_set *sets;
    uint32_t set_count;
    PyObject *setup, *teardown; // lists of functions
    PyObject *task_names;       // list of str "Class.task", by task id
    uint32_t task_count;
    bool has_programs; // some class's tasks are compiled
};

// Reads the description:
//   {"sets": [{"type", "mode", "entries": [(function or set index, task, rank, compiled)],
//     "wait": (kind, a, b), "start_task", "stop_task", "init", "compiled": (on_start, on_stop,
//     wait_time, birth)}],
//    "classes": [{"set", "host", "verify", "timeout_s", "connect_timeout_s", "max_body",
//     "program"}],
//    "setup": [...], "teardown": [...], "task_names": [...]}
// compiled: a function of the class's program, or 2^32 - 1. Gives the plan, or NULL with an
// exception.
struct gs_py_plan *gs_py_plan_new(PyObject *description);
void gs_py_plan_free(struct gs_py_plan *plan);

#endif
