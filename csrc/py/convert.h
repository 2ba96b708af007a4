// convert: values of task programs to Python objects and back. Everything here needs the GIL.
#ifndef GS_PY_CONVERT_H
#define GS_PY_CONVERT_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "plan/value.h"

struct gs_py_user;

// A new reference, or NULL with an exception. `escapes`: Python keeps or may change it: a list,
// dict or reply becomes this object for good (its aliases follow), a constant is no longer one.
// user: whose replies these are; may be NULL.
PyObject *gs_to_python(struct gs_py_user *user, struct gs_value v, bool escapes);

// The value of an object (borrowed): None, bool, int of 64 bits, float, str without surrogates and
// bytes are copied; exact types only. Everything else is a reference that goes to *trash when
// dropped. GS_UNSET with an exception: no memory.
struct gs_value gs_of_python(PyObject *object, struct gs_pyref **trash);

// A reference, whatever it is.
struct gs_value gs_reference_to(PyObject *object, struct gs_pyref **trash);

// As gs_of_python, but lists, tuples and dicts are copied too, deeply, where all in them can be:
// for constants and for what a script has just made. `origin`: remember the object each was made
// from, as constants need it.
struct gs_value gs_copy_of_python(PyObject *object, struct gs_pyref **trash, bool origin);

// Drops the references in the trash.
void gs_empty_trash(struct gs_pyref **trash);

#endif
