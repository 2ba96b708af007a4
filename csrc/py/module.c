// The extension module goose._engine.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "plan/draw.h"
#include "py/attack.h"
#include "py/client.h"
#include "py/evaluate.h"
#include "py/histogram.h"
#include "py/hub.h"
#include "py/last_words.h"
#include "py/program.h"
#include "py/response.h"
#include "py/shared.h"

// The running user's client, or None outside of users.
static PyObject *current_client(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    struct gs_py_user *user = gs_hub_user();
    return user ? Py_XNewRef((PyObject *)gs_hub_client(user)) : Py_NewRef(Py_None);
}

// Inside a user: gives the lane to others for so many seconds. Returns True; False elsewhere.
static PyObject *sleep_user(PyObject *module, PyObject *number)
{
    (void)module;
    struct gs_py_user *user = gs_hub_user();
    if (!user)
        Py_RETURN_FALSE;
    double seconds = PyFloat_AsDouble(number);
    if (PyErr_Occurred())
        return NULL;
    if (!(seconds >= 0)) {
        PyErr_SetString(PyExc_ValueError, "sleep length must be non-negative");
        return NULL;
    }
    uint64_t wait_ns = seconds > 1e9 ? (uint64_t)1e18 : (uint64_t)(seconds * 1e9);
    if (gs_hub_sleep(user, gs_lane_now(user->lane->lane) + wait_ns) != 0)
        return NULL;
    Py_RETURN_TRUE;
}

// A number in [0, 1) from the running user's own generator.
static PyObject *random_unit(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    struct gs_py_user *user = gs_hub_user();
    if (user)
        return PyFloat_FromDouble(gs_rng_unit(&user->user->rng));
    PyErr_SetString(PyExc_RuntimeError, "only inside a user");
    return NULL;
}

// So many random bits (1 to 64) from the running user's own generator.
static PyObject *random_bits(PyObject *module, PyObject *number)
{
    (void)module;
    struct gs_py_user *user = gs_hub_user();
    long bits = PyLong_AsLong(number);
    if (PyErr_Occurred())
        return NULL;
    if (user && bits >= 1 && bits <= 64)
        return PyLong_FromUnsignedLongLong(gs_draw_bits(&user->user->rng, (unsigned)bits));
    PyErr_SetString(PyExc_RuntimeError, user ? "1 to 64 bits" : "only inside a user");
    return NULL;
}

// Whether a user runs on this thread.
static PyObject *in_user(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    return PyBool_FromLong(gs_hub_user() != NULL);
}

static PyMethodDef methods[] = {
        {"configure", gs_shared_configure, METH_O, "Hands the extension what it needs of Python."},
        {"current_client", current_client, METH_NOARGS, "The running user's client, or None."},
        {"sleep", sleep_user, METH_O, "Sleeps inside a user (True); elsewhere does nothing."},
        {"random_unit", random_unit, METH_NOARGS, "[0, 1) from the user's own generator."},
        {"random_bits", random_bits, METH_O, "So many bits from the user's own generator."},
        {"in_user", in_user, METH_NOARGS, "Whether a user runs on this thread."},
        {"program_tables", gs_program_tables, METH_NOARGS, "What the compiler may emit."},
        {"evaluate", gs_evaluate, METH_VARARGS, "A primitive of programs, for tests."},
        {"last_words_open", gs_last_words_open, METH_NOARGS, "Gives a signal.set_wakeup_fd."},
        {"last_words_set", gs_last_words_set, METH_VARARGS, "(path or None, report, tables)."},
        {"last_words_beat", gs_last_words_beat, METH_O, "Tells that Python still runs."},
        {"last_words_heard", gs_last_words_heard, METH_NOARGS, "How many signals came."},
        {"last_words_close", gs_last_words_close, METH_NOARGS, "Ends the watching thread."},
        {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module_def = {
        PyModuleDef_HEAD_INIT, .m_name = "goose._engine", .m_doc = "The engine of goose-py.",
        .m_size = -1,          .m_methods = methods,
};

static int add_type(PyObject *module, const char *name, PyTypeObject *type)
{
    if (PyType_Ready(type) != 0)
        return -1;
    return PyModule_AddObjectRef(module, name, (PyObject *)type);
}

PyMODINIT_FUNC PyInit__engine(void)
{
    if (gs_hub_import() != 0)
        return NULL;
    PyObject *module = PyModule_Create(&module_def);
    if (!module)
        return NULL;
    if (add_type(module, "Attack", &gs_attack_type) != 0 ||
        add_type(module, "Client", &gs_client_type) != 0 ||
        add_type(module, "Response", &gs_response_type) != 0 ||
        add_type(module, "Histogram", &gs_histogram_type) != 0 ||
        add_type(module, "Program", &gs_program_type) != 0) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}
