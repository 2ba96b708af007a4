#include "py/hub.h"

#include <greenlet/greenlet.h>
#include <stdlib.h>

#include "engine/runner.h"
#include "py/client.h"
#include "py/convert.h"
#include "py/names.h"
#include "py/response.h"
#include "py/serve.h"
#include "py/shared.h"
#include "py/tasks.h"

_Thread_local struct gs_py_lane *gs_py_lane_here;

int gs_hub_import(void)
{
    PyGreenlet_Import();
    return _PyGreenlet_API ? 0 : -1;
}

struct gs_py_user *gs_hub_user(void)
{
    return gs_py_lane_here ? gs_py_lane_here->current : NULL;
}

// ---- switching ------------------------------------------------------------------------------

static int switch_to(PyObject *greenlet)
{
    PyObject *result = PyGreenlet_Switch((PyGreenlet *)greenlet, NULL, NULL);
    if (!result)
        return -1;
    Py_DECREF(result);
    return 0;
}

// Takes the next user of the pass whose greenlet runs already; new ones start from the hub, for
// a greenlet started from another's stack stands deeper and costs more at every switch.
static struct gs_py_user *take_next(struct gs_py_lane *lane)
{
    if (gs_list_empty(&lane->greens))
        return NULL;
    struct gs_user *user = GS_OWNER(lane->greens.next, struct gs_user, node);
    struct gs_py_user *next = user->data;
    if (!next || !next->waiter)
        return NULL;
    gs_list_remove(&user->node);
    user->state = GS_USER_RUNNING;
    return next;
}

// Leaves the running user for the next one, or the hub. Returns when somebody switches back.
static int leave_user(struct gs_py_lane *lane)
{
    struct gs_py_user *next = take_next(lane);
    lane->current = next;
    if (!next)
        return switch_to(lane->hub);
    PyObject *waiter = next->waiter;
    next->waiter = NULL;
    int rc = switch_to(waiter);
    Py_DECREF(waiter);
    return rc;
}

int gs_hub_wait(struct gs_py_user *user)
{
    struct gs_py_lane *lane = user->lane;
    if (user->borrowed && gs_response_own(user->borrowed) != 0)
        return -1;
    if (user->user->runner)
        gs_runner_own(user->user->runner);
    user->waiter = (PyObject *)PyGreenlet_GetCurrent();
    user->task_ended_ns = 0;
    lane->switches++;
    return leave_user(lane);
}

// The user heard twice that the attack ends and goes on: its greenlet is never resumed.
static void __attribute__((noreturn)) drop(struct gs_py_user *user)
{
    struct gs_py_lane *lane = user->lane;
    lane->lane->shard->dropped_users++;
    PyObject *greenlet = (PyObject *)PyGreenlet_GetCurrent(); // its own, or one that served it
    if (!greenlet || PyList_Append(lane->attack->orphans, greenlet) != 0)
        PyErr_Clear();
    Py_XDECREF(greenlet);
    gs_user_end(user->user);
    for (;;)
        if (leave_user(lane) != 0)
            PyErr_Clear();
}

int gs_hub_check(struct gs_py_user *user)
{
    switch (gs_user_hear(user->user)) {
    case GS_HEARD_NOTHING:
        return 0;
    case GS_HEARD_ENOUGH:
        drop(user);
    case GS_HEARD_STOP:
        break;
    }
    PyErr_SetNone(gs_py.StopAttack);
    return -1;
}

int gs_hub_sleep(struct gs_py_user *user, uint64_t at_ns)
{
    struct gs_lane *lane = user->lane->lane;
    if (gs_hub_check(user) != 0)
        return -1;
    do {
        if (at_ns <= gs_lane_now(lane))
            gs_user_yield(user->user);
        else
            gs_user_sleep(user->user, at_ns);
        if (gs_hub_wait(user) != 0)
            return -1;
        // somebody may have woken it for what it no longer waits for: it sleeps on
    } while (gs_lane_now(lane) < at_ns && !lane->stopping);
    return gs_hub_check(user);
}

// ---- users ----------------------------------------------------------------------------------

static struct gs_py_class *class_of(struct gs_py_lane *lane, const struct gs_user *user)
{
    struct gs_py_plan *plan = lane->attack->plan;
    return &plan->classes[user->id >= GS_USER_TEARDOWN ? 0 : user->klass];
}

// A greenlet's function: runs the user and keeps every exception in.
static PyObject *run_user(PyObject *self, PyObject *args)
{
    (void)args;
    struct gs_py_user *user = ((struct gs_client *)self)->user;
    gs_tasks_run(user);
    user->lane->current = NULL;
    gs_user_end(user->user);
    Py_RETURN_NONE;
}

static PyMethodDef run_user_def = {"run_user", run_user, METH_VARARGS, NULL};

static struct gs_py_user *user_new(struct gs_py_lane *lane, struct gs_user *engine)
{
    struct gs_py_user *user = calloc(1, sizeof *user);
    if (!user)
        return NULL;
    user->user = engine;
    user->lane = lane;
    user->klass = class_of(lane, engine);
    user->next = lane->users;
    lane->users = user;
    engine->data = user;
    return user;
}

struct gs_client *gs_hub_client(struct gs_py_user *user)
{
    if (!user->client)
        user->client = gs_client_new(user);
    return user->client;
}

// A user that is all Python: with a greenlet of its own. NULL with an exception.
static struct gs_py_user *green_user_new(struct gs_py_lane *lane, struct gs_user *engine)
{
    struct gs_py_user *user = user_new(lane, engine);
    if (!user)
        return (struct gs_py_user *)PyErr_NoMemory();
    PyObject *client = (PyObject *)gs_hub_client(user);
    PyObject *run = client ? PyCFunction_New(&run_user_def, client) : NULL;
    user->greenlet = run ? (PyObject *)PyGreenlet_New(run, (PyGreenlet *)lane->hub) : NULL;
    Py_XDECREF(run);
    return user->greenlet ? user : NULL; // what there is of it is freed with the lane
}

static void start_or_resume(struct gs_py_lane *lane, struct gs_user *engine)
{
    struct gs_py_user *user = engine->data;
    PyObject *target;
    engine->state = GS_USER_RUNNING;
    if (user) {
        target = user->waiter;
        user->waiter = NULL;
    } else {
        user = green_user_new(lane, engine);
        if (!user) {
            PyErr_WriteUnraisable(NULL);
            gs_user_end(engine);
            return;
        }
        target = Py_NewRef(user->greenlet);
    }
    lane->current = user;
    if (switch_to(target) != 0)
        PyErr_WriteUnraisable(target);
    Py_DECREF(target);
    lane->current = NULL;
}

// ---- users whose tasks are programs -----------------------------------------------------------

// Serves a user until it waits: from the first time that a program asks for Python to its next wait
// nobody else runs, on any lane, so that what users share in Python is theirs alone meanwhile.
static void serve_one(struct gs_py_lane *lane, struct gs_user *engine)
{
    enum gs_run run = GS_RUN_PYTHON;
    while (run == GS_RUN_PYTHON) {
        engine->state = GS_USER_RUNNING;
        gs_serve(engine->data);
        if (engine->state != GS_USER_RUNNING)
            return;
        lane->current = engine->data; // it may have waited
        engine->runner->alone = true;
        run = gs_runner_run(engine->runner);
        engine->runner->alone = false;
    }
    if (run == GS_RUN_OVER)
        gs_user_end(engine);
}

// A greenlet's function: serves whoever is due, again and again. One that waits in the middle of it
// is another user's no longer; the hub makes a new one for the rest.
static PyObject *serve_all(PyObject *self, PyObject *args)
{
    struct gs_py_lane *lane = PyCapsule_GetPointer(self, NULL);
    (void)args;
    for (;;) {
        struct gs_node *node = gs_list_pop(&lane->due);
        if (!node) {
            PyObject *me = (PyObject *)PyGreenlet_GetCurrent();
            int rc = me ? PyList_Append(lane->idle, me) : -1;
            Py_XDECREF(me);
            if (rc != 0 || switch_to(lane->hub) != 0)
                return NULL; // the lane ends
            continue;
        }
        struct gs_user *engine = GS_OWNER(node, struct gs_user, node);
        lane->current = engine->data;
        serve_one(lane, engine);
        lane->current = NULL;
    }
}

static PyMethodDef serve_all_def = {"serve_all", serve_all, METH_NOARGS, NULL};

// An idle server, or a new one. NULL with an exception.
static PyObject *server_of(struct gs_py_lane *lane)
{
    Py_ssize_t idle = PyList_GET_SIZE(lane->idle);
    if (idle > 0) {
        PyObject *server = Py_NewRef(PyList_GET_ITEM(lane->idle, idle - 1));
        if (PyList_SetSlice(lane->idle, idle - 1, idle, NULL) == 0)
            return server;
        Py_DECREF(server);
        return NULL;
    }
    PyObject *self = PyCapsule_New(lane, NULL, NULL);
    PyObject *run = self ? PyCFunction_New(&serve_all_def, self) : NULL;
    PyObject *server = run ? (PyObject *)PyGreenlet_New(run, (PyGreenlet *)lane->hub) : NULL;
    Py_XDECREF(self);
    Py_XDECREF(run);
    return server;
}

static void serve_due(struct gs_py_lane *lane)
{
    while (!gs_list_empty(&lane->due)) {
        PyObject *server = server_of(lane);
        if (!server || switch_to(server) != 0) {
            PyErr_WriteUnraisable(server);
            Py_XDECREF(server);
            return;
        }
        Py_DECREF(server);
    }
}

// Runs a user's program, without the GIL, as far as it goes.
static void run_program(struct gs_py_lane *lane, struct gs_user *engine)
{
    switch (gs_runner_run(engine->runner)) {
    case GS_RUN_WAITS:
        break;
    case GS_RUN_PYTHON:
        if (engine->data || user_new(lane, engine)) {
            gs_list_add_tail(&lane->due, &engine->node);
            break;
        }
        gs_user_end(engine); // no memory
        break;
    case GS_RUN_OVER:
        gs_user_end(engine);
        break;
    }
}

static bool is_program(struct gs_py_lane *lane, struct gs_user *engine)
{
    const struct gs_class *klass = &class_of(lane, engine)->plain;
    if (engine->runner)
        return !engine->data || !((struct gs_py_user *)engine->data)->waiter;
    if (engine->data || !klass->program || engine->id >= GS_USER_TEARDOWN)
        return false;
    engine->runner = gs_runner_new(engine, klass);
    return engine->runner != NULL;
}

static void run_programs(struct gs_py_lane *lane)
{
    struct gs_node *node;
    while ((node = gs_list_pop(&lane->pass)) != NULL) {
        struct gs_user *engine = GS_OWNER(node, struct gs_user, node);
        if (is_program(lane, engine))
            run_program(lane, engine);
        else
            gs_list_add_tail(&lane->greens, &engine->node);
    }
}

// ---- a pass -----------------------------------------------------------------------------------

static void run_python(struct gs_lane *engine)
{
    struct gs_py_lane *lane = engine->driver_data;
    struct gs_node *node;
    gs_gil_take(&lane->gil);
    uint64_t began = gs_now_ns();
    atomic_store_explicit(&engine->pass_began_ns, began, memory_order_relaxed);
    do {
        if (!gs_list_empty(&lane->due)) {
            uint64_t from = gs_now_ns();
            serve_due(lane);
            engine->shard->programs.python_ns += gs_now_ns() - from;
        }
        while ((node = gs_list_pop(&lane->greens)) != NULL)
            start_or_resume(lane, GS_OWNER(node, struct gs_user, node));
        run_programs(lane);
    } while (!gs_list_empty(&lane->due) || !gs_list_empty(&lane->greens));
    gs_empty_trash(&engine->trash);
    gs_hist_record(&engine->shard->passes, gs_now_ns() - began);
    atomic_store_explicit(&engine->pass_began_ns, 0, memory_order_relaxed);
    gs_gil_drop(&lane->gil);
}

static void run_pass(struct gs_lane *engine)
{
    struct gs_py_lane *lane = engine->driver_data;
    gs_list_move(&lane->pass, &engine->ready);
    if (lane->attack->plan->has_programs)
        run_programs(lane);
    else
        gs_list_move(&lane->greens, &lane->pass);
    if (!gs_list_empty(&lane->due) || !gs_list_empty(&lane->greens) || engine->trash)
        run_python(engine);
}

// ---- the lane's thread ----------------------------------------------------------------------

static int enter(struct gs_lane *engine)
{
    struct gs_py_lane *lane = calloc(1, sizeof *lane);
    if (!lane)
        return -1;
    lane->lane = engine;
    lane->attack = engine->driver_data;
    engine->driver_data = lane;
    gs_list_init(&lane->pass);
    gs_list_init(&lane->due);
    gs_list_init(&lane->greens);
    lane->names = gs_name_cache_new();
    gs_py_lane_here = lane;
    gs_gil_enter(&lane->gil, &lane->attack->baton);
    gs_gil_take(&lane->gil);
    lane->hub = (PyObject *)PyGreenlet_GetCurrent();
    lane->idle = PyList_New(0);
    gs_gil_drop(&lane->gil);
    return 0;
}

static void user_free(struct gs_py_user *user)
{
    if (user->client)
        user->client->user = NULL;
    if (user->borrowed)
        gs_response_own(user->borrowed);
    Py_XDECREF(user->client);
    Py_XDECREF(user->body);
    Py_XDECREF(user->instance);
    Py_XDECREF(user->waiter);
    Py_XDECREF(user->greenlet); // an orphan has another reference
    free(user);
}

static void leave(struct gs_lane *engine)
{
    struct gs_py_lane *lane = engine->driver_data;
    gs_gil_take(&lane->gil);
    while (lane->users) {
        struct gs_py_user *user = lane->users;
        lane->users = user->next;
        user_free(user);
    }
    for (uint32_t i = 0; i < engine->hatched; i++)
        gs_serve_forget(&engine->users[i]);
    gs_empty_trash(&engine->trash);
    gs_name_cache_free(lane->names);
    Py_XDECREF(lane->idle);
    Py_XDECREF(lane->hub);
    gs_gil_drop(&lane->gil);
    gs_py_lane_here = NULL;
    gs_gil_leave(&lane->gil);
    engine->driver_data = lane->attack;
    free(lane);
}

const struct gs_driver gs_hub_driver = {enter, run_pass, leave};
