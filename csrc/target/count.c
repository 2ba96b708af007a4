#include "target/count.h"

#include <inttypes.h>
#include <stdlib.h>

void gs_count_init(struct gs_count *c)
{
    *c = (struct gs_count){.epoch = 1};
    gs_hist_init(&c->delays);
    gs_intern_init(&c->keys, GS_COUNT_ROWS);
}

void gs_count_fini(struct gs_count *c)
{
    gs_hist_fini(&c->delays);
    gs_intern_fini(&c->keys);
    free(c->rows);
    c->rows = NULL;
    c->rows_cap = 0;
}

void gs_count_reset(struct gs_count *c)
{
    uint64_t open = c->open;
    uint32_t epoch = c->epoch;
    gs_count_fini(c);
    gs_count_init(c);
    c->open = open;
    c->epoch = epoch + 1;
}

// Makes the row exist; false without memory.
static bool grow(struct gs_count *c, uint32_t row)
{
    if (row < c->rows_cap)
        return true;
    uint32_t cap = c->rows_cap ? c->rows_cap * 2 : 64;
    struct gs_count_row *rows = realloc(c->rows, cap * sizeof *rows);
    if (!rows)
        return false;
    memset(rows + c->rows_cap, 0, (cap - c->rows_cap) * sizeof *rows);
    c->rows = rows;
    c->rows_cap = cap;
    return true;
}

uint32_t gs_count_find(struct gs_count *c, struct gs_text key)
{
    uint32_t row = gs_intern_add(&c->keys, key.data, key.len);
    return row != GS_INTERN_NONE && grow(c, row) ? row : GS_INTERN_NONE;
}

struct gs_count_row *gs_count_at(struct gs_count *c, uint32_t row)
{
    return row < c->rows_cap ? &c->rows[row] : &c->other;
}

void gs_count_status(struct gs_count_row *row, unsigned status, uint64_t times)
{
    for (int i = 0; i < GS_COUNT_STATUSES; i++) {
        if (row->status[i] == 0)
            row->status[i] = (uint16_t)status;
        if (row->status[i] == status) {
            row->times[i] += times;
            return;
        }
    }
}

static void put_row(struct gs_buf *out, const struct gs_count_row *row, struct gs_text key)
{
    struct gs_text path = key;
    struct gs_text method = gs_text_cut(&path, ' ');
    gs_buf_str(out, "{\"method\": ");
    gs_text_json(out, method);
    gs_buf_str(out, ", \"path\": ");
    gs_text_json(out, path);
    gs_buf_printf(out, ", \"count\": %" PRIu64 ", \"status\": {", row->count);
    for (int i = 0; i < GS_COUNT_STATUSES && row->status[i]; i++)
        gs_buf_printf(out, "%s\"%u\": %" PRIu64, i ? ", " : "", row->status[i], row->times[i]);
    gs_buf_str(out, "}}");
}

static void put_rows(struct gs_count *c, struct gs_buf *out)
{
    const char *comma = "";
    gs_buf_str(out, "\"by\": [");
    for (uint32_t i = 0; i < c->keys.count && i < c->rows_cap; i++) {
        const struct gs_intern_entry *entry = &c->keys.entries[i];
        gs_buf_str(out, comma);
        put_row(out, &c->rows[i], (struct gs_text){entry->data, entry->len});
        comma = ",\n ";
    }
    if (c->other.count) {
        gs_buf_str(out, comma);
        put_row(out, &c->other, GS_TEXT("* (other)"));
    }
    gs_buf_str(out, "],\n");
}

static double ms(uint64_t ns)
{
    return (double)ns / 1e6;
}

static void put_delays(const struct gs_hist *h, struct gs_buf *out)
{
    static const struct {
        const char *name;
        double p;
    } columns[] = {{"p50", 50}, {"p75", 75}, {"p90", 90},     {"p95", 95},
                   {"p98", 98}, {"p99", 99}, {"p99_9", 99.9}, {"p99_99", 99.99}};
    double mean = h->count ? ms(h->sum_ns) / (double)h->count : 0;
    gs_buf_printf(out, "\"delays_ms\": {\"count\": %" PRIu64 ", \"mean\": %.4f, \"min\": %.4f",
                  h->count, mean, h->count ? ms(h->min_ns) : 0);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        gs_buf_printf(out, ", \"%s\": %.4f", columns[i].name,
                      ms(gs_hist_percentile(h, columns[i].p)));
    gs_buf_printf(out, ", \"max\": %.4f}}\n", ms(h->max_ns));
}

void gs_count_json(struct gs_count *c, struct gs_buf *out)
{
    gs_buf_printf(out,
                  "{\"requests\": %" PRIu64 ", \"answered\": %" PRIu64 ", \"refused\": %" PRIu64
                  ",\n\"connections\": %" PRIu64 ", \"open\": %" PRIu64
                  ", \"tls_handshakes\": %" PRIu64 ", \"tls_resumed\": %" PRIu64 ",\n",
                  c->requests, c->answered, c->refused, c->connections, c->open, c->tls_handshakes,
                  c->tls_resumed);
    put_rows(c, out);
    put_delays(&c->delays, out);
}
