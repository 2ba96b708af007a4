#include "target/target.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "base/test.h"

static void run(void *target)
{
    gs_target_run(target);
}

static int dial(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    CHECK_EQ(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

// Sends a request and checks the beginning of what comes back.
static void ask(int fd, const char *request, const char *beginning)
{
    char data[4096];
    CHECK_EQ(send(fd, request, strlen(request), 0), strlen(request));
    ssize_t n = recv(fd, data, sizeof data, 0);
    CHECK(n >= (ssize_t)strlen(beginning));
    if (n > 0)
        CHECK_TEXT(data, strlen(beginning), beginning);
}

// Opened, run in a thread, asked, stopped with connections open and answers under way, closed.
static void serve(enum gs_backend backend)
{
    struct gs_target_options options = gs_target_defaults();
    struct gs_target *target;
    uv_thread_t thread;
    options.backend = backend;
    CHECK_EQ(gs_target_open(&target, &options), 0);
    int first = dial(gs_target_port(target)); // it listens already
    uv_thread_create(&thread, run, target);
    int second = dial(gs_target_port(target));
    ask(first, "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n");
    ask(second, "GET /delay/1 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n");
    ask(first, "GET /none HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found\r\n");
    ask(second, "GET /bytes/50000000 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n");
    const char *hang = "GET /fault/hang HTTP/1.1\r\n\r\n";
    CHECK_EQ(send(first, hang, strlen(hang), 0), strlen(hang));
    gs_target_stop(target);
    uv_thread_join(&thread);
    gs_target_close(target);
    close(first);
    close(second);
}

static void serves_with_epoll(void)
{
    serve(gs_backend_default());
}

static void serves_with_uv(void)
{
    serve(GS_BACKEND_UV);
}

static void stops_before_it_runs(void)
{
    struct gs_target_options options = gs_target_defaults();
    struct gs_target *target;
    CHECK_EQ(gs_target_open(&target, &options), 0);
    gs_target_stop(target);
    gs_target_stop(target);
    gs_target_run(target);
    gs_target_close(target);
}

static void says_why_it_cannot_open(void)
{
    struct gs_target_options options = gs_target_defaults();
    struct gs_target *target, *other;
    CHECK_EQ(gs_target_open(&target, &options), 0);
    options.port = gs_target_port(target);
    CHECK_EQ(gs_target_open(&other, &options), -EADDRINUSE);
    options = gs_target_defaults();
    options.address = "nowhere";
    CHECK_EQ(gs_target_open(&other, &options), -EINVAL);
    options = gs_target_defaults();
    options.tls = true;
    options.cert_file = "/nonexistent/cert.pem";
    CHECK_EQ(gs_target_open(&other, &options), -ENOENT);
    gs_target_close(target);
}

// Two after one another on one port, as when a service is restarted.
static void takes_the_same_port_again(void)
{
    struct gs_target_options options = gs_target_defaults();
    for (int i = 0; i < 2; i++) {
        struct gs_target *target;
        uv_thread_t thread;
        CHECK_EQ(gs_target_open(&target, &options), 0);
        options.port = gs_target_port(target);
        uv_thread_create(&thread, run, target);
        int fd = dial(options.port);
        ask(fd, "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n");
        gs_target_stop(target);
        uv_thread_join(&thread);
        gs_target_close(target);
        close(fd);
    }
}

TEST_MAIN(TEST(serves_with_epoll), TEST(serves_with_uv), TEST(stops_before_it_runs),
          TEST(says_why_it_cannot_open), TEST(takes_the_same_port_again))
