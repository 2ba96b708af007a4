#include "net/fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/origin.h"

struct answer {
    struct gs_timer timer;
    struct gs_call *call;
    int status;
    enum gs_err err;
};

static void finish(struct gs_call *call, int status, enum gs_err err)
{
    free(call->carrier);
    call->carrier = NULL;
    call->status = status;
    call->err = err;
    call->last_ns = gs_net_now(call->session->net);
    if (call->first_ns == 0)
        call->first_ns = call->last_ns;
    if (err == GS_E_OK) {
        struct gs_slice target = gs_call_target(call);
        gs_buf_printf(&call->own_head, "HTTP/1.1 %d Fake\r\nContent-Type: text/plain\r\n\r\n",
                      status);
        gs_buf_printf(&call->own_body, "%s %.*s", call->method, (int)target.len, target.data);
        call->head_bytes = (struct gs_slice){call->own_head.data, call->own_head.len};
        call->body_bytes = (struct gs_slice){call->own_body.data, call->own_body.len};
        call->owned = true;
    }
    call->session->call = NULL;
    gs_call_sent(call);
    call->done(call);
}

static void on_timer(struct gs_timer *timer)
{
    struct answer *answer = GS_OWNER(timer, struct answer, timer);
    finish(answer->call, answer->status, answer->err);
}

static void start(struct gs_call *call)
{
    struct gs_net *net = call->session->net;
    const char *target = gs_call_target(call).data;
    struct answer *answer = calloc(1, sizeof *answer);
    call->carrier = answer;
    call->sent_ns = gs_net_now(net);
    call->deadline_ns = call->limit_ns;
    if (!answer) {
        finish(call, 0, GS_E_NOMEM);
        return;
    }
    answer->timer.fire = on_timer;
    answer->call = call;
    answer->status = 200;
    double delay_ms = 0;
    if (strncmp(target, "/delay/", 7) == 0)
        delay_ms = strtod(target + 7, NULL);
    else if (strncmp(target, "/status/", 8) == 0)
        answer->status = atoi(target + 8);
    else if (strncmp(target, "/hang", 5) == 0)
        return;
    else if (strncmp(target, "/refused", 8) == 0) {
        answer->status = 0;
        answer->err = GS_E_REFUSED;
    }
    gs_wheel_add(net->wheel, &answer->timer, call->sent_ns + (uint64_t)(delay_ms * 1e6));
}

static void cancel(struct gs_call *call)
{
    struct answer *answer = call->carrier;
    gs_list_remove(&call->queued);
    if (answer)
        gs_wheel_remove(call->session->net->wheel, &answer->timer);
    finish(call, 0, call->deadline_ns == GS_NEVER ? GS_E_ABANDONED : GS_E_TIMEOUT);
}

static void session_fini(struct gs_session *session)
{
    (void)session;
}

const struct gs_transport gs_fake = {"fake", start, cancel, session_fini};
