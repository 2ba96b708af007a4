#include "net/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "net/origin.h"

static int add_line(struct gs_buf *out, const char *method, const struct gs_origin *origin,
                    struct gs_slice target, struct gs_call *call)
{
    size_t start = out->len;
    if (gs_buf_str(out, method) != 0 || gs_buf_add(out, " ", 1) != 0)
        return -1;
    size_t at = out->len;
    if (gs_url_add_target(out, target) != 0)
        return -1;
    call->target_len = (uint32_t)(out->len - at);
    if (gs_buf_add(out, " HTTP/1.1\r\n", 11) != 0 ||
        (!call->own_host && gs_buf_add(out, origin->host_field, origin->host_field_len) != 0))
        return -1;
    call->line_len = (uint32_t)(out->len - start);
    return 0;
}

static int add_cookies(struct gs_buf *out, struct gs_call *call, struct gs_origin *origin,
                       struct gs_slice target)
{
    struct gs_jar *jar = &call->session->jar;
    if (call->own_cookie)
        return 0;
    size_t start = out->len;
    if (gs_buf_str(out, "Cookie: ") != 0)
        return -1;
    struct gs_slice host = {origin->host, strlen(origin->host)};
    int n = gs_jar_write(jar, out, host, target, origin->tls != NULL, (int64_t)time(NULL),
                         call->cookies);
    if (n < 0)
        return -1;
    if (n == 0 && !call->cookies) {
        out->len = start;
        return 0;
    }
    if (call->cookies &&
        ((n > 0 && gs_buf_add(out, "; ", 2) != 0) || gs_buf_str(out, call->cookies) != 0))
        return -1;
    return gs_buf_add(out, "\r\n", 2);
}

// Everything behind the header fields.
static int add_rest(struct gs_buf *out, struct gs_call *call, struct gs_origin *origin)
{
    if (call->cookies || call->session->jar.count > 0) {
        char target[4096]; // `out` may move while cookies are written
        size_t n = call->target_len < sizeof target ? call->target_len : sizeof target;
        memcpy(target, out->data + strlen(call->method) + 1, n);
        if (add_cookies(out, call, origin, (struct gs_slice){target, n}) != 0)
            return -1;
    }
    if (call->has_body) {
        char line[48];
        int len = snprintf(line, sizeof line, "Content-Length: %zu\r\n", call->body_len);
        if (gs_buf_add(out, line, (size_t)len) != 0)
            return -1;
    }
    return gs_buf_add(out, "\r\n", 2);
}

static void free_request(struct gs_call *call)
{
    char *data = (char *)(uintptr_t)call->request.data;
    if (call->request_in == GS_REQUEST_IN_POOL)
        gs_pool_give(&call->session->net->requests, data);
    else if (call->request_in == GS_REQUEST_IN_HEAP)
        free(data);
    call->request = (struct gs_slice){NULL, 0};
    call->request_in = GS_REQUEST_LENT;
}

// The call gets its own copy of what was rendered.
static int keep_request(struct gs_call *call, const struct gs_buf *rendered)
{
    struct gs_pool *pool = &call->session->net->requests;
    char *data = rendered->len <= pool->size ? gs_pool_take(pool) : NULL;
    uint8_t in = data ? GS_REQUEST_IN_POOL : GS_REQUEST_IN_HEAP;
    if (!data && !(data = malloc(rendered->len)))
        return -1;
    memcpy(data, rendered->data, rendered->len);
    free_request(call);
    call->request = (struct gs_slice){data, rendered->len};
    call->request_in = in;
    return 0;
}

#define INLINE_BODY 16384

int gs_call_render(struct gs_call *call, const struct gs_request *request)
{
    struct gs_buf *out = &call->session->net->scratch;
    out->len = 0;
    gs_call_sent(call); // one that was rendered and never started
    size_t n = request->method.len < GS_METHOD_MAX ? request->method.len : GS_METHOD_MAX;
    memcpy(call->method, request->method.data, n);
    call->method[n] = '\0';
    call->cookies =
            request->cookies.len ? strndup(request->cookies.data, request->cookies.len) : NULL;
    call->has_body = request->has_body;
    call->own_host = request->own_host;
    call->own_cookie = request->own_cookie;
    if (add_line(out, call->method, request->origin, request->target, call) != 0 ||
        gs_buf_add(out, request->fields.data, request->fields.len) != 0 ||
        gs_buf_add(out, request->fields2.data, request->fields2.len) != 0)
        return -1;
    call->fields_len = (uint32_t)(request->fields.len + request->fields2.len);
    call->body_len = request->body.len;
    call->body = request->body.data;
    if (add_rest(out, call, request->origin) != 0)
        return -1;
    call->body_in_request = !request->body_stays || request->body.len <= INLINE_BODY;
    if (call->body_in_request && gs_buf_add(out, request->body.data, request->body.len) != 0)
        return -1;
    if (keep_request(call, out) != 0)
        return -1;
    call->origin = gs_origin_ref(request->origin);
    return 0;
}

struct kept {
    bool body, auth, host;
};

// As requests does on a redirect; but a Host of the script's own is not for another host.
static bool is_dropped(struct gs_slice name, struct kept kept)
{
    if (gs_slice_is(name, "cookie") || (!kept.auth && gs_slice_is(name, "authorization")) ||
        (!kept.host && gs_slice_is(name, "host")))
        return true;
    return !kept.body &&
           (gs_slice_is(name, "content-type") || gs_slice_is(name, "content-length") ||
            gs_slice_is(name, "transfer-encoding"));
}

static int add_fields_except(struct gs_buf *out, const char *fields, size_t len, struct kept kept)
{
    for (size_t at = 0; at < len;) {
        const char *stop = memchr(fields + at, '\n', len - at);
        size_t size = stop ? (size_t)(stop + 1 - (fields + at)) : len - at;
        const char *colon = memchr(fields + at, ':', size);
        struct gs_slice name = {fields + at, colon ? (size_t)(colon - (fields + at)) : 0};
        if (!is_dropped(name, kept) && gs_buf_add(out, fields + at, size) != 0)
            return -1;
        at += size;
    }
    return 0;
}

// What urllib3 sends a Content-Length of 0 for when there is no body.
static bool expects_body(const char *method)
{
    static const char *const without[] = {"GET", "HEAD", "DELETE", "OPTIONS", "TRACE"};
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        if (strcmp(method, without[i]) == 0)
            return false;
    return true;
}

int gs_call_redirect(struct gs_call *call, const char *method, struct gs_origin *origin,
                     struct gs_slice target, bool keep_body, bool keep_auth)
{
    struct gs_slice old = call->request;
    struct gs_buf *out = &call->session->net->scratch;
    const char *fields = old.data + call->line_len;
    size_t fields_len = call->fields_len, body_len = call->body_len;
    bool inline_body = call->body_in_request;
    out->len = 0;
    char copy[GS_METHOD_MAX + 1];
    snprintf(copy, sizeof copy, "%s", method);
    memcpy(call->method, copy, sizeof copy);
    if (!keep_body) {
        call->body_len = 0;
        call->has_body = expects_body(copy);
    }
    struct kept kept = {keep_body, keep_auth, origin == call->origin};
    call->own_host = call->own_host && kept.host;
    call->own_cookie = false;
    int rc = add_line(out, copy, origin, target, call);
    if (rc == 0)
        rc = add_fields_except(out, fields, fields_len, kept);
    call->fields_len = (uint32_t)(out->len - call->line_len);
    if (rc == 0)
        rc = add_rest(out, call, origin);
    if (rc == 0 && keep_body && inline_body)
        rc = gs_buf_add(out, old.data + old.len - body_len, body_len);
    if (rc == 0)
        rc = keep_request(call, out);
    gs_origin_release(call->origin);
    call->origin = gs_origin_ref(origin);
    return rc;
}

void gs_call_sent(struct gs_call *call)
{
    free_request(call);
    gs_framing_fini(&call->framing);
    free(call->cookies);
    call->cookies = NULL;
    gs_origin_release(call->origin);
    call->origin = NULL;
}

void gs_hops_free(struct gs_hop *hops)
{
    while (hops) {
        struct gs_hop *next = hops->next;
        free(hops->url);
        free(hops->head);
        free(hops);
        hops = next;
    }
}

void gs_call_clear(struct gs_call *call)
{
    if (call->owned) {
        gs_buf_fini(&call->own_head);
        gs_buf_fini(&call->own_body);
        call->owned = false;
    }
    call->head_bytes = call->body_bytes = (struct gs_slice){NULL, 0};
    gs_hops_free(call->hops);
    call->hops = NULL;
    free(call->final_url);
    call->final_url = NULL;
}

int gs_call_own(struct gs_call *call)
{
    if (call->owned || !call->head_bytes.data)
        return 0;
    if (gs_buf_add(&call->own_head, call->head_bytes.data, call->head_bytes.len) != 0 ||
        gs_buf_add(&call->own_body, call->body_bytes.data, call->body_bytes.len) != 0)
        return -1;
    call->head_bytes.data = call->own_head.data;
    call->body_bytes.data = call->own_body.data;
    call->owned = true;
    return 0;
}

size_t gs_call_error_text(const struct gs_call *call, char *text, size_t size)
{
    int n;
    if (call->status)
        n = snprintf(text, size, "status %d", call->status);
    else if (call->detail)
        n = snprintf(text, size, "%s: %s", gs_err_text(call->err), call->detail);
    else
        n = snprintf(text, size, "%s", gs_err_text(call->err));
    return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}
