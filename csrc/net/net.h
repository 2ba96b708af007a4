// net: what the connections of one lane share: loop, clock, timers, the arena that responses are
// received into, the queue of requests to send, limits on dialling. Lane thread.
#ifndef GS_NET_NET_H
#define GS_NET_NET_H

#include <openssl/ssl.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/pool.h"
#include "base/wheel.h"
#include "net/call.h"
#include "net/cookie.h"
#include "net/mailbox.h"
#include "net/poller.h"
#include "net/resolve.h"

#define GS_DIALS_MAX 256
#define GS_ORIGINS_PER_SESSION 6
#define GS_ARENA_BYTES (1024 * 1024)
#define GS_READ_BYTES 16384        // least room for a read
#define GS_TURN_BYTES (256 * 1024) // most that one connection reads in a turn
#define GS_REQUEST_CELL 256        // rendered requests up to this size are in a pool

struct gs_tls_context {
    struct gs_node node;
    bool verify;
    char *ca_file; // NULL: the system's
    SSL_CTX *context;
    enum gs_err err; // why there is none
};

struct gs_net {
    struct gs_clock *clock;
    struct gs_wheel *wheel;
    struct gs_poller *poller;
    struct gs_mailbox *mailbox;
    const struct gs_transport *transport;
    struct gs_resolver *resolver;
    void *owner; // the lane
    // a dial succeeded: TCP and TLS parts (tls_ns 0: plain)
    void (*on_dialed)(struct gs_net *net, uint64_t connect_ns, uint64_t tls_ns);

    char *arena;
    size_t arena_used;
    struct gs_node sends;    // calls to send at the end of the turn
    struct gs_node deferred; // connections with more to read next turn
    struct gs_node dials;    // connections waiting for their turn to dial
    unsigned dialling;
    bool dialling_next; // gs_conn_dial_next is at work
    struct gs_node origins;
    unsigned origin_count;
    struct gs_node tls_contexts;
    struct gs_pool calls, requests; // while they are in flight
    struct gs_buf scratch;          // where requests are rendered
    struct gs_buf cipher_out;
    char *cipher_in; // allocated with the first TLS connection
    uint64_t open_connections;
};

// One user's client: cookies, connections, TLS sessions.
struct gs_ticket {
    struct gs_ticket *next;
    struct gs_origin *origin;
    SSL_SESSION *session;
};

struct gs_session {
    struct gs_net *net; // kept
    uint32_t user;      // spreads users over addresses
    uint8_t conn_count;
    struct gs_conn *conns; // newest first
    struct gs_call *call;  // in flight
    struct gs_timer timer; // its deadline, or an earlier one left standing
    struct gs_jar jar;
    struct gs_ticket *tickets;
    const struct gs_tls_context *verify; // how redirects to https are to be trusted; NULL: default
};

// Fills in the lane's part, for so many users; wheel, poller, mailbox are kept. Returns 0, or -1
// without memory.
int gs_net_init(struct gs_net *net, struct gs_clock *clock, struct gs_wheel *wheel,
                struct gs_poller *poller, struct gs_mailbox *mailbox,
                const struct gs_transport *transport, uint32_t users);
// All sessions must be closed.
void gs_net_fini(struct gs_net *net);

// A turn begins: the arena may be written anew. Reads what was put off.
void gs_net_receive_begin(struct gs_net *net);
// Sends every queued request.
void gs_net_send_all(struct gs_net *net);

static inline bool gs_net_busy(const struct gs_net *net)
{
    return !gs_list_empty(&net->sends) || !gs_list_empty(&net->deferred);
}

static inline uint64_t gs_net_now(const struct gs_net *net)
{
    return gs_clock_now(net->clock);
}

void gs_session_init(struct gs_session *session, struct gs_net *net, uint32_t user);
// No call may be in flight. Closes connections and forgets cookies.
void gs_session_fini(struct gs_session *session);

// Queues a rendered call for the send pass of this turn.
void gs_session_start(struct gs_session *session, struct gs_call *call);
// Ends a call that is queued or in flight: done is called with GS_E_ABANDONED.
void gs_session_cancel(struct gs_session *session);

// A context for these settings, made on first use. Never NULL; ->context may be.
struct gs_tls_context *gs_net_tls(struct gs_net *net, bool verify, const char *ca_file);

// An empty call for the session; NULL: no memory. Giving it back frees its outcome.
struct gs_call *gs_net_call_take(struct gs_net *net, struct gs_session *session);
void gs_net_call_give(struct gs_net *net, struct gs_call *call);

#endif
