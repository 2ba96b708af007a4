#include "py/tasks.h"

#include "py/client.h"
#include "py/shared.h"

static const char *task_name(const struct gs_py_user *user, uint32_t task)
{
    PyObject *names = user->lane->attack->plan->task_names;
    const char *name = task < (uint32_t)PyList_GET_SIZE(names)
                               ? PyUnicode_AsUTF8(PyList_GET_ITEM(names, task))
                               : NULL;
    if (!name)
        PyErr_Clear();
    return name                                 ? name
           : user->user->id == GS_USER_SETUP    ? "test_start"
           : user->user->id == GS_USER_TEARDOWN ? "test_stop"
                                                : "user";
}

// ---- exceptions -----------------------------------------------------------------------------

static void fetch(PyObject **value)
{
    PyObject *type, *trace;
    PyErr_Fetch(&type, value, &trace);
    PyErr_NormalizeException(&type, value, &trace);
    if (trace && *value)
        PyException_SetTraceback(*value, trace);
    Py_XDECREF(type);
    Py_XDECREF(trace);
}

static void __attribute__((noinline))
count_error(struct gs_py_user *user, uint32_t task, PyObject *value)
{
    PyObject *text = PyObject_Str(value);
    if (!text)
        PyErr_Clear();
    const char *type = Py_TYPE(value)->tp_name;
    PyObject *whole = text && PyUnicode_GET_LENGTH(text)
                              ? PyUnicode_FromFormat("%s: %U", type, text)
                              : PyUnicode_FromString(type);
    Py_XDECREF(text);
    Py_ssize_t len = 0;
    const char *bytes = whole ? PyUnicode_AsUTF8AndSize(whole, &len) : NULL;
    if (!bytes) {
        PyErr_Clear();
        bytes = type;
        len = (Py_ssize_t)strlen(type);
    }
    gs_shard_task_error(user->lane->lane->shard, task_name(user, task), bytes, (size_t)len, 1);
    Py_XDECREF(whole);
    PyObject *kept =
            PyObject_CallFunction(user->lane->attack->on_error, "sO", task_name(user, task), value);
    if (!kept)
        PyErr_WriteUnraisable(user->lane->attack->on_error);
    Py_XDECREF(kept);
}

static bool truth_of(PyObject *value, const char *attribute)
{
    PyObject *flag = PyObject_GetAttrString(value, attribute);
    int truth = flag ? PyObject_IsTrue(flag) : 0;
    Py_XDECREF(flag);
    PyErr_Clear();
    return truth > 0;
}

static void __attribute__((noinline)) exit_attack(struct gs_py_user *user, PyObject *value)
{
    struct gs_py_attack *attack = user->lane->attack;
    PyObject *code = PyObject_GetAttrString(value, "code");
    attack->exit_code = 0;
    if (code && PyLong_Check(code))
        attack->exit_code = (int)PyLong_AsLong(code);
    else if (code && code != Py_None)
        attack->exit_code = 1;
    Py_XDECREF(code);
    PyErr_Clear();
    gs_attack_stop(&attack->attack);
}

// What the exception that is set means for the task that raised it. Clears it.
struct gs_outcome gs_judge(struct gs_py_user *user, uint32_t task)
{
    PyObject *value;
    struct gs_outcome outcome = {GS_END_DONE, false, false};
    fetch(&value);
    if (!value)
        return outcome;
    if (PyErr_GivenExceptionMatches(value, gs_py.StopAttack) ||
        PyErr_GivenExceptionMatches(value, PyExc_GeneratorExit)) {
        outcome.ending = GS_END_USER;
        outcome.cut_off = true;
    } else if (PyErr_GivenExceptionMatches(value, gs_py.StopUser)) {
        outcome.ending = GS_END_USER;
    } else if (PyErr_GivenExceptionMatches(value, gs_py.InterruptTaskSet)) {
        outcome.ending = truth_of(value, "reschedule") ? GS_END_INTERRUPT_NOW : GS_END_INTERRUPT;
    } else if (PyErr_GivenExceptionMatches(value, gs_py.RescheduleTaskImmediately)) {
        outcome.ending = GS_END_RESCHEDULE;
    } else if (PyErr_GivenExceptionMatches(value, gs_py.RescheduleTask)) {
        outcome.ending = GS_END_DONE;
    } else if (PyErr_GivenExceptionMatches(value, PyExc_SystemExit)) {
        exit_attack(user, value);
        outcome.ending = GS_END_USER;
    } else if (PyErr_GivenExceptionMatches(value, PyExc_KeyboardInterrupt)) {
        gs_attack_stop(&user->lane->attack->attack);
        outcome.ending = GS_END_USER;
    } else {
        outcome.failed = true;
        count_error(user, task, value);
    }
    Py_DECREF(value);
    return outcome;
}

static void count_task(struct gs_py_user *user, uint32_t task, uint64_t started_ns,
                       struct gs_outcome outcome)
{
    struct gs_lane *lane = user->lane->lane;
    if (task == GS_TASK_NONE || !lane->attack->plan.metrics)
        return;
    struct gs_task_row *row = &lane->shard->tasks[task];
    if (outcome.cut_off) {
        row->cut_off++;
        return;
    }
    user->task_ended_ns = gs_lane_now(lane);
    row->count++;
    row->failures += outcome.failed;
    gs_hist_record(&row->times, user->task_ended_ns - started_ns);
}

// A task that never waits would keep the lane for ever: it gives way once.
static int give_way(struct gs_py_user *user, unsigned long switches)
{
    if (user->lane->switches != switches)
        return 0;
    return gs_hub_sleep(user, 0);
}

// ---- acts -----------------------------------------------------------------------------------

static enum gs_ending finish_act(struct gs_py_user *user, uint32_t task, uint64_t started_ns,
                                 unsigned long switches, PyObject *result)
{
    struct gs_outcome outcome = {GS_END_DONE, false, false};
    if (result)
        Py_DECREF(result);
    else
        outcome = gs_judge(user, task);
    count_task(user, task, started_ns, outcome);
    if (outcome.cut_off)
        user->user->last_told = 0; // it obeyed; on_stop is told anew
    if (outcome.ending != GS_END_USER && give_way(user, switches) != 0) {
        PyErr_Clear();
        return GS_END_USER;
    }
    return outcome.ending;
}

PyObject *gs_run_act(const struct gs_life *life, PyObject *self)
{
    switch (life->act) {
    case GS_ACT_START:
        return PyObject_CallMethod(self, "on_start", NULL);
    case GS_ACT_STOP:
        return PyObject_CallMethod(self, "on_stop", NULL);
    default:
        return PyObject_Vectorcall(life->entry->python, &self, 1, NULL);
    }
}

static enum gs_ending run_act(struct gs_py_user *user, const struct gs_life *life, PyObject *self,
                              uint32_t task, uint64_t started_ns)
{
    unsigned long switches = user->lane->switches;
    PyObject *result = gs_run_act(life, self);
    return finish_act(user, task, started_ns, switches, result);
}

// ---- waiting between tasks ------------------------------------------------------------------

int gs_ask_wait(PyObject *self, double *seconds)
{
    PyObject *result = PyObject_CallMethod(self, "wait_time", NULL);
    *seconds = result ? PyFloat_AsDouble(result) : -1;
    Py_XDECREF(result);
    return PyErr_Occurred() ? -1 : 0;
}

// Returns 0, or -1: the attack ends, or the script's wait_time failed (told).
static int rest(struct gs_py_user *user, const struct gs_task_set *set, PyObject *self,
                uint64_t started_ns)
{
    if (set->wait.kind == GS_WAIT_CONSTANT && set->wait.a_ns == 0)
        return 0;
    uint64_t now = gs_lane_now(user->lane->lane), until;
    if (set->wait.kind == GS_WAIT_CALL) {
        double seconds;
        if (gs_ask_wait(self, &seconds) != 0) {
            struct gs_outcome outcome = gs_judge(user, set->start_task);
            if (!outcome.failed)
                return -1;
            seconds = 1; // the error is counted; do not spin on it
        }
        until = now + (uint64_t)(seconds > 0 ? seconds * 1e9 : 0);
    } else {
        until = gs_wait_until(&set->wait, &user->user->rng, started_ns, now);
    }
    if (until <= now)
        return 0;
    if (gs_hub_sleep(user, until) == 0)
        return 0;
    PyErr_Clear();
    return -1;
}

// ---- users ----------------------------------------------------------------------------------

static void __attribute__((noinline)) open_set(struct gs_py_user *user, struct gs_life *life)
{
    PyObject *outer = life->level->outer ? life->level->data : user->instance;
    PyObject *self = PyObject_CallOneArg(life->entry->nested->python, outer);
    if (!self)
        gs_life_done(life, gs_judge(user, life->entry->nested->start_task).ending);
    else if (!gs_life_enter(life, self))
        gs_life_done(life, GS_END_USER);
}

static void forget(void *owner, void *data)
{
    (void)owner;
    Py_XDECREF((PyObject *)data);
}

static void live(struct gs_py_user *user, struct gs_life *life)
{
    struct gs_lane *lane = user->lane->lane;
    uint64_t started_ns = 0;
    for (;;) {
        PyObject *self = life->level->outer ? life->level->data : user->instance;
        const struct gs_task_set *set = life->level->set;
        switch (gs_life_next(life, &user->user->rng, lane->stopping)) {
        case GS_ACT_START:
            gs_life_done(life, run_act(user, life, self, set->start_task, gs_lane_now(lane)));
            break;
        case GS_ACT_TASK:
            // the end of one task is the start of the next: a clock read less
            started_ns = user->task_ended_ns ? user->task_ended_ns : gs_lane_now(lane);
            user->task_ended_ns = 0;
            gs_life_done(life, run_act(user, life, self, life->entry->task, started_ns));
            break;
        case GS_ACT_STOP:
            if (lane->stopping)
                user->user->stop_told = true; // it may make requests, within the grace
            gs_life_done(life, run_act(user, life, self, set->stop_task, gs_lane_now(lane)));
            break;
        case GS_ACT_REST:
            gs_life_done(life, rest(user, set, self, started_ns) == 0 ? GS_END_DONE : GS_END_USER);
            break;
        case GS_ACT_OPEN:
            started_ns = gs_lane_now(lane);
            user->task_ended_ns = 0;
            open_set(user, life);
            break;
        case GS_ACT_CLOSE:
            forget(NULL, life->level->data);
            gs_life_leave(life);
            break;
        case GS_ACT_END:
            return;
        }
    }
}

static void run_extra(struct gs_py_user *user, PyObject *functions)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(functions); i++) {
        unsigned long switches = user->lane->switches;
        uint64_t started_ns = gs_lane_now(user->lane->lane);
        PyObject *result = PyObject_CallOneArg(PyList_GET_ITEM(functions, i), user->instance);
        if (finish_act(user, GS_TASK_NONE, started_ns, switches, result) == GS_END_USER)
            return;
    }
}

PyObject *gs_make_instance(struct gs_py_user *user)
{
    if (!user->instance)
        user->instance = PyObject_CallOneArg(user->klass->plain.tasks->python,
                                             user->lane->attack->environment);
    return user->instance;
}

void gs_tasks_run(struct gs_py_user *user)
{
    struct gs_py_attack *attack = user->lane->attack;
    if (!gs_make_instance(user)) {
        gs_judge(user, GS_TASK_NONE);
        user->lane->lane->shard->dropped_users++;
        return;
    }
    if (user->user->id == GS_USER_SETUP) {
        run_extra(user, attack->plan->setup);
    } else if (user->user->id == GS_USER_TEARDOWN) {
        run_extra(user, attack->plan->teardown);
    } else {
        struct gs_life life;
        gs_life_init(&life, user->klass->plain.tasks);
        live(user, &life);
        gs_life_fini(&life, forget, NULL);
    }
    Py_CLEAR(user->instance);
}
