// evaluate: calls the primitives of plan by name, so that tests can compare them with Python's own.
// Everything here needs the GIL.
#ifndef GS_PY_EVALUATE_H
#define GS_PY_EVALUATE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

// evaluate(name, *args): what the primitive gives. NotImplementedError: it declines. METH_VARARGS.
PyObject *gs_evaluate(PyObject *module, PyObject *args);

#endif
