#include "plan/pad.h"

#include "plan/append.h"
#include "plan/text.h"

#define WIDEST (1 << 24) // wider texts are left to Python

// args[1] and how much is lacking to it.
static bool read_width(const struct gs_value *args, uint32_t count, int64_t *width, size_t *pad)
{
    if (count < 2 || !gs_method_whole(args, count, 1, 0, width) || *width > WIDEST)
        return false;
    *pad = *width > args[0].str->chars ? (size_t)(*width - args[0].str->chars) : 0;
    return true;
}

static char *put_fill(char *to, const char *fill, size_t len, size_t times)
{
    if (len == 1) {
        memset(to, *fill, times);
        return to + times;
    }
    for (; times > 0; times--, to += len)
        memcpy(to, fill, len);
    return to;
}

// The text between so many fill characters, args[2] or spaces.
static bool surround(const struct gs_value *args, uint32_t count, size_t left, size_t right,
                     struct gs_value *out)
{
    const struct gs_str *s = args[0].str, *fill = gs_method_text(args, count, 2);
    if (count > 3 || (count == 3 && (!fill || fill->chars != 1)))
        return false;
    if (left + right == 0) {
        *out = gs_keep(args[0]);
        return true;
    }
    const char *unit = fill ? fill->data : " ";
    size_t len = fill ? fill->len : 1, pad = left + right;
    struct gs_str *padded = gs_str_room(s->len + pad * len, s->chars + pad, args[0].tag);
    if (!padded)
        return false;
    char *to = put_fill(padded->data, unit, len, left);
    memcpy(to, s->data, s->len);
    put_fill(to + s->len, unit, len, right);
    *out = (struct gs_value){.str = padded, .tag = args[0].tag};
    return true;
}

bool gs_pad_ljust(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    int64_t width;
    size_t pad;
    return read_width(args, count, &width, &pad) && surround(args, count, 0, pad, out);
}

bool gs_pad_rjust(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    int64_t width;
    size_t pad;
    return read_width(args, count, &width, &pad) && surround(args, count, pad, 0, out);
}

bool gs_pad_center(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    int64_t width;
    size_t pad;
    if (!read_width(args, count, &width, &pad))
        return false;
    size_t left = pad / 2 + (pad & (size_t)width & 1);
    return surround(args, count, left, pad - left, out);
}

bool gs_pad_zfill(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    const struct gs_str *s = args[0].str;
    int64_t width;
    size_t pad;
    if (count != 2 || !read_width(args, count, &width, &pad))
        return false;
    if (pad == 0) {
        *out = gs_keep(args[0]);
        return true;
    }
    struct gs_str *filled = gs_str_room(s->len + pad, s->chars + pad, args[0].tag);
    if (!filled)
        return false;
    size_t sign = s->len && (s->data[0] == '-' || s->data[0] == '+');
    memcpy(filled->data, s->data, sign);
    memset(filled->data + sign, '0', pad);
    memcpy(filled->data + sign + pad, s->data + sign, s->len - sign);
    *out = (struct gs_value){.str = filled, .tag = args[0].tag};
    return true;
}

static bool add_spaces(struct gs_buf *out, size_t count)
{
    if (gs_buf_reserve(out, count) != 0)
        return false;
    if (count)
        memset(out->data + out->len, ' ', count);
    out->len += count;
    return true;
}

bool gs_pad_expandtabs(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    const struct gs_str *s = args[0].str;
    int64_t size, column = 0;
    if (count > 2 || !gs_method_whole(args, count, 1, 8, &size) || size > 1000)
        return false;
    struct gs_buf text = GS_BUF_EMPTY;
    bool good = true;
    for (const char *at = s->data, *end = at + s->len; good && at < end; at++) {
        if (*at == '\t') {
            int64_t pad = size > 0 ? size - column % size : 0;
            column += pad;
            good = add_spaces(&text, (size_t)pad);
            continue;
        }
        // bytes count each, code points once
        column += args[0].tag == GS_BYTES || ((unsigned char)*at & 0xc0) != 0x80;
        if (*at == '\n' || *at == '\r')
            column = 0;
        good = gs_append(&text, at, 1);
    }
    return gs_text_finish(&text, args[0].tag, good, out);
}
