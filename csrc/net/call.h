// call: one request of a user: what goes in, what comes out; and the transport interface: who
// carries it out (HTTP/1.1, the fake one for tests, later HTTP/2 and libcurl). Lane thread.
#ifndef GS_NET_CALL_H
#define GS_NET_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"
#include "net/framing.h"

struct gs_net;
struct gs_session;
struct gs_origin;

// An answer on the way to the last one.
struct gs_hop {
    struct gs_hop *next;
    int status;
    char *url;  // of the request that got this answer
    char *head; // its head
    size_t head_len;
    uint64_t elapsed_ns;
};

#define GS_METHOD_MAX 31

// Whose the bytes of a rendered request are.
enum gs_request_in { GS_REQUEST_LENT, GS_REQUEST_IN_POOL, GS_REQUEST_IN_HEAP };

struct gs_call {
    struct gs_session *session;         // kept
    void (*done)(struct gs_call *call); // outcome is in; called once for each start
    struct gs_node queued;              // in net->sends
    void *carrier;                      // the transport's own: what carries it, or NULL

    // request
    struct gs_origin *origin; // a reference while in flight
    char method[GS_METHOD_MAX + 1];
    bool follow;             // redirects
    bool has_body;           // sends Content-Length even if 0
    bool own_host;           // the fields have a Host: none of ours
    bool own_cookie;         // the fields have a Cookie: none of the jar's
    bool body_in_request;    // body stands behind the head in `request`
    uint32_t line_len;       // request line and Host
    uint32_t fields_len;     // header fields behind the line, without Cookie and Content-Length
    uint32_t target_len;     // behind the method and a space
    struct gs_slice request; // rendered head, and the body if it is small
    uint8_t request_in;      // enum gs_request_in
    const char *body;        // a large body, borrowed until done
    size_t body_len;
    char *cookies;                           // of this call alone, "a=b; c=d", or NULL
    uint64_t timeout_ns, connect_timeout_ns; // of the whole call, of a dial
    size_t max_body;

    // progress
    uint64_t scheduled_ns, sent_ns, first_ns, last_ns;
    uint64_t deadline_ns; // of the dial, then the limit
    uint64_t limit_ns;    // of the whole call
    size_t sent_bytes;    // of request and body
    uint64_t dial_ns, connected_ns;
    struct gs_framing framing; // of the response under way

    // outcome
    enum gs_err err;
    const char *detail;                     // static, or NULL
    int status;                             // 0: no answer
    struct gs_slice head_bytes, body_bytes; // borrowed from the lane until the user next yields,
    struct gs_buf own_head, own_body;       // or pointing into these
    bool owned;
    bool body_cut; // more came than max_body
    uint64_t bytes_sent, bytes_received;
    uint16_t redirects, resent;
    struct gs_hop *hops; // oldest first
    char *final_url;     // after redirects, else NULL
};

struct gs_transport {
    const char *name;
    void (*start)(struct gs_call *call);  // from the send pass
    void (*cancel)(struct gs_call *call); // in flight: calls done with GS_E_ABANDONED
    void (*session_fini)(struct gs_session *session);
};

// What to send. All slices are borrowed until gs_call_render returns.
struct gs_request {
    struct gs_slice method;
    struct gs_origin *origin;
    struct gs_slice target;  // raw path and query
    struct gs_slice fields;  // rendered "Name: value\r\n" lines, always sent
    struct gs_slice fields2; // and those of this call
    struct gs_slice cookies; // of this call
    struct gs_slice body;
    bool has_body;   // send Content-Length even if 0
    bool own_host;   // the fields have a Host: none is added
    bool own_cookie; // the fields have a Cookie: none is added
    bool body_stays; // body outlives the call: need not be copied
};

// Renders the request into the call, with the session's cookies. Returns 0, or -1: no memory.
int gs_call_render(struct gs_call *call, const struct gs_request *request);

// Renders the request again for another URL of the same call (redirect): to `origin` and
// `target`, with method; keep_body false drops the body and its fields; keep_auth false drops
// Authorization. Takes a reference to origin. Returns 0 or -1.
int gs_call_redirect(struct gs_call *call, const char *method, struct gs_origin *origin,
                     struct gs_slice target, bool keep_body, bool keep_auth);

// Frees the rendered request and what went with it, and lets its origin go. The outcome stays.
void gs_call_sent(struct gs_call *call);

// Frees a chain of hops; NULL is allowed.
void gs_hops_free(struct gs_hop *hops);

// Frees what the outcome holds (head, body, hops, final_url).
void gs_call_clear(struct gs_call *call);

// Makes what is borrowed from the lane the call's own. Returns 0 or -1 without memory.
int gs_call_own(struct gs_call *call);

// Writes why the call failed, as people read it and failures are counted. Returns its length.
size_t gs_call_error_text(const struct gs_call *call, char *text, size_t size);

// The target of the rendered request.
static inline struct gs_slice gs_call_target(const struct gs_call *call)
{
    return (struct gs_slice){call->request.data + strlen(call->method) + 1, call->target_len};
}

#endif
