#include "py/tasks.h"

#include "py/client.h"
#include "py/shared.h"

// How a task, or a whole task set, came to its end.
enum ending {
    DONE,          // go on
    RESCHEDULE,    // go on without waiting
    INTERRUPT,     // leave this task set, then wait
    INTERRUPT_NOW, // leave this task set, no wait
    END_USER,
};

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

struct outcome {
    enum ending ending;
    bool failed, cut_off;
};

// What the exception that is set means for the task that raised it. Clears it.
static struct outcome __attribute__((noinline)) judge(struct gs_py_user *user, uint32_t task)
{
    PyObject *value;
    struct outcome outcome = {DONE, false, false};
    fetch(&value);
    if (!value)
        return outcome;
    if (PyErr_GivenExceptionMatches(value, gs_py.StopAttack) ||
        PyErr_GivenExceptionMatches(value, PyExc_GeneratorExit)) {
        outcome.ending = END_USER;
        outcome.cut_off = true;
    } else if (PyErr_GivenExceptionMatches(value, gs_py.StopUser)) {
        outcome.ending = END_USER;
    } else if (PyErr_GivenExceptionMatches(value, gs_py.InterruptTaskSet)) {
        outcome.ending = truth_of(value, "reschedule") ? INTERRUPT_NOW : INTERRUPT;
    } else if (PyErr_GivenExceptionMatches(value, gs_py.RescheduleTaskImmediately)) {
        outcome.ending = RESCHEDULE;
    } else if (PyErr_GivenExceptionMatches(value, gs_py.RescheduleTask)) {
        outcome.ending = DONE;
    } else if (PyErr_GivenExceptionMatches(value, PyExc_SystemExit)) {
        exit_attack(user, value);
        outcome.ending = END_USER;
    } else if (PyErr_GivenExceptionMatches(value, PyExc_KeyboardInterrupt)) {
        gs_attack_stop(&user->lane->attack->attack);
        outcome.ending = END_USER;
    } else {
        outcome.failed = true;
        count_error(user, task, value);
    }
    Py_DECREF(value);
    return outcome;
}

static void count_task(struct gs_py_user *user, uint32_t task, uint64_t started_ns,
                       struct outcome outcome)
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

// ---- one task -------------------------------------------------------------------------------

static enum ending finish_task(struct gs_py_user *user, uint32_t task, uint64_t started_ns,
                               unsigned long switches, PyObject *result)
{
    struct outcome outcome = {DONE, false, false};
    if (result)
        Py_DECREF(result);
    else
        outcome = judge(user, task);
    count_task(user, task, started_ns, outcome);
    if (outcome.cut_off)
        user->user->last_told = 0; // it obeyed; on_stop is told anew
    if (outcome.ending != END_USER && give_way(user, switches) != 0) {
        PyErr_Clear();
        return END_USER;
    }
    return outcome.ending;
}

static enum ending run_function(struct gs_py_user *user, PyObject *function, PyObject *self,
                                uint32_t task, uint64_t started_ns)
{
    unsigned long switches = user->lane->switches;
    PyObject *result = PyObject_Vectorcall(function, &self, 1, NULL);
    return finish_task(user, task, started_ns, switches, result);
}

static enum ending run_hook(struct gs_py_user *user, PyObject *self, const char *hook,
                            uint32_t task)
{
    uint64_t started_ns = gs_lane_now(user->lane->lane);
    unsigned long switches = user->lane->switches;
    PyObject *result = PyObject_CallMethod(self, hook, NULL);
    return finish_task(user, task, started_ns, switches, result);
}

// ---- waiting between tasks ------------------------------------------------------------------

static int __attribute__((noinline)) ask_wait(PyObject *self, double *seconds)
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
        if (ask_wait(self, &seconds) != 0) {
            struct outcome outcome = judge(user, set->start_task);
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

// ---- task sets ------------------------------------------------------------------------------

static enum ending run_set(struct gs_py_user *user, const struct gs_task_set *set, PyObject *self);

static enum ending __attribute__((noinline))
run_nested(struct gs_py_user *user, const struct gs_task_set *set, PyObject *parent)
{
    PyObject *self = PyObject_CallOneArg(set->type, parent);
    if (!self) {
        struct outcome outcome = judge(user, set->start_task);
        return outcome.ending;
    }
    enum ending ending = run_set(user, set, self);
    Py_DECREF(self);
    if (ending == INTERRUPT_NOW)
        return RESCHEDULE;
    return ending == INTERRUPT ? DONE : ending;
}

struct picker {
    uint32_t at;
    uint32_t *order; // GS_PICK_RANKED: this round's, count long
};

// Fisher-Yates within each rank.
static void shuffle_ranks(const struct gs_task_set *set, struct gs_rng *rng, uint32_t *order)
{
    for (uint32_t i = 0; i < set->count; i++)
        order[i] = i;
    for (uint32_t from = 0; from < set->count;) {
        uint32_t to = from;
        while (to < set->count && set->entries[to].rank == set->entries[from].rank)
            to++;
        for (uint32_t i = to - from; i > 1; i--) {
            uint32_t j = (uint32_t)gs_rng_below(rng, i);
            uint32_t swap = order[from + i - 1];
            order[from + i - 1] = order[from + j];
            order[from + j] = swap;
        }
        from = to;
    }
}

static const struct gs_task_entry *pick(const struct gs_task_set *set, struct gs_rng *rng,
                                        struct picker *picker)
{
    if (set->mode == GS_PICK_RANDOM)
        return &set->entries[gs_rng_below(rng, set->count)];
    uint32_t at = picker->at++ % set->count;
    if (set->mode == GS_PICK_CYCLE)
        return &set->entries[at];
    if (at == 0)
        shuffle_ranks(set, rng, picker->order);
    return &set->entries[picker->order[at]];
}

static enum ending run_tasks(struct gs_py_user *user, const struct gs_task_set *set, PyObject *self,
                             struct picker *picker)
{
    struct gs_lane *lane = user->lane->lane;
    for (;;) {
        if (lane->stopping) {
            user->user->stop_told = true;
            return END_USER;
        }
        // the end of one task is the start of the next: a clock read less
        uint64_t started_ns = user->task_ended_ns ? user->task_ended_ns : gs_lane_now(lane);
        user->task_ended_ns = 0;
        const struct gs_task_entry *entry = pick(set, &user->user->rng, picker);
        enum ending ending =
                entry->nested ? run_nested(user, entry->nested, self)
                              : run_function(user, entry->function, self, entry->task, started_ns);
        if (ending > RESCHEDULE)
            return ending;
        if (ending == DONE && rest(user, set, self, started_ns) != 0)
            return END_USER;
    }
}

static enum ending run_set(struct gs_py_user *user, const struct gs_task_set *set, PyObject *self)
{
    struct picker picker = {0, NULL};
    if (set->mode == GS_PICK_RANKED) {
        picker.order = PyMem_Malloc(set->count * sizeof *picker.order);
        if (!picker.order)
            return END_USER;
    }
    enum ending ending = DONE;
    if (set->has_start)
        ending = run_hook(user, self, "on_start", set->start_task);
    if (ending <= RESCHEDULE)
        ending = run_tasks(user, set, self, &picker);
    if (set->has_stop) {
        enum ending stopped = run_hook(user, self, "on_stop", set->stop_task);
        if (stopped == END_USER)
            ending = END_USER;
    }
    PyMem_Free(picker.order);
    return ending;
}

// ---- users ----------------------------------------------------------------------------------

static void run_extra(struct gs_py_user *user, PyObject *functions)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(functions); i++)
        if (run_function(user, PyList_GET_ITEM(functions, i), user->instance, GS_TASK_NONE,
                         gs_lane_now(user->lane->lane)) == END_USER)
            return;
}

void gs_tasks_run(struct gs_py_user *user)
{
    struct gs_py_attack *attack = user->lane->attack;
    const struct gs_task_set *set = user->klass->tasks;
    user->instance = PyObject_CallOneArg(set->type, attack->environment);
    if (!user->instance) {
        judge(user, GS_TASK_NONE);
        user->lane->lane->shard->dropped_users++;
        return;
    }
    if (user->user->id == GS_USER_SETUP)
        run_extra(user, attack->plan->setup);
    else if (user->user->id == GS_USER_TEARDOWN)
        run_extra(user, attack->plan->teardown);
    else
        run_set(user, set, user->instance);
    Py_CLEAR(user->instance);
}
