#include "net/tls.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/test.h"

struct side {
    struct gs_tls tls;
    struct gs_buf out;
    enum gs_tls_state state;
};

static struct side client, server;
static SSL_CTX *server_context;
static char ca_file[256];

// Moves what one side wrote to the other, in pieces of `step` bytes; the other side shakes hands
// or, when that is done, reads into *plain.
static void move(struct side *from, struct side *to, size_t step, struct gs_buf *plain)
{
    struct gs_buf wire = from->out;
    from->out = (struct gs_buf)GS_BUF_EMPTY;
    for (size_t at = 0; at < wire.len && to->state != GS_TLS_FAILED;) {
        size_t n = wire.len - at < step ? wire.len - at : step;
        gs_tls_feed(&to->tls, wire.data + at, n);
        at += n;
        if (to->state == GS_TLS_WANT)
            to->state = gs_tls_handshake(&to->tls);
        ssize_t got = 1;
        while (to->state == GS_TLS_DONE && got > 0) {
            char piece[100];
            got = gs_tls_read(&to->tls, piece, sizeof piece);
            if (got > 0)
                gs_buf_add(plain, piece, (size_t)got);
        }
        if (got < 0)
            to->state = GS_TLS_FAILED;
    }
    gs_buf_fini(&wire);
}

static int open_sides(SSL_CTX *context, const char *host, SSL_SESSION *session, void *arg)
{
    client = (struct side){.state = GS_TLS_WANT};
    server = (struct side){.state = GS_TLS_WANT};
    return gs_tls_open(&client.tls, context, host, session, arg, &client.out) ||
           gs_tls_open(&server.tls, server_context, NULL, NULL, NULL, &server.out);
}

static void shake(size_t step)
{
    struct gs_buf plain = GS_BUF_EMPTY;
    client.state = gs_tls_handshake(&client.tls);
    for (int i = 0; i < 10 && (client.out.len || server.out.len); i++) {
        move(&client, &server, step, &plain);
        move(&server, &client, step, &plain);
    }
    CHECK_EQ(plain.len, 0);
    gs_buf_fini(&plain);
}

static void close_sides(void)
{
    gs_tls_close(&client.tls);
    gs_tls_close(&server.tls);
    gs_buf_fini(&client.out);
    gs_buf_fini(&server.out);
}

static SSL_CTX *client_context(bool verify, const char *file)
{
    enum gs_err err;
    SSL_CTX *context = gs_tls_client_context(verify, file, &err);
    CHECK(context != NULL && err == GS_E_OK);
    return context;
}

static void set_up(void)
{
    const char *folder = getenv("GOOSE_TEST_TMP");
    snprintf(ca_file, sizeof ca_file, "%s/tls_test-%d.pem", folder ? folder : ".", (int)getpid());
    server_context = gs_tls_server_context(ca_file);
    CHECK(server_context != NULL);
    CHECK_EQ(access(ca_file, R_OK), 0);
}

// A message of each way, whatever the pieces it comes in.
static void talks(size_t step)
{
    SSL_CTX *context = client_context(true, ca_file);
    struct gs_buf plain = GS_BUF_EMPTY;
    CHECK_EQ(open_sides(context, "localhost", NULL, NULL), 0);
    shake(step);
    CHECK(client.state == GS_TLS_DONE && server.state == GS_TLS_DONE);
    CHECK_EQ(gs_tls_write(&client.tls, "", 0), 0);
    CHECK_EQ(client.out.len, 0);
    CHECK_EQ(gs_tls_write(&client.tls, "GET / HTTP/1.1\r\n\r\n", 18), 0);
    CHECK(memmem(client.out.data, client.out.len, "HTTP", 4) == NULL); // it is encrypted
    move(&client, &server, step, &plain);
    CHECK_TEXT(plain.data, plain.len, "GET / HTTP/1.1\r\n\r\n");
    static char large[100000];
    memset(large, 'x', sizeof large);
    plain.len = 0;
    CHECK_EQ(gs_tls_write(&server.tls, large, sizeof large), 0);
    move(&server, &client, step, &plain);
    CHECK(plain.len == sizeof large && memcmp(plain.data, large, sizeof large) == 0);
    gs_buf_fini(&plain);
    close_sides();
    SSL_CTX_free(context);
}

static void talks_in_any_pieces(void)
{
    talks(1);
    talks(7);
    talks(1000);
    talks(1000000);
}

// The certificate is good for these names, and for nobody else.
static void verifies_the_name(void)
{
    static const struct {
        const char *host;
        bool good;
    } cases[] = {{"localhost", true},  {"127.0.0.1", true},    {"::1", true},
                 {"127.0.0.2", false}, {"example.com", false}, {"localhost.example.com", false}};
    SSL_CTX *context = client_context(true, ca_file);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_EQ(open_sides(context, cases[i].host, NULL, NULL), 0);
        shake(100000);
        CHECK_EQ(client.state, cases[i].good ? GS_TLS_DONE : GS_TLS_FAILED);
        if (!cases[i].good) {
            const char *detail;
            CHECK_EQ(gs_tls_error(&client.tls, &detail), GS_E_TLS_VERIFY);
            CHECK(detail && strstr(detail, "mismatch"));
        }
        close_sides();
    }
    SSL_CTX_free(context);
}

static void verifies_the_authority(void)
{
    SSL_CTX *context = client_context(true, NULL); // the system's: does not know ours
    CHECK_EQ(open_sides(context, "localhost", NULL, NULL), 0);
    shake(100000);
    CHECK_EQ(client.state, GS_TLS_FAILED);
    const char *detail;
    CHECK_EQ(gs_tls_error(&client.tls, &detail), GS_E_TLS_VERIFY);
    CHECK(detail && strstr(detail, "self"));
    close_sides();
    SSL_CTX_free(context);
    context = client_context(false, NULL);
    CHECK_EQ(open_sides(context, "example.com", NULL, NULL), 0);
    shake(100000);
    CHECK_EQ(client.state, GS_TLS_DONE); // nobody asked
    close_sides();
    SSL_CTX_free(context);
}

static void environment_names_the_authority(const char *variable)
{
    setenv(variable, ca_file, 1);
    SSL_CTX *context = client_context(true, NULL);
    CHECK_EQ(open_sides(context, "localhost", NULL, NULL), 0);
    shake(100000);
    CHECK_EQ(client.state, GS_TLS_DONE);
    close_sides();
    SSL_CTX_free(context);
    unsetenv(variable);
}

static void environment_is_honoured(void)
{
    environment_names_the_authority("SSL_CERT_FILE");
    environment_names_the_authority("REQUESTS_CA_BUNDLE");
}

static void a_missing_authority_file_is_said(void)
{
    enum gs_err err;
    CHECK(gs_tls_client_context(true, "does/not/exist.pem", &err) == NULL);
    CHECK_EQ(err, GS_E_CA_FILE);
}

static void garbage_instead_of_tls_fails(void)
{
    SSL_CTX *context = client_context(false, NULL);
    CHECK_EQ(open_sides(context, "localhost", NULL, NULL), 0);
    client.state = gs_tls_handshake(&client.tls);
    CHECK_EQ(client.state, GS_TLS_WANT);
    gs_tls_feed(&client.tls, "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
    CHECK_EQ(gs_tls_handshake(&client.tls), GS_TLS_FAILED);
    const char *detail;
    CHECK_EQ(gs_tls_error(&client.tls, &detail), GS_E_TLS);
    CHECK(detail && *detail);
    close_sides();
    SSL_CTX_free(context);
}

// One connection's failure must not be taken for another's: OpenSSL's queue of errors is the
// thread's.
static void a_failure_stays_with_its_connection(void)
{
    SSL_CTX *context = client_context(false, NULL);
    CHECK_EQ(open_sides(context, "localhost", NULL, NULL), 0);
    shake(100000);
    struct gs_tls broken;
    struct gs_buf out = GS_BUF_EMPTY;
    CHECK_EQ(gs_tls_open(&broken, context, "localhost", NULL, NULL, &out), 0);
    gs_tls_handshake(&broken);
    gs_tls_feed(&broken, "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
    CHECK_EQ(gs_tls_handshake(&broken), GS_TLS_FAILED);
    char piece[10];
    gs_tls_feed(&client.tls, "", 0);
    CHECK_EQ(gs_tls_read(&client.tls, piece, sizeof piece), 0); // nothing there, nothing wrong
    gs_tls_close(&broken);
    gs_buf_fini(&out);
    close_sides();
    SSL_CTX_free(context);
}

static SSL_SESSION *ticket;

static void keep(void *arg, SSL_SESSION *session)
{
    CHECK(arg == &ticket);
    SSL_SESSION_free(ticket);
    ticket = session;
}

// A user's next connection resumes: the ticket of the first is as good after it is closed.
static void resumes(void)
{
    SSL_CTX *context = client_context(true, ca_file);
    gs_tls_context_sessions(context, keep);
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(open_sides(context, "localhost", ticket, &ticket), 0);
        shake(100000);
        CHECK(client.state == GS_TLS_DONE && ticket != NULL);
        CHECK_EQ(SSL_session_reused(client.tls.ssl), i > 0);
        close_sides();
    }
    SSL_SESSION_free(ticket);
    SSL_CTX_free(context);
}

static void tells_the_end(void)
{
    SSL_CTX *context = client_context(false, NULL);
    struct gs_buf plain = GS_BUF_EMPTY;
    CHECK_EQ(open_sides(context, "localhost", NULL, NULL), 0);
    shake(100000);
    CHECK(!client.tls.ended);
    gs_tls_write(&server.tls, "bye", 3);
    SSL_shutdown(server.tls.ssl);
    move(&server, &client, 100000, &plain);
    CHECK_TEXT(plain.data, plain.len, "bye");
    CHECK(client.tls.ended && client.state == GS_TLS_DONE);
    gs_buf_fini(&plain);
    close_sides();
    SSL_CTX_free(context);
}

static void tear_down(void)
{
    SSL_CTX_free(server_context);
    CHECK_EQ(unlink(ca_file), 0);
}

TEST_MAIN(TEST(set_up), TEST(talks_in_any_pieces), TEST(verifies_the_name),
          TEST(verifies_the_authority), TEST(environment_is_honoured),
          TEST(a_missing_authority_file_is_said), TEST(garbage_instead_of_tls_fails),
          TEST(a_failure_stays_with_its_connection), TEST(resumes), TEST(tells_the_end),
          TEST(tear_down))
