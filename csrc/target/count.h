// count: what the target has done, told by /_counters: the truth that tests compare with.
// Owned by the target's thread (Lane).
#ifndef GS_TARGET_COUNT_H
#define GS_TARGET_COUNT_H

#include "base/buf.h"
#include "base/intern.h"
#include "stat/hist.h"
#include "target/text.h"

#define GS_COUNT_ROWS 20000 // distinct "METHOD path"; the rest is one row "(other)"
#define GS_COUNT_STATUSES 6

struct gs_count_row {
    uint64_t count; // requests received whole
    uint64_t times[GS_COUNT_STATUSES];
    uint16_t status[GS_COUNT_STATUSES]; // 0: unused
};

struct gs_count {
    uint64_t requests, answered; // received whole; given a status
    uint64_t connections, open;
    uint64_t tls_handshakes, tls_resumed;
    uint64_t refused;      // malformed requests
    uint32_t epoch;        // moves with each reset: older row numbers are void
    struct gs_hist delays; // of /delay: last byte received to first byte given to the kernel
    struct gs_intern keys;
    struct gs_count_row *rows; // by id of the key
    uint32_t rows_cap;
    struct gs_count_row other;
};

void gs_count_init(struct gs_count *count);
void gs_count_fini(struct gs_count *count);

// Zeroes all but the open connections.
void gs_count_reset(struct gs_count *count);

// The row of "METHOD path".
uint32_t gs_count_find(struct gs_count *count, struct gs_text key);

struct gs_count_row *gs_count_at(struct gs_count *count, uint32_t row);

void gs_count_status(struct gs_count_row *row, unsigned status, uint64_t times);

// Appends everything as JSON.
void gs_count_json(struct gs_count *count, struct gs_buf *out);

#endif
