#include "base/buf.h"

#include <stdint.h>

#include "base/test.h"

static void grows_and_keeps_what_is_in_it(void)
{
    struct gs_buf b = GS_BUF_EMPTY;
    char expected[5000];
    for (int i = 0; i < 5000; i++) {
        expected[i] = (char)('a' + i % 26);
        CHECK_EQ(gs_buf_add(&b, &expected[i], 1), 0);
    }
    CHECK_EQ(b.len, 5000);
    CHECK(b.cap >= b.len && memcmp(b.data, expected, 5000) == 0);
    gs_buf_fini(&b);
    CHECK(b.data == NULL && b.len == 0 && b.cap == 0);
    CHECK_EQ(gs_buf_str(&b, "again"), 0);
    CHECK_TEXT(b.data, b.len, "again");
    gs_buf_fini(&b);
}

static void adding_nothing_allocates_nothing(void)
{
    struct gs_buf b = GS_BUF_EMPTY;
    CHECK_EQ(gs_buf_add(&b, NULL, 0), 0);
    CHECK_EQ(gs_buf_str(&b, ""), 0);
    CHECK(b.data == NULL);
}

static void prints(void)
{
    struct gs_buf b = GS_BUF_EMPTY;
    gs_buf_str(&b, "n=");
    CHECK_EQ(gs_buf_printf(&b, "%d %s", 42, "goose"), 0);
    CHECK_TEXT(b.data, b.len, "n=42 goose");
    char wide[2001];
    memset(wide, 'x', 2000);
    wide[2000] = '\0';
    b.len = 0;
    CHECK_EQ(gs_buf_printf(&b, "<%s>", wide), 0);
    CHECK_EQ(b.len, 2002);
    CHECK(b.data[0] == '<' && b.data[2001] == '>');
    gs_buf_fini(&b);
}

static void shifts(void)
{
    struct gs_buf b = GS_BUF_EMPTY;
    gs_buf_str(&b, "head body");
    gs_buf_shift(&b, 5);
    CHECK_TEXT(b.data, b.len, "body");
    gs_buf_shift(&b, 4);
    CHECK_EQ(b.len, 0);
    gs_buf_fini(&b);
}

static void an_impossible_size_changes_nothing(void)
{
    struct gs_buf b = GS_BUF_EMPTY;
    gs_buf_str(&b, "kept");
    CHECK_EQ(gs_buf_reserve(&b, SIZE_MAX - 2), -1);
    CHECK_TEXT(b.data, b.len, "kept");
    gs_buf_fini(&b);
}

TEST_MAIN(TEST(grows_and_keeps_what_is_in_it), TEST(adding_nothing_allocates_nothing), TEST(prints),
          TEST(shifts), TEST(an_impossible_size_changes_nothing))
