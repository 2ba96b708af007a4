// taskset: user classes and task sets as the life of a user reads them: made once, then const.
// Pure.
#ifndef GS_PLAN_TASKSET_H
#define GS_PLAN_TASKSET_H

#include <stdbool.h>

#include "plan/program.h"
#include "plan/wait.h"

#define GS_TASK_NONE UINT32_MAX
#define GS_NOT_COMPILED UINT32_MAX // instead of a function of the program: it is Python's

enum gs_order_mode {
    GS_PICK_RANDOM, // by weight
    GS_PICK_CYCLE,  // in the order of the entries (SequentialTaskSet)
    GS_PICK_RANKED, // ranks in order, shuffled within a rank (sequence=)
};

struct gs_task_set;

struct gs_task_entry {
    void *python;               // the function, or NULL when nested is set
    struct gs_task_set *nested; // owned elsewhere in the plan
    uint32_t task;              // id in the metrics
    int32_t rank;
    uint32_t function; // of the class's program
};

struct gs_task_set {
    void *python; // the class
    enum gs_order_mode mode;
    uint32_t count; // weight-expanded
    struct gs_task_entry *entries;
    struct gs_wait wait;
    bool has_start, has_stop;
    bool has_init;                  // its instances are made in Python
    uint32_t start_task, stop_task; // ids in the metrics
    // of the class's program; birth: gives attributes their first values
    uint32_t start_function, stop_function, wait_function, birth_function;
};

struct gs_class {
    struct gs_task_set *tasks;        // of the user class itself
    const struct gs_program *program; // or NULL: all of it is Python
    const char *host;                 // base URL
    size_t host_len;
    bool verify;
    const char *ca_file; // or NULL
    double timeout_s, connect_timeout_s;
    size_t max_body;
};

#endif
