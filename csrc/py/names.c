#include "py/names.h"

#include <stdlib.h>

#define SLOTS 256

struct slot {
    PyObject *name; // a reference, so that the address stays its own
    const char *method;
    uint32_t id;
    char kind;
};

struct gs_name_cache {
    struct slot slots[SLOTS];
};

struct gs_name_cache *gs_name_cache_new(void)
{
    return calloc(1, sizeof(struct gs_name_cache));
}

void gs_name_cache_free(struct gs_name_cache *cache)
{
    for (int i = 0; cache && i < SLOTS; i++)
        Py_XDECREF(cache->slots[i].name);
    free(cache);
}

static enum gs_kind kind_of(const struct gs_user *user)
{
    if (user->id == GS_USER_SETUP)
        return GS_KIND_START;
    return user->id == GS_USER_TEARDOWN ? GS_KIND_STOP : GS_KIND_MAIN;
}

uint32_t gs_name_lookup(struct gs_py_user *user, const char *method, PyObject *name, size_t skip)
{
    struct gs_py_lane *lane = user->lane;
    enum gs_kind kind = kind_of(user->user);
    size_t place = ((uintptr_t)name >> 4) * 31 + ((uintptr_t)method >> 2);
    struct slot *slot = &lane->names->slots[place % SLOTS];
    if (slot->name == name && slot->method == method && slot->kind == (char)kind)
        return slot->id;
    Py_ssize_t len;
    const char *text = PyUnicode_AsUTF8AndSize(name, &len);
    if (!text)
        return GS_INTERN_NONE;
    uint32_t id = gs_name_id(&lane->lane->names, lane->lane->shard, kind, method, text + skip,
                             (size_t)len - skip);
    // only what may come again: somebody else holds a literal, nobody a string just formatted
    if (skip == 0 && Py_REFCNT(name) > 1) {
        Py_XSETREF(slot->name, Py_NewRef(name));
        slot->method = method;
        slot->id = id;
        slot->kind = (char)kind;
    }
    return id;
}
