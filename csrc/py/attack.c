#include "py/attack.h"

#include <malloc.h>
#include <stdlib.h>
#include <time.h>

#include "net/fake.h"
#include "net/http1.h"
#include "plan/spread.h"
#include "py/histogram.h"
#include "py/hub.h"

struct attack_object {
    PyObject_HEAD struct gs_py_attack py;
    uint16_t *class_of;
    bool open, started;
    int inside; // calls that have let go of the GIL; closing waits for them
};

// ---- making one -----------------------------------------------------------------------------

static uint16_t *spread(PyObject *list, uint32_t users)
{
    Py_ssize_t count = PyList_Size(list);
    if (count <= 0) {
        PyErr_SetString(PyExc_ValueError, "no user classes");
        return NULL;
    }
    struct gs_share *shares = calloc((size_t)count, sizeof *shares);
    uint16_t *class_of = calloc(users ? users : 1, sizeof *class_of);
    bool ok = shares && class_of;
    if (!ok)
        PyErr_NoMemory();
    for (Py_ssize_t i = 0; ok && i < count; i++)
        ok = PyArg_ParseTuple(PyList_GET_ITEM(list, i), "dI", &shares[i].weight,
                              &shares[i].fixed_count);
    if (ok && gs_spread(shares, (uint32_t)count, users, class_of) != 0) {
        PyErr_SetString(PyExc_ValueError, "more users than the classes' fixed_count allows");
        ok = false;
    }
    free(shares);
    if (ok)
        return class_of;
    free(class_of);
    return NULL;
}

static int read_arguments(struct attack_object *self, struct gs_plan *plan, PyObject *args,
                          PyObject *keywords)
{
    static char *names[] = {"description", "shares",     "environment", "on_error",     "users",
                            "lanes",       "hatch_rate", "run_time",    "stop_timeout", "seed",
                            "reset",       "metrics",    "stepped",     "fake",         NULL};
    PyObject *description, *shares, *environment, *on_error;
    unsigned int users, lanes;
    double rate, run_time, stop_timeout;
    unsigned long long seed;
    int reset, metrics, stepped, fake;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "OO!OO$IIdddKpppp", names, &description,
                                     &PyList_Type, &shares, &environment, &on_error, &users, &lanes,
                                     &rate, &run_time, &stop_timeout, &seed, &reset, &metrics,
                                     &stepped, &fake))
        return -1;
    if (users == 0 || lanes == 0 || !(rate > 0)) {
        PyErr_SetString(PyExc_ValueError, "users, lanes and hatch_rate must be above 0");
        return -1;
    }
    self->py.plan = gs_py_plan_new(description);
    self->class_of = self->py.plan ? spread(shares, users) : NULL;
    self->py.orphans = self->class_of ? PyList_New(0) : NULL;
    if (!self->py.orphans)
        return -1;
    self->py.environment = Py_NewRef(environment);
    self->py.on_error = Py_NewRef(on_error);
    self->py.exit_code = -1;
    *plan = (struct gs_plan){
            .users = users,
            .lanes = lanes < users ? lanes : users,
            .hatch_per_s = rate,
            .run_time_ns = run_time < 0 ? GS_NEVER : (uint64_t)(run_time * 1e9),
            .stop_timeout_ns = (uint64_t)(stop_timeout * 1e9),
            .seed = seed,
            .reset = reset,
            .setup = PyList_GET_SIZE(self->py.plan->setup) > 0,
            .teardown = PyList_GET_SIZE(self->py.plan->teardown) > 0,
            .metrics = metrics,
            .stepped = stepped,
            .backend = gs_backend_default(),
            .transport = fake ? &gs_fake : &gs_http1,
            .class_of = self->class_of,
            .task_count = self->py.plan->task_count,
    };
    return 0;
}

static PyObject *new (PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    struct attack_object *self = (struct attack_object *)type->tp_alloc(type, 0);
    struct gs_plan plan;
    if (!self)
        return NULL;
    if (read_arguments(self, &plan, args, keywords) != 0) {
        Py_DECREF(self);
        return NULL;
    }
    gs_baton_init(&self->py.baton, plan.lanes > 1);
    if (gs_attack_init(&self->py.attack, &plan, &gs_hub_driver, &self->py) != 0) {
        gs_baton_fini(&self->py.baton);
        Py_DECREF(self);
        PyErr_SetString(PyExc_OSError,
                        "the engine cannot open its loops: too many open files, or no memory");
        return NULL;
    }
    self->open = true;
    return (PyObject *)self;
}

static void close_engine(struct attack_object *self)
{
    if (!self->open)
        return;
    self->open = false;
    Py_BEGIN_ALLOW_THREADS
    if (self->started && !gs_attack_wait(&self->py.attack, GS_PHASE_DONE, 0)) {
        gs_attack_stop(&self->py.attack);
        gs_attack_wait(&self->py.attack, GS_PHASE_DONE, GS_NEVER);
    }
    Py_END_ALLOW_THREADS
    while (self->inside > 0) { // guarded by the GIL; new calls find it closed
        struct timespec moment = {0, 1000000};
        Py_BEGIN_ALLOW_THREADS
        nanosleep(&moment, NULL);
        Py_END_ALLOW_THREADS
    }
    Py_BEGIN_ALLOW_THREADS
    gs_attack_fini(&self->py.attack);
    Py_END_ALLOW_THREADS
    gs_baton_fini(&self->py.baton);
}

static void dealloc(struct attack_object *self)
{
    close_engine(self);
    gs_py_plan_free(self->py.plan);
    free(self->class_of);
    Py_XDECREF(self->py.orphans);
    Py_XDECREF(self->py.on_error);
    Py_XDECREF(self->py.environment);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static bool is_open(struct attack_object *self)
{
    if (!self->open)
        PyErr_SetString(PyExc_RuntimeError, "this attack is closed");
    return self->open;
}

// ---- running --------------------------------------------------------------------------------

static PyObject *start(struct attack_object *self, PyObject *unused)
{
    (void)unused;
    if (!is_open(self))
        return NULL;
    if (self->started) {
        PyErr_SetString(PyExc_RuntimeError, "an attack starts once");
        return NULL;
    }
    self->started = true;
#ifdef __GLIBC__
    // Large bodies go back to the system when freed. glibc would raise its threshold with the first
    // of them and keep the rest in heaps that fragment (measured: 245 MB instead of 90).
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
    int rc;
    Py_BEGIN_ALLOW_THREADS
    rc = gs_attack_start(&self->py.attack);
    Py_END_ALLOW_THREADS
    if (rc == 0)
        Py_RETURN_NONE;
    self->started = false;
    PyErr_SetString(PyExc_OSError, "a lane's thread cannot be started");
    return NULL;
}

static PyObject *stop(struct attack_object *self, PyObject *unused)
{
    (void)unused;
    if (self->open)
        gs_attack_stop(&self->py.attack);
    Py_RETURN_NONE;
}

static PyObject *wait_done(struct attack_object *self, PyObject *args)
{
    double seconds;
    if (!PyArg_ParseTuple(args, "d", &seconds) || !is_open(self))
        return NULL;
    bool done;
    Py_BEGIN_ALLOW_THREADS
    done = gs_attack_wait(&self->py.attack, GS_PHASE_DONE, (uint64_t)(seconds * 1e9));
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(done);
}

static PyObject *close_attack(struct attack_object *self, PyObject *unused)
{
    (void)unused;
    close_engine(self);
    Py_CLEAR(self->py.orphans); // no lane runs: dead greenlets can go
    Py_RETURN_NONE;
}

// ---- figures --------------------------------------------------------------------------------

static int put(PyObject *dict, const char *key, PyObject *value)
{
    int rc = value ? PyDict_SetItemString(dict, key, value) : -1;
    Py_XDECREF(value);
    return rc;
}

static PyObject *text_of(const char *data, size_t len)
{
    return PyUnicode_DecodeUTF8(data, (Py_ssize_t)len, "replace");
}

static PyObject *kind_of(char kind)
{
    return PyUnicode_InternFromString(kind == GS_KIND_START  ? "test_start"
                                      : kind == GS_KIND_STOP ? "test_stop"
                                                             : "main");
}

// Splits "kind, method, space, name" into a dict.
static PyObject *row_head(const char *key, size_t len)
{
    const char *space = memchr(key, ' ', len);
    size_t method = space ? (size_t)(space - key) : len;
    PyObject *dict = PyDict_New();
    if (!dict)
        return NULL;
    if (put(dict, "kind", kind_of(key[0])) == 0 &&
        put(dict, "method", text_of(key + 1, method - 1)) == 0 &&
        put(dict, "name", space ? text_of(space + 1, len - method - 1) : text_of("", 0)) == 0)
        return dict;
    Py_DECREF(dict);
    return NULL;
}

static PyObject *statuses_of(const struct gs_row *row)
{
    PyObject *dict = PyDict_New();
    for (uint32_t i = 0; dict && i < row->status_count; i++) {
        PyObject *status = PyLong_FromLong(row->statuses[i].status);
        PyObject *count = PyLong_FromLongLong(row->statuses[i].count);
        if (!status || !count || PyDict_SetItem(dict, status, count) != 0)
            Py_CLEAR(dict);
        Py_XDECREF(status);
        Py_XDECREF(count);
    }
    return dict;
}

static PyObject *request_row(const struct gs_row *row)
{
    PyObject *dict = row_head(row->key, row->key_len);
    if (dict && put(dict, "count", PyLong_FromLongLong(row->count)) == 0 &&
        put(dict, "failures", PyLong_FromLongLong(row->failures)) == 0 &&
        put(dict, "redirects", PyLong_FromLongLong(row->redirects)) == 0 &&
        put(dict, "resent", PyLong_FromLongLong(row->resent)) == 0 &&
        put(dict, "cut_off", PyLong_FromLongLong(row->cut_off)) == 0 &&
        put(dict, "bytes_sent", PyLong_FromUnsignedLongLong(row->bytes_sent)) == 0 &&
        put(dict, "bytes_received", PyLong_FromUnsignedLongLong(row->bytes_received)) == 0 &&
        put(dict, "status_codes", statuses_of(row)) == 0 &&
        put(dict, "times", gs_histogram_copy(&row->times)) == 0)
        return dict;
    Py_XDECREF(dict);
    return NULL;
}

static PyObject *request_rows(const struct gs_shard *total)
{
    PyObject *list = PyList_New(0);
    for (uint32_t i = 0; list && i < total->row_count; i++) {
        if (!total->rows[i])
            continue;
        PyObject *row = request_row(total->rows[i]);
        if (!row || PyList_Append(list, row) != 0)
            Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}

static PyObject *task_rows(const struct gs_shard *total)
{
    PyObject *list = PyList_New(0);
    for (uint32_t i = 0; list && i < total->task_count; i++) {
        const struct gs_task_row *task = &total->tasks[i];
        PyObject *times = gs_histogram_copy(&task->times);
        PyObject *row =
                times ? Py_BuildValue("{s:I,s:L,s:L,s:L,s:N}", "task", i, "count",
                                      (long long)task->count, "failures", (long long)task->failures,
                                      "cut_off", (long long)task->cut_off, "times", times)
                      : NULL;
        if (!row || PyList_Append(list, row) != 0)
            Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}

static PyObject *error_rows(const struct gs_shard *total)
{
    PyObject *list = PyList_New(0);
    for (uint32_t i = 0; list && i < total->errors.count && i < total->error_cap; i++) {
        const struct gs_intern_entry *entry = &total->errors.entries[i];
        if (total->error_counts[i] <= 0)
            continue;
        size_t head = strlen(entry->data);
        PyObject *row = row_head(entry->data, head);
        if (!row || put(row, "text", text_of(entry->data + head + 1, entry->len - head - 1)) != 0 ||
            put(row, "count", PyLong_FromLongLong(total->error_counts[i])) != 0 ||
            PyList_Append(list, row) != 0)
            Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}

static PyObject *program_counts(const struct gs_program_counts *counts)
{
    return Py_BuildValue("{s:L,s:L,s:L,s:d}", "requests", (long long)counts->requests, "islands",
                         (long long)counts->islands, "slow", (long long)counts->slow, "python_s",
                         (double)counts->python_ns / 1e9);
}

static int put_shard(PyObject *dict, const struct gs_shard *total)
{
    return put(dict, "programs", program_counts(&total->programs)) != 0 ||
                           put(dict, "requests", request_rows(total)) != 0 ||
                           put(dict, "tasks", task_rows(total)) != 0 ||
                           put(dict, "errors", error_rows(total)) != 0 ||
                           put(dict, "connect_times", gs_histogram_copy(&total->connect)) != 0 ||
                           put(dict, "tls_times", gs_histogram_copy(&total->tls)) != 0 ||
                           put(dict, "passes", gs_histogram_copy(&total->passes)) != 0 ||
                           put(dict, "dropped_users", PyLong_FromLongLong(total->dropped_users)) !=
                                   0 ||
                           put(dict, "dropped_names", PyLong_FromLongLong(total->dropped_names)) !=
                                   0 ||
                           put(dict, "dropped_errors",
                               PyLong_FromLongLong(total->dropped_errors)) != 0
                   ? -1
                   : 0;
}

static const char *phase_name(enum gs_phase phase)
{
    static const char *const names[] = {"starting", "test_start", "hatching", "running",
                                        "stopping", "test_stop",  "done"};
    return names[phase];
}

static int put_state(PyObject *dict, struct attack_object *self)
{
    struct gs_attack *attack = &self->py.attack;
    return put(dict, "elapsed_s", PyFloat_FromDouble((double)gs_attack_counted_ns(attack) / 1e9)) !=
                                   0 ||
                           put(dict, "users", PyLong_FromUnsignedLong(attack->users_running)) !=
                                   0 ||
                           put(dict, "users_wanted", PyLong_FromUnsignedLong(attack->plan.users)) !=
                                   0 ||
                           put(dict, "hatched", PyLong_FromUnsignedLong(attack->users_hatched)) !=
                                   0 ||
                           put(dict, "phase", PyUnicode_FromString(phase_name(attack->phase))) !=
                                   0 ||
                           put(dict, "resets", PyLong_FromUnsignedLong(attack->resets)) != 0 ||
                           put(dict, "exit_code", PyLong_FromLong(self->py.exit_code)) != 0
                   ? -1
                   : 0;
}

// Lanes that do not answer because Python holds them are read in place: only right before the
// process ends, for what they count now is counted again when they answer.
static void merge_held(struct gs_attack *attack)
{
    uint64_t now = gs_now_ns();
    for (unsigned i = 0; i < attack->plan.lanes; i++) {
        struct gs_lane *lane = &attack->lanes[i];
        uint64_t began = atomic_load_explicit(&lane->pass_began_ns, memory_order_relaxed);
        if (began && now - began > 100 * GS_MS)
            gs_shard_merge(attack->total, &attack->names, lane->shard);
    }
}

// The total is read under its lock and with the GIL: no garbage collection must come between, for
// its callbacks may give the GIL to a lane that waits for the lock.
static int lock_total(struct gs_attack *attack)
{
    int collects = PyGC_Disable();
    gs_attack_lock_total(attack);
    return collects;
}

static void unlock_total(struct gs_attack *attack, int collects)
{
    gs_attack_unlock_total(attack);
    if (collects)
        PyGC_Enable();
}

static PyObject *take_snapshot(struct attack_object *self, double timeout, bool emergency)
{
    struct gs_attack *attack = &self->py.attack;
    unsigned answered = attack->plan.lanes;
    if (self->started) {
        Py_BEGIN_ALLOW_THREADS
        answered = gs_attack_collect(attack, (uint64_t)(timeout * 1e9));
        Py_END_ALLOW_THREADS
    }
    PyObject *dict = PyDict_New();
    if (!dict)
        return NULL;
    int collects = lock_total(attack);
    if (emergency && answered < attack->plan.lanes)
        merge_held(attack);
    int rc = put_shard(dict, attack->total);
    if (rc == 0)
        rc = put_state(dict, self);
    unlock_total(attack, collects);
    if (rc == 0)
        rc = put(dict, "lanes_silent", PyLong_FromUnsignedLong(attack->plan.lanes - answered));
    if (rc == 0)
        return dict;
    Py_DECREF(dict);
    return NULL;
}

static PyObject *snapshot(struct attack_object *self, PyObject *args)
{
    double timeout;
    int emergency = 0;
    if (!PyArg_ParseTuple(args, "d|p", &timeout, &emergency) || !is_open(self))
        return NULL;
    self->inside++;
    PyObject *dict = take_snapshot(self, timeout, emergency);
    self->inside--;
    return dict;
}

// What the reset flushed, in the form of a snapshot; None before it.
static PyObject *before(struct attack_object *self, PyObject *unused)
{
    (void)unused;
    if (!is_open(self))
        return NULL;
    struct gs_attack *attack = &self->py.attack;
    if (!attack->before)
        Py_RETURN_NONE;
    PyObject *dict = PyDict_New();
    int collects = lock_total(attack);
    int rc = dict ? put_shard(dict, attack->before) : -1;
    if (rc == 0)
        rc = put_state(dict, self);
    unlock_total(attack, collects);
    double elapsed = (double)(attack->reset_ns - attack->started_ns) / 1e9;
    if (rc == 0)
        rc = put(dict, "elapsed_s", PyFloat_FromDouble(elapsed));
    if (rc == 0)
        return dict;
    Py_XDECREF(dict);
    return NULL;
}

// Lanes and how long Python has held them now: [(seconds, thread ident, user id)].
static PyObject *held(struct attack_object *self, PyObject *unused)
{
    (void)unused;
    PyObject *list = PyList_New(0);
    struct gs_attack *attack = &self->py.attack;
    uint64_t now = gs_now_ns();
    for (unsigned i = 0; list && self->started && self->open && i < attack->plan.lanes; i++) {
        struct gs_lane *lane = &attack->lanes[i];
        uint64_t began = atomic_load_explicit(&lane->pass_began_ns, memory_order_relaxed);
        double seconds = began && now > began ? (double)(now - began) / 1e9 : 0;
        struct gs_py_lane *py = began ? lane->driver_data : NULL;
        struct gs_py_user *user = py && (void *)py != (void *)&self->py ? py->current : NULL;
        PyObject *row = Py_BuildValue("(dKl)", seconds, (unsigned long long)lane->thread,
                                      user ? (long)user->user->id : -1L);
        if (!row || PyList_Append(list, row) != 0)
            Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}

// What programs printed since the last time, as str.
static PyObject *printed(struct attack_object *self, PyObject *unused)
{
    (void)unused;
    struct gs_buf all = GS_BUF_EMPTY;
    struct gs_attack *attack = &self->py.attack;
    for (unsigned i = 0; self->open && i < attack->plan.lanes; i++) {
        struct gs_lane *lane = &attack->lanes[i];
        uv_mutex_lock(&lane->printing);
        gs_buf_add(&all, lane->printed.data, lane->printed.len);
        lane->printed.len = 0;
        uv_mutex_unlock(&lane->printing);
    }
    PyObject *text = PyUnicode_DecodeUTF8(all.data ? all.data : "", (Py_ssize_t)all.len, "replace");
    gs_buf_fini(&all);
    return text;
}

static PyObject *phase(struct attack_object *self, void *unused)
{
    (void)unused;
    return PyUnicode_FromString(self->open ? phase_name(self->py.attack.phase) : "done");
}

static PyMethodDef methods[] = {
        {"start", (PyCFunction)start, METH_NOARGS, "Starts the lanes."},
        {"stop", (PyCFunction)stop, METH_NOARGS, "Asks all users to end; does not wait."},
        {"wait", (PyCFunction)wait_done, METH_VARARGS, "Waits for the end, at most `seconds`."},
        {"snapshot", (PyCFunction)snapshot, METH_VARARGS,
         "snapshot(timeout, emergency=False): the figures so far as a dict."},
        {"before", (PyCFunction)before, METH_NOARGS, "The figures that the reset flushed."},
        {"held", (PyCFunction)held, METH_NOARGS, "[(seconds, thread, user)] of each lane."},
        {"printed", (PyCFunction)printed, METH_NOARGS, "Lines of programs since the last time."},
        {"close", (PyCFunction)close_attack, METH_NOARGS, "Ends it and frees the engine."},
        {NULL, NULL, 0, NULL},
};

static PyGetSetDef getters[] = {
        {"phase", (getter)phase, NULL, "Where the attack is.", NULL},
        {NULL, NULL, NULL, NULL, NULL},
};

PyTypeObject gs_attack_type = {
        PyVarObject_HEAD_INIT(NULL, 0).tp_name = "goose._engine.Attack",
        .tp_basicsize = sizeof(struct attack_object),
        .tp_new = new,
        .tp_dealloc = (destructor)dealloc,
        .tp_flags = Py_TPFLAGS_DEFAULT,
        .tp_doc = "One run of Python users on the engine.",
        .tp_methods = methods,
        .tp_getset = getters,
};
