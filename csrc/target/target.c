#include "target/target.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/tls.h"
#include "target/peer.h"

#define BACKLOG 16384
#define ACCEPTS_A_TURN 512

struct gs_target_options gs_target_defaults(void)
{
    return (struct gs_target_options){.address = "127.0.0.1", .backend = gs_backend_default()};
}

void gs_state_arm(struct gs_target *target, struct gs_timer *timer, uint64_t at_ns)
{
    // An empty wheel has stood still; brought up to date it needs no cascade for this timer.
    if (target->wheel.armed == 0)
        gs_wheel_advance(&target->wheel, gs_now_ns());
    gs_wheel_add(&target->wheel, timer, at_ns);
    gs_poller_alarm(&target->poller, gs_wheel_next_ns(&target->wheel));
}

static void on_alarm(struct gs_poller *poller)
{
    struct gs_target *target = GS_OWNER(poller, struct gs_target, poller);
    gs_wheel_advance(&target->wheel, gs_now_ns());
    gs_poller_alarm(poller, gs_wheel_next_ns(&target->wheel));
}

static void on_wake(uv_async_t *async)
{
    struct gs_target *target = GS_OWNER(async, struct gs_target, wake);
    target->stopping = true;
    uv_stop(&target->loop);
}

// ---- listening

static int accept_one(int listener)
{
#ifdef __linux__
    return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
    int fd = accept(listener, NULL, NULL);
    if (fd >= 0) {
        fcntl(fd, F_SETFL, O_NONBLOCK);
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    return fd;
#endif
}

static void accept_some(struct gs_target *target)
{
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        int fd = accept_one(target->listener.fd);
        if (fd >= 0) {
            gs_peer_open(target, fd);
            continue;
        }
        if (errno == EAGAIN)
            return;
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            break;
    }
    // Out of descriptors, or others come first: the edge will not come again by itself.
    gs_state_arm(target, &target->accept_again, gs_now_ns() + GS_MS);
}

static void on_accept(struct gs_sock *sock, unsigned events)
{
    (void)events;
    accept_some(GS_OWNER(sock, struct gs_target, listener));
}

static void on_accept_again(struct gs_timer *timer)
{
    accept_some(GS_OWNER(timer, struct gs_target, accept_again));
}

static int listen_on(struct gs_target *target, const struct gs_target_options *options)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(options->port)};
    const char *text = options->address ? options->address : "127.0.0.1";
    if (inet_pton(AF_INET, text, &address.sin_addr) != 1)
        return -EINVAL;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        return -errno;
    int on = 1;
    socklen_t len = sizeof address;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // accepted sockets inherit it
#ifdef TCP_CONGESTION
    // The simplest there is: others (bbr) pace with timers, a tenth of the cost of an answer.
    setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
#endif
    fcntl(fd, F_SETFL, O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    int rc = 0;
    if (bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        rc = -errno;
    else
        rc = gs_sock_open(&target->poller, &target->listener, fd, false);
    if (rc != 0)
        close(fd);
    target->port = ntohs(address.sin_port);
    return rc;
}

// ---- life

static int open_loop(struct gs_target *target, const struct gs_target_options *options)
{
    int rc = uv_loop_init(&target->loop);
    if (rc != 0)
        return rc;
    rc = uv_async_init(&target->loop, &target->wake, on_wake);
    if (rc != 0)
        goto failed;
    rc = gs_poller_open(&target->poller, &target->loop, options->backend, on_alarm);
    if (rc == 0)
        return 0;
    uv_close((uv_handle_t *)&target->wake, NULL);
    uv_run(&target->loop, UV_RUN_DEFAULT);
failed:
    uv_loop_close(&target->loop);
    return rc;
}

static void close_loop(struct gs_target *target)
{
    gs_sock_close(&target->poller, &target->listener);
    gs_poller_close(&target->poller);
    uv_close((uv_handle_t *)&target->wake, NULL);
    uv_run(&target->loop, UV_RUN_DEFAULT);
    uv_loop_close(&target->loop);
}

static void init(struct gs_target *target, const struct gs_target_options *options)
{
    uint64_t now = gs_now_ns();
    target->spin = options->spin;
    target->listener = (struct gs_sock){.fd = -1, .ready = on_accept};
    target->accept_again.fire = on_accept_again;
    target->rng = gs_rng_make(now, 0);
    target->secret = gs_rng_next(&target->rng);
    gs_list_init(&target->peers);
    gs_wheel_init(&target->wheel, now);
    gs_count_init(&target->count);
}

int gs_target_open(struct gs_target **out, const struct gs_target_options *options)
{
    struct gs_target *target = calloc(1, sizeof *target);
    int rc = -ENOMEM;
    if (!target)
        return rc;
    init(target, options);
    if (options->tls) {
        target->tls = gs_tls_server_context(options->cert_file);
        rc = options->cert_file && access(options->cert_file, W_OK) != 0 ? -errno : -EIO;
        if (!target->tls)
            goto failed;
    }
    rc = open_loop(target, options);
    if (rc != 0)
        goto failed;
    rc = listen_on(target, options);
    if (rc != 0) {
        close_loop(target);
        goto failed;
    }
    *out = target;
    return 0;
failed:
    SSL_CTX_free(target->tls);
    free(target);
    return rc;
}

uint16_t gs_target_port(const struct gs_target *target)
{
    return target->port;
}

void gs_target_run(struct gs_target *target)
{
    while (!target->stopping)
        gs_poller_wait(&target->poller, !target->spin);
    target->stopping = false;
}

void gs_target_stop(struct gs_target *target)
{
    uv_async_send(&target->wake);
}

void gs_target_close(struct gs_target *target)
{
    struct gs_node *node;
    while ((node = target->peers.next) != &target->peers)
        gs_peer_close(GS_OWNER(node, struct gs_peer, node));
    close_loop(target);
    SSL_CTX_free(target->tls);
    gs_count_fini(&target->count);
    gs_buf_fini(&target->out);
    gs_buf_fini(&target->cipher);
    gs_buf_fini(&target->bomb);
    free(target);
}
