#include "engine/verdict.h"

#include "engine/attack.h"

// The row to correct, or NULL: no longer to be corrected.
static struct gs_row *row_of(struct gs_lane *lane, const struct gs_verdict *verdict)
{
    if (lane->epoch != verdict->epoch || !lane->attack->plan.metrics)
        return NULL;
    return gs_shard_row(lane->shard, &lane->names, verdict->name);
}

static void count_error(struct gs_lane *lane, const struct gs_verdict *verdict, struct gs_row *row,
                        struct gs_slice text, int64_t by)
{
    char own[GS_ERROR_TEXT_BYTES];
    if (!text.data) {
        struct gs_call like = {
                .status = verdict->status, .err = verdict->err, .detail = verdict->detail};
        text = (struct gs_slice){own, gs_call_error_text(&like, own, sizeof own)};
    }
    gs_shard_error(lane->shard, row, text.data, text.len, verdict->status, by);
}

void gs_verdict_change(struct gs_lane *lane, struct gs_verdict *verdict, struct gs_slice before,
                       bool failed, struct gs_slice text)
{
    struct gs_row *row = row_of(lane, verdict);
    if (row && verdict->failed)
        count_error(lane, verdict, row, before, -1);
    if (row)
        row->failures += failed - verdict->failed;
    verdict->failed = failed;
    if (row && failed)
        count_error(lane, verdict, row, text, 1);
}
