#include "net/cookie.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct parsed {
    struct gs_slice name, value, domain, path;
    int64_t expires;
    bool secure;
};

static struct gs_slice trim(struct gs_slice s)
{
    while (s.len && (s.data[0] == ' ' || s.data[0] == '\t')) {
        s.data++;
        s.len--;
    }
    while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
        s.len--;
    return s;
}

static bool same_case(struct gs_slice a, struct gs_slice b)
{
    return a.len == b.len && (a.len == 0 || strncasecmp(a.data, b.data, a.len) == 0);
}

static bool same(struct gs_slice a, struct gs_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static bool take_number(const char **at, const char *end, int most, int *out)
{
    int digits = 0, value = 0;
    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++, digits++)
        if (digits < 6)
            value = value * 10 + (**at - '0');
    *out = value;
    return digits > 0 && digits <= most;
}

// Days since 1970-01-01 of a civil date (Hinnant, "chrono-compatible low-level date algorithms").
static int64_t days_from_civil(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int month_of(const char *s)
{
    static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (int i = 0; i < 12; i++)
        if (strncasecmp(s, months + 3 * i, 3) == 0)
            return i + 1;
    return 0;
}

struct date {
    int day, month, year, hour, minute, second;
};

// One token of a date (RFC 6265 section 5.1.1): a time, a month name, a day or a year.
static void date_token(const char *from, const char *end, struct date *date)
{
    const char *at = from;
    int a, b, c;
    if (date->hour < 0 && take_number(&at, end, 2, &a) && at < end && *at == ':') {
        at++;
        if (take_number(&at, end, 2, &b) && at < end && *at++ == ':' &&
            take_number(&at, end, 2, &c)) {
            date->hour = a;
            date->minute = b;
            date->second = c;
        }
        return;
    }
    at = from;
    if (*at >= '0' && *at <= '9') {
        take_number(&at, end, 4, &a);
        if (date->day < 0 && at - from <= 2)
            date->day = a;
        else if (date->year < 0)
            date->year = a < 70 ? a + 2000 : a < 100 ? a + 1900 : a;
    } else if (date->month == 0 && end - from >= 3) {
        date->month = month_of(from);
    }
}

int64_t gs_cookie_date(struct gs_slice text)
{
    struct date date = {.day = -1, .year = -1, .hour = -1};
    const char *at = text.data, *end = text.data + text.len;
    while (at < end) {
        while (at < end && (strchr(" ,-/\t", *at) && *at))
            at++;
        const char *from = at;
        while (at < end && !(strchr(" ,-/\t", *at) && *at))
            at++;
        if (at > from)
            date_token(from, at, &date);
    }
    if (date.day < 1 || date.day > 31 || date.month < 1 || date.year < 1601 || date.hour < 0 ||
        date.hour > 23 || date.minute > 59 || date.second > 59)
        return -1;
    int64_t days = days_from_civil(date.year, date.month, date.day);
    int64_t seconds = days * 86400 + date.hour * 3600 + date.minute * 60 + date.second;
    return seconds < 0 ? 0 : seconds;
}

static void parse_attribute(struct parsed *p, struct gs_slice name, struct gs_slice value,
                            int64_t now_s, bool *max_age)
{
    if (gs_slice_is(name, "domain")) {
        if (value.len && value.data[0] == '.') {
            value.data++;
            value.len--;
        }
        p->domain = value;
    } else if (gs_slice_is(name, "path")) {
        p->path = value.len && value.data[0] == '/' ? value : (struct gs_slice){NULL, 0};
    } else if (gs_slice_is(name, "secure")) {
        p->secure = true;
    } else if (gs_slice_is(name, "max-age")) {
        const char *at = value.data, *end = at + value.len;
        bool negative = at < end && *at == '-';
        int64_t seconds = 0;
        for (at += negative; at < end && *at >= '0' && *at <= '9'; at++)
            if (seconds < 10000000000LL)
                seconds = seconds * 10 + (*at - '0');
        if (at < end || value.len == (size_t)negative)
            return; // no number: as if it were not there (RFC 6265 section 5.2.2)
        p->expires = negative || seconds == 0 ? 0 : now_s + seconds;
        *max_age = true;
    } else if (gs_slice_is(name, "expires") && !*max_age) {
        int64_t at = gs_cookie_date(value);
        if (at >= 0)
            p->expires = at;
    }
}

static bool parse(struct parsed *p, struct gs_slice header, int64_t now_s)
{
    *p = (struct parsed){.expires = INT64_MAX};
    const char *at = header.data, *end = at + header.len;
    bool first = true, max_age = false;
    while (at <= end) {
        const char *stop = at < end ? memchr(at, ';', (size_t)(end - at)) : NULL;
        if (!stop)
            stop = end;
        const char *equals = stop > at ? memchr(at, '=', (size_t)(stop - at)) : NULL;
        struct gs_slice name = {at, (size_t)((equals ? equals : stop) - at)};
        struct gs_slice value = {equals ? equals + 1 : stop,
                                 (size_t)(stop - (equals ? equals + 1 : stop))};
        name = trim(name);
        value = trim(value);
        if (first) {
            if (!equals || name.len == 0)
                return false;
            p->name = name;
            p->value = value;
            first = false;
        } else {
            parse_attribute(p, name, value, now_s, &max_age);
        }
        at = stop + 1;
    }
    return p->name.len + p->value.len <= GS_COOKIE_BYTES_MAX;
}

static bool is_address(struct gs_slice host)
{
    if (memchr(host.data, ':', host.len))
        return true;
    for (size_t i = 0; i < host.len; i++)
        if (host.data[i] != '.' && (host.data[i] < '0' || host.data[i] > '9'))
            return false;
    return true;
}

static bool domain_matches(struct gs_slice host, struct gs_slice domain)
{
    if (same_case(host, domain))
        return true;
    if (domain.len == 0 || host.len <= domain.len || is_address(host))
        return false;
    struct gs_slice tail = {host.data + host.len - domain.len, domain.len};
    return tail.data[-1] == '.' && same_case(tail, domain);
}

static bool path_matches(struct gs_slice target, struct gs_slice path)
{
    if (target.len < path.len || memcmp(target.data, path.data, path.len) != 0)
        return false;
    return target.len == path.len || path.data[path.len - 1] == '/' ||
           strchr("/?", target.data[path.len]) != NULL;
}

static struct gs_slice default_path(struct gs_slice target)
{
    size_t last = 0;
    for (size_t i = 0; i < target.len && target.data[i] != '?'; i++)
        if (target.data[i] == '/')
            last = i;
    return last == 0 ? GS_SLICE("/") : (struct gs_slice){target.data, last};
}

static void drop(struct gs_jar *jar, uint32_t index)
{
    free(jar->items[index].text);
    memmove(&jar->items[index], &jar->items[index + 1],
            (jar->count - index - 1) * sizeof *jar->items);
    jar->count--;
}

static int store(struct gs_jar *jar, const struct parsed *p, bool host_only)
{
    uint32_t place = jar->count;
    for (uint32_t i = 0; i < jar->count; i++) {
        struct gs_cookie *c = &jar->items[i];
        if (same(gs_cookie_name(c), p->name) && same_case(gs_cookie_domain(c), p->domain) &&
            same(gs_cookie_path(c), p->path))
            place = i;
    }
    size_t size = p->name.len + p->value.len + p->domain.len + p->path.len + 4;
    char *text = malloc(size);
    if (!text)
        return -1;
    if (place == jar->count && jar->count == GS_COOKIES_MAX) {
        drop(jar, 0);
        place--;
    }
    if (place == jar->count && jar->count == jar->cap) {
        uint32_t cap = jar->cap ? jar->cap * 2 : 2;
        struct gs_cookie *items = realloc(jar->items, cap * sizeof *items);
        if (!items) {
            free(text);
            return -1;
        }
        jar->items = items;
        jar->cap = cap;
    }
    const struct gs_slice parts[] = {p->name, p->value, p->domain, p->path};
    char *to = text;
    for (int i = 0; i < 4; i++) {
        if (parts[i].len)
            memcpy(to, parts[i].data, parts[i].len);
        to += parts[i].len;
        *to++ = '\0';
    }
    if (place == jar->count)
        jar->count++;
    else
        free(jar->items[place].text);
    jar->items[place] = (struct gs_cookie){.text = text,
                                           .name_len = (uint32_t)p->name.len,
                                           .value_len = (uint32_t)p->value.len,
                                           .domain_len = (uint32_t)p->domain.len,
                                           .path_len = (uint32_t)p->path.len,
                                           .expires = p->expires,
                                           .host_only = host_only,
                                           .secure = p->secure};
    return 0;
}

void gs_jar_fini(struct gs_jar *jar)
{
    for (uint32_t i = 0; i < jar->count; i++)
        free(jar->items[i].text);
    free(jar->items);
    *jar = (struct gs_jar){0};
}

// A bare CR comes through as part of a header line; what is sent back must not hold one.
static bool has_controls(struct gs_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c < ' ' && c != '\t') || c == 127)
            return true;
    }
    return false;
}

void gs_jar_receive(struct gs_jar *jar, struct gs_slice header, struct gs_slice host,
                    struct gs_slice target, int64_t now_s)
{
    struct parsed p;
    if (has_controls(header) || !parse(&p, header, now_s))
        return;
    bool host_only = p.domain.len == 0;
    if (host_only)
        p.domain = host;
    else if (!domain_matches(host, p.domain) ||
             (!memchr(p.domain.data, '.', p.domain.len) && !same_case(host, p.domain)))
        return;
    if (p.path.len == 0)
        p.path = default_path(target);
    if (p.expires <= now_s)
        gs_jar_remove(jar, p.name, p.domain, p.path);
    else
        store(jar, &p, host_only);
}

static bool is_clean(struct gs_slice text, const char *banned)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < ' ' || c == 127 || strchr(banned, c))
            return false;
    }
    return true;
}

int gs_jar_set(struct gs_jar *jar, struct gs_slice name, struct gs_slice value,
               struct gs_slice domain, struct gs_slice path)
{
    if (name.len == 0 || name.len + value.len > GS_COOKIE_BYTES_MAX || domain.len > 255 ||
        path.len > 4096 || !is_clean(name, ";= ") || !is_clean(value, ";") ||
        !is_clean(domain, ";") || !is_clean(path, ";"))
        return -1;
    if (domain.len && domain.data[0] == '.') {
        domain.data++;
        domain.len--;
    }
    struct parsed p = {.name = name,
                       .value = value,
                       .domain = domain,
                       .path = path.len ? path : GS_SLICE("/"),
                       .expires = INT64_MAX};
    return store(jar, &p, false);
}

uint32_t gs_jar_remove(struct gs_jar *jar, struct gs_slice name, struct gs_slice domain,
                       struct gs_slice path)
{
    uint32_t before = jar->count;
    for (uint32_t i = jar->count; i-- > 0;) {
        const struct gs_cookie *c = &jar->items[i];
        if ((name.len == 0 || same(gs_cookie_name(c), name)) &&
            (domain.len == 0 || same_case(gs_cookie_domain(c), domain)) &&
            (path.len == 0 || same(gs_cookie_path(c), path)))
            drop(jar, i);
    }
    return before - jar->count;
}

static bool is_sent(const struct gs_cookie *c, struct gs_slice host, struct gs_slice target,
                    bool secure)
{
    struct gs_slice domain = gs_cookie_domain(c);
    if (c->secure && !secure)
        return false;
    if (domain.len && !(c->host_only ? same_case(host, domain) : domain_matches(host, domain)))
        return false;
    return path_matches(target, gs_cookie_path(c));
}

// Is there a cookie of that name in "a=b; c=d"?
static bool names_cookie(const char *list, struct gs_slice name)
{
    for (const char *at = list; at; at = strstr(at, "; ")) {
        if (at != list)
            at += 2;
        if (strncmp(at, name.data, name.len) == 0 && at[name.len] == '=')
            return true;
    }
    return false;
}

int gs_jar_write(struct gs_jar *jar, struct gs_buf *out, struct gs_slice host,
                 struct gs_slice target, bool secure, int64_t now_s, const char *except)
{
    uint32_t chosen[GS_COOKIES_MAX];
    int n = 0;
    for (uint32_t i = 0; i < jar->count;) {
        if (jar->items[i].expires <= now_s) {
            drop(jar, i);
            continue;
        }
        if (is_sent(&jar->items[i], host, target, secure) &&
            !names_cookie(except, gs_cookie_name(&jar->items[i]))) {
            int at = n++;
            for (; at > 0 && jar->items[chosen[at - 1]].path_len < jar->items[i].path_len; at--)
                chosen[at] = chosen[at - 1];
            chosen[at] = i;
        }
        i++;
    }
    for (int i = 0; i < n; i++) {
        const struct gs_cookie *c = &jar->items[chosen[i]];
        if ((i > 0 && gs_buf_add(out, "; ", 2) != 0) ||
            gs_buf_add(out, c->text, c->name_len) != 0 || gs_buf_add(out, "=", 1) != 0 ||
            gs_buf_add(out, c->text + c->name_len + 1, c->value_len) != 0)
            return -1;
    }
    return n;
}
