#include "plan/value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan/json.h"
#include "plan/reply.h"

// ---- lives ----------------------------------------------------------------------------------

static void drop_all(struct gs_value *items, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        gs_drop(items[i]);
}

static void pyref_drop(struct gs_pyref *pyref)
{
    if (pyref)
        gs_drop(GS_VALUE(GS_PYTHON, pyref, pyref));
}

static void list_free(struct gs_list *list)
{
    drop_all(list->items, list->count);
    free(list->items);
    pyref_drop(list->python);
    free(list);
}

static void dict_free(struct gs_dict *dict)
{
    for (uint32_t i = 0; i < dict->used; i++) {
        gs_drop(dict->pairs[i].key);
        gs_drop(dict->pairs[i].value);
    }
    free(dict->pairs);
    free(dict->index);
    pyref_drop(dict->python);
    free(dict);
}

static void free_one(struct gs_object *object)
{
    struct gs_value v = {.object = object, .tag = object->tag};
    switch (object->tag) {
    case GS_LIST:
    case GS_TUPLE:
        list_free(v.list);
        break;
    case GS_DICT:
        dict_free(v.dict);
        break;
    case GS_VIEW:
        if (v.view->holder.tag == GS_REPLY)
            gs_reply_forget(v.view->holder.reply, v.view);
        gs_drop(v.view->holder);
        gs_drop(v.view->value);
        free(v.view);
        break;
    case GS_REPLY:
        gs_reply_free(v.reply);
        break;
    case GS_ITER:
        gs_drop(v.iter->over);
        drop_all(v.iter->others, 3);
        free(v.iter);
        break;
    case GS_PYTHON:
        v.pyref->next = *v.pyref->trash;
        *v.pyref->trash = v.pyref;
        break;
    default:
        free(object);
    }
}

// What is nested deeper than the stack should be waits here for the outermost to come back.
#define DYING_MAX 500
static _Thread_local struct {
    uint32_t depth, count, cap;
    struct gs_object **objects;
} dying;

static bool put_off(struct gs_object *object)
{
    if (dying.count == dying.cap) {
        uint32_t cap = dying.cap ? dying.cap * 2 : 64;
        struct gs_object **objects = realloc(dying.objects, cap * sizeof(struct gs_object *));
        if (!objects)
            return false;
        dying.objects = objects;
        dying.cap = cap;
    }
    dying.objects[dying.count++] = object;
    return true;
}

void gs_object_free(struct gs_object *object)
{
    if (dying.depth >= DYING_MAX && put_off(object))
        return;
    dying.depth++;
    free_one(object);
    while (dying.depth == 1 && dying.count > 0)
        free_one(dying.objects[--dying.count]);
    if (--dying.depth == 0 && dying.objects) {
        free(dying.objects);
        dying.objects = NULL;
        dying.cap = 0;
    }
}

void gs_make_immortal(struct gs_value v)
{
    if (!gs_has_object(v) || v.object->refs == GS_IMMORTAL)
        return;
    v.object->refs = GS_IMMORTAL;
    if (v.tag == GS_LIST || v.tag == GS_TUPLE) {
        for (uint32_t i = 0; i < v.list->count; i++)
            gs_make_immortal(v.list->items[i]);
    } else if (v.tag == GS_DICT) {
        for (uint32_t i = 0; i < v.dict->used; i++) {
            gs_make_immortal(v.dict->pairs[i].key);
            gs_make_immortal(v.dict->pairs[i].value);
        }
    }
}

// ---- text -----------------------------------------------------------------------------------

struct gs_str *gs_str_room(size_t len, size_t chars, enum gs_tag tag)
{
    struct gs_str *s = len < UINT32_MAX / 2 ? malloc(sizeof *s + len + 1) : NULL;
    if (!s)
        return NULL;
    s->object = (struct gs_object){.refs = 1, .tag = (uint8_t)tag};
    s->len = (uint32_t)len;
    s->chars = (uint32_t)chars;
    s->data[len] = '\0';
    return s;
}

struct gs_value gs_str_new(const char *data, size_t len, size_t chars)
{
    struct gs_str *s = gs_str_room(len, chars, GS_STR);
    if (!s)
        return (struct gs_value){.tag = GS_UNSET};
    if (len)
        memcpy(s->data, data, len);
    return GS_VALUE(GS_STR, str, s);
}

struct gs_value gs_bytes_new(const char *data, size_t len)
{
    struct gs_value v = gs_str_new(data, len, len);
    if (v.tag == GS_UNSET)
        return v;
    v.str->object.tag = v.tag = GS_BYTES;
    return v;
}

struct gs_value gs_str_of_utf8(const char *data, size_t len)
{
    return gs_str_new(data, len, gs_utf8_count(data, len));
}

size_t gs_utf8_count(const char *data, size_t len)
{
    size_t chars = 0, at = 0;
    for (; at + 8 <= len; at += 8) {
        uint64_t word;
        memcpy(&word, data + at, 8);
        // bytes that continue a code point are 10xxxxxx
        uint64_t more = (word >> 7) & (~word >> 6) & 0x0101010101010101ULL;
        chars += 8 - (size_t)__builtin_popcountll(more);
    }
    for (; at < len; at++)
        chars += ((unsigned char)data[at] & 0xc0) != 0x80;
    return chars;
}

bool gs_utf8_valid(const char *data, size_t len)
{
    const unsigned char *p = (const unsigned char *)data, *end = p + len;
    while (p < end) {
        if (end - p >= 8) {
            uint64_t word;
            memcpy(&word, p, 8);
            if (!(word & 0x8080808080808080ULL)) {
                p += 8;
                continue;
            }
        }
        unsigned c = *p++;
        if (c < 0x80)
            continue;
        int more = c >= 0xc2 && c < 0xe0   ? 1
                   : c >= 0xe0 && c < 0xf0 ? 2
                   : c >= 0xf0 && c < 0xf5 ? 3
                                           : 0;
        if (!more || end - p < more)
            return false;
        unsigned low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
        unsigned high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
        if (*p < low || *p > high)
            return false;
        for (p++; --more; p++)
            if ((*p & 0xc0) != 0x80)
                return false;
    }
    return true;
}

size_t gs_str_offset(const struct gs_str *s, size_t at)
{
    if (s->chars == s->len)
        return at;
    size_t byte = 0;
    for (; at > 0; at--)
        for (byte++; byte < s->len && ((unsigned char)s->data[byte] & 0xc0) == 0x80;)
            byte++;
    return byte;
}

// ---- lists ----------------------------------------------------------------------------------

struct gs_list *gs_list_new(enum gs_tag tag, uint32_t cap)
{
    struct gs_list *list = calloc(1, sizeof *list);
    if (!list)
        return NULL;
    list->object = (struct gs_object){.refs = 1, .tag = (uint8_t)tag};
    list->items = cap ? malloc(cap * sizeof *list->items) : NULL;
    list->cap = cap;
    if (cap && !list->items) {
        free(list);
        return NULL;
    }
    return list;
}

bool gs_list_push(struct gs_list *list, struct gs_value item)
{
    if (list->count == list->cap) {
        uint32_t cap = list->cap ? list->cap * 2 : 4;
        struct gs_value *items =
                cap < (1U << 27) ? realloc(list->items, cap * sizeof *items) : NULL;
        if (!items) {
            gs_drop(item);
            return false;
        }
        list->items = items;
        list->cap = cap;
    }
    list->items[list->count++] = item;
    return true;
}

// ---- dicts ----------------------------------------------------------------------------------

#define SMALL 8 // up to so many pairs are searched one by one

bool gs_is_key(struct gs_value key)
{
    return key.tag == GS_STR || key.tag == GS_INT || key.tag == GS_BOOL || key.tag == GS_NONE;
}

static uint64_t mix(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93ULL;
    return x ^ (x >> 32);
}

static uint64_t hash_text(const char *data, size_t len)
{
    uint64_t h = 0x9e3779b97f4a7c15ULL ^ len, word;
    for (; len >= 8; data += 8, len -= 8) {
        memcpy(&word, data, 8);
        h = mix(h ^ word);
    }
    word = 0;
    if (len)
        memcpy(&word, data, len);
    return mix(h ^ word);
}

static uint64_t hash_key(struct gs_value key)
{
    if (key.tag == GS_STR)
        return hash_text(key.str->data, key.str->len);
    return key.tag == GS_NONE ? 0x5bd1e995 : mix((uint64_t)key.i + 1);
}

static bool same_key(struct gs_value a, struct gs_value b)
{
    if (a.tag == GS_STR || b.tag == GS_STR)
        return a.tag == b.tag &&
               (a.str == b.str ||
                (a.str->len == b.str->len && memcmp(a.str->data, b.str->data, a.str->len) == 0));
    if (a.tag == GS_NONE || b.tag == GS_NONE)
        return a.tag == b.tag;
    return a.i == b.i; // True is 1
}

struct gs_dict *gs_dict_new(void)
{
    struct gs_dict *dict = calloc(1, sizeof *dict);
    if (dict)
        dict->object = (struct gs_object){.refs = 1, .tag = GS_DICT};
    return dict;
}

#define NOWHERE UINT32_MAX

static uint32_t place_of(const struct gs_dict *dict, struct gs_value key, uint64_t hash)
{
    if (!dict->index) {
        for (uint32_t i = 0; i < dict->used; i++)
            if (dict->pairs[i].hash == hash && dict->pairs[i].key.tag != GS_UNSET &&
                same_key(dict->pairs[i].key, key))
                return i;
        return NOWHERE;
    }
    for (uint32_t at = (uint32_t)hash & dict->mask; dict->index[at]; at = (at + 1) & dict->mask) {
        const struct gs_pair *pair = &dict->pairs[dict->index[at] - 1];
        if (pair->hash == hash && pair->key.tag != GS_UNSET && same_key(pair->key, key))
            return dict->index[at] - 1;
    }
    return NOWHERE;
}

static void index_add(struct gs_dict *dict, uint32_t place)
{
    uint32_t at = (uint32_t)dict->pairs[place].hash & dict->mask;
    while (dict->index[at])
        at = (at + 1) & dict->mask;
    dict->index[at] = place + 1;
}

// Squeezes out deleted pairs and makes room for one more.
static bool make_room(struct gs_dict *dict)
{
    uint32_t cap = dict->count * 2 < 4 ? 4 : dict->count * 2;
    struct gs_pair *pairs = cap < (1U << 25) ? malloc(cap * sizeof *pairs) : NULL;
    uint32_t *index = NULL, slots = 0;
    if (pairs && cap > SMALL) {
        for (slots = 16; slots < cap * 2;)
            slots *= 2;
        index = calloc(slots, sizeof *index);
    }
    if (!pairs || (slots && !index)) {
        free(pairs);
        return false;
    }
    uint32_t used = 0;
    for (uint32_t i = 0; i < dict->used; i++)
        if (dict->pairs[i].key.tag != GS_UNSET)
            pairs[used++] = dict->pairs[i];
    free(dict->pairs);
    free(dict->index);
    dict->pairs = pairs;
    dict->index = index;
    dict->mask = slots ? slots - 1 : 0;
    dict->used = used;
    dict->cap = cap;
    for (uint32_t i = 0; index && i < used; i++)
        index_add(dict, i);
    return true;
}

struct gs_value *gs_dict_find(const struct gs_dict *dict, struct gs_value key)
{
    uint32_t place = place_of(dict, key, hash_key(key));
    return place == NOWHERE ? NULL : &dict->pairs[place].value;
}

struct gs_value *gs_dict_find_text(const struct gs_dict *dict, const char *key, size_t len)
{
    for (uint32_t i = 0; i < dict->used; i++) {
        const struct gs_value *k = &dict->pairs[i].key;
        if (k->tag == GS_STR && k->str->len == len && memcmp(k->str->data, key, len) == 0)
            return &dict->pairs[i].value;
    }
    return NULL;
}

bool gs_dict_set(struct gs_dict *dict, struct gs_value key, struct gs_value value)
{
    uint64_t hash = hash_key(key);
    uint32_t place = place_of(dict, key, hash);
    if (place != NOWHERE) {
        gs_put(&dict->pairs[place].value, gs_keep(value));
        return true;
    }
    if (dict->used == dict->cap && !make_room(dict))
        return false;
    place = dict->used++;
    dict->pairs[place] = (struct gs_pair){gs_keep(key), gs_keep(value), hash};
    dict->count++;
    if (dict->index)
        index_add(dict, place);
    return true;
}

bool gs_dict_take(struct gs_dict *dict, struct gs_value key, struct gs_value *out)
{
    uint32_t place = place_of(dict, key, hash_key(key));
    if (place == NOWHERE)
        return false;
    struct gs_pair *pair = &dict->pairs[place];
    struct gs_value old = pair->key;
    *out = pair->value;
    pair->key = pair->value = (struct gs_value){.tag = GS_UNSET};
    dict->count--;
    gs_drop(old);
    return true;
}

struct gs_pair *gs_dict_next(const struct gs_dict *dict, uint32_t *at)
{
    while (*at < dict->used) {
        struct gs_pair *pair = &dict->pairs[(*at)++];
        if (pair->key.tag != GS_UNSET)
            return pair;
    }
    return NULL;
}

// ---- meaning --------------------------------------------------------------------------------

bool gs_truth(struct gs_value v, bool *out)
{
    switch (v.tag) {
    case GS_NONE:
        *out = false;
        return true;
    case GS_BOOL:
    case GS_INT:
        *out = v.i != 0;
        return true;
    case GS_FLOAT:
        *out = v.f != 0;
        return true;
    case GS_STR:
    case GS_BYTES:
        *out = v.str->len != 0;
        return true;
    case GS_TUPLE:
    case GS_LIST:
        *out = v.list->count != 0;
        return !gs_is_gone(v.object);
    case GS_DICT:
        *out = v.dict->count != 0;
        return !gs_is_gone(v.object);
    case GS_VIEW:
        return gs_json_touch(v.view) && gs_truth(v.view->value, out);
    case GS_REPLY:
        *out = v.reply->status > 0 && v.reply->status < 400;
        return true;
    default:
        return false;
    }
}

static bool is_int(struct gs_value v)
{
    return v.tag == GS_INT || v.tag == GS_BOOL;
}

// An int against a float, exactly. NaN: not comparable.
static bool order_mixed(int64_t i, double f, int *out)
{
    if (isnan(f))
        return false;
    if (f >= 0x1p63 || f < -0x1p63) {
        *out = f > 0 ? -1 : 1;
        return true;
    }
    int64_t whole = (int64_t)f;
    *out = i < whole ? -1 : i > whole ? 1 : (double)whole < f ? -1 : (double)whole > f ? 1 : 0;
    return true;
}

static bool order_numbers(struct gs_value a, struct gs_value b, int *out)
{
    if (is_int(a) && is_int(b)) {
        *out = a.i < b.i ? -1 : a.i > b.i;
        return true;
    }
    if (a.tag == GS_FLOAT && b.tag == GS_FLOAT) {
        *out = a.f < b.f ? -1 : a.f > b.f;
        return !isnan(a.f) && !isnan(b.f);
    }
    if (is_int(a))
        return order_mixed(a.i, b.f, out);
    bool known = order_mixed(b.i, a.f, out);
    *out = known ? -*out : 0;
    return known;
}

static bool is_number(struct gs_value v)
{
    return is_int(v) || v.tag == GS_FLOAT;
}

static bool is_container(struct gs_value v)
{
    return v.tag == GS_LIST || v.tag == GS_TUPLE || v.tag == GS_DICT;
}

#define DEPTH_MAX 200 // a list may hold itself: Python says what it thinks of that

static bool equal_at(struct gs_value a, struct gs_value b, int depth, bool *out);

// Of items in containers: Python takes the same object for equal, which matters for NaN.
static bool equal_items(struct gs_value a, struct gs_value b, int depth, bool *out)
{
    if (a.tag == GS_FLOAT && b.tag == GS_FLOAT && isnan(a.f) && isnan(b.f))
        return false;
    return equal_at(a, b, depth, out);
}

static bool equal_lists(const struct gs_list *a, const struct gs_list *b, int depth, bool *out)
{
    *out = a->count == b->count;
    for (uint32_t i = 0; *out && i < a->count; i++)
        if (!equal_items(a->items[i], b->items[i], depth, out))
            return false;
    return true;
}

static bool equal_dicts(const struct gs_dict *a, const struct gs_dict *b, int depth, bool *out)
{
    *out = a->count == b->count;
    uint32_t at = 0;
    for (struct gs_pair *pair; *out && (pair = gs_dict_next(a, &at));) {
        struct gs_value *other = gs_dict_find(b, pair->key);
        if (!other)
            *out = false;
        else if (!equal_items(pair->value, *other, depth, out))
            return false;
    }
    return true;
}

static bool equal_at(struct gs_value a, struct gs_value b, int depth, bool *out)
{
    if (depth > DEPTH_MAX)
        return false;
    if (a.tag == GS_VIEW || b.tag == GS_VIEW) {
        if ((a.tag == GS_VIEW && !gs_json_touch(a.view)) ||
            (b.tag == GS_VIEW && !gs_json_touch(b.view)))
            return false;
        return equal_at(a.tag == GS_VIEW ? a.view->value : a, b.tag == GS_VIEW ? b.view->value : b,
                        depth + 1, out);
    }
    if (a.tag >= GS_REPLY || b.tag >= GS_REPLY || a.tag == GS_UNSET || b.tag == GS_UNSET)
        return false;
    if ((is_container(a) && gs_is_gone(a.object)) || (is_container(b) && gs_is_gone(b.object)))
        return false;
    if (is_number(a) && is_number(b)) {
        int order;
        *out = order_numbers(a, b, &order) && order == 0;
        return true; // NaN equals nothing
    }
    *out = false;
    if (a.tag != b.tag)
        return true;
    if (a.tag == GS_NONE)
        return *out = true;
    if (a.tag == GS_STR || a.tag == GS_BYTES) {
        *out = a.str == b.str ||
               (a.str->len == b.str->len && memcmp(a.str->data, b.str->data, a.str->len) == 0);
        return true;
    }
    return a.tag == GS_DICT ? equal_dicts(a.dict, b.dict, depth + 1, out)
                            : equal_lists(a.list, b.list, depth + 1, out);
}

bool gs_equal(struct gs_value a, struct gs_value b, bool *out)
{
    return equal_at(a, b, 0, out);
}

static bool order_text(const struct gs_str *a, const struct gs_str *b, int *out)
{
    size_t n = a->len < b->len ? a->len : b->len; // UTF-8 sorts as its code points do
    int c = memcmp(a->data, b->data, n);
    *out = c ? (c < 0 ? -1 : 1) : a->len < b->len ? -1 : a->len > b->len;
    return true;
}

static bool order_at(struct gs_value a, struct gs_value b, int depth, int *out);

static bool order_lists(const struct gs_list *a, const struct gs_list *b, int depth, int *out)
{
    for (uint32_t i = 0; i < a->count && i < b->count; i++) {
        bool same;
        if (!equal_items(a->items[i], b->items[i], 0, &same))
            return false;
        if (!same)
            return order_at(a->items[i], b->items[i], depth, out);
    }
    *out = a->count < b->count ? -1 : a->count > b->count;
    return true;
}

static bool order_at(struct gs_value a, struct gs_value b, int depth, int *out)
{
    if (depth > DEPTH_MAX)
        return false;
    if (is_number(a) && is_number(b))
        return order_numbers(a, b, out);
    if (a.tag != b.tag)
        return false;
    if (a.tag == GS_STR || a.tag == GS_BYTES)
        return order_text(a.str, b.str, out);
    if ((a.tag == GS_LIST || a.tag == GS_TUPLE) && !gs_is_gone(a.object) && !gs_is_gone(b.object))
        return order_lists(a.list, b.list, depth + 1, out);
    return false;
}

bool gs_order(struct gs_value a, struct gs_value b, int *out)
{
    return order_at(a, b, 0, out);
}

const char *gs_type_name(struct gs_value v)
{
    static const char *const names[] = {
            [GS_UNSET] = "object", [GS_NONE] = "NoneType", [GS_BOOL] = "bool",
            [GS_INT] = "int",      [GS_FLOAT] = "float",   [GS_STR] = "str",
            [GS_BYTES] = "bytes",  [GS_LIST] = "list",     [GS_TUPLE] = "tuple",
            [GS_DICT] = "dict",    [GS_VIEW] = "object",   [GS_REPLY] = "Response",
            [GS_ITER] = "object",  [GS_PYTHON] = "object"};
    return names[v.tag];
}
