#include "target/peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "base/clock.h"
#include "target/route.h"
#include "target/send.h"

#define KEPT_MAX (1U << 20)   // input that may wait behind an unfinished answer
#define READS_A_TURN 8        // then others come first
#define DRAIN_READS 4096      // of one that never stops
#define OUT_A_TURN (1U << 18) // answers to pipelined requests that are gathered for one send
#define DRAIN_NS GS_S

static void settle(struct gs_peer *peer);

static void on_timer(struct gs_timer *timer);

static void on_ready(struct gs_sock *sock, unsigned events);

void gs_peer_open(struct gs_target *target, int fd)
{
    struct gs_peer *peer = calloc(1, sizeof *peer);
    struct gs_tls *tls = target->tls ? calloc(1, sizeof *tls) : NULL;
    if (!peer || (target->tls && !tls) ||
        (tls && gs_tls_open(tls, target->tls, NULL, NULL, NULL, &target->cipher) != 0))
        goto failed;
    peer->target = target;
    peer->tls = tls;
    peer->timer.fire = on_timer;
    peer->sock.ready = on_ready;
    if (gs_sock_open(&target->poller, &peer->sock, fd, false) != 0)
        goto failed_open;
    gs_list_add_tail(&target->peers, &peer->node);
    target->count.connections++;
    target->count.open++;
    return;
failed_open:
    if (tls)
        gs_tls_close(tls);
failed:
    free(tls);
    free(peer);
    close(fd);
}

static void drop_upload(struct gs_peer *peer)
{
    if (!peer->upload)
        return;
    gs_buf_fini(&peer->upload->head);
    gs_buf_fini(&peer->upload->body);
    free(peer->upload);
    peer->upload = NULL;
}

void gs_peer_close(struct gs_peer *peer)
{
    struct gs_target *target = peer->target;
    gs_wheel_remove(&target->wheel, &peer->timer);
    gs_list_remove(&peer->node);
    gs_sock_close(&target->poller, &peer->sock);
    drop_upload(peer);
    gs_send_drop(peer);
    gs_buf_fini(&peer->in);
    gs_buf_fini(&peer->out);
    gs_buf_fini(&peer->held);
    if (peer->tls) {
        gs_tls_close(peer->tls);
        free(peer->tls);
    }
    target->count.open--;
    free(peer);
}

// ---- answering

void gs_peer_wait(struct gs_peer *peer, uint64_t delay_ns, void (*then)(struct gs_visit *))
{
    peer->phase = GS_PEER_ANSWER;
    peer->then = then;
    gs_state_arm(peer->target, &peer->timer, gs_now_ns() + delay_ns);
}

void gs_peer_hang(struct gs_peer *peer)
{
    peer->phase = GS_PEER_ANSWER;
}

// Remembers the answer that was just written from `start` on, if it is all there and short.
static void remember(const struct gs_visit *visit, const char *head, size_t start)
{
    struct gs_target *target = visit->target;
    size_t head_len = visit->request->head_len, len = target->out.len - start;
    struct gs_state_memo *memo = gs_state_memo_of(target, head, head_len);
    if (visit->peer->end != GS_PEER_NONE || visit->peer->phase == GS_PEER_ANSWER ||
        head_len > GS_STATE_HEAD || len > GS_STATE_ANSWER)
        return;
    memcpy(memo->head, head, head_len);
    memcpy(memo->answer, target->out.data + start, len);
    memo->head_len = head_len;
    memo->answer_len = len;
    memo->row = visit->peer->row;
    memo->status = visit->status;
}

// The row of the request; a key in one piece unless the target was an absolute URL.
static uint32_t find_row(struct gs_target *target, const struct gs_parse *request)
{
    if (request->key.data)
        return gs_count_find(&target->count, request->key);
    struct gs_buf key = GS_BUF_EMPTY;
    gs_buf_add(&key, request->method.data, request->method.len);
    gs_buf_str(&key, " ");
    gs_buf_add(&key, request->path.data, request->path.len);
    uint32_t row = gs_count_find(&target->count, (struct gs_text){key.data, key.len});
    gs_buf_fini(&key);
    return row;
}

static void count_request(struct gs_peer *peer, const struct gs_parse *request)
{
    struct gs_count *count = &peer->target->count;
    peer->row = find_row(peer->target, request);
    peer->epoch = count->epoch;
    count->requests++;
    gs_count_at(count, peer->row)->count++;
}

// A request is here with its body: has it answered.
static void answer(struct gs_peer *peer, const struct gs_parse *request, const char *head,
                   struct gs_text body, uint64_t body_len, uint32_t crc)
{
    struct gs_target *target = peer->target;
    struct gs_visit visit = {.peer = peer,
                             .target = target,
                             .request = request,
                             .body = body,
                             .body_len = body_len,
                             .crc = crc};
    const struct gs_route *route = gs_route_find(request->path, &visit.rest);
    size_t start = target->out.len;
    peer->head_only = gs_text_is(request->method, "HEAD");
    peer->old = request->old;
    peer->end = request->keep_alive ? GS_PEER_NONE : GS_PEER_CLOSE;
    peer->received_ns = 0;
    peer->epoch = 0;
    if (!(route->flags & GS_ROUTE_HIDDEN))
        count_request(peer, request);
    route->answer(&visit);
    if ((route->flags & GS_ROUTE_CONST) && body_len == 0 && !request->chunked)
        remember(&visit, head, start);
}

// Refuses what cannot be read as a request, and the rest of what comes.
static void refuse(struct gs_peer *peer, int status)
{
    struct gs_visit visit = {.peer = peer, .target = peer->target};
    peer->target->count.refused++;
    peer->phase = GS_PEER_HEAD;
    peer->epoch = 0;
    peer->head_only = false;
    peer->end = GS_PEER_CLOSE;
    peer->unread = true;
    gs_answer_text(&visit, (unsigned)status, "refused\n");
}

// ---- reading

static size_t recall(struct gs_peer *peer, const struct gs_state_memo *memo)
{
    struct gs_target *target = peer->target;
    struct gs_count_row *row = gs_count_at(&target->count, memo->row);
    gs_buf_add(&target->out, memo->answer, memo->answer_len);
    target->count.requests++;
    target->count.answered++;
    row->count++;
    gs_count_status(row, memo->status, 1);
    return memo->head_len;
}

static bool begin_upload(struct gs_peer *peer, const struct gs_parse *request, const char *head)
{
    struct gs_text rest;
    const struct gs_route *route = gs_route_find(request->path, &rest);
    struct gs_peer_upload *upload = calloc(1, sizeof *upload);
    if (!upload || gs_buf_add(&upload->head, head, request->head_len) != 0) {
        free(upload);
        return false;
    }
    upload->keep = route->flags & GS_ROUTE_BODY;
    upload->crc = (uint32_t)crc32(0, NULL, 0);
    gs_parse_body_init(&upload->reader, request);
    peer->upload = upload;
    peer->phase = GS_PEER_BODY;
    return true;
}

// Takes a head, and the body when it came along whole. Returns the bytes used, 0: more needed.
static size_t take_head(struct gs_peer *peer, const char *data, size_t len)
{
    struct gs_target *target = peer->target;
    struct gs_parse *request = &target->request;
    struct gs_state_memo *memo = gs_state_memo_of(target, data, len);
    if (memo->head_len && len >= memo->head_len && memcmp(data, memo->head, memo->head_len) == 0)
        return recall(peer, memo);
    int rc = gs_parse_head(request, data, len);
    if (rc == 0)
        return 0;
    if (rc < 0) {
        refuse(peer, -rc);
        return len;
    }
    struct gs_text body = {data + request->head_len, (size_t)request->length};
    if (!request->chunked && body.len <= len - request->head_len) {
        uint32_t crc = (uint32_t)crc32(0, NULL, 0);
        if (body.len)
            crc = (uint32_t)crc32(crc, (const unsigned char *)body.data, (uInt)body.len);
        answer(peer, request, data, body, body.len, crc);
        return request->head_len + body.len;
    }
    if (!begin_upload(peer, request, data))
        refuse(peer, 503);
    else if (request->expect && len == request->head_len)
        gs_buf_str(&target->out, "HTTP/1.1 100 Continue\r\n\r\n");
    return request->head_len;
}

static void finish_upload(struct gs_peer *peer)
{
    struct gs_peer_upload *upload = peer->upload;
    struct gs_parse *request = &peer->target->request;
    peer->upload = NULL; // the answer may begin something new
    peer->phase = GS_PEER_HEAD;
    // Its slices were lost with the input buffer: reading it again is cheaper than keeping them.
    gs_parse_head(request, upload->head.data, upload->head.len);
    answer(peer, request, upload->head.data, (struct gs_text){upload->body.data, upload->body.len},
           upload->reader.total, upload->crc);
    gs_buf_fini(&upload->head);
    gs_buf_fini(&upload->body);
    free(upload);
}

static size_t take_body(struct gs_peer *peer, const char *data, size_t len)
{
    struct gs_peer_upload *upload = peer->upload;
    struct gs_text piece;
    ssize_t used = gs_parse_body_feed(&upload->reader, data, len, &piece);
    if (used >= 0 && upload->keep && gs_buf_add(&upload->body, piece.data, piece.len) != 0)
        used = -503;
    if (used < 0) {
        drop_upload(peer);
        refuse(peer, (int)-used);
        return len;
    }
    if (piece.len)
        upload->crc =
                (uint32_t)crc32(upload->crc, (const unsigned char *)piece.data, (uInt)piece.len);
    if (upload->reader.done)
        finish_upload(peer);
    return (size_t)used;
}

// True while the next request must wait for the answer to this one.
static bool is_busy(const struct gs_peer *peer)
{
    return peer->phase == GS_PEER_ANSWER || peer->out.len != 0 ||
           peer->target->out.len > OUT_A_TURN;
}

static void keep(struct gs_peer *peer, const char *data, size_t len)
{
    peer->partial = peer->phase == GS_PEER_HEAD && !is_busy(peer);
    if (peer->in.len + len > KEPT_MAX || gs_buf_add(&peer->in, data, len) != 0)
        peer->end = GS_PEER_RESET;
}

// Works through input; what has to wait is kept.
static void consume(struct gs_peer *peer, const char *data, size_t len)
{
    size_t at = 0;
    while (at < len && peer->end == GS_PEER_NONE) {
        size_t used = 0;
        if (peer->phase == GS_PEER_BODY)
            used = take_body(peer, data + at, len - at);
        else if (!is_busy(peer))
            used = take_head(peer, data + at, len - at);
        if (used == 0) {
            keep(peer, data + at, len - at);
            return;
        }
        at += used;
    }
    peer->unread |= at < len;
}

// Works through what was kept, with what came now behind it.
static void consume_kept(struct gs_peer *peer, const char *data, size_t len)
{
    struct gs_buf kept = peer->in;
    if (len && gs_buf_add(&kept, data, len) != 0) {
        peer->end = GS_PEER_RESET;
        return;
    }
    peer->in = (struct gs_buf)GS_BUF_EMPTY;
    consume(peer, kept.data, kept.len);
    gs_buf_fini(&kept);
}

// A part of a head waits: whether what came completes it. Looking only at the new bytes keeps a
// head that arrives byte by byte from being read a thousand times.
static bool completes(const struct gs_peer *peer, const char *data, size_t len)
{
    const struct gs_buf *in = &peer->in;
    char seam[6];
    size_t before = in->len < 3 ? in->len : 3, after = len < 3 ? len : 3;
    memcpy(seam, in->data + in->len - before, before);
    memcpy(seam + before, data, after);
    return in->len + len >= GS_PARSE_HEAD_MAX || memmem(data, len, "\r\n\r\n", 4) ||
           memmem(seam, before + after, "\r\n\r\n", 4) || in->len < 4;
}

static void take_input(struct gs_peer *peer, const char *data, size_t len)
{
    if (peer->end != GS_PEER_NONE)
        peer->unread = true;
    else if (peer->in.len == 0)
        consume(peer, data, len);
    else if (is_busy(peer) || !completes(peer, data, len))
        keep(peer, data, len);
    else
        consume_kept(peer, data, len);
}

static void count_handshake(struct gs_peer *peer)
{
    peer->shaken = true;
    peer->target->count.tls_handshakes++;
    if (SSL_session_reused(peer->tls->ssl))
        peer->target->count.tls_resumed++;
}

static void take_cipher(struct gs_peer *peer, const char *data, size_t len)
{
    struct gs_tls *tls = peer->tls;
    const char *detail;
    ssize_t n;
    gs_tls_feed(tls, data, len);
    if (!peer->shaken) {
        enum gs_tls_state state = gs_tls_handshake(tls);
        if (state == GS_TLS_FAILED)
            goto failed;
        if (state == GS_TLS_WANT)
            return;
        count_handshake(peer);
    }
    while ((n = gs_tls_read(tls, peer->target->plain, GS_STATE_INPUT)) > 0)
        take_input(peer, peer->target->plain, (size_t)n);
    if (n == 0) {
        peer->eof |= tls->ended;
        return;
    }
failed:
    gs_tls_error(tls, &detail); // empties OpenSSL's queue
    peer->end = GS_PEER_CLOSE;  // the alert goes out first
    peer->unread = true;
}

static void take_bytes(struct gs_peer *peer, const char *data, size_t len)
{
    if (peer->phase == GS_PEER_DRAIN)
        return;
    if (peer->tls)
        take_cipher(peer, data, len);
    else
        take_input(peer, data, len);
}

// Reads what there is; false: the connection is lost.
static bool receive(struct gs_peer *peer, bool hangup)
{
    struct gs_target *target = peer->target;
    for (int i = 0; !peer->eof; i++) {
        // Others come first then; but an edge does not come twice.
        if (i >= READS_A_TURN && !gs_timer_armed(&peer->timer)) {
            gs_state_arm(target, &peer->timer, gs_now_ns());
            return true;
        }
        ssize_t n = gs_sock_recv(&peer->sock, target->input, GS_STATE_INPUT);
        if (n == -EAGAIN)
            return true;
        if (n < 0 || i > DRAIN_READS)
            return false;
        if (n == 0)
            peer->eof = true;
        else
            take_bytes(peer, target->input, (size_t)n);
        if (n < GS_STATE_INPUT && !hangup)
            return true;
    }
    return true;
}

// ---- ending

static void lose(struct gs_peer *peer)
{
    gs_send_clear(peer->target);
    gs_peer_close(peer);
}

static void reset(struct gs_peer *peer)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(peer->sock.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    gs_peer_close(peer);
}

// All is sent: closes. Closing with unread input would reset the connection and could take the
// answer from the client, so then its input is drained first.
static void end(struct gs_peer *peer)
{
    if (peer->tls && peer->shaken && SSL_shutdown(peer->tls->ssl) < 0) {
        const char *detail;
        gs_tls_error(peer->tls, &detail);
    }
    if (!gs_send_flush(peer) || !peer->unread) {
        gs_peer_close(peer);
        return;
    }
    shutdown(peer->sock.fd, SHUT_WR);
    peer->phase = GS_PEER_DRAIN;
    gs_state_arm(peer->target, &peer->timer, gs_now_ns() + DRAIN_NS);
}

// After every event: sends what there is to send, takes up requests that waited, ends what is to
// end. The connection may be gone afterwards.
static void settle(struct gs_peer *peer)
{
    if (peer->phase == GS_PEER_DRAIN) {
        if (peer->eof)
            lose(peer);
        return;
    }
    for (;;) {
        if (peer->end == GS_PEER_RESET) {
            gs_send_clear(peer->target);
            reset(peer);
            return;
        }
        if (!gs_send_flush(peer) || (peer->out.len && !gs_send_waiting(peer)) ||
            (peer->stream && peer->out.len == 0 && !gs_send_pump(peer))) {
            lose(peer);
            return;
        }
        gs_sock_arm(&peer->target->poller, &peer->sock, peer->out.len != 0 || peer->stream);
        if (peer->eof) {
            lose(peer); // what the kernel has is still sent
            return;
        }
        if (peer->out.len || peer->phase == GS_PEER_ANSWER)
            return;
        if (peer->end != GS_PEER_NONE) {
            end(peer);
            return;
        }
        if (peer->in.len == 0 || peer->partial)
            return;
        consume_kept(peer, NULL, 0);
    }
}

static void on_ready(struct gs_sock *sock, unsigned events)
{
    struct gs_peer *peer = GS_OWNER(sock, struct gs_peer, sock);
    if ((events & GS_READABLE) && !receive(peer, events & GS_HANGUP)) {
        lose(peer);
        return;
    }
    settle(peer);
}

// Runs what the answer waited for; for /delay what was waited is the truth, so it is taken last.
static void go_on(struct gs_peer *peer)
{
    struct gs_visit visit = {.peer = peer, .target = peer->target};
    void (*then)(struct gs_visit *) = peer->then;
    peer->phase = GS_PEER_HEAD;
    peer->then = NULL;
    then(&visit);
    if (peer->received_ns)
        gs_hist_record(&peer->target->count.delays, gs_now_ns() - peer->received_ns);
    peer->received_ns = 0;
}

static void on_timer(struct gs_timer *timer)
{
    struct gs_peer *peer = GS_OWNER(timer, struct gs_peer, timer);
    if (peer->phase == GS_PEER_DRAIN) {
        gs_peer_close(peer);
        return;
    }
    if (peer->phase == GS_PEER_ANSWER && peer->then) {
        go_on(peer);
    } else if (!receive(peer, false)) {
        lose(peer);
        return;
    }
    settle(peer);
}
