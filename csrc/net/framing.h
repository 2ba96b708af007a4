// framing: from received bytes to the response of a call (RFC 9112 sections 4 to 6): heads, interim
// responses, the body by length, chunks or close. Pure; any cut of the bytes gives the same.
#ifndef GS_NET_FRAMING_H
#define GS_NET_FRAMING_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "net/chunk.h"
#include "net/head.h"

struct gs_call;

enum gs_phase_of_response {
    GS_PHASE_HEAD,
    GS_PHASE_LENGTH,
    GS_PHASE_CHUNKED,
    GS_PHASE_UNTIL_CLOSE,
};

struct gs_framing {
    uint8_t phase;
    uint8_t interim;  // 1xx seen
    bool last;        // the connection is not to be used again
    struct gs_buf in; // an incomplete head
    size_t scanned;
    struct gs_head head;
    uint64_t left; // of a body of known length
    struct gs_chunk chunk;
};

enum gs_framed { GS_FRAMED_MORE, GS_FRAMED_COMPLETE, GS_FRAMED_FAILED };

// A new response is expected.
void gs_framing_begin(struct gs_framing *f);
void gs_framing_fini(struct gs_framing *f);

// Takes bytes (borrowed; a response that is complete in them borrows them further, see gs_call).
// COMPLETE: the call's outcome is filled in, and *surplus bytes at the end are not part of it.
// FAILED: *err says why.
enum gs_framed gs_framing_take(struct gs_framing *f, struct gs_call *call, char *data, size_t len,
                               size_t *surplus, enum gs_err *err);

// The server has closed. OK: that was the end of the response; else the error.
enum gs_err gs_framing_close(struct gs_framing *f, struct gs_call *call);

// A long body of known length is best received straight into its own buffer: true while that is
// so. Gives where, and how much at the most (NULL without memory); then tell how much came.
bool gs_framing_wants_direct(const struct gs_framing *f, const struct gs_call *call);
char *gs_framing_direct(struct gs_framing *f, struct gs_call *call, size_t most, size_t *room);
void gs_framing_took_direct(struct gs_framing *f, struct gs_call *call, size_t len);

#endif
