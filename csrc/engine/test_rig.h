// test_rig: what engine tests share: users in C that carry out a list of steps, whole attacks with
// their totals, and two servers in threads: the real target and one that sends what a test says.
#ifndef GS_ENGINE_TEST_RIG_H
#define GS_ENGINE_TEST_RIG_H

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/test.h"
#include "engine/attack.h"
#include "engine/loop_driver.h"
#include "net/fake.h"
#include "net/http1.h"
#include "net/origin.h"

// ---- users that carry out steps ---------------------------------------------------------------

struct rig_step {
    const char *method; // NULL: GET
    const char *path;
    const char *body;    // of body_len bytes, or text
    size_t body_len;     // 0: strlen(body)
    uint64_t timeout_ns; // 0: 20 s
    uint64_t wait_ns;    // before it
    bool stay;           // do not follow redirects
};

struct rig_script {
    const char *base; // "http://host:port"
    bool verify;
    const char *ca_file;
    const struct rig_step *steps;
    uint32_t count;
    uint32_t rounds; // 0: until stopped
    size_t max_body; // 0: 16 MiB
    // on the lane, for each answer; or NULL
    void (*answered)(struct gs_user *user, const struct rig_step *step, uint32_t index);
    void (*before)(struct gs_user *user, uint32_t index); // on the lane, before a step; or NULL
    uint64_t on_stop_ns;                                  // a user told to stop sleeps so long yet
};

enum { RIG_BEFORE, RIG_WAITED, RIG_ASKED, RIG_STOPPING };

struct rig_user {
    uint32_t done; // steps
    int state;
};

#define RIG_FIELDS "Accept: */*\r\nAccept-Encoding: gzip, deflate\r\n"

static inline struct gs_slice rig_slice(const char *text)
{
    return (struct gs_slice){text, text ? strlen(text) : 0};
}

static inline void rig_ask(struct gs_user *user, const struct rig_script *script,
                           const struct rig_step *step)
{
    struct gs_lane *lane = user->lane;
    struct gs_call *call = gs_user_call(user);
    struct gs_url url;
    CHECK(gs_url_parse(rig_slice(script->base), &url));
    struct gs_origin *origin = gs_origin_get(&lane->net, &url, script->verify, script->ca_file);
    struct gs_slice body = {step->body, step->body_len};
    if (!step->body_len)
        body = rig_slice(step->body);
    struct gs_request request = {.method = rig_slice(step->method ? step->method : "GET"),
                                 .origin = origin,
                                 .target = rig_slice(step->path),
                                 .fields = GS_SLICE(RIG_FIELDS),
                                 .body = body,
                                 .has_body = step->body != NULL,
                                 .body_stays = true};
    user->session.verify = origin->tls;
    call->timeout_ns = call->connect_timeout_ns = step->timeout_ns ? step->timeout_ns : 20 * GS_S;
    call->max_body = script->max_body ? script->max_body : 16 << 20;
    call->follow = !step->stay;
    uint32_t name = gs_name_id(&lane->names, lane->shard, GS_KIND_MAIN, request.method.data,
                               step->path, strlen(step->path));
    CHECK_EQ(gs_call_render(call, &request), 0);
    gs_origin_release(origin);
    gs_user_start_call(user, name);
}

static inline void rig_end(struct gs_user *user)
{
    free(user->data);
    user->data = NULL;
    gs_user_end(user);
}

static inline void rig_step(struct gs_user *user)
{
    const struct rig_script *script = user->lane->driver_data;
    struct rig_user *mine = user->data;
    if (!mine)
        mine = user->data = calloc(1, sizeof *mine);
    const struct rig_step *step = &script->steps[mine->done % script->count];
    if (mine->state == RIG_ASKED) {
        if (script->answered)
            script->answered(user, step, mine->done);
        gs_user_forget_call(user);
        mine->state = RIG_BEFORE;
        step = &script->steps[++mine->done % script->count];
    }
    bool stopping = user->lane->stopping && user->id != GS_USER_TEARDOWN;
    if (stopping && mine->state != RIG_STOPPING && script->on_stop_ns) {
        mine->state = RIG_STOPPING;
        gs_user_sleep(user, gs_lane_now(user->lane) + script->on_stop_ns);
        return;
    }
    if (stopping || (script->rounds && mine->done >= script->rounds * script->count)) {
        rig_end(user);
        return;
    }
    if (step->wait_ns && mine->state == RIG_BEFORE) {
        mine->state = RIG_WAITED;
        gs_user_sleep(user, gs_lane_now(user->lane) + step->wait_ns);
        return;
    }
    if (script->before)
        script->before(user, mine->done);
    mine->state = RIG_ASKED;
    rig_ask(user, script, step);
}

static inline int rig_enter(struct gs_lane *lane)
{
    (void)lane;
    return 0;
}

static inline void rig_leave(struct gs_lane *lane)
{
    (void)lane;
}

static inline void rig_run_ready(struct gs_lane *lane)
{
    struct gs_node ready, *node;
    gs_list_move(&ready, &lane->ready);
    while ((node = gs_list_pop(&ready)) != NULL)
        rig_step(GS_OWNER(node, struct gs_user, node));
}

static const struct gs_driver rig_driver = {rig_enter, rig_run_ready, rig_leave};

// ---- whole attacks ----------------------------------------------------------------------------

static uint16_t rig_classes[20000]; // everybody is of class 0

static inline struct gs_plan rig_plan(uint32_t users, unsigned lanes)
{
    return (struct gs_plan){.users = users,
                            .lanes = lanes,
                            .hatch_per_s = 1e6,
                            .run_time_ns = GS_NEVER,
                            .stop_timeout_ns = 5 * GS_S,
                            .seed = 1,
                            .metrics = true,
                            .backend = gs_backend_default(),
                            .transport = &gs_http1,
                            .class_of = rig_classes};
}

static struct gs_attack rig_attack;

static inline void rig_start(const struct gs_plan *plan, const struct gs_driver *driver, void *data)
{
    CHECK_EQ(gs_attack_init(&rig_attack, plan, driver, data), 0);
    CHECK_EQ(gs_attack_start(&rig_attack), 0);
}

// Waits for the end; one that does not come is a failure, and the test's process ends with it.
static inline void rig_wait(void)
{
    if (!gs_attack_wait(&rig_attack, GS_PHASE_DONE, 60 * GS_S)) {
        fprintf(stderr, "the attack does not end\n");
        _exit(1);
    }
}

static inline void rig_run(const struct gs_plan *plan, const struct rig_script *script)
{
    rig_start(plan, &rig_driver, (void *)(uintptr_t)script);
    rig_wait();
}

static inline const struct gs_row *rig_row(const char *key)
{
    static const struct gs_row none;
    uint32_t id = gs_intern_find(&rig_attack.names, key, strlen(key));
    const struct gs_shard *total = rig_attack.total;
    return id < total->row_count && total->rows[id] ? total->rows[id] : &none;
}

struct rig_sum {
    int64_t count, failures, redirects, resent, cut_off;
    uint64_t bytes_received;
};

static inline struct rig_sum rig_total(const struct gs_shard *shard)
{
    struct rig_sum sum = {0};
    for (uint32_t i = 0; shard && i < shard->row_count; i++) {
        const struct gs_row *row = shard->rows[i];
        if (!row)
            continue;
        sum.count += row->count;
        sum.failures += row->failures;
        sum.redirects += row->redirects;
        sum.resent += row->resent;
        sum.cut_off += row->cut_off;
        sum.bytes_received += row->bytes_received;
    }
    return sum;
}

// How often an error text was counted under any row.
static inline int64_t rig_errors(const char *text)
{
    const struct gs_shard *total = rig_attack.total;
    int64_t count = 0;
    for (uint32_t i = 0; i < total->errors.count; i++) {
        const char *data = total->errors.entries[i].data;
        const char *at = data + strlen(data) + 1;
        if (strcmp(at, text) == 0)
            count += total->error_counts[i];
    }
    return count;
}

// ---- a server that does what a test says ------------------------------------------------------

struct raw_server {
    int listener;
    uint16_t port;
    char base[40];
    pthread_t thread;
    // one connection after the other, on the server's thread; `index` counts them; closes nothing
    void (*serve)(int fd, int index);
};

static inline void raw_send(int fd, const void *data, size_t len)
{
    const char *at = data;
    while (len > 0) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        at += n;
        len -= (size_t)n;
    }
}

static inline void raw_say(int fd, const char *text)
{
    raw_send(fd, text, strlen(text));
}

// Reads to the end of the next request's head, byte by byte. False: the client closed.
static inline bool raw_read_head(int fd, char *head, size_t size)
{
    size_t len = 0;
    while (len + 1 < size && recv(fd, head + len, 1, 0) == 1) {
        head[++len] = '\0';
        if (len >= 4 && memcmp(head + len - 4, "\r\n\r\n", 4) == 0)
            return true;
    }
    return false;
}

static inline bool raw_request(int fd)
{
    char head[4096];
    return raw_read_head(fd, head, sizeof head);
}

// Until the client closes.
static inline void raw_drain(int fd)
{
    char bytes[4096];
    while (recv(fd, bytes, sizeof bytes, 0) > 0)
        continue;
}

// The next close sends a reset.
static inline void raw_reset(int fd)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

static inline void *raw_run(void *arg)
{
    struct raw_server *server = arg;
    for (int i = 0;; i++) {
        int fd = accept(server->listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        int on = 1; // each send a segment of its own
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        server->serve(fd, i);
        close(fd);
    }
}

static inline int rig_listen(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons(*port)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    CHECK_EQ(bind(fd, (struct sockaddr *)&address, len), 0);
    CHECK_EQ(listen(fd, 64), 0);
    getsockname(fd, (struct sockaddr *)&address, &len);
    *port = ntohs(address.sin_port);
    return fd;
}

static inline void raw_open(struct raw_server *server, void (*serve)(int fd, int index))
{
    *server = (struct raw_server){.serve = serve};
    server->listener = rig_listen(&server->port);
    snprintf(server->base, sizeof server->base, "http://127.0.0.1:%u", server->port);
    pthread_create(&server->thread, NULL, raw_run, server);
}

static inline void raw_close(struct raw_server *server)
{
    shutdown(server->listener, SHUT_RDWR); // accept returns
    pthread_join(server->thread, NULL);
    close(server->listener);
}

#endif
