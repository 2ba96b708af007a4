// known: JSON documents that came before. A server mostly answers with bytes that it has sent
// already; to compare them costs a fraction of checking them again, and what a program looks for
// stands where it stood. Pure. One lane's.
#ifndef GS_PLAN_KNOWN_H
#define GS_PLAN_KNOWN_H

#include "plan/value.h"

#define GS_KNOWN_DOCS 64 // power of two
#define GS_KNOWN_LEAST 64
#define GS_KNOWN_MOST 16384 // bytes of a document worth keeping
#define GS_KNOWN_PLACES 4
#define GS_KNOWN_STEPS 3

// Where the value at these steps stands.
struct gs_known_place {
    struct gs_value steps[GS_KNOWN_STEPS]; // constants and numbers
    uint32_t count, at;
};

struct gs_known_doc {
    char *text;
    uint32_t len, cap;
    uint32_t stamp; // grows when another document takes its place
    uint32_t next;  // place to be overwritten
    struct gs_known_place places[GS_KNOWN_PLACES];
};

struct gs_known {
    struct gs_known_doc docs[GS_KNOWN_DOCS];
};

// NULL without memory.
struct gs_known *gs_known_new(void);
void gs_known_free(struct gs_known *known); // NULL is allowed

// The document, if these very bytes were kept; else NULL.
struct gs_known_doc *gs_known_find(struct gs_known *known, const char *text, size_t len);

// Keeps valid JSON, in the place of another. NULL: not worth it, or no memory.
struct gs_known_doc *gs_known_keep(struct gs_known *known, const char *text, size_t len);

// Whether the place of a value is known: its offset goes to *at.
bool gs_known_place_find(const struct gs_known_doc *doc, const struct gs_value *steps,
                         uint32_t count, uint32_t *at);
void gs_known_place_keep(struct gs_known_doc *doc, const struct gs_value *steps, uint32_t count,
                         size_t at);

#endif
