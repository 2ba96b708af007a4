#include "base/intern.h"

#include <stdlib.h>
#include <string.h>

void gs_intern_init(struct gs_intern *in, uint32_t max)
{
    *in = (struct gs_intern){.max = max};
}

void gs_intern_fini(struct gs_intern *in)
{
    for (uint32_t i = 0; i < in->count; i++)
        free(in->entries[i].data);
    free(in->entries);
    free(in->table);
    gs_intern_init(in, in->max);
}

// Eight bytes a step, mixed by multiplication: names are short and the table is private.
static uint32_t hash_of(const char *data, size_t len)
{
    uint64_t h = 0x9e3779b97f4a7c15ULL ^ len;
    while (len >= 8) {
        uint64_t word;
        memcpy(&word, data, 8);
        h = (h ^ word) * 0xff51afd7ed558ccdULL;
        h ^= h >> 32;
        data += 8;
        len -= 8;
    }
    uint64_t word = 0;
    memcpy(&word, data, len);
    h = (h ^ word) * 0xc4ceb9fe1a85ec53ULL;
    return (uint32_t)(h ^ (h >> 32));
}

static uint32_t lookup(const struct gs_intern *in, const char *data, size_t len, uint32_t hash,
                       uint32_t *place)
{
    uint32_t at = hash & in->mask;
    for (; in->table[at]; at = (at + 1) & in->mask) {
        const struct gs_intern_entry *entry = &in->entries[in->table[at] - 1];
        if (entry->hash == hash && entry->len == len && memcmp(entry->data, data, len) == 0)
            return in->table[at] - 1;
    }
    *place = at;
    return GS_INTERN_NONE;
}

static int grow(struct gs_intern *in)
{
    uint32_t cap = in->cap ? in->cap * 2 : 32;
    struct gs_intern_entry *entries = realloc(in->entries, cap * sizeof *entries);
    if (!entries)
        return -1;
    in->entries = entries;
    uint32_t *table = calloc((size_t)cap * 2, sizeof *table);
    if (!table)
        return -1;
    free(in->table);
    in->table = table;
    in->cap = cap;
    in->mask = cap * 2 - 1;
    for (uint32_t i = 0; i < in->count; i++) {
        uint32_t at = entries[i].hash & in->mask;
        while (table[at])
            at = (at + 1) & in->mask;
        table[at] = i + 1;
    }
    return 0;
}

uint32_t gs_intern_find(const struct gs_intern *in, const char *data, size_t len)
{
    uint32_t place;
    return in->table ? lookup(in, data, len, hash_of(data, len), &place) : GS_INTERN_NONE;
}

uint32_t gs_intern_add(struct gs_intern *in, const char *data, size_t len)
{
    uint32_t hash = hash_of(data, len), place = 0;
    if (in->table) {
        uint32_t id = lookup(in, data, len, hash, &place);
        if (id != GS_INTERN_NONE)
            return id;
    }
    if (in->count >= in->max || len >= UINT32_MAX)
        return GS_INTERN_NONE;
    if (in->count == in->cap) {
        if (grow(in) != 0)
            return GS_INTERN_NONE;
        lookup(in, data, len, hash, &place);
    }
    char *copy = malloc(len + 1);
    if (!copy)
        return GS_INTERN_NONE;
    memcpy(copy, data, len);
    copy[len] = '\0';
    in->entries[in->count] = (struct gs_intern_entry){copy, (uint32_t)len, hash};
    in->table[place] = ++in->count;
    return in->count - 1;
}
