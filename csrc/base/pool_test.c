// Cells of one size: none is given to two, the lowest go first, idle memory goes back.
#include "base/pool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/test.h"

static void each_cell_has_one_taker(void)
{
    enum { CAP = 10000 };
    static unsigned char *cells[CAP];
    struct gs_pool pool;
    CHECK_EQ(gs_pool_init(&pool, 40, CAP), 0);
    for (int i = 0; i < CAP; i++) {
        cells[i] = gs_pool_take(&pool);
        memset(cells[i], i % 251, 40);
    }
    CHECK(gs_pool_take(&pool) == NULL);
    int wrong = 0;
    for (int i = 0; i < CAP; i++)
        wrong += cells[i][0] != i % 251 || cells[i][39] != i % 251 || (uintptr_t)cells[i] % 16;
    CHECK_EQ(wrong, 0);
    for (int i = 0; i < CAP; i += 3)
        gs_pool_give(&pool, cells[i]);
    for (int i = 0; i < CAP; i += 3) { // the lowest first: the same again
        unsigned char *cell = gs_pool_take(&pool);
        wrong += cell != cells[i];
    }
    CHECK_EQ(wrong, 0);
    CHECK(gs_pool_take(&pool) == NULL);
    gs_pool_fini(&pool);
}

static size_t resident_pages(const struct gs_pool *pool)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = pool->size * pool->cap / page, found = 0;
    unsigned char *map = calloc(pages + 1, 1);
    mincore(pool->cells, pages * page, map);
    for (size_t i = 0; i < pages; i++)
        found += map[i] & 1;
    free(map);
    return found;
}

static void idle_memory_goes_back(void)
{
    enum { CAP = 4096 };
    static void *cells[CAP];
    struct gs_pool pool;
    CHECK_EQ(gs_pool_init(&pool, 1024, CAP), 0);
    for (int i = 0; i < CAP; i++)
        memset(cells[i] = gs_pool_take(&pool), 1, 1024);
    for (int i = 10; i < CAP; i++)
        gs_pool_give(&pool, cells[i]);
    gs_pool_trim(&pool); // they were in use a moment ago
    CHECK_EQ(resident_pages(&pool), 1024);
    gs_pool_trim(&pool);
    CHECK(resident_pages(&pool) <= 3);
    CHECK_EQ(((char *)cells[9])[1023], 1);
    for (int i = 10; i < CAP; i++)
        memset(gs_pool_take(&pool), 2, 1024);
    CHECK_EQ(resident_pages(&pool), 1024);
    CHECK_EQ(((char *)cells[9])[0], 1);
    gs_pool_fini(&pool);
}

static void a_pool_of_zeros_is_allowed(void)
{
    struct gs_pool pool = {0};
    gs_pool_trim(&pool);
    gs_pool_fini(&pool);
    CHECK_EQ(gs_pool_init(&pool, 8, 0), 0);
    CHECK(gs_pool_take(&pool) != NULL);
    CHECK(gs_pool_take(&pool) == NULL);
    gs_pool_fini(&pool);
}

TEST_MAIN(TEST(each_cell_has_one_taker), TEST(idle_memory_goes_back),
          TEST(a_pool_of_zeros_is_allowed))
