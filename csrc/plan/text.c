#include "plan/text.h"

#include "plan/append.h"
#include "plan/json.h"
#include "plan/number.h"
#include "plan/utf8.h"

#define DEEPEST 200

// ---- making -----------------------------------------------------------------------------------

bool gs_text_make(uint8_t tag, const char *data, size_t len, struct gs_value *out)
{
    struct gs_value v = tag == GS_BYTES ? gs_bytes_new(data, len) : gs_str_of_utf8(data, len);
    if (v.tag == GS_UNSET)
        return false;
    *out = v;
    return true;
}

bool gs_text_part(const struct gs_str *s, size_t from, size_t to, struct gs_value *out)
{
    uint8_t tag = s->object.tag;
    if (to - from == s->len) {
        *out = gs_keep((struct gs_value){.str = (struct gs_str *)s, .tag = tag});
        return true;
    }
    if (tag == GS_BYTES || s->chars != s->len)
        return gs_text_make(tag, s->data + from, to - from, out);
    struct gs_value v = gs_str_new(s->data + from, to - from, to - from);
    if (v.tag == GS_UNSET)
        return false;
    *out = v;
    return true;
}

bool gs_text_finish(struct gs_buf *written, uint8_t tag, bool good, struct gs_value *out)
{
    good = good && gs_text_make(tag, written->data, written->len, out);
    gs_buf_fini(written);
    return good;
}

// ---- parts ------------------------------------------------------------------------------------

bool gs_text_contains(const struct gs_str *s, const struct gs_str *part)
{
    return part->len == 0 || memmem(s->data, s->len, part->data, part->len) != NULL;
}

bool gs_text_index(const struct gs_str *s, int64_t at, struct gs_value *out)
{
    if (at < 0)
        at += s->chars;
    if (at < 0 || at >= s->chars)
        return false;
    size_t from = gs_str_offset(s, (size_t)at), to = from + 1;
    if (s->object.tag == GS_BYTES) {
        *out = GS_INT_VALUE((unsigned char)s->data[from]);
        return true;
    }
    while (to < s->len && gs_utf8_continues(s->data[to]))
        to++;
    return gs_text_part(s, from, to, out);
}

// A bound, which lies between `low` and `high` in the end.
static bool read_bound(struct gs_value v, int64_t size, int64_t low, int64_t high, int64_t none,
                       int64_t *bound)
{
    if (v.tag == GS_UNSET || v.tag == GS_NONE) {
        *bound = none;
        return true;
    }
    if (v.tag != GS_INT && v.tag != GS_BOOL)
        return false;
    int64_t at = v.i < 0 ? v.i + size : v.i;
    *bound = at < low ? low : at > high ? high : at;
    return true;
}

// `at`, `step` code points further on in text that is not ASCII.
static const char *walk(const char *at, int64_t step)
{
    for (; step > 0; step--)
        gs_utf8_take(&at);
    for (; step < 0; step++)
        at = gs_utf8_before(at);
    return at;
}

// s[start::step], `count` of them, count > 0.
static bool pick(const struct gs_str *s, int64_t start, int64_t step, int64_t count,
                 struct gs_value *out)
{
    struct gs_buf picked = GS_BUF_EMPTY;
    bool narrow = s->len == s->chars;
    const char *at = s->data + gs_str_offset(s, (size_t)start);
    bool good = gs_buf_reserve(&picked, (size_t)count) == 0;
    for (; good && count > 0; count--) {
        const char *behind = narrow ? at + 1 : walk(at, 1);
        good = gs_append(&picked, at, (size_t)(behind - at));
        if (count > 1)
            at = narrow ? at + step : walk(at, step);
    }
    return gs_text_finish(&picked, s->object.tag, good, out);
}

bool gs_text_slice(const struct gs_str *s, const struct gs_value bounds[3], struct gs_value *out)
{
    int64_t size = s->chars, step = 1, start, stop;
    if (!read_bound(bounds[2], 0, -INT64_MAX, INT64_MAX, 1, &step) || step == 0)
        return false;
    bool back = step < 0;
    int64_t low = back ? -1 : 0, high = back ? size - 1 : size;
    if (!read_bound(bounds[0], size, low, high, back ? high : low, &start) ||
        !read_bound(bounds[1], size, low, high, back ? low : high, &stop))
        return false;
    int64_t span = back ? start - stop : stop - start;
    if (span <= 0)
        return gs_text_part(s, 0, 0, out);
    if (step != 1)
        return pick(s, start, step, (span - 1) / (back ? -step : step) + 1, out);
    size_t from = gs_str_offset(s, (size_t)start), to = s->len;
    if (stop < size)
        to = s->len == s->chars ? (size_t)stop : gs_str_offset(s, (size_t)stop);
    return gs_text_part(s, from, to, out);
}

// ---- str() and repr() -------------------------------------------------------------------------

static bool repr_value(struct gs_buf *out, struct gs_value v, int depth);

// What str.isprintable() holds for from Python 3.10 to 3.13: the larger runs of it.
static const struct {
    unsigned first, last;
} printable[] = {
        {0xa1, 0xac},       {0xae, 0x377},      {0x3a3, 0x52f},     {0x61e, 0x6dc},
        {0x1000, 0x10c5},   {0x10d0, 0x1248},   {0x1d00, 0x1df9},   {0x1dfb, 0x1f15},
        {0x2010, 0x2027},   {0x2030, 0x205e},   {0x20a0, 0x20bf},   {0x2100, 0x218b},
        {0x2190, 0x2426},   {0x2460, 0x2b73},   {0x3001, 0x303f},   {0x3041, 0x3096},
        {0x3099, 0x30ff},   {0x3131, 0x318e},   {0x3190, 0x31e3},   {0x3220, 0x9ffc},
        {0xa000, 0xa48c},   {0xac00, 0xd7a3},   {0xf900, 0xfa6d},   {0xfe00, 0xfe19},
        {0xff01, 0xffbe},   {0x1f100, 0x1f1ad}, {0x1f300, 0x1f6d7}, {0x1f700, 0x1f773},
        {0x1f780, 0x1f7d8}, {0x1f900, 0x1f978}, {0x1f97a, 0x1f9cb}, {0x1f9cd, 0x1fa53},
        {0x20000, 0x2a6dd},
};

static bool surely_printable(unsigned point)
{
    for (size_t i = 0; i < sizeof printable / sizeof *printable; i++)
        if (point <= printable[i].last)
            return point >= printable[i].first;
    return false;
}

// What stands for an ASCII character or a byte; 0: itself.
static size_t escape_byte(char to[4], unsigned char c, char quote)
{
    static const char hex[] = "0123456789abcdef";
    char letter = c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : '\0';
    if (c == (unsigned char)quote || c == '\\')
        letter = (char)c;
    if (!letter && c >= ' ' && c < 0x7f)
        return 0;
    to[0] = '\\';
    to[1] = letter ? letter : 'x';
    to[2] = hex[c >> 4];
    to[3] = hex[c & 15];
    return letter ? 2 : 4;
}

// Between its quotes.
static bool repr_inside(struct gs_buf *out, const struct gs_str *s, char quote)
{
    const char *from = s->data, *end = from + s->len;
    bool bytes = s->object.tag == GS_BYTES;
    for (const char *at = from; at < end;) {
        if (!bytes && (unsigned char)*at >= 0x80) {
            if (!surely_printable(gs_utf8_take(&at)))
                return false;
            continue;
        }
        char escape[4];
        size_t len = escape_byte(escape, (unsigned char)*at, quote);
        if (len && (!gs_append(out, from, (size_t)(at - from)) || !gs_append(out, escape, len)))
            return false;
        at++;
        if (len)
            from = at;
    }
    return gs_append(out, from, (size_t)(end - from));
}

static bool repr_text(struct gs_buf *out, const struct gs_str *s)
{
    bool single = memchr(s->data, '\'', s->len) && !memchr(s->data, '"', s->len);
    char quote = single ? '"' : '\'';
    if (s->object.tag == GS_BYTES && !GS_APPEND(out, "b"))
        return false;
    return gs_append(out, &quote, 1) && repr_inside(out, s, quote) && gs_append(out, &quote, 1);
}

static bool repr_items(struct gs_buf *out, const struct gs_list *list, int depth)
{
    for (uint32_t i = 0; i < list->count; i++)
        if ((i && !GS_APPEND(out, ", ")) || !repr_value(out, list->items[i], depth))
            return false;
    return true;
}

static bool repr_list(struct gs_buf *out, const struct gs_list *list, int depth)
{
    return !gs_is_gone(&list->object) && GS_APPEND(out, "[") && repr_items(out, list, depth) &&
           GS_APPEND(out, "]");
}

static bool repr_tuple(struct gs_buf *out, const struct gs_list *list, int depth)
{
    return GS_APPEND(out, "(") && repr_items(out, list, depth) &&
           (list->count == 1 ? GS_APPEND(out, ",)") : GS_APPEND(out, ")"));
}

static bool repr_dict(struct gs_buf *out, const struct gs_dict *dict, int depth)
{
    if (gs_is_gone(&dict->object) || !GS_APPEND(out, "{"))
        return false;
    uint32_t at = 0;
    const char *between = "";
    for (struct gs_pair *pair; (pair = gs_dict_next(dict, &at)); between = ", ")
        if (!gs_append(out, between, strlen(between)) || !repr_value(out, pair->key, depth) ||
            !GS_APPEND(out, ": ") || !repr_value(out, pair->value, depth))
            return false;
    return GS_APPEND(out, "}");
}

static bool repr_number(struct gs_buf *out, struct gs_value v)
{
    char text[32];
    size_t len = v.tag == GS_INT ? gs_number_whole(v.i, text) : gs_number_repr(v.f, text);
    return gs_append(out, text, len);
}

static bool repr_value(struct gs_buf *out, struct gs_value v, int depth)
{
    switch (v.tag) {
    case GS_NONE:
        return GS_APPEND(out, "None");
    case GS_BOOL:
        return v.i ? GS_APPEND(out, "True") : GS_APPEND(out, "False");
    case GS_INT:
    case GS_FLOAT:
        return repr_number(out, v);
    case GS_STR:
    case GS_BYTES:
        return repr_text(out, v.str);
    case GS_LIST:
        return depth < DEEPEST && repr_list(out, v.list, depth + 1);
    case GS_TUPLE:
        return depth < DEEPEST && repr_tuple(out, v.list, depth + 1);
    case GS_DICT:
        return depth < DEEPEST && repr_dict(out, v.dict, depth + 1);
    case GS_VIEW:
        return gs_json_touch(v.view) && repr_value(out, v.view->value, depth);
    default:
        return false;
    }
}

bool gs_text_repr(struct gs_buf *out, struct gs_value v)
{
    return repr_value(out, v, 0);
}

bool gs_text_str(struct gs_buf *out, struct gs_value v)
{
    if (v.tag == GS_VIEW) {
        if (!gs_json_touch(v.view))
            return false;
        v = v.view->value;
    }
    return v.tag == GS_STR ? gs_append(out, v.str->data, v.str->len) : repr_value(out, v, 0);
}
