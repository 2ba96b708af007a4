// verdict: success() and failure() after the fact: a request's count moves once, and its row is
// corrected, but never across a reset of the metrics. Lane thread.
#ifndef GS_ENGINE_VERDICT_H
#define GS_ENGINE_VERDICT_H

#include "engine/lane.h"

// What was counted.
struct gs_verdict {
    uint32_t name, epoch;
    int status;
    enum gs_err err;
    const char *detail;
    bool failed; // as it is counted now
};

// Counts the request as failed with `text`, or as good (text.data NULL). `before`: the text that it
// is counted under if a script gave one; data NULL: the engine's own.
void gs_verdict_change(struct gs_lane *lane, struct gs_verdict *verdict, struct gs_slice before,
                       bool failed, struct gs_slice text);

#endif
