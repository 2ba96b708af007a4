#include "plan/utf8.h"

#include "base/test.h"
#include "plan/value.h"

static void goes_there_and_back(void)
{
    for (unsigned point = 0; point < 0x110000; point++) {
        if (point >= 0xd800 && point < 0xe000)
            continue;
        char text[5] = "x";
        size_t len = gs_utf8_put(text + 1, point);
        const char *at = text + 1;
        if (!gs_utf8_valid(text, len + 1) || gs_utf8_take(&at) != point || at != text + 1 + len ||
            gs_utf8_before(at) != text + 1) {
            CHECK_EQ(point, -1);
            return;
        }
    }
}

static void knows_what_continues(void)
{
    CHECK(!gs_utf8_continues('a'));
    CHECK(gs_utf8_continues('\x80'));
    CHECK(!gs_utf8_continues('\xc3'));
}

TEST_MAIN(TEST(goes_there_and_back), TEST(knows_what_continues))
