// method: the methods of str and bytes. Pure. Lane thread.
#ifndef GS_PLAN_METHOD_H
#define GS_PLAN_METHOD_H

#include "plan/value.h"

// args[0] is the text; count includes it.
typedef bool gs_method(const struct gs_value *args, uint32_t count, struct gs_value *out);

// The method of that name of str or bytes (tag), or NULL: Python's alone.
gs_method *gs_method_find(const char *name, size_t len, enum gs_tag tag);

// ---- for those who write methods ----------------------------------------------------------------

// Argument `at` if it is a text of the same type as args[0], else NULL.
static inline const struct gs_str *gs_method_text(const struct gs_value *args, uint32_t count,
                                                  uint32_t at)
{
    return at < count && args[at].tag == args[0].tag ? args[at].str : NULL;
}

// Argument `at` if it is an int, `usual` if it is not given.
static inline bool gs_method_whole(const struct gs_value *args, uint32_t count, uint32_t at,
                                   int64_t usual, int64_t *whole)
{
    *whole = at < count ? args[at].i : usual;
    return at >= count || args[at].tag == GS_INT || args[at].tag == GS_BOOL;
}

// A str of which only ASCII is known here, or bytes, whose methods know nothing else.
static inline bool gs_method_plain(const struct gs_str *s)
{
    return s->len == s->chars;
}

#endif
