#include "base/intern.h"

#include "base/test.h"

static void same_string_same_id(void)
{
    struct gs_intern in;
    gs_intern_init(&in, 100);
    CHECK_EQ(gs_intern_find(&in, "a", 1), GS_INTERN_NONE);
    CHECK_EQ(gs_intern_add(&in, "a", 1), 0);
    CHECK_EQ(gs_intern_add(&in, "ab", 2), 1);
    CHECK_EQ(gs_intern_add(&in, "", 0), 2);
    CHECK_EQ(gs_intern_add(&in, "a", 1), 0);
    CHECK_EQ(gs_intern_add(&in, "", 0), 2);
    CHECK_EQ(gs_intern_find(&in, "ab", 2), 1);
    CHECK_EQ(gs_intern_find(&in, "b", 1), GS_INTERN_NONE);
    CHECK_EQ(in.count, 3);
    CHECK_TEXT(in.entries[1].data, in.entries[1].len, "ab");
    gs_intern_fini(&in);
}

static void bytes_of_any_kind(void)
{
    struct gs_intern in;
    gs_intern_init(&in, 100);
    // alike but for the last byte, and but for their length, with NULs in them
    CHECK_EQ(gs_intern_add(&in, "12345678\0\0", 10), 0);
    CHECK_EQ(gs_intern_add(&in, "12345678\0\1", 10), 1);
    CHECK_EQ(gs_intern_add(&in, "12345678\0", 9), 2);
    CHECK_EQ(gs_intern_add(&in, "12345678", 8), 3);
    CHECK_EQ(gs_intern_find(&in, "12345678\0\0", 10), 0);
    gs_intern_fini(&in);
}

// Every lane interns what scripts name: none may be lost or mixed up while the table grows.
static void keeps_thousands_apart(void)
{
    struct gs_intern in;
    char text[32];
    gs_intern_init(&in, 20000);
    for (uint32_t i = 0; i < 20000; i++) {
        int len = snprintf(text, sizeof text, "GET /item/%u", i);
        CHECK_EQ(gs_intern_add(&in, text, (size_t)len), i);
    }
    for (uint32_t i = 0; i < 20000; i += 7) {
        int len = snprintf(text, sizeof text, "GET /item/%u", i);
        CHECK_EQ(gs_intern_find(&in, text, (size_t)len), i);
        CHECK_TEXT(in.entries[i].data, in.entries[i].len, text);
    }
    gs_intern_fini(&in);
    CHECK_EQ(gs_intern_find(&in, "GET /item/0", 11), GS_INTERN_NONE);
}

static void is_bounded(void)
{
    struct gs_intern in;
    gs_intern_init(&in, 2);
    CHECK_EQ(gs_intern_add(&in, "a", 1), 0);
    CHECK_EQ(gs_intern_add(&in, "b", 1), 1);
    CHECK_EQ(gs_intern_add(&in, "c", 1), GS_INTERN_NONE);
    CHECK_EQ(gs_intern_add(&in, "b", 1), 1); // old ones are still known
    CHECK_EQ(in.count, 2);
    gs_intern_fini(&in);
}

TEST_MAIN(TEST(same_string_same_id), TEST(bytes_of_any_kind), TEST(keeps_thousands_apart),
          TEST(is_bounded))
