#include "py/histogram.h"

struct histogram {
    PyObject_HEAD struct gs_hist hist;
};

static PyObject *new (PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    (void)args;
    (void)keywords;
    struct histogram *self = (struct histogram *)type->tp_alloc(type, 0);
    if (self)
        gs_hist_init(&self->hist);
    return (PyObject *)self;
}

PyObject *gs_histogram_copy(const struct gs_hist *hist)
{
    PyObject *self = new (&gs_histogram_type, NULL, NULL);
    if (self)
        gs_hist_merge(&((struct histogram *)self)->hist, hist);
    return self;
}

static void dealloc(struct histogram *self)
{
    gs_hist_fini(&self->hist);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *percentile(struct histogram *self, PyObject *number)
{
    double p = PyFloat_AsDouble(number);
    if (PyErr_Occurred())
        return NULL;
    if (!(p > 0 && p <= 100)) {
        PyErr_Format(PyExc_ValueError, "percentile is %R; it must be above 0 and at most 100",
                     number);
        return NULL;
    }
    return PyFloat_FromDouble((double)gs_hist_percentile(&self->hist, p) / 1e6);
}

static PyObject *record_ms(struct histogram *self, PyObject *number)
{
    double ms = PyFloat_AsDouble(number);
    if (PyErr_Occurred())
        return NULL;
    if (!(ms >= 0 && ms < 1e12)) {
        PyErr_SetString(PyExc_ValueError, "a duration must be a number of milliseconds from 0");
        return NULL;
    }
    gs_hist_record(&self->hist, (uint64_t)(ms * 1e6));
    Py_RETURN_NONE;
}

static PyObject *merge(struct histogram *self, PyObject *other)
{
    if (!PyObject_TypeCheck(other, &gs_histogram_type)) {
        PyErr_SetString(PyExc_TypeError, "only a Histogram can be merged");
        return NULL;
    }
    gs_hist_merge(&self->hist, &((struct histogram *)other)->hist);
    Py_RETURN_NONE;
}

static PyObject *buckets(struct histogram *self, PyObject *unused)
{
    (void)unused;
    PyObject *list = PyList_New(0);
    for (uint32_t i = 0; list && i < GS_HIST_PAGES * GS_HIST_PAGE; i++) {
        uint64_t count = gs_hist_at(&self->hist, i);
        if (count == 0)
            continue;
        PyObject *pair = Py_BuildValue("(dK)", (double)gs_hist_highest_us(i) / 1e3,
                                       (unsigned long long)count);
        if (!pair || PyList_Append(list, pair) != 0)
            Py_CLEAR(list);
        Py_XDECREF(pair);
    }
    return list;
}

static PyObject *get_count(struct histogram *self, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLongLong(self->hist.count);
}

static PyObject *get_minimum(struct histogram *self, void *unused)
{
    (void)unused;
    return PyFloat_FromDouble(self->hist.count ? (double)self->hist.min_ns / 1e6 : 0.0);
}

static PyObject *get_maximum(struct histogram *self, void *unused)
{
    (void)unused;
    return PyFloat_FromDouble((double)self->hist.max_ns / 1e6);
}

static PyObject *get_mean(struct histogram *self, void *unused)
{
    (void)unused;
    const struct gs_hist *h = &self->hist;
    return PyFloat_FromDouble(h->count ? (double)h->sum_ns / 1e6 / (double)h->count : 0.0);
}

static PyMethodDef methods[] = {
        {"percentile", (PyCFunction)percentile, METH_O, "Milliseconds below which p percent lie."},
        {"record_ms", (PyCFunction)record_ms, METH_O, "Counts one duration in milliseconds."},
        {"merge", (PyCFunction)merge, METH_O, "Adds the counts of another Histogram."},
        {"buckets", (PyCFunction)buckets, METH_NOARGS, "[(upper bound in ms, count)]."},
        {NULL, NULL, 0, NULL},
};

static PyGetSetDef getters[] = {
        {"count", (getter)get_count, NULL, "How many durations.", NULL},
        {"minimum_ms", (getter)get_minimum, NULL, "Exact; 0.0 when empty.", NULL},
        {"maximum_ms", (getter)get_maximum, NULL, "Exact; 0.0 when empty.", NULL},
        {"mean_ms", (getter)get_mean, NULL, "Exact; 0.0 when empty.", NULL},
        {NULL, NULL, NULL, NULL, NULL},
};

PyTypeObject gs_histogram_type = {
        PyVarObject_HEAD_INIT(NULL, 0).tp_name = "goose._engine.Histogram",
        .tp_basicsize = sizeof(struct histogram),
        .tp_new = new,
        .tp_dealloc = (destructor)dealloc,
        .tp_flags = Py_TPFLAGS_DEFAULT,
        .tp_doc = "Durations in HdrHistogram's layout: 3 digits, 1 us to 1 h.",
        .tp_methods = methods,
        .tp_getset = getters,
};
