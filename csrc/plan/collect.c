#include "plan/collect.h"

#include <stdlib.h>
#include <string.h>

#include "plan/iterate.h"
#include "plan/operate.h"

static bool give_none(struct gs_value *out)
{
    *out = GS_NONE_VALUE;
    return true;
}

static bool is_ours(struct gs_value v)
{
    return v.object->refs != GS_IMMORTAL;
}

// ---- lists ------------------------------------------------------------------------------------

static bool append(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return count == 2 && is_ours(args[0]) && gs_list_push(args[0].list, gs_keep(args[1])) &&
           give_none(out);
}

static bool extend(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_value items;
    if (count != 2 || !is_ours(args[0]) || args[1].tag == GS_ITER ||
        !gs_iter_collect(args[1], GS_LIST, &items))
        return false;
    for (uint32_t i = 0; i < items.list->count; i++)
        gs_list_push(args[0].list, gs_keep(items.list->items[i]));
    gs_drop(items);
    return give_none(out);
}

static bool pop(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_list *list = args[0].list;
    if (count > 2 || !is_ours(args[0]) || (count == 2 && args[1].tag != GS_INT))
        return false;
    int64_t at = count == 2 ? args[1].i : -1;
    if (at < 0)
        at += list->count;
    if (at < 0 || at >= list->count)
        return false;
    *out = list->items[at];
    list->count--;
    memmove(&list->items[at], &list->items[at + 1], (list->count - at) * sizeof *list->items);
    return true;
}

static bool insert(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_list *list = args[0].list;
    if (count != 3 || !is_ours(args[0]) || args[1].tag != GS_INT)
        return false;
    int64_t at = args[1].i < 0 ? args[1].i + list->count : args[1].i;
    at = at < 0 ? 0 : at > list->count ? list->count : at;
    if (!gs_list_push(list, gs_keep(args[2])))
        return false;
    memmove(&list->items[at + 1], &list->items[at], (list->count - 1 - at) * sizeof *list->items);
    list->items[at] = args[2];
    return give_none(out);
}

static bool list_clear(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    if (count != 1 || !is_ours(args[0]))
        return false;
    while (args[0].list->count > 0)
        gs_drop(args[0].list->items[--args[0].list->count]);
    return give_none(out);
}

static bool find(const struct gs_value *args, uint32_t count, uint32_t *at)
{
    bool same = false;
    if (count != 2)
        return false;
    for (*at = 0; *at < args[0].list->count; ++*at) {
        if (!gs_equal(args[0].list->items[*at], args[1], &same))
            return false;
        if (same)
            return true;
    }
    return false;
}

static bool list_index(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    uint32_t at;
    if (!find(args, count, &at))
        return false;
    *out = GS_INT_VALUE(at);
    return true;
}

static bool list_remove(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    uint32_t at;
    return is_ours(args[0]) && find(args, count, &at) && gs_index_del(args[0], GS_INT_VALUE(at)) &&
           give_none(out);
}

static bool list_count(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    int64_t found = 0;
    bool same;
    if (count != 2)
        return false;
    for (uint32_t i = 0; i < args[0].list->count; i++) {
        if (!gs_equal(args[0].list->items[i], args[1], &same))
            return false;
        found += same;
    }
    *out = GS_INT_VALUE(found);
    return true;
}

static bool list_copy(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return count == 1 && gs_iter_collect(args[0], GS_LIST, out);
}

static bool reverse(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_list *list = args[0].list;
    if (count != 1 || !is_ours(args[0]))
        return false;
    for (uint32_t i = 0; i < list->count / 2; i++) {
        struct gs_value swap = list->items[i];
        list->items[i] = list->items[list->count - 1 - i];
        list->items[list->count - 1 - i] = swap;
    }
    return give_none(out);
}

// Merge sort, stable as Python's; items are ordered pairwise beforehand.
static void merge_sort(struct gs_value *items, struct gs_value *room, uint32_t count, bool down)
{
    int order;
    if (count < 2)
        return;
    uint32_t half = count / 2, i = 0, j = half, n = 0;
    merge_sort(items, room, half, down);
    merge_sort(items + half, room, count - half, down);
    while (i < half && j < count) {
        gs_order(items[i], items[j], &order);
        room[n++] = (down ? order < 0 : order > 0) ? items[j++] : items[i++];
    }
    while (i < half)
        room[n++] = items[i++];
    memcpy(items, room, n * sizeof *items);
}

// All numbers (none NaN) or all text: then any two can be compared.
static bool are_alike(const struct gs_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct gs_value v = list->items[i];
        bool text = list->items[0].tag == GS_STR;
        if (text ? v.tag != GS_STR
                 : v.tag != GS_INT && v.tag != GS_BOOL && !(v.tag == GS_FLOAT && v.f == v.f))
            return false;
    }
    return true;
}

bool gs_sort(struct gs_list *list, bool down)
{
    struct gs_value *room = list->count < 1000000 && are_alike(list)
                                    ? malloc((list->count ? list->count : 1) * sizeof *room)
                                    : NULL;
    if (!room)
        return false;
    merge_sort(list->items, room, list->count, down);
    free(room);
    return true;
}

static bool sort(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return count == 1 && is_ours(args[0]) && gs_sort(args[0].list, false) && give_none(out);
}

// ---- dicts ------------------------------------------------------------------------------------

static bool get(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    if (count < 2 || count > 3 || !gs_is_key(args[1]))
        return false;
    struct gs_value *found = gs_dict_find(args[0].dict, args[1]);
    *out = found ? gs_keep(*found) : count == 3 ? gs_keep(args[2]) : GS_NONE_VALUE;
    return true;
}

static bool view(const struct gs_value *args, uint32_t count, uint8_t part, struct gs_value *out)
{
    return count == 1 && gs_iter_dict(args[0], part, out);
}

static bool keys(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return view(args, count, 0, out);
}

static bool values(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return view(args, count, 1, out);
}

static bool items(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    return view(args, count, 2, out);
}

static bool update(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    uint32_t at = 0;
    struct gs_pair *pair;
    if (count != 2 || !is_ours(args[0]) || args[1].tag != GS_DICT || gs_is_gone(args[1].object) ||
        args[0].dict == args[1].dict)
        return false;
    while ((pair = gs_dict_next(args[1].dict, &at)) != NULL)
        gs_dict_set(args[0].dict, pair->key, pair->value);
    return give_none(out);
}

static bool dict_pop(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    if (count < 2 || count > 3 || !is_ours(args[0]) || !gs_is_key(args[1]))
        return false;
    if (gs_dict_take(args[0].dict, args[1], out))
        return true;
    if (count == 3)
        *out = gs_keep(args[2]);
    return count == 3;
}

static bool setdefault(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    if (count < 2 || count > 3 || !is_ours(args[0]) || !gs_is_key(args[1]))
        return false;
    struct gs_value *found = gs_dict_find(args[0].dict, args[1]);
    if (found) {
        *out = gs_keep(*found);
        return true;
    }
    *out = count == 3 ? gs_keep(args[2]) : GS_NONE_VALUE;
    return gs_dict_set(args[0].dict, args[1], *out);
}

static bool dict_copy(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    struct gs_dict *dict = count == 1 ? gs_dict_new() : NULL;
    if (!dict)
        return false;
    *out = GS_VALUE(GS_DICT, dict, dict);
    uint32_t at = 0;
    for (struct gs_pair *pair; (pair = gs_dict_next(args[0].dict, &at)) != NULL;)
        gs_dict_set(dict, pair->key, pair->value);
    return true;
}

static bool dict_clear(const struct gs_value *args, uint32_t count, struct gs_value *out)
{
    if (count != 1 || !is_ours(args[0]))
        return false;
    struct gs_dict *dict = args[0].dict;
    for (uint32_t i = 0; i < dict->used; i++) {
        struct gs_value gone;
        struct gs_value key = gs_keep(dict->pairs[i].key);
        if (key.tag != GS_UNSET && gs_dict_take(dict, key, &gone))
            gs_drop(gone);
        gs_drop(key);
    }
    return give_none(out);
}

// ---- by name ----------------------------------------------------------------------------------

struct named {
    const char *name;
    gs_method *method;
};

static gs_method *find_method(const struct named *table, const char *name, size_t len)
{
    for (; table->name; table++)
        if (strlen(table->name) == len && memcmp(table->name, name, len) == 0)
            return table->method;
    return NULL;
}

gs_method *gs_list_method(const char *name, size_t len)
{
    static const struct named table[] = {
            {"append", append},      {"extend", extend},    {"pop", pop},
            {"insert", insert},      {"clear", list_clear}, {"index", list_index},
            {"remove", list_remove}, {"count", list_count}, {"copy", list_copy},
            {"reverse", reverse},    {"sort", sort},        {NULL, NULL}};
    return find_method(table, name, len);
}

gs_method *gs_dict_method(const char *name, size_t len)
{
    static const struct named table[] = {{"get", get},
                                         {"items", items},
                                         {"keys", keys},
                                         {"values", values},
                                         {"update", update},
                                         {"pop", dict_pop},
                                         {"setdefault", setdefault},
                                         {"copy", dict_copy},
                                         {"clear", dict_clear},
                                         {NULL, NULL}};
    return find_method(table, name, len);
}
