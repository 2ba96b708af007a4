#include "net/url.h"

#include <string.h>

static bool starts(struct gs_slice text, const char *lower)
{
    size_t n = strlen(lower);
    return text.len >= n && gs_slice_is((struct gs_slice){text.data, n}, lower);
}

static bool parse_port(struct gs_slice text, struct gs_url *url)
{
    unsigned port = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        port = port * 10 + (unsigned)(text.data[i] - '0');
        if (port > 65535)
            return false;
    }
    if (text.len > 0) {
        if (port == 0)
            return false;
        url->port = (uint16_t)port;
        url->port_given = true;
    }
    return true;
}

static bool parse_host(struct gs_slice text, struct gs_url *url)
{
    const char *end = text.data + text.len, *port = NULL;
    if (text.len && text.data[0] == '[') {
        const char *bracket = memchr(text.data, ']', text.len);
        if (!bracket || (bracket + 1 < end && bracket[1] != ':'))
            return false;
        url->host = (struct gs_slice){text.data + 1, (size_t)(bracket - text.data - 1)};
        port = bracket + 1 < end ? bracket + 1 : NULL;
    } else {
        port = memchr(text.data, ':', text.len);
        url->host = (struct gs_slice){text.data, port ? (size_t)(port - text.data) : text.len};
    }
    if (url->host.len == 0 || url->host.len > 255)
        return false;
    for (size_t i = 0; i < url->host.len; i++) {
        unsigned char c = (unsigned char)url->host.data[i];
        if (c <= ' ' || c == 127 || strchr("\"<>\\^`{|}%", c))
            return false;
    }
    if (!port)
        return true;
    port++;
    return parse_port((struct gs_slice){port, (size_t)(end - port)}, url);
}

bool gs_url_parse(struct gs_slice text, struct gs_url *url)
{
    *url = (struct gs_url){0};
    size_t scheme = starts(text, "http://") ? 7 : starts(text, "https://") ? 8 : 0;
    if (!scheme)
        return false;
    url->tls = scheme == 8;
    url->port = url->tls ? 443 : 80;
    const char *from = text.data + scheme, *end = text.data + text.len, *stop = from;
    while (stop < end && *stop != '/' && *stop != '?' && *stop != '#')
        stop++;
    struct gs_slice authority = {from, (size_t)(stop - from)};
    for (const char *at = stop; at > from; at--) {
        if (at[-1] == '@') {
            url->userinfo = (struct gs_slice){from, (size_t)(at - 1 - from)};
            authority = (struct gs_slice){at, (size_t)(stop - at)};
            break;
        }
    }
    const char *hash = stop < end ? memchr(stop, '#', (size_t)(end - stop)) : NULL;
    url->target = (struct gs_slice){stop, (size_t)((hash ? hash : end) - stop)};
    return parse_host(authority, url);
}

int gs_url_add_target(struct gs_buf *out, struct gs_slice raw)
{
    static const char digits[] = "0123456789ABCDEF";
    if (gs_buf_reserve(out, raw.len * 3 + 1) != 0)
        return -1;
    char *to = out->data + out->len;
    if (raw.len == 0 || raw.data[0] != '/')
        *to++ = '/';
    for (size_t i = 0; i < raw.len; i++) {
        unsigned char c = (unsigned char)raw.data[i];
        if (c == '#')
            break;
        if (c > ' ' && c < 127 && c != '"' && c != '<' && c != '>') {
            *to++ = (char)c;
            continue;
        }
        *to++ = '%';
        *to++ = digits[c >> 4];
        *to++ = digits[c & 15];
    }
    out->len = (size_t)(to - out->data);
    return 0;
}

static size_t path_length(struct gs_slice target)
{
    const char *query = memchr(target.data, '?', target.len);
    return query ? (size_t)(query - target.data) : target.len;
}

// Appends a path without its "." and ".." segments (RFC 3986 section 5.2.4).
static int add_clean_path(struct gs_buf *out, struct gs_slice path)
{
    size_t root = out->len;
    const char *at = path.data, *end = at + path.len;
    while (at < end) {
        const char *from = *at == '/' ? at + 1 : at;
        const char *stop = memchr(from, '/', (size_t)(end - from));
        size_t n = (size_t)((stop ? stop : end) - from);
        bool dot = n == 1 && from[0] == '.';
        bool dots = n == 2 && from[0] == '.' && from[1] == '.';
        if (dots)
            while (out->len > root && out->data[--out->len] != '/')
                continue;
        if (dot || dots) {
            if (!stop && gs_buf_add(out, "/", 1) != 0)
                return -1;
        } else if (gs_buf_add(out, "/", 1) != 0 || gs_buf_add(out, from, n) != 0) {
            return -1;
        }
        at = stop ? stop : end;
    }
    return out->len == root ? gs_buf_add(out, "/", 1) : 0;
}

// The target of a relative reference on a page with this target.
static int add_relative(struct gs_buf *out, struct gs_slice base, struct gs_slice reference)
{
    size_t base_path = path_length(base);
    if (reference.len == 0 || reference.data[0] == '?') {
        size_t keep = reference.len == 0 ? base.len : base_path;
        if (base_path == 0 && gs_buf_add(out, "/", 1) != 0)
            return -1;
        return gs_buf_add(out, base.data, keep) != 0 ||
                               gs_buf_add(out, reference.data, reference.len) != 0
                       ? -1
                       : 0;
    }
    size_t ref_path = path_length(reference);
    struct gs_buf joined = GS_BUF_EMPTY;
    int rc = 0;
    if (reference.data[0] != '/') {
        while (base_path > 0 && base.data[base_path - 1] != '/')
            base_path--;
        rc = base_path ? gs_buf_add(&joined, base.data, base_path) : gs_buf_add(&joined, "/", 1);
    }
    if (rc == 0)
        rc = gs_buf_add(&joined, reference.data, ref_path);
    if (rc == 0)
        rc = add_clean_path(out, (struct gs_slice){joined.data, joined.len});
    gs_buf_fini(&joined);
    if (rc == 0)
        rc = gs_buf_add(out, reference.data + ref_path, reference.len - ref_path);
    return rc;
}

static bool has_scheme(struct gs_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool alpha = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        if (c == ':')
            return i > 0;
        if (!alpha && !(i > 0 && ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')))
            return false;
    }
    return false;
}

int gs_url_resolve(struct gs_buf *out, struct gs_slice base, struct gs_slice reference)
{
    const char *hash = memchr(reference.data, '#', reference.len);
    if (hash)
        reference.len = (size_t)(hash - reference.data);
    struct gs_url url;
    size_t start = out->len;
    if (has_scheme(reference)) {
        if (!gs_url_parse(reference, &url))
            return -1;
        return gs_buf_add(out, reference.data, reference.len);
    }
    if (!gs_url_parse(base, &url))
        return -1;
    if (reference.len >= 2 && reference.data[0] == '/' && reference.data[1] == '/') {
        if (gs_buf_str(out, url.tls ? "https:" : "http:") != 0 ||
            gs_buf_add(out, reference.data, reference.len) != 0)
            return -1;
        struct gs_slice made = {out->data + start, out->len - start};
        return gs_url_parse(made, &url) ? 0 : -1;
    }
    size_t origin = (size_t)(url.target.data - base.data);
    if (gs_buf_add(out, base.data, origin) != 0)
        return -1;
    return add_relative(out, url.target, reference);
}
