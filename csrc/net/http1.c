#include "net/http1.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "net/conn.h"
#include "net/origin.h"

static void start(struct gs_call *call);

static void finish(struct gs_call *call, enum gs_err err, const char *detail)
{
    struct gs_session *session = call->session;
    call->err = err;
    call->detail = detail;
    if (err != GS_E_OK) {
        call->status = 0;
        call->last_ns = gs_net_now(session->net);
        if (call->sent_ns == 0)
            call->sent_ns = call->scheduled_ns ? call->scheduled_ns : call->last_ns;
    }
    session->call = NULL;
    gs_call_sent(call);
    call->done(call);
}

static void receive_cookies(struct gs_call *call)
{
    size_t at = 0;
    struct gs_slice name, value;
    struct gs_slice host = {call->origin->host, strlen(call->origin->host)};
    while (gs_head_next(call->head_bytes, &at, &name, &value))
        if (gs_slice_is(name, "set-cookie"))
            gs_jar_receive(&call->session->jar, value, host, gs_call_target(call),
                           (int64_t)time(NULL));
}

// The URL that the call's present request asks for.
static int add_url(struct gs_buf *out, const struct gs_call *call)
{
    struct gs_slice target = gs_call_target(call);
    return gs_buf_add(out, call->origin->prefix, call->origin->prefix_len) != 0 ||
                           gs_buf_add(out, target.data, target.len) != 0 ||
                           gs_buf_add(out, "", 1) != 0
                   ? -1
                   : 0;
}

static int add_hop(struct gs_call *call, char *url)
{
    struct gs_hop *hop = calloc(1, sizeof *hop);
    char *head = malloc(call->head_bytes.len + 1);
    if (!hop || !head) {
        free(hop);
        free(head);
        return -1;
    }
    memcpy(head, call->head_bytes.data, call->head_bytes.len);
    *hop = (struct gs_hop){.status = call->status,
                           .url = url,
                           .head = head,
                           .head_len = call->head_bytes.len,
                           .elapsed_ns = call->last_ns - call->sent_ns};
    struct gs_hop **at = &call->hops;
    while (*at)
        at = &(*at)->next;
    *at = hop;
    return 0;
}

// RFC 9110 section 15.4, as requests reads it: 303 and 302 turn all but HEAD into GET, 301 POST.
static const char *next_method(const struct gs_call *call)
{
    bool head = strcmp(call->method, "HEAD") == 0;
    if ((call->status == 303 || call->status == 302) && !head)
        return "GET";
    if (call->status == 301 && strcmp(call->method, "POST") == 0)
        return "GET";
    return call->method;
}

// Credentials stay on the same host, port and scheme, or on the way from http to https.
static bool keeps_auth(const struct gs_origin *from, const struct gs_origin *to)
{
    if (strcasecmp(from->host, to->host) != 0)
        return false;
    if (from->port == to->port && !from->tls == !to->tls)
        return true;
    return !from->tls && from->port == 80 && to->tls && to->port == 443;
}

static void forget_response(struct gs_call *call)
{
    gs_buf_fini(&call->own_head);
    gs_buf_fini(&call->own_body);
    call->owned = call->body_cut = false;
    call->head_bytes = call->body_bytes = (struct gs_slice){NULL, 0};
}

static enum gs_err redirect_to(struct gs_call *call, const struct gs_url *url)
{
    const struct gs_tls_context *tls = call->session->verify;
    struct gs_origin *origin = gs_origin_get(call->session->net, url, tls ? tls->verify : true,
                                             tls ? tls->ca_file : NULL);
    if (!origin)
        return GS_E_NOMEM;
    bool keep_body = call->status == 307 || call->status == 308;
    int rc = gs_call_redirect(call, next_method(call), origin, url->target, keep_body,
                              keeps_auth(call->origin, origin));
    gs_origin_release(origin); // the call has its own
    return rc == 0 ? GS_E_OK : GS_E_NOMEM;
}

static enum gs_err redirect(struct gs_call *call, struct gs_slice location)
{
    if (call->redirects == GS_REDIRECTS_MAX)
        return GS_E_REDIRECTS;
    struct gs_buf from = GS_BUF_EMPTY, to = GS_BUF_EMPTY;
    struct gs_url url;
    enum gs_err err = GS_E_NOMEM;
    if (add_url(&from, call) == 0) {
        err = GS_E_LOCATION;
        if (gs_url_resolve(&to, (struct gs_slice){from.data, from.len - 1}, location) == 0 &&
            gs_url_parse((struct gs_slice){to.data, to.len}, &url)) {
            err = add_hop(call, from.data) == 0 ? GS_E_OK : GS_E_NOMEM;
            if (err == GS_E_OK) {
                from = (struct gs_buf)GS_BUF_EMPTY; // the hop's now
                err = redirect_to(call, &url);
            }
        }
    }
    gs_buf_fini(&from);
    gs_buf_fini(&to);
    if (err != GS_E_OK)
        return err;
    call->redirects++;
    forget_response(call);
    gs_list_add_tail(&call->session->net->sends, &call->queued);
    return GS_E_OK;
}

static bool is_redirect(const struct gs_call *call, const struct gs_head *head)
{
    switch (call->status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
        return call->follow && head->location.len; // an empty one is none, as for requests
    default:
        return false;
    }
}

static bool is_idempotent(const struct gs_call *call)
{
    return strcmp(call->method, "POST") != 0 && strcmp(call->method, "PATCH") != 0;
}

// A kept-alive connection may have been closed by the server just as it was used again.
static bool may_resend(const struct gs_call *call, const struct gs_conn *conn, enum gs_err err)
{
    return conn->reused && !conn->heard && call->resent == 0 &&
           (err == GS_E_CLOSED || err == GS_E_RESET) &&
           (call->sent_bytes == 0 || is_idempotent(call));
}

static void on_ended(struct gs_call *call, struct gs_conn *conn, enum gs_err err,
                     const char *detail)
{
    if (err != GS_E_OK) {
        if (may_resend(call, conn, err)) {
            call->resent++;
            forget_response(call);
            gs_list_add_tail(&call->session->net->sends, &call->queued);
        } else {
            forget_response(call);
            finish(call, err, detail);
        }
        return;
    }
    if (call->framing.head.cookies)
        receive_cookies(call);
    if (is_redirect(call, &call->framing.head)) {
        // the location points into the head, which stands until the redirect is under way
        err = redirect(call, gs_head_find(call->head_bytes, "location"));
        if (err != GS_E_OK) {
            forget_response(call);
            finish(call, err, NULL);
        }
        return;
    }
    if (call->redirects) {
        struct gs_buf url = GS_BUF_EMPTY;
        if (add_url(&url, call) == 0)
            call->final_url = url.data;
    }
    finish(call, GS_E_OK, NULL);
}

static struct gs_conn *find(const struct gs_session *session, const struct gs_origin *origin)
{
    struct gs_conn *conn = session->conns;
    while (conn && (conn->origin != origin || conn->broken))
        conn = conn->next;
    return conn;
}

static void close_oldest(struct gs_session *session)
{
    struct gs_conn *conn = session->conns;
    while (conn->next)
        conn = conn->next;
    gs_conn_close(conn);
}

static void start(struct gs_call *call)
{
    struct gs_session *session = call->session;
    struct gs_conn *conn = find(session, call->origin);
    if (!conn) {
        if (session->conn_count >= GS_ORIGINS_PER_SESSION)
            close_oldest(session);
        conn = gs_conn_new(session, gs_origin_ref(call->origin), on_ended);
        if (!conn) {
            gs_origin_release(call->origin);
            finish(call, GS_E_NOMEM, NULL);
            return;
        }
    }
    gs_conn_send(conn, call);
}

static void cancel(struct gs_call *call)
{
    struct gs_conn *conn = call->carrier;
    enum gs_err err = call->deadline_ns == GS_NEVER ? GS_E_ABANDONED : GS_E_TIMEOUT;
    gs_list_remove(&call->queued);
    if (conn) {
        if (err == GS_E_TIMEOUT && conn->state != GS_CONN_READY)
            err = GS_E_CONNECT_TIMEOUT;
        call->carrier = NULL;
        gs_conn_close(conn);
    }
    forget_response(call);
    finish(call, err, NULL);
}

static void session_fini(struct gs_session *session)
{
    while (session->conns)
        gs_conn_close(session->conns);
}

const struct gs_transport gs_http1 = {"http/1.1", start, cancel, session_fini};
