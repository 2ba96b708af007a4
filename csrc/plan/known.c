#include "plan/known.h"

#include <stdlib.h>
#include <string.h>

struct gs_known *gs_known_new(void)
{
    return calloc(1, sizeof(struct gs_known));
}

void gs_known_free(struct gs_known *known)
{
    for (int i = 0; known && i < GS_KNOWN_DOCS; i++)
        free(known->docs[i].text);
    free(known);
}

// Samples are enough: equal is only what compares equal.
static struct gs_known_doc *place_of(struct gs_known *known, const char *text, size_t len)
{
    uint64_t hash = len, piece;
    for (size_t i = 0; i < 8; i++) {
        memcpy(&piece, text + i * (len - sizeof piece) / 7, sizeof piece);
        hash = (hash ^ piece) * 0x9e3779b97f4a7c15ULL;
        hash ^= hash >> 29;
    }
    return &known->docs[hash & (GS_KNOWN_DOCS - 1)];
}

struct gs_known_doc *gs_known_find(struct gs_known *known, const char *text, size_t len)
{
    if (len < GS_KNOWN_LEAST || len > GS_KNOWN_MOST)
        return NULL;
    struct gs_known_doc *doc = place_of(known, text, len);
    return doc->len == len && memcmp(doc->text, text, len) == 0 ? doc : NULL;
}

struct gs_known_doc *gs_known_keep(struct gs_known *known, const char *text, size_t len)
{
    if (len < GS_KNOWN_LEAST || len > GS_KNOWN_MOST)
        return NULL;
    struct gs_known_doc *doc = place_of(known, text, len);
    doc->stamp++;
    doc->next = 0;
    doc->len = 0;
    for (int i = 0; i < GS_KNOWN_PLACES; i++)
        doc->places[i].count = 0;
    if (doc->cap < len) {
        free(doc->text);
        doc->text = malloc(len);
        doc->cap = doc->text ? (uint32_t)len : 0;
    }
    if (!doc->text)
        return NULL;
    memcpy(doc->text, text, len);
    doc->len = (uint32_t)len;
    return doc;
}

// Constants stay where they are: their address tells them apart.
static bool is_lasting(struct gs_value step)
{
    return step.tag == GS_INT || (step.tag == GS_STR && step.object->refs == GS_IMMORTAL);
}

static bool is_same(struct gs_value a, struct gs_value b)
{
    return a.tag == b.tag && (a.tag == GS_INT ? a.i == b.i : a.str == b.str);
}

bool gs_known_place_find(const struct gs_known_doc *doc, const struct gs_value *steps,
                         uint32_t count, uint32_t *at)
{
    for (int i = 0; i < GS_KNOWN_PLACES; i++) {
        const struct gs_known_place *place = &doc->places[i];
        uint32_t same = 0;
        while (place->count == count && same < count && is_same(place->steps[same], steps[same]))
            same++;
        if (count > 0 && place->count == count && same == count) {
            *at = place->at;
            return true;
        }
    }
    return false;
}

void gs_known_place_keep(struct gs_known_doc *doc, const struct gs_value *steps, uint32_t count,
                         size_t at)
{
    if (count > GS_KNOWN_STEPS)
        return;
    for (uint32_t i = 0; i < count; i++)
        if (!is_lasting(steps[i]))
            return;
    struct gs_known_place *place = &doc->places[doc->next++ % GS_KNOWN_PLACES];
    for (uint32_t i = 0; i < count; i++)
        place->steps[i] = steps[i];
    place->count = count;
    place->at = (uint32_t)at;
}
