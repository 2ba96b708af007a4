#include "plan/number.h"

#include <math.h>
#include <string.h>

#include "plan/digits.h"

// ---- to text ----------------------------------------------------------------------------------

size_t gs_number_whole(int64_t i, char text[24])
{
    if (i >= 0)
        return gs_digits_whole(text, (uint64_t)i);
    text[0] = '-';
    return 1 + gs_digits_whole(text + 1, -(uint64_t)i);
}

static char *put_zeros(char *at, int count)
{
    memset(at, '0', (size_t)count);
    return at + count;
}

static char *put_digits(char *at, const struct gs_digits *d, int from, int to)
{
    memcpy(at, d->text + from, (size_t)(to - from));
    return at + (to - from);
}

static char *put_exponent(char *at, int exponent)
{
    *at++ = 'e';
    *at++ = exponent < 0 ? '-' : '+';
    unsigned size = (unsigned)(exponent < 0 ? -exponent : exponent);
    if (size < 10)
        *at++ = '0';
    return at + gs_digits_whole(at, size);
}

// 1.5e-07
static char *put_scientific(char *at, const struct gs_digits *d)
{
    *at++ = d->text[0];
    if (d->count > 1) {
        *at++ = '.';
        at = put_digits(at, d, 1, d->count);
    }
    return put_exponent(at, d->point - 1);
}

// 0.00015, 1.5, 1500.0
static char *put_plain(char *at, const struct gs_digits *d)
{
    if (d->point <= 0) {
        memcpy(at, "0.", 2);
        return put_digits(put_zeros(at + 2, -d->point), d, 0, d->count);
    }
    if (d->point < d->count) {
        at = put_digits(at, d, 0, d->point);
        *at++ = '.';
        return put_digits(at, d, d->point, d->count);
    }
    at = put_zeros(put_digits(at, d, 0, d->count), d->point - d->count);
    memcpy(at, ".0", 2);
    return at + 2;
}

size_t gs_number_repr(double f, char text[32])
{
    if (isnan(f)) {
        memcpy(text, "nan", 3);
        return 3;
    }
    char *at = text;
    if (signbit(f))
        *at++ = '-';
    if (isinf(f)) {
        memcpy(at, "inf", 3);
        return (size_t)(at + 3 - text);
    }
    if (f == 0) {
        memcpy(at, "0.0", 3);
        return (size_t)(at + 3 - text);
    }
    struct gs_digits d;
    gs_digits_shortest(&d, fabs(f));
    at = d.point <= -4 || d.point > 16 ? put_scientific(at, &d) : put_plain(at, &d);
    return (size_t)(at - text);
}

// ---- from text --------------------------------------------------------------------------------

#define LONGEST 400 // characters of a number

struct span {
    const char *at, *end;
};

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct span trimmed(const struct gs_str *s)
{
    struct span t = {s->data, s->data + s->len};
    while (t.at < t.end && is_space(*t.at))
        t.at++;
    while (t.end > t.at && is_space(t.end[-1]))
        t.end--;
    return t;
}

static bool take_sign(struct span *t)
{
    bool negative = t->at < t->end && *t->at == '-';
    if (t->at < t->end && (*t->at == '-' || *t->at == '+'))
        t->at++;
    return negative;
}

// A digit's value in any base, or 99.
static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

// Takes "0x" and the like where the base allows it, with one underscore behind. False: a number
// without base that begins with 0 (which must then be zero).
static bool take_prefix(struct span *t, int *base)
{
    int marked = 0;
    if (t->end - t->at >= 2 && t->at[0] == '0') {
        char c = t->at[1] | 0x20;
        marked = c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 0;
    }
    bool zero = *base == 0 && !marked && t->at < t->end && *t->at == '0';
    if (marked && (*base == 0 || *base == marked)) {
        *base = marked;
        t->at += 2;
        if (t->at < t->end && *t->at == '_')
            t->at++;
    }
    if (*base == 0)
        *base = 10;
    return !zero;
}

// Digits, single underscores between them.
static bool take_whole(struct span t, int base, uint64_t *whole)
{
    if (t.at == t.end || t.end[-1] == '_')
        return false;
    bool after_digit = false;
    *whole = 0;
    for (; t.at < t.end; t.at++) {
        if (*t.at == '_' && after_digit) {
            after_digit = false;
            continue;
        }
        int d = digit(*t.at);
        if (d >= base || __builtin_mul_overflow(*whole, (uint64_t)base, whole) ||
            __builtin_add_overflow(*whole, (uint64_t)d, whole))
            return false;
        after_digit = true;
    }
    return true;
}

bool gs_number_to_int(const struct gs_str *s, int base, struct gs_value *out)
{
    if ((base != 0 && (base < 2 || base > 36)) || s->len > LONGEST)
        return false;
    struct span t = trimmed(s);
    bool negative = take_sign(&t);
    bool any = take_prefix(&t, &base);
    uint64_t whole;
    if (!take_whole(t, base, &whole) || whole > (uint64_t)INT64_MAX + negative)
        return false;
    if (!any && whole != 0)
        return false;
    *out = GS_INT_VALUE((int64_t)(negative ? -whole : whole));
    return true;
}

// Copies without underscores, each of which must stand between digits.
static bool drop_underscores(struct span t, char text[LONGEST], size_t *len)
{
    *len = 0;
    for (const char *at = t.at; at < t.end; at++) {
        if (*at != '_')
            text[(*len)++] = *at;
        else if (at == t.at || at + 1 == t.end || digit(at[-1]) > 9 || digit(at[1]) > 9)
            return false;
    }
    return true;
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

// digits, perhaps with a point among or around them, perhaps with an exponent
static bool is_decimal(const char *at, const char *end)
{
    const char *from = at;
    at = skip_digits(at, end);
    bool any = at > from;
    if (at < end && *at == '.') {
        from = ++at;
        at = skip_digits(at, end);
        any = any || at > from;
    }
    if (!any || at == end)
        return any;
    if (*at != 'e' && *at != 'E')
        return false;
    at += at + 1 < end && (at[1] == '-' || at[1] == '+') ? 2 : 1;
    return at < end && skip_digits(at, end) == end;
}

static bool is_word(const char *text, size_t len, const char *lower)
{
    for (size_t i = 0; i < len; i++)
        if ((text[i] | 0x20) != lower[i])
            return false;
    return lower[len] == '\0';
}

bool gs_number_to_float(const struct gs_str *s, struct gs_value *out)
{
    char text[LONGEST];
    size_t len;
    struct span t = trimmed(s);
    bool negative = take_sign(&t);
    double f;
    if (t.end - t.at > LONGEST || !drop_underscores(t, text, &len))
        return false;
    if (len == 3 && is_word(text, len, "inf"))
        f = HUGE_VAL;
    else if (len == 8 && is_word(text, len, "infinity"))
        f = HUGE_VAL;
    else if (len == 3 && is_word(text, len, "nan"))
        f = NAN;
    else if (!is_decimal(text, text + len) || !gs_digits_read(text, len, &f))
        return false;
    *out = GS_FLOAT_VALUE(negative ? -f : f);
    return true;
}
