#include "base/pool.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else // the sanitizer is told which cells nobody has
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

static size_t words_of(size_t bits)
{
    return (bits + 63) / 64;
}

int gs_pool_init(struct gs_pool *pool, size_t size, uint32_t cap)
{
    size = (size + 15) & ~(size_t)15;
    cap = cap ? cap : 1;
    size_t words = words_of(cap), summaries = words_of(words);
    uint64_t *bits = calloc(words + summaries, sizeof *bits);
    void *cells = mmap(NULL, size * cap, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (!bits || cells == MAP_FAILED) {
        free(bits);
        if (cells != MAP_FAILED)
            munmap(cells, size * cap);
        return -1;
    }
    *pool = (struct gs_pool){
            .cells = cells, .size = size, .cap = cap, .free = bits, .summary = bits + words};
    ASAN_POISON_MEMORY_REGION(cells, size * cap);
    for (uint32_t i = 0; i < cap; i++)
        pool->free[i / 64] |= 1ULL << (i % 64);
    for (size_t i = 0; i < words; i++)
        pool->summary[i / 64] |= 1ULL << (i % 64);
    return 0;
}

void gs_pool_fini(struct gs_pool *pool)
{
    if (pool->cells) {
        ASAN_UNPOISON_MEMORY_REGION(pool->cells, pool->size * pool->cap);
        munmap(pool->cells, pool->size * pool->cap);
    }
    free(pool->free);
    *pool = (struct gs_pool){0};
}

void *gs_pool_take(struct gs_pool *pool)
{
    if (pool->live == pool->cap)
        return NULL;
    size_t at = 0;
    while (pool->summary[at] == 0)
        at++;
    size_t word = at * 64 + (size_t)__builtin_ctzll(pool->summary[at]);
    uint32_t index = (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(pool->free[word]);
    pool->free[word] &= pool->free[word] - 1;
    if (pool->free[word] == 0)
        pool->summary[at] &= ~(1ULL << (word % 64));
    pool->live++;
    if (index >= pool->top)
        pool->top = index + 1;
    if (index >= pool->touched)
        pool->touched = index + 1;
    char *cell = pool->cells + index * pool->size;
    ASAN_UNPOISON_MEMORY_REGION(cell, pool->size);
    return cell;
}

void gs_pool_give(struct gs_pool *pool, void *cell)
{
    size_t index = (size_t)((char *)cell - pool->cells) / pool->size, word = index / 64;
    pool->free[word] |= 1ULL << (index % 64);
    pool->summary[word / 64] |= 1ULL << (word % 64);
    pool->live--;
    ASAN_POISON_MEMORY_REGION(cell, pool->size);
}

// One above the highest cell that is taken.
static uint32_t highest(const struct gs_pool *pool)
{
    uint32_t top = pool->top;
    while (top > 0 && pool->free[(top - 1) / 64] >> ((top - 1) % 64) & 1)
        top--;
    return top;
}

void gs_pool_trim(struct gs_pool *pool)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t from = (pool->top * pool->size + page - 1) / page * page;
    size_t to = (pool->touched * pool->size + page - 1) / page * page;
    if (from < to) {
        madvise(pool->cells + from, to - from, MADV_DONTNEED);
        pool->touched = pool->top;
    }
    pool->top = highest(pool);
}
