// Documents that came before: equal bytes are found, all others are not, and neither is what stood
// in a document whose place another has taken.
#include "plan/known.h"

#include "base/test.h"

static char document[2000];

static struct gs_value constant(const char *text)
{
    struct gs_value v = gs_str_new(text, strlen(text), strlen(text));
    v.object->refs = GS_IMMORTAL;
    return v;
}

static void free_constant(struct gs_value v)
{
    v.object->refs = 1;
    gs_drop(v);
}

static void only_the_same_bytes_are_found(void)
{
    struct gs_known *known = gs_known_new();
    memset(document, 'a', sizeof document);
    CHECK(gs_known_find(known, document, 1000) == NULL);
    struct gs_known_doc *doc = gs_known_keep(known, document, 1000);
    CHECK(doc && gs_known_find(known, document, 1000) == doc);
    CHECK(gs_known_find(known, document, 999) == NULL);
    for (int i = 0; i < 1000; i++) { // wherever it differs
        document[i] = 'b';
        CHECK(gs_known_find(known, document, 1000) == NULL);
        document[i] = 'a';
    }
    CHECK(gs_known_keep(known, document, GS_KNOWN_LEAST - 1) == NULL);
    CHECK(gs_known_keep(known, document, GS_KNOWN_MOST + 1) == NULL);
    gs_known_free(known);
}

static void another_takes_the_place(void)
{
    struct gs_known *known = gs_known_new();
    memset(document, 'a', sizeof document);
    struct gs_known_doc *doc = gs_known_keep(known, document, 1000), *other = NULL;
    uint32_t stamp = doc->stamp, at;
    struct gs_value key = constant("id");
    gs_known_place_keep(doc, &key, 1, 7);
    CHECK(gs_known_place_find(doc, &key, 1, &at));
    CHECK_EQ(at, 7);
    for (int i = 0; i < 10000 && other != doc; i++) {
        memcpy(document, &i, sizeof i);
        other = gs_known_keep(known, document, 1500);
    }
    CHECK(other == doc && doc->stamp != stamp);
    CHECK(!gs_known_place_find(doc, &key, 1, &at));
    free_constant(key);
    gs_known_free(known);
}

static void places_are_told_apart(void)
{
    struct gs_known *known = gs_known_new();
    struct gs_known_doc *doc = gs_known_keep(known, document, 1000);
    struct gs_value id = constant("id"), name = constant("name"), passing = gs_str_new("id", 2, 2);
    struct gs_value paths[][2] = {{id, GS_INT_VALUE(0)}, {id, GS_INT_VALUE(1)}, {name, id}};
    uint32_t at;
    for (uint32_t i = 0; i < 3; i++)
        gs_known_place_keep(doc, paths[i], 2, 10 + i);
    gs_known_place_keep(doc, &passing, 1, 99); // may be gone when it is asked for
    for (uint32_t i = 0; i < 3; i++) {
        CHECK(gs_known_place_find(doc, paths[i], 2, &at));
        CHECK_EQ(at, 10 + i);
        CHECK(!gs_known_place_find(doc, paths[i], 1, &at));
    }
    CHECK(!gs_known_place_find(doc, &passing, 1, &at));
    CHECK(!gs_known_place_find(doc, NULL, 0, &at));
    free_constant(id);
    free_constant(name);
    gs_drop(passing);
    gs_known_free(known);
}

TEST_MAIN(TEST(only_the_same_bytes_are_found), TEST(another_takes_the_place),
          TEST(places_are_told_apart))
