#include "engine/custom.h"

#include <stdlib.h>
#include <string.h>

#include "net/field.h"

static struct gs_slice slice_of(const struct gs_str *s)
{
    return (struct gs_slice){s->data, s->len};
}

// ---- header fields ----------------------------------------------------------------------------

static struct gs_slice fields_of(const struct gs_ask_session *session)
{
    return session->fields.data ? session->fields : GS_SLICE(GS_DEFAULT_FIELDS);
}

void gs_custom_fini(struct gs_ask_session *session)
{
    if (session->own)
        free((char *)(uintptr_t)session->fields.data);
    session->own = false;
    session->fields = (struct gs_slice){NULL, 0};
}

static void take_fields(struct gs_ask_session *session, struct gs_buf *fresh)
{
    gs_custom_fini(session);
    session->fields = (struct gs_slice){fresh->data, fresh->len};
    session->own = true;
}

// The fields with this line (empty: none) in the place of that of the same name, or behind all.
static bool put_line(struct gs_ask_session *session, const struct gs_str *name,
                     struct gs_slice line)
{
    struct gs_slice fields = fields_of(session);
    struct gs_buf fresh = GS_BUF_EMPTY;
    size_t len = 0;
    const char *old = gs_field_find(fields, slice_of(name), &len);
    size_t before = old ? (size_t)(old - fields.data) : fields.len;
    size_t most = fields.len + line.len + 1; // kept as long as the user lives: no room to grow
    if (gs_buf_reserve_upto(&fresh, most, most) != 0)
        return false;
    gs_buf_add(&fresh, fields.data, before);
    gs_buf_add(&fresh, line.data, line.len);
    gs_buf_add(&fresh, fields.data + before + len, fields.len - before - len);
    take_fields(session, &fresh);
    return true;
}

static bool set_field(struct gs_ask_session *session, struct gs_value name, struct gs_value value)
{
    struct gs_buf line = GS_BUF_EMPTY;
    if (value.tag != GS_STR || !gs_ask_is_field(name, value))
        return false;
    bool done = gs_field_add(&line, slice_of(name.str), slice_of(value.str)) == 0 &&
                put_line(session, name.str, (struct gs_slice){line.data, line.len});
    gs_buf_fini(&line);
    return done;
}

static bool update_fields(struct gs_ask_session *session, struct gs_value fields)
{
    uint32_t at = 0;
    struct gs_pair *pair;
    if (fields.tag != GS_DICT || gs_is_gone(fields.object))
        return false;
    while ((pair = gs_dict_next(fields.dict, &at)) != NULL)
        if (pair->value.tag != GS_STR || !gs_ask_is_field(pair->key, pair->value))
            return false;
    for (at = 0; (pair = gs_dict_next(fields.dict, &at)) != NULL;)
        if (!set_field(session, pair->key, pair->value))
            return false;
    return true;
}

// False: there is none, or it is declined.
static bool get_field(const struct gs_ask_session *session, struct gs_value name,
                      struct gs_value *out)
{
    size_t len;
    const char *line = name.tag == GS_STR && name.str->len > 0
                               ? gs_field_find(fields_of(session), slice_of(name.str), &len)
                               : NULL;
    if (!line)
        return false;
    line += name.str->len + 2;
    len -= name.str->len + 4;
    *out = gs_str_new(line, len, len);
    return out->tag != GS_UNSET;
}

static bool is_name(struct gs_value v)
{
    return v.tag == GS_STR && v.str->len > 0 && v.str->chars == v.str->len;
}

// d.get(name[, default]): what there is, or the default.
static bool or_default(bool found, const struct gs_value *args, uint32_t count,
                       struct gs_value *out)
{
    if (!found)
        *out = count > 1 ? gs_keep(args[1]) : GS_NONE_VALUE;
    return true;
}

static bool pop_field(struct gs_ask_session *session, const struct gs_value *args, uint32_t count,
                      struct gs_value *out)
{
    if (!get_field(session, args[0], out)) {
        if (count < 2)
            return false; // Python raises
        *out = gs_keep(args[1]);
        return true;
    }
    if (put_line(session, args[0].str, (struct gs_slice){"", 0}))
        return true;
    gs_drop(*out);
    return false;
}

static bool do_fields(struct gs_ask_session *session, enum gs_native native,
                      const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    if (session->python)
        return false;
    if (native == GS_NATIVE_headers_update)
        return update_fields(session, args[0]);
    if (!is_name(args[0]))
        return false;
    switch (native) {
    case GS_NATIVE_header_set:
        return set_field(session, args[0], args[1]);
    case GS_NATIVE_header_item:
        return get_field(session, args[0], out);
    case GS_NATIVE_header_get:
        return or_default(get_field(session, args[0], out), args, count, out);
    default:
        return pop_field(session, args, count, out);
    }
}

// ---- cookies ----------------------------------------------------------------------------------

static bool is_plain(struct gs_slice s, bool name)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.data[i];
        if (c < ' ' || c > 126 || c == ';' || (name && (c == ' ' || c == '=')))
            return false;
    }
    return s.len > 0 || !name;
}

// How many cookies have this name; the last of them.
static uint32_t count_cookies(const struct gs_jar *jar, struct gs_slice name,
                              struct gs_slice *value)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < jar->count; i++) {
        struct gs_slice found = gs_cookie_name(&jar->items[i]);
        if (found.len != name.len || memcmp(found.data, name.data, name.len) != 0)
            continue;
        *value = gs_cookie_value(&jar->items[i]);
        count++;
    }
    return count;
}

static bool set_cookie(struct gs_jar *jar, struct gs_value name, struct gs_value value)
{
    if (name.tag != GS_STR || value.tag != GS_STR || !is_plain(slice_of(name.str), true) ||
        !is_plain(slice_of(value.str), false))
        return false;
    return gs_jar_set(jar, slice_of(name.str), slice_of(value.str), (struct gs_slice){"", 0},
                      GS_SLICE("/")) == 0;
}

static bool update_cookies(struct gs_jar *jar, struct gs_value cookies)
{
    uint32_t at = 0;
    struct gs_pair *pair;
    if (cookies.tag != GS_DICT || gs_is_gone(cookies.object))
        return false;
    while ((pair = gs_dict_next(cookies.dict, &at)) != NULL)
        if (pair->key.tag != GS_STR || pair->value.tag != GS_STR ||
            !is_plain(slice_of(pair->key.str), true) || !is_plain(slice_of(pair->value.str), false))
            return false;
    for (at = 0; (pair = gs_dict_next(cookies.dict, &at)) != NULL;)
        if (!set_cookie(jar, pair->key, pair->value))
            return false;
    return true;
}

static bool get_cookie(const struct gs_jar *jar, const struct gs_value *args, uint32_t count,
                       bool must, struct gs_value *out)
{
    struct gs_slice value;
    if (args[0].tag != GS_STR)
        return false;
    uint32_t found = count_cookies(jar, slice_of(args[0].str), &value);
    if (found == 0 && !must)
        return or_default(false, args, count, out);
    if (found != 1 || !is_plain(value, false))
        return false;
    *out = gs_str_new(value.data, value.len, value.len);
    return out->tag != GS_UNSET;
}

static bool do_cookies(struct gs_jar *jar, enum gs_native native, const struct gs_value *args,
                       uint32_t count, struct gs_value *out)
{
    struct gs_slice any = {"", 0};
    switch (native) {
    case GS_NATIVE_cookie_set:
        return set_cookie(jar, args[0], args[1]);
    case GS_NATIVE_cookies_update:
        return update_cookies(jar, args[0]);
    case GS_NATIVE_cookies_clear:
        gs_jar_remove(jar, any, any, any);
        return true;
    default:
        return get_cookie(jar, args, count, native == GS_NATIVE_cookie_item, out);
    }
}

bool gs_custom(struct gs_runner *runner, enum gs_native native, const struct gs_value *args,
               uint32_t count, struct gs_value *out)
{
    *out = GS_NONE_VALUE;
    if (native >= GS_NATIVE_cookie_set)
        return do_cookies(&runner->user->session.jar, native, args, count, out);
    return do_fields(&runner->session, native, args, count, out);
}
