// histogram: stat/hist as a Python object.
#ifndef GS_PY_HISTOGRAM_H
#define GS_PY_HISTOGRAM_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "stat/hist.h"

extern PyTypeObject gs_histogram_type;

// A new object with a copy of the counts, or NULL with an exception.
PyObject *gs_histogram_copy(const struct gs_hist *hist);

#endif
