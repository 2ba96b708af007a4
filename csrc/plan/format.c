#include "plan/format.h"

#include <math.h>

#include "plan/append.h"
#include "plan/digits.h"
#include "plan/json.h"
#include "plan/number.h"
#include "plan/text.h"
#include "plan/utf8.h"

// Larger widths and precisions are left to Python.
#define WIDEST 1000000
#define WIDEST_NUMBER 999

// A format spec, or what a % conversion says in its own way.
struct spec {
    char fill[4];
    uint8_t fill_len;
    bool filled, aligned, alternate;
    char align, sign, group, type; // 0: nothing stands there
    int width, precision;          // -1: nothing stands there
};

// A number in pieces: sign, prefix, digits (grouped, padded with zeros), the rest.
struct number {
    char sign; // or 0
    const char *prefix, *digits, *rest;
    size_t prefix_len, digits_len, rest_len;
    size_t rest_chars;
};

// ---- padding ----------------------------------------------------------------------------------

static bool add_fill(struct gs_buf *out, const struct spec *spec, size_t times)
{
    if (gs_buf_reserve(out, times * spec->fill_len) != 0)
        return false;
    for (; times > 0; times--, out->len += spec->fill_len)
        memcpy(out->data + out->len, spec->fill, spec->fill_len);
    return true;
}

struct padding {
    size_t left, inside, right;
};

static struct padding padding_of(const struct spec *spec, size_t chars)
{
    size_t pad = spec->width > 0 && (size_t)spec->width > chars ? (size_t)spec->width - chars : 0;
    switch (spec->align) {
    case '<':
        return (struct padding){.right = pad};
    case '^':
        return (struct padding){.left = pad / 2, .right = pad - pad / 2};
    case '=':
        return (struct padding){.inside = pad};
    default:
        return (struct padding){.left = pad};
    }
}

static bool add_padded(struct gs_buf *out, const struct spec *spec, const char *text, size_t len,
                       size_t chars)
{
    struct padding pad = padding_of(spec, chars);
    return add_fill(out, spec, pad.left) && gs_append(out, text, len) &&
           add_fill(out, spec, pad.right);
}

// ---- numbers in pieces ------------------------------------------------------------------------

static void turn_round(char *from, char *to)
{
    while (from < to) {
        char c = *from;
        *from++ = *--to;
        *to = c;
    }
}

// Digits in groups, at least `least` characters with zeros in front; `to` has room. As
// _PyUnicode_InsertThousandsGrouping, a separator is never first.
static size_t put_groups(char *to, const struct number *n, int least, char separator, int size)
{
    char *at = to;
    const char *digit = n->digits + n->digits_len;
    for (int in_group = 0; digit > n->digits || at - to < least; in_group++) {
        if (in_group == size) {
            *at++ = separator;
            in_group = 0;
        }
        *at++ = digit > n->digits ? *--digit : '0';
    }
    turn_round(to, at);
    return (size_t)(at - to);
}

static bool add_number(struct gs_buf *out, const struct spec *spec, const struct number *n)
{
    if (spec->width > WIDEST_NUMBER)
        return false;
    size_t around = (n->sign != 0) + n->prefix_len + n->rest_chars;
    bool zeros = spec->align == '=' && spec->fill_len == 1 && spec->fill[0] == '0';
    int least = zeros && n->digits_len ? spec->width - (int)around : 0;
    char grouped[2 * (WIDEST_NUMBER + GS_DIGITS_MAX)];
    const char *digits = n->digits;
    size_t len = n->digits_len;
    if (len && spec->group) {
        bool by_three = !strchr("boxX", spec->type) || !spec->type;
        len = put_groups(grouped, n, least, spec->group, by_three ? 3 : 4);
        digits = grouped;
    }
    struct padding pad = padding_of(spec, around + len);
    return add_fill(out, spec, pad.left) && gs_append(out, &n->sign, n->sign != 0) &&
           gs_append(out, n->prefix, n->prefix_len) && add_fill(out, spec, pad.inside) &&
           gs_append(out, digits, len) && gs_append(out, n->rest, n->rest_len) &&
           add_fill(out, spec, pad.right);
}

static char sign_of(const struct spec *spec, bool negative)
{
    return negative ? '-' : spec->sign == '-' ? '\0' : spec->sign;
}

// ---- integers ---------------------------------------------------------------------------------

static size_t put_binary(char text[64], uint64_t whole, int bits, bool upper)
{
    const char *letters = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char *at = text;
    do {
        *at++ = letters[whole & ((1U << bits) - 1)];
        whole >>= bits;
    } while (whole);
    turn_round(text, at);
    return (size_t)(at - text);
}

static uint64_t size_of(int64_t i)
{
    return i < 0 ? -(uint64_t)i : (uint64_t)i;
}

static const char *prefix_of(char type)
{
    return type == 'b' ? "0b" : type == 'o' ? "0o" : type == 'x' ? "0x" : "0X";
}

// As type b, o, x, X or d.
static size_t put_size(char text[64], uint64_t size, char type)
{
    if (type == 'd')
        return gs_digits_whole(text, size);
    return put_binary(text, size, type == 'b' ? 1 : type == 'o' ? 3 : 4, type == 'X');
}

static bool add_whole(struct gs_buf *out, const struct spec *spec, int64_t i)
{
    char text[64];
    struct number n = {.sign = sign_of(spec, i < 0), .digits = text};
    if (spec->precision >= 0)
        return false;
    n.digits_len = put_size(text, size_of(i), spec->type);
    if (spec->alternate && spec->type != 'd') {
        n.prefix = prefix_of(spec->type);
        n.prefix_len = 2;
    }
    return add_number(out, spec, &n);
}

static bool is_point(int64_t i)
{
    return i >= 0 && i < 0x110000 && !(i >= 0xd800 && i < 0xe000);
}

static bool add_char(struct gs_buf *out, const struct spec *spec, int64_t i)
{
    char text[4];
    if (spec->precision >= 0 || spec->sign || spec->alternate || !is_point(i))
        return false;
    struct number n = {.rest = text, .rest_chars = 1, .rest_len = gs_utf8_put(text, (unsigned)i)};
    return add_number(out, spec, &n);
}

// ---- floats -----------------------------------------------------------------------------------

// How the digits of a float are laid out, in the terms of CPython's format_float_short.
struct layout {
    int count; // of digits, as the type asks
    bool scientific, alternate, dot_zero;
    char exponent; // e or E
};

static char digit_at(const struct gs_digits *d, int i)
{
    return i < 0 || i >= d->count ? '0' : d->text[i];
}

static size_t put_exponent(char *to, char letter, int exponent)
{
    unsigned size = (unsigned)(exponent < 0 ? -exponent : exponent);
    to[0] = letter;
    to[1] = exponent < 0 ? '-' : '+';
    to[2] = '0';
    return (size < 10 ? 3 : 2) + gs_digits_whole(to + (size < 10 ? 3 : 2), size);
}

static size_t put_layout(char *to, const struct gs_digits *d, const struct layout *layout)
{
    int point = layout->scientific ? 1 : d->point, end = layout->count;
    int least = point + (!layout->scientific && layout->dot_zero);
    char *at = to;
    if (end < least)
        end = least;
    for (int i = point <= 0 ? point - 1 : 0; i < end; i++) {
        if (i == point)
            *at++ = '.';
        *at++ = digit_at(d, i);
    }
    if (end == point && layout->alternate)
        *at++ = '.';
    if (layout->scientific)
        at += put_exponent(at, layout->exponent, d->point - 1);
    return (size_t)(at - to);
}

// Digits and layout of a finite f >= 0 for type e, f, g or r.
static void lay_out(struct gs_digits *d, struct layout *layout, double f, char type, int precision)
{
    if (type == 'f')
        gs_digits_fixed(d, f, precision);
    else if (type == 'r')
        gs_digits_shortest(d, f);
    else
        gs_digits_rounded(d, f, type == 'e' ? precision + 1 : precision ? precision : 1);
    if (f == 0) {
        d->text[0] = '0';
        d->count = d->point = 1;
    }
    layout->count = d->count;
    if (type == 'e') {
        layout->count = precision + 1;
        layout->scientific = true;
    } else if (type == 'f') {
        layout->count = d->point + precision;
    } else {
        int most = type == 'r' ? 16 : (precision ? precision : 1) - layout->dot_zero;
        layout->scientific = d->point <= -4 || d->point > most;
        if (layout->alternate && type == 'g')
            layout->count = precision ? precision : 1;
    }
}

#define FLOAT_MAX (GS_DIGITS_MAX + 16)

// f >= 0 as type e, f, g, % (or in upper case), or 0; precision -1: as is usual.
static size_t put_float(char to[FLOAT_MAX], double f, const struct spec *spec)
{
    char type = spec->type ? spec->type | 0x20 : 'r';
    bool upper = spec->type >= 'A' && spec->type <= 'Z', percent = spec->type == '%';
    struct layout layout = {.alternate = spec->alternate, .exponent = upper ? 'E' : 'e'};
    int precision = spec->precision < 0 ? 6 : spec->precision;
    struct gs_digits d;
    size_t len = 3;
    layout.dot_zero = type == 'r';
    if (type == 'r' && spec->precision >= 0)
        type = 'g';
    if (percent) {
        f *= 100;
        type = 'f';
    }
    if (isnan(f) || isinf(f)) {
        memcpy(to, isnan(f) ? upper ? "NAN" : "nan" : upper ? "INF" : "inf", 3);
    } else {
        lay_out(&d, &layout, f, type, precision);
        len = put_layout(to, &d, &layout);
    }
    if (percent)
        to[len++] = '%';
    return len;
}

static bool add_float(struct gs_buf *out, const struct spec *spec, double f)
{
    char text[FLOAT_MAX];
    bool negative = signbit(f) && !isnan(f);
    if (spec->precision > GS_DIGITS_PLACES)
        return false;
    size_t len = put_float(text, isnan(f) ? f : fabs(f), spec), whole = 0;
    while (whole < len && text[whole] >= '0' && text[whole] <= '9')
        whole++;
    struct number n = {.sign = sign_of(spec, negative),
                       .digits = text,
                       .digits_len = whole,
                       .rest = text + whole,
                       .rest_len = len - whole,
                       .rest_chars = len - whole};
    return add_number(out, spec, &n);
}

// ---- format specs -----------------------------------------------------------------------------

struct cursor {
    const char *at, *end;
};

static bool stands(const struct cursor *c, const char *any_of)
{
    return c->at < c->end && *c->at && strchr(any_of, *c->at);
}

static char take(struct cursor *c, const char *any_of)
{
    return stands(c, any_of) ? *c->at++ : '\0';
}

// A number up to WIDEST, or -1 where none stands.
static bool take_size(struct cursor *c, int *size)
{
    const char *from = c->at;
    *size = 0;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++)
        if ((*size = *size * 10 + (*c->at - '0')) > WIDEST)
            return false;
    if (c->at == from)
        *size = -1;
    return true;
}

static void take_align(struct cursor *c, struct spec *spec)
{
    struct cursor after = *c;
    if (after.at < after.end)
        gs_utf8_take(&after.at);
    size_t len = (size_t)(after.at - c->at);
    if (stands(&after, "<>=^")) {
        spec->filled = true;
        spec->fill_len = (uint8_t)len;
        memcpy(spec->fill, c->at, len);
        *c = after;
    }
    char align = take(c, "<>=^");
    spec->aligned = align != '\0';
    if (align)
        spec->align = align;
}

// `align`: where nothing else is said.
static bool read_spec(struct spec *spec, const char *text, size_t len, char align)
{
    struct cursor c = {text, text + len};
    *spec = (struct spec){.fill = " ", .fill_len = 1, .align = align, .precision = -1};
    take_align(&c, spec);
    spec->sign = take(&c, "+- ");
    spec->alternate = take(&c, "#");
    if (!spec->filled && take(&c, "0")) {
        spec->fill[0] = '0';
        if (!spec->aligned && align == '>')
            spec->align = '=';
    }
    if (!take_size(&c, &spec->width))
        return false;
    spec->group = take(&c, ",_");
    if (take(&c, ".") && (!take_size(&c, &spec->precision) || spec->precision < 0))
        return false;
    if (c.at < c.end && *c.at)
        spec->type = *c.at++;
    return c.at == c.end;
}

static bool may_group(const struct spec *spec)
{
    if (!spec->group || !spec->type || strchr("deEfFgG%", spec->type))
        return true;
    return spec->group == '_' && strchr("boxX", spec->type);
}

static bool format_text(struct gs_buf *out, const struct gs_str *s, const char *text, size_t len)
{
    struct spec spec;
    if (!read_spec(&spec, text, len, '<') || (spec.type && spec.type != 's') || spec.sign ||
        spec.alternate || spec.group || spec.align == '=')
        return false;
    size_t bytes = s->len, chars = s->chars;
    if (spec.precision >= 0 && (size_t)spec.precision < chars) {
        chars = (size_t)spec.precision;
        bytes = gs_str_offset(s, chars);
    }
    return add_padded(out, &spec, s->data, bytes, chars);
}

static bool format_float(struct gs_buf *out, double f, const struct spec *spec)
{
    if (spec->type && !strchr("eEfFgG%", spec->type))
        return false;
    return may_group(spec) && add_float(out, spec, f);
}

static bool format_whole(struct gs_buf *out, int64_t i, struct spec *spec)
{
    if (!spec->type)
        spec->type = 'd';
    if (!may_group(spec))
        return false;
    if (spec->type == 'c')
        return add_char(out, spec, i);
    if (strchr("bdoxX", spec->type))
        return add_whole(out, spec, i);
    return format_float(out, (double)i, spec);
}

bool gs_format_value(struct gs_buf *out, struct gs_value v, const char *text, size_t len)
{
    struct spec spec;
    if (v.tag == GS_VIEW) {
        if (!gs_json_touch(v.view))
            return false;
        v = v.view->value;
    }
    if (len == 0)
        return gs_text_str(out, v);
    if (v.tag == GS_STR)
        return format_text(out, v.str, text, len);
    if ((v.tag != GS_INT && v.tag != GS_BOOL && v.tag != GS_FLOAT) ||
        !read_spec(&spec, text, len, '>'))
        return false;
    return v.tag == GS_FLOAT ? format_float(out, v.f, &spec) : format_whole(out, v.i, &spec);
}

// ---- % conversions ----------------------------------------------------------------------------

static void read_flags(struct cursor *c, struct spec *spec, bool *zeros)
{
    for (char flag; (flag = take(c, "-+ #0"));) {
        if (flag == '-')
            spec->align = '<';
        else if (flag == '#')
            spec->alternate = true;
        else if (flag == '0')
            *zeros = true;
        else if (spec->sign != '+') // which outdoes a space
            spec->sign = flag;
    }
}

static bool read_conversion(struct spec *spec, const char *text, size_t len)
{
    struct cursor c = {text, text + len};
    bool zeros = false;
    *spec = (struct spec){.fill = " ", .fill_len = 1, .align = '>', .precision = -1};
    take(&c, "%");
    read_flags(&c, spec, &zeros);
    if (!take_size(&c, &spec->width))
        return false;
    if (take(&c, ".")) {
        if (!take_size(&c, &spec->precision))
            return false;
        if (spec->precision < 0)
            spec->precision = 0;
    }
    take(&c, "hlL");
    if (c.at == c.end)
        return false;
    spec->type = *c.at++;
    if (zeros && spec->align == '>' && strchr("diuoxXeEfFgG", spec->type)) {
        spec->fill[0] = '0';
        spec->align = '=';
    }
    return c.at == c.end;
}

// Precision is the least number of digits.
static bool percent_whole(struct gs_buf *out, struct spec *spec, int64_t i)
{
    char text[64 + WIDEST_NUMBER];
    if (spec->precision > WIDEST_NUMBER)
        return false;
    size_t len = put_size(text, size_of(i), spec->type);
    if (spec->precision >= 0 && (size_t)spec->precision > len) {
        size_t zeros = (size_t)spec->precision - len;
        memmove(text + zeros, text, len);
        memset(text, '0', zeros);
        len += zeros;
    }
    struct number n = {.sign = sign_of(spec, i < 0), .digits = text, .digits_len = len};
    if (spec->alternate && spec->type != 'd') {
        n.prefix = prefix_of(spec->type);
        n.prefix_len = 2;
    }
    return add_number(out, spec, &n);
}

static bool percent_text(struct gs_buf *out, const struct spec *spec, const char *text, size_t len)
{
    size_t chars = gs_utf8_count(text, len);
    if (spec->precision >= 0 && (size_t)spec->precision < chars) {
        const char *at = text;
        for (chars = 0; chars < (size_t)spec->precision; chars++)
            gs_utf8_take(&at);
        len = (size_t)(at - text);
    }
    return add_padded(out, spec, text, len, chars);
}

// s, r or a of any value.
static bool percent_value(struct gs_buf *out, const struct spec *spec, struct gs_value v)
{
    struct gs_buf text = GS_BUF_EMPTY;
    bool good = spec->type == 's' ? gs_text_str(&text, v) : gs_text_repr(&text, v);
    if (spec->type == 'a' && good)
        good = gs_utf8_count(text.data, text.len) == text.len;
    good = good && percent_text(out, spec, text.data, text.len);
    gs_buf_fini(&text);
    return good;
}

static bool percent_char(struct gs_buf *out, struct spec *spec, struct gs_value v)
{
    char text[4];
    spec->precision = -1; // means nothing here
    if (v.tag == GS_STR && v.str->chars == 1)
        return percent_text(out, spec, v.str->data, v.str->len);
    if ((v.tag != GS_INT && v.tag != GS_BOOL) || !is_point(v.i))
        return false;
    return percent_text(out, spec, text, gs_utf8_put(text, (unsigned)v.i));
}

static bool percent_number(struct gs_buf *out, struct spec *spec, struct gs_value v)
{
    bool whole = v.tag == GS_INT || v.tag == GS_BOOL;
    if (!whole && v.tag != GS_FLOAT)
        return false;
    if (strchr("eEfFgG", spec->type))
        return add_float(out, spec, whole ? (double)v.i : v.f);
    if (strchr("diu", spec->type)) {
        spec->type = 'd';
        if (!whole && !(v.f > -0x1p63 && v.f < 0x1p63))
            return false;
        return percent_whole(out, spec, whole ? v.i : (int64_t)v.f);
    }
    return whole && strchr("oxX", spec->type) && percent_whole(out, spec, v.i);
}

bool gs_format_percent(struct gs_buf *out, struct gs_value v, const char *text, size_t len)
{
    struct spec spec;
    if (!read_conversion(&spec, text, len) || !spec.type)
        return false;
    if (v.tag == GS_VIEW) {
        if (!gs_json_touch(v.view))
            return false;
        v = v.view->value;
    }
    switch (spec.type) {
    case 's':
        if (v.tag == GS_STR)
            return percent_text(out, &spec, v.str->data, v.str->len);
        return percent_value(out, &spec, v);
    case 'r':
    case 'a':
        return percent_value(out, &spec, v);
    case 'c':
        return percent_char(out, &spec, v);
    default:
        return percent_number(out, &spec, v);
    }
}
