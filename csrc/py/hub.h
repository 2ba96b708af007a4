// hub: users as greenlets, and users whose tasks are programs, which a few greenlets of the lane
// serve. Each lane has one hub, its main greenlet; a user that waits switches to the next user who
// is ready, or back to the hub. This floor's only file that knows greenlets.
#ifndef GS_PY_HUB_H
#define GS_PY_HUB_H

#include "engine/attack.h"
#include "engine/runner.h"
#include "py/gil.h"
#include "py/plan.h"

struct gs_py_lane;
struct gs_client;
struct gs_response;

// What one attack's Python users share.
struct gs_py_attack {
    struct gs_attack attack;
    struct gs_baton baton;
    struct gs_py_plan *plan;
    PyObject *orphans;  // greenlets of dropped users: freed when no lane runs any more
    PyObject *on_error; // callable(task name, exception): keeps tracebacks
    PyObject *environment;
    int exit_code; // of a SystemExit in a task, -1: none
};

struct gs_py_user {
    struct gs_user *user;
    struct gs_py_lane *lane;
    struct gs_py_class *klass;
    struct gs_client *client;     // a reference, until the lane ends; NULL: not asked for yet
    PyObject *greenlet;           // a reference; NULL: its tasks are programs
    PyObject *body;               // of a request of such, which points into it; a reference
    PyObject *waiter;             // the greenlet that waits (the user's own or one it made)
    PyObject *instance;           // of the user class, a reference
    uint64_t task_ended_ns;       // the last one, if nothing was waited for since; else 0
    struct gs_response *borrowed; // a living response whose bytes are the lane's, or NULL
    struct gs_py_user *next;      // of all of the lane's
};

struct gs_py_lane {
    struct gs_lane *lane;
    struct gs_py_attack *attack;
    struct gs_gil gil;
    PyObject *hub;
    struct gs_node pass;   // users to run in this pass
    struct gs_node due;    // users whose programs need Python
    struct gs_node greens; // users to resume in their greenlets
    PyObject *idle;        // list of greenlets that serve programs, and have nothing to do
    struct gs_py_user *users;
    struct gs_py_user *current;
    unsigned long switches; // grows with each wait: tells whether a task ever waited
    struct gs_name_cache *names;
};

// The lane whose thread this is, or NULL.
extern _Thread_local struct gs_py_lane *gs_py_lane_here;

extern const struct gs_driver gs_hub_driver;

// Imports the greenlet package. Returns 0, or -1 with an exception.
int gs_hub_import(void);

// The user that runs on this thread now, or NULL.
struct gs_py_user *gs_hub_user(void);

// The user's client, made on first use. Borrowed, or NULL with an exception.
struct gs_client *gs_hub_client(struct gs_py_user *user);

// Before a wait: raises the stop exception where the attack ends. Returns 0, or -1 with it set.
// Does not return for a user that is dropped.
int gs_hub_check(struct gs_py_user *user);

// Gives the lane to others until the engine makes the user ready again. Returns 0, or -1 with an
// exception. Keeps borrowed bytes valid by copying them.
int gs_hub_wait(struct gs_py_user *user);

// Waits until at_ns, interrupted by a stop. Returns 0, or -1 with an exception.
int gs_hub_sleep(struct gs_py_user *user, uint64_t at_ns);

#endif
