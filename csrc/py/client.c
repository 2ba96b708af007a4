#include "py/client.h"

#include <structmember.h>

#include "net/origin.h"
#include "py/names.h"
#include "py/response.h"
#include "py/shared.h"

#define DEFAULT_FIELDS                                                                             \
    "User-Agent: goose-py/" GS_VERSION "\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\n"     \
    "Connection: keep-alive\r\n"

static const char *const verbs[] = {"GET",    "POST", "PUT",     "PATCH",
                                    "DELETE", "HEAD", "OPTIONS", NULL};

// ---- keywords -------------------------------------------------------------------------------

// Every keyword of a client call, in the order of `struct keywords`.
#define KEYWORDS(X)                                                                                \
    X(url)                                                                                         \
    X(name)                                                                                        \
    X(params)                                                                                      \
    X(data)                                                                                        \
    X(json) X(headers) X(cookies) X(auth) X(timeout) X(allow_redirects) X(verify)                  \
            X(catch_response) X(files) X(stream) X(context) X(cert) X(proxies) X(hooks) X(method)

struct keywords {
#define FIELD(word) PyObject *word;
    KEYWORDS(FIELD)
#undef FIELD
};

static PyObject *words[sizeof(struct keywords) / sizeof(PyObject *)];
#define WORDS ((Py_ssize_t)(sizeof words / sizeof *words))

static int make_words(void)
{
    static const char *const texts[] = {
#define TEXT(word) #word,
            KEYWORDS(TEXT)
#undef TEXT
    };
    for (Py_ssize_t i = 0; i < WORDS && !words[0]; i++) {
        PyObject *word = PyUnicode_InternFromString(texts[WORDS - 1 - i]);
        if (!word)
            return -1;
        words[WORDS - 1 - i] = word;
    }
    return 0;
}

static PyObject *method_word(void)
{
    return words[WORDS - 1];
}

// Keyword names of a call are interned: pointers are compared first.
static PyObject **place_of(struct keywords *keywords, PyObject *word)
{
    PyObject **places = (PyObject **)(void *)keywords;
    for (Py_ssize_t i = 0; i < WORDS; i++)
        if (words[i] == word)
            return &places[i];
    for (Py_ssize_t i = 0; i < WORDS; i++)
        if (PyUnicode_Compare(words[i], word) == 0)
            return &places[i];
    return NULL;
}

static int refuse_keyword(const char *verb, PyObject *word)
{
    PyErr_Format(PyExc_TypeError,
                 "client.%s() has no keyword %R; it takes url, name, params, data, json, headers, "
                 "cookies, auth, timeout, allow_redirects, verify, catch_response, files",
                 verb, word);
    return -1;
}

// Fills in the keywords of a vector call whose positional arguments stand for url, then `second`.
static int read_keywords(struct keywords *keywords, const char *verb, PyObject **second,
                         PyObject **third, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    memset(keywords, 0, sizeof *keywords);
    if (count > 1 + !!second + !!third) {
        PyErr_Format(PyExc_TypeError, "client.%s() takes the URL and keywords, not %zd positions",
                     verb, count);
        return -1;
    }
    if (count > 0)
        keywords->url = args[0];
    if (count > 1 && args[1] != Py_None)
        *second = args[1];
    if (count > 2 && args[2] != Py_None)
        *third = args[2];
    for (Py_ssize_t i = 0; names && i < PyTuple_GET_SIZE(names); i++) {
        PyObject *word = PyTuple_GET_ITEM(names, i);
        PyObject **place = place_of(keywords, word);
        if (!place)
            return refuse_keyword(verb, word);
        if (*place) {
            PyErr_Format(PyExc_TypeError, "client.%s() got %R twice", verb, word);
            return -1;
        }
        if (args[count + i] != Py_None || word == words[0])
            *place = args[count + i];
    }
    if (keywords->url && PyUnicode_Check(keywords->url))
        return 0;
    PyErr_Format(PyExc_TypeError, "client.%s() needs a URL of type str, not %.100s", verb,
                 keywords->url ? Py_TYPE(keywords->url)->tp_name : "nothing");
    return -1;
}

// ---- where the request goes -----------------------------------------------------------------

struct aim {
    struct gs_origin *origin; // a reference
    struct gs_slice target;   // raw
    struct gs_buf joined;     // when host has a path of its own
    bool absolute;
    size_t name_skip; // bytes of an absolute URL on the own host that its name leaves out
};

static int verify_setting(PyObject *verify, bool *on, const char **file)
{
    *on = true;
    *file = NULL;
    if (PyUnicode_Check(verify))
        return (*file = PyUnicode_AsUTF8(verify)) ? 0 : -1;
    int truth = PyObject_IsTrue(verify);
    *on = truth > 0;
    return truth < 0 ? -1 : 0;
}

static struct gs_origin *origin_for(struct gs_client *client, const struct gs_url *url,
                                    PyObject *verify)
{
    struct gs_py_user *user = client->user;
    bool on;
    const char *file;
    PyObject *setting = verify ? verify : client->verify ? client->verify : user->klass->verify;
    if (verify_setting(setting, &on, &file) != 0)
        return NULL;
    struct gs_net *net = &user->lane->lane->net;
    user->user->session.verify = url->tls || !on || file ? gs_net_tls(net, on, file) : NULL;
    struct gs_origin *origin = gs_origin_get(net, url, on, file);
    if (!origin)
        PyErr_NoMemory();
    return origin;
}

static int parse_base(struct gs_client *client)
{
    Py_ssize_t len;
    const char *text = PyUnicode_AsUTF8AndSize(client->base, &len);
    struct gs_url url;
    if (!text)
        return -1;
    if (!gs_url_parse((struct gs_slice){text, (size_t)len}, &url)) {
        PyErr_Format(PyExc_ValueError,
                     "host is %R; it must be a URL like http://example.org or https://...",
                     client->base);
        return -1;
    }
    client->origin = origin_for(client, &url, NULL);
    client->prefix_len = url.target.len;
    if (client->prefix_len && url.target.data[client->prefix_len - 1] == '/')
        client->prefix_len--;
    return client->origin ? 0 : -1;
}

// The target of a URL below a host that has a path: host's path, then the URL.
static int join_prefix(struct gs_client *client, struct aim *aim, struct gs_slice url)
{
    struct gs_slice base = {NULL, 0};
    Py_ssize_t len;
    const char *text = PyUnicode_AsUTF8AndSize(client->base, &len);
    struct gs_url parsed;
    if (!text || !gs_url_parse((struct gs_slice){text, (size_t)len}, &parsed))
        return -1;
    base = (struct gs_slice){parsed.target.data, client->prefix_len};
    if (gs_buf_add(&aim->joined, base.data, base.len) != 0 ||
        (url.len && url.data[0] != '/' && gs_buf_add(&aim->joined, "/", 1) != 0) ||
        gs_buf_add(&aim->joined, url.data, url.len) != 0) {
        PyErr_NoMemory();
        return -1;
    }
    aim->target = (struct gs_slice){aim->joined.data, aim->joined.len};
    return 0;
}

static bool is_absolute(struct gs_slice url)
{
    return url.len > 7 && (url.data[0] | 0x20) == 'h' &&
           (gs_slice_is((struct gs_slice){url.data, 7}, "http://") ||
            (url.len > 8 && gs_slice_is((struct gs_slice){url.data, 8}, "https://")));
}

static int take_aim(struct gs_client *client, struct aim *aim, PyObject *url, PyObject *verify)
{
    Py_ssize_t len;
    const char *text = PyUnicode_AsUTF8AndSize(url, &len);
    if (!text || (!client->origin && parse_base(client) != 0))
        return -1;
    struct gs_slice slice = {text, (size_t)len};
    aim->absolute = is_absolute(slice);
    if (aim->absolute) {
        struct gs_url parsed;
        if (!gs_url_parse(slice, &parsed)) {
            PyErr_Format(PyExc_ValueError, "bad URL %R", url);
            return -1;
        }
        aim->origin = origin_for(client, &parsed, verify);
        aim->target = parsed.target;
        if (aim->origin == client->origin && parsed.target.len)
            aim->name_skip = (size_t)(parsed.target.data - text);
        return aim->origin ? 0 : -1;
    }
    if (verify && client->origin->tls) {
        struct gs_url parsed;
        Py_ssize_t base_len;
        const char *base = PyUnicode_AsUTF8AndSize(client->base, &base_len);
        if (!base || !gs_url_parse((struct gs_slice){base, (size_t)base_len}, &parsed))
            return -1;
        aim->origin = origin_for(client, &parsed, verify);
    } else {
        aim->origin = gs_origin_ref(client->origin);
    }
    if (!aim->origin)
        return -1;
    aim->target = slice;
    return client->prefix_len ? join_prefix(client, aim, slice) : 0;
}

// ---- header fields --------------------------------------------------------------------------

static bool has_field(struct gs_slice fields, const char *name, size_t len)
{
    for (size_t at = 0; at + len < fields.len;) {
        if (fields.data[at + len] == ':' && strncasecmp(fields.data + at, name, len) == 0)
            return true;
        const char *stop = memchr(fields.data + at, '\n', fields.len - at);
        if (!stop)
            return false;
        at = (size_t)(stop + 1 - fields.data);
    }
    return false;
}

static struct gs_slice session_fields(struct gs_client *client)
{
    if (client->fields_stale) {
        PyObject *bytes = PyObject_CallMethod(client->headers, "render", NULL);
        if (!bytes)
            return (struct gs_slice){NULL, 0};
        client->fields.len = 0;
        int rc = PyBytes_Check(bytes) ? gs_buf_add(&client->fields, PyBytes_AS_STRING(bytes),
                                                   (size_t)PyBytes_GET_SIZE(bytes))
                                      : -1;
        // an empty set of headers must not look like the default one
        if (rc == 0 && client->fields.len == 0)
            rc = gs_buf_reserve(&client->fields, 1);
        Py_DECREF(bytes);
        if (rc != 0) {
            PyErr_NoMemory();
            return (struct gs_slice){NULL, 0};
        }
        struct gs_slice own = {client->fields.data, client->fields.len};
        client->own_host = has_field(own, "host", 4);
        client->own_cookie = has_field(own, "cookie", 6);
        client->fields_stale = false;
    }
    if (client->fields.data)
        return (struct gs_slice){client->fields.data, client->fields.len};
    return GS_SLICE(DEFAULT_FIELDS);
}

static bool is_field_text(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\r' || text[i] == '\n' || text[i] == '\0' || (unsigned char)text[i] > 126)
            return false;
    return len == 0 || (text[0] != ' ' && text[0] != '\t');
}

// Fields that have to do with what is sent besides them.
static bool is_special(const char *name, size_t len)
{
    struct gs_slice slice = {name, len};
    return gs_slice_is(slice, "host") || gs_slice_is(slice, "cookie") ||
           gs_slice_is(slice, "content-length") || gs_slice_is(slice, "transfer-encoding");
}

// Renders the headers= of a call that are plain str and new to the session. 1: done, 0: they need
// goose._headers.merge, -1: exception.
static int add_plain_fields(struct gs_buf *out, struct gs_slice session, PyObject *headers)
{
    PyObject *key, *value;
    Py_ssize_t at = 0;
    if (!PyDict_CheckExact(headers))
        return 0;
    while (PyDict_Next(headers, &at, &key, &value)) {
        Py_ssize_t n, v;
        if (!PyUnicode_CheckExact(key) || !PyUnicode_CheckExact(value))
            return 0;
        const char *name = PyUnicode_AsUTF8AndSize(key, &n);
        const char *text = name ? PyUnicode_AsUTF8AndSize(value, &v) : NULL;
        if (!text)
            return -1;
        if (n == 0 || is_special(name, (size_t)n) || memchr(name, ':', (size_t)n) ||
            memchr(name, ' ', (size_t)n) || !is_field_text(name, (size_t)n) ||
            !is_field_text(text, (size_t)v) || has_field(session, name, (size_t)n))
            return 0;
        if (gs_buf_add(out, name, (size_t)n) != 0 || gs_buf_add(out, ": ", 2) != 0 ||
            gs_buf_add(out, text, (size_t)v) != 0 || gs_buf_add(out, "\r\n", 2) != 0) {
            PyErr_NoMemory();
            return -1;
        }
    }
    return 1;
}

static PyObject *client_headers(struct gs_client *client);

struct parts {
    bool own_host, own_cookie; // among the fields
    struct aim aim;
    struct gs_buf fields;     // of this call
    struct gs_slice session;  // fields always sent; empty when merged into `fields`
    PyObject *url;            // as sent, a reference
    PyObject *body;           // bytes or str, a reference, or NULL
    PyObject *cookies;        // str, a reference, or NULL
    const char *content_type; // to add unless given, or NULL
    PyObject *content_type_object, *authorization;
    struct gs_slice body_bytes;
};

static void parts_fini(struct parts *parts)
{
    gs_origin_release(parts->aim.origin);
    gs_buf_fini(&parts->aim.joined);
    gs_buf_fini(&parts->fields);
    Py_XDECREF(parts->url);
    Py_XDECREF(parts->body);
    Py_XDECREF(parts->cookies);
    Py_XDECREF(parts->content_type_object);
    Py_XDECREF(parts->authorization);
}

static int add_field(struct parts *parts, const char *name, const char *value)
{
    struct gs_slice own = {parts->fields.data, parts->fields.len};
    if (has_field(own, name, strlen(name)) || has_field(parts->session, name, strlen(name)))
        return 0;
    if (gs_buf_printf(&parts->fields, "%s: %s\r\n", name, value) == 0)
        return 0;
    PyErr_NoMemory();
    return -1;
}

// The fields of session and call merged in Python, with authorization over both.
static int merge_fields(struct gs_client *client, struct parts *parts, PyObject *headers)
{
    PyObject *session = client_headers(client), *call = Py_XNewRef(headers), *bytes = NULL;
    if (session && (call || (call = PyDict_New())))
        bytes = PyObject_CallFunctionObjArgs(gs_py.merge_headers, session, call,
                                             parts->authorization ? parts->authorization : Py_None,
                                             NULL);
    Py_XDECREF(session);
    Py_XDECREF(call);
    if (!bytes)
        return -1;
    parts->fields.len = 0;
    int rc = gs_buf_add(&parts->fields, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes));
    Py_DECREF(bytes);
    if (rc != 0) {
        PyErr_NoMemory();
        return -1;
    }
    parts->session = (struct gs_slice){"", 0};
    struct gs_slice own = {parts->fields.data, parts->fields.len};
    parts->own_host = has_field(own, "host", 4);
    parts->own_cookie = has_field(own, "cookie", 6);
    return 0;
}

static int build_fields(struct gs_client *client, struct parts *parts, PyObject *headers)
{
    parts->session = session_fields(client);
    if (!parts->session.data)
        return -1;
    parts->own_host = client->own_host;
    parts->own_cookie = client->own_cookie;
    int plain = headers ? add_plain_fields(&parts->fields, parts->session, headers) : 1;
    if (plain > 0 && parts->authorization) {
        struct gs_slice own = {parts->fields.data, parts->fields.len};
        const char *value = PyUnicode_AsUTF8(parts->authorization);
        if (!value)
            return -1;
        if (has_field(own, "authorization", 13) || has_field(parts->session, "authorization", 13))
            plain = 0;
        else if (add_field(parts, "Authorization", value) != 0)
            return -1;
    }
    if (plain < 0 || (plain == 0 && merge_fields(client, parts, headers) != 0))
        return -1;
    return parts->content_type ? add_field(parts, "Content-Type", parts->content_type) : 0;
}

// ---- bodies ---------------------------------------------------------------------------------

// What needs Python: params, forms, files, authentication (goose._encode.prepare).
static int prepare_in_python(struct gs_client *client, struct parts *parts,
                             const struct keywords *k)
{
    PyObject *auth = k->auth ? k->auth : client->auth ? client->auth : Py_None;
    PyObject *url, *body, *type, *authorization;
    PyObject *tuple = PyObject_CallFunctionObjArgs(
            gs_py.prepare, k->url, k->params ? k->params : Py_None, k->data ? k->data : Py_None,
            k->json ? k->json : Py_None, k->files ? k->files : Py_None, auth, NULL);
    if (!tuple)
        return -1;
    if (!PyArg_ParseTuple(tuple, "OOOO", &url, &body, &type, &authorization)) {
        Py_DECREF(tuple);
        return -1;
    }
    parts->url = Py_NewRef(url);
    parts->body = body == Py_None ? NULL : Py_NewRef(body);
    if (type != Py_None) {
        parts->content_type_object = Py_NewRef(type);
        parts->content_type = PyUnicode_AsUTF8(type);
    }
    parts->authorization = authorization == Py_None ? NULL : Py_NewRef(authorization);
    Py_DECREF(tuple);
    return PyErr_Occurred() ? -1 : 0;
}

// Is the URL sent as it stands? Others are brought into shape by goose._encode.requote; so are
// those with a user's name in them. Bits: characters that a path or query may have.
static bool is_plain_url(PyObject *url)
{
    static const uint64_t allowed[2] = {0xafffffd200000000, 0x47fffffe87ffffff};
    if (!PyUnicode_IS_COMPACT_ASCII(url))
        return false;
    const unsigned char *text = PyUnicode_1BYTE_DATA(url);
    Py_ssize_t len = PyUnicode_GET_LENGTH(url), at = 0;
    if (len == 0 || text[len - 1] == '?')
        return false;
    if (text[0] != '/') { // http://host/...
        while (at < len && text[at] != ':' && text[at] >= 'a' && text[at] <= 'z')
            at++;
        if (at + 3 > len || memcmp(text + at, "://", 3) != 0)
            return false;
        for (at += 3; at < len && text[at] != '/'; at++)
            if (text[at] == '@' || text[at] == '?' || (text[at] >= 'A' && text[at] <= 'Z'))
                return false;
        if (at == len)
            return false;
    }
    for (; at < len; at++)
        if (!(allowed[text[at] >> 6] >> (text[at] & 63) & 1) ||
            (text[at] == '.' && at > 0 && text[at - 1] == '/'))
            return false;
    return true;
}

static int prepare(struct gs_client *client, struct parts *parts, const struct keywords *k)
{
    bool plain_data = !k->data || PyBytes_CheckExact(k->data) || PyUnicode_CheckExact(k->data);
    if (k->params || k->files || k->auth || client->auth || !plain_data || (k->data && k->json) ||
        !is_plain_url(k->url))
        return prepare_in_python(client, parts, k);
    parts->url = Py_NewRef(k->url);
    if (k->json) {
        parts->body = PyObject_CallOneArg(gs_py.json_dumps, k->json);
        parts->content_type = "application/json";
        return parts->body ? 0 : -1;
    }
    if (k->data && PyObject_IsTrue(k->data)) // empty data is none, as for requests
        parts->body = Py_NewRef(k->data);
    return 0;
}

static int body_bytes(struct parts *parts)
{
    if (!parts->body)
        return 0;
    Py_ssize_t len;
    if (PyBytes_Check(parts->body)) {
        parts->body_bytes = (struct gs_slice){PyBytes_AS_STRING(parts->body),
                                              (size_t)PyBytes_GET_SIZE(parts->body)};
        return 0;
    }
    const char *text = PyUnicode_AsUTF8AndSize(parts->body, &len);
    parts->body_bytes = (struct gs_slice){text, (size_t)len};
    return text ? 0 : -1;
}

// ---- the call -------------------------------------------------------------------------------

static int read_timeout(struct gs_client *client, struct gs_call *call, PyObject *timeout)
{
    double whole = client->user->klass->timeout_s;
    double dial = client->user->klass->connect_timeout_s;
    if (timeout && PyTuple_Check(timeout)) {
        PyObject *first, *second;
        if (!PyArg_ParseTuple(timeout, "OO;timeout must be a number or (connect, whole)", &first,
                              &second))
            return -1;
        if (first != Py_None)
            dial = PyFloat_AsDouble(first);
        if (second != Py_None)
            whole = PyFloat_AsDouble(second);
    } else if (timeout) {
        whole = PyFloat_AsDouble(timeout);
    }
    if (PyErr_Occurred())
        return -1;
    if (!(whole > 0) || !(dial > 0)) {
        PyErr_Format(PyExc_ValueError, "timeout is %R; it must be more than 0 seconds", timeout);
        return -1;
    }
    call->timeout_ns = whole > 1e9 ? (uint64_t)1e18 : (uint64_t)(whole * 1e9);
    call->connect_timeout_ns = dial > 1e9 ? (uint64_t)1e18 : (uint64_t)(dial * 1e9);
    return 0;
}

static int is_true(PyObject *value, bool otherwise)
{
    return value ? PyObject_IsTrue(value) : otherwise;
}

static const char *cookie_text(struct parts *parts, PyObject *cookies, size_t *len)
{
    *len = 0;
    if (!cookies)
        return "";
    parts->cookies = PyObject_CallOneArg(gs_py.encode_cookies, cookies);
    Py_ssize_t size;
    const char *text = parts->cookies ? PyUnicode_AsUTF8AndSize(parts->cookies, &size) : NULL;
    if (text)
        *len = (size_t)size;
    return text;
}

// Renders the request into the user's call. Returns 0 or -1 with an exception.
static int __attribute__((noinline))
render(struct gs_client *client, const char *method, const struct keywords *k, struct parts *parts,
       uint32_t *name)
{
    struct gs_call *call = &client->user->user->call;
    if (prepare(client, parts, k) != 0 || body_bytes(parts) != 0 ||
        take_aim(client, &parts->aim, parts->url, k->verify) != 0 ||
        build_fields(client, parts, k->headers) != 0 || read_timeout(client, call, k->timeout) != 0)
        return -1;
    int follow = is_true(k->allow_redirects, true);
    size_t cookies_len;
    const char *cookies = cookie_text(parts, k->cookies, &cookies_len);
    if (follow < 0 || !cookies)
        return -1;
    bool sends_length = parts->body || (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0);
    struct gs_request request = {.method = {method, strlen(method)},
                                 .origin = parts->aim.origin,
                                 .target = parts->aim.target,
                                 .fields = parts->session,
                                 .fields2 = {parts->fields.data, parts->fields.len},
                                 .cookies = {cookies, cookies_len},
                                 .body = parts->body_bytes,
                                 .has_body = sends_length,
                                 .own_host = parts->own_host,
                                 .own_cookie = parts->own_cookie,
                                 .body_stays = true};
    call->follow = follow;
    call->session = &client->user->user->session;
    call->max_body = client->user->klass->max_body;
    if (gs_call_render(call, &request) != 0) {
        PyErr_NoMemory();
        return -1;
    }
    PyObject *label = k->name ? k->name : k->url;
    if (!PyUnicode_Check(label)) {
        PyErr_Format(PyExc_TypeError, "name must be a str, not %.100s", Py_TYPE(label)->tp_name);
        return -1;
    }
    *name = gs_name_lookup(client->user, method, label, k->name ? 0 : parts->aim.name_skip);
    return *name == GS_INTERN_NONE && PyErr_Occurred() ? -1 : 0;
}

static int check_caller(struct gs_client *client)
{
    if (client->user && gs_hub_user() == client->user)
        return 0;
    PyErr_SetString(PyExc_RuntimeError,
                    client->user ? "self.client belongs to a user and works only in that user's "
                                   "own tasks, on its lane (not in another thread or user)"
                                 : "self.client works only while its user runs in an attack");
    return -1;
}

static PyObject *history_of(struct gs_py_user *user, struct gs_response *last)
{
    struct gs_call *call = &user->user->call;
    PyObject *list = PyList_New(0);
    while (list && call->hops) {
        struct gs_hop *hop = call->hops;
        call->hops = hop->next;
        PyObject *url = PyUnicode_DecodeLatin1(hop->url, (Py_ssize_t)strlen(hop->url), NULL);
        struct gs_response *r = url ? gs_response_new(user, last->base, url, true) : NULL;
        Py_XDECREF(url);
        if (r) {
            r->status = hop->status;
            r->err = GS_E_OK;
            r->own_head = (struct gs_buf){hop->head, hop->head_len, hop->head_len};
            r->head = (struct gs_slice){hop->head, hop->head_len};
            r->elapsed_ns = hop->elapsed_ns;
            r->epoch = UINT32_MAX; // not a request of its own
            hop->head = NULL;
        }
        if (!r || PyList_Append(list, (PyObject *)r) != 0)
            Py_CLEAR(list);
        Py_XDECREF((PyObject *)r);
        free(hop->url);
        free(hop->head);
        free(hop);
    }
    return list;
}

static PyObject *outcome(struct gs_client *client, PyObject *url, bool absolute)
{
    struct gs_py_user *user = client->user;
    struct gs_call *call = &user->user->call;
    if (call->err == GS_E_ABANDONED) {
        gs_call_clear(call);
        if (gs_hub_check(user) == 0)
            PyErr_SetNone(gs_py.StopAttack);
        return NULL;
    }
    struct gs_response *r = gs_response_new(user, client->base, url, absolute);
    if (!r || (!call->hops && !call->final_url))
        return (PyObject *)r;
    // the response's own bytes are safe: the call's slices are empty by now
    r->history = history_of(user, r);
    if (call->final_url) {
        PyObject *final =
                PyUnicode_DecodeLatin1(call->final_url, (Py_ssize_t)strlen(call->final_url), NULL);
        if (final) {
            Py_SETREF(r->url, final);
            r->absolute = true;
        }
    }
    gs_call_clear(call);
    if (!PyErr_Occurred())
        return (PyObject *)r;
    Py_DECREF((PyObject *)r);
    return NULL;
}

// What the waiting frame keeps. All else stands in functions that have returned by then: what a
// frame holds across a wait is copied at every switch.
struct sent {
    PyObject *url, *body; // references
    bool absolute;
};

// Checks, renders and starts a request. Returns 0 or -1 with an exception.
static int __attribute__((noinline))
begin(struct gs_client *client, const char *method, const struct keywords *k, struct sent *sent)
{
    struct gs_py_user *user = client->user;
    struct parts parts = {0};
    uint32_t name;
    if (gs_hub_check(user) != 0)
        return -1;
    if (user->user->session.call) {
        PyErr_SetString(PyExc_RuntimeError, "this user has a request in flight already");
        return -1;
    }
    int rc = render(client, method, k, &parts, &name);
    if (rc == 0) {
        *sent = (struct sent){Py_NewRef(parts.url), Py_XNewRef(parts.body), parts.aim.absolute};
        gs_user_start_call(user->user, name);
    }
    parts_fini(&parts);
    return rc;
}

static PyObject *finish(struct gs_client *client, struct sent *sent)
{
    int rc = gs_hub_wait(client->user);
    Py_XDECREF(sent->body);
    PyObject *response = rc == 0 ? outcome(client, sent->url, sent->absolute) : NULL;
    Py_DECREF(sent->url);
    return response;
}

static int __attribute__((noinline))
begin_verb(struct gs_client *client, int verb, PyObject *const *args, Py_ssize_t count,
           PyObject *names, struct sent *sent)
{
    static const char *const lower[] = {"get",    "post", "put",     "patch",
                                        "delete", "head", "options", NULL};
    struct keywords k;
    PyObject *second = NULL, *third = NULL;
    if (check_caller(client) != 0 ||
        read_keywords(&k, lower[verb], verb < 4 ? &second : NULL, verb == 1 ? &third : NULL, args,
                      count, names) != 0)
        return -1;
    if (k.method)
        return refuse_keyword(lower[verb], method_word());
    if (second && verb == 0)
        k.params = second;
    else if (second)
        k.data = second;
    if (third)
        k.json = third;
    if (verb == 5 && !k.allow_redirects)
        k.allow_redirects = Py_False; // but request("HEAD") follows, as requests does
    return begin(client, verbs[verb], &k, sent);
}

static PyObject *call_verb(struct gs_client *client, int verb, PyObject *const *args,
                           Py_ssize_t count, PyObject *names)
{
    struct sent sent;
    return begin_verb(client, verb, args, count, names, &sent) == 0 ? finish(client, &sent) : NULL;
}

#define VERB(name, number)                                                                         \
    static PyObject *verb_##name(PyObject *self, PyObject *const *args, Py_ssize_t count,          \
                                 PyObject *names)                                                  \
    {                                                                                              \
        return call_verb((struct gs_client *)self, number, args, count, names);                    \
    }
VERB(get, 0)
VERB(post, 1)
VERB(put, 2)
VERB(patch, 3)
VERB(delete, 4)
VERB(head, 5)
VERB(options, 6)

// An interned, upper-case method; NULL with an exception for one that HTTP does not allow.
static const char *method_of(PyObject *method)
{
    Py_ssize_t len;
    const char *text = PyUnicode_Check(method) ? PyUnicode_AsUTF8AndSize(method, &len) : NULL;
    if (!text || len == 0 || len > GS_METHOD_MAX) {
        PyErr_Format(PyExc_ValueError, "method is %R; it must be a str like 'GET'", method);
        return NULL;
    }
    char upper[GS_METHOD_MAX + 1];
    for (Py_ssize_t i = 0; i < len; i++) {
        char c = text[i];
        if (c <= ' ' || c >= 127 || strchr("\"(),/:;<=>?@[\\]{}", c)) {
            PyErr_Format(PyExc_ValueError, "method %R holds a character that HTTP forbids there",
                         method);
            return NULL;
        }
        upper[i] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
    }
    upper[len] = '\0';
    for (int i = 0; verbs[i]; i++)
        if (strcmp(verbs[i], upper) == 0)
            return verbs[i];
    PyObject *interned = PyUnicode_InternFromString(upper); // kept: methods are few
    return interned ? PyUnicode_AsUTF8(interned) : NULL;
}

static int __attribute__((noinline))
begin_request(struct gs_client *client, PyObject *const *args, Py_ssize_t count, PyObject *names,
              struct sent *sent)
{
    struct keywords k;
    PyObject *second = NULL;
    Py_ssize_t first = count > 0;
    if (check_caller(client) != 0 ||
        read_keywords(&k, "request", &second, NULL, args + first, count - first, names) != 0)
        return -1;
    if (first == !!k.method) {
        PyErr_SetString(PyExc_TypeError, "client.request() needs one method and a URL");
        return -1;
    }
    const char *method = method_of(first ? args[0] : k.method);
    if (!method)
        return -1;
    if (second)
        k.name = second;
    return begin(client, method, &k, sent);
}

static PyObject *request(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    struct gs_client *client = (struct gs_client *)self;
    struct sent sent;
    return begin_request(client, args, count, names, &sent) == 0 ? finish(client, &sent) : NULL;
}

// ---- session state --------------------------------------------------------------------------

static PyObject *client_headers(struct gs_client *client)
{
    if (!client->headers)
        client->headers = PyObject_CallFunction(gs_py.make_headers, "Os", client, DEFAULT_FIELDS);
    return Py_XNewRef(client->headers);
}

static PyObject *get_headers(struct gs_client *client, void *unused)
{
    (void)unused;
    return client_headers(client);
}

static int set_headers(struct gs_client *client, PyObject *value, void *unused)
{
    (void)unused;
    PyObject *headers = client_headers(client);
    PyObject *cleared = headers ? PyObject_CallMethod(headers, "clear", NULL) : NULL;
    PyObject *done = cleared && value ? PyObject_CallMethod(headers, "update", "O", value) : NULL;
    Py_XDECREF(headers);
    Py_XDECREF(cleared);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

static PyObject *headers_changed(struct gs_client *client, PyObject *unused)
{
    (void)unused;
    client->fields_stale = true;
    Py_RETURN_NONE;
}

static PyObject *get_cookies(struct gs_client *client, void *unused)
{
    (void)unused;
    if (!client->cookies)
        client->cookies = PyObject_CallOneArg(gs_py.make_cookies, (PyObject *)client);
    return Py_XNewRef(client->cookies);
}

static int set_cookies(struct gs_client *client, PyObject *value, void *unused)
{
    PyObject *cookies = get_cookies(client, unused);
    PyObject *cleared = cookies ? PyObject_CallMethod(cookies, "clear", NULL) : NULL;
    PyObject *done = cleared && value ? PyObject_CallMethod(cookies, "update", "O", value) : NULL;
    Py_XDECREF(cookies);
    Py_XDECREF(cleared);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

static struct gs_jar *jar_of(struct gs_client *client)
{
    if (!client->user) {
        PyErr_SetString(PyExc_RuntimeError, "this user has ended");
        return NULL;
    }
    return &client->user->user->session.jar;
}

static PyObject *latin(struct gs_slice slice)
{
    return PyUnicode_DecodeUTF8(slice.data, (Py_ssize_t)slice.len, "replace");
}

static PyObject *cookie_list(struct gs_client *client, PyObject *unused)
{
    (void)unused;
    struct gs_jar *jar = jar_of(client);
    PyObject *list = jar ? PyList_New(0) : NULL;
    for (uint32_t i = 0; list && i < jar->count; i++) {
        const struct gs_cookie *c = &jar->items[i];
        PyObject *row = Py_BuildValue("(NNNN)", latin(gs_cookie_name(c)), latin(gs_cookie_value(c)),
                                      latin(gs_cookie_domain(c)), latin(gs_cookie_path(c)));
        if (!row || PyList_Append(list, row) != 0)
            Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}

static PyObject *cookie_set(struct gs_client *client, PyObject *args)
{
    struct gs_slice name, value, domain, path;
    Py_ssize_t n, v, d, p;
    struct gs_jar *jar = jar_of(client);
    if (!jar || !PyArg_ParseTuple(args, "s#s#s#s#", &name.data, &n, &value.data, &v, &domain.data,
                                  &d, &path.data, &p))
        return NULL;
    name.len = (size_t)n;
    value.len = (size_t)v;
    domain.len = (size_t)d;
    path.len = (size_t)p;
    if (gs_jar_set(jar, name, value, domain, path) != 0) {
        PyErr_Format(PyExc_ValueError,
                     "cookie %.100s: name and value must be at most %d bytes without control "
                     "characters and ';'",
                     name.data, GS_COOKIE_BYTES_MAX);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *cookie_remove(struct gs_client *client, PyObject *args)
{
    struct gs_slice name, domain, path;
    Py_ssize_t n, d, p;
    struct gs_jar *jar = jar_of(client);
    if (!jar || !PyArg_ParseTuple(args, "s#s#s#", &name.data, &n, &domain.data, &d, &path.data, &p))
        return NULL;
    name.len = (size_t)n;
    domain.len = (size_t)d;
    path.len = (size_t)p;
    return PyLong_FromUnsignedLong(gs_jar_remove(jar, name, domain, path));
}

// ---- yielding, for goose._locks and run_in_thread --------------------------------------------

// Parks the user until wake(), or for at most `timeout` seconds. Stop ends it with an exception.
static PyObject *park(struct gs_client *client, PyObject *args)
{
    double timeout = -1;
    if (!PyArg_ParseTuple(args, "|d", &timeout) || check_caller(client) != 0 ||
        gs_hub_check(client->user) != 0)
        return NULL;
    struct gs_user *user = client->user->user;
    if (timeout >= 0 && !user->woken)
        gs_user_sleep(user, gs_lane_now(user->lane) + (uint64_t)(timeout * 1e9));
    else
        gs_user_park(user);
    if (gs_hub_wait(client->user) != 0)
        return NULL;
    user->woken = false;
    if (gs_hub_check(client->user) != 0)
        return NULL;
    Py_RETURN_NONE;
}

// Any thread (with the GIL): wakes the parked user.
static PyObject *wake(struct gs_client *client, PyObject *unused)
{
    (void)unused;
    if (!client->user)
        Py_RETURN_NONE;
    struct gs_user *user = client->user->user;
    if (gs_py_lane_here && gs_py_lane_here->lane == user->lane)
        gs_user_wake(user);
    else
        gs_lane_wake(user->lane, user);
    Py_RETURN_NONE;
}

// ---- the type -------------------------------------------------------------------------------

// A user and password in the host are the session's auth, and stand in no URL that is shown.
static int take_host(struct gs_client *client, PyObject *host)
{
    if (PyUnicode_FindChar(host, '@', 0, PyUnicode_GET_LENGTH(host), 1) < 0) {
        client->base = Py_NewRef(host);
        return 0;
    }
    PyObject *split = PyObject_CallOneArg(gs_py.split_userinfo, host);
    if (!split || !PyArg_ParseTuple(split, "OO", &client->base, &client->auth)) {
        Py_XDECREF(split);
        return -1;
    }
    Py_INCREF(client->base);
    client->auth = client->auth == Py_None ? NULL : Py_NewRef(client->auth);
    Py_DECREF(split);
    return 0;
}

struct gs_client *gs_client_new(struct gs_py_user *user)
{
    if (make_words() != 0)
        return NULL;
    struct gs_client *client = PyObject_GC_New(struct gs_client, &gs_client_type);
    if (!client)
        return NULL;
    memset((char *)client + sizeof(PyObject), 0, sizeof *client - sizeof(PyObject));
    client->user = user;
    PyObject_GC_Track(client);
    if (take_host(client, user->klass->host) == 0)
        return client;
    Py_DECREF((PyObject *)client);
    return NULL;
}

static int traverse(struct gs_client *client, visitproc visit, void *arg)
{
    Py_VISIT(client->dict);
    Py_VISIT(client->headers);
    Py_VISIT(client->cookies);
    Py_VISIT(client->auth);
    return 0;
}

static int clear(struct gs_client *client)
{
    Py_CLEAR(client->dict);
    Py_CLEAR(client->headers);
    Py_CLEAR(client->cookies);
    Py_CLEAR(client->auth);
    return 0;
}

static void dealloc(struct gs_client *client)
{
    PyObject_GC_UnTrack(client);
    clear(client);
    Py_XDECREF(client->verify);
    Py_XDECREF(client->base);
    gs_buf_fini(&client->fields);
    PyObject_GC_Del(client);
}

static PyObject *get_verify(struct gs_client *client, void *unused)
{
    (void)unused;
    if (client->verify)
        return Py_NewRef(client->verify);
    return client->user ? Py_NewRef(client->user->klass->verify) : Py_NewRef(Py_True);
}

static int set_verify(struct gs_client *client, PyObject *value, void *unused)
{
    (void)unused;
    Py_XSETREF(client->verify, Py_XNewRef(value));
    if (client->user)
        gs_origin_release(client->origin);
    client->origin = NULL; // found anew, with this setting
    return 0;
}

static PyObject *get_user_id(struct gs_client *client, void *unused)
{
    (void)unused;
    if (!client->user)
        Py_RETURN_NONE;
    return PyLong_FromUnsignedLong(client->user->user->id);
}

#define FAST(name) (PyCFunction)(void (*)(void)) verb_##name, METH_FASTCALL | METH_KEYWORDS

static PyMethodDef methods[] = {
        {"get", FAST(get), "GET a URL."},
        {"post", FAST(post), "POST to a URL."},
        {"put", FAST(put), "PUT to a URL."},
        {"patch", FAST(patch), "PATCH a URL."},
        {"delete", FAST(delete), "DELETE a URL."},
        {"head", FAST(head), "HEAD of a URL; redirects are not followed unless asked."},
        {"options", FAST(options), "OPTIONS of a URL."},
        {"request", (PyCFunction)(void (*)(void))request, METH_FASTCALL | METH_KEYWORDS,
         "A request with any method."},
        {"headers_changed", (PyCFunction)headers_changed, METH_NOARGS,
         "Tells that client.headers was changed."},
        {"cookie_list", (PyCFunction)cookie_list, METH_NOARGS, "[(name, value, domain, path)]."},
        {"cookie_set", (PyCFunction)cookie_set, METH_VARARGS, "(name, value, domain, path)."},
        {"cookie_remove", (PyCFunction)cookie_remove, METH_VARARGS, "(name, domain, path)."},
        {"park", (PyCFunction)park, METH_VARARGS, "Waits for wake(), at most `timeout` seconds."},
        {"wake", (PyCFunction)wake, METH_NOARGS, "Wakes the parked user; from any thread."},
        {NULL, NULL, 0, NULL},
};

static PyMemberDef members[] = {
        {"auth", T_OBJECT, offsetof(struct gs_client, auth), 0, "(user, password) for all calls."},
        {"base_url", T_OBJECT, offsetof(struct gs_client, base), READONLY, "Host."},
        {NULL, 0, 0, 0, NULL},
};

static PyGetSetDef getters[] = {
        {"headers", (getter)get_headers, (setter)set_headers, "Header fields of all calls.", NULL},
        {"cookies", (getter)get_cookies, (setter)set_cookies, "This user's cookies.", NULL},
        {"verify", (getter)get_verify, (setter)set_verify,
         "True, False or a CA file, for TLS of all calls.", NULL},
        {"user_id", (getter)get_user_id, NULL, "Number of the user, from 0.", NULL},
        {NULL, NULL, NULL, NULL, NULL},
};

PyTypeObject gs_client_type = {
        PyVarObject_HEAD_INIT(NULL, 0).tp_name = "goose.Client",
        .tp_basicsize = sizeof(struct gs_client),
        .tp_dealloc = (destructor)dealloc,
        .tp_getattro = PyObject_GenericGetAttr,
        .tp_setattro = PyObject_GenericSetAttr,
        .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
        .tp_doc = "One user's HTTP client: cookies and connections of its own.",
        .tp_traverse = (traverseproc)traverse,
        .tp_clear = (inquiry)clear,
        .tp_methods = methods,
        .tp_members = members,
        .tp_getset = getters,
        .tp_dictoffset = offsetof(struct gs_client, dict),
};
