#include "target/parse.h"

// Where a character may stand: in a token (RFC 9110, 5.6.2), a request target, a field's value.
#define TOKEN 1
#define TARGET 2
#define VALUE 4
#define OTHER (TARGET | VALUE)
#define ANY (TOKEN | TARGET | VALUE)

static const unsigned char places[256] = {
        ['\t'] = VALUE,
        [' '] = VALUE,
        ['!'] = ANY,
        ['"'] = OTHER,
        ['#' ... '\''] = ANY,
        ['('] = OTHER,
        [')'] = OTHER,
        ['*'] = ANY,
        ['+'] = ANY,
        [','] = OTHER,
        ['-'] = ANY,
        ['.'] = ANY,
        ['/'] = OTHER,
        ['0' ... '9'] = ANY,
        [':' ... '@'] = OTHER,
        ['A' ... 'Z'] = ANY,
        ['[' ... ']'] = OTHER,
        ['^' ... 'z'] = ANY,
        ['{'] = OTHER,
        ['|'] = ANY,
        ['}'] = OTHER,
        ['~'] = ANY,
        [0x80 ... 0xff] = OTHER,
};

// Whether all of s may stand there. Nothing may not be a token.
static bool fits(struct gs_text s, unsigned place)
{
    unsigned all = place;
    for (size_t i = 0; i < s.len; i++)
        all &= places[(unsigned char)s.data[i]];
    return all == place && (s.len > 0 || place != TOKEN);
}

// An absolute URL (as sent to proxies) is answered by its path.
static void split_target(struct gs_parse *r, struct gs_text target)
{
    bool moved = false;
    if (target.len > 7 && target.data[0] != '/') {
        const char *slashes = memmem(target.data, target.len, "://", 3);
        if (slashes) {
            struct gs_text rest = {slashes + 3, target.len - (size_t)(slashes + 3 - target.data)};
            const char *slash = memchr(rest.data, '/', rest.len);
            target = slash ? (struct gs_text){slash, rest.len - (size_t)(slash - rest.data)}
                           : GS_TEXT("/");
            moved = true;
        }
    }
    r->query = target;
    r->path = gs_text_cut(&r->query, '?');
    r->key = (struct gs_text){NULL, 0};
    if (!moved)
        r->key = (struct gs_text){r->method.data, r->method.len + 1 + r->path.len};
}

static int parse_line(struct gs_parse *r, struct gs_text line)
{
    struct gs_text rest = line;
    r->method = gs_text_cut(&rest, ' ');
    struct gs_text target = gs_text_cut(&rest, ' ');
    if (!fits(r->method, TOKEN) || r->method.len > 32 || !target.len || !fits(target, TARGET))
        return -400;
    if (gs_text_is(rest, "HTTP/1.1"))
        r->old = false;
    else if (gs_text_is(rest, "HTTP/1.0"))
        r->old = true;
    else
        return rest.len == 8 && memcmp(rest.data, "HTTP/", 5) == 0 ? -505 : -400;
    r->keep_alive = !r->old;
    split_target(r, target);
    return 0;
}

static int take_length(struct gs_parse *r, struct gs_text value, bool *seen)
{
    uint64_t length;
    if (!gs_text_number(value, UINT64_MAX, &length) || (*seen && length != r->length))
        return -400;
    *seen = true;
    r->length = length;
    return length > GS_PARSE_BODY_MAX ? -413 : 0;
}

static void take_connection(struct gs_parse *r, struct gs_text value)
{
    while (value.len) {
        struct gs_text word = gs_text_trim(gs_text_cut(&value, ','));
        if (gs_text_like(word, GS_TEXT("close")))
            r->keep_alive = false;
        else if (gs_text_like(word, GS_TEXT("keep-alive")) && r->old)
            r->keep_alive = true;
    }
}

// What a header means for the framing; the length tells most others apart at once.
static int take_meaning(struct gs_parse *r, const struct gs_parse_field *h, bool *length_seen)
{
    switch (h->name.len) {
    case 6:
        if (gs_text_like(h->name, GS_TEXT("expect")))
            r->expect = gs_text_like(h->value, GS_TEXT("100-continue"));
        return 0;
    case 10:
        if (gs_text_like(h->name, GS_TEXT("connection")))
            take_connection(r, h->value);
        return 0;
    case 14:
        if (gs_text_like(h->name, GS_TEXT("content-length")))
            return take_length(r, h->value, length_seen);
        return 0;
    case 17:
        if (!gs_text_like(h->name, GS_TEXT("transfer-encoding")))
            return 0;
        if (r->chunked || !gs_text_like(h->value, GS_TEXT("chunked")))
            return -501;
        r->chunked = true;
        return 0;
    default:
        return 0;
    }
}

static int parse_header(struct gs_parse *r, struct gs_text line, bool *length_seen)
{
    if (r->header_count == GS_PARSE_HEADERS)
        return -431;
    const char *colon = memchr(line.data, ':', line.len);
    if (!colon)
        return -400;
    struct gs_parse_field *h = &r->headers[r->header_count++];
    h->name = (struct gs_text){line.data, (size_t)(colon - line.data)};
    h->value = gs_text_trim((struct gs_text){colon + 1, line.len - h->name.len - 1});
    if (!fits(h->name, TOKEN) || !fits(h->value, VALUE))
        return -400;
    return take_meaning(r, h, length_seen);
}

// The next line without its CRLF; 1, 0 (not complete) or -400 (a bare line feed).
static int next_line(const char **at, const char *end, struct gs_text *line)
{
    const char *feed = memchr(*at, '\n', (size_t)(end - *at));
    if (!feed)
        return 0;
    if (feed == *at || feed[-1] != '\r')
        return -400;
    *line = (struct gs_text){*at, (size_t)(feed - 1 - *at)};
    *at = feed + 1;
    return 1;
}

static int want_more(size_t len)
{
    return len >= GS_PARSE_HEAD_MAX ? -431 : 0;
}

int gs_parse_head(struct gs_parse *r, const char *data, size_t len)
{
    const char *at = data, *end = data + (len < GS_PARSE_HEAD_MAX ? len : GS_PARSE_HEAD_MAX);
    bool length_seen = false;
    struct gs_text line;
    r->header_count = 0;
    r->expect = r->chunked = false;
    r->length = 0;
    // An empty line before a request is forgiven (RFC 9112, 2.2).
    while (end - at >= 2 && at[0] == '\r' && at[1] == '\n')
        at += 2;
    int rc = next_line(&at, end, &line);
    if (rc <= 0)
        return rc < 0 ? rc : want_more(len);
    if ((rc = parse_line(r, line)) < 0)
        return rc;
    for (;;) {
        if ((rc = next_line(&at, end, &line)) <= 0)
            return rc < 0 ? rc : want_more(len);
        if (line.len == 0)
            break;
        if ((rc = parse_header(r, line, &length_seen)) < 0)
            return rc;
    }
    r->head_len = (size_t)(at - data);
    return r->chunked && (length_seen || r->old) ? -400 : 1;
}

struct gs_text gs_parse_find(const struct gs_parse *r, const char *name)
{
    struct gs_text wanted = {name, strlen(name)};
    for (int i = 0; i < r->header_count; i++)
        if (gs_text_like(r->headers[i].name, wanted))
            return r->headers[i].value;
    return (struct gs_text){NULL, 0};
}

enum { SIZE, SIZE_REST, SIZE_FEED, DATA, DATA_RETURN, DATA_FEED, TRAILER, TRAILER_FEED };

#define LINE_MAX_LEN 8192

void gs_parse_body_init(struct gs_parse_body *b, const struct gs_parse *r)
{
    *b = (struct gs_parse_body){.chunked = r->chunked, .left = r->length};
    b->done = !r->chunked && r->length == 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// In the line of a chunk's size.
static int step_size(struct gs_parse_body *b, char c)
{
    int digit = hex_digit(c);
    if (b->step == SIZE && digit >= 0) {
        b->left = b->left * 16 + (uint64_t)digit;
        if (b->left > GS_PARSE_BODY_MAX || b->total + b->left > GS_PARSE_BODY_MAX)
            return -413;
    } else if (b->step == SIZE_FEED) {
        if (c != '\n')
            return -400;
        b->step = b->left ? DATA : TRAILER;
        b->line = 0;
        return 0;
    } else if (b->line == 0 || (b->step == SIZE && c != ';' && c != ' ' && c != '\r')) {
        return -400;
    } else {
        b->step = c == '\r' ? SIZE_FEED : SIZE_REST;
    }
    return ++b->line > LINE_MAX_LEN ? -400 : 0;
}

// Behind a chunk's data, and in the trailer section, whose fields are dropped.
static int step_line(struct gs_parse_body *b, char c)
{
    switch (b->step) {
    case DATA_RETURN:
        b->step = DATA_FEED;
        return c == '\r' ? 0 : -400;
    case DATA_FEED:
        b->step = SIZE;
        b->left = 0;
        b->line = 0;
        return c == '\n' ? 0 : -400;
    case TRAILER:
        if (c == '\r')
            b->step = TRAILER_FEED;
        else if (++b->line > LINE_MAX_LEN || c == '\n')
            return -400;
        return 0;
    default:
        if (c != '\n')
            return -400;
        b->done = b->line == 0;
        b->line = 0;
        b->step = TRAILER;
        return 0;
    }
}

static size_t take_data(struct gs_parse_body *b, const char *data, size_t len,
                        struct gs_text *piece)
{
    size_t n = len < b->left ? len : (size_t)b->left;
    *piece = (struct gs_text){data, n};
    b->left -= n;
    b->total += n;
    return n;
}

ssize_t gs_parse_body_feed(struct gs_parse_body *b, const char *data, size_t len,
                           struct gs_text *piece)
{
    *piece = (struct gs_text){data, 0};
    if (!b->chunked) {
        size_t n = take_data(b, data, len, piece);
        b->done = b->left == 0;
        return (ssize_t)n;
    }
    size_t i = 0;
    while (i < len && !b->done) {
        if (b->step == DATA) {
            i += take_data(b, data + i, len - i, piece);
            if (b->left == 0)
                b->step = DATA_RETURN;
            return (ssize_t)i;
        }
        int rc = b->step < DATA ? step_size(b, data[i]) : step_line(b, data[i]);
        if (rc < 0)
            return rc;
        i++;
    }
    return (ssize_t)i;
}
