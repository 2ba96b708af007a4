// The extension module goose._target: the packaged target server, run from Python.
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <signal.h>

#include "target/target.h"

static struct gs_target *running;

static void on_signal(int number)
{
    (void)number;
    if (running)
        gs_target_stop(running);
}

// Runs without the GIL until SIGINT or SIGTERM.
static void serve_until_signal(struct gs_target *target)
{
    struct sigaction action = {.sa_handler = on_signal}, interrupt, terminate;
    running = target;
    sigaction(SIGINT, &action, &interrupt);
    sigaction(SIGTERM, &action, &terminate);
    Py_BEGIN_ALLOW_THREADS
    gs_target_run(target);
    Py_END_ALLOW_THREADS
    sigaction(SIGINT, &interrupt, NULL);
    sigaction(SIGTERM, &terminate, NULL);
    running = NULL;
}

static PyObject *serve(PyObject *module, PyObject *args, PyObject *keywords)
{
    (void)module;
    static char *names[] = {"port", "tls", "cert_file", NULL};
    int port, tls;
    const char *cert_file;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "ipz", names, &port, &tls, &cert_file))
        return NULL;
    struct gs_target_options options = {.port = (uint16_t)port, .tls = tls, .cert_file = cert_file};
    struct gs_target *target;
    int rc = gs_target_open(&target, &options);
    if (rc != 0)
        return PyErr_Format(PyExc_OSError, "the target cannot listen on port %d: %s", port,
                            strerror(rc < 0 ? -rc : rc));
    PySys_FormatStdout("target listening on %s://127.0.0.1:%d\n", tls ? "https" : "http",
                       gs_target_port(target));
    PyObject *out = PySys_GetObject("stdout");
    PyObject *flushed = out ? PyObject_CallMethod(out, "flush", NULL) : NULL;
    Py_XDECREF(flushed);
    PyErr_Clear();
    serve_until_signal(target);
    gs_target_close(target);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
        {"serve", (PyCFunction)(void (*)(void))serve, METH_VARARGS | METH_KEYWORDS,
         "serve(port, tls, cert_file): answers until SIGINT or SIGTERM. Port 0: any free one. "
         "The certificate is written to cert_file unless None."},
        {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module_def = {
        PyModuleDef_HEAD_INIT, .m_name = "goose._target", .m_doc = "The packaged target server.",
        .m_size = -1,          .m_methods = methods,
};

PyMODINIT_FUNC PyInit__target(void)
{
    return PyModule_Create(&module_def);
}
