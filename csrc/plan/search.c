#include "plan/search.h"

#include <string.h>

const char *gs_search_first(const char *at, const char *end, const struct gs_str *part)
{
    return part->len ? memmem(at, (size_t)(end - at), part->data, part->len) : at;
}

const char *gs_search_last(const char *at, const char *end, const struct gs_str *part)
{
    if (end - at < part->len)
        return NULL;
    for (const char *p = end - part->len; p >= at; p--)
        if (memcmp(p, part->data, part->len) == 0)
            return p;
    return NULL;
}

// ---- a range of the text ------------------------------------------------------------------------

// args[2] and args[3], as Python counts; in code points and in place.
struct range {
    int64_t start, stop; // start may lie behind stop
    const char *from, *to;
};

static bool read_bound(const struct gs_value *args, uint32_t count, uint32_t at, int64_t size,
                       int64_t usual, int64_t *bound)
{
    *bound = usual;
    if (at >= count || args[at].tag == GS_NONE)
        return true;
    int64_t i = args[at].i < 0 ? args[at].i + size : args[at].i;
    *bound = i < 0 ? 0 : i;
    return args[at].tag == GS_INT || args[at].tag == GS_BOOL;
}

static bool read_range(const struct gs_value *args, uint32_t count, struct range *range)
{
    const struct gs_str *s = args[0].str;
    int64_t size = s->chars;
    if (count < 2 || count > 4 || !read_bound(args, count, 2, size, 0, &range->start) ||
        !read_bound(args, count, 3, size, size, &range->stop))
        return false;
    if (range->stop > size)
        range->stop = size;
    range->from = range->to = s->data;
    if (range->start <= range->stop) {
        range->from += gs_str_offset(s, (size_t)range->start);
        range->to += range->stop == size ? s->len : gs_str_offset(s, (size_t)range->stop);
    }
    return true;
}

// ---- find and count -----------------------------------------------------------------------------

static bool find(const struct gs_value *args, uint32_t count, bool last, struct gs_value *out)
{
    const struct gs_str *s = args[0].str, *part = gs_method_text(args, count, 1);
    struct range range;
    if (!part || !read_range(args, count, &range))
        return false;
    const char *place = NULL;
    if (range.start <= range.stop)
        place = (last ? gs_search_last : gs_search_first)(range.from, range.to, part);
    if (!place)
        *out = GS_INT_VALUE(-1);
    else if (gs_method_plain(s))
        *out = GS_INT_VALUE(place - s->data);
    else
        *out = GS_INT_VALUE((int64_t)gs_utf8_count(s->data, (size_t)(place - s->data)));
    return true;
}

bool gs_search_find(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return find(args, count, false, out);
}

bool gs_search_rfind(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return find(args, count, true, out);
}

bool gs_search_index(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return find(args, count, false, out) && out->i >= 0;
}

bool gs_search_rindex(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return find(args, count, true, out) && out->i >= 0;
}

bool gs_search_count(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    const struct gs_str *part = gs_method_text(args, count, 1);
    struct range range;
    if (!part || !read_range(args, count, &range))
        return false;
    int64_t n = 0;
    if (range.start <= range.stop && part->len == 0)
        n = range.stop - range.start + 1;
    else if (range.start <= range.stop)
        for (const char *at = range.from; (at = gs_search_first(at, range.to, part)); n++)
            at += part->len;
    *out = GS_INT_VALUE(n);
    return true;
}

// ---- ends ---------------------------------------------------------------------------------------

static bool matches(const struct range *range, const struct gs_str *part, bool at_end)
{
    if (range->start > range->stop || range->to - range->from < part->len)
        return false;
    return memcmp(at_end ? range->to - part->len : range->from, part->data, part->len) == 0;
}

static bool match_any(const struct gs_value *args, uint32_t count, bool at_end,
                      struct gs_value *out)
{
    struct range range;
    if (!read_range(args, count, &range))
        return false;
    const struct gs_value *parts = &args[1];
    uint32_t n = 1;
    if (args[1].tag == GS_TUPLE) {
        parts = args[1].list->items;
        n = args[1].list->count;
    }
    bool matched = false;
    for (uint32_t i = 0; i < n; i++) {
        if (parts[i].tag != args[0].tag)
            return false;
        matched = matched || matches(&range, parts[i].str, at_end);
    }
    *out = GS_BOOL_VALUE(matched);
    return true;
}

bool gs_search_startswith(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return match_any(args, count, false, out);
}

bool gs_search_endswith(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return match_any(args, count, true, out);
}
