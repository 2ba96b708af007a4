#include "py/program.h"

#include "plan/builder.h"
#include "plan/native.h"
#include "py/convert.h"
#include "py/shared.h"

struct program_object {
    PyObject_HEAD struct gs_program program;
    PyObject *islands; // tuple of functions
    PyObject *needs;   // list of the objects that constants refer to
};

// ---- building ---------------------------------------------------------------------------------

struct building {
    struct gs_builder builder;
    PyObject *needs;
};

static uint32_t need_of(struct gs_builder *builder, const struct gs_pyref *pyref)
{
    struct building *b = (struct building *)builder;
    PyObject *object = pyref->python;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(b->needs); i++)
        if (PyList_GET_ITEM(b->needs, i) == object)
            return (uint32_t)i;
    PyObject *name = PyObject_GetAttrString(object, "__qualname__");
    if (!name || !PyUnicode_Check(name)) {
        PyErr_Clear();
        Py_XDECREF(name);
        name = PyUnicode_FromFormat("<%s>", Py_TYPE(object)->tp_name);
    }
    Py_ssize_t len;
    const char *text = name ? PyUnicode_AsUTF8AndSize(name, &len) : NULL;
    uint32_t need = GS_NO_NEED;
    if (text && PyList_Append(b->needs, object) == 0)
        need = gs_builder_need(builder, text, (size_t)len);
    PyErr_Clear();
    Py_XDECREF(name);
    return need;
}

static int add_constants(struct building *b, PyObject *list)
{
    struct gs_pyref *trash = NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *object;
        int copied;
        if (!PyArg_ParseTuple(PyList_GET_ITEM(list, i), "Op", &object, &copied))
            return -1;
        struct gs_value v =
                copied ? gs_copy_of_python(object, &trash, true) : gs_reference_to(object, &trash);
        if (v.tag == GS_UNSET)
            return -1;
        gs_builder_constant(&b->builder, v);
        gs_drop(v);
    }
    gs_empty_trash(&trash);
    return PyErr_Occurred() ? -1 : 0;
}

static int add_functions(struct building *b, PyObject *list)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        struct gs_function f = {0};
        const char *code, *lines, *handlers;
        Py_ssize_t code_len, lines_len, handlers_len;
        if (!PyArg_ParseTuple(PyList_GET_ITEM(list, i), "HHIHHy#y#y#", &f.name, &f.file,
                              &f.first_line, &f.params, &f.registers, &code, &code_len, &lines,
                              &lines_len, &handlers, &handlers_len))
            return -1;
        f.code_count = (uint32_t)((size_t)code_len / sizeof(struct gs_instr));
        f.handler_count = (uint32_t)((size_t)handlers_len / sizeof(struct gs_handler));
        if ((size_t)lines_len != f.code_count * sizeof(uint32_t)) {
            PyErr_SetString(PyExc_ValueError, "as many lines as instructions");
            return -1;
        }
        gs_builder_function(&b->builder, f, (const void *)code, (const void *)lines,
                            (const void *)handlers);
    }
    return 0;
}

static int add_sites(struct building *b, PyObject *list)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        struct gs_site site = {0};
        const char *words;
        Py_ssize_t count;
        int unused;
        if (!PyArg_ParseTuple(PyList_GET_ITEM(list, i), "Hpy#", &site.method, &unused, &words,
                              &count))
            return -1;
        if (count > GS_SITE_ARGS_MAX) {
            PyErr_SetString(PyExc_ValueError, "too many arguments of a request");
            return -1;
        }
        site.count = (uint8_t)count;
        site.unused = unused != 0;
        memcpy(site.words, words, (size_t)count);
        gs_builder_site(&b->builder, &site);
    }
    return 0;
}

static int add_slots(struct building *b, int owner, PyObject *names)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(names); i++) {
        Py_ssize_t len;
        const char *name = PyUnicode_AsUTF8AndSize(PyList_GET_ITEM(names, i), &len);
        if (!name)
            return -1;
        gs_builder_slot(&b->builder, owner, name, (size_t)len);
    }
    return 0;
}

static int load(struct program_object *self, struct building *b)
{
    struct gs_buf bytes = GS_BUF_EMPTY;
    int rc = gs_builder_finish(&b->builder, &bytes);
    const char *why =
            rc == 0 ? gs_program_load(&self->program, bytes.data, bytes.len) : "no memory";
    gs_buf_fini(&bytes);
    if (why) {
        PyErr_Format(PyExc_ValueError, "the program is not sound: %s", why);
        return -1;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(self->needs); i++)
        self->program.pyrefs[i].python = PyList_GET_ITEM(self->needs, i);
    return 0;
}

static PyObject *new (PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"constants",  "functions", "sites", "set_slots",
                            "user_slots", "islands",   NULL};
    PyObject *constants, *functions, *sites, *set_slots, *user_slots, *islands;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O!O!O!O!O!O!", names, &PyList_Type,
                                     &constants, &PyList_Type, &functions, &PyList_Type, &sites,
                                     &PyList_Type, &set_slots, &PyList_Type, &user_slots,
                                     &PyTuple_Type, &islands))
        return NULL;
    struct program_object *self = (struct program_object *)type->tp_alloc(type, 0);
    if (!self)
        return NULL;
    self->islands = Py_NewRef(islands);
    self->needs = PyList_New(0);
    struct building b = {.needs = self->needs};
    gs_builder_init(&b.builder);
    b.builder.need_of = need_of;
    b.builder.island_count = (uint32_t)PyTuple_GET_SIZE(islands);
    int rc = !self->needs || add_constants(&b, constants) != 0 || add_sites(&b, sites) != 0 ||
                             add_slots(&b, GS_OWNER_SET, set_slots) != 0 ||
                             add_slots(&b, GS_OWNER_USER, user_slots) != 0 ||
                             add_functions(&b, functions) != 0 || load(self, &b) != 0
                     ? -1
                     : 0;
    gs_builder_fini(&b.builder);
    if (rc == 0)
        return (PyObject *)self;
    Py_DECREF(self);
    return NULL;
}

static void dealloc(struct program_object *self)
{
    gs_program_unload(&self->program);
    Py_XDECREF(self->islands);
    Py_XDECREF(self->needs);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

// ---- for others -------------------------------------------------------------------------------

const struct gs_program *gs_program_of(PyObject *object)
{
    if (PyObject_TypeCheck(object, &gs_program_type))
        return &((struct program_object *)object)->program;
    PyErr_SetString(PyExc_TypeError, "a program is a goose._engine.Program");
    return NULL;
}

PyObject *gs_program_island(PyObject *object, uint32_t island)
{
    return PyTuple_GET_ITEM(((struct program_object *)object)->islands, island);
}

PyObject *gs_program_native(uint32_t native)
{
    return PyDict_GetItemString(gs_py.natives, gs_native_name(native));
}

static PyObject *print(struct program_object *self, PyObject *args)
{
    unsigned int function;
    struct gs_buf out = GS_BUF_EMPTY;
    if (!PyArg_ParseTuple(args, "I", &function))
        return NULL;
    if (function >= self->program.function_count) {
        PyErr_SetString(PyExc_IndexError, "no such function");
        return NULL;
    }
    int rc = gs_program_print(&self->program, function, &out);
    PyObject *text =
            rc == 0 ? PyUnicode_DecodeUTF8(out.data ? out.data : "", (Py_ssize_t)out.len, "replace")
                    : PyErr_NoMemory();
    gs_buf_fini(&out);
    return text;
}

// Its bytes: what can be sent elsewhere.
static PyObject *bytes_of(struct program_object *self, PyObject *unused)
{
    (void)unused;
    return PyBytes_FromStringAndSize(self->program.bytes, (Py_ssize_t)self->program.len);
}

static int put(PyObject *dict, const char *key, PyObject *value)
{
    int rc = value ? PyDict_SetItemString(dict, key, value) : -1;
    Py_XDECREF(value);
    return rc;
}

PyObject *gs_program_tables(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    PyObject *ops = PyDict_New(), *natives = PyDict_New(), *words = PyDict_New();
    int rc = ops && natives && words ? 0 : -1;
    for (int i = 0; rc == 0 && i < GS_OP_COUNT; i++)
        rc = put(ops, gs_op_name(i), Py_BuildValue("(is)", i, gs_op_operands(i)));
    for (int i = 0; rc == 0 && i < GS_NATIVE_COUNT; i++) {
        unsigned least, most;
        const char *python = gs_native_python(i, &least, &most);
        rc = put(natives, python, Py_BuildValue("(iII)", i, least, most));
    }
    for (int i = 0; rc == 0 && i < GS_WORD_COUNT; i++)
        rc = put(words, gs_word_name(i), PyLong_FromLong(i));
    PyObject *names = rc == 0 ? PyList_New(0) : NULL;
    for (int i = 0; names && i < GS_NATIVE_COUNT; i++) {
        PyObject *name = PyUnicode_FromString(gs_native_name(i));
        if (!name || PyList_Append(names, name) != 0)
            Py_CLEAR(names);
        Py_XDECREF(name);
    }
    PyObject *tables = names ? Py_BuildValue("{sOsOsOsN}", "ops", ops, "natives", natives, "words",
                                             words, "native_names", names)
                             : NULL;
    Py_XDECREF(ops);
    Py_XDECREF(natives);
    Py_XDECREF(words);
    return tables;
}

static PyMethodDef methods[] = {
        {"print", (PyCFunction)print, METH_VARARGS, "print(function): its code, as text."},
        {"bytes", (PyCFunction)bytes_of, METH_NOARGS, "The program as data."},
        {NULL, NULL, 0, NULL},
};

PyTypeObject gs_program_type = {
        PyVarObject_HEAD_INIT(NULL, 0).tp_name = "goose._engine.Program",
        .tp_basicsize = sizeof(struct program_object),
        .tp_new = new,
        .tp_dealloc = (destructor)dealloc,
        .tp_flags = Py_TPFLAGS_DEFAULT,
        .tp_doc = "Compiled task functions of a user class.",
        .tp_methods = methods,
};
