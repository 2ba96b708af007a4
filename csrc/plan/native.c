#include "plan/native.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "plan/collect.h"
#include "plan/draw.h"
#include "plan/encode.h"
#include "plan/format.h"
#include "plan/iterate.h"
#include "plan/json.h"
#include "plan/method.h"
#include "plan/number.h"
#include "plan/operate.h"
#include "plan/text.h"
#include "plan/vm.h"

static const struct {
    const char *name, *python;
    unsigned least, most;
} natives[] = {
#define ROW(name, python, least, most) {#name, python, least, most},
        GS_NATIVES(ROW)
#undef ROW
};

const char *gs_native_name(enum gs_native native)
{
    return natives[native].name;
}

const char *gs_native_python(enum gs_native native, unsigned *least, unsigned *most)
{
    *least = natives[native].least;
    *most = natives[native].most;
    return natives[native].python;
}

// ---- builtins ---------------------------------------------------------------------------------

// What a view stands for. False: no memory.
static bool open_view(struct gs_value *v)
{
    if (v->tag != GS_VIEW)
        return true;
    if (!gs_json_touch(v->view))
        return false;
    *v = v->view->value;
    return true;
}

static bool len_of(struct gs_value v, struct gs_value *out)
{
    if (!open_view(&v))
        return false;
    switch (v.tag) {
    case GS_STR:
    case GS_BYTES:
        *out = GS_INT_VALUE(v.str->chars);
        return true;
    case GS_LIST:
    case GS_TUPLE:
        *out = GS_INT_VALUE(v.list->count);
        return !gs_is_gone(v.object);
    case GS_DICT:
        *out = GS_INT_VALUE(v.dict->count);
        return !gs_is_gone(v.object);
    default:
        return false;
    }
}

static bool text_by(bool (*write)(struct gs_buf *, struct gs_value), struct gs_value v,
                    struct gs_value *out)
{
    struct gs_buf buf = GS_BUF_EMPTY;
    bool ok = write(&buf, v);
    if (ok)
        *out = gs_str_of_utf8(buf.data, buf.len);
    gs_buf_fini(&buf);
    return ok && out->tag != GS_UNSET;
}

static bool str_of(struct gs_value v, struct gs_value *out)
{
    if (v.tag == GS_STR) {
        *out = gs_keep(v);
        return true;
    }
    return text_by(gs_text_str, v, out);
}

static bool int_of(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_value v = count ? args[0] : GS_INT_VALUE(0);
    if (!open_view(&v))
        return false;
    if (v.tag == GS_STR)
        return (count == 1 || (args[1].tag == GS_INT && args[1].i >= 0 && args[1].i <= 36)) &&
               gs_number_to_int(v.str, count == 1 ? 10 : (int)args[1].i, out);
    if (count == 2)
        return false;
    if (v.tag == GS_FLOAT) {
        if (!(v.f > -0x1p62 && v.f < 0x1p62))
            return false;
        *out = GS_INT_VALUE((int64_t)v.f);
        return true;
    }
    *out = GS_INT_VALUE(v.i);
    return v.tag == GS_INT || v.tag == GS_BOOL;
}

static bool float_of(struct gs_value v, struct gs_value *out)
{
    if (!open_view(&v))
        return false;
    if (v.tag == GS_STR)
        return gs_number_to_float(v.str, out);
    *out = GS_FLOAT_VALUE(v.tag == GS_FLOAT ? v.f : (double)v.i);
    return v.tag == GS_FLOAT || v.tag == GS_INT || v.tag == GS_BOOL;
}

// The least (sign -1) or greatest of the arguments, or of the items of the only one.
static bool extreme(const struct gs_value *args, uint32_t count, int sign, struct gs_value *out)
{
    struct gs_value items = GS_NONE_VALUE;
    int order;
    if (count == 1) {
        if (args[0].tag == GS_ITER || !gs_iter_collect(args[0], GS_LIST, &items))
            return false;
        args = items.list->items;
        count = items.list->count;
    }
    bool ok = count > 0;
    uint32_t best = 0;
    for (uint32_t i = 1; ok && i < count; i++) {
        ok = gs_order(args[i], args[best], &order);
        if (ok && order * sign > 0)
            best = i;
    }
    if (ok)
        *out = gs_keep(args[best]);
    gs_drop(items);
    return ok;
}

// Ints only: the sum of floats is rounded differently from one CPython to the next.
static bool sum(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_value items;
    if (args[0].tag == GS_ITER || !gs_iter_collect(args[0], GS_LIST, &items))
        return false;
    int64_t total = count == 2 ? args[1].i : 0;
    bool ok = count == 1 || args[1].tag == GS_INT;
    for (uint32_t i = 0; ok && i < items.list->count; i++) {
        struct gs_value v = items.list->items[i];
        ok = (v.tag == GS_INT || v.tag == GS_BOOL) && !__builtin_add_overflow(total, v.i, &total);
    }
    gs_drop(items);
    *out = GS_INT_VALUE(total);
    return ok;
}

// round(x, n) by the decimal text, as CPython's correctly rounded one.
static bool round_float(double x, int64_t digits, struct gs_value *out)
{
    char text[64];
    if (!isfinite(x) || digits < 0 || digits > 15 || fabs(x) > 1e15)
        return false;
    snprintf(text, sizeof text, "%.*f", (int)digits, x);
    *out = GS_FLOAT_VALUE(strtod(text, NULL));
    return true;
}

static bool round_of(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_value v = args[0];
    bool whole = count == 1 || args[1].tag == GS_NONE;
    if (v.tag == GS_INT && (whole || (args[1].tag == GS_INT && args[1].i >= 0))) {
        *out = v;
        return true;
    }
    if (v.tag != GS_FLOAT || !isfinite(v.f))
        return false;
    if (!whole)
        return args[1].tag == GS_INT && round_float(v.f, args[1].i, out);
    if (!(fabs(v.f) < 0x1p62))
        return false;
    *out = GS_INT_VALUE((int64_t)nearbyint(v.f)); // to even, the default mode
    return true;
}

static bool any_of(struct gs_value over, bool stop_at, struct gs_value *out)
{
    struct gs_value items;
    bool truth, found = false, ok = true;
    if (over.tag == GS_ITER || !gs_iter_collect(over, GS_LIST, &items))
        return false;
    for (uint32_t i = 0; ok && !found && i < items.list->count; i++) {
        ok = gs_truth(items.list->items[i], &truth);
        found = truth == stop_at;
    }
    gs_drop(items);
    *out = GS_BOOL_VALUE(found == stop_at);
    return ok;
}

static bool sorted(struct gs_value over, struct gs_value *out)
{
    if (over.tag == GS_ITER || !gs_iter_collect(over, GS_LIST, out))
        return false;
    if (gs_sort(out->list, false))
        return true;
    gs_drop(*out);
    return false;
}

static bool reversed(struct gs_value over, struct gs_value *out)
{
    struct gs_value list, nothing;
    if (!open_view(&over) || (over.tag != GS_LIST && over.tag != GS_TUPLE) ||
        !gs_iter_collect(over, GS_LIST, &list))
        return false;
    bool ok = gs_list_method("reverse", 7)(&list, 1, &nothing) && gs_iter(list, out);
    gs_drop(list);
    return ok;
}

static bool copy_of(const struct gs_value *args, uint32_t count, enum gs_tag tag,
                    struct gs_value *out)
{
    if (count == 1)
        return args[0].tag != GS_ITER && gs_iter_collect(args[0], tag, out);
    struct gs_list *list = gs_list_new(tag, 0);
    *out = GS_VALUE(tag, list, list);
    return list != NULL;
}

static bool dict_of(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_value v = count ? args[0] : GS_NONE_VALUE;
    if (!open_view(&v))
        return false;
    if (count)
        return v.tag == GS_DICT && !gs_is_gone(v.object) && gs_dict_method("copy", 4)(&v, 1, out);
    struct gs_dict *dict = gs_dict_new();
    *out = GS_VALUE(GS_DICT, dict, dict);
    return dict != NULL;
}

static bool ord_of(struct gs_value v, struct gs_value *out)
{
    if (v.tag != GS_STR || v.str->len != 1)
        return false;
    *out = GS_INT_VALUE((unsigned char)v.str->data[0]);
    return true;
}

static bool chr_of(struct gs_value v, struct gs_value *out)
{
    if (v.tag != GS_INT || v.i < 0 || v.i > 127)
        return false;
    char c = (char)v.i;
    *out = gs_str_new(&c, 1, 1);
    return out->tag != GS_UNSET;
}

// isinstance(v, a type named by the compiler: "str", "int|float")
static bool is_type(struct gs_value v, struct gs_value names, struct gs_value *out)
{
    if (!open_view(&v) || v.tag == GS_PYTHON || v.tag == GS_UNSET || names.tag != GS_STR ||
        (v.tag >= GS_REPLY))
        return false;
    const char *type = gs_type_name(v);
    const char *at = names.str->data;
    size_t len = strlen(type);
    bool found = false;
    for (; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL) {
        found = found || (strncmp(at, type, len) == 0 && (at[len] == '|' || at[len] == '\0'));
        found = found ||
                (v.tag == GS_BOOL && strncmp(at, "int", 3) == 0 && (at[3] == '|' || at[3] == '\0'));
    }
    *out = GS_BOOL_VALUE(found);
    return true;
}

static bool print(struct gs_vm *vm, const struct gs_value *args, uint32_t count,
                  struct gs_value *out)
{
    struct gs_buf line = GS_BUF_EMPTY;
    bool ok = true;
    for (uint32_t i = 0; ok && i < count; i++)
        ok = (i == 0 || gs_buf_add(&line, " ", 1) == 0) && gs_text_str(&line, args[i]);
    ok = ok && gs_buf_add(&line, "\n", 1) == 0 && vm->host->print(vm->user, line.data, line.len);
    gs_buf_fini(&line);
    *out = GS_NONE_VALUE;
    return ok;
}

// A %-template with its values, as logging joins them.
static bool add_message(struct gs_buf *out, const struct gs_str *template,
                        const struct gs_value *args, uint32_t count)
{
    uint32_t used = 0;
    const char *at = template->data, *end = at + template->len;
    while (at < end) {
        const char *mark = memchr(at, '%', (size_t)(end - at));
        if (gs_buf_add(out, at, (size_t)((mark ? mark : end) - at)) != 0)
            return false;
        if (!mark)
            break;
        const char *stop = mark + 1 + strspn(mark + 1, "-+ #0123456789.");
        if (stop == end)
            return false;
        at = stop + 1;
        if (*stop == '%') {
            if (stop != mark + 1 || gs_buf_add(out, "%", 1) != 0)
                return false;
            continue;
        }
        if (used == count || !gs_format_percent(out, args[used++], mark, (size_t)(at - mark)))
            return false;
    }
    return used == count;
}

// log(level, logger name or None, message, values ...)
static bool log_message(struct gs_vm *vm, const struct gs_value *args, uint32_t count,
                        struct gs_value *out)
{
    struct gs_buf text = GS_BUF_EMPTY;
    const struct gs_frame *frame = &vm->frames[vm->depth - 1];
    const struct gs_value *constants = vm->program->constants;
    bool ok = args[0].tag == GS_INT;
    if (count == 3)
        ok = ok && gs_text_str(&text, args[2]);
    else // one dict stands for its values by name
        ok = ok && args[2].tag == GS_STR && (count > 4 || args[3].tag != GS_DICT) &&
             add_message(&text, args[2].str, args + 3, count - 3);
    ok = ok &&
         vm->host->log(vm->user, args[0].i, args[1], constants[frame->function->file].str->data,
                       gs_vm_line(vm, vm->depth - 1), constants[frame->function->name].str->data,
                       text.data, text.len);
    gs_buf_fini(&text);
    *out = GS_NONE_VALUE;
    return ok;
}

// ---- time and chance --------------------------------------------------------------------------

static bool uuid4(struct gs_vm *vm, bool hyphens, struct gs_value *out)
{
    unsigned char b[16];
    char text[40];
    if (!vm->host->random_bytes(vm->user, b, sizeof b))
        return false;
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40); // RFC 9562 section 5.4
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    int n = 0;
    for (int i = 0; i < 16; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s%02x",
                      hyphens && (i == 4 || i == 6 || i == 8 || i == 10) ? "-" : "", b[i]);
    *out = gs_str_new(text, (size_t)n, (size_t)n);
    return out->tag != GS_UNSET;
}

// The wall clock as text. zone: 0 local, 1 UTC without saying so, 2 UTC; shape: "" isoformat(),
// "seconds" isoformat(timespec="seconds"), else a format of the few letters that the compiler lets
// by.
static bool now_text(struct gs_vm *vm, struct gs_value zone, struct gs_value shape,
                     struct gs_value *out)
{
    int64_t us = (vm->host->wall_ns(vm->user) + 500) / 1000; // datetime rounds to the nearest
    time_t seconds = (time_t)(us / 1000000);
    int rest = (int)(us % 1000000);
    struct tm tm;
    char text[300];
    if (zone.tag != GS_INT || shape.tag != GS_STR || shape.str->len > 80 ||
        !(zone.i ? gmtime_r(&seconds, &tm) : localtime_r(&seconds, &tm)))
        return false;
    size_t n = 0;
    if (shape.str->len == 0 || strcmp(shape.str->data, "seconds") == 0) {
        n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
        if (shape.str->len == 0 && rest)
            n += (size_t)snprintf(text + n, sizeof text - n, ".%06d", rest);
        if (zone.i == 2)
            n += (size_t)snprintf(text + n, sizeof text - n, "+00:00");
    } else {
        char format[300];
        size_t at = 0;
        for (const char *p = shape.str->data; *p; p++) {
            if (p[0] == '%' && p[1] == 'f') {
                at += (size_t)snprintf(format + at, sizeof format - at, "%06d", rest);
                p++;
                continue;
            }
            format[at++] = *p;
            if (p[0] == '%' && p[1])
                format[at++] = *++p;
        }
        format[at] = '\0';
        n = strftime(text, sizeof text, format, &tm);
    }
    *out = gs_str_new(text, n, n);
    return n > 0 && out->tag != GS_UNSET;
}

// math.floor and math.ceil of what fits.
static bool whole(struct gs_value v, bool up, struct gs_value *out)
{
    if (v.tag == GS_INT || v.tag == GS_BOOL) {
        *out = GS_INT_VALUE(v.i);
        return true;
    }
    if (v.tag != GS_FLOAT || !(fabs(v.f) < 9e15))
        return false;
    *out = GS_INT_VALUE((int64_t)(up ? ceil(v.f) : floor(v.f)));
    return true;
}

static bool encode(enum gs_native native, struct gs_value v, struct gs_value *out)
{
    bool base64 = native == GS_NATIVE_b64encode;
    struct gs_buf text = GS_BUF_EMPTY;
    if (v.tag != (base64 ? GS_BYTES : GS_STR))
        return false;
    int rc = base64 ? gs_encode_base64(&text, v.str->data, v.str->len)
                    : gs_encode_percent(&text, v.str->data, v.str->len,
                                        native == GS_NATIVE_quote_plus);
    if (rc == 0)
        *out = base64 ? gs_bytes_new(text.data, text.len)
                      : gs_str_new(text.data ? text.data : "", text.len, text.len);
    gs_buf_fini(&text);
    return rc == 0 && out->tag != GS_UNSET;
}

// x in {...} of constants. What has no hash is Python's to refuse.
static bool is_in(struct gs_value v, struct gs_value items, struct gs_value *out)
{
    bool found;
    if (v.tag > GS_BYTES || !gs_compare(GS_IN, v, items, &found))
        return false;
    *out = GS_BOOL_VALUE(found);
    return true;
}

static bool choices(struct gs_vm *vm, const struct gs_value *args, uint32_t count,
                    struct gs_value *out)
{
    struct gs_value weights = count > 1 ? args[1] : GS_NONE_VALUE;
    if (count > 2 && args[2].tag != GS_NONE)
        return false; // cum_weights
    if (count > 3 && args[3].tag != GS_INT)
        return false;
    return gs_draw_choices(vm->rng, args[0], weights, count > 3 ? args[3].i : 1, out);
}

static bool randint(struct gs_vm *vm, const struct gs_value *args, struct gs_value *out)
{
    struct gs_value range[2] = {args[0], args[1]};
    if (args[1].tag != GS_INT || args[1].i == INT64_MAX)
        return false;
    range[1].i++;
    return gs_draw_range(vm->rng, range, 2, out);
}

static bool getrandbits(struct gs_vm *vm, struct gs_value bits, struct gs_value *out)
{
    if (bits.tag != GS_INT || bits.i < 1 || bits.i > 63)
        return false;
    *out = GS_INT_VALUE((int64_t)gs_draw_bits(vm->rng, (unsigned)bits.i));
    return true;
}

static double seconds_of(int64_t ns)
{
    return (double)ns / 1e9;
}

bool gs_native_call(struct gs_vm *vm, enum gs_native native, const struct gs_value *args,
                    uint32_t count, struct gs_value *out)
{
    switch (native) {
    case GS_NATIVE_len:
        return len_of(args[0], out);
    case GS_NATIVE_str:
        if (count)
            return str_of(args[0], out);
        *out = gs_str_new("", 0, 0);
        return out->tag != GS_UNSET;
    case GS_NATIVE_repr:
        return text_by(gs_text_repr, args[0], out);
    case GS_NATIVE_int:
        return int_of(args, count, out);
    case GS_NATIVE_float:
        return float_of(count ? args[0] : GS_INT_VALUE(0), out);
    case GS_NATIVE_bool: {
        bool truth = false;
        if (count && !gs_truth(args[0], &truth))
            return false;
        *out = GS_BOOL_VALUE(truth);
        return true;
    }
    case GS_NATIVE_list:
        return copy_of(args, count, GS_LIST, out);
    case GS_NATIVE_tuple:
        return copy_of(args, count, GS_TUPLE, out);
    case GS_NATIVE_dict:
        return dict_of(args, count, out);
    case GS_NATIVE_min:
        return extreme(args, count, -1, out);
    case GS_NATIVE_max:
        return extreme(args, count, 1, out);
    case GS_NATIVE_sum:
        return sum(args, count, out);
    case GS_NATIVE_abs:
        if (args[0].tag == GS_FLOAT)
            *out = GS_FLOAT_VALUE(fabs(args[0].f));
        else
            *out = GS_INT_VALUE(args[0].i < 0 ? (int64_t) - (uint64_t)args[0].i : args[0].i);
        return args[0].tag == GS_FLOAT || (args[0].tag == GS_INT && args[0].i != INT64_MIN);
    case GS_NATIVE_round:
        return round_of(args, count, out);
    case GS_NATIVE_any:
        return any_of(args[0], true, out);
    case GS_NATIVE_all:
        return any_of(args[0], false, out);
    case GS_NATIVE_sorted:
        return sorted(args[0], out);
    case GS_NATIVE_reversed:
        return reversed(args[0], out);
    case GS_NATIVE_range:
        return gs_iter_range(args, count, out);
    case GS_NATIVE_enumerate:
        return (count == 1 || (args[1].tag == GS_INT && args[1].i >= 0 && args[1].i <= 36)) &&
               args[0].tag != GS_ITER &&
               gs_iter_enumerate(args[0], count == 2 ? args[1].i : 0, out);
    case GS_NATIVE_zip:
        return gs_iter_zip(args, count, out);
    case GS_NATIVE_ord:
        return ord_of(args[0], out);
    case GS_NATIVE_chr:
        return chr_of(args[0], out);
    case GS_NATIVE_is_type:
        return is_type(args[0], args[1], out);
    case GS_NATIVE_print:
        return print(vm, args, count, out);
    case GS_NATIVE_log:
        return log_message(vm, args, count, out);
    case GS_NATIVE_random:
        *out = GS_FLOAT_VALUE(gs_draw_unit(vm->rng));
        return true;
    case GS_NATIVE_uniform:
        return gs_draw_uniform(vm->rng, args[0], args[1], out);
    case GS_NATIVE_randint:
        return randint(vm, args, out);
    case GS_NATIVE_randrange:
        return gs_draw_range(vm->rng, args, count, out);
    case GS_NATIVE_getrandbits:
        return getrandbits(vm, args[0], out);
    case GS_NATIVE_choice:
        return gs_draw_choice(vm->rng, args[0], out);
    case GS_NATIVE_choices:
        return choices(vm, args, count, out);
    case GS_NATIVE_sample:
        return gs_draw_sample(vm->rng, args[0], args[1], out);
    case GS_NATIVE_shuffle:
        *out = GS_NONE_VALUE;
        return gs_draw_shuffle(vm->rng, args[0]);
    case GS_NATIVE_time:
        *out = GS_FLOAT_VALUE(seconds_of(vm->host->wall_ns(vm->user)));
        return true;
    case GS_NATIVE_time_ns:
        *out = GS_INT_VALUE(vm->host->wall_ns(vm->user));
        return true;
    case GS_NATIVE_perf_counter:
    case GS_NATIVE_monotonic:
        *out = GS_FLOAT_VALUE(seconds_of(vm->host->mono_ns(vm->user)));
        return true;
    case GS_NATIVE_uuid4_text:
        return uuid4(vm, true, out);
    case GS_NATIVE_uuid4_hex:
        return uuid4(vm, false, out);
    case GS_NATIVE_now_iso:
        return now_text(vm, args[0], args[1], out);
    case GS_NATIVE_json_loads:
        return args[0].tag == GS_STR && gs_json_parse(args[0].str->data, args[0].str->len, out);
    case GS_NATIVE_floor:
    case GS_NATIVE_ceil:
        return whole(args[0], native == GS_NATIVE_ceil, out);
    case GS_NATIVE_b64encode:
    case GS_NATIVE_quote:
    case GS_NATIVE_quote_plus:
        return encode(native, args[0], out);
    case GS_NATIVE_is_in:
        return is_in(args[0], args[1], out);
    case GS_NATIVE_header_set:
    case GS_NATIVE_header_item:
    case GS_NATIVE_header_get:
    case GS_NATIVE_header_pop:
    case GS_NATIVE_headers_update:
    case GS_NATIVE_cookie_set:
    case GS_NATIVE_cookie_item:
    case GS_NATIVE_cookie_get:
    case GS_NATIVE_cookies_update:
    case GS_NATIVE_cookies_clear:
        return vm->host->custom && vm->host->custom(vm->user, native, args, count, out);
    case GS_NATIVE_json_dumps:
        return text_by(gs_json_write, args[0], out);
    case GS_NATIVE_COUNT:
        break;
    }
    return false;
}

// ---- methods ----------------------------------------------------------------------------------

static bool is_named(const struct gs_str *name, const char *text)
{
    return strcmp(name->data, text) == 0;
}

// r.headers["X"] and r.headers.get("X", default): the field's lines, joined.
static bool reply_field(const struct gs_reply *reply, const struct gs_value *args, uint32_t count,
                        bool must, struct gs_value *out)
{
    char lower[128];
    if (count < 2 || count > 3 || args[1].tag != GS_STR || args[1].str->len >= sizeof lower)
        return false;
    for (uint32_t i = 0; i <= args[1].str->len; i++) {
        unsigned char c = (unsigned char)args[1].str->data[i];
        if (c >= 0x80)
            return false;
        lower[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    size_t len, other;
    const char *value = gs_reply_field(reply, lower, &len);
    if (!value) {
        if (must)
            return false;
        *out = count == 3 ? gs_keep(args[2]) : GS_NONE_VALUE;
        return true;
    }
    struct gs_reply rest = *reply; // a second line of that name is Python's to join
    rest.head_len -= (size_t)(value - reply->head);
    rest.head = value;
    if (gs_reply_field(&rest, lower, &other) || gs_utf8_count(value, len) != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)value[i] >= 0x80)
            return false;
    *out = gs_str_new(value, len, len);
    return out->tag != GS_UNSET;
}

// Whether the attributes of a Set-Cookie value, from its first semicolon on, say only what has no
// bearing on whether there is such a cookie.
static bool is_lasting(const char *at, const char *end)
{
    static const char *const telling[] = {"domain", "max-age", "expires"};
    while (at < end) {
        at++;
        while (at < end && (*at == ' ' || *at == '\t'))
            at++;
        for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
            if ((size_t)(end - at) >= strlen(telling[i]) &&
                strncasecmp(at, telling[i], strlen(telling[i])) == 0)
                return false;
        const char *next = memchr(at, ';', (size_t)(end - at));
        at = next ? next : end;
    }
    return true;
}

struct run {
    const char *data;
    size_t len;
};

static struct run trimmed(const char *from, const char *to)
{
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
        to--;
    return (struct run){from, (size_t)(to - from)};
}

// r.cookies["x"] and r.cookies.get("x", default) of a cookie that is set once, for this host, and
// not by a date.
static bool reply_cookie(const struct gs_reply *reply, const struct gs_value *args, uint32_t count,
                         bool must, struct gs_value *out)
{
    struct gs_reply rest = *reply;
    struct run found = {NULL, 0};
    size_t len;
    if (count < 2 || count > 3 || args[1].tag != GS_STR)
        return false;
    for (const char *line; (line = gs_reply_field(&rest, "set-cookie", &len)) != NULL;) {
        rest.head_len -= (size_t)(line - rest.head);
        rest.head = line;
        const char *end = line + len, *stop = memchr(line, ';', len);
        stop = stop ? stop : end;
        const char *equals = memchr(line, '=', (size_t)(stop - line));
        if (!equals)
            continue;
        struct run name = trimmed(line, equals);
        if (name.len != args[1].str->len || memcmp(name.data, args[1].str->data, name.len) != 0)
            continue;
        if (found.data || !is_lasting(stop, end))
            return false;
        found = trimmed(equals + 1, stop);
    }
    if (!found.data && must)
        return false;
    if (!found.data)
        *out = count == 3 ? gs_keep(args[2]) : GS_NONE_VALUE;
    for (size_t i = 0; i < found.len; i++)
        if ((unsigned char)found.data[i] >= 0x80)
            return false;
    if (found.data)
        *out = gs_str_new(found.data, found.len, found.len);
    return out->tag != GS_UNSET;
}

static bool elapsed_seconds(const struct gs_reply *reply, struct gs_value *out)
{
    // timedelta holds whole microseconds
    *out = GS_FLOAT_VALUE(nearbyint((double)reply->elapsed_ns / 1000.0) / 1e6);
    return true;
}

static bool reply_method(struct gs_vm *vm, const struct gs_str *name, const struct gs_value *args,
                         uint32_t count, struct gs_value *out)
{
    struct gs_reply *reply = args[0].reply;
    if (gs_is_gone(&reply->object))
        return false;
    *out = GS_NONE_VALUE;
    if (is_named(name, "json")) {
        if (reply->encoded && !vm->host->inflate(vm->user, reply))
            return false;
        return count == 1 && gs_reply_json(reply, vm->known, out);
    }
    if (is_named(name, "success") && count == 1) {
        vm->host->verdict(vm->user, reply, false, GS_NONE_VALUE);
        return true;
    }
    if (is_named(name, "failure") && count == 2 && args[1].tag == GS_STR) {
        vm->host->verdict(vm->user, reply, true, args[1]);
        return true;
    }
    if (is_named(name, "raise_for_status"))
        return count == 1 && reply->status > 0 && reply->status < 400;
    if (is_named(name, "headers.get"))
        return reply_field(reply, args, count, false, out);
    if (is_named(name, "headers.__getitem__"))
        return count == 2 && reply_field(reply, args, count, true, out);
    if (is_named(name, "cookies.get"))
        return reply_cookie(reply, args, count, false, out);
    if (is_named(name, "cookies.__getitem__"))
        return count == 2 && reply_cookie(reply, args, count, true, out);
    if (is_named(name, "elapsed.total_seconds"))
        return count == 1 && elapsed_seconds(reply, out);
    return is_named(name, "close") && count == 1;
}

// Whether a document that is not parsed yet is a dict.
static bool is_object(const struct gs_view *view)
{
    size_t at = view->value.tag == GS_UNSET ? strspn(view->text, " \t\r\n") : view->len;
    return at < view->len && view->text[at] == '{';
}

bool gs_native_method(struct gs_vm *vm, const struct gs_str *name, const struct gs_value *args,
                      uint32_t count, struct gs_value *out)
{
    struct gs_value self = args[0];
    gs_method *method = NULL;
    if (self.tag == GS_REPLY)
        return reply_method(vm, name, args, count, out);
    if (self.tag == GS_VIEW) {
        struct gs_value opened[8];
        // d.get("key") of a fresh document needs no parsing of the rest
        if (is_named(name, "get") && count == 2 && is_object(self.view) &&
            gs_look_into(self.view, &args[1], 1, out))
            return true;
        if (count > 8 || !open_view(&self))
            return false;
        memcpy(opened, args, count * sizeof *opened);
        opened[0] = self;
        return gs_native_method(vm, name, opened, count, out);
    }
    if (self.tag == GS_STR || self.tag == GS_BYTES)
        method = gs_method_find(name->data, name->len, self.tag);
    else if (self.tag == GS_LIST && !gs_is_gone(self.object))
        method = gs_list_method(name->data, name->len);
    else if (self.tag == GS_DICT && !gs_is_gone(self.object))
        method = gs_dict_method(name->data, name->len);
    return method && method(args, count, out);
}

bool gs_native_has(struct gs_value v, const struct gs_str *name)
{
    if (v.tag == GS_REPLY)
        return is_named(name, "json") || is_named(name, "success") || is_named(name, "failure");
    if (!open_view(&v))
        return false;
    if (v.tag == GS_STR || v.tag == GS_BYTES)
        return gs_method_find(name->data, name->len, v.tag) != NULL;
    if (v.tag == GS_LIST)
        return gs_list_method(name->data, name->len) != NULL;
    return v.tag == GS_DICT && gs_dict_method(name->data, name->len) != NULL;
}
