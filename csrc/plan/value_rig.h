// value_rig: what tests of task programs share: values written as Python writes them. Main.
#ifndef GS_PLAN_VALUE_RIG_H
#define GS_PLAN_VALUE_RIG_H

#include <stdlib.h>

#include "base/test.h"
#include "plan/json.h"
#include "plan/text.h"
#include "plan/value.h"

#define RIG_UNSET ((struct gs_value){.tag = GS_UNSET})
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

// ---- from text --------------------------------------------------------------------------------

static struct gs_value rig_read(const char **at);

static void rig_blank(const char **at)
{
    while (**at == ' ' || **at == ',')
        ++*at;
}

static struct gs_value rig_read_items(const char **at, enum gs_tag tag, char close)
{
    struct gs_list *list = gs_list_new(tag, 0);
    for (rig_blank(at); **at != close; rig_blank(at))
        gs_list_push(list, rig_read(at));
    ++*at;
    return GS_VALUE(tag, list, list);
}

static struct gs_value rig_read_pairs(const char **at)
{
    struct gs_dict *dict = gs_dict_new();
    for (rig_blank(at); **at != '}'; rig_blank(at)) {
        struct gs_value key = rig_read(at);
        *at += **at == ':';
        struct gs_value value = (rig_blank(at), rig_read(at));
        gs_dict_set(dict, key, value);
        gs_drop(key);
        gs_drop(value);
    }
    ++*at;
    return GS_VALUE(GS_DICT, dict, dict);
}

// A JSON document that nobody looked into yet. Takes the text.
static struct gs_value rig_view(struct gs_value text)
{
    struct gs_view *view = calloc(1, sizeof *view);
    view->object = (struct gs_object){.refs = 1, .tag = GS_VIEW};
    view->holder = text;
    view->text = text.str->data;
    view->len = text.str->len;
    return GS_VALUE(GS_VIEW, view, view);
}

static struct gs_value rig_read_text(const char **at)
{
    char kind = **at;
    const char *from = *at + 1 + (kind != '\'');
    const char *to = strchr(from, '\'');
    size_t len = (size_t)(to - from);
    *at = to + 1;
    struct gs_value text = kind == 'b' ? gs_bytes_new(from, len) : gs_str_of_utf8(from, len);
    return kind == '@' ? rig_view(text) : text;
}

static struct gs_value rig_read_number(const char **at)
{
    char *float_end, *int_end;
    double f = strtod(*at, &float_end);
    int64_t i = strtoll(*at, &int_end, 10);
    bool whole = int_end >= float_end;
    *at = whole ? int_end : float_end;
    return whole ? GS_INT_VALUE(i) : GS_FLOAT_VALUE(f);
}

static struct gs_value rig_read(const char **at)
{
    static const struct {
        const char *name;
        struct gs_value value;
    } names[] = {{"None", {.tag = GS_NONE}},
                 {"True", {.tag = GS_BOOL, .i = 1}},
                 {"False", {.tag = GS_BOOL}},
                 {"unset", {.tag = GS_UNSET}}};
    rig_blank(at);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strncmp(*at, names[i].name, strlen(names[i].name)) == 0) {
            *at += strlen(names[i].name);
            return names[i].value;
        }
    switch (**at) {
    case '[':
        ++*at;
        return rig_read_items(at, GS_LIST, ']');
    case '(':
        ++*at;
        return rig_read_items(at, GS_TUPLE, ')');
    case '{':
        ++*at;
        return rig_read_pairs(at);
    case '\'':
    case 'b':
    case '@':
        return rig_read_text(at);
    default:
        return rig_read_number(at);
    }
}

// The value of a Python literal (None, numbers, 'text' without escapes, b'bytes', lists, tuples,
// dicts; unset: none; @'...': a view of a JSON document). A new reference.
static inline struct gs_value rig_value(const char *text)
{
    return rig_read(&text);
}

// The same as a constant of a program. free_constant's business is rig_unmake.
static inline struct gs_value rig_constant(const char *text)
{
    struct gs_value v = rig_value(text);
    gs_make_immortal(v);
    return v;
}

// Frees a constant and what is in it.
static inline void rig_unmake(struct gs_value v)
{
    if (!gs_has_object(v))
        return;
    if (v.tag == GS_LIST || v.tag == GS_TUPLE) {
        for (uint32_t i = 0; i < v.list->count; i++)
            rig_unmake(v.list->items[i]);
        v.list->count = 0;
    } else if (v.tag == GS_DICT) {
        for (uint32_t i = 0; i < v.dict->used; i++) {
            rig_unmake(v.dict->pairs[i].key);
            rig_unmake(v.dict->pairs[i].value);
        }
        v.dict->used = 0;
    }
    v.object->refs = 1;
    gs_drop(v);
}

// A reference to a Python object that does not exist; it goes to `trash`, see rig_empty.
static inline struct gs_value rig_python(struct gs_pyref **trash)
{
    struct gs_pyref *pyref = calloc(1, sizeof *pyref);
    pyref->object = (struct gs_object){.refs = 1, .tag = GS_PYTHON};
    pyref->trash = trash;
    return GS_VALUE(GS_PYTHON, pyref, pyref);
}

// Frees what is in the trash. How many there were.
static inline int rig_empty(struct gs_pyref **trash)
{
    int count = 0;
    for (struct gs_pyref *next; *trash; *trash = next, count++) {
        next = (*trash)->next;
        free(*trash);
    }
    return count;
}

// ---- to text ----------------------------------------------------------------------------------

// repr(v), "unset" for no value; free().
static inline char *rig_repr(struct gs_value v)
{
    struct gs_buf text = GS_BUF_EMPTY;
    if (v.tag == GS_UNSET)
        return strdup("unset");
    if (!gs_text_repr(&text, v)) {
        text.len = 0;
        gs_buf_printf(&text, "<%s>", gs_type_name(v));
    }
    char *copy = strndup(text.len ? text.data : "", text.len);
    gs_buf_fini(&text);
    return copy;
}

static inline void rig_check_repr(const char *file, int line, struct gs_value v,
                                  const char *expected)
{
    char *text = rig_repr(v);
    if (strcmp(text, expected) != 0) {
        gs_test_failures++;
        fprintf(stderr, "%s:%d: it is %s, not %s\n", file, line, text, expected);
    }
    free(text);
}

#define CHECK_REPR(v, text) rig_check_repr(__FILE__, __LINE__, (v), (text))

// How many references there are to it; 0: it is no object.
static inline uint32_t rig_refs(struct gs_value v)
{
    return gs_has_object(v) ? v.object->refs : 0;
}

#endif
