// tls: one TLS connection over bytes that somebody else moves (OpenSSL 3 behind a BIO of our own):
// ciphertext received is lent by gs_tls_feed, ciphertext to send is appended to `out`.
// No system call here. Lane thread, but for contexts: Build or Lane.
#ifndef GS_NET_TLS_H
#define GS_NET_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct gs_tls {
    SSL *ssl;
    const char *in; // lent until the next feed
    size_t in_len;
    struct gs_buf *out; // kept: where ciphertext goes
    bool ended;         // close_notify received
};

enum gs_tls_state { GS_TLS_DONE, GS_TLS_WANT, GS_TLS_FAILED };

// A client context. verify false: any certificate. ca_file NULL: SSL_CERT_FILE,
// REQUESTS_CA_BUNDLE or the system's. Gives the context (SSL_CTX_free), or NULL with *err set.
SSL_CTX *gs_tls_client_context(bool verify, const char *ca_file, enum gs_err *err);

// A server context with a fresh self-signed P-256 certificate for localhost, 127.0.0.1 and ::1;
// written as PEM to cert_file unless NULL. Gives it, or NULL.
SSL_CTX *gs_tls_server_context(const char *cert_file);

// Called on the lane for each session ticket of a client connection; takes a reference.
typedef void (*gs_tls_on_session)(void *arg, SSL_SESSION *session);
void gs_tls_context_sessions(SSL_CTX *context, gs_tls_on_session on_session);

// Opens a connection. host: name or address to verify and send as SNI (client), NULL: server.
// session: to resume, or NULL (borrowed). arg is handed to on_session. `out` is kept.
// Returns 0, or -1 without memory.
int gs_tls_open(struct gs_tls *tls, SSL_CTX *context, const char *host, SSL_SESSION *session,
                void *arg, struct gs_buf *out);
void gs_tls_close(struct gs_tls *tls);

// Lends received ciphertext: read or shake hands until WANT before lending more.
static inline void gs_tls_feed(struct gs_tls *tls, const char *data, size_t len)
{
    tls->in = data;
    tls->in_len = len;
}

enum gs_tls_state gs_tls_handshake(struct gs_tls *tls);

// Plain bytes read (> 0), 0: wants more ciphertext (or ended is set), -1: failed.
ssize_t gs_tls_read(struct gs_tls *tls, void *data, size_t len);

// Encrypts all of data into out. Returns 0 or -1.
int gs_tls_write(struct gs_tls *tls, const void *data, size_t len);

// Why the last call failed: the error and a static detail text (or NULL).
enum gs_err gs_tls_error(struct gs_tls *tls, const char **detail);

#endif
