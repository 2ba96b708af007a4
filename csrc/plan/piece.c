#include "plan/piece.h"

#include <string.h>

#include "plan/append.h"
#include "plan/search.h"
#include "plan/text.h"
#include "plan/utf8.h"

// ---- characters of a kind -----------------------------------------------------------------------

// White space of str, the same in every Python.
static bool is_wide_space(unsigned point)
{
    return (point >= 0x1c && point <= 0x1f) || point == 0x85 || point == 0xa0 || point == 0x1680 ||
           (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 ||
           point == 0x202f || point == 0x205f || point == 0x3000;
}

// What is to be taken away or to be split at: the characters of `set`, or white space if it is
// NULL.
struct kind {
    bool bytes;
    const struct gs_str *set;
};

// Whether the character from `at` to `behind` is one of them.
static bool is_one(const struct kind *kind, const char *at, const char *behind)
{
    if (kind->set)
        return memmem(kind->set->data, kind->set->len, at, (size_t)(behind - at)) != NULL;
    if (*at == ' ' || (*at >= '\t' && *at <= '\r'))
        return true;
    return !kind->bytes && is_wide_space(gs_utf8_take(&at));
}

static const char *after(const struct kind *kind, const char *at)
{
    if (!kind->bytes)
        gs_utf8_take(&at);
    else
        at++;
    return at;
}

static const char *before(const struct kind *kind, const char *at)
{
    return kind->bytes ? at - 1 : gs_utf8_before(at);
}

// Behind the characters that are (`are`) or are not of the kind.
static const char *skip(const struct kind *kind, const char *at, const char *end, bool are)
{
    while (at < end) {
        const char *behind = after(kind, at);
        if (is_one(kind, at, behind) != are)
            break;
        at = behind;
    }
    return at;
}

// The same from `at` down to `start`.
static const char *skip_back(const struct kind *kind, const char *start, const char *at, bool are)
{
    while (at > start) {
        const char *from = before(kind, at);
        if (is_one(kind, from, at) != are)
            break;
        at = from;
    }
    return at;
}

static bool part(const struct gs_str *s, const char *from, const char *to, struct gs_value *out)
{
    return gs_text_part(s, (size_t)(from - s->data), (size_t)(to - s->data), out);
}

// ---- strip --------------------------------------------------------------------------------------

static bool strip(const struct gs_value *args, uint32_t count, bool left, bool right,
                  struct gs_value *out)
{
    const struct gs_str *s = args[0].str;
    struct kind kind = {args[0].tag == GS_BYTES, gs_method_text(args, count, 1)};
    if (count > 2 || (count == 2 && !kind.set && args[1].tag != GS_NONE))
        return false;
    const char *from = s->data, *to = from + s->len;
    if (left)
        from = skip(&kind, from, to, true);
    if (right)
        to = skip_back(&kind, from, to, true);
    return part(s, from, to, out);
}

bool gs_piece_strip(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return strip(args, count, true, true, out);
}

bool gs_piece_lstrip(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return strip(args, count, true, false, out);
}

bool gs_piece_rstrip(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return strip(args, count, false, true, out);
}

bool gs_piece_removeprefix(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    const struct gs_str *s = args[0].str, *prefix = gs_method_text(args, count, 1);
    if (count != 2 || !prefix)
        return false;
    bool has = prefix->len <= s->len && memcmp(s->data, prefix->data, prefix->len) == 0;
    return gs_text_part(s, has ? prefix->len : 0, s->len, out);
}

bool gs_piece_removesuffix(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    const struct gs_str *s = args[0].str, *suffix = gs_method_text(args, count, 1);
    if (count != 2 || !suffix)
        return false;
    size_t left = s->len - suffix->len;
    bool has = suffix->len <= s->len && memcmp(s->data + left, suffix->data, suffix->len) == 0;
    return gs_text_part(s, 0, has ? left : s->len, out);
}

// ---- split --------------------------------------------------------------------------------------

// Adds s[from:to] to the list.
static bool push_part(struct gs_list *list, const struct gs_str *s, const char *from,
                      const char *to)
{
    struct gs_value piece;
    return part(s, from, to, &piece) && gs_list_push(list, piece);
}

static bool split_at(struct gs_list *list, const struct gs_str *s, const struct gs_str *sep,
                     int64_t most)
{
    const char *from = s->data, *end = from + s->len, *to;
    for (; most > 0 && (to = gs_search_first(from, end, sep)); most--) {
        if (!push_part(list, s, from, to))
            return false;
        from = to + sep->len;
    }
    return push_part(list, s, from, end);
}

static bool split_space(struct gs_list *list, const struct gs_str *s, int64_t most)
{
    struct kind space = {s->object.tag == GS_BYTES, NULL};
    const char *end = s->data + s->len, *from = skip(&space, s->data, end, true);
    for (; most > 0 && from < end; most--) {
        const char *to = skip(&space, from, end, false);
        if (!push_part(list, s, from, to))
            return false;
        from = skip(&space, to, end, true);
    }
    return from == end || push_part(list, s, from, end);
}

static bool rsplit_at(struct gs_list *list, const struct gs_str *s, const struct gs_str *sep,
                      int64_t most)
{
    const char *to = s->data + s->len, *at;
    for (; most > 0 && (at = gs_search_last(s->data, to, sep)); most--) {
        if (!push_part(list, s, at + sep->len, to))
            return false;
        to = at;
    }
    return push_part(list, s, s->data, to);
}

static bool rsplit_space(struct gs_list *list, const struct gs_str *s, int64_t most)
{
    struct kind space = {s->object.tag == GS_BYTES, NULL};
    const char *to = skip_back(&space, s->data, s->data + s->len, true);
    for (; most > 0 && to > s->data; most--) {
        const char *from = skip_back(&space, s->data, to, false);
        if (!push_part(list, s, from, to))
            return false;
        to = skip_back(&space, s->data, from, true);
    }
    return to == s->data || push_part(list, s, s->data, to);
}

static void turn_round(struct gs_list *list)
{
    for (uint32_t i = 0, j = list->count; i + 1 < j; i++) {
        struct gs_value v = list->items[i];
        list->items[i] = list->items[--j];
        list->items[j] = v;
    }
}

// args[1]: what to split at, or None; args[2]: how often.
static bool read_split(const struct gs_value *args, uint32_t count, const struct gs_str **sep,
                       int64_t *most)
{
    *sep = gs_method_text(args, count, 1);
    if (count > 3 || (count > 1 && !*sep && args[1].tag != GS_NONE) || (*sep && !(*sep)->len))
        return false;
    if (!gs_method_whole(args, count, 2, -1, most))
        return false;
    if (*most < 0)
        *most = INT64_MAX;
    return true;
}

static bool finish(struct gs_list *list, bool good, struct gs_value *out)
{
    if (good)
        *out = GS_VALUE(GS_LIST, list, list);
    else if (list)
        gs_drop(GS_VALUE(GS_LIST, list, list));
    return good;
}

bool gs_piece_split(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    const struct gs_str *s = args[0].str, *sep;
    int64_t most;
    struct gs_list *list = read_split(args, count, &sep, &most) ? gs_list_new(GS_LIST, 4) : NULL;
    if (!list)
        return false;
    return finish(list, sep ? split_at(list, s, sep, most) : split_space(list, s, most), out);
}

bool gs_piece_rsplit(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    const struct gs_str *s = args[0].str, *sep;
    int64_t most;
    struct gs_list *list = read_split(args, count, &sep, &most) ? gs_list_new(GS_LIST, 4) : NULL;
    if (!list)
        return false;
    bool good = sep ? rsplit_at(list, s, sep, most) : rsplit_space(list, s, most);
    turn_round(list);
    return finish(list, good, out);
}

static bool ends_line(bool bytes, unsigned point)
{
    if (point == '\n' || point == '\r')
        return true;
    return !bytes && (point == '\v' || point == '\f' || (point >= 0x1c && point <= 0x1e) ||
                      point == 0x85 || point == 0x2028 || point == 0x2029);
}

// The end of the line at `at`; *behind: where the next one begins.
static const char *line_end(const struct kind *kind, const char *at, const char *end,
                            const char **behind)
{
    for (; at < end; at = *behind) {
        const char *next = at;
        unsigned point = kind->bytes ? (unsigned char)*at : gs_utf8_take(&next);
        *behind = after(kind, at);
        if (!ends_line(kind->bytes, point))
            continue;
        if (point == '\r' && *behind < end && **behind == '\n')
            ++*behind;
        return at;
    }
    *behind = end;
    return end;
}

bool gs_piece_splitlines(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    const struct gs_str *s = args[0].str;
    struct kind kind = {.bytes = args[0].tag == GS_BYTES};
    int64_t keep;
    if (count > 2 || !gs_method_whole(args, count, 1, 0, &keep))
        return false;
    struct gs_list *list = gs_list_new(GS_LIST, 4);
    bool good = list != NULL;
    const char *end = s->data + s->len, *behind;
    for (const char *at = s->data; good && at < end; at = behind) {
        const char *to = line_end(&kind, at, end, &behind);
        good = push_part(list, s, at, keep ? behind : to);
    }
    return finish(list, good, out);
}

// What is before `at`, the separator (or nothing where `at` is NULL) and what is behind it.
static bool part_in_three(const struct gs_value *args, const char *at, const char *from,
                          struct gs_value *out)
{
    const struct gs_str *s = args[0].str, *sep = args[1].str;
    struct gs_list *list = gs_list_new(GS_TUPLE, 3);
    const char *to = at ? at : from, *behind = at ? at + sep->len : from, *end = s->data + s->len;
    bool good = list && push_part(list, s, s->data, to) &&
                push_part(list, sep, sep->data, sep->data + (at ? sep->len : 0)) &&
                push_part(list, s, behind, end);
    if (good)
        *out = GS_VALUE(GS_TUPLE, list, list);
    else if (list)
        gs_drop(GS_VALUE(GS_TUPLE, list, list));
    return good;
}

bool gs_piece_partition(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    const struct gs_str *s = args[0].str, *sep = gs_method_text(args, count, 1);
    if (count != 2 || !sep || !sep->len)
        return false;
    const char *end = s->data + s->len;
    return part_in_three(args, gs_search_first(s->data, end, sep), end, out);
}

bool gs_piece_rpartition(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    const struct gs_str *s = args[0].str, *sep = gs_method_text(args, count, 1);
    if (count != 2 || !sep || !sep->len)
        return false;
    return part_in_three(args, gs_search_last(s->data, s->data + s->len, sep), s->data, out);
}

// ---- join and replace ---------------------------------------------------------------------------

bool gs_piece_join(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    if (count != 2 || (args[1].tag != GS_LIST && args[1].tag != GS_TUPLE) ||
        gs_is_gone(args[1].object))
        return false;
    const struct gs_str *between = args[0].str;
    const struct gs_list *list = args[1].list;
    size_t n = list->count, gaps = n ? n - 1 : 0, len = gaps * between->len,
           chars = gaps * between->chars;
    for (uint32_t i = 0; i < n; i++) {
        if (list->items[i].tag != args[0].tag)
            return false;
        len += list->items[i].str->len;
        chars += list->items[i].str->chars;
    }
    struct gs_str *joined = gs_str_room(len, chars, args[0].tag);
    char *to = joined ? joined->data : NULL;
    for (uint32_t i = 0; to && i < n; i++) {
        if (i) {
            memcpy(to, between->data, between->len);
            to += between->len;
        }
        memcpy(to, list->items[i].str->data, list->items[i].str->len);
        to += list->items[i].str->len;
    }
    if (joined)
        *out = (struct gs_value){.str = joined, .tag = args[0].tag};
    return joined != NULL;
}

static bool replace(struct gs_buf *out, const struct gs_str *s, const struct gs_value *args,
                    int64_t most)
{
    const struct gs_str *old = args[1].str, *new = args[2].str;
    const char *from = s->data, *end = from + s->len, *at;
    for (; most > 0 && (at = gs_search_first(from, end, old)); most--) {
        if (!gs_append(out, from, (size_t)(at - from)) || !gs_append(out, new->data, new->len))
            return false;
        from = at + old->len;
    }
    return gs_append(out, from, (size_t)(end - from));
}

// Where nothing is replaced: before each character and at the end.
static bool spread(struct gs_buf *out, const struct gs_str *s, const struct gs_str *new,
                   int64_t most)
{
    struct kind kind = {.bytes = s->object.tag == GS_BYTES};
    const char *at = s->data, *end = at + s->len;
    for (; most > 0; most--) {
        if (!gs_append(out, new->data, new->len))
            return false;
        if (at == end)
            break;
        const char *behind = after(&kind, at);
        if (!gs_append(out, at, (size_t)(behind - at)))
            return false;
        at = behind;
    }
    return gs_append(out, at, (size_t)(end - at));
}

bool gs_piece_replace(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    const struct gs_str *s = args[0].str;
    int64_t most;
    if (count > 4 || !gs_method_text(args, count, 1) || !gs_method_text(args, count, 2) ||
        !gs_method_whole(args, count, 3, -1, &most))
        return false;
    if (most < 0)
        most = INT64_MAX;
    if (most == 0 || !gs_search_first(s->data, s->data + s->len, args[1].str)) {
        *out = gs_keep(args[0]);
        return true;
    }
    struct gs_buf text = GS_BUF_EMPTY;
    bool good =
            args[1].str->len ? replace(&text, s, args, most) : spread(&text, s, args[2].str, most);
    return gs_text_finish(&text, args[0].tag, good, out);
}
