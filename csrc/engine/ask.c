#include "engine/ask.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/attack.h"
#include "engine/ready.h"
#include "net/field.h"
#include "net/origin.h"
#include "plan/encode.h"
#include "plan/json.h"
#include "plan/text.h"

#define NAME_SLOTS 256
#define CLASSES_MAX 64

struct gs_ask_lane {
    struct {
        const struct gs_str *name; // a constant: its address stays its own
        const struct gs_str *method;
        uint32_t id;
    } names[NAME_SLOTS];
    struct {
        const struct gs_class *klass;
        struct gs_origin *origin;
        struct gs_slice prefix; // path of the host itself
    } places[CLASSES_MAX];
    struct gs_ready_table *ready; // or NULL
};

void gs_ask_fini(struct gs_lane *lane)
{
    for (int i = 0; lane->ask && i < CLASSES_MAX; i++)
        gs_origin_release(lane->ask->places[i].origin);
    if (lane->ask)
        gs_ready_free(lane->ask->ready);
    free(lane->ask);
    lane->ask = NULL;
}

// The class's own host on this lane: false where that cannot be (then Python says why).
static bool find_place(struct gs_lane *lane, const struct gs_class *klass, uint32_t *place)
{
    struct gs_url url;
    if (!lane->ask) {
        if (!(lane->ask = calloc(1, sizeof *lane->ask)))
            return false;
        lane->ask->ready = gs_ready_new();
    }
    for (*place = 0; *place < CLASSES_MAX; ++*place) {
        if (lane->ask->places[*place].klass == klass)
            return true;
        if (!lane->ask->places[*place].klass)
            break;
    }
    if (*place == CLASSES_MAX ||
        !gs_url_parse((struct gs_slice){klass->host, klass->host_len}, &url) || url.userinfo.len)
        return false;
    struct gs_origin *origin = gs_origin_get(&lane->net, &url, klass->verify, klass->ca_file);
    if (!origin)
        return false;
    if (url.target.len && url.target.data[url.target.len - 1] == '/')
        url.target.len--;
    lane->ask->places[*place].klass = klass;
    lane->ask->places[*place].origin = origin;
    lane->ask->places[*place].prefix = url.target;
    return true;
}

// ---- arguments --------------------------------------------------------------------------------

static struct gs_slice slice_of(const struct gs_str *s)
{
    return (struct gs_slice){s->data, s->len};
}

static bool is_given(const struct gs_value *v)
{
    return v->tag != GS_UNSET && v->tag != GS_NONE;
}

// Characters that a path or query may have as they are.
static bool is_plain(const char *text, size_t len)
{
    static const uint64_t allowed[2] = {0xafffffd200000000, 0x47fffffe87ffffff};
    if (len == 0 || text[0] != '/' || text[len - 1] == '?')
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 128 || !(allowed[c >> 6] >> (c & 63) & 1) ||
            (c == '.' && i > 0 && text[i - 1] == '/'))
            return false;
    }
    return true;
}

static bool add_plus(struct gs_buf *out, struct gs_value v)
{
    if (v.tag == GS_STR || v.tag == GS_BYTES)
        return gs_encode_percent(out, v.str->data, v.str->len, true) == 0;
    if (v.tag != GS_INT && v.tag != GS_FLOAT && v.tag != GS_BOOL && v.tag != GS_NONE)
        return false;
    struct gs_buf text = GS_BUF_EMPTY;
    bool ok = gs_text_str(&text, v) && gs_encode_percent(out, text.data, text.len, true) == 0;
    gs_buf_fini(&text);
    return ok;
}

static bool add_pair(struct gs_buf *out, size_t start, struct gs_value key, struct gs_value v)
{
    return (out->len == start || gs_buf_add(out, "&", 1) == 0) && add_plus(out, key) &&
           gs_buf_add(out, "=", 1) == 0 && add_plus(out, v);
}

// A form, as goose._encode._form writes it: a list is several fields, None none.
static bool add_form(struct gs_buf *out, struct gs_value fields)
{
    uint32_t at = 0;
    size_t start = out->len;
    if (fields.tag != GS_DICT || gs_is_gone(fields.object))
        return false;
    for (struct gs_pair *pair; (pair = gs_dict_next(fields.dict, &at)) != NULL;) {
        struct gs_value v = pair->value;
        if (v.tag == GS_LIST || v.tag == GS_TUPLE) {
            if (gs_is_gone(v.object))
                return false;
            for (uint32_t i = 0; i < v.list->count; i++)
                if (v.list->items[i].tag != GS_NONE &&
                    !add_pair(out, start, pair->key, v.list->items[i]))
                    return false;
        } else if (v.tag != GS_NONE && !add_pair(out, start, pair->key, v)) {
            return false;
        }
    }
    return true;
}

bool gs_ask_is_field(struct gs_value name, struct gs_value value)
{
    if (name.tag != GS_STR || (value.tag != GS_STR && value.tag != GS_NONE))
        return false;
    return gs_field_is_plain(slice_of(name.str),
                             value.tag == GS_STR ? slice_of(value.str) : GS_SLICE(""));
}

static bool add_field(struct gs_buf *out, struct gs_value name, struct gs_value value)
{
    return value.tag == GS_NONE || // None takes a field of the session away
           gs_field_add(out, slice_of(name.str), slice_of(value.str)) == 0;
}

static struct gs_pair *find_field(const struct gs_dict *headers, const char *name, size_t len)
{
    uint32_t at = 0;
    for (struct gs_pair *pair; (pair = gs_dict_next(headers, &at)) != NULL;)
        if (pair->key.str->len == len && strncasecmp(pair->key.str->data, name, len) == 0)
            return pair;
    return NULL;
}

// The session's fields with the call's in their places, as goose._headers.merge has them.
static bool merge_session(struct gs_buf *out, struct gs_slice session,
                          const struct gs_dict *headers)
{
    for (size_t at = 0; at < session.len;) {
        const char *line = session.data + at;
        const char *colon = memchr(line, ':', session.len - at);
        const char *stop = memchr(line, '\n', session.len - at);
        if (!colon || !stop)
            return false;
        size_t len = (size_t)(stop + 1 - line);
        struct gs_pair *pair = find_field(headers, line, (size_t)(colon - line));
        if (pair ? !add_field(out, pair->key, pair->value) : gs_buf_add(out, line, len) != 0)
            return false;
        at += len;
    }
    return true;
}

// Renders the fields of a call; where one of them is the session's too, those as well, and
// *session is empty then.
static bool add_fields(struct gs_buf *out, struct gs_slice *session, struct gs_value headers)
{
    uint32_t at = 0;
    bool overlaps = false;
    struct gs_pair *pair;
    struct gs_slice own = *session;
    if (headers.tag != GS_DICT || gs_is_gone(headers.object))
        return false;
    while ((pair = gs_dict_next(headers.dict, &at)) != NULL) {
        if (!gs_ask_is_field(pair->key, pair->value))
            return false;
        overlaps = overlaps || gs_field_has(own, pair->key.str->data, pair->key.str->len);
    }
    if (overlaps) {
        if (!merge_session(out, own, headers.dict))
            return false;
        *session = (struct gs_slice){"", 0};
    }
    for (at = 0; (pair = gs_dict_next(headers.dict, &at)) != NULL;)
        if (!gs_field_has(own, pair->key.str->data, pair->key.str->len) &&
            !add_field(out, pair->key, pair->value))
            return false;
    return true;
}

// ---- the parts of a request -------------------------------------------------------------------

struct parts {
    struct gs_buf target, fields, body; // what does not stand elsewhere
    struct gs_slice target_text, body_text;
    struct gs_slice path; // of the URL as asked: without a host that is the class's own
    size_t host_len;      // of that host, 0: the URL has none
    const char *content_type;
};

static void parts_fini(struct parts *parts)
{
    gs_buf_fini(&parts->target);
    gs_buf_fini(&parts->fields);
    gs_buf_fini(&parts->body);
}

static bool read_target(struct parts *parts, struct gs_slice prefix, const struct gs_value *words)
{
    const struct gs_slice *url = &parts->path;
    const struct gs_value *params = &words[GS_WORD_params];
    bool empty = params->tag == GS_DICT && !gs_is_gone(params->object) && params->dict->count == 0;
    parts->target_text = *url;
    if (prefix.len == 0 && (!is_given(params) || empty))
        return true;
    if (gs_buf_add(&parts->target, prefix.data, prefix.len) != 0 ||
        gs_buf_add(&parts->target, url->data, url->len) != 0)
        return false;
    size_t before = parts->target.len;
    if (is_given(params) && !empty) {
        const char *mark = memchr(url->data, '?', url->len) ? "&" : "?";
        if (gs_buf_add(&parts->target, mark, 1) != 0)
            return false;
        size_t start = parts->target.len;
        if (!add_form(&parts->target, *params))
            return false;
        if (parts->target.len == start) // all of them None
            parts->target.len = before;
    }
    parts->target_text = (struct gs_slice){parts->target.data, parts->target.len};
    return true;
}

// Finite numbers only: as json.dumps(allow_nan=False).
static bool add_json(struct gs_buf *out, struct gs_value v)
{
    if (!gs_json_write(out, v))
        return false;
    return !memmem(out->data, out->len, "NaN", 3) && !memmem(out->data, out->len, "Infinity", 8);
}

static bool read_body(struct parts *parts, const struct gs_value *words)
{
    struct gs_value data = words[GS_WORD_data], json = words[GS_WORD_json];
    if (is_given(&data) && is_given(&json))
        return false;
    if (data.tag == GS_STR || data.tag == GS_BYTES) {
        parts->body_text = (struct gs_slice){data.str->data, data.str->len};
        return true;
    }
    if (is_given(&data)) {
        if (!add_form(&parts->body, data))
            return false;
        if (data.dict->count > 0)
            parts->content_type = "application/x-www-form-urlencoded";
    } else if (is_given(&json)) {
        if (!add_json(&parts->body, json))
            return false;
        parts->content_type = "application/json";
    }
    parts->body_text = (struct gs_slice){parts->body.data, parts->body.len};
    return true;
}

// auth=("user", "password"), in ASCII: Basic (RFC 7617).
static bool add_authorization(struct parts *parts, struct gs_slice session, struct gs_value auth)
{
    struct gs_slice own = {parts->fields.data, parts->fields.len};
    struct gs_buf pair = GS_BUF_EMPTY;
    if (!is_given(&auth))
        return true;
    if (auth.tag != GS_TUPLE || auth.list->count != 2 || gs_field_has(own, "authorization", 13) ||
        gs_field_has(session, "authorization", 13))
        return false;
    const struct gs_value *two = auth.list->items;
    if (two[0].tag != GS_STR || two[1].tag != GS_STR || two[0].str->chars != two[0].str->len ||
        two[1].str->chars != two[1].str->len)
        return false;
    bool ok = gs_buf_add(&pair, two[0].str->data, two[0].str->len) == 0 &&
              gs_buf_add(&pair, ":", 1) == 0 &&
              gs_buf_add(&pair, two[1].str->data, two[1].str->len) == 0 &&
              gs_buf_str(&parts->fields, "Authorization: Basic ") == 0 &&
              gs_encode_base64(&parts->fields, pair.data, pair.len) == 0 &&
              gs_buf_add(&parts->fields, "\r\n", 2) == 0;
    gs_buf_fini(&pair);
    return ok;
}

static bool read_fields(struct parts *parts, struct gs_slice *session, const struct gs_value *words)
{
    if (is_given(&words[GS_WORD_headers]) &&
        !add_fields(&parts->fields, session, words[GS_WORD_headers]))
        return false;
    if (!add_authorization(parts, *session, words[GS_WORD_auth]))
        return false;
    struct gs_slice own = {parts->fields.data, parts->fields.len};
    if (!parts->content_type || gs_field_has(own, "content-type", 12) ||
        gs_field_has(*session, "content-type", 12))
        return true;
    return gs_buf_printf(&parts->fields, "Content-Type: %s\r\n", parts->content_type) == 0;
}

static bool read_timeout(struct gs_call *call, const struct gs_class *klass, struct gs_value v)
{
    double whole = klass->timeout_s, dial = klass->connect_timeout_s;
    if (is_given(&v)) {
        if (v.tag != GS_INT && v.tag != GS_FLOAT)
            return false;
        whole = v.tag == GS_INT ? (double)v.i : v.f;
    }
    if (!(whole > 0) || !(dial > 0))
        return false;
    call->timeout_ns = whole > 1e9 ? (uint64_t)1e18 : (uint64_t)(whole * 1e9);
    call->connect_timeout_ns = dial > 1e9 ? (uint64_t)1e18 : (uint64_t)(dial * 1e9);
    return true;
}

// What this floor does not do, unless it is absent.
static bool is_common(const struct gs_value *words)
{
    static const enum gs_word rare[] = {GS_WORD_cookies, GS_WORD_files, GS_WORD_cert,
                                        GS_WORD_proxies, GS_WORD_hooks, GS_WORD_context,
                                        GS_WORD_method};
    for (size_t i = 0; i < sizeof rare / sizeof *rare; i++)
        if (is_given(&words[rare[i]]))
            return false;
    const struct gs_value *follow = &words[GS_WORD_allow_redirects];
    const struct gs_value *name = &words[GS_WORD_name];
    return (follow->tag == GS_UNSET || follow->tag == GS_BOOL) &&
           (!is_given(name) || name->tag == GS_STR) && words[GS_WORD_url].tag == GS_STR;
}

// The path of the URL, which may begin with the class's own host. False: it is odd.
static bool read_path(struct parts *parts, const struct gs_class *klass, const struct gs_str *url)
{
    size_t len = klass->host_len;
    parts->path = (struct gs_slice){url->data, url->len};
    if (url->len == 0 || url->data[0] == '/')
        return is_plain(url->data, url->len);
    while (len > 0 && klass->host[len - 1] == '/')
        len--;
    if (url->len <= len || url->data[len] != '/' || memcmp(url->data, klass->host, len) != 0)
        return false;
    parts->host_len = len;
    parts->path = (struct gs_slice){url->data + len, url->len - len};
    return is_plain(parts->path.data, parts->path.len);
}

// What was made of a body is what it says: a body of null is None.
static struct gs_value read_word(struct gs_value v)
{
    return v.tag == GS_VIEW && gs_json_touch(v.view) ? v.view->value : v;
}

// Keywords of a dict, as **keywords gives them.
static bool add_rest(struct gs_value *words)
{
    struct gs_value rest = words[GS_WORD_rest];
    uint32_t at = 0;
    if (rest.tag == GS_UNSET)
        return true;
    if (rest.tag != GS_DICT || gs_is_gone(rest.object))
        return false;
    for (struct gs_pair *pair; (pair = gs_dict_next(rest.dict, &at)) != NULL;) {
        int word = 0;
        while (word < GS_WORD_rest &&
               (pair->key.tag != GS_STR || strcmp(pair->key.str->data, gs_word_name(word)) != 0))
            word++;
        if (word == GS_WORD_rest || words[word].tag != GS_UNSET)
            return false; // Python says what is wrong
        words[word] = read_word(pair->value);
    }
    return true;
}

static uint32_t name_id(struct gs_lane *lane, const struct gs_str *method,
                        const struct gs_str *name)
{
    if (name->object.refs != GS_IMMORTAL)
        return gs_name_id(&lane->names, lane->shard, GS_KIND_MAIN, method->data, name->data,
                          name->len);
    size_t place = (((uintptr_t)name >> 4) * 31 + ((uintptr_t)method >> 4)) % NAME_SLOTS;
    if (lane->ask->names[place].name != name || lane->ask->names[place].method != method) {
        lane->ask->names[place].id = gs_name_id(&lane->names, lane->shard, GS_KIND_MAIN,
                                                method->data, name->data, name->len);
        lane->ask->names[place].name = name;
        lane->ask->names[place].method = method;
    }
    return lane->ask->names[place].id;
}

static uint32_t name_of(struct gs_lane *lane, const struct gs_str *method,
                        const struct gs_value *words, const struct parts *parts)
{
    if (is_given(&words[GS_WORD_name]))
        return name_id(lane, method, words[GS_WORD_name].str);
    if (!parts->host_len)
        return name_id(lane, method, words[GS_WORD_url].str);
    return gs_name_id(&lane->names, lane->shard, GS_KIND_MAIN, method->data, parts->path.data,
                      parts->path.len);
}

// The URL with its parameters, as asked.
static struct gs_value url_of(const struct gs_class *klass, const struct parts *parts,
                              size_t prefix)
{
    struct gs_buf url = GS_BUF_EMPTY;
    bool done = gs_buf_add(&url, klass->host, parts->host_len) == 0 &&
                gs_buf_add(&url, parts->target.data + prefix, parts->target.len - prefix) == 0;
    struct gs_value v = {.tag = GS_UNSET};
    if (done)
        v = gs_str_of_utf8(url.data, url.len);
    gs_buf_fini(&url);
    return v;
}

static bool render(struct gs_user *user, const struct gs_class *klass,
                   const struct gs_ask_session *session, const struct gs_str *method,
                   const struct gs_value *words, struct parts *parts, struct gs_asked *asked)
{
    struct gs_call *call = gs_user_call(user);
    uint32_t place;
    if (!call || !find_place(user->lane, klass, &place))
        return false;
    struct gs_origin *origin = user->lane->ask->places[place].origin;
    const struct gs_value *verify = &words[GS_WORD_verify];
    if (parts->host_len && user->lane->ask->places[place].prefix.len)
        return false;
    if (is_given(verify) && (origin->tls || verify->tag != GS_BOOL))
        return false;
    struct gs_slice fields = session->fields.data ? session->fields : GS_SLICE(GS_DEFAULT_FIELDS);
    if (!read_target(parts, user->lane->ask->places[place].prefix, words) ||
        !read_body(parts, words) || !read_fields(parts, &fields, words) ||
        !read_timeout(call, klass, words[GS_WORD_timeout]))
        return false;
    bool bare = strcmp(method->data, "GET") == 0 || strcmp(method->data, "HEAD") == 0;
    struct gs_request request = {.method = {method->data, method->len},
                                 .origin = origin,
                                 .target = parts->target_text,
                                 .fields = fields,
                                 .fields2 = {parts->fields.data, parts->fields.len},
                                 .body = parts->body_text,
                                 .has_body = parts->body_text.len > 0 || !bare,
                                 .own_host = session->own_host,
                                 .own_cookie = session->own_cookie,
                                 .body_stays = parts->body.len == 0};
    call->follow =
            words[GS_WORD_allow_redirects].tag == GS_UNSET || words[GS_WORD_allow_redirects].i != 0;
    call->max_body = klass->max_body;
    user->session.verify = origin->tls || !klass->verify || klass->ca_file
                                   ? gs_net_tls(&user->lane->net, klass->verify, klass->ca_file)
                                   : NULL;
    if (gs_call_render(call, &request) != 0)
        return false;
    asked->absolute = parts->host_len > 0;
    asked->name = name_of(user->lane, method, words, parts);
    bool lent = parts->body.len == 0 && is_given(&words[GS_WORD_data]);
    asked->body = lent ? gs_keep(words[GS_WORD_data]) : (struct gs_value){.tag = GS_UNSET};
    size_t prefix = user->lane->ask->places[place].prefix.len;
    asked->url =
            parts->target.len > prefix ? url_of(klass, parts, prefix) : gs_keep(words[GS_WORD_url]);
    return asked->url.tag != GS_UNSET;
}

bool gs_ask(struct gs_user *user, const struct gs_class *klass,
            const struct gs_ask_session *session, const struct gs_vm *vm, struct gs_asked *asked)
{
    const struct gs_instr *in = gs_vm_at(vm);
    const struct gs_site *site = &vm->program->sites[in->c];
    struct gs_value words[GS_WORD_COUNT] = {{.tag = GS_UNSET}};
    struct parts parts = {0};
    const struct gs_value *given = gs_vm_register(vm, in->b);
    if (session->odd || site->method == GS_NO_OPERAND)
        return false;
    struct gs_ready *ready = NULL;
    if (user->lane->ask && !session->fields.data && !user->session.jar.count)
        ready = gs_ready_at(user->lane->ask->ready, site, given);
    if (ready && gs_ready_is(ready, klass, site, given))
        return gs_ready_send(ready, user, asked);
    for (uint32_t i = 0; i < site->count; i++)
        words[site->words[i]] = read_word(given[i]);
    bool done = add_rest(words) && is_common(words) &&
                read_path(&parts, klass, words[GS_WORD_url].str) &&
                render(user, klass, session, vm->program->constants[site->method].str, words,
                       &parts, asked);
    parts_fini(&parts);
    if (ready && done)
        gs_ready_keep(ready, user, klass, site, given, asked);
    return done;
}
