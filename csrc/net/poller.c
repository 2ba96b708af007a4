#include "net/poller.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

#ifdef __linux__
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#define HAVE_EPOLL 1
#else
#define HAVE_EPOLL 0
#endif

enum gs_backend gs_backend_default(void)
{
    const char *name = getenv("GOOSE_BACKEND");
    if (!HAVE_EPOLL || (name && strcmp(name, "uv") == 0))
        return GS_BACKEND_UV;
    return GS_BACKEND_EPOLL;
}

#if HAVE_EPOLL
static unsigned events_of(uint32_t epoll_events)
{
    unsigned events = 0;
    if (epoll_events & (EPOLLIN | EPOLLERR | EPOLLHUP))
        events |= GS_READABLE;
    if (epoll_events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
        events |= GS_WRITABLE;
    if (epoll_events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        events |= GS_HANGUP | GS_READABLE;
    return events;
}

static void read_alarm(struct gs_poller *poller)
{
    uint64_t expirations;
    ssize_t got = read(poller->timerfd, &expirations, sizeof expirations);
    (void)got;
    poller->alarm_ns = GS_NEVER;
    poller->alarm(poller);
}

static void wait_epoll(struct gs_poller *poller, bool block)
{
    struct epoll_event events[GS_POLLER_BATCH];
    if (!poller->started) { // handles are added to the loop's own descriptor when it runs
        uv_run(poller->loop, UV_RUN_NOWAIT);
        poller->started = true;
        block = false; // something may have happened in it
    }
    int n = epoll_wait(poller->epfd, events, GS_POLLER_BATCH, block ? -1 : 0);
    if (n < 0)
        return;
    bool loop = false;
    poller->batch_len = n;
    for (int i = 0; i < n; i++)
        poller->batch[i] = events[i].data.ptr;
    for (int i = 0; i < n; i++) {
        struct gs_sock *sock = poller->batch[i];
        poller->batch_at = i + 1;
        if (events[i].data.ptr == poller)
            read_alarm(poller);
        else if (events[i].data.ptr == poller->loop)
            loop = true;
        else if (sock)
            sock->ready(sock, events_of(events[i].events));
    }
    poller->batch_len = 0;
    if (loop)
        uv_run(poller->loop, UV_RUN_NOWAIT);
}

static int watch(struct gs_poller *poller, int fd, uint32_t events, void *data)
{
    struct epoll_event event = {.events = events, .data.ptr = data};
    return epoll_ctl(poller->epfd, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

static int open_epoll(struct gs_poller *poller)
{
    poller->epfd = epoll_create1(EPOLL_CLOEXEC);
    if (poller->epfd < 0)
        return -errno;
    poller->timerfd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    int rc = poller->timerfd < 0 ? -errno : 0;
    if (rc == 0)
        rc = watch(poller, poller->timerfd, EPOLLIN | EPOLLET, poller);
    if (rc == 0)
        rc = watch(poller, uv_backend_fd(poller->loop), EPOLLIN, poller->loop);
    if (rc == 0)
        return 0;
    if (poller->timerfd >= 0)
        close(poller->timerfd);
    close(poller->epfd);
    return rc;
}

static int add_epoll(struct gs_poller *poller, struct gs_sock *sock)
{
    return watch(poller, sock->fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, sock);
}

// close() takes the descriptor out of the epoll set; only events already fetched must be dropped.
static void forget_epoll(struct gs_poller *poller, struct gs_sock *sock)
{
    for (int i = poller->batch_at; i < poller->batch_len; i++)
        if (poller->batch[i] == sock)
            poller->batch[i] = NULL;
}

static void alarm_epoll(struct gs_poller *poller, uint64_t at_ns)
{
    struct itimerspec spec = {0};
    if (at_ns != GS_NEVER) {
        spec.it_value.tv_sec = (time_t)(at_ns / GS_S);
        spec.it_value.tv_nsec = (long)(at_ns % GS_S);
        if (at_ns == 0)
            spec.it_value.tv_nsec = 1;
    }
    timerfd_settime(poller->timerfd, TFD_TIMER_ABSTIME, &spec, NULL);
}
#else
static void wait_epoll(struct gs_poller *poller, bool block)
{
    (void)poller;
    (void)block;
}
static int open_epoll(struct gs_poller *poller)
{
    (void)poller;
    return -ENOSYS;
}
static int add_epoll(struct gs_poller *poller, struct gs_sock *sock)
{
    (void)poller;
    (void)sock;
    return -ENOSYS;
}
static void forget_epoll(struct gs_poller *poller, struct gs_sock *sock)
{
    (void)poller;
    (void)sock;
}
static void alarm_epoll(struct gs_poller *poller, uint64_t at_ns)
{
    (void)poller;
    (void)at_ns;
}
#endif

static void on_uv_timer(uv_timer_t *timer)
{
    struct gs_poller *poller = timer->data;
    poller->alarm_ns = GS_NEVER;
    poller->alarm(poller);
    // uv_run fires timers before it waits, and with none left it would wait for ever: whoever was
    // made ready comes first
    uv_stop(poller->loop);
}

static void alarm_uv(struct gs_poller *poller, uint64_t at_ns)
{
    if (at_ns == GS_NEVER) {
        uv_timer_stop(&poller->timer);
        return;
    }
    uv_update_time(poller->loop);
    uint64_t now = gs_now_ns();
    uint64_t wait_ms = at_ns > now ? (at_ns - now + GS_MS - 1) / GS_MS : 0;
    uv_timer_start(&poller->timer, on_uv_timer, wait_ms, 0);
}

static void on_uv_poll(uv_poll_t *handle, int status, int uv_events)
{
    struct gs_sock *sock = handle->data;
    unsigned events = 0;
    if (status < 0)
        events = GS_READABLE | GS_WRITABLE | GS_HANGUP;
    if (uv_events & UV_READABLE)
        events |= GS_READABLE;
    if (uv_events & UV_WRITABLE)
        events |= GS_WRITABLE;
    if (uv_events & UV_DISCONNECT)
        events |= GS_HANGUP | GS_READABLE;
    sock->ready(sock, events);
}

static int start_uv(struct gs_sock *sock)
{
    int events = UV_READABLE | UV_DISCONNECT | (sock->want_write ? UV_WRITABLE : 0);
    return uv_poll_start(sock->handle, events, on_uv_poll);
}

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

static int add_uv(struct gs_poller *poller, struct gs_sock *sock)
{
    uv_poll_t *handle = malloc(sizeof *handle);
    if (!handle)
        return -ENOMEM;
    int rc = uv_poll_init(poller->loop, handle, sock->fd);
    if (rc < 0) {
        free(handle);
        return rc;
    }
    handle->data = sock;
    sock->handle = handle;
    rc = start_uv(sock);
    if (rc < 0) {
        uv_close((uv_handle_t *)handle, free_handle);
        sock->handle = NULL;
    }
    return rc;
}

int gs_poller_open(struct gs_poller *poller, uv_loop_t *loop, enum gs_backend backend,
                   void (*alarm)(struct gs_poller *))
{
    *poller = (struct gs_poller){.backend = backend,
                                 .loop = loop,
                                 .epfd = -1,
                                 .timerfd = -1,
                                 .alarm_ns = GS_NEVER,
                                 .alarm = alarm};
    if (backend == GS_BACKEND_EPOLL)
        return open_epoll(poller);
    int rc = uv_timer_init(loop, &poller->timer);
    poller->timer.data = poller;
    return rc;
}

void gs_poller_close(struct gs_poller *poller)
{
    if (poller->backend == GS_BACKEND_UV) {
        uv_close((uv_handle_t *)&poller->timer, NULL);
        return;
    }
    close(poller->timerfd);
    close(poller->epfd);
}

void gs_poller_wait(struct gs_poller *poller, bool block)
{
    if (poller->backend == GS_BACKEND_EPOLL)
        wait_epoll(poller, block);
    else
        uv_run(poller->loop, block ? UV_RUN_ONCE : UV_RUN_NOWAIT);
}

int gs_sock_open(struct gs_poller *poller, struct gs_sock *sock, int fd, bool want_write)
{
    sock->fd = fd;
    sock->want_write = want_write;
    sock->handle = NULL;
    int rc = poller->backend == GS_BACKEND_EPOLL ? add_epoll(poller, sock) : add_uv(poller, sock);
    if (rc < 0)
        sock->fd = -1;
    return rc;
}

void gs_sock_arm(struct gs_poller *poller, struct gs_sock *sock, bool want_write)
{
    if (sock->want_write == want_write)
        return;
    sock->want_write = want_write;
    if (poller->backend == GS_BACKEND_UV)
        start_uv(sock);
}

void gs_sock_close(struct gs_poller *poller, struct gs_sock *sock)
{
    if (sock->fd < 0)
        return;
    if (poller->backend == GS_BACKEND_EPOLL) {
        forget_epoll(poller, sock);
    } else if (sock->handle) {
        uv_close(sock->handle, free_handle);
        sock->handle = NULL;
    }
    close(sock->fd);
    sock->fd = -1;
}

// glibc's send and recv are cancellation points, which costs each of them an atomic on a thread
// that is not the only one (1 % of a request); nobody cancels lanes.
#ifdef __linux__
static ssize_t raw_send(int fd, const void *data, size_t len)
{
    return syscall(SYS_sendto, fd, data, len, MSG_NOSIGNAL, NULL, 0);
}

static ssize_t raw_recv(int fd, void *data, size_t len)
{
    return syscall(SYS_recvfrom, fd, data, len, 0, NULL, NULL);
}
#else
static ssize_t raw_send(int fd, const void *data, size_t len)
{
    return send(fd, data, len, MSG_NOSIGNAL);
}

static ssize_t raw_recv(int fd, void *data, size_t len)
{
    return recv(fd, data, len, 0);
}
#endif

ssize_t gs_sock_send(const struct gs_sock *sock, struct iovec *parts, int count)
{
    ssize_t n;
    do {
        if (count == 1) {
            n = raw_send(sock->fd, parts[0].iov_base, parts[0].iov_len);
        } else {
            struct msghdr message = {.msg_iov = parts, .msg_iovlen = (size_t)count};
            n = sendmsg(sock->fd, &message, MSG_NOSIGNAL);
        }
    } while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

ssize_t gs_sock_recv(const struct gs_sock *sock, void *data, size_t len)
{
    ssize_t n;
    do {
        n = raw_recv(sock->fd, data, len);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

void gs_poller_alarm(struct gs_poller *poller, uint64_t at_ns)
{
    if (at_ns >= poller->alarm_ns)
        return; // an early alarm is harmless and comes sooner anyway
    poller->alarm_ns = at_ns;
    if (poller->backend == GS_BACKEND_EPOLL)
        alarm_epoll(poller, at_ns);
    else
        alarm_uv(poller, at_ns);
}
