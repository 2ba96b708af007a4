// Rendered header fields: found by name whatever the case; only what is surely good is plain.
#include "net/field.h"

#include "base/test.h"

static const char fields[] = "Accept: */*\r\nX-A: one\r\nx-ab: two\r\nEmpty: \r\n";

static void finds_by_name(void)
{
    static const struct {
        const char *name, *line;
    } rows[] = {{"accept", "Accept: */*\r\n"},
                {"X-AB", "x-ab: two\r\n"},
                {"X-a", "X-A: one\r\n"},
                {"EMPTY", "Empty: \r\n"},
                {"X", NULL},
                {"", NULL},
                {"Accept: */*", NULL},
                {"one", NULL}};
    struct gs_slice all = {fields, sizeof fields - 1};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len = 0;
        struct gs_slice name = {rows[i].name, strlen(rows[i].name)};
        const char *line = gs_field_find(all, name, &len);
        CHECK_EQ(line != NULL, rows[i].line != NULL);
        CHECK_EQ(gs_field_has(all, name.data, name.len), rows[i].line != NULL);
        if (line && rows[i].line)
            CHECK_TEXT(line, len, rows[i].line);
    }
}

static void only_the_good_is_plain(void)
{
    static const struct {
        const char *name, *value;
        bool plain;
    } rows[] = {{"X-A", "one two", true},
                {"x!#$%&'*+.^_`|~-9", "", true},
                {"", "a", false},
                {"a b", "a", false},
                {"a/b", "a", false},
                {"a:", "a", false},
                {"X", " a", false},
                {"X", "\x0b", false},
                {"X", "a\r", false},
                {"X", "a\nb", false},
                {"X", "\xc3\xa4", false},
                {"\xc3\xa4", "a", false},
                {"HOST", "a", false},
                {"Cookie", "a", false},
                {"content-length", "1", false},
                {"Transfer-Encoding", "a", false},
                {"X", "a\tb\x01", true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gs_slice name = {rows[i].name, strlen(rows[i].name)};
        struct gs_slice value = {rows[i].value, strlen(rows[i].value)};
        CHECK_EQ(gs_field_is_plain(name, value), rows[i].plain);
    }
    CHECK(!gs_field_is_plain(GS_SLICE("X"), GS_SLICE("a\0b")));
    CHECK(!gs_field_is_plain(GS_SLICE("X\0Y"), GS_SLICE("a")));
}

TEST_MAIN(TEST(finds_by_name), TEST(only_the_good_is_plain))
