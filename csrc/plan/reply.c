#include "plan/reply.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plan/json.h"
#include "plan/known.h"

struct gs_reply *gs_reply_new(void)
{
    struct gs_reply *reply = calloc(1, sizeof *reply);
    if (reply)
        reply->object = (struct gs_object){.refs = 1, .tag = GS_REPLY};
    return reply;
}

void gs_reply_free(struct gs_reply *reply)
{
    if (reply->left)
        reply->left(reply);
    gs_drop(reply->url);
    gs_drop(reply->text);
    gs_drop(reply->failure);
    if (reply->python)
        gs_drop(GS_VALUE(GS_PYTHON, pyref, reply->python));
    gs_buf_fini(&reply->own_head);
    gs_buf_fini(&reply->own_body);
    free(reply);
}

bool gs_reply_own(struct gs_reply *reply)
{
    if (!reply->borrowed)
        return true;
    if (gs_buf_add(&reply->own_head, reply->head, reply->head_len) != 0 ||
        gs_buf_add(&reply->own_body, reply->body, reply->body_len) != 0)
        return false;
    reply->head = reply->own_head.data;
    reply->body = reply->own_body.data;
    reply->borrowed = false;
    for (struct gs_view *view = reply->views; view; view = view->next)
        view->text = reply->body;
    return true;
}

void gs_reply_bare(struct gs_reply *reply)
{
    reply->own_head = reply->own_body = (struct gs_buf)GS_BUF_EMPTY;
    reply->head = reply->body = NULL;
    reply->head_len = reply->body_len = 0;
    reply->borrowed = false;
}

void gs_reply_forget(struct gs_reply *reply, const struct gs_view *view)
{
    for (struct gs_view **at = &reply->views; *at; at = &(*at)->next)
        if (*at == view) {
            *at = view->next;
            return;
        }
}

const char *gs_reply_field(const struct gs_reply *reply, const char *lower, size_t *len)
{
    const char *at = reply->head, *end = at + reply->head_len;
    size_t n = strlen(lower);
    while (at && at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        at++;
        if ((size_t)(end - at) <= n || at[n] != ':' || strncasecmp(at, lower, n) != 0)
            continue;
        const char *from = at + n + 1, *to = memchr(from, '\n', (size_t)(end - from));
        if (!to)
            to = end;
        while (from < to && (*from == ' ' || *from == '\t'))
            from++;
        while (to > from && (to[-1] == '\r' || to[-1] == ' ' || to[-1] == '\t'))
            to--;
        *len = (size_t)(to - from);
        return from;
    }
    return NULL;
}

// ---- text -------------------------------------------------------------------------------------

enum charset { UTF8, LATIN1, OTHER };

static enum charset charset_named(const char *name, size_t len)
{
    static const struct {
        const char *name;
        enum charset charset;
    } known[] = {{"utf-8", UTF8},
                 {"utf8", UTF8},
                 {"iso-8859-1", LATIN1},
                 {"latin-1", LATIN1},
                 {"latin1", LATIN1}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == len && strncasecmp(known[i].name, name, len) == 0)
            return known[i].charset;
    return OTHER;
}

// As requests: the charset, ISO-8859-1 for text without one, else UTF-8.
static enum charset charset_of(const struct gs_reply *reply)
{
    size_t len;
    const char *type = gs_reply_field(reply, "content-type", &len);
    if (!type)
        return UTF8;
    const char *at = type, *end = type + len;
    for (; end - at > 8; at++) {
        if (strncasecmp(at, "charset", 7) != 0)
            continue;
        for (at += 7; at < end && *at == ' ';)
            at++;
        if (at == end || *at++ != '=')
            return OTHER;
        while (at < end && (*at == ' ' || *at == '"' || *at == '\''))
            at++;
        const char *to = at;
        while (to < end && *to != ';' && *to != '"' && *to != '\'' && *to != ' ')
            to++;
        return charset_named(at, (size_t)(to - at));
    }
    return len >= 5 && strncasecmp(type, "text/", 5) == 0 ? LATIN1 : UTF8;
}

static struct gs_value of_latin1(const char *data, size_t len)
{
    size_t high = 0, at = 0;
    for (size_t i = 0; i < len; i++)
        high += (unsigned char)data[i] >> 7;
    if (high == 0)
        return gs_str_new(data, len, len);
    struct gs_str *s = gs_str_room(len + high, len, GS_STR);
    for (size_t i = 0; s && i < len; i++) {
        unsigned char c = (unsigned char)data[i];
        if (c >= 0x80)
            s->data[at++] = (char)(0xc0 | c >> 6);
        s->data[at++] = c >= 0x80 ? (char)(0x80 | (c & 0x3f)) : (char)c;
    }
    return s ? GS_VALUE(GS_STR, str, s) : (struct gs_value){.tag = GS_UNSET};
}

bool gs_reply_text(struct gs_reply *reply, struct gs_value *out)
{
    if (reply->text.tag == GS_UNSET) {
        if (reply->cut || reply->encoded || gs_is_gone(&reply->object))
            return false;
        enum charset charset = charset_of(reply);
        if (charset == OTHER || (charset == UTF8 && !gs_utf8_valid(reply->body, reply->body_len)))
            return false;
        reply->text = charset == UTF8 ? gs_str_of_utf8(reply->body, reply->body_len)
                                      : of_latin1(reply->body, reply->body_len);
    }
    *out = gs_keep(reply->text);
    return out->tag != GS_UNSET;
}

bool gs_reply_content(struct gs_reply *reply, struct gs_value *out)
{
    if (reply->cut || reply->encoded || gs_is_gone(&reply->object))
        return false;
    *out = gs_bytes_new(reply->body, reply->body_len);
    return out->tag != GS_UNSET;
}

bool gs_reply_reason(const struct gs_reply *reply, struct gs_value *out)
{
    const char *end = reply->head ? memchr(reply->head, '\n', reply->head_len) : NULL;
    *out = GS_NONE_VALUE;
    if (!end)
        return true;
    while (end > reply->head && (end[-1] == '\r' || end[-1] == ' '))
        end--;
    const char *from = reply->head + 13; // behind "HTTP/1.1 200 "
    size_t len = end > from ? (size_t)(end - from) : 0;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)from[i] >= 0x80)
            return false;
    *out = gs_str_new(from, len, len);
    return out->tag != GS_UNSET;
}

// ---- JSON -------------------------------------------------------------------------------------

// Whether it can be nothing but UTF-8: json.loads looks for UTF-16 and -32 in bytes.
static bool is_plain(const struct gs_reply *reply)
{
    const unsigned char *first = (const unsigned char *)reply->body;
    if (reply->body_len < 4)
        return reply->body_len > 0 && charset_of(reply) != OTHER && first[0] < 0x80 && first[0] &&
               first[reply->body_len - 1] && first[reply->body_len / 2] &&
               gs_utf8_count(reply->body, reply->body_len) == reply->body_len;
    return first[0] < 0x80 && first[0] && first[1] && first[2] && first[3];
}

// The document as it was before; one that is new is checked. *valid tells whether it is JSON.
static struct gs_known_doc *look_up(const struct gs_reply *reply, struct gs_known *known,
                                    bool *valid)
{
    struct gs_known_doc *doc = known ? gs_known_find(known, reply->body, reply->body_len) : NULL;
    *valid = doc || reply->is_json ||
             (is_plain(reply) && gs_json_check(reply->body, reply->body_len));
    return doc || !known || !*valid ? doc : gs_known_keep(known, reply->body, reply->body_len);
}

bool gs_reply_json(struct gs_reply *reply, struct gs_known *known, struct gs_value *out)
{
    if (reply->cut || reply->encoded || gs_is_gone(&reply->object))
        return false;
    bool valid;
    struct gs_known_doc *doc = look_up(reply, known, &valid);
    if (!valid)
        return false;
    reply->is_json = true;
    struct gs_view *view = calloc(1, sizeof *view);
    if (!view)
        return false;
    view->object = (struct gs_object){.refs = 1, .tag = GS_VIEW};
    view->holder = gs_keep(GS_VALUE(GS_REPLY, reply, reply));
    view->text = reply->body;
    view->len = reply->body_len;
    view->doc = doc;
    view->stamp = doc ? doc->stamp : 0;
    view->next = reply->views;
    reply->views = view;
    *out = GS_VALUE(GS_VIEW, view, view);
    return true;
}
