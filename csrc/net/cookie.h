// cookie: one user's cookies (RFC 6265). Pure: the wall-clock time is an argument.
// At most GS_COOKIES_MAX, the oldest leaves first. Lane thread.
#ifndef GS_NET_COOKIE_H
#define GS_NET_COOKIE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/head.h"

#define GS_COOKIES_MAX 300
#define GS_COOKIE_BYTES_MAX 8192

struct gs_cookie {
    char *text; // name NUL value NUL domain NUL path NUL
    uint32_t name_len, value_len, domain_len, path_len;
    int64_t expires; // unix seconds; INT64_MAX: with the session
    bool host_only, secure;
};

struct gs_jar {
    struct gs_cookie *items;
    uint32_t count, cap;
};

static inline struct gs_slice gs_cookie_name(const struct gs_cookie *c)
{
    return (struct gs_slice){c->text, c->name_len};
}
static inline struct gs_slice gs_cookie_value(const struct gs_cookie *c)
{
    return (struct gs_slice){c->text + c->name_len + 1, c->value_len};
}
static inline struct gs_slice gs_cookie_domain(const struct gs_cookie *c)
{
    return (struct gs_slice){c->text + c->name_len + c->value_len + 2, c->domain_len};
}
static inline struct gs_slice gs_cookie_path(const struct gs_cookie *c)
{
    return (struct gs_slice){c->text + c->name_len + c->value_len + c->domain_len + 3, c->path_len};
}

void gs_jar_fini(struct gs_jar *jar);

// Stores the cookie of one Set-Cookie value received from host and target (path and query).
// A cookie that is malformed or for another domain is ignored, as browsers do; one that has
// expired removes its namesake.
void gs_jar_receive(struct gs_jar *jar, struct gs_slice header, struct gs_slice host,
                    struct gs_slice target, int64_t now_s);

// Stores a cookie set by the script; domain may be empty: sent to every host. Returns 0, or -1:
// too long, a control character or ';' in it, or no memory.
int gs_jar_set(struct gs_jar *jar, struct gs_slice name, struct gs_slice value,
               struct gs_slice domain, struct gs_slice path);

// Removes cookies of that name (empty: all), domain (empty: any) and path (empty: any).
// Returns how many.
uint32_t gs_jar_remove(struct gs_jar *jar, struct gs_slice name, struct gs_slice domain,
                       struct gs_slice path);

// Appends "name=value; name=value" of all cookies for this request, longest path first, to
// `out`, but for those that `except` ("name=value; ..." or NULL) names too. Returns the number of
// cookies, or -1 without memory.
int gs_jar_write(struct gs_jar *jar, struct gs_buf *out, struct gs_slice host,
                 struct gs_slice target, bool secure, int64_t now_s, const char *except);

// Seconds since 1970 of an HTTP or cookie date in any of the usual forms, or -1.
int64_t gs_cookie_date(struct gs_slice text);

#endif
