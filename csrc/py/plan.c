#include "py/plan.h"

#include <stdlib.h>
#include <string.h>

#include "py/program.h"

static PyObject *item(PyObject *dict, const char *key)
{
    PyObject *value = PyDict_GetItemString(dict, key);
    if (!value)
        PyErr_Format(PyExc_KeyError, "%s", key);
    return value;
}

static int read_uint(PyObject *dict, const char *key, uint32_t *out)
{
    PyObject *value = item(dict, key);
    if (!value)
        return -1;
    unsigned long number = PyLong_AsUnsignedLong(value);
    if (PyErr_Occurred())
        return -1;
    *out = (uint32_t)number;
    return 0;
}

static int read_double(PyObject *dict, const char *key, double *out)
{
    PyObject *value = item(dict, key);
    if (!value)
        return -1;
    *out = PyFloat_AsDouble(value);
    return PyErr_Occurred() ? -1 : 0;
}

static int read_entry(struct gs_py_plan *plan, struct gs_task_entry *entry, PyObject *tuple)
{
    PyObject *what;
    unsigned int task;
    int rank;
    if (!PyArg_ParseTuple(tuple, "OIiI", &what, &task, &rank, &entry->function))
        return -1;
    entry->task = task;
    entry->rank = rank;
    if (!PyLong_Check(what)) {
        entry->python = Py_NewRef(what);
        return 0;
    }
    unsigned long index = PyLong_AsUnsignedLong(what);
    if (PyErr_Occurred() || index >= plan->set_count) {
        PyErr_SetString(PyExc_ValueError, "set index out of range");
        return -1;
    }
    entry->nested = &plan->sets[index];
    return 0;
}

static int read_wait(struct gs_wait *wait, PyObject *tuple)
{
    int kind;
    double a, b;
    if (!PyArg_ParseTuple(tuple, "idd", &kind, &a, &b))
        return -1;
    *wait = (struct gs_wait){(enum gs_wait_kind)kind, (uint64_t)(a * 1e9), (uint64_t)(b * 1e9)};
    return 0;
}

static int read_set(struct gs_py_plan *plan, struct gs_task_set *set, PyObject *dict)
{
    uint32_t mode;
    PyObject *type = item(dict, "type"), *entries = item(dict, "entries");
    PyObject *wait = item(dict, "wait"), *init = item(dict, "init");
    PyObject *compiled = item(dict, "compiled");
    if (!type || !entries || !wait || !init || !compiled ||
        !PyArg_ParseTuple(compiled, "IIII", &set->start_function, &set->stop_function,
                          &set->wait_function, &set->birth_function) ||
        read_uint(dict, "mode", &mode) != 0 ||
        read_uint(dict, "start_task", &set->start_task) != 0 ||
        read_uint(dict, "stop_task", &set->stop_task) != 0 || read_wait(&set->wait, wait) != 0)
        return -1;
    set->python = Py_NewRef(type);
    set->has_init = init == Py_True;
    set->mode = (enum gs_order_mode)mode;
    set->has_start = set->start_task != GS_TASK_NONE;
    set->has_stop = set->stop_task != GS_TASK_NONE;
    Py_ssize_t count = PyList_Size(entries);
    set->entries = calloc(count > 0 ? (size_t)count : 1, sizeof *set->entries);
    if (count < 0 || !set->entries)
        return -1;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (read_entry(plan, &set->entries[i], PyList_GET_ITEM(entries, i)) != 0)
            return -1;
        set->count++;
    }
    return 0;
}

static int read_class(struct gs_py_plan *plan, struct gs_py_class *klass, PyObject *dict)
{
    uint32_t set;
    double max_body;
    Py_ssize_t host_len;
    struct gs_class *plain = &klass->plain;
    PyObject *host = item(dict, "host"), *verify = item(dict, "verify");
    PyObject *program = item(dict, "program");
    if (!host || !verify || !program || read_uint(dict, "set", &set) != 0 ||
        read_double(dict, "timeout_s", &plain->timeout_s) != 0 ||
        read_double(dict, "connect_timeout_s", &plain->connect_timeout_s) != 0 ||
        read_double(dict, "max_body", &max_body) != 0 ||
        !(plain->host = PyUnicode_AsUTF8AndSize(host, &host_len)))
        return -1;
    if (set >= plan->set_count) {
        PyErr_SetString(PyExc_ValueError, "set index out of range");
        return -1;
    }
    klass->host = Py_NewRef(host);
    klass->verify = Py_NewRef(verify);
    klass->program = Py_NewRef(program);
    plain->tasks = &plan->sets[set];
    plain->host_len = (size_t)host_len;
    plain->max_body = (size_t)max_body;
    plain->ca_file = PyUnicode_Check(verify) ? PyUnicode_AsUTF8(verify) : NULL;
    plain->verify = plain->ca_file || PyObject_IsTrue(verify) > 0;
    plain->program = program == Py_None ? NULL : gs_program_of(program);
    return PyErr_Occurred() ? -1 : 0;
}

static int read_plan(struct gs_py_plan *plan, PyObject *description)
{
    PyObject *sets = item(description, "sets"), *classes = item(description, "classes");
    PyObject *setup = item(description, "setup"), *teardown = item(description, "teardown");
    PyObject *names = item(description, "task_names");
    if (!sets || !classes || !setup || !teardown || !names)
        return -1;
    plan->setup = Py_NewRef(setup);
    plan->teardown = Py_NewRef(teardown);
    plan->task_names = Py_NewRef(names);
    plan->task_count = (uint32_t)PyList_Size(names);
    plan->set_count = (uint32_t)PyList_Size(sets);
    plan->class_count = (uint32_t)PyList_Size(classes);
    plan->sets = calloc(plan->set_count + 1, sizeof *plan->sets);
    plan->classes = calloc(plan->class_count + 1, sizeof *plan->classes);
    if (PyErr_Occurred() || !plan->sets || !plan->classes)
        return -1;
    for (uint32_t i = 0; i < plan->set_count; i++)
        if (read_set(plan, &plan->sets[i], PyList_GET_ITEM(sets, i)) != 0)
            return -1;
    for (uint32_t i = 0; i < plan->class_count; i++) {
        if (read_class(plan, &plan->classes[i], PyList_GET_ITEM(classes, i)) != 0)
            return -1;
        plan->has_programs = plan->has_programs || plan->classes[i].plain.program;
    }
    return 0;
}

struct gs_py_plan *gs_py_plan_new(PyObject *description)
{
    struct gs_py_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return (struct gs_py_plan *)PyErr_NoMemory();
    if (read_plan(plan, description) == 0)
        return plan;
    if (!PyErr_Occurred())
        PyErr_NoMemory();
    gs_py_plan_free(plan);
    return NULL;
}

void gs_py_plan_free(struct gs_py_plan *plan)
{
    if (!plan)
        return;
    for (uint32_t i = 0; plan->sets && i < plan->set_count; i++) {
        struct gs_task_set *set = &plan->sets[i];
        for (uint32_t j = 0; j < set->count; j++)
            Py_XDECREF(set->entries[j].python);
        free(set->entries);
        Py_XDECREF(set->python);
    }
    for (uint32_t i = 0; plan->classes && i < plan->class_count; i++) {
        Py_XDECREF(plan->classes[i].host);
        Py_XDECREF(plan->classes[i].verify);
        Py_XDECREF(plan->classes[i].program);
    }
    free(plan->sets);
    free(plan->classes);
    Py_XDECREF(plan->setup);
    Py_XDECREF(plan->teardown);
    Py_XDECREF(plan->task_names);
    free(plan);
}
