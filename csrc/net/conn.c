#include "net/conn.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/origin.h"

#define TLS_PIECE 65536
#define DIRECT_MOST 131072 // bytes of a body in one read

static void on_ready(struct gs_sock *sock, unsigned events);
static void write_call(struct gs_conn *conn);

struct gs_conn *gs_conn_new(struct gs_session *session, struct gs_origin *origin,
                            gs_conn_ended ended)
{
    struct gs_conn *conn = calloc(1, sizeof *conn);
    if (!conn)
        return NULL;
    conn->sock.fd = -1;
    conn->sock.ready = on_ready;
    conn->session = session;
    conn->origin = origin;
    conn->ended = ended;
    conn->next = session->conns;
    session->conns = conn;
    session->conn_count++;
    return conn;
}

static bool is_open(const struct gs_session *session, const struct gs_conn *conn)
{
    const struct gs_conn *at = session->conns;
    while (at && at != conn)
        at = at->next;
    return at != NULL;
}

static void leave_session(struct gs_conn *conn)
{
    struct gs_conn **at = &conn->session->conns;
    while (*at && *at != conn)
        at = &(*at)->next;
    if (*at) {
        *at = conn->next;
        conn->session->conn_count--;
    }
}

// The socket is gone; the connection may dial again.
static void hang_up(struct gs_conn *conn)
{
    struct gs_net *net = conn->session->net;
    gs_list_remove(&conn->queued);
    if (conn->state == GS_CONN_CONNECTING || conn->state == GS_CONN_HANDSHAKE)
        net->dialling--;
    if (conn->sock.fd >= 0) {
        gs_sock_close(net->poller, &conn->sock);
        net->open_connections--;
    }
    if (conn->tls) {
        gs_tls_close(&conn->tls->tls);
        gs_buf_fini(&conn->tls->out);
        free(conn->tls);
        conn->tls = NULL;
    }
    conn->hung_up = false;
    conn->state = GS_CONN_NEW;
}

void gs_conn_close(struct gs_conn *conn)
{
    struct gs_net *net = conn->session->net;
    hang_up(conn);
    leave_session(conn);
    gs_origin_release(conn->origin);
    free(conn);
    if (!gs_list_empty(&net->dials))
        gs_conn_dial_next(net);
}

// Ends the call with a failure; the connection is gone after it.
static void fail(struct gs_conn *conn, enum gs_err err, const char *detail)
{
    struct gs_call *call = conn->call;
    gs_conn_ended ended = conn->ended;
    bool reused = conn->reused, heard = conn->heard;
    if (!call) {
        gs_conn_close(conn);
        return;
    }
    conn->call = NULL;
    call->carrier = NULL;
    // http1 decides about sending again, by what the connection saw
    struct gs_conn seen = {.reused = reused, .heard = heard, .session = conn->session};
    gs_conn_close(conn);
    ended(call, &seen, err, detail);
}

// ---- dialling -------------------------------------------------------------------------------

static int open_socket(const struct gs_address *address)
{
    int fd = socket(address->sa.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, &address->sa.any, address->len) != 0 && errno != EINPROGRESS) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

static void dial(struct gs_conn *conn)
{
    struct gs_net *net = conn->session->net;
    const struct gs_addresses *addresses = conn->origin->addresses;
    if (addresses->count == 0) {
        fail(conn, GS_E_DNS, addresses->why);
        return;
    }
    enum gs_err err = GS_E_UNREACHABLE;
    while (conn->tries < addresses->count) {
        conn->address = (uint8_t)((conn->session->user + conn->tries) % (unsigned)addresses->count);
        conn->tries++;
        conn->call->dial_ns = gs_net_now(net);
        int fd = open_socket(&addresses->list[conn->address]);
        int rc = fd < 0 ? fd : gs_sock_open(net->poller, &conn->sock, fd, true);
        if (rc >= 0) {
            conn->state = GS_CONN_CONNECTING;
            net->dialling++;
            net->open_connections++;
            return;
        }
        if (fd >= 0)
            close(fd);
        err = gs_err_from_errno(-rc);
    }
    fail(conn, err, NULL);
}

void gs_conn_dial_next(struct gs_net *net)
{
    if (net->dialling_next)
        return; // a dial that fails at once comes back here
    net->dialling_next = true;
    struct gs_node *node;
    while (net->dialling < GS_DIALS_MAX && (node = gs_list_pop(&net->dials)) != NULL)
        dial(GS_OWNER(node, struct gs_conn, queued));
    net->dialling_next = false;
}

static void queue_dial(struct gs_conn *conn)
{
    if (conn->session->net->dialling < GS_DIALS_MAX) {
        dial(conn);
        return;
    }
    conn->state = GS_CONN_QUEUED;
    gs_list_add_tail(&conn->session->net->dials, &conn->queued);
}

void gs_conn_resolved(struct gs_conn *conn)
{
    queue_dial(conn);
}

static void start_dial(struct gs_conn *conn)
{
    if (gs_origin_resolve(conn->origin) || !conn->origin->resolving) {
        queue_dial(conn);
        return;
    }
    conn->state = GS_CONN_RESOLVING;
    gs_list_add_tail(&conn->origin->waiting, &conn->queued);
}

// This address failed: try the next, or give up.
static void dial_failed(struct gs_conn *conn, enum gs_err err)
{
    int tries = conn->tries;
    if (tries >= conn->origin->addresses->count) {
        fail(conn, err, NULL);
        return;
    }
    hang_up(conn);
    queue_dial(conn);
}

static SSL_SESSION *ticket_of(const struct gs_conn *conn)
{
    for (struct gs_ticket *t = conn->session->tickets; t; t = t->next)
        if (t->origin == conn->origin)
            return t->session;
    return NULL;
}

static void established(struct gs_conn *conn)
{
    struct gs_net *net = conn->session->net;
    uint64_t now = gs_net_now(net);
    net->dialling--;
    conn->state = GS_CONN_READY;
    net->on_dialed(net, conn->call->connected_ns - conn->call->dial_ns,
                   conn->tls ? now - conn->call->connected_ns : 0);
    gs_sock_arm(net->poller, &conn->sock, false);
    write_call(conn);
    gs_conn_dial_next(net);
}

// Sends ciphertext from the lane's buffer (or what was left of earlier); false: the socket failed.
static bool flush(struct gs_conn *conn)
{
    struct gs_buf *fresh = &conn->session->net->cipher_out;
    bool kept = conn->tls->out.len > conn->tls->out_at;
    if (kept && fresh->len) {
        if (gs_buf_add(&conn->tls->out, fresh->data, fresh->len) != 0)
            return false;
        fresh->len = 0;
    }
    struct gs_buf *from = kept ? &conn->tls->out : fresh;
    size_t at = kept ? conn->tls->out_at : 0;
    while (at < from->len) {
        struct iovec part = {from->data + at, from->len - at};
        ssize_t n = gs_sock_send(&conn->sock, &part, 1);
        if (n < 0 && n != -EAGAIN) {
            fresh->len = 0;
            return false;
        }
        if (n < 0)
            break;
        at += (size_t)n;
    }
    if (!kept && at < fresh->len) {
        conn->tls->out.len = conn->tls->out_at = 0;
        if (gs_buf_add(&conn->tls->out, fresh->data + at, fresh->len - at) != 0)
            return false;
    } else if (kept) {
        conn->tls->out_at = at;
        if (at == conn->tls->out.len)
            conn->tls->out.len = conn->tls->out_at = 0;
    }
    fresh->len = 0;
    gs_sock_arm(conn->session->net->poller, &conn->sock, conn->tls->out.len > 0);
    return true;
}

static void shake(struct gs_conn *conn)
{
    enum gs_tls_state state = gs_tls_handshake(&conn->tls->tls);
    if (state == GS_TLS_FAILED) {
        const char *detail;
        enum gs_err err = gs_tls_error(&conn->tls->tls, &detail);
        flush(conn); // the alert
        fail(conn, err, detail);
        return;
    }
    if (!flush(conn))
        fail(conn, GS_E_RESET, NULL);
    else if (state == GS_TLS_DONE)
        established(conn);
}

static void keep_session(void *arg, SSL_SESSION *session)
{
    struct gs_conn *conn = arg;
    for (struct gs_ticket *t = conn->session->tickets; t; t = t->next) {
        if (t->origin == conn->origin) {
            SSL_SESSION_free(t->session);
            t->session = session;
            return;
        }
    }
    struct gs_ticket *ticket = malloc(sizeof *ticket);
    if (!ticket) {
        SSL_SESSION_free(session);
        return;
    }
    *ticket = (struct gs_ticket){conn->session->tickets, gs_origin_ref(conn->origin), session};
    conn->session->tickets = ticket;
}

static void start_tls(struct gs_conn *conn)
{
    struct gs_net *net = conn->session->net;
    struct gs_tls_context *context = conn->origin->tls;
    if (!net->cipher_in)
        net->cipher_in = malloc(TLS_PIECE);
    conn->tls = calloc(1, sizeof *conn->tls);
    if (!context->context || !net->cipher_in || !conn->tls ||
        gs_tls_open(&conn->tls->tls, context->context, conn->origin->host, ticket_of(conn), conn,
                    &net->cipher_out) != 0) {
        fail(conn, context->err ? context->err : GS_E_NOMEM, NULL);
        return;
    }
    gs_tls_context_sessions(context->context, keep_session);
    conn->state = GS_CONN_HANDSHAKE;
    shake(conn);
}

static void connected(struct gs_conn *conn)
{
    int error = 0;
    socklen_t len = sizeof error;
    getsockopt(conn->sock.fd, SOL_SOCKET, SO_ERROR, &error, &len);
    if (error) {
        dial_failed(conn, gs_err_from_errno(error));
        return;
    }
    conn->call->connected_ns = gs_net_now(conn->session->net);
    if (conn->origin->tls)
        start_tls(conn);
    else
        established(conn);
}

// ---- sending --------------------------------------------------------------------------------

static size_t call_size(const struct gs_call *call)
{
    return call->request.len + (call->body_in_request ? 0 : call->body_len);
}

// The rest of the call from byte `at` as parts of an iovec.
static int parts_of(const struct gs_call *call, size_t at, struct iovec parts[2])
{
    int n = 0;
    if (at < call->request.len)
        parts[n++] =
                (struct iovec){(char *)(uintptr_t)call->request.data + at, call->request.len - at};
    if (!call->body_in_request && call->body_len) {
        size_t skip = at > call->request.len ? at - call->request.len : 0;
        if (skip < call->body_len)
            parts[n++] =
                    (struct iovec){(char *)(uintptr_t)call->body + skip, call->body_len - skip};
    }
    return n;
}

// A send failed. An answer may have come before the server closed: it is read first.
static void send_failed(struct gs_conn *conn, enum gs_err err)
{
    struct gs_call *call = conn->call;
    if (call->sent_bytes > 0) {
        conn->broken = true;
        gs_conn_read_again(conn);
        return;
    }
    fail(conn, err, NULL);
}

static void write_plain(struct gs_conn *conn)
{
    struct gs_call *call = conn->call;
    size_t size = call_size(call);
    while (call->sent_bytes < size) {
        struct iovec parts[2];
        int count = parts_of(call, call->sent_bytes, parts);
        ssize_t n = gs_sock_send(&conn->sock, parts, count);
        if (n == -EAGAIN) {
            gs_sock_arm(conn->session->net->poller, &conn->sock, true);
            return;
        }
        if (n < 0) {
            send_failed(conn, gs_err_from_errno((int)-n));
            return;
        }
        call->sent_bytes += (size_t)n;
        call->bytes_sent += (size_t)n;
    }
    gs_sock_arm(conn->session->net->poller, &conn->sock, false);
}

static void write_tls(struct gs_conn *conn)
{
    struct gs_call *call = conn->call;
    size_t size = call_size(call);
    do {
        while (conn->tls->plain_sent < size && conn->session->net->cipher_out.len < TLS_PIECE) {
            struct iovec parts[2];
            parts_of(call, conn->tls->plain_sent, parts);
            size_t n = parts[0].iov_len < TLS_PIECE ? parts[0].iov_len : TLS_PIECE;
            if (gs_tls_write(&conn->tls->tls, parts[0].iov_base, n) != 0) {
                conn->session->net->cipher_out.len = 0;
                send_failed(conn, GS_E_TLS);
                return;
            }
            conn->tls->plain_sent += n;
            call->bytes_sent += n;
        }
        if (!flush(conn)) {
            send_failed(conn, GS_E_RESET);
            return;
        }
        call->sent_bytes = conn->tls->plain_sent;
    } while (conn->tls->out.len == 0 && conn->tls->plain_sent < size);
}

static void write_call(struct gs_conn *conn)
{
    struct gs_call *call = conn->call;
    if (!call)
        return;
    if (call->sent_ns == 0) {
        call->sent_ns = gs_net_now(conn->session->net);
        call->deadline_ns = call->limit_ns;
    }
    if (conn->tls)
        write_tls(conn);
    else
        write_plain(conn);
}

void gs_conn_send(struct gs_conn *conn, struct gs_call *call)
{
    conn->call = call;
    call->carrier = conn;
    call->sent_bytes = 0;
    conn->heard = false;
    if (conn->tls)
        conn->tls->plain_sent = 0;
    gs_framing_begin(&call->framing);
    if (conn->state == GS_CONN_READY) {
        conn->reused = true;
        write_call(conn);
        return;
    }
    start_dial(conn);
}

// ---- receiving ------------------------------------------------------------------------------

// The response is complete; `surplus` bytes came behind it.
static void complete(struct gs_conn *conn, size_t surplus)
{
    struct gs_call *call = conn->call;
    if (call->sent_bytes < call_size(call) || surplus || conn->hung_up || call->framing.last ||
        (conn->tls && (conn->tls->out.len || conn->tls->tls.ended)))
        conn->broken = true;
    conn->call = NULL;
    call->carrier = NULL;
    gs_conn_ended ended = conn->ended;
    if (conn->broken) {
        struct gs_conn seen = {
                .reused = conn->reused, .heard = true, .session = conn->session, .broken = true};
        gs_conn_close(conn);
        ended(call, &seen, GS_E_OK, NULL);
    } else {
        ended(call, conn, GS_E_OK, NULL);
    }
}

// Hands received bytes on. False: the connection is done with this call (and may be gone).
static bool receive(struct gs_conn *conn, char *data, size_t len)
{
    struct gs_call *call = conn->call;
    if (!call) { // unasked bytes on an idle connection
        gs_conn_close(conn);
        return false;
    }
    call->last_ns = gs_net_now(conn->session->net);
    call->bytes_received += len;
    if (!conn->heard) {
        conn->heard = true;
        if (call->first_ns == 0)
            call->first_ns = call->last_ns;
    }
    size_t surplus;
    enum gs_err err;
    switch (gs_framing_take(&call->framing, call, data, len, &surplus, &err)) {
    case GS_FRAMED_MORE:
        return true;
    case GS_FRAMED_COMPLETE:
        complete(conn, surplus);
        return false;
    default:
        fail(conn, err, NULL);
        return false;
    }
}

// The server closed.
static void ended_by_peer(struct gs_conn *conn, enum gs_err err)
{
    struct gs_call *call = conn->call;
    if (call && err == GS_E_OK) {
        err = conn->heard ? gs_framing_close(&call->framing, call) : GS_E_CLOSED;
        if (err == GS_E_OK) {
            complete(conn, 0);
            return;
        }
    }
    fail(conn, err, NULL);
}

static void put_off(struct gs_conn *conn)
{
    gs_list_remove(&conn->queued);
    gs_list_add_tail(&conn->session->net->deferred, &conn->queued);
}

// Room in the arena for one read, or 0.
static size_t arena_room(const struct gs_net *net)
{
    size_t room = GS_ARENA_BYTES - net->arena_used;
    return room < GS_READ_BYTES ? 0 : room < 65536 ? room : 65536;
}

// Keeps the part of the arena that a complete response may borrow.
static bool receive_arena(struct gs_conn *conn, size_t len)
{
    struct gs_net *net = conn->session->net;
    char *data = net->arena + net->arena_used;
    net->arena_used += (len + 15) & ~(size_t)15;
    return receive(conn, data, len);
}

static bool reads_direct(const struct gs_conn *conn)
{
    const struct gs_call *call = conn->call;
    return call && conn->heard && gs_framing_wants_direct(&call->framing, call);
}

static ssize_t read_direct(struct gs_conn *conn, size_t *wanted)
{
    struct gs_call *call = conn->call;
    char *to = gs_framing_direct(&call->framing, call, DIRECT_MOST, wanted);
    if (!to)
        return -ENOMEM;
    ssize_t got = gs_sock_recv(&conn->sock, to, *wanted);
    if (got > 0) {
        gs_framing_took_direct(&call->framing, call, (size_t)got);
        call->bytes_received += (uint64_t)got;
    }
    return got;
}

static void read_plain(struct gs_conn *conn)
{
    struct gs_net *net = conn->session->net;
    size_t budget = GS_TURN_BYTES;
    for (;;) {
        bool direct = reads_direct(conn);
        size_t wanted = direct ? 0 : arena_room(net);
        if (budget == 0 || (!direct && wanted == 0)) {
            put_off(conn);
            return;
        }
        ssize_t n = direct ? read_direct(conn, &wanted)
                           : gs_sock_recv(&conn->sock, net->arena + net->arena_used, wanted);
        if (n == -EAGAIN)
            return;
        if (n <= 0) {
            ended_by_peer(conn, n == 0 ? GS_E_OK : gs_err_from_errno((int)-n));
            return;
        }
        if (!direct && !receive_arena(conn, (size_t)n))
            return;
        if ((size_t)n < wanted && !conn->hung_up)
            return;
        budget = (size_t)n < budget ? budget - (size_t)n : 0;
    }
}

// Decrypts what was fed, to its end. False: the connection is gone.
static bool drain_tls(struct gs_conn *conn)
{
    struct gs_net *net = conn->session->net;
    struct gs_session *session = conn->session;
    for (;;) {
        ssize_t n = gs_tls_read(&conn->tls->tls, net->arena + net->arena_used, arena_room(net));
        if (n < 0) {
            const char *detail;
            enum gs_err err = gs_tls_error(&conn->tls->tls, &detail);
            fail(conn, err, detail);
            return false;
        }
        if (n == 0)
            return true;
        // after the answer: tickets may follow, and what was fed must be used up
        if (!receive_arena(conn, (size_t)n) && !is_open(session, conn))
            return false;
    }
}

static void read_tls(struct gs_conn *conn)
{
    struct gs_net *net = conn->session->net;
    size_t budget = GS_TURN_BYTES;
    for (;;) {
        // room for all that one piece can decrypt to, so that nothing lent is overwritten
        if (budget == 0 || GS_ARENA_BYTES - net->arena_used < 3 * TLS_PIECE) {
            put_off(conn);
            return;
        }
        ssize_t n = gs_sock_recv(&conn->sock, net->cipher_in, TLS_PIECE);
        if (n == -EAGAIN)
            return;
        if (n <= 0) {
            ended_by_peer(conn, n == 0 ? GS_E_OK : gs_err_from_errno((int)-n));
            return;
        }
        gs_tls_feed(&conn->tls->tls, net->cipher_in, (size_t)n);
        if (conn->state == GS_CONN_HANDSHAKE) {
            struct gs_session *session = conn->session;
            shake(conn);
            if (!is_open(session, conn))
                return;
        }
        if (conn->state == GS_CONN_READY && !drain_tls(conn))
            return;
        if (conn->tls->tls.ended) {
            ended_by_peer(conn, GS_E_OK);
            return;
        }
        if (n < TLS_PIECE && !conn->hung_up)
            return;
        budget = (size_t)n < budget ? budget - (size_t)n : 0;
    }
}

static void read_on(struct gs_conn *conn)
{
    if (conn->tls)
        read_tls(conn);
    else
        read_plain(conn);
}

void gs_conn_read_again(struct gs_conn *conn)
{
    read_on(conn);
}

static void on_ready(struct gs_sock *sock, unsigned events)
{
    struct gs_conn *conn = GS_OWNER(sock, struct gs_conn, sock);
    if (conn->state == GS_CONN_CONNECTING) {
        if (events & (GS_WRITABLE | GS_HANGUP))
            connected(conn);
        return;
    }
    conn->hung_up |= (events & GS_HANGUP) != 0;
    if (events & GS_READABLE) {
        // with something still to send the read may end the call: look again before writing
        bool sending = (events & GS_WRITABLE) && conn->sock.want_write;
        struct gs_session *session = conn->session;
        read_on(conn);
        if (!sending)
            return;
        if (!is_open(session, conn))
            return;
    }
    if (!(events & GS_WRITABLE) || !conn->sock.want_write)
        return;
    if (conn->state == GS_CONN_HANDSHAKE) {
        if (!flush(conn))
            fail(conn, GS_E_RESET, NULL);
    } else if (conn->call) {
        write_call(conn);
    } else if (conn->tls && !flush(conn)) {
        gs_conn_close(conn);
    }
}
