#include "net/net.h"

#include <stdlib.h>
#include <string.h>

#include "net/conn.h"
#include "net/origin.h"

static void on_dialed_nothing(struct gs_net *net, uint64_t connect_ns, uint64_t tls_ns)
{
    (void)net;
    (void)connect_ns;
    (void)tls_ns;
}

int gs_net_init(struct gs_net *net, struct gs_clock *clock, struct gs_wheel *wheel,
                struct gs_poller *poller, struct gs_mailbox *mailbox,
                const struct gs_transport *transport, uint32_t users)
{
    *net = (struct gs_net){.clock = clock,
                           .wheel = wheel,
                           .poller = poller,
                           .mailbox = mailbox,
                           .transport = transport,
                           .on_dialed = on_dialed_nothing};
    gs_list_init(&net->sends);
    gs_list_init(&net->deferred);
    gs_list_init(&net->dials);
    gs_list_init(&net->origins);
    gs_list_init(&net->tls_contexts);
    net->arena = malloc(GS_ARENA_BYTES);
    net->resolver = gs_resolver_new(mailbox);
    // one call for each user, and the extra one
    if (net->arena && net->resolver &&
        gs_pool_init(&net->calls, sizeof(struct gs_call), users + 1) == 0 &&
        gs_pool_init(&net->requests, GS_REQUEST_CELL, users + 1) == 0)
        return 0;
    gs_net_fini(net);
    return -1;
}

void gs_net_fini(struct gs_net *net)
{
    gs_resolver_free(net->resolver);
    net->resolver = NULL;
    gs_origins_fini(net);
    struct gs_node *node;
    while ((node = gs_list_pop(&net->tls_contexts)) != NULL) {
        struct gs_tls_context *context = GS_OWNER(node, struct gs_tls_context, node);
        SSL_CTX_free(context->context);
        free(context->ca_file);
        free(context);
    }
    gs_pool_fini(&net->calls);
    gs_pool_fini(&net->requests);
    gs_buf_fini(&net->scratch);
    gs_buf_fini(&net->cipher_out);
    free(net->cipher_in);
    free(net->arena);
    net->arena = NULL;
}

void gs_net_receive_begin(struct gs_net *net)
{
    net->arena_used = 0;
    struct gs_node deferred, *node;
    gs_list_move(&deferred, &net->deferred);
    while ((node = gs_list_pop(&deferred)) != NULL)
        gs_conn_read_again(GS_OWNER(node, struct gs_conn, queued));
}

// A call goes out for the first time: its time runs from now.
static void schedule(struct gs_net *net, struct gs_call *call, uint64_t now)
{
    struct gs_timer *timer = &call->session->timer;
    call->scheduled_ns = now;
    call->limit_ns = now + call->timeout_ns;
    call->deadline_ns = call->connect_timeout_ns < call->timeout_ns ? now + call->connect_timeout_ns
                                                                    : call->limit_ns;
    // A timer left standing from an earlier call is as good: it looks at the deadline.
    if (!gs_timer_armed(timer) || timer->at_ns > call->deadline_ns)
        gs_wheel_add(net->wheel, timer, call->deadline_ns);
}

void gs_net_send_all(struct gs_net *net)
{
    struct gs_node sends, *node;
    if (gs_list_empty(&net->sends))
        return;
    uint64_t now = gs_net_now(net);
    gs_list_move(&sends, &net->sends);
    while ((node = gs_list_pop(&sends)) != NULL) {
        struct gs_call *call = GS_OWNER(node, struct gs_call, queued);
        if (call->scheduled_ns == 0)
            schedule(net, call, now);
        net->transport->start(call);
    }
}

struct gs_tls_context *gs_net_tls(struct gs_net *net, bool verify, const char *ca_file)
{
    struct gs_node *node;
    for (node = net->tls_contexts.next; node != &net->tls_contexts; node = node->next) {
        struct gs_tls_context *context = GS_OWNER(node, struct gs_tls_context, node);
        bool same_file = ca_file && context->ca_file ? strcmp(ca_file, context->ca_file) == 0
                                                     : ca_file == context->ca_file;
        if (context->verify == verify && (!verify || same_file))
            return context;
    }
    static struct gs_tls_context out_of_memory = {.err = GS_E_NOMEM};
    struct gs_tls_context *context = calloc(1, sizeof *context);
    if (!context)
        return &out_of_memory;
    context->verify = verify;
    context->ca_file = verify && ca_file ? strdup(ca_file) : NULL;
    context->context = gs_tls_client_context(verify, context->ca_file, &context->err);
    gs_list_add_tail(&net->tls_contexts, &context->node);
    return context;
}

struct gs_call *gs_net_call_take(struct gs_net *net, struct gs_session *session)
{
    struct gs_call *call = gs_pool_take(&net->calls);
    if (call)
        *call = (struct gs_call){.session = session};
    return call;
}

void gs_net_call_give(struct gs_net *net, struct gs_call *call)
{
    gs_call_sent(call);
    gs_call_clear(call);
    gs_pool_give(&net->calls, call);
}

void gs_session_fini(struct gs_session *session)
{
    session->net->transport->session_fini(session);
    gs_wheel_remove(session->net->wheel, &session->timer);
    gs_jar_fini(&session->jar);
    while (session->tickets) {
        struct gs_ticket *ticket = session->tickets;
        session->tickets = ticket->next;
        SSL_SESSION_free(ticket->session);
        gs_origin_release(ticket->origin);
        free(ticket);
    }
}

static void on_timer(struct gs_timer *timer)
{
    struct gs_session *session = GS_OWNER(timer, struct gs_session, timer);
    struct gs_call *call = session->call;
    if (!call)
        return;
    if (gs_net_now(session->net) >= call->deadline_ns)
        session->net->transport->cancel(call);
    else
        gs_wheel_add(session->net->wheel, &session->timer, call->deadline_ns);
}

void gs_session_init(struct gs_session *session, struct gs_net *net, uint32_t user)
{
    *session = (struct gs_session){.net = net, .user = user};
    session->timer.fire = on_timer;
}

void gs_session_start(struct gs_session *session, struct gs_call *call)
{
    struct gs_net *net = session->net;
    call->scheduled_ns = 0;
    call->sent_ns = call->first_ns = call->last_ns = 0;
    call->err = GS_E_OK;
    call->detail = NULL;
    call->status = 0;
    call->carrier = NULL;
    call->body_cut = false;
    call->bytes_sent = call->bytes_received = 0;
    call->redirects = call->resent = 0;
    session->call = call;
    gs_list_add_tail(&net->sends, &call->queued);
}

void gs_session_cancel(struct gs_session *session)
{
    struct gs_call *call = session->call;
    if (!call)
        return;
    call->deadline_ns = GS_NEVER; // cancelled, not late
    session->net->transport->cancel(call);
}
