#include "net/url.h"

#include "base/rng.h"
#include "base/test.h"

static struct gs_slice slice(const char *text)
{
    return (struct gs_slice){text, strlen(text)};
}

static void takes_urls_apart(void)
{
    static const struct {
        const char *text;
        bool tls;
        int port;
        bool given;
        const char *host, *userinfo, *target;
    } cases[] = {
            {"http://a", false, 80, false, "a", "", ""},
            {"https://a", true, 443, false, "a", "", ""},
            {"HTTPS://A.Example/", true, 443, false, "A.Example", "", "/"},
            {"http://a:8080/x?y#z", false, 8080, true, "a", "", "/x?y"},
            {"http://a:/", false, 80, false, "a", "", "/"},
            {"http://a:00080/", false, 80, true, "a", "", "/"},
            {"http://a:65535", false, 65535, true, "a", "", ""},
            {"http://a?q=/", false, 80, false, "a", "", "?q=/"},
            {"http://a#f", false, 80, false, "a", "", ""},
            {"http://127.0.0.1:1/", false, 1, true, "127.0.0.1", "", "/"},
            {"http://[::1]/", false, 80, false, "::1", "", "/"},
            {"https://[2001:db8::7]:8443/a", true, 8443, true, "2001:db8::7", "", "/a"},
            {"http://user:pass@a/", false, 80, false, "a", "user:pass", "/"},
            {"http://u@b@a/", false, 80, false, "a", "u@b", "/"},
            {"http://@a/", false, 80, false, "a", "", "/"},
            {"http://a/@b", false, 80, false, "a", "", "/@b"},
            {"http://a?@b", false, 80, false, "a", "", "?@b"},
            {"http://a/ b", false, 80, false, "a", "", "/ b"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gs_url url;
        CHECK(gs_url_parse(slice(cases[i].text), &url));
        CHECK_EQ(url.tls, cases[i].tls);
        CHECK_EQ(url.port, cases[i].port);
        CHECK_EQ(url.port_given, cases[i].given);
        CHECK_TEXT(url.host.data, url.host.len, cases[i].host);
        CHECK_TEXT(url.userinfo.data, url.userinfo.len, cases[i].userinfo);
        CHECK_TEXT(url.target.data, url.target.len, cases[i].target);
    }
}

static void refuses_what_is_no_url(void)
{
    static const char *const cases[] = {
            "",
            "a",
            "/a",
            "http:/a",
            "http:a",
            "ftp://a",
            "http://",
            "http:///a",
            "http://?q",
            "http://:80/",
            "http://u@/",
            "http://a:x/",
            "http://a:-1/",
            "http://a:0/",
            "http://a:65536/",
            "http://a:99999999999999999999/",
            "http://a b/",
            "http://a\r\nb/",
            "http://a\tb/",
            "http://a\x7f/",
            "http://[::1/",
            "http://[::1]x/",
            "http://a%20b/",
            "http://a\\b/",
            "http://<a>/",
            "http://[]/",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gs_url url;
        bool taken = gs_url_parse(slice(cases[i]), &url);
        if (taken)
            fprintf(stderr, "taken: %s\n", cases[i]);
        CHECK(!taken);
    }
    char host[300] = "http://";
    memset(host + 7, 'a', 256);
    struct gs_url url;
    CHECK(!gs_url_parse((struct gs_slice){host, 7 + 256}, &url));
    CHECK(gs_url_parse((struct gs_slice){host, 7 + 255}, &url));
    CHECK(!gs_url_parse((struct gs_slice){"http://a\0b/", 11}, &url));
}

static void targets_are_encoded(void)
{
    static const char *const cases[][2] = {
            {"/a", "/a"},
            {"", "/"},
            {"a", "/a"},
            {"?q", "/?q"},
            {"/a b", "/a%20b"},
            {"/a%20b", "/a%20b"},
            {"/a\r\nHost: evil", "/a%0D%0AHost:%20evil"},
            {"/\xc3\xa4", "/%C3%A4"},
            {"/a#fragment", "/a"},
            {"/\"<>\x7f", "/%22%3C%3E%7F"},
            {"/[]{}|\\^`'", "/[]{}|\\^`'"},
    };
    struct gs_buf out = GS_BUF_EMPTY;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        out.len = 0;
        CHECK_EQ(gs_url_add_target(&out, slice(cases[i][0])), 0);
        CHECK_TEXT(out.data, out.len, cases[i][1]);
    }
    out.len = 0;
    CHECK_EQ(gs_url_add_target(&out, (struct gs_slice){"/\0x", 3}), 0);
    CHECK_TEXT(out.data, out.len, "/%00x");
    gs_buf_fini(&out);
}

// Whatever bytes a script hands over, a target begins with '/' and cannot end the request line.
static void no_bytes_get_out_of_a_target(void)
{
    struct gs_rng rng = gs_rng_make(1, 0);
    struct gs_buf out = GS_BUF_EMPTY;
    for (int n = 0; n < 2000; n++) {
        char raw[64];
        size_t len = gs_rng_below(&rng, sizeof raw);
        for (size_t i = 0; i < len; i++)
            raw[i] = (char)gs_rng_below(&rng, 256);
        out.len = 0;
        CHECK_EQ(gs_url_add_target(&out, (struct gs_slice){raw, len}), 0);
        CHECK(out.len >= 1 && out.data[0] == '/');
        for (size_t i = 0; i < out.len; i++)
            CHECK((unsigned char)out.data[i] > ' ' && (unsigned char)out.data[i] < 127);
    }
    gs_buf_fini(&out);
}

static void resolves(const char *base, const char *reference, const char *expected)
{
    struct gs_buf out = GS_BUF_EMPTY;
    gs_buf_str(&out, "kept ");
    int rc = gs_url_resolve(&out, slice(base), slice(reference));
    if (!expected) {
        CHECK_EQ(rc, -1);
    } else {
        CHECK_EQ(rc, 0);
        CHECK_TEXT(out.data + 5, out.len - 5, expected);
    }
    gs_buf_fini(&out);
}

// The examples of RFC 3986 section 5.4; fragments are never sent, other schemes are refused.
static void resolves_as_the_rfc_says(void)
{
    static const char *const cases[][2] = {
            {"g:h", NULL},
            {"g", "http://a/b/c/g"},
            {"./g", "http://a/b/c/g"},
            {"g/", "http://a/b/c/g/"},
            {"/g", "http://a/g"},
            {"//g", "http://g"},
            {"?y", "http://a/b/c/d;p?y"},
            {"g?y", "http://a/b/c/g?y"},
            {"#s", "http://a/b/c/d;p?q"},
            {"g#s", "http://a/b/c/g"},
            {"g?y#s", "http://a/b/c/g?y"},
            {";x", "http://a/b/c/;x"},
            {"g;x", "http://a/b/c/g;x"},
            {"g;x?y#s", "http://a/b/c/g;x?y"},
            {"", "http://a/b/c/d;p?q"},
            {".", "http://a/b/c/"},
            {"./", "http://a/b/c/"},
            {"..", "http://a/b/"},
            {"../", "http://a/b/"},
            {"../g", "http://a/b/g"},
            {"../..", "http://a/"},
            {"../../", "http://a/"},
            {"../../g", "http://a/g"},
            {"../../../g", "http://a/g"},
            {"../../../../g", "http://a/g"},
            {"/./g", "http://a/g"},
            {"/../g", "http://a/g"},
            {"g.", "http://a/b/c/g."},
            {".g", "http://a/b/c/.g"},
            {"g..", "http://a/b/c/g.."},
            {"..g", "http://a/b/c/..g"},
            {"./../g", "http://a/b/g"},
            {"./g/.", "http://a/b/c/g/"},
            {"g/./h", "http://a/b/c/g/h"},
            {"g/../h", "http://a/b/c/h"},
            {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
            {"g;x=1/../y", "http://a/b/c/y"},
            {"g?y/./x", "http://a/b/c/g?y/./x"},
            {"g?y/../x", "http://a/b/c/g?y/../x"},
            {"g#s/../x", "http://a/b/c/g"},
            {"http:g", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        resolves("http://a/b/c/d;p?q", cases[i][0], cases[i][1]);
}

static void resolves_what_servers_send(void)
{
    resolves("http://a:81/x", "https://b/y#z", "https://b/y");
    resolves("http://a", "g", "http://a/g");
    resolves("http://a", "", "http://a/");
    resolves("http://a", "?q", "http://a/?q");
    resolves("http://a?old", "?q", "http://a/?q");
    resolves("https://u:p@a:444/b/c?d", "/e", "https://u:p@a:444/e");
    resolves("https://a/b", "//c:8/d", "https://c:8/d");
    resolves("http://a/b", "/c//d", "http://a/c//d");
    resolves("http://a/b", "/c d", "http://a/c d"); // encoded when it becomes a target
    resolves("http://a/b", "mailto:x", NULL);
    resolves("http://a/b", "ftp://x/", NULL);
    resolves("http://a/b", "//", NULL);
    resolves("http://a/b", "http://[::bad:99999/", NULL);
    resolves("http://a/b", "http://127.0.0.1:99999/", NULL);
    resolves("nonsense", "/x", NULL);
    resolves("http://a/b", "1:2", "http://a/1:2"); // no scheme begins with a digit
}

TEST_MAIN(TEST(takes_urls_apart), TEST(refuses_what_is_no_url), TEST(targets_are_encoded),
          TEST(no_bytes_get_out_of_a_target), TEST(resolves_as_the_rfc_says),
          TEST(resolves_what_servers_send))
