#include "target/send.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"

#define SENDS_A_TURN 4         // then others come first
#define SCRATCH_MAX (1U << 20) // a common buffer that grew larger is given back
#define RECORD 16384           // plain bytes of one TLS record

void gs_send_drop(struct gs_peer *peer)
{
    if (!peer->stream)
        return;
    free(peer->stream->owned);
    free(peer->stream);
    peer->stream = NULL;
}

void gs_send_stream(struct gs_peer *peer, const struct gs_peer_stream *stream)
{
    peer->stream = malloc(sizeof *peer->stream);
    if (!peer->stream) {
        free(stream->owned);
        peer->end = GS_PEER_RESET; // the length was promised already
        return;
    }
    *peer->stream = *stream;
    peer->phase = GS_PEER_ANSWER;
}

// Sends, or keeps behind what waits already. False: the connection is lost.
static bool send_bytes(struct gs_peer *peer, const char *data, size_t len)
{
    size_t sent = 0;
    if (peer->out.len == 0) {
        struct iovec part = {(char *)(uintptr_t)data, len};
        ssize_t n = gs_sock_send(&peer->sock, &part, 1);
        if (n < 0 && n != -EAGAIN)
            return false;
        sent = n < 0 ? 0 : (size_t)n;
    }
    return gs_buf_add(&peer->out, data + sent, len - sent) == 0;
}

void gs_send_clear(struct gs_target *target)
{
    target->out.len = target->cipher.len = 0;
    if (target->out.cap > SCRATCH_MAX)
        gs_buf_fini(&target->out);
    if (target->cipher.cap > SCRATCH_MAX)
        gs_buf_fini(&target->cipher);
}

bool gs_send_flush(struct gs_peer *peer)
{
    struct gs_target *target = peer->target;
    struct gs_buf *out = &target->out;
    bool alive = true;
    if (peer->tls) {
        alive = gs_tls_write(peer->tls, target->out.data, target->out.len) == 0;
        out = &target->cipher;
    }
    if (alive && out->len)
        alive = send_bytes(peer, out->data, out->len);
    gs_send_clear(target);
    return alive;
}

bool gs_send_waiting(struct gs_peer *peer)
{
    while (peer->out_at < peer->out.len) {
        struct iovec part = {peer->out.data + peer->out_at, peer->out.len - peer->out_at};
        ssize_t n = gs_sock_send(&peer->sock, &part, 1);
        if (n == -EAGAIN)
            return true;
        if (n < 0)
            return false;
        peer->out_at += (size_t)n;
    }
    peer->out_at = 0;
    gs_buf_fini(&peer->out);
    return true;
}

static void advance_stream(struct gs_peer_stream *stream, size_t n)
{
    stream->at = (stream->at + n) % stream->block_len;
    if (stream->left != GS_NEVER)
        stream->left -= n;
}

// One send straight from the block. Returns bytes, or -errno.
static ssize_t send_stream(struct gs_peer *peer, struct gs_peer_stream *stream)
{
    struct iovec parts[8];
    uint64_t left = stream->left;
    size_t at = stream->at;
    int count = 0;
    for (; count < 8 && left; count++) {
        size_t n = stream->block_len - at;
        n = n < left ? n : (size_t)left;
        parts[count] = (struct iovec){(char *)(uintptr_t)stream->block + at, n};
        left -= n;
        at = 0;
    }
    ssize_t n = gs_sock_send(&peer->sock, parts, count);
    if (n > 0)
        advance_stream(stream, (size_t)n);
    return n;
}

// The next bytes of the stream through TLS.
static bool encrypt_stream(struct gs_peer *peer, struct gs_peer_stream *stream)
{
    for (int i = 0; i < 8 && stream->left; i++) {
        size_t n = stream->block_len - stream->at;
        n = n < stream->left ? n : (size_t)stream->left;
        n = n < RECORD ? n : RECORD;
        if (gs_tls_write(peer->tls, stream->block + stream->at, n) != 0)
            return false;
        advance_stream(stream, n);
    }
    return gs_send_flush(peer);
}

static void finish_stream(struct gs_peer *peer)
{
    if (peer->stream->tail)
        gs_buf_str(&peer->target->out, peer->stream->tail);
    gs_send_drop(peer);
    peer->phase = GS_PEER_HEAD;
}

bool gs_send_pump(struct gs_peer *peer)
{
    for (int i = 0; i < SENDS_A_TURN && peer->stream->left; i++) {
        if (peer->tls) {
            if (!encrypt_stream(peer, peer->stream))
                return false;
            if (peer->out.len)
                return true;
            continue;
        }
        ssize_t n = send_stream(peer, peer->stream);
        if (n == -EAGAIN) {
            gs_sock_arm(&peer->target->poller, &peer->sock, true);
            return true;
        }
        if (n < 0)
            return false;
    }
    if (peer->stream->left == 0) {
        finish_stream(peer);
        return gs_send_flush(peer);
    }
    peer->then = NULL;
    gs_state_arm(peer->target, &peer->timer, gs_now_ns());
    return true;
}
