// plan: user classes and task sets as the task loop needs them, made once from Python's
// description (goose/_plan.py) and then const.
#ifndef GS_PY_PLAN_H
#define GS_PY_PLAN_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "plan/wait.h"

#define GS_TASK_NONE UINT32_MAX

enum gs_order_mode {
    GS_PICK_RANDOM, // by weight
    GS_PICK_CYCLE,  // in the order of the entries (SequentialTaskSet)
    GS_PICK_RANKED, // ranks in order, shuffled within a rank (sequence=)
};

struct gs_task_set;

struct gs_task_entry {
    PyObject *function;         // or NULL when nested is set
    struct gs_task_set *nested; // owned elsewhere in the plan
    uint32_t task;              // id in the metrics
    int32_t rank;
};

struct gs_task_set {
    PyObject *type; // the class
    enum gs_order_mode mode;
    uint32_t count; // weight-expanded
    struct gs_task_entry *entries;
    struct gs_wait wait;
    bool has_start, has_stop;
    uint32_t start_task, stop_task; // ids in the metrics
};

struct gs_py_class {
    struct gs_task_set *tasks; // of the user class itself
    PyObject *host;            // str: base URL
    PyObject *verify;          // bool or str
    double timeout_s, connect_timeout_s;
    size_t max_body;
};

struct gs_py_plan {
    struct gs_py_class *classes;
    uint32_t class_count;
    struct gs_task_set *sets;
    uint32_t set_count;
    PyObject *setup, *teardown; // lists of functions
    PyObject *task_names;       // list of str "Class.task", by task id
    uint32_t task_count;
};

// Reads the description:
//   {"sets": [{"type", "mode", "entries": [(function or set index, task, rank)], "wait": (kind, a,
//     b), "start_task", "stop_task"}],
//    "classes": [{"set", "host", "verify", "timeout_s", "connect_timeout_s", "max_body"}],
//    "setup": [...], "teardown": [...], "task_names": [...]}
// Gives the plan, or NULL with an exception.
struct gs_py_plan *gs_py_plan_new(PyObject *description);
void gs_py_plan_free(struct gs_py_plan *plan);

#endif
