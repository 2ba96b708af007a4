// The bytes of requests: what call and origin make of a plan, a session and a redirect.
#include "net/call.h"

#include <stdlib.h>

#include "base/test.h"
#include "net/fake.h"
#include "net/origin.h"

static uv_loop_t loop;
static struct gs_clock clock_ = {.stepped = true, .at_ns = GS_S};
static struct gs_wheel wheel;
static struct gs_poller poller;
static struct gs_mailbox mailbox;
static struct gs_net net;
static struct gs_session session;
static struct gs_call call;

static void on_alarm(struct gs_poller *p)
{
    (void)p;
}

static void set_up(void)
{
    gs_wheel_init(&wheel, clock_.at_ns);
    CHECK_EQ(uv_loop_init(&loop), 0);
    CHECK_EQ(gs_poller_open(&poller, &loop, gs_backend_default(), on_alarm), 0);
    CHECK_EQ(gs_mailbox_open(&mailbox, &loop, NULL), 0);
    CHECK_EQ(gs_net_init(&net, &clock_, &wheel, &poller, &mailbox, &gs_fake, 1), 0);
}

static void tear_down(void)
{
    gs_mailbox_close(&mailbox);
    gs_net_fini(&net);
    gs_poller_close(&poller);
    uv_run(&loop, UV_RUN_DEFAULT);
    CHECK_EQ(uv_loop_close(&loop), 0);
    gs_mailbox_fini(&mailbox);
}

static struct gs_slice slice(const char *text)
{
    return (struct gs_slice){text, strlen(text)};
}

static struct gs_origin *origin_of(const char *url)
{
    struct gs_url parts;
    CHECK(gs_url_parse(slice(url), &parts));
    return gs_origin_get(&net, &parts, false, NULL);
}

static void begin(void)
{
    gs_session_init(&session, &net, 0);
    call = (struct gs_call){.session = &session};
}

static void end(void)
{
    gs_call_sent(&call);
    gs_call_clear(&call);
    gs_session_fini(&session);
}

// Renders; `url` gives the origin, `target` what is asked for there.
static void render(const char *url, const char *target, struct gs_request request)
{
    request.origin = origin_of(url);
    request.target = slice(target);
    CHECK_EQ(gs_call_render(&call, &request), 0);
    gs_origin_release(request.origin);
}

static void redirect(const char *method, const char *url, const char *target, bool keep_body,
                     bool keep_auth)
{
    struct gs_origin *origin = origin_of(url);
    CHECK_EQ(gs_call_redirect(&call, method, origin, slice(target), keep_body, keep_auth), 0);
    gs_origin_release(origin);
}

#define IS(text) CHECK_TEXT(call.request.data, call.request.len, text)

static void get(void)
{
    begin();
    render("http://a/", "/x?y=z",
           (struct gs_request){.method = GS_SLICE("GET"),
                               .fields = GS_SLICE("Accept: */*\r\n"),
                               .fields2 = GS_SLICE("X-Own: 1\r\n")});
    IS("GET /x?y=z HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nX-Own: 1\r\n\r\n");
    struct gs_slice target = gs_call_target(&call);
    CHECK_TEXT(target.data, target.len, "/x?y=z");
    CHECK(strcmp(call.method, "GET") == 0);
    end();
}

static void hosts_and_ports(void)
{
    static const char *const cases[][3] = {
            {"http://a:80/", "Host: a\r\n", "http://a"},
            {"http://a:8080/", "Host: a:8080\r\n", "http://a:8080"},
            {"https://a:443/", "Host: a\r\n", "https://a"},
            {"https://a:80/", "Host: a:80\r\n", "https://a:80"},
            {"http://[::1]:81/", "Host: [::1]:81\r\n", "http://[::1]:81"},
            {"http://user:pass@a/", "Host: a\r\n", "http://a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gs_origin *origin = origin_of(cases[i][0]);
        CHECK_TEXT(origin->host_field, origin->host_field_len, cases[i][1]);
        CHECK_TEXT(origin->prefix, origin->prefix_len, cases[i][2]);
        gs_origin_release(origin);
    }
}

static void an_origin_is_scheme_host_and_port(void)
{
    struct gs_origin *a = origin_of("http://a/x"), *same = origin_of("http://A:80/y");
    struct gs_origin *tls = origin_of("https://a:80/"), *port = origin_of("http://a:81/");
    CHECK(a == same && a != tls && a != port);
    CHECK(a->tls == NULL && tls->tls != NULL);
    struct gs_url url;
    CHECK(gs_url_parse(GS_SLICE("https://a:80/"), &url));
    struct gs_origin *strict = gs_origin_get(&net, &url, true, NULL);
    CHECK(strict != tls); // how it is trusted is part of it
    struct gs_origin *all[] = {a, same, tls, port, strict};
    for (int i = 0; i < 5; i++)
        gs_origin_release(all[i]);
}

static void bodies(void)
{
    begin();
    render("http://a/", "/",
           (struct gs_request){.method = GS_SLICE("POST"),
                               .fields = GS_SLICE("Content-Type: x\r\n"),
                               .body = GS_SLICE("a body"),
                               .has_body = true});
    IS("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: x\r\nContent-Length: 6\r\n\r\na body");
    CHECK(call.body_in_request);
    render("http://a/", "/", (struct gs_request){.method = GS_SLICE("POST"), .has_body = true});
    IS("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    end();
    begin();
    static char large[100000];
    memset(large, 'x', sizeof large);
    struct gs_request request = {.method = GS_SLICE("PUT"),
                                 .body = {large, sizeof large},
                                 .has_body = true,
                                 .body_stays = true};
    render("http://a/", "/", request);
    IS("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    CHECK(!call.body_in_request && call.body == large && call.body_len == sizeof large);
    request.body_stays = false; // must be copied
    render("http://a/", "/", request);
    CHECK(call.body_in_request && call.request.len > sizeof large);
    end();
}

static void targets_cannot_smuggle(void)
{
    begin();
    render("http://a/", "/x HTTP/1.1\r\nEvil: y\r\n\r\n#",
           (struct gs_request){.method = GS_SLICE("GET")});
    IS("GET /x%20HTTP/1.1%0D%0AEvil:%20y%0D%0A%0D%0A HTTP/1.1\r\nHost: a\r\n\r\n");
    end();
}

static void cookies_of_the_session_and_the_call(void)
{
    begin();
    gs_jar_set(&session.jar, GS_SLICE("one"), GS_SLICE("1"), GS_SLICE("a"), GS_SLICE("/"));
    gs_jar_set(&session.jar, GS_SLICE("two"), GS_SLICE("2"), GS_SLICE("a"), GS_SLICE("/deep"));
    gs_jar_set(&session.jar, GS_SLICE("far"), GS_SLICE("3"), GS_SLICE("b"), GS_SLICE("/"));
    struct gs_request request = {.method = GS_SLICE("GET")};
    render("http://a/", "/", request);
    IS("GET / HTTP/1.1\r\nHost: a\r\nCookie: one=1\r\n\r\n");
    render("http://a/", "/deep/x", request);
    IS("GET /deep/x HTTP/1.1\r\nHost: a\r\nCookie: two=2; one=1\r\n\r\n");
    render("http://c/", "/", request);
    IS("GET / HTTP/1.1\r\nHost: c\r\n\r\n");
    request.cookies = GS_SLICE("one=own; more=x");
    render("http://a/", "/deep", request); // the call's own beat the session's
    IS("GET /deep HTTP/1.1\r\nHost: a\r\nCookie: two=2; one=own; more=x\r\n\r\n");
    request.cookies = GS_SLICE("on=y");
    render("http://a/", "/", request); // a part of a name is not that name
    IS("GET / HTTP/1.1\r\nHost: a\r\nCookie: one=1; on=y\r\n\r\n");
    render("http://c/", "/", request);
    IS("GET / HTTP/1.1\r\nHost: c\r\nCookie: on=y\r\n\r\n");
    end();
}

static void secure_cookies_need_https(void)
{
    begin();
    gs_jar_receive(&session.jar, GS_SLICE("s=1; Secure"), GS_SLICE("a"), GS_SLICE("/"), 0);
    struct gs_request request = {.method = GS_SLICE("GET")};
    render("http://a/", "/", request);
    IS("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    render("https://a/", "/", request);
    IS("GET / HTTP/1.1\r\nHost: a\r\nCookie: s=1\r\n\r\n");
    end();
}

// A cookie's path is matched with all of the target, however long.
static void long_targets(void)
{
    begin();
    static char target[10000];
    memset(target, 'x', sizeof target - 1);
    target[0] = '/';
    gs_jar_set(&session.jar, GS_SLICE("a"), GS_SLICE("1"), GS_SLICE(""), GS_SLICE("/"));
    render("http://a/", target, (struct gs_request){.method = GS_SLICE("GET")});
    CHECK_EQ(call.target_len, sizeof target - 1);
    CHECK(memmem(call.request.data, call.request.len, "Cookie: a=1\r\n\r\n", 15) != NULL);
    end();
}

#define POST                                                                                       \
    {                                                                                              \
        .method = GS_SLICE("POST"), .has_body = true, .body = GS_SLICE("a=b"),                     \
        .fields = GS_SLICE("Accept: */*\r\nauthorization: Basic x\r\n"),                           \
        .fields2 = GS_SLICE("Content-Type: form\r\nTransfer-Encoding: x\r\nX: y\r\n")              \
    }

// 301, 302, 303: the body goes, and all that describes it.
static void redirected_without_its_body(void)
{
    begin();
    render("http://a/", "/", (struct gs_request)POST);
    redirect("GET", "http://a/", "/next", false, true);
    IS("GET /next HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nauthorization: Basic x\r\nX: y\r\n\r\n");
    CHECK(strcmp(call.method, "GET") == 0);
    redirect("GET", "http://a/", "/again", true, true); // nothing comes back
    IS("GET /again HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nauthorization: Basic x\r\nX: y\r\n\r\n");
    end();
}

// 307, 308: as it was.
static void redirected_with_its_body(void)
{
    begin();
    render("http://a/", "/", (struct gs_request)POST);
    redirect("POST", "http://a:81/", "/next", true, true);
    IS("POST /next HTTP/1.1\r\nHost: a:81\r\nAccept: */*\r\nauthorization: Basic x\r\n"
       "Content-Type: form\r\nTransfer-Encoding: x\r\nX: y\r\nContent-Length: 3\r\n\r\na=b");
    redirect("POST", "http://a/", "/last", true, true);
    IS("POST /last HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nauthorization: Basic x\r\n"
       "Content-Type: form\r\nTransfer-Encoding: x\r\nX: y\r\nContent-Length: 3\r\n\r\na=b");
    end();
}

static void redirected_to_another_host(void)
{
    begin();
    gs_jar_set(&session.jar, GS_SLICE("a"), GS_SLICE("1"), GS_SLICE("a"), GS_SLICE("/"));
    gs_jar_set(&session.jar, GS_SLICE("b"), GS_SLICE("2"), GS_SLICE("b"), GS_SLICE("/"));
    render("http://a/", "/", (struct gs_request)POST);
    redirect("GET", "http://b/", "/", false, false);
    IS("GET / HTTP/1.1\r\nHost: b\r\nAccept: */*\r\nX: y\r\nCookie: b=2\r\n\r\n");
    redirect("GET", "http://a/", "/", false, true); // what is gone stays gone
    IS("GET / HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nX: y\r\nCookie: a=1\r\n\r\n");
    end();
}

// What a server names as Location is a target like any other.
static void redirected_to_nonsense(void)
{
    begin();
    render("http://a/", "/", (struct gs_request){.method = GS_SLICE("GET")});
    redirect("GET", "http://a/", "/x y\rZ: \xff", false, true);
    IS("GET /x%20y%0DZ:%20%FF HTTP/1.1\r\nHost: a\r\n\r\n");
    end();
}

static void tells_why_it_failed(void)
{
    char text[100];
    call = (struct gs_call){.status = 503};
    CHECK_TEXT(text, gs_call_error_text(&call, text, sizeof text), "status 503");
    call = (struct gs_call){.err = GS_E_REFUSED};
    CHECK_TEXT(text, gs_call_error_text(&call, text, sizeof text), gs_err_text(GS_E_REFUSED));
    call = (struct gs_call){.err = GS_E_TLS, .detail = "wrong version"};
    CHECK_TEXT(text, gs_call_error_text(&call, text, sizeof text), "TLS error: wrong version");
    CHECK_TEXT(text, gs_call_error_text(&call, text, 5), "TLS ");
}

TEST_MAIN(TEST(set_up), TEST(get), TEST(hosts_and_ports), TEST(an_origin_is_scheme_host_and_port),
          TEST(bodies), TEST(targets_cannot_smuggle), TEST(cookies_of_the_session_and_the_call),
          TEST(secure_cookies_need_https), TEST(long_targets), TEST(redirected_without_its_body),
          TEST(redirected_with_its_body), TEST(redirected_to_another_host),
          TEST(redirected_to_nonsense), TEST(tells_why_it_failed), TEST(tear_down))
