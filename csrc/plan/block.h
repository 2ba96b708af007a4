// block: looks at 16 bytes of text at once. Pure. Any thread.
#ifndef GS_PLAN_BLOCK_H
#define GS_PLAN_BLOCK_H

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define GS_BLOCK 16

typedef int8_t gs_block __attribute__((vector_size(GS_BLOCK)));
typedef int8_t gs_block_anywhere __attribute__((vector_size(GS_BLOCK), aligned(1), may_alias));

// The bytes at `at`, zeros from `end` on.
static inline gs_block gs_block_load(const char *at, const char *end)
{
    if (__builtin_expect(end - at >= GS_BLOCK, 1))
        return *(const gs_block_anywhere *)(const void *)at;
    gs_block block = {0};
    if (end > at)
        memcpy(&block, at, (size_t)(end - at));
    return block;
}

// Bit i: byte i of a comparison's result is set.
static inline unsigned gs_block_bits(gs_block set)
{
#ifdef __SSE2__
    return (unsigned)_mm_movemask_epi8((__m128i)set);
#else
    uint64_t half[2];
    memcpy(half, &set, sizeof half);
    unsigned bits = 0;
    for (int i = 0; i < 2; i++) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        half[i] = __builtin_bswap64(half[i]);
#endif
        // bit i of byte i, all brought together in the highest byte
        uint64_t picked = (half[i] & 0x8040201008040201ULL) * 0x0101010101010101ULL;
        bits |= (unsigned)(picked >> 56) << (8 * i);
    }
    return bits;
#endif
}

// Where, in 64 bytes, a JSON string cannot simply go on: quote, backslash, control or not ASCII
// (below 0). So are those from `end` on.
static inline uint64_t gs_block_stops(const char *at, const char *end)
{
    uint64_t stops = 0;
    for (int i = 0; i < 64; i += GS_BLOCK) {
        gs_block c = gs_block_load(at + i, end);
        stops |= (uint64_t)gs_block_bits((c == '"') | (c == '\\') | (c < ' ')) << i;
    }
    return stops;
}

// What json.dumps cannot copy: those and DEL.
static inline unsigned gs_block_unsafe(gs_block c)
{
    return gs_block_bits((c == '"') | (c == '\\') | (c < ' ') | (c == 0x7f));
}

// Where a string of checked JSON may end.
static inline unsigned gs_block_quotes(gs_block c)
{
    return gs_block_bits((c == '"') | (c == '\\'));
}

// Where a string of JSON begins that starts with `first`, or an escape; `next` is one byte further.
static inline unsigned gs_block_starts(gs_block c, gs_block next, char first)
{
    return gs_block_bits(((c == '"') & (next == (int8_t)first)) | (c == '\\'));
}

// Brackets of checked JSON that stand in no string, among 64 bytes.
struct gs_block_nest {
    uint64_t opens, closes;
};

// Bit i: an odd number of the bits up to i is set.
static inline uint64_t gs_block_parity(uint64_t bits)
{
    for (int by = 1; by < 64; by *= 2)
        bits ^= bits << by;
    return bits;
}

// The characters behind a backslash that is not behind one itself. *escape: whether the first one
// is, and then whether the first behind these 64 is.
static inline uint64_t gs_block_escaped(uint64_t backslashes, uint64_t *escape)
{
    uint64_t escaped = *escape;
    backslashes &= ~escaped;
    *escape = 0;
    while (backslashes) {
        uint64_t first = backslashes & -backslashes;
        escaped |= first << 1;
        *escape = first >> 63;
        backslashes &= ~(first | first << 1);
    }
    return escaped;
}

// *inside: all bits set within a string, else 0. Both go on from block to block.
static inline void gs_block_nest_load(struct gs_block_nest *nest, const char *at, const char *end,
                                      uint64_t *inside, uint64_t *escape)
{
    uint64_t quotes = 0, backslashes = 0;
    nest->opens = nest->closes = 0;
    for (int i = 0; i < 64; i += GS_BLOCK) {
        gs_block c = gs_block_load(at + i, end), folded = c | 0x20; // [ is { but for this bit
        quotes |= (uint64_t)gs_block_bits(c == '"') << i;
        backslashes |= (uint64_t)gs_block_bits(c == '\\') << i;
        nest->opens |= (uint64_t)gs_block_bits(folded == '{') << i;
        nest->closes |= (uint64_t)gs_block_bits(folded == '}') << i;
    }
    if (backslashes | *escape)
        quotes &= ~gs_block_escaped(backslashes, escape);
    uint64_t within = gs_block_parity(quotes) ^ *inside;
    *inside = within >> 63 ? UINT64_MAX : 0;
    nest->opens &= ~within;
    nest->closes &= ~within;
}

#endif
