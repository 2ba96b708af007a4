#include "py/convert.h"

#include <stdlib.h>

#include "plan/iterate.h"
#include "plan/json.h"
#include "py/response.h"

#define DEPTH_MAX 100

static struct gs_pyref *pyref_new(PyObject *object, struct gs_pyref **trash)
{
    struct gs_pyref *pyref = calloc(1, sizeof *pyref);
    if (!pyref) {
        PyErr_NoMemory();
        return NULL;
    }
    pyref->object = (struct gs_object){.refs = 1, .tag = GS_PYTHON};
    pyref->python = Py_NewRef(object);
    pyref->trash = trash;
    return pyref;
}

struct gs_value gs_reference_to(PyObject *object, struct gs_pyref **trash)
{
    struct gs_pyref *pyref = pyref_new(object, trash);
    return pyref ? GS_VALUE(GS_PYTHON, pyref, pyref) : (struct gs_value){.tag = GS_UNSET};
}

void gs_empty_trash(struct gs_pyref **trash)
{
    while (*trash) {
        struct gs_pyref *pyref = *trash;
        *trash = pyref->next;
        Py_DECREF((PyObject *)pyref->python);
        free(pyref);
    }
}

// ---- to Python --------------------------------------------------------------------------------

// A constant that Python may change is one no longer, nor is what it holds.
static void thaw(struct gs_value v)
{
    if (v.tag == GS_LIST || v.tag == GS_TUPLE) {
        for (uint32_t i = 0; i < v.list->count; i++)
            thaw(v.list->items[i]);
    } else if (v.tag == GS_DICT) {
        uint32_t at = 0;
        for (struct gs_pair *pair; (pair = gs_dict_next(v.dict, &at)) != NULL;)
            thaw(pair->value);
    } else {
        return;
    }
    if (v.tag != GS_TUPLE)
        v.object->gone = true;
}

static PyObject *text_of(const struct gs_str *s)
{
    return PyUnicode_DecodeUTF8(s->data, s->len, NULL);
}

static PyObject *sequence_of(struct gs_py_user *user, struct gs_value v, bool escapes)
{
    PyObject *list = v.tag == GS_TUPLE ? PyTuple_New(v.list->count) : PyList_New(v.list->count);
    for (uint32_t i = 0; list && i < v.list->count; i++) {
        PyObject *item = gs_to_python(user, v.list->items[i], escapes);
        if (!item)
            Py_CLEAR(list);
        else if (v.tag == GS_TUPLE)
            PyTuple_SET_ITEM(list, i, item);
        else
            PyList_SET_ITEM(list, i, item);
    }
    return list;
}

static PyObject *dict_of(struct gs_py_user *user, struct gs_value v, bool escapes)
{
    PyObject *dict = PyDict_New();
    uint32_t at = 0;
    for (struct gs_pair *pair; dict && (pair = gs_dict_next(v.dict, &at)) != NULL;) {
        PyObject *key = gs_to_python(user, pair->key, false);
        PyObject *value = key ? gs_to_python(user, pair->value, escapes) : NULL;
        if (!value || PyDict_SetItem(dict, key, value) != 0)
            Py_CLEAR(dict);
        Py_XDECREF(key);
        Py_XDECREF(value);
    }
    return dict;
}

// From now on it is that object.
static int become(struct gs_value v, struct gs_pyref **python, PyObject *object,
                  struct gs_pyref **trash)
{
    *python = pyref_new(object, trash);
    if (!*python)
        return -1;
    v.object->gone = true;
    if (v.tag == GS_LIST) {
        while (v.list->count > 0)
            gs_drop(v.list->items[--v.list->count]);
    } else if (v.tag == GS_DICT) {
        for (uint32_t i = 0; i < v.dict->used; i++) {
            struct gs_pair pair = v.dict->pairs[i];
            v.dict->pairs[i].key.tag = v.dict->pairs[i].value.tag = GS_UNSET;
            gs_drop(pair.key);
            gs_drop(pair.value);
        }
        v.dict->count = v.dict->used = 0;
        free(v.dict->index);
        v.dict->index = NULL;
    }
    return 0;
}

static PyObject *container_of(struct gs_py_user *user, struct gs_value v, bool escapes)
{
    struct gs_pyref **python = v.tag == GS_DICT ? &v.dict->python : &v.list->python;
    if (*python && (gs_is_gone(v.object) || v.object->refs == GS_IMMORTAL)) {
        if (escapes && !gs_is_gone(v.object))
            thaw(v);
        return Py_NewRef((PyObject *)(*python)->python);
    }
    PyObject *object = v.tag == GS_DICT ? dict_of(user, v, escapes) : sequence_of(user, v, escapes);
    if (object && escapes && v.object->refs != GS_IMMORTAL && user &&
        become(v, python, object, &user->lane->lane->trash) != 0)
        Py_CLEAR(object);
    return object;
}

static PyObject *range_of(const struct gs_iter *iter)
{
    return PyObject_CallFunction((PyObject *)&PyRange_Type, "LLL", (long long)iter->at,
                                 (long long)iter->stop, (long long)iter->step);
}

// The same walk from where it is.
static PyObject *iterator_of(struct gs_py_user *user, struct gs_iter *iter)
{
    PyObject *over = NULL, *result = NULL;
    if (iter->kind == GS_ITER_PAIRS) {
        PyObject *others[3] = {NULL, NULL, NULL};
        PyObject *builtins = PyEval_GetBuiltins();
        for (int i = 0; i < 3 && iter->others[i].tag != GS_UNSET; i++)
            if (!(others[i] = iterator_of(user, iter->others[i].iter)))
                goto done;
        PyObject *make = PyDict_GetItemString(builtins, iter->step ? "enumerate" : "zip");
        result = iter->step ? PyObject_CallFunction(make, "OL", others[0], (long long)iter->at)
                            : PyObject_CallFunctionObjArgs(make, others[0], others[1], others[2],
                                                           NULL);
    done:
        for (int i = 0; i < 3; i++)
            Py_XDECREF(others[i]);
        return result;
    }
    if (iter->kind == GS_ITER_RANGE) {
        over = range_of(iter);
    } else if (iter->kind == GS_ITER_CHARS) {
        struct gs_str *s = iter->over.str;
        over = PyUnicode_DecodeUTF8(s->data + iter->at, (Py_ssize_t)s->len - iter->at, NULL);
    } else {
        over = gs_to_python(user, iter->over, true);
        if (over && iter->kind == GS_ITER_DICT && iter->part > 0)
            Py_SETREF(over, PyObject_CallMethod(over, iter->part == 1 ? "values" : "items", NULL));
    }
    result = over ? PyObject_GetIter(over) : NULL;
    Py_XDECREF(over);
    if (iter->kind == GS_ITER_RANGE || iter->kind == GS_ITER_CHARS)
        return result;
    for (int64_t i = 0; result && i < iter->at; i++) {
        PyObject *skipped = PyIter_Next(result);
        if (!skipped)
            break;
        Py_DECREF(skipped);
    }
    return result;
}

PyObject *gs_to_python(struct gs_py_user *user, struct gs_value v, bool escapes)
{
    switch ((enum gs_tag)v.tag) {
    case GS_NONE:
        Py_RETURN_NONE;
    case GS_BOOL:
        return PyBool_FromLong(v.i != 0);
    case GS_INT:
        return PyLong_FromLongLong(v.i);
    case GS_FLOAT:
        return PyFloat_FromDouble(v.f);
    case GS_STR:
        return text_of(v.str);
    case GS_BYTES:
        return PyBytes_FromStringAndSize(v.str->data, v.str->len);
    case GS_TUPLE:
    case GS_LIST:
    case GS_DICT:
        return container_of(user, v, escapes);
    case GS_VIEW:
        if (gs_json_touch(v.view))
            return gs_to_python(user, v.view->value, escapes);
        return PyErr_NoMemory();
    case GS_REPLY:
        if (!gs_is_gone(v.object)) {
            PyObject *response = user ? gs_response_of_reply(user, v.reply) : NULL;
            if (!response)
                return NULL;
            int rc = become(v, &v.reply->python, response, &user->lane->lane->trash);
            Py_DECREF(response);
            if (rc != 0)
                return NULL;
        }
        return Py_NewRef((PyObject *)v.reply->python->python);
    case GS_ITER:
        return iterator_of(user, v.iter);
    case GS_PYTHON:
        return Py_NewRef((PyObject *)v.pyref->python);
    case GS_UNSET:
        break;
    }
    PyErr_SetString(PyExc_UnboundLocalError, "a local variable is not bound to a value");
    return NULL;
}

// ---- of Python --------------------------------------------------------------------------------

// Str, numbers and the like; false: something else.
static bool plain_of(PyObject *object, struct gs_value *out)
{
    if (object == Py_None) {
        *out = GS_NONE_VALUE;
    } else if (PyBool_Check(object)) {
        *out = GS_BOOL_VALUE(object == Py_True);
    } else if (PyLong_CheckExact(object)) {
        int overflow;
        long long i = PyLong_AsLongLongAndOverflow(object, &overflow);
        if (overflow)
            return false;
        *out = GS_INT_VALUE(i);
    } else if (PyFloat_CheckExact(object)) {
        *out = GS_FLOAT_VALUE(PyFloat_AS_DOUBLE(object));
    } else if (PyUnicode_CheckExact(object)) {
        Py_ssize_t len;
        const char *text = PyUnicode_AsUTF8AndSize(object, &len);
        if (!text) { // lone surrogates
            PyErr_Clear();
            return false;
        }
        *out = gs_str_new(text, (size_t)len, (size_t)PyUnicode_GET_LENGTH(object));
    } else if (PyBytes_CheckExact(object)) {
        *out = gs_bytes_new(PyBytes_AS_STRING(object), (size_t)PyBytes_GET_SIZE(object));
    } else {
        return false;
    }
    if (out->tag == GS_UNSET)
        PyErr_NoMemory();
    return true;
}

struct gs_value gs_of_python(PyObject *object, struct gs_pyref **trash)
{
    struct gs_value v;
    return plain_of(object, &v) ? v : gs_reference_to(object, trash);
}

static struct gs_value copy(PyObject *object, struct gs_pyref **trash, bool origin, int depth);

static struct gs_value copy_sequence(PyObject *object, struct gs_pyref **trash, bool origin,
                                     int depth)
{
    enum gs_tag tag = PyTuple_CheckExact(object) ? GS_TUPLE : GS_LIST;
    Py_ssize_t count = PySequence_Fast_GET_SIZE(object);
    struct gs_list *list = gs_list_new(tag, (uint32_t)count);
    struct gs_value v = GS_VALUE(tag, list, list);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        struct gs_value item = copy(PySequence_Fast_GET_ITEM(object, i), trash, origin, depth + 1);
        if (item.tag == GS_UNSET) {
            gs_drop(v);
            return item;
        }
        gs_list_push(list, item);
    }
    if (!list)
        PyErr_NoMemory();
    else if (origin)
        list->python = pyref_new(object, trash);
    return list ? v : (struct gs_value){.tag = GS_UNSET};
}

// Whether every key is one that this floor keeps.
static bool has_plain_keys(PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t at = 0;
    while (PyDict_Next(dict, &at, &key, &value)) {
        struct gs_value k;
        if (!plain_of(key, &k))
            return false;
        bool fits = gs_is_key(k);
        gs_drop(k);
        if (!fits)
            return false;
    }
    return true;
}

static struct gs_value copy_dict(PyObject *object, struct gs_pyref **trash, bool origin, int depth)
{
    PyObject *key, *value;
    Py_ssize_t at = 0;
    struct gs_dict *dict = gs_dict_new();
    struct gs_value v = GS_VALUE(GS_DICT, dict, dict);
    while (dict && PyDict_Next(object, &at, &key, &value)) {
        struct gs_value k = {.tag = GS_UNSET}, item;
        plain_of(key, &k);
        item = copy(value, trash, origin, depth + 1);
        bool ok = k.tag != GS_UNSET && item.tag != GS_UNSET && gs_dict_set(dict, k, item);
        gs_drop(k);
        gs_drop(item);
        if (!ok) {
            gs_drop(v);
            return (struct gs_value){.tag = GS_UNSET};
        }
    }
    if (!dict)
        PyErr_NoMemory();
    else if (origin)
        dict->python = pyref_new(object, trash);
    return dict ? v : (struct gs_value){.tag = GS_UNSET};
}

static struct gs_value copy(PyObject *object, struct gs_pyref **trash, bool origin, int depth)
{
    if (depth < DEPTH_MAX && (PyList_CheckExact(object) || PyTuple_CheckExact(object)))
        return copy_sequence(object, trash, origin, depth);
    if (depth < DEPTH_MAX && PyDict_CheckExact(object) && has_plain_keys(object))
        return copy_dict(object, trash, origin, depth);
    return gs_of_python(object, trash);
}

struct gs_value gs_copy_of_python(PyObject *object, struct gs_pyref **trash, bool origin)
{
    return copy(object, trash, origin, 0);
}
