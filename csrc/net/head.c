#include "net/head.h"

#include <string.h>

bool gs_slice_is(struct gs_slice slice, const char *lower)
{
    for (size_t i = 0; i < slice.len; i++) {
        char c = slice.data[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + 32);
        if (lower[i] == '\0' || c != lower[i])
            return false;
    }
    return lower[slice.len] == '\0';
}

static struct gs_slice trim(const char *from, const char *to)
{
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t' || to[-1] == '\r'))
        to--;
    return (struct gs_slice){from, (size_t)(to - from)};
}

static int fail(enum gs_err *err, enum gs_err what)
{
    *err = what;
    return -1;
}

static int parse_status_line(const char *line, const char *end, struct gs_head *head,
                             enum gs_err *err)
{
    if (end > line && end[-1] == '\r')
        end--;
    if (end - line < 12 || memcmp(line, "HTTP/1.", 7) != 0 || line[7] < '0' || line[7] > '9' ||
        line[8] != ' ')
        return fail(err, GS_E_STATUS_LINE);
    int status = 0;
    for (int i = 9; i < 12; i++) {
        if (line[i] < '0' || line[i] > '9')
            return fail(err, GS_E_STATUS_LINE);
        status = status * 10 + (line[i] - '0');
    }
    if (status < 100 || (end - line > 12 && line[12] != ' '))
        return fail(err, GS_E_STATUS_LINE);
    head->status = status;
    head->minor = line[7] - '0';
    if (end - line > 13)
        head->reason = (struct gs_slice){line + 13, (size_t)(end - line - 13)};
    return 0;
}

// RFC 9110 section 8.6: a list of equal values counts as that value.
static int parse_length(struct gs_slice value, struct gs_head *head, enum gs_err *err)
{
    size_t i = 0;
    do {
        while (i < value.len && (value.data[i] == ' ' || value.data[i] == '\t'))
            i++;
        int64_t n = 0;
        size_t first = i;
        for (; i < value.len && value.data[i] >= '0' && value.data[i] <= '9'; i++) {
            if (n > (INT64_MAX - 9) / 10)
                return fail(err, GS_E_LENGTH);
            n = n * 10 + (value.data[i] - '0');
        }
        if (i == first)
            return fail(err, GS_E_LENGTH);
        while (i < value.len && (value.data[i] == ' ' || value.data[i] == '\t'))
            i++;
        if (i < value.len && value.data[i] != ',')
            return fail(err, GS_E_LENGTH);
        if (head->length >= 0 && head->length != n)
            return fail(err, GS_E_LENGTHS_DIFFER);
        head->length = n;
    } while (i++ < value.len);
    return 0;
}

static void parse_connection(struct gs_slice value, struct gs_head *head)
{
    const char *at = value.data, *end = at + value.len;
    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        struct gs_slice word = trim(at, comma ? comma : end);
        if (gs_slice_is(word, "close"))
            head->close = true;
        else if (gs_slice_is(word, "keep-alive"))
            head->keep_alive = true;
        at = comma ? comma + 1 : end;
    }
}

static int parse_coding(struct gs_slice value, struct gs_head *head, enum gs_err *err)
{
    if (gs_slice_is(value, "chunked") && !head->chunked)
        head->chunked = true;
    else if (!gs_slice_is(value, "identity"))
        return fail(err, GS_E_ENCODING);
    return 0;
}

static bool is_token(const char *from, const char *to)
{
    for (; from < to; from++) {
        unsigned char c = (unsigned char)*from;
        if (c <= ' ' || c >= 127)
            return false;
    }
    return true;
}

// Only fields that steer the transport are looked at; length and first letter sort them out.
static int parse_field(const char *line, const char *end, struct gs_head *head, enum gs_err *err)
{
    const char *colon = memchr(line, ':', (size_t)(end - line));
    if (!colon || colon == line || !is_token(line, colon))
        return fail(err, GS_E_HEADER);
    struct gs_slice name = {line, (size_t)(colon - line)};
    switch (name.len) {
    case 8:
        if (gs_slice_is(name, "location"))
            head->location = trim(colon + 1, end);
        break;
    case 10:
        if (gs_slice_is(name, "connection"))
            parse_connection(trim(colon + 1, end), head);
        else if (gs_slice_is(name, "set-cookie"))
            head->cookies = true;
        break;
    case 14:
        if (gs_slice_is(name, "content-length"))
            return parse_length(trim(colon + 1, end), head, err);
        break;
    case 16:
        if (gs_slice_is(name, "content-encoding"))
            head->encoded = true;
        break;
    case 17:
        if (gs_slice_is(name, "transfer-encoding"))
            return parse_coding(trim(colon + 1, end), head, err);
        break;
    default:
        break;
    }
    return 0;
}

// Joins folded lines of a complete head by blanking the line breaks before white space.
static bool unfold(char *data, size_t len)
{
    bool folded = false;
    for (size_t i = 0; i + 1 < len; i++) {
        if (data[i] == '\n' && (data[i + 1] == ' ' || data[i + 1] == '\t')) {
            data[i] = ' ';
            if (i > 0 && data[i - 1] == '\r')
                data[i - 1] = ' ';
            folded = true;
        }
    }
    return folded;
}

// The end of the head (behind its blank line) or NULL, sought from *scanned.
static const char *find_end(const char *data, size_t len, size_t *scanned)
{
    const char *at = data + *scanned, *end = data + len;
    while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        if (at + 1 < end && at[1] == '\n')
            return at + 2;
        if (at + 2 < end && at[1] == '\r' && at[2] == '\n')
            return at + 3;
        at++;
    }
    *scanned = len > 3 ? len - 3 : 0;
    return NULL;
}

static int parse_lines(char *data, const char *end, struct gs_head *head, enum gs_err *err)
{
    *head = (struct gs_head){.length = -1};
    const char *line = data;
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    if (parse_status_line(line, stop, head, err) != 0)
        return -1;
    for (line = stop + 1; line < end; line = stop + 1) {
        stop = memchr(line, '\n', (size_t)(end - line));
        if (stop == line || (stop == line + 1 && *line == '\r'))
            return 0;
        if (parse_field(line, stop, head, err) != 0)
            return -1;
    }
    return 0;
}

static ssize_t check_partial(const char *data, size_t len, enum gs_err *err)
{
    static const char start[] = "HTTP/1.";
    size_t n = len < 7 ? len : 7;
    if (memcmp(data, start, n) != 0)
        return fail(err, GS_E_STATUS_LINE);
    if (len > GS_HEAD_MAX)
        return fail(err, GS_E_HEAD_TOO_LARGE);
    return 0;
}

ssize_t gs_head_parse(char *data, size_t len, size_t *scanned, struct gs_head *head,
                      enum gs_err *err)
{
    const char *end = find_end(data, len, scanned);
    if (!end)
        return check_partial(data, len, err);
    size_t size = (size_t)(end - data);
    if (size > GS_HEAD_MAX)
        return fail(err, GS_E_HEAD_TOO_LARGE);
    if (memchr(data, '\0', size))
        return fail(err, GS_E_HEADER);
    // a folded line has no name of its own, or leaves the field before it without its value
    if (parse_lines(data, end, head, err) != 0 &&
        (!unfold(data, size) || parse_lines(data, end, head, err) != 0))
        return -1;
    return (ssize_t)size;
}

bool gs_head_next(struct gs_slice head, size_t *at, struct gs_slice *name, struct gs_slice *value)
{
    const char *end = head.data + head.len;
    if (*at == 0) {
        const char *first = memchr(head.data, '\n', head.len);
        if (!first)
            return false;
        *at = (size_t)(first + 1 - head.data);
    }
    const char *line = head.data + *at;
    if (line >= end)
        return false;
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    const char *colon = stop ? memchr(line, ':', (size_t)(stop - line)) : NULL;
    if (!colon)
        return false;
    *name = (struct gs_slice){line, (size_t)(colon - line)};
    *value = trim(colon + 1, stop);
    *at = (size_t)(stop + 1 - head.data);
    return true;
}

struct gs_slice gs_head_find(struct gs_slice head, const char *lower_name)
{
    size_t at = 0;
    struct gs_slice name, value;
    while (gs_head_next(head, &at, &name, &value))
        if (gs_slice_is(name, lower_name))
            return value;
    return (struct gs_slice){NULL, 0};
}
