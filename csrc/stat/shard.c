#include "stat/shard.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define OTHER "(other)"
#define NAME_BYTES_MAX 1024

struct gs_shard *gs_shard_new(uint32_t task_count)
{
    struct gs_shard *shard = calloc(1, sizeof *shard);
    if (!shard)
        return NULL;
    shard->tasks = calloc(task_count ? task_count : 1, sizeof *shard->tasks);
    if (!shard->tasks) {
        free(shard);
        return NULL;
    }
    shard->task_count = task_count;
    for (uint32_t i = 0; i < task_count; i++)
        gs_hist_init(&shard->tasks[i].times);
    gs_hist_init(&shard->connect);
    gs_hist_init(&shard->tls);
    gs_hist_init(&shard->passes);
    gs_intern_init(&shard->errors, GS_ERROR_TEXTS_MAX + 1);
    return shard;
}

void gs_shard_free(struct gs_shard *shard)
{
    if (!shard)
        return;
    for (uint32_t i = 0; i < shard->row_count; i++) {
        if (!shard->rows[i])
            continue;
        gs_hist_fini(&shard->rows[i]->times);
        free(shard->rows[i]->statuses);
        free(shard->rows[i]);
    }
    free(shard->rows);
    for (uint32_t i = 0; i < shard->task_count; i++)
        gs_hist_fini(&shard->tasks[i].times);
    free(shard->tasks);
    gs_intern_fini(&shard->errors);
    free(shard->error_counts);
    gs_hist_fini(&shard->connect);
    gs_hist_fini(&shard->tls);
    gs_hist_fini(&shard->passes);
    free(shard);
}

static int grow_rows(struct gs_shard *shard, uint32_t id)
{
    uint32_t count = shard->row_count ? shard->row_count : 16;
    while (count <= id)
        count *= 2;
    struct gs_row **rows = realloc(shard->rows, count * sizeof(struct gs_row *));
    if (!rows)
        return -1;
    memset(rows + shard->row_count, 0, (count - shard->row_count) * sizeof(struct gs_row *));
    shard->rows = rows;
    shard->row_count = count;
    return 0;
}

struct gs_row *gs_shard_row(struct gs_shard *shard, const struct gs_intern *names, uint32_t id)
{
    if (id < shard->row_count && shard->rows[id])
        return shard->rows[id];
    if (id >= names->count || (id >= shard->row_count && grow_rows(shard, id) != 0))
        return NULL;
    struct gs_row *row = calloc(1, sizeof *row);
    if (!row)
        return NULL;
    row->key = names->entries[id].data;
    row->key_len = names->entries[id].len;
    gs_hist_init(&row->times);
    shard->rows[id] = row;
    return row;
}

static void count_status(struct gs_row *row, uint16_t status, int64_t by)
{
    for (uint32_t i = 0; i < row->status_count; i++) {
        if (row->statuses[i].status == status) {
            row->statuses[i].count += by;
            return;
        }
    }
    struct gs_status_count *statuses =
            realloc(row->statuses, (row->status_count + 1) * sizeof *statuses);
    if (!statuses)
        return;
    statuses[row->status_count++] = (struct gs_status_count){status, by};
    row->statuses = statuses;
}

void gs_row_record(struct gs_row *row, const struct gs_sample *sample)
{
    row->count++;
    row->failures += sample->failed;
    row->redirects += sample->redirects;
    row->resent += sample->resent;
    row->bytes_sent += sample->bytes_sent;
    row->bytes_received += sample->bytes_received;
    count_status(row, sample->status, 1);
    gs_hist_record(&row->times, sample->elapsed_ns);
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// The length of the error's own text (base/err) that `text` begins with: few, and their numbers
// mean something.
static size_t own_length(const char *text, size_t len)
{
    for (int i = 0; i < GS_E_COUNT; i++) {
        const char *own = gs_err_text((enum gs_err)i);
        size_t n = strlen(own);
        if (len >= n && memcmp(text, own, n) == 0)
            return n;
    }
    return 0;
}

// Copies text with numbers and 0x addresses as '#'. Returns the length written.
static size_t normalise(char *out, const char *text, size_t len, int keep)
{
    size_t n = own_length(text, len < GS_ERROR_TEXT_BYTES ? len : GS_ERROR_TEXT_BYTES);
    if (len > GS_ERROR_TEXT_BYTES) {
        len = GS_ERROR_TEXT_BYTES;
        while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
            len--; // not inside a character
    }
    memcpy(out, text, n);
    for (size_t i = n; i < len;) {
        if (!is_digit(text[i])) {
            out[n++] = text[i] == '\0' ? ' ' : text[i];
            i++;
            continue;
        }
        size_t from = i;
        bool address = text[i] == '0' && i + 2 < len && (text[i + 1] | 0x20) == 'x';
        long number = 0;
        if (address)
            i += 2;
        while (i < len && (address ? is_hex(text[i]) : is_digit(text[i]))) {
            if (number < 100000)
                number = number * 10 + (text[i] - '0');
            i++;
        }
        if (!address && keep > 0 && number == keep && i - from == 3) {
            memcpy(out + n, text + from, 3);
            n += 3;
        } else {
            out[n++] = '#';
        }
    }
    return n;
}

static void add_error(struct gs_shard *shard, const char *key, size_t len, int64_t by)
{
    uint32_t id = shard->errors.count >= GS_ERROR_TEXTS_MAX
                          ? gs_intern_find(&shard->errors, key, len)
                          : gs_intern_add(&shard->errors, key, len);
    if (id == GS_INTERN_NONE) {
        static const char other[] = "mOTHER " OTHER "\0" OTHER;
        if (len != sizeof other - 1 || memcmp(key, other, len) != 0)
            shard->dropped_errors += by; // else the lane it came from has told them
        id = gs_intern_add(&shard->errors, other, sizeof other - 1);
        if (id == GS_INTERN_NONE)
            return;
    }
    if (id >= shard->error_cap) {
        uint32_t cap = shard->error_cap ? shard->error_cap * 2 : 16;
        int64_t *counts = realloc(shard->error_counts, cap * sizeof *counts);
        if (!counts)
            return;
        memset(counts + shard->error_cap, 0, (cap - shard->error_cap) * sizeof *counts);
        shard->error_counts = counts;
        shard->error_cap = cap;
    }
    shard->error_counts[id] += by;
}

void gs_shard_error(struct gs_shard *shard, struct gs_row *row, const char *text, size_t len,
                    int keep, int64_t by)
{
    char key[2048 + GS_ERROR_TEXT_BYTES];
    size_t n = row->key_len < 2000 ? row->key_len : 2000;
    memcpy(key, row->key, n);
    key[n++] = '\0';
    n += normalise(key + n, text, len, keep);
    add_error(shard, key, n, by);
}

void gs_shard_task_error(struct gs_shard *shard, const char *task, const char *text, size_t len,
                         int64_t by)
{
    static const char prefix[] = "mTASK ";
    char key[2048 + GS_ERROR_TEXT_BYTES];
    size_t size = strlen(task) < 1900 ? strlen(task) : 1900;
    memcpy(key, prefix, sizeof prefix - 1);
    memcpy(key + sizeof prefix - 1, task, size);
    size += sizeof prefix - 1;
    key[size++] = '\0';
    size += normalise(key + size, text, len, 0);
    add_error(shard, key, size, by);
}

static void merge_row(struct gs_row *to, const struct gs_row *from)
{
    to->count += from->count;
    to->failures += from->failures;
    to->redirects += from->redirects;
    to->resent += from->resent;
    to->cut_off += from->cut_off;
    to->bytes_sent += from->bytes_sent;
    to->bytes_received += from->bytes_received;
    for (uint32_t i = 0; i < from->status_count; i++)
        count_status(to, from->statuses[i].status, from->statuses[i].count);
    gs_hist_merge(&to->times, &from->times);
}

// The id of a row's key, or that of its kind's "(other)" when the table is full.
static uint32_t intern_name(struct gs_intern *names, struct gs_shard *shard, const char *key,
                            size_t len, int64_t requests)
{
    uint32_t id = names->count < GS_NAMES_MAX ? gs_intern_add(names, key, len)
                                              : gs_intern_find(names, key, len);
    if (id != GS_INTERN_NONE)
        return id;
    char other[] = "m" OTHER " " OTHER;
    other[0] = key[0];
    if (len != sizeof other - 1 || memcmp(key, other, len) != 0)
        shard->dropped_names += requests; // else the lane it came from has told them
    return gs_intern_add(names, other, sizeof other - 1);
}

void gs_shard_merge(struct gs_shard *to, struct gs_intern *names, const struct gs_shard *from)
{
    for (uint32_t i = 0; i < from->row_count; i++) {
        const struct gs_row *row = from->rows[i];
        if (!row)
            continue;
        uint32_t id = intern_name(names, to, row->key, row->key_len, row->count);
        struct gs_row *mine = gs_shard_row(to, names, id);
        if (mine)
            merge_row(mine, row);
    }
    for (uint32_t i = 0; i < from->task_count && i < to->task_count; i++) {
        to->tasks[i].count += from->tasks[i].count;
        to->tasks[i].failures += from->tasks[i].failures;
        to->tasks[i].cut_off += from->tasks[i].cut_off;
        gs_hist_merge(&to->tasks[i].times, &from->tasks[i].times);
    }
    for (uint32_t i = 0; i < from->errors.count && i < from->error_cap; i++)
        add_error(to, from->errors.entries[i].data, from->errors.entries[i].len,
                  from->error_counts[i]);
    gs_hist_merge(&to->connect, &from->connect);
    gs_hist_merge(&to->tls, &from->tls);
    gs_hist_merge(&to->passes, &from->passes);
    to->programs.requests += from->programs.requests;
    to->programs.islands += from->programs.islands;
    to->programs.slow += from->programs.slow;
    to->programs.python_ns += from->programs.python_ns;
    to->dropped_names += from->dropped_names;
    to->dropped_errors += from->dropped_errors;
    to->dropped_users += from->dropped_users;
}

void gs_names_init(struct gs_intern *names)
{
    gs_intern_init(names, GS_NAMES_MAX + 3); // three kinds of "(other)"
}

uint32_t gs_name_id(struct gs_intern *names, struct gs_shard *shard, enum gs_kind kind,
                    const char *method, const char *name, size_t len)
{
    char key[NAME_BYTES_MAX + 64];
    size_t n = 0;
    key[n++] = (char)kind;
    if (method) {
        for (const char *c = method; *c && n < 40; c++)
            key[n++] = *c;
        key[n++] = ' ';
    }
    if (len > NAME_BYTES_MAX) {
        len = NAME_BYTES_MAX;
        while (len > 0 && ((unsigned char)name[len] & 0xc0) == 0x80)
            len--;
    }
    memcpy(key + n, name, len);
    n += len;
    return intern_name(names, shard, key, n, 1);
}
