// pool: cells of one size for things that come and go. The lowest free cell is taken first, so that
// few pages are in use and those are warm; what stood empty above for a while goes back to the
// system. One lane's; no locks.
#ifndef GS_BASE_POOL_H
#define GS_BASE_POOL_H

#include <stddef.h>
#include <stdint.h>

struct gs_pool {
    char *cells; // address space for all, filled as they are used
    size_t size; // of a cell
    uint32_t cap;
    uint32_t live;     // cells taken
    uint32_t top;      // one above the highest cell taken since the last trim
    uint32_t touched;  // one above the highest cell that may have memory
    uint64_t *free;    // a bit for each free cell
    uint64_t *summary; // a bit for each word of them that is not 0
};

// For at most `cap` cells of `size` bytes (rounded up to 16). Returns 0, or -1 without memory.
int gs_pool_init(struct gs_pool *pool, size_t size, uint32_t cap);
// Frees all cells, taken or not. A pool of zeros is allowed.
void gs_pool_fini(struct gs_pool *pool);

// A cell, its content undefined; the taker's until given back. NULL: all are taken.
void *gs_pool_take(struct gs_pool *pool);
void gs_pool_give(struct gs_pool *pool, void *cell);

// Gives the memory of cells back that were not in use since the last trim.
void gs_pool_trim(struct gs_pool *pool);

#endif
