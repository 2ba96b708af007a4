#include "plan/token.h"

#include "plan/digits.h"
#include "plan/utf8.h"

// ---- strings ----------------------------------------------------------------------------------

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Four hexadecimal digits, or -1.
static int hex_unit(const char *at)
{
    int unit = 0;
    for (int i = 0; i < 4; i++) {
        int d = hex_digit(at[i]);
        if (d < 0)
            return -1;
        unit = unit * 16 + d;
    }
    return unit;
}

static bool is_high(int unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

// Behind u and its digits; a surrogate must be one of a pair.
static const char *check_unit(const char *at, const char *end)
{
    int unit = end - at >= 5 ? hex_unit(at + 1) : -1;
    if (unit < 0 || (unit >= 0xdc00 && unit < 0xe000))
        return NULL;
    at += 5;
    if (!is_high(unit))
        return at;
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return NULL;
    int low = hex_unit(at + 2);
    return low >= 0xdc00 && low < 0xe000 ? at + 6 : NULL;
}

// Behind the escape whose backslash is before `at`.
static const char *check_escape(const char *at, const char *end)
{
    if (at == end)
        return NULL;
    switch (*at) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return at + 1;
    case 'u':
        return check_unit(at, end);
    default:
        return NULL;
    }
}

// Behind one code point that is not ASCII.
static const char *check_wide(const char *at, const char *end)
{
    const unsigned char *p = (const unsigned char *)at;
    int more = *p < 0xe0 ? 1 : *p < 0xf0 ? 2 : 3;
    if (end - at <= more || *p < 0xc2 || *p > 0xf4)
        return NULL;
    unsigned low = *p == 0xe0 ? 0xa0 : *p == 0xf0 ? 0x90 : 0x80;
    unsigned high = *p == 0xed ? 0x9f : *p == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high)
        return NULL;
    for (int i = 2; i <= more; i++)
        if ((p[i] & 0xc0) != 0x80)
            return NULL;
    return at + 1 + more;
}

// The first place from `at` on where a string cannot simply go on, or the end.
static const char *next_stop(struct gs_token_scan *scan, const char *at)
{
    for (;;) {
        size_t from = (size_t)(at - scan->base);
        uint64_t stops = from < 64 ? scan->stops >> from : 0;
        if (stops)
            at += __builtin_ctzll(stops);
        else if (from < 64)
            at = scan->base + 64;
        if (stops || at >= scan->end)
            return at < scan->end ? at : scan->end;
        gs_token_look(scan, at);
    }
}

const char *gs_token_slow_string(struct gs_token_scan *scan, const char *at, unsigned *traits)
{
    const char *end = scan->end;
    while (at && (at = next_stop(scan, at)) < end) {
        if ((unsigned char)*at < ' ')
            return NULL;
        if (*at == '"')
            return at;
        if (*at == '\\') {
            *traits |= GS_TOKEN_ESCAPED;
            at = check_escape(at + 1, end);
            continue;
        }
        *traits |= GS_TOKEN_WIDE;
        while (at && at < end && (unsigned char)*at >= 0x80)
            at = check_wide(at, end);
    }
    return NULL;
}

// The escape whose backslash is before *at, which moves behind it.
static size_t decode_escape(const char **at, char out[4])
{
    static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *from = *at;
    if (*from != 'u') {
        *at = from + 1;
        out[0] = meant[strchr(plain, *from) - plain];
        return 1;
    }
    int unit = hex_unit(from + 1);
    *at = from + 5;
    if (!is_high(unit))
        return gs_utf8_put(out, (unsigned)unit);
    int low = hex_unit(from + 7);
    *at = from + 11;
    return gs_utf8_put(out, 0x10000 + ((unsigned)(unit - 0xd800) << 10) + (unsigned)(low - 0xdc00));
}

size_t gs_token_decode(const char *text, size_t len, char *out)
{
    const char *end = text + len;
    char *to = out;
    while (text < end) {
        const char *escape = memchr(text, '\\', (size_t)(end - text));
        size_t plain = (size_t)((escape ? escape : end) - text);
        memcpy(to, text, plain);
        to += plain;
        text += plain;
        if (escape) {
            text++;
            to += decode_escape(&text, to);
        }
    }
    return (size_t)(to - out);
}

bool gs_token_means(const char *text, size_t len, const char *key, size_t key_len)
{
    const char *end = text + len, *key_end = key + key_len;
    while (text < end) {
        char unit[4] = {*text};
        size_t n = 1;
        if (*text++ == '\\')
            n = decode_escape(&text, unit);
        if ((size_t)(key_end - key) < n || memcmp(unit, key, n) != 0)
            return false;
        key += n;
    }
    return key == key_end;
}

// ---- numbers ----------------------------------------------------------------------------------

#define LONGEST 400 // characters of a number

static inline const char *skip_digits(const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

// Behind fraction and exponent. What only looks like one is no JSON.
static const char *check_fraction(const char *at, const char *end)
{
    if (at < end && *at == '.') {
        const char *from = ++at;
        at = skip_digits(at, end);
        if (at == from)
            return NULL;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '-' || *at == '+'))
            at++;
        const char *from = at;
        at = skip_digits(at, end);
        if (at == from)
            return NULL;
    }
    return at;
}

static const char *read_fraction(const char *digits, const char *at, const char *end, bool negative,
                                 struct gs_value *out)
{
    double f;
    at = check_fraction(at, end);
    if (!at || at - digits > LONGEST)
        return NULL;
    if (!out)
        return at;
    if (!gs_digits_read(digits, (size_t)(at - digits), &f))
        return NULL;
    *out = GS_FLOAT_VALUE(negative ? -f : f);
    return at;
}

const char *gs_token_number(const char *at, const char *end, struct gs_value *out)
{
    bool negative = *at == '-';
    const char *digits = at + negative;
    at = skip_digits(digits, end);
    if (at == digits || (*digits == '0' && at - digits > 1))
        return NULL;
    if (at < end && (*at == '.' || (*at | 0x20) == 'e'))
        return read_fraction(digits, at, end, negative, out);
    if (at - digits > 19 || (!out && at - digits < 19))
        return at - digits > 19 ? NULL : at;
    uint64_t whole = 0;
    for (; digits < at; digits++)
        whole = whole * 10 + (uint64_t)(*digits - '0');
    if (whole > (uint64_t)INT64_MAX + negative)
        return NULL;
    if (out)
        *out = GS_INT_VALUE((int64_t)(negative ? -whole : whole));
    return at;
}
