// state: what one target consists of. Lane.
#ifndef GS_TARGET_STATE_H
#define GS_TARGET_STATE_H

#include <openssl/ssl.h>
#include <string.h>

#include "base/rng.h"
#include "base/wheel.h"
#include "net/poller.h"
#include "target/count.h"
#include "target/parse.h"
#include "target/target.h"

#define GS_STATE_INPUT 65536
#define GS_STATE_HEAD 1024
#define GS_STATE_ANSWER 4096

#define GS_STATE_MEMOS 16 // power of two

// Request heads whose answers never vary, with these, by what they begin with: load tests send the
// same bytes again and again, and comparing them is cheaper than reading them.
struct gs_state_memo {
    size_t head_len, answer_len; // head_len 0: nothing remembered
    uint32_t row;
    unsigned status;
    char head[GS_STATE_HEAD];
    char answer[GS_STATE_ANSWER];
};

struct gs_target {
    uv_loop_t loop;
    uv_async_t wake;
    bool stopping;
    bool spin;
    struct gs_poller poller;
    struct gs_wheel wheel;
    struct gs_sock listener;
    struct gs_timer accept_again; // after running out of descriptors
    uint16_t port;
    SSL_CTX *tls; // NULL: plain
    struct gs_node peers;
    struct gs_count count;
    struct gs_rng rng;
    uint64_t secret; // signs session cookies and form tokens
    struct gs_state_memo memos[GS_STATE_MEMOS];
    struct gs_parse request; // scratch: the head being looked at
    struct gs_buf out;       // answers of the connection being served, before TLS
    struct gs_buf cipher;    // the same behind TLS
    struct gs_buf bomb;      // made when first asked for
    char input[GS_STATE_INPUT];
    char plain[GS_STATE_INPUT]; // input behind TLS
};

// Where a head that begins so is remembered. A head is longer than what is looked at: shorter ones
// (HTTP/1.0 without fields) share a place.
static inline struct gs_state_memo *gs_state_memo_of(struct gs_target *target, const char *head,
                                                     size_t len)
{
    uint64_t hash = 0, piece;
    for (size_t at = 0; at + sizeof piece <= 32 && len >= 32; at += sizeof piece) {
        memcpy(&piece, head + at, sizeof piece);
        hash = (hash ^ piece) * 0x9e3779b97f4a7c15ULL;
    }
    return &target->memos[hash >> 60 & (GS_STATE_MEMOS - 1)];
}

// Arms the timer (kept until it fires or is removed) and the poller's alarm with it.
void gs_state_arm(struct gs_target *target, struct gs_timer *timer, uint64_t at_ns);

#endif
