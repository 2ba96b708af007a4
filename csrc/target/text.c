#include "target/text.h"

#include <stdlib.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool gs_text_like(struct gs_text s, struct gs_text other)
{
    if (s.len != other.len)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (lower(s.data[i]) != lower(other.data[i]))
            return false;
    return true;
}

struct gs_text gs_text_cut(struct gs_text *s, char mark)
{
    struct gs_text head = *s;
    const char *at = s->len ? memchr(s->data, mark, s->len) : NULL;
    if (!at) {
        *s = (struct gs_text){s->data + s->len, 0};
        return head;
    }
    head.len = (size_t)(at - s->data);
    *s = (struct gs_text){at + 1, s->len - head.len - 1};
    return head;
}

struct gs_text gs_text_trim(struct gs_text s)
{
    while (s.len && (*s.data == ' ' || *s.data == '\t')) {
        s.data++;
        s.len--;
    }
    while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
        s.len--;
    return s;
}

bool gs_text_number(struct gs_text s, uint64_t max, uint64_t *number)
{
    uint64_t value = 0;
    if (s.len == 0 || s.len > 18)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(s.data[i] - '0');
    }
    *number = value;
    return value <= max;
}

bool gs_text_decimal(struct gs_text s, double *number)
{
    struct gs_text fraction = s;
    struct gs_text whole = gs_text_cut(&fraction, '.');
    uint64_t units = 0, parts = 0;
    if (!gs_text_number(whole, 1000000000, &units))
        return false;
    if (fraction.len && !gs_text_number(fraction, UINT64_MAX, &parts))
        return false;
    double value = (double)parts;
    for (size_t i = 0; i < fraction.len; i++)
        value /= 10;
    *number = value + (double)units;
    return true;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void gs_text_decode(struct gs_buf *b, struct gs_text s, bool form)
{
    if (gs_buf_reserve(b, s.len) != 0)
        return;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        if (c == '+' && form) {
            c = ' ';
        } else if (c == '%' && i + 2 < s.len && hex(s.data[i + 1]) >= 0 &&
                   hex(s.data[i + 2]) >= 0) {
            c = (char)(hex(s.data[i + 1]) * 16 + hex(s.data[i + 2]));
            i += 2;
        }
        b->data[b->len++] = c;
    }
}

bool gs_text_field(struct gs_text fields, const char *name, struct gs_buf *value)
{
    while (fields.len) {
        struct gs_text field = gs_text_cut(&fields, '&');
        if (!gs_text_is(gs_text_cut(&field, '='), name))
            continue;
        gs_text_decode(value, field, true);
        return true;
    }
    return false;
}

// Length of the well-formed UTF-8 sequence at p (RFC 3629), or 0.
static size_t sequence(const unsigned char *p, size_t len)
{
    if (p[0] < 0x80)
        return 1;
    size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || len < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
    bool beyond = (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf4 && p[1] > 0x8f);
    return overlong || beyond ? 0 : n;
}

bool gs_text_utf8(struct gs_text s)
{
    const unsigned char *p = (const unsigned char *)s.data;
    for (size_t i = 0, n; i < s.len; i += n)
        if ((n = sequence(p + i, s.len - i)) == 0)
            return false;
    return true;
}

void gs_text_json(struct gs_buf *b, struct gs_text s)
{
    bool utf8 = gs_text_utf8(s);
    gs_buf_str(b, "\"");
    size_t plain = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.data[i];
        if (c >= 0x20 && c != '"' && c != '\\' && (c < 0x80 || utf8))
            continue;
        gs_buf_add(b, s.data + plain, i - plain);
        plain = i + 1;
        gs_buf_printf(b, c == '"' || c == '\\' ? "\\%c" : "\\u%04x", c);
    }
    gs_buf_add(b, s.data + plain, s.len - plain);
    gs_buf_str(b, "\"");
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void gs_text_base64(struct gs_buf *b, struct gs_text s)
{
    const unsigned char *p = (const unsigned char *)s.data;
    if (gs_buf_reserve(b, (s.len + 2) / 3 * 4) != 0)
        return;
    for (size_t i = 0; i < s.len; i += 3) {
        size_t n = s.len - i;
        unsigned bits = (unsigned)p[i] << 16;
        bits |= n > 1 ? (unsigned)p[i + 1] << 8 : 0;
        bits |= n > 2 ? p[i + 2] : 0;
        b->data[b->len++] = digits[bits >> 18];
        b->data[b->len++] = digits[bits >> 12 & 63];
        b->data[b->len++] = n > 1 ? digits[bits >> 6 & 63] : '=';
        b->data[b->len++] = n > 2 ? digits[bits & 63] : '=';
    }
}

bool gs_text_unbase64(struct gs_buf *b, struct gs_text s)
{
    unsigned bits = 0, have = 0;
    while (s.len && s.data[s.len - 1] == '=')
        s.len--;
    for (size_t i = 0; i < s.len; i++) {
        const char *at = memchr(digits, s.data[i], 64);
        if (!at)
            return false;
        bits = bits << 6 | (unsigned)(at - digits);
        have += 6;
        if (have >= 8) {
            have -= 8;
            char c = (char)(bits >> have & 255);
            gs_buf_add(b, &c, 1);
        }
    }
    return true;
}
