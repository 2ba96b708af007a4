// conn: one HTTP/1.1 connection of one user: dial, send, receive. It knows one call at a time and
// tells http1 how that ended. Lane thread.
#ifndef GS_NET_CONN_H
#define GS_NET_CONN_H

#include "net/net.h"
#include "net/tls.h"

enum gs_conn_state {
    GS_CONN_NEW,
    GS_CONN_RESOLVING, // queued in origin->waiting
    GS_CONN_QUEUED,    // queued in net->dials
    GS_CONN_CONNECTING,
    GS_CONN_HANDSHAKE,
    GS_CONN_READY, // established: idle, or busy when call is set
};

struct gs_conn_tls {
    struct gs_tls tls;
    struct gs_buf out; // ciphertext that did not fit into the socket, from out_at
    size_t out_at;
    size_t plain_sent; // bytes of the call encrypted so far
};

struct gs_conn {
    struct gs_sock sock;
    struct gs_conn *next; // in session->conns
    struct gs_session *session;
    struct gs_origin *origin; // a reference
    struct gs_call *call;
    void (*ended)(struct gs_call *call, struct gs_conn *conn, enum gs_err err, const char *detail);
    struct gs_node queued; // waiting for addresses or its turn to dial, or put off
    uint8_t state;
    bool reused;  // the call is not the first on this connection
    bool heard;   // bytes of the response came
    bool broken;  // not to be used again
    bool hung_up; // the server has closed its side: no further event tells of the end
    uint8_t address, tries;
    struct gs_conn_tls *tls; // NULL: plain
};

// How a connection's call ended: complete (GS_E_OK, the call's outcome is filled in) or failed.
// The connection is closed before it is called unless it can be used again.
typedef void (*gs_conn_ended)(struct gs_call *call, struct gs_conn *conn, enum gs_err err,
                              const char *detail);

// A connection for the session, not yet dialled; takes over a reference to origin. NULL without
// memory (the reference is then still the caller's).
struct gs_conn *gs_conn_new(struct gs_session *session, struct gs_origin *origin,
                            gs_conn_ended ended);

// Sends the call (dialling first if need be).
void gs_conn_send(struct gs_conn *conn, struct gs_call *call);

// Closes and frees it, out of its session; its call, if any, is forgotten.
void gs_conn_close(struct gs_conn *conn);

// The origin's addresses are there (or are not).
void gs_conn_resolved(struct gs_conn *conn);

// Reads on, after a read that was put off.
void gs_conn_read_again(struct gs_conn *conn);

// Dials as many waiting connections as the limit allows.
void gs_conn_dial_next(struct gs_net *net);

#endif
