// Attacks on the real target in a thread: what the engine counts is what the target has seen, for
// plain and TLS, one lane and two, both backends; and every fault the target knows is one failure
// with its reason, or a good answer, and the run goes on.
#include <openssl/ssl.h>
#include <semaphore.h>

#include "engine/test_rig.h"
#include "target/target.h"

static enum gs_backend backend;

// ---- the target -------------------------------------------------------------------------------

static struct gs_target *target;
static pthread_t target_thread;
static bool target_tls;
static char cert_file[256];
static char base[40];

static void *run_target(void *arg)
{
    gs_target_run(arg);
    return NULL;
}

static void open_target(bool tls, uint16_t port)
{
    struct gs_target_options options = gs_target_defaults();
    const char *folder = getenv("GOOSE_TEST_TMP");
    snprintf(cert_file, sizeof cert_file, "%s/on_target-%d.pem", folder ? folder : ".",
             (int)getpid());
    options.tls = target_tls = tls;
    options.cert_file = tls ? cert_file : NULL;
    options.backend = backend;
    options.port = port;
    int rc = gs_target_open(&target, &options);
    CHECK_EQ(rc, 0);
    if (rc != 0)
        exit(1);
    snprintf(base, sizeof base, "http%s://127.0.0.1:%u", tls ? "s" : "", gs_target_port(target));
    pthread_create(&target_thread, NULL, run_target, target);
}

static void close_target(void)
{
    gs_target_stop(target);
    pthread_join(target_thread, NULL);
    gs_target_close(target);
    if (target_tls)
        unlink(cert_file);
}

// ---- what it has counted ----------------------------------------------------------------------

static char counters[100000];

static void read_counters(void)
{
    static const char request[] = "GET /_counters HTTP/1.1\r\nConnection: close\r\n\r\n";
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons(gs_target_port(target))};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    SSL_CTX *context = target_tls ? SSL_CTX_new(TLS_client_method()) : NULL;
    SSL *ssl = context ? SSL_new(context) : NULL;
    size_t len = 0;
    ssize_t n = 1;
    if (ssl) {
        SSL_set_fd(ssl, fd);
        CHECK_EQ(SSL_connect(ssl), 1);
        SSL_write(ssl, request, sizeof request - 1);
    } else {
        raw_send(fd, request, sizeof request - 1);
    }
    while (n > 0 && len < sizeof counters - 1) {
        size_t room = sizeof counters - 1 - len;
        n = ssl ? SSL_read(ssl, counters + len, (int)room) : recv(fd, counters + len, room, 0);
        len += n > 0 ? (size_t)n : 0;
    }
    counters[len] = '\0';
    SSL_free(ssl);
    SSL_CTX_free(context);
    close(fd);
}

// A number of the counter page; those of connections are without our own.
static long counted(const char *name)
{
    char key[64];
    snprintf(key, sizeof key, "\"%s\": ", name);
    const char *at = strstr(counters, key);
    CHECK(at != NULL);
    return at ? atol(at + strlen(key)) : -1;
}

static long counted_path(const char *method, const char *path)
{
    char key[300];
    snprintf(key, sizeof key, "{\"method\": \"%s\", \"path\": \"%s\", \"count\": ", method, path);
    const char *at = strstr(counters, key);
    return at ? atol(at + strlen(key)) : 0;
}

// ---- counts agree -----------------------------------------------------------------------------

static void run_script(uint32_t users, unsigned lanes, struct rig_script *script)
{
    struct gs_plan plan = rig_plan(users, lanes);
    plan.backend = backend;
    script->base = base;
    script->ca_file = target_tls ? cert_file : NULL;
    script->verify = target_tls;
    rig_run(&plan, script);
}

static const struct rig_step everyday[] = {
        {.path = "/"},
        {.method = "POST", .path = "/echo", .body = "a=b"},
        {.path = "/bytes/100000"},
        {.path = "/chunked/3/1000"},
        {.path = "/status/404"},
        {.method = "HEAD", .path = "/bytes/5000"},
        {.path = "/redirect/2"},
        {.path = "/empty"},
};
#define EVERYDAY (sizeof everyday / sizeof *everyday)

static void agree(uint32_t users, unsigned lanes, uint32_t rounds)
{
    struct rig_script script = {.steps = everyday, .count = EVERYDAY, .rounds = rounds};
    int64_t each = (int64_t)users * rounds;
    run_script(users, lanes, &script);
    read_counters();
    CHECK_EQ(counted("requests"), each * (int64_t)(EVERYDAY + 2)); // two hops more
    CHECK_EQ(counted("answered"), each * (int64_t)(EVERYDAY + 2));
    CHECK_EQ(counted("refused"), 0);
    CHECK_EQ(counted_path("GET", "/"), each);
    CHECK_EQ(counted_path("POST", "/echo"), each);
    CHECK_EQ(counted_path("HEAD", "/bytes/5000"), each);
    CHECK_EQ(counted_path("GET", "/redirect/0"), each);
    CHECK_EQ(counted("connections") - 1, users); // kept alive all the time
    CHECK_EQ(rig_row("mGET /")->count, each);
    CHECK_EQ(rig_row("mPOST /echo")->count, each);
    CHECK_EQ(rig_row("mGET /redirect/2")->count, each);
    CHECK_EQ(rig_row("mGET /redirect/2")->redirects, 2 * each);
    CHECK_EQ(rig_row("mGET /status/404")->failures, each);
    struct rig_sum sum = rig_total(rig_attack.total);
    CHECK_EQ(sum.count, each * (int64_t)EVERYDAY);
    CHECK_EQ(sum.failures, each);
    CHECK_EQ(sum.resent, 0);
    CHECK_EQ(sum.cut_off, 0);
    CHECK_EQ(rig_attack.total->connect.count, users);
    CHECK_EQ(rig_attack.total->tls.count, target_tls ? users : 0);
    if (target_tls)
        CHECK_EQ(counted("tls_handshakes") - 1, users);
    gs_attack_fini(&rig_attack);
}

static void counts_agree_with_the_target(void)
{
    static const uint32_t users[] = {1, 7, 200};
    for (int tls = 0; tls < 2; tls++) {
        for (unsigned lanes = 1; lanes <= 2; lanes++) {
            for (int i = 0; i < 3; i++) {
                open_target(tls, 0);
                agree(users[i], lanes, i == 2 ? 1 : 5);
                close_target();
            }
        }
    }
}

static sem_t answers;

static void tell(struct gs_user *user, const struct rig_step *step, uint32_t index)
{
    (void)user;
    (void)step;
    (void)index;
    sem_post(&answers);
}

static void await_answers(int n)
{
    while (n > 0)
        n -= sem_wait(&answers) == 0;
}

// Stopped in the middle, at full rate: whatever was sent is answered within the grace and counted.
static void counts_agree_after_a_stop(void)
{
    static const struct rig_step steps[] = {{.path = "/"}, {.path = "/bytes/3000"}};
    for (int tls = 0; tls < 2; tls++) {
        struct rig_script script = {.steps = steps, .count = 2, .answered = tell};
        struct gs_plan plan = rig_plan(50, 2);
        plan.backend = backend;
        open_target(tls, 0);
        script.base = base;
        sem_init(&answers, 0, 0);
        rig_start(&plan, &rig_driver, &script);
        await_answers(1000);
        gs_attack_stop(&rig_attack);
        rig_wait();
        read_counters();
        struct rig_sum sum = rig_total(rig_attack.total);
        CHECK(sum.count >= 1000);
        CHECK_EQ(sum.count, counted("requests"));
        CHECK_EQ(sum.cut_off, 0);
        CHECK_EQ(sum.failures, 0);
        gs_attack_fini(&rig_attack);
        sem_destroy(&answers);
        close_target();
    }
}

// The server closes after each answer: a new connection for every request, TLS resumed.
static void a_new_connection_each_time(void)
{
    static const struct rig_step step = {.path = "/close"};
    for (int tls = 0; tls < 2; tls++) {
        struct rig_script script = {.steps = &step, .count = 1, .rounds = 20};
        open_target(tls, 0);
        run_script(6, 2, &script);
        read_counters();
        CHECK_EQ(rig_row("mGET /close")->count, 120);
        CHECK_EQ(rig_row("mGET /close")->failures, 0);
        CHECK_EQ(counted_path("GET", "/close"), 120);
        CHECK_EQ(counted("connections") - 1, 120);
        CHECK_EQ(rig_attack.total->connect.count, 120);
        CHECK_EQ(rig_attack.total->tls.count, tls ? 120 : 0);
        if (tls) {
            CHECK_EQ(counted("tls_handshakes") - 1, 120);
            CHECK_EQ(counted("tls_resumed"), 120 - 6);
        }
        gs_attack_fini(&rig_attack);
        close_target();
    }
}

// Everything a user holds goes with it: no connection is left behind.
static void nothing_stays_open(void)
{
    struct rig_script script = {.steps = everyday, .count = EVERYDAY, .rounds = 1};
    open_target(false, 0);
    run_script(100, 2, &script);
    for (unsigned i = 0; i < 2; i++)
        CHECK_EQ(rig_attack.lanes[i].net.open_connections, 0);
    gs_attack_fini(&rig_attack);
    close_target();
}

static uint32_t crc_of_upload;

static void check_upload(struct gs_user *user, const struct rig_step *step, uint32_t index)
{
    char expected[100];
    (void)index;
    snprintf(expected, sizeof expected, "{\"length\": %zu, \"crc32\": %u}\n", step->body_len,
             crc_of_upload);
    CHECK_TEXT(user->call->body_bytes.data, user->call->body_bytes.len, expected);
}

// Bodies larger than any buffer arrive as they are, in both directions.
static void large_bodies_arrive_whole(void)
{
    enum { SIZE = 3000000 };
    char *body = malloc(SIZE);
    uint32_t crc = 0xffffffff;
    for (int i = 0; i < SIZE; i++) {
        body[i] = (char)(i * 7 + i / 1000);
        crc ^= (unsigned char)body[i];
        for (int k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    crc_of_upload = ~crc;
    for (int tls = 0; tls < 2; tls++) {
        struct rig_step step = {.method = "PUT", .path = "/upload", .body = body, .body_len = SIZE};
        struct rig_script script = {
                .steps = &step, .count = 1, .rounds = 3, .answered = check_upload};
        open_target(tls, 0);
        run_script(4, 2, &script);
        CHECK_EQ(rig_row("mPUT /upload")->count, 12);
        CHECK_EQ(rig_row("mPUT /upload")->failures, 0);
        CHECK(rig_row("mPUT /upload")->bytes_sent > 12ULL * SIZE);
        gs_attack_fini(&rig_attack);
        close_target();
    }
    free(body);
}

static void check_pattern(struct gs_user *user, const struct rig_step *step, uint32_t index)
{
    struct gs_slice body = user->call->body_bytes;
    (void)step;
    (void)index;
    CHECK_EQ(body.len, 3000000);
    size_t wrong = 0;
    for (size_t i = 0; i < body.len; i++)
        wrong += body.data[i] != (char)('a' + i % 26);
    CHECK_EQ(wrong, 0);
}

static void large_answers_arrive_whole(void)
{
    static const struct rig_step steps[] = {{.path = "/bytes/3000000"},
                                            {.path = "/close-delimited/3000000"}};
    for (int tls = 0; tls < 2; tls++) {
        struct rig_script script = {
                .steps = steps, .count = 2, .rounds = 2, .answered = check_pattern};
        open_target(tls, 0);
        run_script(4, 2, &script);
        CHECK_EQ(rig_total(rig_attack.total).count, 16);
        CHECK_EQ(rig_total(rig_attack.total).failures, 0);
        gs_attack_fini(&rig_attack);
        close_target();
    }
}

// ---- trust ------------------------------------------------------------------------------------

static void a_bad_certificate_is_a_failure(void)
{
    static const struct rig_step step = {.path = "/"};
    struct rig_script script = {.steps = &step, .count = 1, .rounds = 2, .verify = true};
    struct gs_plan plan = rig_plan(2, 1);
    plan.backend = backend;
    open_target(true, 0);
    script.base = base;
    rig_run(&plan, &script);
    CHECK_EQ(rig_row("mGET /")->failures, 4);
    CHECK_EQ(rig_attack.total->errors.count, 1);
    const char *row = rig_attack.total->errors.entries[0].data;
    CHECK(strstr(row + strlen(row) + 1, gs_err_text(GS_E_TLS_VERIFY)) != NULL);
    gs_attack_fini(&rig_attack);
    script.ca_file = "no/such/file.pem";
    rig_run(&plan, &script);
    CHECK_EQ(rig_errors(gs_err_text(GS_E_CA_FILE)), 4);
    gs_attack_fini(&rig_attack);
    read_counters();
    CHECK_EQ(counted("requests"), 0);
    close_target();
}

static void tls_to_a_plain_server_fails(void)
{
    static const struct rig_step step = {.path = "/", .timeout_ns = 5 * GS_S};
    struct rig_script script = {.steps = &step, .count = 1, .rounds = 2};
    struct gs_plan plan = rig_plan(1, 1);
    char url[64];
    plan.backend = backend;
    open_target(false, 0);
    snprintf(url, sizeof url, "https%s", base + 4);
    script.base = url;
    rig_run(&plan, &script);
    CHECK_EQ(rig_row("mGET /")->count, 2);
    CHECK_EQ(rig_row("mGET /")->failures, 2);
    gs_attack_fini(&rig_attack);
    close_target();
}

// ---- the target goes away and comes back ------------------------------------------------------

static sem_t failed;

static void tell_which(struct gs_user *user, const struct rig_step *step, uint32_t index)
{
    (void)step;
    (void)index;
    enum gs_err err = user->call->err;
    CHECK(err == GS_E_OK || err == GS_E_REFUSED || err == GS_E_RESET || err == GS_E_CLOSED ||
          err == GS_E_CUT_SHORT);
    sem_post(user->call->status ? &answers : &failed);
}

static void a_restart_is_survived(void)
{
    static const struct rig_step step = {.path = "/bytes/2000", .wait_ns = GS_MS};
    for (int tls = 0; tls < 2; tls++) {
        struct rig_script script = {.steps = &step, .count = 1, .answered = tell_which};
        struct gs_plan plan = rig_plan(10, 2);
        plan.backend = backend;
        char first[sizeof base]; // is written again when the target comes back
        open_target(tls, 0);
        memcpy(first, base, sizeof first);
        script.base = first;
        sem_init(&answers, 0, 0);
        sem_init(&failed, 0, 0);
        rig_start(&plan, &rig_driver, &script);
        await_answers(100);
        uint16_t port = gs_target_port(target);
        close_target();
        for (int n = 0; n < 50;)
            n += sem_wait(&failed) == 0;
        while (sem_trywait(&answers) == 0) // those from before
            continue;
        open_target(tls, port);
        await_answers(100);
        gs_attack_stop(&rig_attack);
        rig_wait();
        struct rig_sum sum = rig_total(rig_attack.total);
        CHECK(sum.failures >= 50 && sum.count - sum.failures >= 200);
        CHECK_EQ(sum.cut_off, 0);
        gs_attack_fini(&rig_attack);
        sem_destroy(&answers);
        sem_destroy(&failed);
        close_target();
    }
}

// ---- faults -----------------------------------------------------------------------------------

#define SHORT (150 * GS_MS)

static const struct {
    const char *path;
    enum gs_err err;
    int status; // of a good answer
    uint64_t timeout_ns;
} faults[] = {
        {"bad-status", GS_E_STATUS_LINE, 0, 0},
        {"bad-status/number", GS_E_STATUS_LINE, 0, 0},
        {"bad-status/short", GS_E_STATUS_LINE, 0, 0},
        {"bad-status/version", GS_E_STATUS_LINE, 0, 0},
        {"bad-header", GS_E_HEADER, 0, 0},
        {"bad-header/name", GS_E_HEADER, 0, 0},
        {"bad-header/fold", GS_E_OK, 200, 0},
        {"bad-length/neg", GS_E_LENGTH, 0, 0},
        {"bad-length/dup", GS_E_OK, 200, 0},
        {"bad-length/huge", GS_E_LENGTH, 0, 0},
        {"bad-length/text", GS_E_LENGTH, 0, 0},
        {"bad-length/empty", GS_E_LENGTH, 0, 0},
        {"bad-length/differ", GS_E_LENGTHS_DIFFER, 0, 0},
        {"bad-length/long", GS_E_CUT_SHORT, 0, 0},
        {"bad-length/chunked", GS_E_OK, 200, 0},
        {"bad-encoding", GS_E_ENCODING, 0, 0},
        {"bad-chunk", GS_E_CHUNK, 0, 0},
        {"bad-chunk/neg", GS_E_CHUNK, 0, 0},
        {"bad-chunk/huge", GS_E_CHUNK, 0, 0},
        {"bad-chunk/no-crlf", GS_E_CHUNK, 0, 0},
        {"bad-chunk/empty", GS_E_CHUNK, 0, 0},
        {"bad-chunk/cut", GS_E_CUT_SHORT, 0, 0},
        {"bad-chunk/no-end", GS_E_CUT_SHORT, 0, 0},
        {"bad-chunk/endless", GS_E_CHUNK, 0, 0},
        {"bad-trailer/endless", GS_E_CHUNK, 0, 0},
        {"101", GS_E_UPGRADE, 0, 0},
        {"1xx/1", GS_E_OK, 200, 0},
        {"1xx/10", GS_E_OK, 200, 0},
        {"1xx/1000", GS_E_MANY_INTERIM, 0, 0},
        {"1xx-endless", GS_E_MANY_INTERIM, 0, 0},
        {"surplus", GS_E_OK, 200, 0},
        {"surplus/answer", GS_E_OK, 200, 0},
        {"redirect-loop", GS_E_REDIRECTS, 0, 0},
        {"bad-location", GS_E_LOCATION, 0, 0},
        {"bad-location/scheme", GS_E_LOCATION, 0, 0},
        {"bad-location/port", GS_E_LOCATION, 0, 0},
        {"bad-location/none", GS_E_OK, 302, 0},
        {"headers-endless", GS_E_HEAD_TOO_LARGE, 0, 0},
        {"header-huge", GS_E_HEAD_TOO_LARGE, 0, 0},
        {"status-endless", GS_E_HEAD_TOO_LARGE, 0, 0},
        {"body-endless", GS_E_TIMEOUT, 0, SHORT},
        {"chunks-endless", GS_E_TIMEOUT, 0, SHORT},
        {"garbage", GS_E_STATUS_LINE, 0, 0},
        {"close", GS_E_CLOSED, 0, 0},
        {"reset", GS_E_RESET, 0, 0},
        {"hang", GS_E_TIMEOUT, 0, SHORT},
        {"half/0", GS_E_CLOSED, 0, 0},
        {"half/1", GS_E_CUT_SHORT, 0, 0},
        {"half/30", GS_E_CUT_SHORT, 0, 0},
        {"half/100", GS_E_CUT_SHORT, 0, 0},
        {"half-reset/1", GS_E_RESET, 0, 0},
        {"half-reset/100", GS_E_RESET, 0, 0},
        {"idle-close/0", GS_E_OK, 200, 0},
        {"drip/0.1", GS_E_OK, 200, 0},
        {"drip/50", GS_E_TIMEOUT, 0, SHORT},
        {"gzip-bomb", GS_E_OK, 200, 0},
        {"gzip-broken", GS_E_OK, 200, 0},
};
#define FAULTS (sizeof faults / sizeof *faults)

static void check_fault(struct gs_user *user, const struct rig_step *step, uint32_t index)
{
    const struct gs_call *call = user->call;
    CHECK(call->own_body.cap <= 2 << 20 && call->own_head.cap <= 2 * GS_HEAD_MAX); // bounded
    bool good = index % 2 == 1; // what follows a fault is served
    enum gs_err err = good ? GS_E_OK : faults[index / 2].err;
    int status = good ? 200 : faults[index / 2].status;
    CHECK_EQ(call->err, err);
    CHECK_EQ(call->status, status);
    if (call->err != err || call->status != status)
        fprintf(stderr, "  %s: %s\n", step->path, gs_err_text(call->err));
}

// On the wire of TLS the same faults; a close without its goodbye must not be taken for an end of
// anything but a body that the close delimits.
static void every_fault_is_one_failure(void)
{
    static struct rig_step steps[2 * FAULTS];
    static char paths[FAULTS][64];
    for (size_t i = 0; i < FAULTS; i++) {
        snprintf(paths[i], sizeof paths[i], "/fault/%s", faults[i].path);
        steps[2 * i] = (struct rig_step){.path = paths[i], .timeout_ns = faults[i].timeout_ns};
        steps[2 * i + 1] = (struct rig_step){.path = "/"};
    }
    for (int tls = 0; tls < 2; tls++) {
        struct rig_script script = {.steps = steps,
                                    .count = 2 * FAULTS,
                                    .rounds = 1,
                                    .max_body = 1 << 20,
                                    .answered = check_fault};
        open_target(tls, 0);
        run_script(2, 2, &script);
        CHECK_EQ(rig_row("mGET /")->count, 2 * FAULTS);
        CHECK_EQ(rig_row("mGET /")->failures, 0);
        for (size_t i = 0; i < FAULTS; i++) {
            char key[4096];
            snprintf(key, sizeof key, "mGET %s", paths[i]);
            CHECK_EQ(rig_row(key)->count, 2);
            CHECK_EQ(rig_row(key)->failures, faults[i].status ? 0 : 2);
        }
        gs_attack_fini(&rig_attack);
        close_target();
    }
}

static void all(void)
{
    static const struct gs_test tests[] = {
            TEST(counts_agree_with_the_target),   TEST(counts_agree_after_a_stop),
            TEST(a_new_connection_each_time),     TEST(nothing_stays_open),
            TEST(large_bodies_arrive_whole),      TEST(large_answers_arrive_whole),
            TEST(a_bad_certificate_is_a_failure), TEST(tls_to_a_plain_server_fails),
            TEST(a_restart_is_survived),          TEST(every_fault_is_one_failure)};
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
