// intern: byte strings to small dense ids, and back. Strings live as long as the table.
// One thread at a time.
#ifndef GS_BASE_INTERN_H
#define GS_BASE_INTERN_H

#include <stddef.h>
#include <stdint.h>

#define GS_INTERN_NONE UINT32_MAX

struct gs_intern_entry {
    char *data;
    uint32_t len;
    uint32_t hash;
};

struct gs_intern {
    struct gs_intern_entry *entries;
    uint32_t count, cap, max;
    uint32_t *table; // open addressing, entry id + 1
    uint32_t mask;
};

// At most `max` different strings are kept.
void gs_intern_init(struct gs_intern *in, uint32_t max);
void gs_intern_fini(struct gs_intern *in);

// The id of the string, new or old; GS_INTERN_NONE when the table is full or memory is out.
uint32_t gs_intern_add(struct gs_intern *in, const char *data, size_t len);

// The id of a string that is known, or GS_INTERN_NONE.
uint32_t gs_intern_find(const struct gs_intern *in, const char *data, size_t len);

#endif
