#include "py/client.h"

#include <structmember.h>

#include "net/origin.h"
#include "py/render.h"
#include "py/response.h"
#include "py/shared.h"

static const char *const verbs[] = {"GET",    "POST", "PUT",     "PATCH",
                                    "DELETE", "HEAD", "OPTIONS", NULL};

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

static PyObject *outcome(struct gs_client *client, PyObject *url, bool absolute)
{
    struct gs_py_user *user = client->user;
    struct gs_call *call = user->user->call;
    if (call->err == GS_E_ABANDONED) {
        gs_user_forget_call(user->user);
        if (gs_hub_check(user) == 0)
            PyErr_SetNone(gs_py.StopAttack);
        return NULL;
    }
    struct gs_response *r = gs_response_new(user, client->base, url, absolute);
    if (!r || (!call->hops && !call->final_url)) {
        gs_user_forget_call(user->user);
        return (PyObject *)r;
    }
    // the response's own bytes are safe: the call's slices are empty by now
    struct gs_hop *hops = call->hops;
    call->hops = NULL;
    r->history = gs_response_history(user, r, hops);
    if (call->final_url) {
        PyObject *final =
                PyUnicode_DecodeLatin1(call->final_url, (Py_ssize_t)strlen(call->final_url), NULL);
        if (final) {
            Py_SETREF(r->url, final);
            r->absolute = true;
        }
    }
    gs_user_forget_call(user->user);
    if (!PyErr_Occurred())
        return (PyObject *)r;
    Py_DECREF((PyObject *)r);
    return NULL;
}

// Checks, renders and starts a request. Returns 0 or -1 with an exception. It stands apart from the
// frame that waits: what a frame holds across a wait is copied at every switch.
static int __attribute__((noinline)) begin(struct gs_client *client, const char *method,
                                           const struct gs_keywords *k, struct gs_sent *sent)
{
    struct gs_py_user *user = client->user;
    if (gs_hub_check(user) != 0)
        return -1;
    if (user->user->session.call) {
        PyErr_SetString(PyExc_RuntimeError, "this user has a request in flight already");
        return -1;
    }
    if (gs_render(client, method, k, sent) != 0)
        return -1;
    gs_user_start_call(user->user, sent->name);
    return 0;
}

static PyObject *finish(struct gs_client *client, struct gs_sent *sent)
{
    int rc = gs_hub_wait(client->user);
    Py_XDECREF(sent->body);
    PyObject *response = rc == 0 ? outcome(client, sent->url, sent->absolute) : NULL;
    Py_DECREF(sent->url);
    return response;
}

static int __attribute__((noinline))
begin_verb(struct gs_client *client, int verb, PyObject *const *args, Py_ssize_t count,
           PyObject *names, struct gs_sent *sent)
{
    static const char *const lower[] = {"get",    "post", "put",     "patch",
                                        "delete", "head", "options", NULL};
    struct gs_keywords k;
    PyObject *second = NULL, *third = NULL;
    if (check_caller(client) != 0 ||
        gs_keywords_read(&k, lower[verb], verb < 4 ? &second : NULL, verb == 1 ? &third : NULL,
                         args, count, names) != 0)
        return -1;
    if (k.method)
        return gs_keywords_refuse_method(lower[verb]);
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
    struct gs_sent sent;
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

const char *gs_client_method(const char *upper)
{
    for (int i = 0; verbs[i]; i++)
        if (strcmp(verbs[i], upper) == 0)
            return verbs[i];
    PyObject *interned = PyUnicode_InternFromString(upper); // kept: methods are few
    return interned ? PyUnicode_AsUTF8(interned) : NULL;
}

// An interned, upper-case method; NULL with an exception for one that HTTP does not allow.
const char *gs_client_method_of(PyObject *method)
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
    return gs_client_method(upper);
}

static int __attribute__((noinline))
begin_request(struct gs_client *client, PyObject *const *args, Py_ssize_t count, PyObject *names,
              struct gs_sent *sent)
{
    struct gs_keywords k;
    PyObject *second = NULL;
    Py_ssize_t first = count > 0;
    if (check_caller(client) != 0 ||
        gs_keywords_read(&k, "request", &second, NULL, args + first, count - first, names) != 0)
        return -1;
    if (first == !!k.method) {
        PyErr_SetString(PyExc_TypeError, "client.request() needs one method and a URL");
        return -1;
    }
    const char *method = gs_client_method_of(first ? args[0] : k.method);
    if (!method)
        return -1;
    if (second)
        k.name = second;
    return begin(client, method, &k, sent);
}

static PyObject *request(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    struct gs_client *client = (struct gs_client *)self;
    struct gs_sent sent;
    return begin_request(client, args, count, names, &sent) == 0 ? finish(client, &sent) : NULL;
}

// ---- session state --------------------------------------------------------------------------

PyObject *gs_client_headers(struct gs_client *client)
{
    if (!client->headers)
        client->headers = PyObject_CallFunction(gs_py.make_headers, "Os", client,
                                                client->fields.data ? client->fields.data
                                                                    : GS_DEFAULT_FIELDS);
    return Py_XNewRef(client->headers);
}

static PyObject *get_headers(struct gs_client *client, void *unused)
{
    (void)unused;
    return gs_client_headers(client);
}

static int set_headers(struct gs_client *client, PyObject *value, void *unused)
{
    (void)unused;
    PyObject *headers = gs_client_headers(client);
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

// Header fields that the user's program has set before.
static int take_fields(struct gs_client *client)
{
    const struct gs_runner *runner = client->user->user->runner;
    if (!runner || !runner->session.own)
        return 0;
    struct gs_slice fields = runner->session.fields;
    if (gs_buf_add(&client->fields, fields.data, fields.len) == 0 &&
        gs_buf_add(&client->fields, "", 1) == 0) {
        client->fields.len--;
        return 0;
    }
    PyErr_NoMemory();
    return -1;
}

struct gs_client *gs_client_new(struct gs_py_user *user)
{
    if (gs_keywords_init() != 0)
        return NULL;
    struct gs_client *client = PyObject_GC_New(struct gs_client, &gs_client_type);
    if (!client)
        return NULL;
    memset((char *)client + sizeof(PyObject), 0, sizeof *client - sizeof(PyObject));
    client->user = user;
    PyObject_GC_Track(client);
    if (take_host(client, user->klass->host) == 0 && take_fields(client) == 0)
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
