// The client against a server that does anything it likes: every outcome is an answer or one clear
// failure, and the next request is served.
#include <semaphore.h>

#include "engine/test_rig.h"

static enum gs_backend backend;
static struct raw_server server;

// What came back, by step.
struct outcome {
    int status;
    enum gs_err err;
    int resent;
    char body[256];
    size_t body_len;
};
static struct outcome outcomes[1000];

static void keep(struct gs_user *user, const struct rig_step *step, uint32_t index)
{
    (void)step;
    const struct gs_call *call = user->call;
    struct outcome *outcome = &outcomes[index % 1000];
    size_t len = call->body_bytes.len < 255 ? call->body_bytes.len : 255;
    *outcome = (struct outcome){.status = call->status,
                                .err = call->err,
                                .resent = call->resent,
                                .body_len = call->body_bytes.len};
    if (len)
        memcpy(outcome->body, call->body_bytes.data, len);
}

// One user carries out the steps on one lane.
static void ask(const struct rig_step *steps, uint32_t count, uint32_t rounds)
{
    struct rig_script script = {.base = server.base,
                                .steps = steps,
                                .count = count,
                                .rounds = rounds,
                                .answered = keep};
    struct gs_plan plan = rig_plan(1, 1);
    plan.backend = backend;
    memset(outcomes, 0, sizeof outcomes);
    rig_run(&plan, &script);
}

static const struct rig_step get_step = {.path = "/"};

#define OK "HTTP/1.1 200 OK\r\n"

// ---- cut at every byte ------------------------------------------------------------------------

#define PAD "X-Pad: 0123456789012345678901234567890123456789012345678901234567890123456789\r\n"

static const struct {
    const char *text, *body;
    bool until_close;
} responses[] = {
        {OK PAD "Server: raw\r\nContent-Length: 68\r\n\r\n"
                "a body that is sixty-eight bytes long, to make it two hundred in all",
         "a body that is sixty-eight bytes long, to make it two hundred in all", false},
        {OK "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n there\r\n0\r\nT: u\r\n\r\n",
         "hello there", false},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n" OK
         "Content-Length: 2\r\n\r\nok",
         "ok", false},
        {OK "Server: raw\r\n\r\nuntil the close", "until the close", true},
};

static size_t which;  // response
static bool by_reset; // not by close

// Connection number n gets the first n bytes.
static void cut(int fd, int index)
{
    const char *text = responses[which].text;
    size_t size = strlen(text);
    if (!raw_request(fd))
        return;
    if (by_reset)
        raw_reset(fd);
    raw_send(fd, text, (size_t)index < size ? (size_t)index : size);
}

static void check_cut(size_t len)
{
    const char *text = responses[which].text;
    const struct outcome *outcome = &outcomes[len];
    const char *body = strstr(text, "200 OK");
    size_t head = (size_t)(strstr(body, "\r\n\r\n") + 4 - text);
    bool whole = responses[which].until_close ? len >= head && !by_reset : len == strlen(text);
    CHECK_EQ(outcome->status, whole ? 200 : 0);
    CHECK_EQ(outcome->resent, 0);
    if (!whole) {
        enum gs_err expected = by_reset ? GS_E_RESET : len ? GS_E_CUT_SHORT : GS_E_CLOSED;
        CHECK_EQ(outcome->err, expected);
        CHECK_EQ(outcome->body_len, 0);
    } else if (responses[which].until_close) {
        CHECK_EQ(outcome->body_len, len - head);
    } else {
        CHECK_TEXT(outcome->body, outcome->body_len, responses[which].body);
    }
}

static void closes_at_any_byte(void)
{
    for (int r = 0; r < 2; r++) {
        by_reset = r == 1;
        for (which = 0; which < sizeof responses / sizeof *responses; which++) {
            uint32_t size = (uint32_t)strlen(responses[which].text);
            raw_open(&server, cut);
            ask(&get_step, 1, size + 1);
            CHECK_EQ(rig_row("mGET /")->count, size + 1);
            for (size_t len = 0; len <= size; len++)
                check_cut(len);
            gs_attack_fini(&rig_attack);
            raw_close(&server);
        }
    }
}

// ---- framing ----------------------------------------------------------------------------------

enum {
    KEPT = 1,    // the connection serves the next request too
    CLOSES = 2,  // the server closes after it
    SURPLUS = 4, // bytes come behind the response
};

struct exchange {
    const char *method, *response, *body;
    int status;
    enum gs_err err;
    unsigned flags;
};

static const struct exchange exchanges[] = {
        {"GET", OK "Content-Length: 2\r\n\r\nok", "ok", 200, GS_E_OK, KEPT},
        {"GET", OK "Content-Length: 0\r\n\r\n", "", 200, GS_E_OK, KEPT},
        {"HEAD", OK "Content-Length: 500\r\n\r\n", "", 200, GS_E_OK, KEPT},
        {"HEAD", OK "Transfer-Encoding: chunked\r\n\r\n", "", 200, GS_E_OK, KEPT},
        {"GET", "HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n", "", 204, GS_E_OK, KEPT},
        {"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", "", 304, GS_E_OK, KEPT},
        {"GET", OK "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "ok", 200, GS_E_OK,
         KEPT},
        {"GET",
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 E\r\nA: b\r\n\r\n" OK
         "Content-Length: 2\r\n\r\nok",
         "ok", 200, GS_E_OK, KEPT},
        // what follows closes the connection, without a failure
        {"GET", OK "Content-Length: 2\r\n\r\nok and more", "ok", 200, GS_E_OK, SURPLUS},
        {"GET", OK "Content-Length: 2\r\n\r\nok" OK "Content-Length: 5\r\n\r\nwrong", "ok", 200,
         GS_E_OK, SURPLUS},
        {"HEAD", OK "Content-Length: 2\r\n\r\nok", "", 200, GS_E_OK, SURPLUS},
        {"GET", OK "Transfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n2\r\nok\r\n0\r\n\r\n",
         "ok", 200, GS_E_OK, 0},
        {"GET", OK "Connection: close\r\nContent-Length: 2\r\n\r\nok", "ok", 200, GS_E_OK, 0},
        {"GET", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok", 200, GS_E_OK, 0},
        {"GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", "ok",
         200, GS_E_OK, KEPT},
        {"GET", OK "\r\nuntil the close", "until the close", 200, GS_E_OK, CLOSES},
        {"GET", OK "\r\n", "", 200, GS_E_OK, CLOSES},
        {"GET", "HTTP/1.1 404 Not Found\nContent-Length: 2\n\nno", "no", 404, GS_E_OK, KEPT},
        {"GET", OK "X: a\r\n b\r\nContent-Length:\r\n 2\r\n\r\nok", "ok", 200, GS_E_OK, KEPT},
        // and these are failures
        {"GET", "HTTP/1.1 101 Switching Protocols\r\n\r\n", "", 0, GS_E_UPGRADE, 0},
        {"GET", OK "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok", "", 0, GS_E_LENGTHS_DIFFER,
         0},
        {"GET", OK "Content-Length: -2\r\n\r\nok", "", 0, GS_E_LENGTH, 0},
        {"GET", OK "Content-Length: 99999999999999999999\r\n\r\nok", "", 0, GS_E_LENGTH, 0},
        {"GET", OK "Transfer-Encoding: gzip\r\n\r\nok", "", 0, GS_E_ENCODING, 0},
        {"GET", OK "Transfer-Encoding: chunked\r\n\r\nxx\r\n", "", 0, GS_E_CHUNK, 0},
        {"GET", OK "Transfer-Encoding: chunked\r\n\r\n2\r\nok!!", "", 0, GS_E_CHUNK, 0},
        {"GET", OK "no colon\r\n\r\n", "", 0, GS_E_HEADER, 0},
        {"GET", "ICY 200 OK\r\n\r\n", "", 0, GS_E_STATUS_LINE, 0},
        {"GET", OK "Content-Length: 3\r\n\r\nok", "", 0, GS_E_CUT_SHORT, CLOSES},
        {"GET", OK "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", "", 0, GS_E_CUT_SHORT, CLOSES},
        {"GET", "", "", 0, GS_E_CLOSED, CLOSES},
};
#define EXCHANGES (sizeof exchanges / sizeof *exchanges)

static const struct exchange *exchange;
static int connections;
static bool in_pieces; // each byte in a segment of its own, as far as the kernel lets it

static void play(int fd, int index)
{
    connections = index + 1;
    while (raw_request(fd)) {
        const char *text = exchange->response;
        size_t step = in_pieces ? 1 : strlen(text);
        for (size_t at = 0; at < strlen(text); at += step)
            raw_send(fd, text + at, step);
        if (exchange->flags & CLOSES)
            return;
    }
}

static void check_exchange(void)
{
    struct rig_step step = {.method = exchange->method, .path = "/"};
    raw_open(&server, play);
    ask(&step, 1, 3);
    raw_close(&server);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(outcomes[i].status, exchange->status);
        CHECK_EQ(outcomes[i].err, exchange->err);
        CHECK_EQ(outcomes[i].resent, 0);
        CHECK_TEXT(outcomes[i].body, outcomes[i].body_len, exchange->body);
    }
    CHECK_EQ(connections, (exchange->flags & KEPT) ? 1 : 3);
    CHECK_EQ(rig_total(rig_attack.total).count, 3);
    CHECK_EQ(rig_total(rig_attack.total).failures,
             exchange->status == 0 || exchange->status >= 400 ? 3 : 0);
    if (exchange->err)
        CHECK_EQ(rig_errors(gs_err_text(exchange->err)), 3);
    gs_attack_fini(&rig_attack);
}

static void frames_as_the_rfc_says(void)
{
    for (int pieces = 0; pieces < 2; pieces++) {
        in_pieces = pieces == 1;
        for (size_t i = 0; i < EXCHANGES; i++) {
            exchange = &exchanges[i];
            if (in_pieces && (exchange->flags & SURPLUS))
                continue; // a late surplus is an answer to the next request
            int before = gs_test_failures;
            check_exchange();
            if (gs_test_failures != before)
                fprintf(stderr, "  exchange %zu%s: %s\n", i, in_pieces ? " in pieces" : "",
                        exchange->response);
        }
    }
}

static void interim_for_ever(int fd, int index)
{
    (void)index;
    if (raw_request(fd))
        for (int i = 0; i < 100; i++)
            raw_say(fd, "HTTP/1.1 100 Continue\r\n\r\n");
    raw_drain(fd);
}

static void too_many_interim_responses_fail(void)
{
    raw_open(&server, interim_for_ever);
    ask(&get_step, 1, 2);
    raw_close(&server);
    CHECK_EQ(outcomes[0].err, GS_E_MANY_INTERIM);
    CHECK_EQ(outcomes[1].err, GS_E_MANY_INTERIM);
    gs_attack_fini(&rig_attack);
}

// ---- bodies that come apart -------------------------------------------------------------------

static sem_t may_send;

static void wait_for(sem_t *sem)
{
    while (sem_wait(sem) != 0)
        continue;
}

// Head and body in packets of their own: the body must not be lost when the lane's buffer is used
// again (the answer is looked at in a later turn than the one it came in).
static void head_then_body(int fd, int index)
{
    (void)index;
    while (raw_request(fd)) {
        raw_say(fd, OK "Content-Length: 11\r\n\r\n");
        wait_for(&may_send);
        raw_say(fd, "hello there");
    }
}

static struct gs_user *asking;

// Another user lets the body go once the lane has the head.
static void let_body_go(struct gs_user *user, uint32_t index)
{
    (void)index;
    asking = user;
}

static void drive_head_then_body(struct gs_lane *lane)
{
    struct gs_node ready, *node;
    gs_list_move(&ready, &lane->ready);
    while ((node = gs_list_pop(&ready)) != NULL) {
        struct gs_user *user = GS_OWNER(node, struct gs_user, node);
        if (user->id == 0) {
            rig_step(user);
        } else if (lane->stopping) {
            gs_user_end(user);
        } else {
            if (asking && asking->call && asking->call->head_bytes.data &&
                asking->state == GS_USER_CALLING) {
                sem_post(&may_send);
                asking = NULL;
            }
            gs_user_yield(user);
        }
    }
}

static const struct gs_driver head_then_body_driver = {rig_enter, drive_head_then_body, rig_leave};

static void keep_owned(struct gs_user *user, const struct rig_step *step, uint32_t index)
{
    CHECK_EQ(gs_call_own(user->call), 0); // as who keeps a response longer does
    if (user->lane->net.arena)
        memset(user->lane->net.arena, '#', GS_ARENA_BYTES);
    keep(user, step, index);
    if (index == 2)
        gs_attack_stop(user->lane->attack);
}

static void a_body_behind_its_head_can_be_kept(void)
{
    sem_init(&may_send, 0, 0);
    raw_open(&server, head_then_body);
    struct rig_script script = {.base = server.base,
                                .steps = &get_step,
                                .count = 1,
                                .before = let_body_go,
                                .answered = keep_owned};
    struct gs_plan plan = rig_plan(2, 1);
    plan.backend = backend;
    memset(outcomes, 0, sizeof outcomes);
    plan.stop_timeout_ns = GS_MS;
    rig_start(&plan, &head_then_body_driver, &script);
    rig_wait();
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(outcomes[i].status, 200);
        CHECK_TEXT(outcomes[i].body, outcomes[i].body_len, "hello there");
    }
    gs_attack_fini(&rig_attack);
    sem_post(&may_send); // for a request that was cut off
    raw_close(&server);
    sem_destroy(&may_send);
}

// ---- a kept connection that goes away ---------------------------------------------------------

// Serves one request a connection, then reads the next and closes without a word.
static void answers_once(int fd, int index)
{
    connections = index + 1;
    if (!raw_request(fd))
        return;
    raw_say(fd, OK "Content-Length: 2\r\n\r\nok");
    raw_request(fd);
    shutdown(fd, SHUT_WR);
    raw_drain(fd); // bytes left unread would make it a reset
}

// The second GET finds the connection dead and goes out again, unseen but counted; a POST may have
// been carried out already and fails.
static void a_dead_kept_connection_is_replaced(void)
{
    static const struct rig_step steps[] = {{.path = "/"},
                                            {.path = "/again"},
                                            {.path = "/"},
                                            {.method = "POST", .path = "/post", .body = "x"}};
    raw_open(&server, answers_once);
    ask(steps, 2, 1);
    raw_close(&server);
    CHECK_EQ(outcomes[1].status, 200);
    CHECK_EQ(outcomes[1].resent, 1);
    CHECK_EQ(rig_row("mGET /again")->resent, 1);
    CHECK_EQ(rig_row("mGET /again")->count, 1);
    CHECK_EQ(rig_row("mGET /again")->failures, 0);
    CHECK_EQ(connections, 2);
    gs_attack_fini(&rig_attack);

    raw_open(&server, answers_once);
    ask(steps + 2, 2, 1);
    raw_close(&server);
    CHECK_EQ(outcomes[1].status, 0);
    CHECK_EQ(outcomes[1].err, GS_E_CLOSED);
    CHECK_EQ(outcomes[1].resent, 0);
    CHECK_EQ(rig_row("mPOST /post")->failures, 1);
    gs_attack_fini(&rig_attack);
}

static void answers_never(int fd, int index)
{
    connections = index + 1;
    if (index == 0) {
        answers_once(fd, index);
        return;
    }
    raw_request(fd);
}

// Sent again once, not for ever.
static void sent_again_only_once(void)
{
    static const struct rig_step steps[] = {{.path = "/"}, {.path = "/again"}};
    raw_open(&server, answers_never);
    ask(steps, 2, 1);
    raw_close(&server);
    CHECK_EQ(outcomes[1].status, 0);
    CHECK_EQ(outcomes[1].err, GS_E_CLOSED);
    CHECK_EQ(outcomes[1].resent, 1);
    CHECK_EQ(connections, 2);
    gs_attack_fini(&rig_attack);
}

// Part of an answer came: that is not sent again, whatever the method.
static void answers_half_the_second(int fd, int index)
{
    connections = index + 1;
    if (!raw_request(fd))
        return;
    raw_say(fd, OK "Content-Length: 2\r\n\r\nok");
    if (raw_request(fd))
        raw_say(fd, "HTTP/1.1 2");
}

static void half_an_answer_is_not_sent_again(void)
{
    raw_open(&server, answers_half_the_second);
    ask(&get_step, 1, 2);
    raw_close(&server);
    CHECK_EQ(outcomes[1].err, GS_E_CUT_SHORT);
    CHECK_EQ(outcomes[1].resent, 0);
    CHECK_EQ(connections, 1);
    gs_attack_fini(&rig_attack);
}

static sem_t closed;

// Answers and closes before the lane looks: the end and the answer come at one blow.
static void answer_and_close(int fd, int index)
{
    connections = index + 1;
    if (!raw_request(fd))
        return;
    raw_say(fd, exchange->response);
    shutdown(fd, SHUT_RDWR);
    sem_post(&closed);
}

// Holds the lane, as Python may, while the server answers and closes.
static void drive_held(struct gs_lane *lane)
{
    struct gs_node ready, *node;
    gs_list_move(&ready, &lane->ready);
    while ((node = gs_list_pop(&ready)) != NULL) {
        struct gs_user *user = GS_OWNER(node, struct gs_user, node);
        if (user->id == 0) {
            rig_step(user);
        } else if (lane->users[0].state == GS_USER_DEAD || lane->stopping) {
            gs_user_end(user);
        } else {
            const struct gs_user *first = &lane->users[0];
            if (first->state == GS_USER_CALLING && first->call && first->call->sent_ns && asking) {
                wait_for(&closed);
                asking = NULL; // once for each request
            }
            gs_user_yield(user);
        }
    }
}

static const struct gs_driver held_driver = {rig_enter, drive_held, rig_leave};

static void ask_held(const struct rig_step *steps, uint32_t count)
{
    struct rig_script script = {.base = server.base,
                                .steps = steps,
                                .count = count,
                                .rounds = 1,
                                .before = let_body_go,
                                .answered = keep};
    struct gs_plan plan = rig_plan(2, 1);
    plan.backend = backend;
    memset(outcomes, 0, sizeof outcomes);
    asking = NULL;
    rig_start(&plan, &held_driver, &script);
    rig_wait();
}

// The close comes with the last bytes: no event of its own tells it.
static void a_close_that_comes_with_the_answer_is_seen(void)
{
    static const struct exchange until_close = {.response = OK "\r\nuntil the close"};
    static const struct exchange kept = {.response = OK "Content-Length: 2\r\n\r\nok"};
    static const struct exchange cut_short = {.response = OK "Content-Length: 9\r\n\r\nok"};
    static const struct rig_step steps[] = {
            {.path = "/", .timeout_ns = 2 * GS_S},
            {.method = "POST", .path = "/", .body = "x", .timeout_ns = 2 * GS_S}};
    sem_init(&closed, 0, 0);
    exchange = &until_close;
    raw_open(&server, answer_and_close);
    ask_held(steps, 1);
    raw_close(&server);
    CHECK_EQ(outcomes[0].err, GS_E_OK);
    CHECK_TEXT(outcomes[0].body, outcomes[0].body_len, "until the close");
    gs_attack_fini(&rig_attack);

    exchange = &cut_short;
    raw_open(&server, answer_and_close);
    ask_held(steps, 1);
    raw_close(&server);
    CHECK_EQ(outcomes[0].err, GS_E_CUT_SHORT);
    gs_attack_fini(&rig_attack);

    exchange = &kept; // seen before sending: even a POST goes out, on a new connection
    raw_open(&server, answer_and_close);
    ask_held(steps, 2);
    raw_close(&server);
    CHECK_EQ(outcomes[0].status, 200);
    CHECK_EQ(outcomes[1].status, 200);
    CHECK_EQ(outcomes[1].resent, 0);
    CHECK_EQ(connections, 2);
    gs_attack_fini(&rig_attack);
    sem_destroy(&closed);
}

// ---- uploads ----------------------------------------------------------------------------------

static size_t uploaded;

static void read_body(int fd, size_t len)
{
    static char bytes[65536];
    uploaded = 0;
    while (uploaded < len) {
        ssize_t n = recv(fd, bytes, sizeof bytes, 0);
        if (n <= 0)
            return;
        uploaded += (size_t)n;
    }
}

#define UPLOAD (20 << 20)

static void reads_all(int fd, int index)
{
    connections = index + 1;
    while (raw_request(fd)) {
        read_body(fd, UPLOAD);
        raw_say(fd, OK "Content-Length: 2\r\n\r\nok");
    }
}

static sem_t heard;

static void tell_heard(struct gs_user *user, const struct rig_step *step, uint32_t index)
{
    keep(user, step, index);
    sem_post(&heard);
}

// Answers before the body is in, and reads no more until that is heard.
static void answers_early(int fd, int index)
{
    connections = index + 1;
    if (!raw_request(fd))
        return;
    raw_say(fd, "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    wait_for(&heard);
    raw_drain(fd);
}

// Answers, and closes with half of the body unread: a reset chases the answer.
static void answers_early_and_closes(int fd, int index)
{
    connections = index + 1;
    if (!raw_request(fd))
        return;
    raw_say(fd, "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    shutdown(fd, SHUT_WR);
    read_body(fd, 1 << 20);
}

static void uploads(void)
{
    char *large = malloc(UPLOAD);
    memset(large, 'x', UPLOAD);
    struct rig_step steps[] = {{.method = "POST", .path = "/", .body = large, .body_len = UPLOAD}};
    raw_open(&server, reads_all); // more than the socket takes at once
    ask(steps, 1, 2);
    raw_close(&server);
    CHECK(outcomes[0].status == 200 && outcomes[1].status == 200);
    CHECK_EQ(uploaded, UPLOAD);
    CHECK_EQ(connections, 1);
    CHECK(rig_row("mPOST /")->bytes_sent > 2UL * UPLOAD);
    gs_attack_fini(&rig_attack);

    sem_init(&heard, 0, 0);
    raw_open(&server, answers_early);
    struct rig_script script = {
            .base = server.base, .steps = steps, .count = 1, .rounds = 2, .answered = tell_heard};
    struct gs_plan plan = rig_plan(1, 1);
    plan.backend = backend;
    rig_run(&plan, &script);
    raw_close(&server);
    CHECK(outcomes[0].status == 413 && outcomes[1].status == 413);
    CHECK_TEXT(outcomes[0].body, outcomes[0].body_len, "no");
    CHECK_EQ(connections, 2); // the rest of the body is not sent, so the connection is done
    gs_attack_fini(&rig_attack);

    raw_open(&server, answers_early_and_closes);
    ask(steps, 1, 2);
    raw_close(&server);
    CHECK(outcomes[0].status == 413 && outcomes[1].status == 413);
    gs_attack_fini(&rig_attack);
    free(large);
}

// ---- more than is kept ------------------------------------------------------------------------

static void sends_large(int fd, int index)
{
    static char block[100000];
    (void)index;
    while (raw_request(fd)) {
        raw_say(fd, OK "Content-Length: 1000000\r\n\r\n");
        for (int i = 0; i < 10; i++)
            raw_send(fd, block, sizeof block);
        if (!raw_request(fd))
            return;
        raw_say(fd, OK "Transfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 10; i++) {
            raw_say(fd, "186a0\r\n"); // 100000
            raw_send(fd, block, sizeof block);
            raw_say(fd, "\r\n");
        }
        raw_say(fd, "0\r\n\r\n");
    }
}

static bool cuts[4];

static void keep_cut(struct gs_user *user, const struct rig_step *step, uint32_t index)
{
    keep(user, step, index);
    cuts[index % 4] = user->call->body_cut;
    CHECK(user->call->bytes_received > 1000000);
}

// What is beyond max_body is read, counted and dropped.
static void bodies_are_bounded(void)
{
    raw_open(&server, sends_large);
    for (int i = 0; i < 2; i++) {
        struct rig_script script = {.base = server.base,
                                    .steps = &get_step,
                                    .count = 1,
                                    .rounds = 4,
                                    .max_body = i ? 1000000 : 123456,
                                    .answered = keep_cut};
        struct gs_plan plan = rig_plan(1, 1);
        plan.backend = backend;
        rig_run(&plan, &script);
        for (int k = 0; k < 4; k++) {
            CHECK_EQ(outcomes[k].status, 200);
            CHECK_EQ(outcomes[k].body_len, script.max_body);
            CHECK_EQ(cuts[k], i == 0);
        }
        gs_attack_fini(&rig_attack);
    }
    raw_close(&server);
}

// ---- redirects --------------------------------------------------------------------------------

static char seen[8][2048];
static int seen_count;

static void redirects(int fd, int index)
{
    (void)index;
    char head[2048];
    while (raw_read_head(fd, head, sizeof head)) {
        if (seen_count < 8)
            memcpy(seen[seen_count++], head, sizeof head);
        if (strstr(head, "Content-Length: 3")) {
            char body[3];
            CHECK_EQ(recv(fd, body, 3, MSG_WAITALL), 3);
        }
        if (strstr(head, " /303"))
            raw_say(fd, "HTTP/1.1 303 See\r\nLocation: next?a b\r\nSet-Cookie: c=d\r\n"
                        "Content-Length: 4\r\n\r\ngone");
        else if (strstr(head, " /307"))
            raw_say(fd, "HTTP/1.1 307 See\r\nLocation: /next#x\r\nContent-Length: 0\r\n\r\n");
        else if (strstr(head, " /bad"))
            raw_say(fd, "HTTP/1.1 302 See\r\nLocation: ftp://x/\r\nContent-Length: 0\r\n\r\n");
        else if (strstr(head, " /loop"))
            raw_say(fd, "HTTP/1.1 302 See\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n");
        else
            raw_say(fd, OK "Content-Length: 4\r\n\r\nhere");
    }
}

static void follows_redirects(void)
{
    static const struct rig_step steps[] = {
            {.method = "POST", .path = "/303", .body = "a=b"},
            {.method = "POST", .path = "/307", .body = "a=b"},
            {.path = "/303", .stay = true},
            {.path = "/bad"},
            {.path = "/loop"},
    };
    seen_count = 0;
    raw_open(&server, redirects);
    ask(steps, 5, 1);
    raw_close(&server);
    CHECK_EQ(outcomes[0].status, 200);
    CHECK_TEXT(outcomes[0].body, outcomes[0].body_len, "here");
    CHECK(strncmp(seen[1], "GET /next?a%20b HTTP/1.1\r\n", 26) == 0);
    CHECK(strstr(seen[1], "Cookie: c=d\r\n") && !strstr(seen[1], "Content-Length"));
    CHECK_EQ(rig_row("mPOST /303")->redirects, 1);
    CHECK_EQ(rig_row("mPOST /303")->count, 1);
    CHECK_EQ(outcomes[1].status, 200);
    CHECK(strncmp(seen[3], "POST /next HTTP/1.1\r\n", 21) == 0);
    CHECK(strstr(seen[3], "Content-Length: 3\r\n"));
    CHECK_EQ(outcomes[2].status, 303);
    CHECK_TEXT(outcomes[2].body, outcomes[2].body_len, "gone");
    CHECK_EQ(outcomes[3].err, GS_E_LOCATION);
    CHECK_EQ(outcomes[4].err, GS_E_REDIRECTS);
    CHECK_EQ(rig_row("mGET /loop")->redirects, 30);
    CHECK_EQ(rig_errors(gs_err_text(GS_E_REDIRECTS)), 1);
    gs_attack_fini(&rig_attack);
}

// ---- silence ----------------------------------------------------------------------------------

static void says_nothing(int fd, int index)
{
    connections = index + 1;
    raw_drain(fd);
}

static void drips(int fd, int index)
{
    (void)index;
    if (!raw_request(fd))
        return;
    // without end, as fast as it is taken in: only the clock ends it
    raw_say(fd, OK "Transfer-Encoding: chunked\r\n\r\n");
    while (send(fd, "1\r\nx\r\n", 6, MSG_NOSIGNAL) == 6)
        continue;
}

static void a_time_out_bounds_the_whole_call(void)
{
    static const struct rig_step step = {.path = "/", .timeout_ns = 30 * GS_MS};
    raw_open(&server, says_nothing);
    ask(&step, 1, 2);
    raw_close(&server);
    CHECK(outcomes[0].err == GS_E_TIMEOUT && outcomes[1].err == GS_E_TIMEOUT);
    CHECK_EQ(connections, 2);
    CHECK_EQ(rig_errors(gs_err_text(GS_E_TIMEOUT)), 2);
    CHECK(rig_row("mGET /")->times.min_ns >= 20 * GS_MS);
    gs_attack_fini(&rig_attack);

    raw_open(&server, drips);
    ask(&step, 1, 2);
    raw_close(&server);
    CHECK(outcomes[0].err == GS_E_TIMEOUT && outcomes[1].err == GS_E_TIMEOUT);
    gs_attack_fini(&rig_attack);
}

static void nobody_listens(void)
{
    uint16_t port = 0;
    int fd = rig_listen(&port);
    close(fd);
    snprintf(server.base, sizeof server.base, "http://127.0.0.1:%u", port);
    ask(&get_step, 1, 3);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(outcomes[i].err, GS_E_REFUSED);
    CHECK_EQ(rig_errors(gs_err_text(GS_E_REFUSED)), 3);
    gs_attack_fini(&rig_attack);
}

static void no_such_name(void)
{
    snprintf(server.base, sizeof server.base, "http://no-such-host.invalid");
    ask(&get_step, 1, 2);
    CHECK(outcomes[0].err == GS_E_DNS && outcomes[1].err == GS_E_DNS);
    gs_attack_fini(&rig_attack);
}

// Stopped with a request in flight: it has the grace time, then it is cut off, not failed.
static void gets_the_answer_late(int fd, int index)
{
    (void)index;
    while (raw_request(fd)) {
        wait_for(&may_send);
        raw_say(fd, OK "Content-Length: 2\r\n\r\nok");
    }
}

static void tell_asked(struct gs_user *user, uint32_t index)
{
    (void)user;
    (void)index;
    sem_post(&heard);
}

// Runs until the first request is on its way and the lane has been told to stop.
static void stop_in_flight(const struct gs_plan *plan, struct rig_script *script)
{
    script->base = server.base;
    sem_init(&heard, 0, 0);
    rig_start(plan, &rig_driver, script);
    wait_for(&heard);
    gs_attack_stop(&rig_attack);
    CHECK(gs_attack_wait(&rig_attack, GS_PHASE_STOPPING, 20 * GS_S));
    sem_post(&may_send);
    rig_wait();
    sem_destroy(&heard);
}

static void a_request_in_flight_has_its_grace(void)
{
    struct rig_script script = {.steps = &get_step, .count = 1, .before = tell_asked};
    struct gs_plan plan = rig_plan(1, 1);
    plan.backend = backend;
    sem_init(&may_send, 0, 0);
    raw_open(&server, gets_the_answer_late);
    stop_in_flight(&plan, &script);
    raw_close(&server);
    CHECK_EQ(rig_total(rig_attack.total).count, 1);
    CHECK_EQ(rig_total(rig_attack.total).cut_off, 0);
    gs_attack_fini(&rig_attack);

    raw_open(&server, says_nothing);
    plan.stop_timeout_ns = 20 * GS_MS;
    stop_in_flight(&plan, &script);
    raw_close(&server);
    CHECK_EQ(rig_total(rig_attack.total).count, 0);
    CHECK_EQ(rig_total(rig_attack.total).failures, 0);
    CHECK_EQ(rig_total(rig_attack.total).cut_off, 1);
    gs_attack_fini(&rig_attack);
    sem_destroy(&may_send);
}

static void all(void)
{
    static const struct gs_test tests[] = {TEST(closes_at_any_byte),
                                           TEST(frames_as_the_rfc_says),
                                           TEST(too_many_interim_responses_fail),
                                           TEST(a_body_behind_its_head_can_be_kept),
                                           TEST(a_dead_kept_connection_is_replaced),
                                           TEST(sent_again_only_once),
                                           TEST(half_an_answer_is_not_sent_again),
                                           TEST(a_close_that_comes_with_the_answer_is_seen),
                                           TEST(uploads),
                                           TEST(bodies_are_bounded),
                                           TEST(follows_redirects),
                                           TEST(a_time_out_bounds_the_whole_call),
                                           TEST(nobody_listens),
                                           TEST(no_such_name),
                                           TEST(a_request_in_flight_has_its_grace)};
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        int before = gs_test_failures;
        tests[i].run();
        printf("  %s %s\n", gs_test_failures == before ? "ok" : "FAILED", tests[i].name);
    }
}

static void with_epoll(void)
{
    backend = GS_BACKEND_EPOLL;
    all();
}

static void with_uv(void)
{
    backend = GS_BACKEND_UV;
    all();
}

TEST_MAIN(TEST(with_epoll), TEST(with_uv))
