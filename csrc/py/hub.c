#include "py/hub.h"

#include <greenlet/greenlet.h>
#include <stdlib.h>

#include "py/client.h"
#include "py/names.h"
#include "py/response.h"
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
    if (gs_list_empty(&lane->pass))
        return NULL;
    struct gs_user *user = GS_OWNER(lane->pass.next, struct gs_user, node);
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
    user->waiter = (PyObject *)PyGreenlet_GetCurrent();
    user->task_ended_ns = 0;
    lane->switches++;
    return leave_user(lane);
}

// The user heard twice that the attack ends and goes on: its greenlet is never resumed.
static void drop(struct gs_py_user *user)
{
    struct gs_py_lane *lane = user->lane;
    lane->lane->shard->dropped_users++;
    if (PyList_Append(lane->attack->orphans, user->greenlet) != 0)
        PyErr_Clear();
    gs_user_end(user->user);
    for (;;)
        if (leave_user(lane) != 0)
            PyErr_Clear();
}

int gs_hub_check(struct gs_py_user *user)
{
    struct gs_lane *lane = user->lane->lane;
    struct gs_user *engine = user->user;
    if (!lane->stopping)
        return 0;
    if (lane->last_call) {
        if (engine->last_told == 2)
            drop(user);
        engine->stop_told = true;
        engine->last_told++;
    } else if (engine->stop_told || engine->id == GS_USER_TEARDOWN) {
        return 0;
    } else {
        engine->stop_told = true;
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
        return (struct gs_py_user *)PyErr_NoMemory();
    user->user = engine;
    user->lane = lane;
    user->klass = class_of(lane, engine);
    user->client = gs_client_new(user);
    PyObject *run = user->client ? PyCFunction_New(&run_user_def, (PyObject *)user->client) : NULL;
    user->greenlet = run ? (PyObject *)PyGreenlet_New(run, (PyGreenlet *)lane->hub) : NULL;
    Py_XDECREF(run);
    if (!user->greenlet) {
        Py_XDECREF(user->client);
        free(user);
        return NULL;
    }
    user->next = lane->users;
    lane->users = user;
    engine->data = user;
    return user;
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
        user = user_new(lane, engine);
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

static void run_pass(struct gs_lane *engine)
{
    struct gs_py_lane *lane = engine->driver_data;
    gs_gil_take(&lane->gil);
    uint64_t began = gs_now_ns();
    atomic_store_explicit(&engine->pass_began_ns, began, memory_order_relaxed);
    gs_list_move(&lane->pass, &engine->ready);
    struct gs_node *node;
    while ((node = gs_list_pop(&lane->pass)) != NULL)
        start_or_resume(lane, GS_OWNER(node, struct gs_user, node));
    gs_hist_record(&engine->shard->passes, gs_now_ns() - began);
    atomic_store_explicit(&engine->pass_began_ns, 0, memory_order_relaxed);
    gs_gil_drop(&lane->gil);
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
    lane->names = gs_name_cache_new();
    gs_py_lane_here = lane;
    gs_gil_enter(&lane->gil, &lane->attack->baton);
    gs_gil_take(&lane->gil);
    lane->hub = (PyObject *)PyGreenlet_GetCurrent();
    gs_gil_drop(&lane->gil);
    return 0;
}

static void user_free(struct gs_py_user *user)
{
    user->client->user = NULL;
    if (user->borrowed)
        gs_response_own(user->borrowed);
    Py_DECREF(user->client);
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
    gs_name_cache_free(lane->names);
    Py_XDECREF(lane->hub);
    gs_gil_drop(&lane->gil);
    gs_py_lane_here = NULL;
    gs_gil_leave(&lane->gil);
    engine->driver_data = lane->attack;
    free(lane);
}

const struct gs_driver gs_hub_driver = {enter, run_pass, leave};
