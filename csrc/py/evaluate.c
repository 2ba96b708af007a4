#include "py/evaluate.h"

#include "plan/format.h"
#include "plan/json.h"
#include "plan/method.h"
#include "plan/number.h"
#include "plan/text.h"
#include "py/convert.h"

#define ARGS_MAX 16

// ---- primitives as methods --------------------------------------------------------------------

static bool is_text(struct gs_value v)
{
    return v.tag == GS_STR || v.tag == GS_BYTES;
}

static bool do_str(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_buf text = GS_BUF_EMPTY;
    return gs_text_finish(&text, GS_STR, count == 1 && gs_text_str(&text, args[0]), out);
}

static bool do_repr(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_buf text = GS_BUF_EMPTY;
    return gs_text_finish(&text, GS_STR, count == 1 && gs_text_repr(&text, args[0]), out);
}

static bool do_format(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_buf text = GS_BUF_EMPTY;
    bool good = count == 2 && args[1].tag == GS_STR &&
                gs_format_value(&text, args[0], args[1].str->data, args[1].str->len);
    return gs_text_finish(&text, GS_STR, good, out);
}

static bool do_percent(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_buf text = GS_BUF_EMPTY;
    bool good = count == 2 && args[1].tag == GS_STR &&
                gs_format_percent(&text, args[0], args[1].str->data, args[1].str->len);
    return gs_text_finish(&text, GS_STR, good, out);
}

static bool do_json_loads(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    if (count != 1 || args[0].tag != GS_STR)
        return false;
    bool parsed = gs_json_parse(args[0].str->data, args[0].str->len, out);
    if (parsed != gs_json_check(args[0].str->data, args[0].str->len))
        PyErr_SetString(PyExc_AssertionError, "gs_json_check and gs_json_parse differ");
    return parsed;
}

static bool do_json_dumps(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_buf text = GS_BUF_EMPTY;
    return gs_text_finish(&text, GS_STR, count == 1 && gs_json_write(&text, args[0]), out);
}

static bool do_json_find(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    if (count < 1 || args[0].tag != GS_STR)
        return false;
    struct gs_view view = {.text = args[0].str->data, .len = args[0].str->len};
    return gs_json_check(view.text, view.len) && gs_json_find(&view, args + 1, count - 1, out);
}

static bool do_int(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    if (count < 1 || count > 2 || !is_text(args[0]) || (count == 2 && args[1].tag != GS_INT))
        return false;
    int64_t base = count == 2 ? args[1].i : 10;
    return base >= 0 && base <= 36 && gs_number_to_int(args[0].str, (int)base, out);
}

static bool do_float(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return count == 1 && is_text(args[0]) && gs_number_to_float(args[0].str, out);
}

static bool do_slice(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return count == 4 && is_text(args[0]) && gs_text_slice(args[0].str, args + 1, out);
}

static bool do_index(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return count == 2 && is_text(args[0]) && args[1].tag == GS_INT &&
           gs_text_index(args[0].str, args[1].i, out);
}

static bool do_contains(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    if (count != 2 || !is_text(args[0]) || args[1].tag != args[0].tag)
        return false;
    *out = GS_BOOL_VALUE(gs_text_contains(args[0].str, args[1].str));
    return true;
}

static bool do_equal(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    bool equal;
    if (count != 2 || !gs_equal(args[0], args[1], &equal))
        return false;
    *out = GS_BOOL_VALUE(equal);
    return true;
}

static bool do_order(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    int order;
    if (count != 2 || !gs_order(args[0], args[1], &order))
        return false;
    *out = GS_INT_VALUE(order);
    return true;
}

static bool do_truth(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    bool truth;
    if (count != 1 || !gs_truth(args[0], &truth))
        return false;
    *out = GS_BOOL_VALUE(truth);
    return true;
}

static const struct {
    const char *name;
    gs_method *call;
} primitives[] = {
        {"str", do_str},
        {"repr", do_repr},
        {"format", do_format},
        {"percent", do_percent},
        {"json_loads", do_json_loads},
        {"json_dumps", do_json_dumps},
        {"json_find", do_json_find},
        {"int", do_int},
        {"float", do_float},
        {"slice", do_slice},
        {"index", do_index},
        {"contains", do_contains},
        {"equal", do_equal},
        {"order", do_order},
        {"truth", do_truth},
};

// ---- calling them -----------------------------------------------------------------------------

// A primitive, or "str.upper", "bytes.decode" for a value of that type.
static gs_method *find(const char *name, const struct gs_value *args, uint32_t count)
{
    for (size_t i = 0; i < sizeof primitives / sizeof *primitives; i++)
        if (strcmp(primitives[i].name, name) == 0)
            return primitives[i].call;
    const char *dot = strchr(name, '.');
    enum gs_tag tag = strncmp(name, "bytes.", 6) == 0 ? GS_BYTES : GS_STR;
    if (!dot || count == 0 || args[0].tag != tag)
        return NULL;
    return gs_method_find(dot + 1, strlen(dot + 1), tag);
}

static PyObject *call(const char *name, const struct gs_value *args, uint32_t count)
{
    struct gs_value result = {.tag = GS_UNSET};
    gs_method *method = find(name, args, count);
    bool done = method && method(args, count, &result);
    PyObject *object = NULL;
    if (done && !PyErr_Occurred())
        object = gs_to_python(NULL, result, false);
    else if (!PyErr_Occurred())
        PyErr_Format(PyExc_NotImplementedError, "%s declines", name);
    if (done)
        gs_drop(result);
    return object;
}

PyObject *gs_evaluate(PyObject *module, PyObject *args)
{
    (void)module;
    Py_ssize_t count = PyTuple_GET_SIZE(args) - 1;
    const char *name = count >= 0 ? PyUnicode_AsUTF8(PyTuple_GET_ITEM(args, 0)) : NULL;
    if (!name || count > ARGS_MAX) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "evaluate(name, at most 16 arguments)");
        return NULL;
    }
    struct gs_value values[ARGS_MAX];
    struct gs_pyref *trash = NULL;
    uint32_t made = 0;
    for (; made < count; made++) {
        values[made] = gs_copy_of_python(PyTuple_GET_ITEM(args, made + 1), &trash, false);
        if (values[made].tag == GS_UNSET)
            break;
    }
    PyObject *object = made == count ? call(name, values, made) : NULL;
    while (made > 0)
        gs_drop(values[--made]);
    gs_empty_trash(&trash);
    return object;
}
