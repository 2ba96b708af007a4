#include "py/render.h"

#include "py/aim.h"
#include "py/fields.h"
#include "py/names.h"
#include "py/shared.h"

struct parts {
    struct gs_aim aim;
    struct gs_fields fields;
    PyObject *url;            // as sent, a reference
    PyObject *body;           // bytes or str, a reference, or NULL
    PyObject *cookies;        // str, a reference, or NULL
    const char *content_type; // to add unless given, or NULL
    PyObject *content_type_object, *authorization;
    struct gs_slice body_bytes;
};

static void parts_fini(struct parts *parts)
{
    gs_aim_fini(&parts->aim);
    gs_buf_fini(&parts->fields.own);
    Py_XDECREF(parts->url);
    Py_XDECREF(parts->body);
    Py_XDECREF(parts->cookies);
    Py_XDECREF(parts->content_type_object);
    Py_XDECREF(parts->authorization);
}

// What needs Python: params, forms, files, authentication (goose._encode.prepare).
static int prepare_in_python(struct gs_client *client, struct parts *parts,
                             const struct gs_keywords *k)
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

static int prepare(struct gs_client *client, struct parts *parts, const struct gs_keywords *k)
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

static int read_timeout(struct gs_client *client, struct gs_call *call, PyObject *timeout)
{
    double whole = client->user->klass->plain.timeout_s;
    double dial = client->user->klass->plain.connect_timeout_s;
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

static int render(struct gs_client *client, const char *method, const struct gs_keywords *k,
                  struct parts *parts, uint32_t *name)
{
    struct gs_call *call = gs_user_call(client->user->user);
    if (!call) {
        PyErr_NoMemory();
        return -1;
    }
    if (prepare(client, parts, k) != 0 || body_bytes(parts) != 0 ||
        gs_aim_take(client, &parts->aim, parts->url, k->verify) != 0 ||
        gs_fields_build(client, &parts->fields, k->headers, parts->authorization,
                        parts->content_type) != 0 ||
        read_timeout(client, call, k->timeout) != 0)
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
                                 .fields = parts->fields.session,
                                 .fields2 = {parts->fields.own.data, parts->fields.own.len},
                                 .cookies = {cookies, cookies_len},
                                 .body = parts->body_bytes,
                                 .has_body = sends_length,
                                 .own_host = parts->fields.own_host,
                                 .own_cookie = parts->fields.own_cookie,
                                 .body_stays = true};
    call->follow = follow;
    call->max_body = client->user->klass->plain.max_body;
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

int gs_render(struct gs_client *client, const char *method, const struct gs_keywords *k,
              struct gs_sent *sent)
{
    struct parts parts = {0};
    int rc = render(client, method, k, &parts, &sent->name);
    if (rc == 0) {
        sent->url = Py_NewRef(parts.url);
        sent->body = Py_XNewRef(parts.body);
        sent->absolute = parts.aim.absolute;
    }
    parts_fini(&parts);
    return rc;
}
