#include "net/cookie.h"

#include "base/test.h"

#define NOW 1700000000

static struct gs_slice slice(const char *text)
{
    return (struct gs_slice){text, strlen(text)};
}

static void receive(struct gs_jar *jar, const char *header, const char *host, const char *target)
{
    gs_jar_receive(jar, slice(header), slice(host), slice(target), NOW);
}

// What the jar sends.
static void sends_at(struct gs_jar *jar, const char *host, const char *target, bool secure,
                     int64_t now, const char *expected)
{
    struct gs_buf out = GS_BUF_EMPTY;
    int n = gs_jar_write(jar, &out, slice(host), slice(target), secure, now, NULL);
    CHECK((n > 0) == (*expected != '\0'));
    CHECK_TEXT(out.data, out.len, expected);
    gs_buf_fini(&out);
}

static void sends(struct gs_jar *jar, const char *host, const char *target, const char *expected)
{
    sends_at(jar, host, target, false, NOW, expected);
}

static void one_case(const char *header, const char *from_host, const char *from_target,
                     const char *host, const char *target, const char *expected)
{
    struct gs_jar jar = {0};
    receive(&jar, header, from_host, from_target);
    sends(&jar, host, target, expected);
    gs_jar_fini(&jar);
}

static void name_and_value(void)
{
    static const char *const cases[][2] = {
            {"a=b", "a=b"},
            {" a = b ", "a=b"},
            {"a=", "a="},
            {"a=b=c", "a=b=c"},
            {"a=\"b c\"", "a=\"b c\""},
            {"a=b; c=d", "a=b"},
            {"a=b;", "a=b"},
            {"a=b; HttpOnly; SameSite=Lax; Priority=High", "a=b"},
            {"=b", ""},
            {"ab", ""},
            {"", ""},
            {";", ""},
            {"; a=b", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        one_case(cases[i][0], "h", "/", "h", "/", cases[i][1]);
}

static void domains(void)
{
    static const struct {
        const char *domain, *from, *to;
        bool sent;
    } cases[] = {
            {"", "example.com", "example.com", true},
            {"", "example.com", "EXAMPLE.com", true},
            {"", "example.com", "www.example.com", false}, // host only
            {"; Domain=", "example.com", "www.example.com", false},
            {"; Domain=example.com", "example.com", "example.com", true},
            {"; Domain=example.com", "example.com", "www.example.com", true},
            {"; Domain=.example.com", "example.com", "www.example.com", true},
            {"; domain=EXAMPLE.com", "www.example.com", "a.b.example.com", true},
            {"; Domain=example.com", "www.example.com", "example.com", true},
            {"; Domain=example.com", "example.com", "badexample.com", false},
            {"; Domain=example.com", "example.com", "example.com.evil", false},
            {"; Domain=www.example.com", "example.com", "www.example.com", false}, // not its own
            {"; Domain=other.com", "example.com", "other.com", false},
            {"; Domain=com", "example.com", "other.com", false},
            {"; Domain=localhost", "localhost", "localhost", true},
            {"; Domain=127.0.0.1", "127.0.0.1", "127.0.0.1", true},
            {"; Domain=0.0.1", "127.0.0.1", "127.0.0.1", false},
            {"; Domain=a.com; Domain=example.com", "example.com", "example.com", true}, // the last
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char header[100];
        snprintf(header, sizeof header, "a=b%s", cases[i].domain);
        one_case(header, cases[i].from, "/", cases[i].to, "/", cases[i].sent ? "a=b" : "");
    }
}

static void paths(void)
{
    static const struct {
        const char *path, *from, *to;
        bool sent;
    } cases[] = {
            {"", "/", "/", true},
            {"", "/", "/a/b", true},
            {"", "/a/b", "/a/c", true}, // by default the directory
            {"", "/a/b", "/a", true},
            {"", "/a/b", "/b", false},
            {"", "/a/b?x=/y/z", "/a/c", true},
            {"", "/a", "/b", true},
            {"; Path=/a", "/", "/a", true},
            {"; Path=/a", "/", "/a/", true},
            {"; Path=/a", "/", "/a/b", true},
            {"; Path=/a", "/", "/a?q", true},
            {"; Path=/a", "/", "/ab", false},
            {"; Path=/a", "/", "/", false},
            {"; Path=/a/", "/", "/a/b", true},
            {"; Path=/a/", "/", "/a", false},
            {"; Path=/a", "/", "/A", false},
            {"; Path=relative", "/a/b", "/a/c", true}, // as if it were not there
            {"; Path=", "/a/b", "/b", false},
            {"; path = /a ", "/", "/a", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char header[100];
        snprintf(header, sizeof header, "a=b%s", cases[i].path);
        one_case(header, "h", cases[i].from, "h", cases[i].to, cases[i].sent ? "a=b" : "");
    }
}

static void secure_ones_need_tls(void)
{
    struct gs_jar jar = {0};
    receive(&jar, "a=b; Secure", "h", "/");
    sends_at(&jar, "h", "/", false, NOW, "");
    sends_at(&jar, "h", "/", true, NOW, "a=b");
    gs_jar_fini(&jar);
}

static void lifetimes(void)
{
    static const struct {
        const char *attributes;
        int64_t lasts; // seconds from now that it is sent; -1: for ever, 0: not at all
    } cases[] = {
            {"", -1},
            {"; Max-Age=10", 10},
            {"; Max-Age=0", 0},
            {"; Max-Age=-1", 0},
            {"; Max-Age=99999999999999999999", -1},
            {"; Max-Age=soon", -1}, // no number: as if it were not there
            {"; Max-Age=", -1},
            {"; Max-Age=1d", -1},
            {"; Expires=Tue, 14 Nov 2023 22:13:30 GMT", 10},
            {"; Expires=Tue, 14-Nov-2023 22:13:30 GMT", 10},
            {"; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 0},
            {"; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=10", 10}, // Max-Age beats it
            {"; Max-Age=10; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 10},
            {"; Expires=tomorrow", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gs_jar jar = {0};
        char header[100];
        snprintf(header, sizeof header, "a=b%s", cases[i].attributes);
        receive(&jar, header, "h", "/");
        int64_t lasts = cases[i].lasts;
        sends_at(&jar, "h", "/", false, NOW, lasts ? "a=b" : "");
        if (lasts > 0)
            sends_at(&jar, "h", "/", false, NOW + lasts - 1, "a=b");
        sends_at(&jar, "h", "/", false, NOW + (lasts > 0 ? lasts : 100000000),
                 lasts < 0 ? "a=b" : "");
        gs_jar_fini(&jar);
    }
}

static void dates(void)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {
            {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
            {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
            {"Sun Nov  6 08:49:37 1994", 784111777},
            {"06 nov 1994 8:49:37", 784111777},
            {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
            {"Fri, 31-Dec-69 23:59:59 GMT", 3155759999}, // two digits below 70: 20xx
            {"Tue, 29 Feb 2000 00:00:00 GMT", 951782400},
            {"Mon, 31 Dec 1601 00:00:00 GMT", 0}, // long ago is long ago
            {"Fri, 31 Dec 9999 23:59:59 GMT", 253402300799},
            {"", -1},
            {"0", -1},
            {"now", -1},
            {"06 Nov 1994", -1},
            {"Nov 1994 08:49:37", -1},
            {"32 Nov 1994 08:49:37", -1},
            {"06 Nov 1994 24:00:00", -1},
            {"06 Nov 1994 08:60:00", -1},
            {"06 Nov 1600 08:49:37", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_EQ(gs_cookie_date(slice(cases[i].text)), cases[i].seconds);
}

static void longest_path_first_then_oldest(void)
{
    struct gs_jar jar = {0};
    receive(&jar, "root=1; Path=/", "h", "/");
    receive(&jar, "deep=2; Path=/a/b", "h", "/");
    receive(&jar, "mid=3; Path=/a", "h", "/");
    receive(&jar, "late=4; Path=/", "h", "/");
    sends(&jar, "h", "/a/b/c", "deep=2; mid=3; root=1; late=4");
    gs_jar_fini(&jar);
}

static void a_namesake_is_replaced(void)
{
    struct gs_jar jar = {0};
    receive(&jar, "a=1", "h", "/");
    receive(&jar, "b=1", "h", "/");
    receive(&jar, "a=2", "H", "/");
    sends(&jar, "h", "/", "a=2; b=1");
    CHECK_EQ(jar.count, 2);
    receive(&jar, "a=3; Path=/x", "h", "/"); // another path: another cookie
    CHECK_EQ(jar.count, 3);
    receive(&jar, "A=4", "h", "/"); // names have a case
    CHECK_EQ(jar.count, 4);
    receive(&jar, "a=; Max-Age=0", "h", "/");
    sends(&jar, "h", "/", "b=1; A=4");
    gs_jar_fini(&jar);
}

static void at_most_300_the_oldest_leaves(void)
{
    struct gs_jar jar = {0};
    char header[64];
    for (int i = 0; i < GS_COOKIES_MAX + 5; i++) {
        snprintf(header, sizeof header, "c%d=x; Path=/%d", i, i);
        receive(&jar, header, "h", "/");
    }
    CHECK_EQ(jar.count, GS_COOKIES_MAX);
    sends(&jar, "h", "/4", "");
    sends(&jar, "h", "/5", "c5=x");
    sends(&jar, "h", "/304", "c304=x");
    gs_jar_fini(&jar);
}

static void huge_ones_are_ignored(void)
{
    struct gs_jar jar = {0};
    static char header[GS_COOKIE_BYTES_MAX + 100];
    memset(header, 'x', sizeof header);
    header[1] = '=';
    gs_jar_receive(&jar, (struct gs_slice){header, GS_COOKIE_BYTES_MAX + 2}, slice("h"), slice("/"),
                   NOW);
    CHECK_EQ(jar.count, 0);
    gs_jar_receive(&jar, (struct gs_slice){header, GS_COOKIE_BYTES_MAX + 1}, slice("h"), slice("/"),
                   NOW);
    CHECK_EQ(jar.count, 1);
    gs_jar_fini(&jar);
}

// A bare CR passes as part of a header line; sent back it would be a line break to some.
static void control_characters_are_not_sent_back(void)
{
    one_case("a=b\rEvil: x", "h", "/", "h", "/", "");
    one_case("a\x01=b", "h", "/", "h", "/", "");
    one_case("a=b\x7f", "h", "/", "h", "/", "");
    one_case("a=b\tc", "h", "/", "h", "/", "a=b\tc");
}

static int set(struct gs_jar *jar, const char *name, const char *value, const char *domain,
               const char *path)
{
    return gs_jar_set(jar, slice(name), slice(value), slice(domain), slice(path));
}

static void scripts_set_and_remove(void)
{
    struct gs_jar jar = {0};
    CHECK_EQ(set(&jar, "a", "1", "", ""), 0);
    CHECK_EQ(set(&jar, "b", "2", "h", ""), 0);
    CHECK_EQ(set(&jar, "c", "3", ".example.com", "/x"), 0);
    sends(&jar, "anywhere", "/", "a=1");
    sends(&jar, "h", "/", "a=1; b=2");
    sends(&jar, "www.example.com", "/x/y", "c=3; a=1");
    CHECK_EQ(set(&jar, "a", "9", "", ""), 0);
    sends(&jar, "anywhere", "/", "a=9");
    CHECK_EQ(gs_jar_remove(&jar, slice("a"), slice(""), slice("")), 1);
    CHECK_EQ(gs_jar_remove(&jar, slice("a"), slice(""), slice("")), 0);
    CHECK_EQ(gs_jar_remove(&jar, slice(""), slice("h"), slice("/other")), 0);
    CHECK_EQ(gs_jar_remove(&jar, slice(""), slice("H"), slice("/")), 1);
    CHECK_EQ(gs_jar_remove(&jar, slice(""), slice(""), slice("")), 1);
    CHECK_EQ(jar.count, 0);
    gs_jar_fini(&jar);
}

static void scripts_cannot_smuggle(void)
{
    struct gs_jar jar = {0};
    CHECK_EQ(set(&jar, "", "1", "", ""), -1);
    CHECK_EQ(set(&jar, "a b", "1", "", ""), -1);
    CHECK_EQ(set(&jar, "a=b", "1", "", ""), -1);
    CHECK_EQ(set(&jar, "a", "1; b=2", "", ""), -1);
    CHECK_EQ(set(&jar, "a", "1\r\nEvil: x", "", ""), -1);
    CHECK_EQ(set(&jar, "a\n", "1", "", ""), -1);
    CHECK_EQ(gs_jar_set(&jar, slice("a"), (struct gs_slice){"\0", 1}, slice(""), slice("")), -1);
    CHECK_EQ(set(&jar, "a", "1", "h\n", ""), -1);
    CHECK_EQ(set(&jar, "a", "1", "", "/\r"), -1);
    CHECK_EQ(jar.count, 0);
}

TEST_MAIN(TEST(name_and_value), TEST(domains), TEST(paths), TEST(secure_ones_need_tls),
          TEST(lifetimes), TEST(dates), TEST(longest_path_first_then_oldest),
          TEST(a_namesake_is_replaced), TEST(at_most_300_the_oldest_leaves),
          TEST(huge_ones_are_ignored), TEST(control_characters_are_not_sent_back),
          TEST(scripts_set_and_remove), TEST(scripts_cannot_smuggle))
