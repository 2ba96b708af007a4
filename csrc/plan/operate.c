#include "plan/operate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan/json.h"
#include "plan/text.h"

// ---- numbers ----------------------------------------------------------------------------------

static bool is_int(struct gs_value v)
{
    return v.tag == GS_INT || v.tag == GS_BOOL;
}

static bool is_number(struct gs_value v)
{
    return is_int(v) || v.tag == GS_FLOAT;
}

static double float_of(struct gs_value v)
{
    return v.tag == GS_FLOAT ? v.f : (double)v.i;
}

static bool floor_divide(int64_t a, int64_t b, int64_t *quotient, int64_t *rest)
{
    if (b == 0 || (a == INT64_MIN && b == -1))
        return false;
    *quotient = a / b;
    *rest = a % b;
    if (*rest != 0 && (*rest < 0) != (b < 0)) {
        *quotient -= 1;
        *rest += b;
    }
    return true;
}

static bool power(int64_t base, int64_t exponent, int64_t *out)
{
    int64_t result = 1;
    if (exponent < 0)
        return false;
    for (;;) {
        if ((exponent & 1) && __builtin_mul_overflow(result, base, &result))
            return false;
        exponent >>= 1;
        if (exponent == 0)
            break;
        if (__builtin_mul_overflow(base, base, &base))
            return false;
    }
    *out = result;
    return true;
}

static bool operate_ints(unsigned op, int64_t a, int64_t b, struct gs_value *out)
{
    int64_t x = 0, other;
    switch (op) {
    case GS_ADD:
        if (__builtin_add_overflow(a, b, &x))
            return false;
        break;
    case GS_SUB:
        if (__builtin_sub_overflow(a, b, &x))
            return false;
        break;
    case GS_MUL:
        if (__builtin_mul_overflow(a, b, &x))
            return false;
        break;
    case GS_DIV: // exact for what a double holds
        if (b == 0 || a > (1LL << 53) || a < -(1LL << 53) || b > (1LL << 53) || b < -(1LL << 53))
            return false;
        *out = GS_FLOAT_VALUE((double)a / (double)b);
        return true;
    case GS_FLOORDIV:
        if (!floor_divide(a, b, &x, &other))
            return false;
        break;
    case GS_MOD:
        if (!floor_divide(a, b, &other, &x))
            return false;
        break;
    case GS_POW:
        if (!power(a, b, &x))
            return false;
        break;
    case GS_LSHIFT:
        if (b < 0 || b > 62 || a > (INT64_MAX >> b) || a < (INT64_MIN >> b))
            return false;
        x = (int64_t)((uint64_t)a << b);
        break;
    case GS_RSHIFT:
        if (b < 0)
            return false;
        x = b > 63 ? (a < 0 ? -1 : 0) : a >> b;
        break;
    case GS_AND:
        x = a & b;
        break;
    case GS_OR:
        x = a | b;
        break;
    case GS_XOR:
        x = a ^ b;
        break;
    default:
        return false;
    }
    *out = GS_INT_VALUE(x);
    return true;
}

// Python's float modulo: the sign of the divisor.
static double modulo(double a, double b)
{
    double rest = fmod(a, b);
    if (rest == 0)
        return copysign(0.0, b);
    return (rest < 0) != (b < 0) ? rest + b : rest;
}

static bool operate_floats(unsigned op, double a, double b, struct gs_value *out)
{
    double x;
    switch (op) {
    case GS_ADD:
        x = a + b;
        break;
    case GS_SUB:
        x = a - b;
        break;
    case GS_MUL:
        x = a * b;
        break;
    case GS_DIV:
        if (b == 0)
            return false;
        x = a / b;
        break;
    case GS_MOD:
        if (b == 0)
            return false;
        x = modulo(a, b);
        break;
    default:
        return false;
    }
    *out = GS_FLOAT_VALUE(x);
    return true;
}

static bool operate_numbers(unsigned op, struct gs_value a, struct gs_value b, struct gs_value *out)
{
    if (is_int(a) && is_int(b)) {
        if (op >= GS_AND && op <= GS_XOR && a.tag == GS_BOOL && b.tag == GS_BOOL) {
            bool done = operate_ints(op, a.i, b.i, out);
            out->tag = GS_BOOL;
            return done;
        }
        return operate_ints(op, a.i, b.i, out);
    }
    return operate_floats(op, float_of(a), float_of(b), out);
}

// ---- sequences --------------------------------------------------------------------------------

static bool join_texts(const struct gs_str *a, const struct gs_str *b, enum gs_tag tag,
                       struct gs_value *out)
{
    struct gs_str *s = gs_str_room((size_t)a->len + b->len, (size_t)a->chars + b->chars, tag);
    if (!s)
        return false;
    memcpy(s->data, a->data, a->len);
    memcpy(s->data + a->len, b->data, b->len);
    *out = GS_VALUE(tag, str, s);
    return true;
}

static bool repeat_text(const struct gs_str *a, int64_t times, enum gs_tag tag,
                        struct gs_value *out)
{
    if (times < 0)
        times = 0;
    if (a->len && times > (1 << 24) / (int64_t)a->len)
        return false;
    if (a->len == 0)
        times = 0;
    struct gs_str *s =
            gs_str_room((size_t)a->len * (size_t)times, (size_t)a->chars * (size_t)times, tag);
    if (!s)
        return false;
    size_t whole = s->len, done = times ? a->len : 0;
    memcpy(s->data, a->data, done);
    for (size_t n; done < whole; done += n) {
        n = done < whole - done ? done : whole - done;
        memcpy(s->data + done, s->data, n);
    }
    *out = GS_VALUE(tag, str, s);
    return true;
}

static bool copy_items(struct gs_list *to, const struct gs_list *from)
{
    for (uint32_t i = 0; i < from->count; i++)
        if (!gs_list_push(to, gs_keep(from->items[i])))
            return false;
    return true;
}

static bool is_list(struct gs_value v)
{
    return (v.tag == GS_LIST || v.tag == GS_TUPLE) && !gs_is_gone(v.object);
}

static bool join_lists(struct gs_value a, struct gs_value b, struct gs_value *out)
{
    struct gs_list *list = gs_list_new(a.tag, a.list->count + b.list->count);
    if (!list)
        return false;
    *out = GS_VALUE(a.tag, list, list);
    if (copy_items(list, a.list) && copy_items(list, b.list))
        return true;
    gs_drop(*out);
    return false;
}

static bool repeat_list(struct gs_value a, int64_t times, struct gs_value *out)
{
    if (times < 0)
        times = 0;
    if (a.list->count && times > (1 << 20) / (int64_t)a.list->count)
        return false;
    if (a.list->count == 0)
        times = 0;
    struct gs_list *list = gs_list_new(a.tag, a.list->count * (uint32_t)times);
    if (!list)
        return false;
    *out = GS_VALUE(a.tag, list, list);
    for (int64_t i = 0; i < times; i++)
        if (!copy_items(list, a.list)) {
            gs_drop(*out);
            return false;
        }
    return true;
}

// Whether a list, tuple, dict or text is a constant, which no lane writes.
static bool is_constant(struct gs_value v)
{
    return v.object->refs == GS_IMMORTAL;
}

static bool extend_in_place(struct gs_value a, struct gs_value b, struct gs_value *out)
{
    if (is_constant(a) || a.list == b.list || !copy_items(a.list, b.list))
        return false;
    *out = gs_keep(a);
    return true;
}

static bool merge_dicts(struct gs_value a, struct gs_value b, bool in_place, struct gs_value *out)
{
    uint32_t at = 0;
    if (gs_is_gone(a.object) || gs_is_gone(b.object) ||
        (in_place && (is_constant(a) || a.dict == b.dict)))
        return false;
    struct gs_dict *dict = in_place ? gs_keep(a).dict : gs_dict_new();
    if (!dict)
        return false;
    *out = GS_VALUE(GS_DICT, dict, dict);
    struct gs_pair *pair;
    while (!in_place && (pair = gs_dict_next(a.dict, &at)) != NULL)
        gs_dict_set(dict, pair->key, pair->value);
    for (at = 0; (pair = gs_dict_next(b.dict, &at)) != NULL;)
        gs_dict_set(dict, pair->key, pair->value);
    return true;
}

bool gs_binary(unsigned op, struct gs_value a, struct gs_value b, struct gs_value *out)
{
    bool in_place = op & GS_IN_PLACE;
    op &= ~(unsigned)GS_IN_PLACE;
    if (is_number(a) && is_number(b))
        return operate_numbers(op, a, b, out);
    if ((a.tag == GS_VIEW && !gs_json_touch(a.view)) ||
        (b.tag == GS_VIEW && !gs_json_touch(b.view)))
        return false;
    if (a.tag == GS_VIEW || b.tag == GS_VIEW)
        return gs_binary(op | (in_place ? GS_IN_PLACE : 0), a.tag == GS_VIEW ? a.view->value : a,
                         b.tag == GS_VIEW ? b.view->value : b, out);
    if (op == GS_ADD && a.tag == b.tag) {
        if (a.tag == GS_STR || a.tag == GS_BYTES)
            return join_texts(a.str, b.str, a.tag, out);
        if (is_list(a) && is_list(b))
            return in_place && a.tag == GS_LIST ? extend_in_place(a, b, out)
                                                : join_lists(a, b, out);
    }
    if (op == GS_OR && a.tag == GS_DICT && b.tag == GS_DICT)
        return merge_dicts(a, b, in_place, out);
    if (op == GS_MUL && is_int(b)) {
        if (a.tag == GS_STR || a.tag == GS_BYTES)
            return repeat_text(a.str, b.i, a.tag, out);
        if (is_list(a) && !(in_place && a.tag == GS_LIST))
            return repeat_list(a, b.i, out);
    }
    if (op == GS_MUL && is_int(a) && (b.tag == GS_STR || b.tag == GS_BYTES))
        return repeat_text(b.str, a.i, b.tag, out);
    return false;
}

bool gs_unary(unsigned op, struct gs_value v, struct gs_value *out)
{
    if (op == GS_INVERT) {
        if (v.tag != GS_INT)
            return false;
        *out = GS_INT_VALUE(~v.i);
        return true;
    }
    if (v.tag == GS_FLOAT) {
        *out = GS_FLOAT_VALUE(op == GS_NEG ? -v.f : v.f);
        return true;
    }
    if (!is_int(v) || (op == GS_NEG && v.i == INT64_MIN))
        return false;
    *out = GS_INT_VALUE(op == GS_NEG ? -v.i : v.i);
    return true;
}

// ---- comparison -------------------------------------------------------------------------------

// `is`: certain only for what exists once, and for objects.
static bool identical(struct gs_value a, struct gs_value b, bool *out)
{
    if (a.tag == GS_PYTHON || b.tag == GS_PYTHON || a.tag == GS_VIEW || b.tag == GS_VIEW) {
        // None, True and False are never references
        if (a.tag <= GS_BOOL || b.tag <= GS_BOOL) {
            if (a.tag == GS_VIEW || b.tag == GS_VIEW)
                return false;
            *out = false;
            return true;
        }
        return false;
    }
    if (a.tag != b.tag) {
        *out = false;
        return true;
    }
    if (a.tag == GS_NONE || a.tag == GS_BOOL) {
        *out = a.tag == GS_NONE || a.i == b.i;
        return true;
    }
    if (a.tag == GS_LIST || a.tag == GS_DICT || a.tag == GS_REPLY) {
        *out = a.object == b.object;
        return !gs_is_gone(a.object) && !gs_is_gone(b.object);
    }
    return false;
}

static bool list_contains(const struct gs_list *list, struct gs_value item, bool *out)
{
    *out = false;
    if (item.tag == GS_FLOAT && isnan(item.f))
        return false; // found where it is the same object
    for (uint32_t i = 0; i < list->count && !*out; i++)
        if (!gs_equal(list->items[i], item, out))
            return false;
    return true;
}

static bool contains(struct gs_value item, struct gs_value in, bool *out)
{
    if (item.tag == GS_VIEW) {
        if (!gs_json_touch(item.view))
            return false;
        item = item.view->value;
    }
    switch (in.tag) {
    case GS_VIEW:
        return gs_json_touch(in.view) && contains(item, in.view->value, out);
    case GS_STR:
        if (item.tag != GS_STR)
            return false;
        *out = gs_text_contains(in.str, item.str);
        return true;
    case GS_BYTES:
        if (item.tag != GS_BYTES)
            return false;
        *out = memmem(in.str->data, in.str->len, item.str->data, item.str->len) != NULL;
        return true;
    case GS_LIST:
    case GS_TUPLE:
        return !gs_is_gone(in.object) && list_contains(in.list, item, out);
    case GS_DICT:
        if (gs_is_gone(in.object) || !gs_is_key(item))
            return false;
        *out = gs_dict_find(in.dict, item) != NULL;
        return true;
    default:
        return false;
    }
}

bool gs_compare(unsigned op, struct gs_value a, struct gs_value b, bool *out)
{
    int order;
    switch (op) {
    case GS_EQ:
        return gs_equal(a, b, out);
    case GS_NE:
        if (!gs_equal(a, b, out))
            return false;
        *out = !*out;
        return true;
    case GS_IS:
        return identical(a, b, out);
    case GS_IS_NOT:
        if (!identical(a, b, out))
            return false;
        *out = !*out;
        return true;
    case GS_IN:
        return contains(a, b, out);
    case GS_NOT_IN:
        if (!contains(a, b, out))
            return false;
        *out = !*out;
        return true;
    default:
        if (!gs_order(a, b, &order))
            return false;
        *out = op == GS_LT   ? order < 0
               : op == GS_LE ? order <= 0
               : op == GS_GT ? order > 0
                             : order >= 0;
        return true;
    }
}

// ---- subscripts -------------------------------------------------------------------------------

static bool place_in(const struct gs_list *list, struct gs_value at, uint32_t *place)
{
    if (!is_int(at))
        return false;
    int64_t i = at.i < 0 ? at.i + list->count : at.i;
    *place = (uint32_t)i;
    return i >= 0 && i < list->count;
}

#define LOOKS_MAX 6

bool gs_look_into(struct gs_view *view, const struct gs_value *steps, uint32_t count,
                  struct gs_value *out)
{
    if (view->value.tag != GS_UNSET || view->looks++ >= LOOKS_MAX ||
        !gs_json_find(view, steps, count, out))
        return false;
    if (out->tag != GS_LIST && out->tag != GS_DICT)
        return true;
    gs_drop(*out);
    return false;
}

bool gs_index(struct gs_value v, struct gs_value at, struct gs_value *out)
{
    uint32_t place;
    struct gs_value *found;
    switch (v.tag) {
    case GS_VIEW:
        if (gs_look_into(v.view, &at, 1, out))
            return true;
        return gs_json_touch(v.view) && gs_index(v.view->value, at, out);
    case GS_LIST:
    case GS_TUPLE:
        if (gs_is_gone(v.object) || !place_in(v.list, at, &place))
            return false;
        *out = gs_keep(v.list->items[place]);
        return true;
    case GS_DICT:
        if (gs_is_gone(v.object) || !gs_is_key(at) || !(found = gs_dict_find(v.dict, at)))
            return false;
        *out = gs_keep(*found);
        return true;
    case GS_STR:
        return is_int(at) && gs_text_index(v.str, at.i, out);
    case GS_BYTES: {
        int64_t i = is_int(at) ? (at.i < 0 ? at.i + v.str->len : at.i) : -1;
        if (i < 0 || i >= v.str->len)
            return false;
        *out = GS_INT_VALUE((unsigned char)v.str->data[i]);
        return true;
    }
    default:
        return false;
    }
}

bool gs_index_set(struct gs_value v, struct gs_value at, struct gs_value item)
{
    uint32_t place;
    switch (v.tag) {
    case GS_VIEW:
        return gs_json_touch(v.view) && gs_index_set(v.view->value, at, item);
    case GS_LIST:
        if (gs_is_gone(v.object) || is_constant(v) || !place_in(v.list, at, &place))
            return false;
        gs_put(&v.list->items[place], gs_keep(item));
        return true;
    case GS_DICT:
        return !gs_is_gone(v.object) && !is_constant(v) && gs_is_key(at) &&
               gs_dict_set(v.dict, at, item);
    default:
        return false;
    }
}

bool gs_index_del(struct gs_value v, struct gs_value at)
{
    uint32_t place;
    struct gs_value old;
    switch (v.tag) {
    case GS_VIEW:
        return gs_json_touch(v.view) && gs_index_del(v.view->value, at);
    case GS_LIST:
        if (gs_is_gone(v.object) || is_constant(v) || !place_in(v.list, at, &place))
            return false;
        old = v.list->items[place];
        memmove(&v.list->items[place], &v.list->items[place + 1],
                (v.list->count - place - 1) * sizeof *v.list->items);
        v.list->count--;
        gs_drop(old);
        return true;
    case GS_DICT:
        if (gs_is_gone(v.object) || is_constant(v) || !gs_is_key(at) ||
            !gs_dict_take(v.dict, at, &old))
            return false;
        gs_drop(old);
        return true;
    default:
        return false;
    }
}

// A bound of a slice, made to fit 0..count (step above 0). Absent: `otherwise`.
static bool bound(struct gs_value v, int64_t count, int64_t otherwise, int64_t *out)
{
    *out = otherwise;
    if (v.tag == GS_UNSET || v.tag == GS_NONE)
        return true;
    if (!is_int(v))
        return false;
    int64_t i = v.i < 0 ? v.i + count : v.i;
    *out = i < 0 ? 0 : i > count ? count : i;
    return true;
}

bool gs_slice_of(struct gs_value v, const struct gs_value bounds[3], struct gs_value *out)
{
    int64_t from, to;
    if (v.tag == GS_VIEW)
        return gs_json_touch(v.view) && gs_slice_of(v.view->value, bounds, out);
    if (v.tag == GS_STR || v.tag == GS_BYTES)
        return gs_text_slice(v.str, bounds, out);
    if (!is_list(v))
        return false;
    bool whole_steps = bounds[2].tag <= GS_NONE || (bounds[2].tag == GS_INT && bounds[2].i == 1);
    if (!whole_steps || !bound(bounds[0], v.list->count, 0, &from) ||
        !bound(bounds[1], v.list->count, v.list->count, &to))
        return false;
    uint32_t count = to > from ? (uint32_t)(to - from) : 0;
    struct gs_list *list = gs_list_new(v.tag, count);
    if (!list)
        return false;
    for (uint32_t i = 0; i < count; i++)
        list->items[i] = gs_keep(v.list->items[from + i]);
    list->count = count;
    *out = GS_VALUE(v.tag, list, list);
    return true;
}
