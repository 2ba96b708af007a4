// poller: the socket backend of one lane: open, send, arm, close, and one alarm.
// Two kinds: EPOLL, an edge-triggered epoll descriptor of our own, with the loop's in it and a
// timerfd for the alarm, so that a turn costs one system call (Linux); UV, one uv_poll for each
// socket and a uv_timer (anywhere).
// Events are edge-like in both: a reader must read until it gets less than it asked for.
// Lane thread only.
#ifndef GS_NET_POLLER_H
#define GS_NET_POLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <uv.h>

enum gs_backend { GS_BACKEND_EPOLL, GS_BACKEND_UV };

#define GS_READABLE 1U
#define GS_WRITABLE 2U
#define GS_HANGUP 4U

struct gs_sock {
    int fd; // -1 while closed
    bool want_write;
    void *handle; // UV: the uv_poll_t, freed by its close callback
    void (*ready)(struct gs_sock *sock, unsigned events);
};

#define GS_POLLER_BATCH 256

struct gs_poller {
    enum gs_backend backend;
    uv_loop_t *loop;
    bool started;     // EPOLL: the loop has taken in its handles
    uv_timer_t timer; // UV: the alarm
    int epfd, timerfd;
    uint64_t alarm_ns;
    void (*alarm)(struct gs_poller *poller);
    struct gs_sock *batch[GS_POLLER_BATCH]; // EPOLL: sockets of the wait under way
    int batch_at, batch_len;
};

// The backend named by the environment variable GOOSE_BACKEND ("epoll" or "uv"), else the best
// here.
enum gs_backend gs_backend_default(void);

// Opens the poller on a loop (keeps it). `alarm` is called when the alarm is due.
// Returns 0 or -errno.
int gs_poller_open(struct gs_poller *poller, uv_loop_t *loop, enum gs_backend backend,
                   void (*alarm)(struct gs_poller *poller));

// Closes it: all sockets must be closed; run the loop once more for libuv's callbacks.
void gs_poller_close(struct gs_poller *poller);

// Waits until something happens (block), or only looks whether something has: sockets, the alarm,
// handles of the loop; calls whom it concerns.
void gs_poller_wait(struct gs_poller *poller, bool block);

// Starts watching sock->fd (non-blocking) for reading, and for writability when want_write.
// sock->ready must be set. Returns 0 or -errno; the descriptor stays the caller's on failure.
int gs_sock_open(struct gs_poller *poller, struct gs_sock *sock, int fd, bool want_write);

// Asks for GS_WRITABLE events, or no more.
void gs_sock_arm(struct gs_poller *poller, struct gs_sock *sock, bool want_write);

// Stops watching and closes the descriptor; no event comes after it.
void gs_sock_close(struct gs_poller *poller, struct gs_sock *sock);

// Bytes sent, or -errno (-EAGAIN: wait for GS_WRITABLE). Never raises SIGPIPE.
ssize_t gs_sock_send(const struct gs_sock *sock, struct iovec *parts, int count);

// Bytes received, 0 at the end, or -errno.
ssize_t gs_sock_recv(const struct gs_sock *sock, void *data, size_t len);

// Brings the alarm forward to monotonic at_ns; a later time (or GS_NEVER) leaves an earlier alarm
// standing, which then comes for nothing. A system call only when it moves.
void gs_poller_alarm(struct gs_poller *poller, uint64_t at_ns);

#endif
