// shard: what one lane has counted since its last collection. Numbers are differences: a request
// judged anew after its count was collected leaves a negative one here. Rows name themselves, so
// that shards of many lanes merge. Pure; one owner at a time (a lane, or who collects).
#ifndef GS_STAT_SHARD_H
#define GS_STAT_SHARD_H

#include <stddef.h>
#include <stdint.h>

#include "base/intern.h"
#include "stat/hist.h"

#define GS_NAMES_MAX 5000
#define GS_ERROR_TEXTS_MAX 500
#define GS_ERROR_TEXT_BYTES 300

// What a row counts; the first byte of its key.
enum gs_kind { GS_KIND_MAIN = 'm', GS_KIND_START = 's', GS_KIND_STOP = 't' };

struct gs_status_count {
    uint16_t status;
    int64_t count;
};

struct gs_row {
    const char *key; // kind, method, space, name; belongs to the names table
    uint32_t key_len;
    int64_t count, failures, redirects, resent, cut_off;
    uint64_t bytes_sent, bytes_received;
    struct gs_status_count *statuses;
    uint32_t status_count;
    struct gs_hist times;
};

struct gs_task_row {
    int64_t count, failures, cut_off;
    struct gs_hist times;
};

// What compiled tasks did, and what they had to ask Python for.
struct gs_program_counts {
    int64_t requests;   // from compiled tasks
    int64_t islands;    // pieces of code that ran as Python
    int64_t slow;       // instructions that Python did, and requests that it rendered
    uint64_t python_ns; // the GIL was held for these
};

struct gs_shard {
    struct gs_row **rows; // by name id of the owner's table; NULL: nothing counted
    uint32_t row_count;
    struct gs_task_row *tasks; // by task id of the plan
    uint32_t task_count;
    struct gs_intern errors; // kind, method, space, name, NUL, text
    int64_t *error_counts;
    uint32_t error_cap;
    struct gs_hist connect, tls;
    struct gs_hist passes; // time a lane ran user code in a turn
    struct gs_program_counts programs;
    int64_t dropped_names, dropped_errors, dropped_users;
};

// One finished request.
struct gs_sample {
    uint64_t elapsed_ns;
    uint64_t bytes_sent, bytes_received;
    uint16_t status;
    uint16_t redirects, resent;
    uint8_t failed;
};

// Gives an empty shard for so many tasks (gs_shard_free), or NULL.
struct gs_shard *gs_shard_new(uint32_t task_count);
void gs_shard_free(struct gs_shard *shard);

// The row of a name, made on first use; NULL without memory.
struct gs_row *gs_shard_row(struct gs_shard *shard, const struct gs_intern *names, uint32_t id);

void gs_row_record(struct gs_row *row, const struct gs_sample *sample);

// Adds `by` (may be negative) to an error. text is cut at 300 bytes; digits and addresses in it
// become '#', except numbers equal to `keep` (a status) and those of base/err's own texts. Beyond
// 500 texts: "(other)".
void gs_shard_error(struct gs_shard *shard, struct gs_row *row, const char *text, size_t len,
                    int keep, int64_t by);

// The same for a task, named "Class.task".
void gs_shard_task_error(struct gs_shard *shard, const char *task, const char *text, size_t len,
                         int64_t by);

// Adds everything of `from` to `to`, whose rows are found in `names` (to's own table).
void gs_shard_merge(struct gs_shard *to, struct gs_intern *names, const struct gs_shard *from);

// The id of a request's name: kind, method, name. A full table gives the id of "(other)", and
// counts it in the shard.
uint32_t gs_name_id(struct gs_intern *names, struct gs_shard *shard, enum gs_kind kind,
                    const char *method, const char *name, size_t len);

// A names table for at most GS_NAMES_MAX names and "(other)".
void gs_names_init(struct gs_intern *names);

#endif
