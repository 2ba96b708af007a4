#include "plan/block.h"

#include <stdbool.h>

#include "base/rng.h"
#include "base/test.h"

static const char marks[] = "\"\\{}[]ab \n\x1f\x7f\x80\xff";

static void fill(char *text, size_t len, struct gs_rng *rng)
{
    for (size_t i = 0; i < len; i++)
        text[i] = gs_rng_below(rng, 2) ? 'x' : marks[gs_rng_below(rng, sizeof marks - 1)];
}

static void loads_zeros_behind_the_end(void)
{
    const char text[] = "abcdefghijklmnopqrstuvwxyz";
    gs_block whole = gs_block_load(text, text + 26), part = gs_block_load(text + 23, text + 26);
    gs_block none = gs_block_load(text + 26, text + 26);
    CHECK(whole[0] == 'a' && whole[15] == 'p');
    CHECK(part[0] == 'x' && part[2] == 'z' && part[3] == 0 && part[15] == 0);
    CHECK_EQ(gs_block_bits(none == 0), 0xffff);
    CHECK_EQ(gs_block_bits(whole == 'b'), 2);
    CHECK_EQ(gs_block_bits(whole == 'p'), 1 << 15);
}

static void sees_each_kind(void)
{
    struct gs_rng rng = gs_rng_make(1, 1);
    for (int round = 0; round < 2000; round++) {
        char text[64];
        fill(text, 64, &rng);
        uint64_t stops = gs_block_stops(text, text + 64);
        unsigned unsafe = gs_block_unsafe(gs_block_load(text, text + 64));
        unsigned quotes = gs_block_quotes(gs_block_load(text, text + 64));
        unsigned starts = gs_block_starts(gs_block_load(text, text + 64),
                                          gs_block_load(text + 1, text + 64), '\x80');
        for (int i = 0; i < 64; i++) {
            signed char c = (signed char)text[i];
            bool quote = c == '"' || c == '\\';
            CHECK_EQ(stops >> i & 1, quote || c < ' ');
            if (i < GS_BLOCK) {
                CHECK_EQ(unsafe >> i & 1, quote || c < ' ' || c == 0x7f);
                CHECK_EQ(quotes >> i & 1, quote);
                CHECK_EQ(starts >> i & 1, c == '\\' || (quote && text[i + 1] == '\x80'));
            }
        }
    }
}

// Brackets outside of strings, one character at a time.
static void nests_agree_with_a_plain_loop(void)
{
    struct gs_rng rng = gs_rng_make(2, 2);
    for (int round = 0; round < 2000; round++) {
        char text[192];
        bool in_string = false, escaped = false;
        uint64_t inside = 0, escape = 0;
        fill(text, sizeof text, &rng);
        for (int block = 0; block < 3; block++) {
            struct gs_block_nest nest;
            const char *at = text + 64 * block;
            gs_block_nest_load(&nest, at, text + sizeof text, &inside, &escape);
            for (int i = 0; i < 64; i++) {
                bool open = at[i] == '{' || at[i] == '[', close = at[i] == '}' || at[i] == ']';
                bool quote = at[i] == '"' && !escaped;
                CHECK_EQ(nest.opens >> i & 1, open && !in_string);
                CHECK_EQ(nest.closes >> i & 1, close && !in_string);
                escaped = at[i] == '\\' && !escaped;
                in_string = in_string != quote;
            }
        }
    }
}

TEST_MAIN(TEST(loads_zeros_behind_the_end), TEST(sees_each_kind),
          TEST(nests_agree_with_a_plain_loop))
