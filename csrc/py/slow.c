#include "py/slow.h"

#include "plan/native.h"
#include "py/client.h"
#include "py/convert.h"
#include "py/program.h"
#include "py/shared.h"

struct slow {
    struct gs_py_user *user;
    struct gs_vm *vm;
    const struct gs_instr *in;
};

// ---- operands ---------------------------------------------------------------------------------

static PyObject *object_of(struct slow *s, uint16_t operand, bool escapes)
{
    return gs_to_python(s->user, gs_vm_value(s->vm, operand), escapes);
}

static PyObject *text_of(struct slow *s, uint16_t constant)
{
    return gs_to_python(s->user, s->vm->program->constants[constant], false);
}

static int give(struct slow *s, PyObject *result)
{
    if (!result)
        return -1;
    struct gs_value v = gs_of_python(result, &s->user->lane->lane->trash);
    Py_DECREF(result);
    if (v.tag == GS_UNSET)
        return -1;
    gs_vm_give(s->vm, v);
    return 0;
}

static int pass(struct slow *s, int rc)
{
    if (rc < 0)
        return -1;
    gs_vm_pass(s->vm);
    return 0;
}

// `count` registers from `first` on, as a tuple.
static PyObject *tuple_of(struct slow *s, uint16_t first, uint32_t count)
{
    PyObject *tuple = PyTuple_New(count);
    for (uint32_t i = 0; tuple && i < count; i++) {
        PyObject *item = object_of(s, (uint16_t)(first + i), true);
        if (!item)
            Py_CLEAR(tuple);
        else
            PyTuple_SET_ITEM(tuple, i, item);
    }
    return tuple;
}

// ---- operators --------------------------------------------------------------------------------

static PyObject *power(PyObject *a, PyObject *b)
{
    return PyNumber_Power(a, b, Py_None);
}

static PyObject *power_in_place(PyObject *a, PyObject *b)
{
    return PyNumber_InPlacePower(a, b, Py_None);
}

static PyObject *binary(unsigned op, PyObject *a, PyObject *b)
{
    static const binaryfunc plain[] = {PyNumber_Add,
                                       PyNumber_Subtract,
                                       PyNumber_Multiply,
                                       PyNumber_TrueDivide,
                                       PyNumber_FloorDivide,
                                       PyNumber_Remainder,
                                       power,
                                       PyNumber_Lshift,
                                       PyNumber_Rshift,
                                       PyNumber_And,
                                       PyNumber_Or,
                                       PyNumber_Xor,
                                       PyNumber_MatrixMultiply};
    static const binaryfunc in_place[] = {PyNumber_InPlaceAdd,
                                          PyNumber_InPlaceSubtract,
                                          PyNumber_InPlaceMultiply,
                                          PyNumber_InPlaceTrueDivide,
                                          PyNumber_InPlaceFloorDivide,
                                          PyNumber_InPlaceRemainder,
                                          power_in_place,
                                          PyNumber_InPlaceLshift,
                                          PyNumber_InPlaceRshift,
                                          PyNumber_InPlaceAnd,
                                          PyNumber_InPlaceOr,
                                          PyNumber_InPlaceXor,
                                          PyNumber_InPlaceMatrixMultiply};
    return op & GS_IN_PLACE ? in_place[op & ~(unsigned)GS_IN_PLACE](a, b) : plain[op](a, b);
}

static PyObject *unary(unsigned op, PyObject *v)
{
    return op == GS_NEG   ? PyNumber_Negative(v)
           : op == GS_POS ? PyNumber_Positive(v)
                          : PyNumber_Invert(v);
}

static PyObject *compare(unsigned op, PyObject *a, PyObject *b)
{
    static const int rich[] = {Py_EQ, Py_NE, Py_LT, Py_LE, Py_GT, Py_GE};
    if (op <= GS_GE)
        return PyObject_RichCompare(a, b, rich[op]);
    if (op == GS_IS || op == GS_IS_NOT)
        return PyBool_FromLong((a == b) == (op == GS_IS));
    int found = PySequence_Contains(b, a);
    return found < 0 ? NULL : PyBool_FromLong(found == (op == GS_IN));
}

static PyObject *two(struct slow *s, PyObject *(*op)(unsigned, PyObject *, PyObject *))
{
    PyObject *a = object_of(s, s->in->b, s->in->n & GS_IN_PLACE);
    PyObject *b = a ? object_of(s, s->in->c, false) : NULL;
    PyObject *result = b ? op(s->in->n, a, b) : NULL;
    Py_XDECREF(a);
    Py_XDECREF(b);
    return result;
}

static int truth(struct slow *s, uint16_t operand)
{
    PyObject *v = object_of(s, operand, false);
    int rc = v ? PyObject_IsTrue(v) : -1;
    Py_XDECREF(v);
    return rc;
}

static int branch(struct slow *s, bool when)
{
    int rc = truth(s, s->in->a);
    if (rc < 0)
        return -1;
    if ((rc != 0) == when)
        gs_vm_jump(s->vm);
    else
        gs_vm_pass(s->vm);
    return 0;
}

// ---- attributes and items ---------------------------------------------------------------------

static int no_local(struct slow *s)
{
#if PY_VERSION_HEX >= 0x030b0000
    const char *text = s->in->n ? "cannot access free variable '%U' where it is not associated "
                                  "with a value in enclosing scope"
                                : "cannot access local variable '%U' where it is not associated "
                                  "with a value";
#else
    const char *text =
            s->in->n ? "free variable '%U' referenced before assignment in enclosing scope"
                     : "local variable '%U' referenced before assignment";
#endif
    PyObject *name = text_of(s, s->in->b);
    if (name)
        PyErr_Format(s->in->n ? PyExc_NameError : PyExc_UnboundLocalError, text, name);
    Py_XDECREF(name);
    return -1;
}

static int no_attribute(struct slow *s)
{
    struct gs_runner *runner = s->user->user->runner;
    const struct gs_program *program = s->vm->program;
    uint32_t slot = s->in->b + (s->in->n == GS_OWNER_USER ? program->slot_count[0] : 0);
    const struct gs_level *level = runner->life.level;
    const struct gs_task_set *set = s->in->n == GS_OWNER_USER ? runner->klass->tasks
                                    : s->in->n == GS_OWNER_OUTER && level->outer ? level->outer->set
                                                                                 : level->set;
    const char *name = program->slot_names[slot].str->data;
    if (s->in->op == GS_OP_SELF_DEL && PY_VERSION_HEX < 0x030b0000)
        PyErr_SetString(PyExc_AttributeError, name);
    else
        PyErr_Format(PyExc_AttributeError, "'%s' object has no attribute '%s'",
                     ((PyTypeObject *)set->python)->tp_name, name);
    return -1;
}

static int set_attribute(struct slow *s)
{
    PyObject *object = object_of(s, s->in->a, true), *name = text_of(s, s->in->b);
    PyObject *value = object && name ? object_of(s, s->in->c, true) : NULL;
    int rc = value ? PyObject_SetAttr(object, name, value) : -1;
    Py_XDECREF(object);
    Py_XDECREF(name);
    Py_XDECREF(value);
    return pass(s, rc);
}

static PyObject *get_attribute(struct slow *s)
{
    PyObject *object = object_of(s, s->in->b, true), *name = text_of(s, s->in->c);
    PyObject *result = object && name ? PyObject_GetAttr(object, name) : NULL;
    Py_XDECREF(object);
    Py_XDECREF(name);
    return result;
}

static PyObject *get_item(struct slow *s)
{
    PyObject *object = object_of(s, s->in->b, false), *at = object_of(s, s->in->c, false);
    PyObject *result = object && at ? PyObject_GetItem(object, at) : NULL;
    Py_XDECREF(object);
    Py_XDECREF(at);
    return result;
}

static int set_item(struct slow *s, bool delete)
{
    PyObject *object = object_of(s, s->in->a, true);
    PyObject *at = object ? object_of(s, s->in->b, true) : NULL;
    PyObject *value = at && !delete ? object_of(s, s->in->c, true) : NULL;
    int rc = !at || (!delete &&!value) ? -1
             : delete                  ? PyObject_DelItem(object, at)
                                       : PyObject_SetItem(object, at, value);
    Py_XDECREF(object);
    Py_XDECREF(at);
    Py_XDECREF(value);
    return pass(s, rc);
}

static PyObject *walk(struct slow *s)
{
    PyObject *at = object_of(s, s->in->b, true);
    for (uint32_t i = 0; at && i < s->in->n; i++) {
        PyObject *step = object_of(s, (uint16_t)(s->in->c + i), false);
        Py_SETREF(at, step ? PyObject_GetItem(at, step) : NULL);
        Py_XDECREF(step);
    }
    return at;
}

static PyObject *slice(struct slow *s)
{
    PyObject *bounds[3] = {NULL, NULL, NULL}, *result = NULL;
    PyObject *object = object_of(s, s->in->b, false);
    bool ok = object != NULL;
    for (uint32_t i = 0; ok && i < 3; i++) {
        struct gs_value v = *gs_vm_register(s->vm, (uint16_t)(s->in->c + i));
        bounds[i] = v.tag == GS_UNSET ? Py_NewRef(Py_None) : gs_to_python(s->user, v, false);
        ok = bounds[i] != NULL;
    }
    PyObject *key = ok ? PySlice_New(bounds[0], bounds[1], bounds[2]) : NULL;
    if (key)
        result = PyObject_GetItem(object, key);
    Py_XDECREF(key);
    Py_XDECREF(object);
    for (int i = 0; i < 3; i++)
        Py_XDECREF(bounds[i]);
    return result;
}

// ---- displays and text ------------------------------------------------------------------------

static PyObject *dict_of(struct slow *s)
{
    PyObject *dict = PyDict_New();
    for (uint32_t i = 0; dict && i < s->in->n; i++) {
        PyObject *key = object_of(s, (uint16_t)(s->in->b + 2 * i), true);
        PyObject *value = key ? object_of(s, (uint16_t)(s->in->b + 2 * i + 1), true) : NULL;
        if (!value || PyDict_SetItem(dict, key, value) != 0)
            Py_CLEAR(dict);
        Py_XDECREF(key);
        Py_XDECREF(value);
    }
    return dict;
}

// [*other]
static int extend(struct slow *s)
{
    PyObject *list = object_of(s, s->in->a, true);
    PyObject *other = list ? object_of(s, s->in->b, true) : NULL;
    PyObject *done = NULL;
    if (other && !Py_TYPE(other)->tp_iter && !PySequence_Check(other))
        PyErr_Format(PyExc_TypeError, "Value after * must be an iterable, not %.200s",
                     Py_TYPE(other)->tp_name);
    else if (other)
        done = PyObject_CallMethod(list, "extend", "(O)", other);
    Py_XDECREF(list);
    Py_XDECREF(other);
    Py_XDECREF(done);
    return pass(s, done ? 0 : -1);
}

// {**other}
static int merge(struct slow *s)
{
    PyObject *dict = object_of(s, s->in->a, true);
    PyObject *other = dict ? object_of(s, s->in->b, true) : NULL;
    int rc = other ? PyDict_Update(dict, other) : -1;
    if (other && rc != 0 && PyErr_ExceptionMatches(PyExc_AttributeError))
        PyErr_Format(PyExc_TypeError, "'%.200s' object is not a mapping", Py_TYPE(other)->tp_name);
    Py_XDECREF(dict);
    Py_XDECREF(other);
    return pass(s, rc);
}

// list.append and its like on a display under construction.
static int add_to(struct slow *s, const char *method, bool pair)
{
    PyObject *object = object_of(s, s->in->a, true), *result = NULL;
    PyObject *item = object ? object_of(s, s->in->b, true) : NULL;
    if (item && !pair) {
        result = PyObject_CallMethod(object, method, "(O)", item);
    } else if (item) {
        PyObject *value = object_of(s, s->in->c, true);
        if (value && PyObject_SetItem(object, item, value) == 0)
            result = Py_NewRef(Py_None);
        Py_XDECREF(value);
    }
    Py_XDECREF(object);
    Py_XDECREF(item);
    Py_XDECREF(result);
    return pass(s, result ? 0 : -1);
}

static PyObject *concat(struct slow *s)
{
    PyObject *whole = PyUnicode_FromString("");
    for (uint32_t i = 0; whole && i < s->in->n; i++) {
        PyObject *piece = object_of(s, (uint16_t)(s->in->b + i), false);
        PyObject *text = piece ? PyObject_Format(piece, NULL) : NULL;
        Py_SETREF(whole, text ? PyUnicode_Concat(whole, text) : NULL);
        Py_XDECREF(piece);
        Py_XDECREF(text);
    }
    return whole;
}

static PyObject *format(struct slow *s)
{
    PyObject *v = object_of(s, s->in->b, false), *spec = text_of(s, s->in->c);
    if (v && s->in->n)
        Py_SETREF(v, s->in->n == 's'   ? PyObject_Str(v)
                     : s->in->n == 'r' ? PyObject_Repr(v)
                                       : PyObject_ASCII(v));
    PyObject *result = v && spec ? PyObject_Format(v, spec) : NULL;
    Py_XDECREF(v);
    Py_XDECREF(spec);
    return result;
}

static PyObject *percent(struct slow *s)
{
    PyObject *v = object_of(s, s->in->b, false), *spec = text_of(s, s->in->c);
    PyObject *one = !v || !spec ? NULL : s->in->n ? Py_NewRef(v) : PyTuple_Pack(1, v);
    PyObject *result = one ? PyUnicode_Format(spec, one) : NULL;
    Py_XDECREF(v);
    Py_XDECREF(spec);
    Py_XDECREF(one);
    return result;
}

static int unpack(struct slow *s)
{
    PyObject *v = object_of(s, s->in->b, true);
    if (v && !Py_TYPE(v)->tp_iter && !PySequence_Check(v)) {
        PyErr_Format(PyExc_TypeError, "cannot unpack non-iterable %.200s object",
                     Py_TYPE(v)->tp_name);
        Py_CLEAR(v);
    }
    PyObject *items = v ? PyObject_CallFunction(gs_py.unpack, "OI", v, (unsigned)s->in->n) : NULL;
    Py_XDECREF(v);
    for (uint32_t i = 0; items && i < s->in->n; i++) {
        struct gs_value item =
                gs_of_python(PyTuple_GET_ITEM(items, i), &s->user->lane->lane->trash);
        gs_put(gs_vm_register(s->vm, (uint16_t)(s->in->a + i)), item);
    }
    Py_XDECREF(items);
    return pass(s, items ? 0 : -1);
}

static PyObject *iterator(struct slow *s)
{
    PyObject *v = object_of(s, s->in->b, true);
    PyObject *result = v ? PyObject_GetIter(v) : NULL;
    Py_XDECREF(v);
    return result;
}

static int next(struct slow *s)
{
    struct gs_value *reg = gs_vm_register(s->vm, s->in->b);
    PyObject *iter = object_of(s, s->in->b, true);
    if (!iter)
        return -1;
    if (reg->tag == GS_ITER) // from here on Python walks
        gs_put(reg, gs_reference_to(iter, &s->user->lane->lane->trash));
    PyObject *item = PyIter_Next(iter);
    Py_DECREF(iter);
    if (item)
        return give(s, item);
    if (PyErr_Occurred())
        return -1;
    gs_vm_jump(s->vm);
    return 0;
}

// ---- calls ------------------------------------------------------------------------------------

static PyObject *call_native(struct slow *s)
{
    PyObject *function = gs_program_native(s->in->c);
    PyObject *args = function ? tuple_of(s, s->in->b, s->in->n) : NULL;
    PyObject *result = args ? PyObject_Call(function, args, NULL) : NULL;
    Py_XDECREF(args);
    return result;
}

// object.a.b: a "!" behind a name stands for what is walked over at once (dict.items).
static PyObject *find_method(PyObject *object, const char *path)
{
    PyObject *at = Py_NewRef(object);
    while (at && *path) {
        size_t len = strcspn(path, ".!");
        PyObject *name = PyUnicode_FromStringAndSize(path, (Py_ssize_t)len);
        Py_SETREF(at, name ? PyObject_GetAttr(at, name) : NULL);
        Py_XDECREF(name);
        path += len;
        path += *path != '\0';
    }
    return at;
}

static PyObject *call_method_of(struct slow *s, PyObject *object)
{
    PyObject *method =
            object ? find_method(object, s->vm->program->constants[s->in->c].str->data) : NULL;
    PyObject *args = method ? tuple_of(s, (uint16_t)(s->in->b + 1), s->in->n - 1U) : NULL;
    PyObject *result = args ? PyObject_Call(method, args, NULL) : NULL;
    Py_XDECREF(object);
    Py_XDECREF(method);
    Py_XDECREF(args);
    return result;
}

// Whether the vm has declined most likely because the method raises (pop of an empty list).
static bool most_likely_raises(struct slow *s)
{
    static const char *const names[] = {"pop", "remove", "index"};
    struct gs_value v = gs_vm_value(s->vm, s->in->b);
    if ((v.tag != GS_LIST && v.tag != GS_DICT) || gs_is_gone(v.object))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], s->vm->program->constants[s->in->c].str->data) == 0)
            return true;
    return false;
}

// An error is found out on a copy: the list stays the program's own.
static PyObject *call_method(struct slow *s)
{
    if (most_likely_raises(s)) {
        PyObject *result = call_method_of(s, object_of(s, s->in->b, false));
        if (!result)
            return NULL;
        Py_DECREF(result);
    }
    return call_method_of(s, object_of(s, s->in->b, true));
}

static PyObject *call_python(struct slow *s)
{
    const struct gs_list *names = NULL;
    if (s->in->c != GS_NO_OPERAND)
        names = gs_vm_value(s->vm, s->in->c).list;
    uint32_t named = names ? names->count : 0, positional = s->in->n - 1U - named;
    PyObject *function = object_of(s, s->in->b, true);
    PyObject *args = function ? tuple_of(s, (uint16_t)(s->in->b + 1), positional) : NULL;
    PyObject *keywords = args && named ? PyDict_New() : NULL;
    bool ok = args && (keywords || !named);
    for (uint32_t i = 0; ok && i < named; i++) {
        PyObject *value = object_of(s, (uint16_t)(s->in->b + 1 + positional + i), true);
        ok = value && PyDict_SetItemString(keywords, names->items[i].str->data, value) == 0;
        Py_XDECREF(value);
    }
    PyObject *result = ok ? PyObject_Call(function, args, keywords) : NULL;
    Py_XDECREF(function);
    Py_XDECREF(args);
    Py_XDECREF(keywords);
    return result;
}

static PyObject *call_island(struct slow *s)
{
    PyObject *function = gs_program_island(s->user->klass->program, s->in->c);
    PyObject *args[64];
    uint32_t count = s->in->n, made = 0;
    PyObject *result = NULL;
    if (count > 64) {
        PyErr_SetString(PyExc_SystemError, "an island with more than 64 values");
        return NULL;
    }
    for (; made < count; made++) {
        struct gs_value v = *gs_vm_register(s->vm, (uint16_t)(s->in->b + made));
        args[made] = v.tag == GS_UNSET ? Py_NewRef(gs_py.unbound) : gs_to_python(s->user, v, true);
        if (!args[made])
            break;
    }
    if (made == count)
        result = PyObject_Vectorcall(function, args, count, NULL);
    for (uint32_t i = 0; i < made; i++)
        Py_DECREF(args[i]);
    return result;
}

// ---- exceptions -------------------------------------------------------------------------------

static int raise_error(struct slow *s)
{
    PyObject *error = object_of(s, s->in->a, true), *cause = NULL;
    if (error && s->in->b != GS_NO_OPERAND && !(cause = object_of(s, s->in->b, true)))
        Py_CLEAR(error);
    PyObject *made =
            error ? PyObject_CallFunctionObjArgs(gs_py.make_error, error, cause, NULL) : NULL;
    if (made)
        PyErr_SetObject((PyObject *)Py_TYPE(made), made);
    Py_XDECREF(error);
    Py_XDECREF(cause);
    Py_XDECREF(made);
    return -1;
}

static int raise_again(struct slow *s)
{
    PyObject *error = object_of(s, s->in->a, true);
    if (error)
        PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    Py_XDECREF(error);
    return -1;
}

static PyObject *match(struct slow *s)
{
    PyObject *error = object_of(s, s->in->b, true);
    PyObject *kinds = error ? object_of(s, s->in->c, true) : NULL;
    PyObject *result =
            kinds ? PyObject_CallFunctionObjArgs(gs_py.is_error, error, kinds, NULL) : NULL;
    Py_XDECREF(error);
    Py_XDECREF(kinds);
    return result;
}

static PyObject *leave(struct slow *s)
{
    PyObject *manager = object_of(s, s->in->b, true);
    PyObject *error = manager ? object_of(s, s->in->c, true) : NULL;
    PyObject *result = error ? PyObject_CallMethod(manager, "__exit__", "OOO",
                                                   (PyObject *)Py_TYPE(error), error, Py_None)
                             : NULL;
    Py_XDECREF(manager);
    Py_XDECREF(error);
    return result;
}

static int end(unsigned how)
{
    switch ((enum gs_ending)how) {
    case GS_END_USER:
        PyErr_SetNone(gs_py.StopUser);
        break;
    case GS_END_INTERRUPT:
    case GS_END_INTERRUPT_NOW: {
        PyObject *error =
                PyObject_CallFunction(gs_py.InterruptTaskSet, "i", how == GS_END_INTERRUPT_NOW);
        if (error)
            PyErr_SetObject((PyObject *)Py_TYPE(error), error);
        Py_XDECREF(error);
        break;
    }
    case GS_END_RESCHEDULE:
        PyErr_SetNone(gs_py.RescheduleTaskImmediately);
        break;
    default:
        PyErr_SetNone(gs_py.RescheduleTask);
    }
    return -1;
}

static int sleep_for(struct slow *s)
{
    PyObject *seconds = object_of(s, s->in->a, false);
    PyObject *result = seconds ? PyObject_CallOneArg(gs_py.sleep, seconds) : NULL;
    Py_XDECREF(seconds);
    Py_XDECREF(result);
    return pass(s, result ? 0 : -1);
}

int gs_slow(struct gs_py_user *user)
{
    struct slow slow = {user, &user->user->runner->now->vm, NULL}, *s = &slow;
    s->in = gs_vm_at(s->vm);
    int rc;
    switch ((enum gs_op)s->in->op) {
    case GS_OP_CHECK:
        return no_local(s);
    case GS_OP_IF:
        return branch(s, true);
    case GS_OP_UNLESS:
        return branch(s, false);
    case GS_OP_NOT:
        rc = truth(s, s->in->b);
        return rc < 0 ? -1 : give(s, PyBool_FromLong(!rc));
    case GS_OP_UNARY: {
        PyObject *v = object_of(s, s->in->b, false);
        PyObject *result = v ? unary(s->in->n, v) : NULL;
        Py_XDECREF(v);
        return give(s, result);
    }
    case GS_OP_BINARY:
        return give(s, two(s, binary));
    case GS_OP_COMPARE:
        return give(s, two(s, compare));
    case GS_OP_SELF_GET:
    case GS_OP_SELF_DEL:
        return no_attribute(s);
    case GS_OP_ATTR:
        return give(s, get_attribute(s));
    case GS_OP_ATTR_SET:
        return set_attribute(s);
    case GS_OP_INDEX:
        return give(s, get_item(s));
    case GS_OP_INDEX_SET:
        return set_item(s, false);
    case GS_OP_INDEX_DEL:
        return set_item(s, true);
    case GS_OP_PATH:
        return give(s, walk(s));
    case GS_OP_SLICE:
        return give(s, slice(s));
    case GS_OP_LIST: {
        PyObject *tuple = tuple_of(s, s->in->b, s->in->n);
        PyObject *list = tuple ? PySequence_List(tuple) : NULL;
        Py_XDECREF(tuple);
        return give(s, list);
    }
    case GS_OP_TUPLE:
        return give(s, tuple_of(s, s->in->b, s->in->n));
    case GS_OP_CLIENT:
        return give(s, Py_XNewRef((PyObject *)gs_hub_client(s->user)));
    case GS_OP_SET: {
        PyObject *tuple = tuple_of(s, s->in->b, s->in->n);
        PyObject *set = tuple ? PySet_New(tuple) : NULL;
        Py_XDECREF(tuple);
        return give(s, set);
    }
    case GS_OP_DICT:
        return give(s, dict_of(s));
    case GS_OP_PUSH:
        return add_to(s, "append", false);
    case GS_OP_EXTEND:
        return extend(s);
    case GS_OP_PAIR:
        return add_to(s, NULL, true);
    case GS_OP_MERGE:
        return merge(s);
    case GS_OP_CONCAT:
        return give(s, concat(s));
    case GS_OP_FORMAT:
        return give(s, format(s));
    case GS_OP_PERCENT:
        return give(s, percent(s));
    case GS_OP_UNPACK:
        return unpack(s);
    case GS_OP_ITER:
        return give(s, iterator(s));
    case GS_OP_NEXT:
        return next(s);
    case GS_OP_CALL:
        return give(s, call_native(s));
    case GS_OP_MEET: {
        PyObject *object = object_of(s, s->in->a, true), *name = text_of(s, s->in->b);
        PyObject *found = object && name ? PyObject_GetAttr(object, name) : NULL;
        Py_XDECREF(object);
        Py_XDECREF(name);
        Py_XDECREF(found);
        return pass(s, found ? 0 : -1);
    }
    case GS_OP_METHOD:
        return give(s, call_method(s));
    case GS_OP_PYCALL:
        return give(s, call_python(s));
    case GS_OP_ISLAND:
        return give(s, call_island(s));
    case GS_OP_INVOKE:
        PyErr_SetString(PyExc_RecursionError, "maximum recursion depth exceeded");
        return -1;
    case GS_OP_SLEEP:
        return sleep_for(s);
    case GS_OP_RAISE:
        return raise_error(s);
    case GS_OP_RERAISE:
        return raise_again(s);
    case GS_OP_MATCH:
        return give(s, match(s));
    case GS_OP_LEAVE:
        return give(s, leave(s));
    case GS_OP_END:
        return end(s->in->n);
    default:
        break;
    }
    PyErr_Format(PyExc_SystemError, "Python cannot stand in for %s", gs_op_name(s->in->op));
    return -1;
}
