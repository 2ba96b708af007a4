// fuzz: the frame of a fuzz target: LLVMFuzzerTestOneInput and what must always be true in it.
#ifndef GS_BASE_FUZZ_H
#define GS_BASE_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(cond)                                                                              \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #cond);                   \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

// The first bytes of an input say how the rest is cut into pieces.
#define GS_FUZZ_CUTS 8

// The size of piece number `i` of at most `left` bytes.
static inline size_t gs_fuzz_piece(const uint8_t cuts[GS_FUZZ_CUTS], size_t i, size_t left)
{
    size_t n = (size_t)cuts[i % GS_FUZZ_CUTS] + 1;
    return n < left ? n : left;
}

// The same bytes at an address of their own, so that reads behind their end are seen. free().
static inline char *gs_fuzz_copy(const void *data, size_t len)
{
    char *copy = malloc(len ? len : 1);
    if (len)
        memcpy(copy, data, len);
    return copy;
}

#endif
