#include "net/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

static int bio_read(BIO *bio, char *data, size_t len, size_t *done)
{
    struct gs_tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    size_t n = tls->in_len < len ? tls->in_len : len;
    if (n == 0) {
        BIO_set_retry_read(bio);
        return 0;
    }
    memcpy(data, tls->in, n);
    tls->in += n;
    tls->in_len -= n;
    *done = n;
    return 1;
}

static int bio_write(BIO *bio, const char *data, size_t len, size_t *done)
{
    struct gs_tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (gs_buf_add(tls->out, data, len) != 0)
        return 0;
    *done = len;
    return 1;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

// One method for the process, made on first use; OpenSSL guards the once.
static BIO_METHOD *method;
static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;

static void make_method(void)
{
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "goose");
    if (!method)
        return;
    BIO_meth_set_read_ex(method, bio_read);
    BIO_meth_set_write_ex(method, bio_write);
    BIO_meth_set_ctrl(method, bio_ctrl);
}

static int load_authorities(SSL_CTX *context, const char *ca_file)
{
    const char *file = ca_file ? ca_file : getenv("REQUESTS_CA_BUNDLE");
    if (!ca_file && getenv("SSL_CERT_FILE"))
        file = NULL; // OpenSSL's default paths honour it
    if (file && *file)
        return SSL_CTX_load_verify_file(context, file);
    return SSL_CTX_set_default_verify_paths(context);
}

SSL_CTX *gs_tls_client_context(bool verify, const char *ca_file, enum gs_err *err)
{
    *err = GS_E_NOMEM;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (!context)
        return NULL;
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_session_cache_mode(context,
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    if (verify) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
        if (!load_authorities(context, ca_file)) {
            ERR_clear_error();
            SSL_CTX_free(context);
            *err = GS_E_CA_FILE;
            return NULL;
        }
    }
    *err = GS_E_OK;
    return context;
}

static int add_extension(X509 *cert, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    if (!extension)
        return 0;
    int ok = X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
    return ok;
}

static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *cert = X509_new();
    if (!cert)
        return NULL;
    X509_NAME *name = X509_get_subject_name(cert);
    int ok = X509_set_version(cert, 2) && ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) &&
             X509_gmtime_adj(X509_getm_notBefore(cert), -86400) &&
             X509_gmtime_adj(X509_getm_notAfter(cert), 86400L * 365) &&
             X509_set_pubkey(cert, key) &&
             X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                        (const unsigned char *)"localhost", -1, -1, 0) &&
             X509_set_issuer_name(cert, name) &&
             add_extension(cert, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
             add_extension(cert, NID_basic_constraints, "critical,CA:TRUE") &&
             X509_sign(cert, key, EVP_sha256());
    if (ok)
        return cert;
    X509_free(cert);
    return NULL;
}

static int write_certificate(X509 *cert, const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return 0;
    int ok = PEM_write_X509(file, cert);
    return fclose(file) == 0 && ok;
}

SSL_CTX *gs_tls_server_context(const char *cert_file)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = key ? make_certificate(key) : NULL;
    SSL_CTX *context = cert ? SSL_CTX_new(TLS_server_method()) : NULL;
    if (context &&
        (!SSL_CTX_use_certificate(context, cert) || !SSL_CTX_use_PrivateKey(context, key) ||
         (cert_file && !write_certificate(cert, cert_file)))) {
        SSL_CTX_free(context);
        context = NULL;
    }
    if (context) {
        SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
        SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    }
    X509_free(cert);
    EVP_PKEY_free(key);
    return context;
}

static int on_new_session(SSL *ssl, SSL_SESSION *session)
{
    gs_tls_on_session on_session = (gs_tls_on_session)SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), 0);
    void *arg = SSL_get_ex_data(ssl, 0);
    if (!on_session || !arg)
        return 0;
    on_session(arg, session);
    return 1; // the reference is taken
}

void gs_tls_context_sessions(SSL_CTX *context, gs_tls_on_session on_session)
{
    SSL_CTX_set_ex_data(context, 0, (void *)on_session);
    SSL_CTX_sess_set_new_cb(context, on_new_session);
}

static int set_peer(SSL *ssl, const char *host)
{
    unsigned char address[16];
    if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host);
    return SSL_set_tlsext_host_name(ssl, host) && SSL_set1_host(ssl, host);
}

int gs_tls_open(struct gs_tls *tls, SSL_CTX *context, const char *host, SSL_SESSION *session,
                void *arg, struct gs_buf *out)
{
    *tls = (struct gs_tls){.out = out};
    CRYPTO_THREAD_run_once(&once, make_method);
    BIO *bio = method ? BIO_new(method) : NULL;
    tls->ssl = bio ? SSL_new(context) : NULL;
    if (!tls->ssl) {
        BIO_free(bio);
        return -1;
    }
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls->ssl, bio, bio);
    SSL_set_ex_data(tls->ssl, 0, arg);
    if (!host) {
        SSL_set_accept_state(tls->ssl);
        return 0;
    }
    SSL_set_connect_state(tls->ssl);
    if (session)
        SSL_set_session(tls->ssl, session);
    if (!set_peer(tls->ssl, host)) {
        gs_tls_close(tls);
        return -1;
    }
    return 0;
}

void gs_tls_close(struct gs_tls *tls)
{
    // without a shutdown SSL_free would mark the session as not to be resumed
    if (tls->ssl && SSL_is_init_finished(tls->ssl))
        SSL_set_shutdown(tls->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(tls->ssl);
    tls->ssl = NULL;
}

enum gs_tls_state gs_tls_handshake(struct gs_tls *tls)
{
    ERR_clear_error();
    int rc = SSL_do_handshake(tls->ssl);
    if (rc == 1)
        return GS_TLS_DONE;
    return SSL_get_error(tls->ssl, rc) == SSL_ERROR_WANT_READ ? GS_TLS_WANT : GS_TLS_FAILED;
}

ssize_t gs_tls_read(struct gs_tls *tls, void *data, size_t len)
{
    size_t done;
    ERR_clear_error();
    int rc = SSL_read_ex(tls->ssl, data, len, &done);
    if (rc == 1)
        return (ssize_t)done;
    switch (SSL_get_error(tls->ssl, rc)) {
    case SSL_ERROR_WANT_READ:
        return 0;
    case SSL_ERROR_ZERO_RETURN:
        tls->ended = true;
        return 0;
    default:
        return -1;
    }
}

int gs_tls_write(struct gs_tls *tls, const void *data, size_t len)
{
    size_t done;
    if (len == 0)
        return 0;
    ERR_clear_error();
    return SSL_write_ex(tls->ssl, data, len, &done) == 1 && done == len ? 0 : -1;
}

enum gs_err gs_tls_error(struct gs_tls *tls, const char **detail)
{
    *detail = NULL;
    long verify = tls->ssl ? SSL_get_verify_result(tls->ssl) : X509_V_OK;
    unsigned long code = ERR_peek_error();
    ERR_clear_error();
    if (verify != X509_V_OK) {
        *detail = X509_verify_cert_error_string(verify);
        return GS_E_TLS_VERIFY;
    }
    if (code)
        *detail = ERR_reason_error_string(code);
    return GS_E_TLS;
}
