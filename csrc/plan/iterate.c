#include "plan/iterate.h"

#include <stdlib.h>
#include <string.h>

#include "plan/json.h"

static struct gs_iter *iter_new(enum gs_iter_kind kind, struct gs_value over)
{
    struct gs_iter *iter = calloc(1, sizeof *iter);
    if (!iter)
        return NULL;
    iter->object = (struct gs_object){.refs = 1, .tag = GS_ITER};
    iter->kind = kind;
    iter->over = gs_keep(over);
    return iter;
}

static bool give(struct gs_iter *iter, struct gs_value *out)
{
    if (!iter)
        return false;
    *out = GS_VALUE(GS_ITER, iter, iter);
    return true;
}

bool gs_iter(struct gs_value v, struct gs_value *out)
{
    switch (v.tag) {
    case GS_ITER:
        *out = gs_keep(v);
        return true;
    case GS_VIEW:
        return gs_json_touch(v.view) && gs_iter(v.view->value, out);
    case GS_LIST:
    case GS_TUPLE:
        return !gs_is_gone(v.object) && give(iter_new(GS_ITER_SEQUENCE, v), out);
    case GS_STR:
        return give(iter_new(GS_ITER_CHARS, v), out);
    case GS_DICT:
        return gs_iter_dict(v, 0, out);
    default:
        return false;
    }
}

bool gs_iter_dict(struct gs_value dict, uint8_t part, struct gs_value *out)
{
    if (gs_is_gone(dict.object))
        return false;
    struct gs_iter *iter = iter_new(GS_ITER_DICT, dict);
    if (iter) {
        iter->part = part;
        iter->size = dict.dict->count;
    }
    return give(iter, out);
}

bool gs_iter_range(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    for (uint32_t i = 0; i < count; i++)
        if (args[i].tag != GS_INT && args[i].tag != GS_BOOL)
            return false;
    int64_t step = count > 2 ? args[2].i : 1;
    const int64_t far = INT64_C(1) << 60;
    for (uint32_t i = 0; i < count; i++)
        if (args[i].i > far || args[i].i < -far)
            return false;
    if (step == 0)
        return false;
    struct gs_iter *iter = iter_new(GS_ITER_RANGE, GS_NONE_VALUE);
    if (iter) {
        iter->at = count > 1 ? args[0].i : 0;
        iter->stop = count > 1 ? args[1].i : args[0].i;
        iter->step = step;
    }
    return give(iter, out);
}

static bool pairs(const struct gs_value *args, uint32_t count, struct gs_iter *iter,
                  struct gs_value *out)
{
    if (!iter)
        return false;
    *out = GS_VALUE(GS_ITER, iter, iter);
    for (uint32_t i = 0; i < count; i++)
        if (!gs_iter(args[i], &iter->others[i])) {
            gs_drop(*out);
            return false;
        }
    return true;
}

bool gs_iter_enumerate(struct gs_value over, int64_t start, struct gs_value *out)
{
    struct gs_iter *iter = iter_new(GS_ITER_PAIRS, GS_NONE_VALUE);
    if (iter) {
        iter->step = 1; // counts
        iter->at = start;
    }
    return pairs(&over, 1, iter, out);
}

bool gs_iter_zip(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return pairs(args, count, iter_new(GS_ITER_PAIRS, GS_NONE_VALUE), out);
}

// ---- next -------------------------------------------------------------------------------------

static int next_in_dict(struct gs_iter *iter, struct gs_value *out)
{
    struct gs_dict *dict = iter->over.dict;
    if (gs_is_gone(iter->over.object) || dict->count != iter->size)
        return -1; // changed while it is walked: Python says so
    uint32_t at = (uint32_t)iter->at;
    struct gs_pair *pair = gs_dict_next(dict, &at);
    iter->at = at;
    if (!pair)
        return 0;
    if (iter->part < 2) {
        *out = gs_keep(iter->part == 0 ? pair->key : pair->value);
        return 1;
    }
    struct gs_list *both = gs_list_new(GS_TUPLE, 2);
    if (!both)
        return -1;
    both->items[0] = gs_keep(pair->key);
    both->items[1] = gs_keep(pair->value);
    both->count = 2;
    *out = GS_VALUE(GS_TUPLE, list, both);
    return 1;
}

static int next_char(struct gs_iter *iter, struct gs_value *out)
{
    const struct gs_str *s = iter->over.str;
    size_t from = (size_t)iter->at, to = from + 1;
    if (from >= s->len)
        return 0;
    while (to < s->len && ((unsigned char)s->data[to] & 0xc0) == 0x80)
        to++;
    iter->at = (int64_t)to;
    *out = gs_str_new(s->data + from, to - from, 1);
    return out->tag == GS_UNSET ? -1 : 1;
}

// Whether Python must go on: what it walks over became its object, or was changed.
static bool is_lost(const struct gs_iter *iter)
{
    if (iter->kind == GS_ITER_PAIRS) {
        for (int i = 0; i < 3 && iter->others[i].tag != GS_UNSET; i++)
            if (is_lost(iter->others[i].iter))
                return true;
        return false;
    }
    if (iter->kind == GS_ITER_DICT && iter->over.dict->count != iter->size)
        return true;
    return (iter->kind == GS_ITER_DICT || iter->kind == GS_ITER_SEQUENCE) &&
           gs_is_gone(iter->over.object);
}

static int next_pair(struct gs_iter *iter, struct gs_value *out)
{
    if (is_lost(iter)) // before anything is taken
        return -1;
    struct gs_list *tuple = gs_list_new(GS_TUPLE, 4);
    if (!tuple)
        return -1;
    *out = GS_VALUE(GS_TUPLE, list, tuple);
    if (iter->step) {
        tuple->items[tuple->count++] = GS_INT_VALUE(iter->at);
        iter->at = (int64_t)((uint64_t)iter->at + 1);
    }
    for (int i = 0; i < 3 && iter->others[i].tag != GS_UNSET; i++) {
        int rc = gs_next(iter->others[i].iter, &tuple->items[tuple->count]);
        if (rc != 1) {
            gs_drop(*out);
            return rc;
        }
        tuple->count++;
    }
    return 1;
}

int gs_next(struct gs_iter *iter, struct gs_value *out)
{
    switch (iter->kind) {
    case GS_ITER_RANGE:
        if (iter->step > 0 ? iter->at >= iter->stop : iter->at <= iter->stop)
            return 0;
        *out = GS_INT_VALUE(iter->at);
        iter->at += iter->step;
        return 1;
    case GS_ITER_SEQUENCE:
        if (gs_is_gone(iter->over.object))
            return -1;
        if (iter->at >= iter->over.list->count)
            return 0;
        *out = gs_keep(iter->over.list->items[iter->at++]);
        return 1;
    case GS_ITER_CHARS:
        return next_char(iter, out);
    case GS_ITER_DICT:
        return next_in_dict(iter, out);
    case GS_ITER_PAIRS:
        return next_pair(iter, out);
    }
    return -1;
}

bool gs_iter_collect(struct gs_value over, enum gs_tag tag, struct gs_value *out)
{
    struct gs_value iter, item;
    struct gs_list *list = gs_list_new(tag, 0);
    if (!list)
        return false;
    *out = GS_VALUE(tag, list, list);
    // an iterator of the caller's is used up even if this declines: only fresh ones are given
    if (!gs_iter(over, &iter)) {
        gs_drop(*out);
        return false;
    }
    int rc;
    while ((rc = gs_next(iter.iter, &item)) == 1)
        if (!gs_list_push(list, item)) {
            rc = -1;
            break;
        }
    gs_drop(iter);
    if (rc == 0)
        return true;
    gs_drop(*out);
    return false;
}
