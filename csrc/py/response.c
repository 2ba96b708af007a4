#include "py/response.h"

#include <structmember.h>

#include "net/inflate.h"
#include "plan/json.h"
#include "py/client.h"
#include "py/shared.h"

#define SPARES 256

// Dead objects kept for reuse; guarded by the GIL.
static struct gs_response *spares[SPARES];
static int spare_count;

static struct gs_response *allocate(void)
{
    if (spare_count == 0)
        return PyObject_New(struct gs_response, &gs_response_type);
    struct gs_response *response = spares[--spare_count];
    _Py_NewReference((PyObject *)response);
    return response;
}

static void wipe(struct gs_response *r)
{
    memset((char *)r + offsetof(struct gs_response, borrower), 0,
           sizeof *r - offsetof(struct gs_response, borrower));
}

// A response without an answer yet.
static struct gs_response *blank(struct gs_py_user *user, PyObject *base, PyObject *url,
                                 bool absolute)
{
    struct gs_response *r = allocate();
    if (!r)
        return NULL;
    wipe(r);
    r->client = (struct gs_client *)Py_NewRef((PyObject *)user->client);
    r->base = Py_NewRef(base);
    r->url = Py_NewRef(url);
    r->absolute = absolute;
    r->name = user->user->name;
    return r;
}

struct gs_response *gs_response_new(struct gs_py_user *user, PyObject *base, PyObject *url,
                                    bool absolute)
{
    struct gs_response *r = blank(user, base, url, absolute);
    if (!r)
        return NULL;
    struct gs_call *call = user->user->call;
    r->head = call->head_bytes;
    r->body = call->body_bytes;
    r->elapsed_ns = call->last_ns - call->sent_ns;
    r->epoch = user->lane->lane->epoch;
    r->status = call->status;
    r->err = call->err;
    r->detail = call->detail;
    r->failed = call->status == 0 || call->status >= 400;
    r->cut = r->fails_untold = call->body_cut;
    if (call->owned) {
        r->own_head = call->own_head;
        r->own_body = call->own_body;
        call->own_head = call->own_body = (struct gs_buf)GS_BUF_EMPTY;
        call->owned = false;
    } else if (r->head.data) {
        r->borrower = user;
        user->borrowed = r;
    }
    call->head_bytes = call->body_bytes = (struct gs_slice){NULL, 0};
    return r;
}

PyObject *gs_response_history(struct gs_py_user *user, struct gs_response *last,
                              struct gs_hop *hops)
{
    PyObject *list = PyList_New(0);
    while (hops) {
        struct gs_hop *hop = hops;
        hops = hop->next;
        PyObject *url = PyUnicode_DecodeLatin1(hop->url, (Py_ssize_t)strlen(hop->url), NULL);
        struct gs_response *r = url ? blank(user, last->base, url, true) : NULL;
        Py_XDECREF(url);
        if (r) {
            r->status = hop->status;
            r->own_head = (struct gs_buf){hop->head, hop->head_len, hop->head_len};
            r->head = (struct gs_slice){hop->head, hop->head_len};
            r->elapsed_ns = hop->elapsed_ns;
            r->epoch = UINT32_MAX; // not a request of its own
            hop->head = NULL;
        }
        if (!list || !r || PyList_Append(list, (PyObject *)r) != 0)
            Py_CLEAR(list);
        Py_XDECREF((PyObject *)r);
        free(hop->url);
        free(hop->head);
        free(hop);
    }
    return list;
}

static PyObject *text_of_value(struct gs_value v)
{
    return v.tag == GS_STR ? PyUnicode_DecodeUTF8(v.str->data, v.str->len, NULL) : NULL;
}

PyObject *gs_response_of_reply(struct gs_py_user *user, struct gs_reply *reply)
{
    struct gs_client *client = gs_hub_client(user);
    PyObject *url = text_of_value(reply->url);
    struct gs_response *r = client && url && gs_reply_own(reply) ? allocate() : NULL;
    if (!r) {
        Py_XDECREF(url);
        return PyErr_Occurred() ? NULL : PyErr_NoMemory();
    }
    gs_list_remove(&reply->lent);
    wipe(r);
    r->client = (struct gs_client *)Py_NewRef((PyObject *)client);
    r->base = Py_NewRef(client->base);
    r->url = url;
    r->absolute = reply->absolute;
    r->elapsed_ns = reply->elapsed_ns;
    r->name = reply->name;
    r->epoch = reply->epoch;
    r->status = reply->status;
    r->err = reply->err;
    r->detail = reply->detail;
    r->failed = reply->failed;
    r->failure = text_of_value(reply->failure);
    r->cut = r->fails_untold = reply->cut;
    r->plain = reply->decoded;
    r->own_head = reply->own_head;
    r->own_body = reply->own_body;
    r->head = (struct gs_slice){r->own_head.data, r->own_head.len};
    r->body = (struct gs_slice){r->own_body.data, r->own_body.len};
    struct gs_hop *hops = reply->hops;
    reply->hops = NULL;
    if (hops)
        r->history = gs_response_history(user, r, hops);
    for (struct gs_view *view = reply->views; view; view = view->next)
        if (!gs_json_touch(view))
            view->text = NULL;
    gs_reply_bare(reply);
    return (PyObject *)r;
}

int gs_response_own(struct gs_response *r)
{
    if (!r->borrower)
        return 0;
    if (gs_buf_add(&r->own_head, r->head.data, r->head.len) != 0 ||
        (!r->content && gs_buf_add(&r->own_body, r->body.data, r->body.len) != 0)) {
        PyErr_NoMemory();
        return -1;
    }
    r->head.data = r->own_head.data;
    r->body = (struct gs_slice){r->own_body.data, r->own_body.len};
    r->borrower->borrowed = NULL;
    r->borrower = NULL;
    return 0;
}

static void dealloc(struct gs_response *r)
{
    if (r->borrower)
        r->borrower->borrowed = NULL;
    Py_CLEAR(r->client);
    Py_CLEAR(r->base);
    Py_CLEAR(r->url);
    Py_CLEAR(r->content);
    Py_CLEAR(r->text);
    Py_CLEAR(r->headers);
    Py_CLEAR(r->encoding);
    Py_CLEAR(r->history);
    Py_CLEAR(r->failure);
    gs_buf_fini(&r->own_head);
    gs_buf_fini(&r->own_body);
    if (spare_count < SPARES)
        spares[spare_count++] = r;
    else
        PyObject_Free(r);
}

// ---- judging --------------------------------------------------------------------------------

// The row to correct, or NULL: no longer to be corrected (a reset came between, or no metrics).
static struct gs_row *row_of(const struct gs_response *r)
{
    const struct gs_py_user *user = r->client->user;
    if (!user || user->lane->lane->epoch != r->epoch || !user->lane->lane->attack->plan.metrics)
        return NULL;
    struct gs_lane *lane = user->lane->lane;
    return gs_shard_row(lane->shard, &lane->names, r->name);
}

// Counts the error that the response stands for now, `by` times.
static void move_error(struct gs_response *r, struct gs_row *row, int64_t by)
{
    struct gs_shard *shard = r->client->user->lane->lane->shard;
    if (r->failure) {
        Py_ssize_t len;
        const char *text = PyUnicode_AsUTF8AndSize(r->failure, &len);
        if (text)
            gs_shard_error(shard, row, text, (size_t)len, r->status, by);
        else
            PyErr_Clear();
        return;
    }
    char text[GS_ERROR_TEXT_BYTES];
    struct gs_call like = {.status = r->status, .err = r->err, .detail = r->detail};
    size_t len = gs_call_error_text(&like, text, sizeof text);
    gs_shard_error(shard, row, text, len, r->status, by);
}

static void judge_success(struct gs_response *r)
{
    struct gs_row *row = row_of(r);
    if (r->failed && row) {
        row->failures--;
        move_error(r, row, -1);
    }
    r->failed = false;
    Py_CLEAR(r->failure);
}

static int judge_failure(struct gs_response *r, PyObject *message)
{
    PyObject *text = PyObject_Str(message);
    if (!text)
        return -1;
    struct gs_row *row = row_of(r);
    if (row && r->failed)
        move_error(r, row, -1);
    else if (row)
        row->failures++;
    r->failed = true;
    Py_XSETREF(r->failure, text);
    if (row)
        move_error(r, row, 1);
    return 0;
}

static PyObject *success(struct gs_response *r, PyObject *unused)
{
    (void)unused;
    judge_success(r);
    Py_RETURN_NONE;
}

static PyObject *failure(struct gs_response *r, PyObject *message)
{
    if (judge_failure(r, message) != 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *enter(PyObject *self, PyObject *unused)
{
    (void)unused;
    return Py_NewRef(self);
}

// A ResponseError raised inside the block is a verdict on the request; others go on.
static PyObject *leave(struct gs_response *r, PyObject *const *args, Py_ssize_t count)
{
    if (count != 3 || args[1] == Py_None)
        Py_RETURN_FALSE;
    if (!PyErr_GivenExceptionMatches(args[0], gs_py.ResponseError))
        Py_RETURN_FALSE;
    if (judge_failure(r, args[1]) != 0)
        return NULL;
    Py_RETURN_TRUE;
}

// ---- the body -------------------------------------------------------------------------------

// The body cannot be given whole: the request fails, once.
static void spoil(struct gs_response *r, const char *why)
{
    r->cut = true;
    if (r->failed)
        return;
    PyObject *text = PyUnicode_FromString(why);
    if (!text || judge_failure(r, text) != 0)
        PyErr_Clear();
    Py_XDECREF(text);
}

static size_t max_body(const struct gs_response *r)
{
    const struct gs_py_user *user = r->client->user;
    return user ? user->klass->plain.max_body : (size_t)16 << 20;
}

static PyObject *decode_body(struct gs_response *r)
{
    struct gs_slice coding = gs_head_find(r->head, "content-encoding");
    bool known = coding.data && !r->plain &&
                 (gs_slice_is(coding, "gzip") || gs_slice_is(coding, "x-gzip") ||
                  gs_slice_is(coding, "deflate"));
    if (!known)
        return PyBytes_FromStringAndSize(r->body.data, (Py_ssize_t)r->body.len);
    struct gs_buf plain = GS_BUF_EMPTY;
    PyObject *bytes = NULL;
    switch (gs_inflate(&plain, r->body.data, r->body.len, max_body(r))) {
    case GS_INFLATE_OK:
        bytes = PyBytes_FromStringAndSize(plain.data, (Py_ssize_t)plain.len);
        break;
    case GS_INFLATE_BAD:
        spoil(r, "body: damaged compressed data");
        bytes = PyBytes_FromStringAndSize(NULL, 0);
        break;
    case GS_INFLATE_TOO_LARGE:
        spoil(r, "body: larger than max_body when decoded");
        bytes = PyBytes_FromStringAndSize(NULL, 0);
        break;
    }
    gs_buf_fini(&plain);
    return bytes;
}

// Borrowed reference, or NULL with an exception.
static PyObject *content_of(struct gs_response *r)
{
    if (r->content)
        return r->content;
    if (r->cut) {
        if (r->fails_untold)
            spoil(r, "body: larger than max_body");
        r->fails_untold = false;
        r->content = PyBytes_FromStringAndSize(NULL, 0);
    } else {
        r->content = decode_body(r);
    }
    if (r->content && !r->borrower) {
        gs_buf_fini(&r->own_body); // one copy is enough
        r->body = (struct gs_slice){NULL, 0};
    }
    return r->content;
}

static PyObject *get_content(struct gs_response *r, void *unused)
{
    (void)unused;
    return Py_XNewRef(content_of(r));
}

// The charset parameter of Content-Type (RFC 9110 section 8.3.2), or NULL.
static PyObject *charset_of(struct gs_slice type)
{
    const char *end = type.data + type.len;
    for (const char *at = type.data; at + 8 < end; at++) {
        if (!gs_slice_is((struct gs_slice){at, 7}, "charset"))
            continue;
        const char *from = at + 7;
        while (from < end && *from == ' ')
            from++;
        if (from == end || *from++ != '=')
            continue;
        while (from < end && *from == ' ')
            from++;
        if (from < end && (*from == '"' || *from == '\''))
            from++;
        const char *to = from;
        while (to < end && *to != ';' && *to != '"' && *to != '\'' && *to != ' ')
            to++;
        if (to > from)
            return PyUnicode_DecodeLatin1(from, to - from, NULL);
    }
    return NULL;
}

// As requests: the charset, ISO-8859-1 for text without one, UTF-8 for JSON, else None.
static PyObject *encoding_of(struct gs_response *r)
{
    if (r->encoding)
        return r->encoding;
    struct gs_slice type = gs_head_find(r->head, "content-type");
    PyObject *encoding = type.data ? charset_of(type) : NULL;
    if (!encoding && PyErr_Occurred())
        return NULL;
    if (!encoding && type.len >= 5 && gs_slice_is((struct gs_slice){type.data, 5}, "text/"))
        encoding = PyUnicode_InternFromString("ISO-8859-1");
    else if (!encoding && type.len >= 16 &&
             gs_slice_is((struct gs_slice){type.data, 16}, "application/json"))
        encoding = PyUnicode_InternFromString("utf-8");
    r->encoding = encoding ? encoding : Py_NewRef(Py_None);
    return r->encoding;
}

static PyObject *get_encoding(struct gs_response *r, void *unused)
{
    (void)unused;
    return Py_XNewRef(encoding_of(r));
}

static int set_encoding(struct gs_response *r, PyObject *value, void *unused)
{
    (void)unused;
    if (!value || (value != Py_None && !PyUnicode_Check(value))) {
        PyErr_SetString(PyExc_TypeError, "encoding must be a str or None");
        return -1;
    }
    Py_XSETREF(r->encoding, Py_NewRef(value));
    Py_CLEAR(r->text);
    return 0;
}

// Borrowed reference, or NULL with an exception.
static PyObject *text_of(struct gs_response *r)
{
    if (r->text)
        return r->text;
    PyObject *content = content_of(r), *encoding = content ? encoding_of(r) : NULL;
    if (!encoding)
        return NULL;
    const char *name = encoding == Py_None ? "utf-8" : PyUnicode_AsUTF8(encoding);
    if (!name)
        return NULL;
    r->text = PyUnicode_Decode(PyBytes_AS_STRING(content), PyBytes_GET_SIZE(content), name,
                               "replace");
    if (!r->text && PyErr_ExceptionMatches(PyExc_LookupError)) {
        PyErr_Clear(); // a charset that Python does not know
        r->text = PyUnicode_DecodeUTF8(PyBytes_AS_STRING(content), PyBytes_GET_SIZE(content),
                                       "replace");
    }
    return r->text;
}

static PyObject *get_text(struct gs_response *r, void *unused)
{
    (void)unused;
    return Py_XNewRef(text_of(r));
}

static PyObject *json(struct gs_response *r, PyObject *args, PyObject *keywords)
{
    PyObject *content = content_of(r);
    if (!content)
        return NULL;
    PyObject *source = Py_NewRef(content);
    // json.loads looks for UTF-16 and -32 in bytes; a leading ASCII byte pair says UTF-8
    const unsigned char *first = (const unsigned char *)PyBytes_AS_STRING(content);
    Py_ssize_t len = PyBytes_GET_SIZE(content);
    if (len >= 4 && first[0] < 0x80 && first[0] && first[1] && first[2] && first[3]) {
        PyObject *text = PyUnicode_DecodeUTF8((const char *)first, len, NULL);
        if (text)
            Py_SETREF(source, text);
        else
            PyErr_Clear();
    }
    PyObject *encoding = PyBytes_Check(source) ? encoding_of(r) : Py_None;
    if (!encoding) {
        Py_DECREF(source);
        return NULL;
    }
    // without charset json.loads finds out: UTF-8 with or without mark, UTF-16, UTF-32
    if (encoding != Py_None) {
        PyObject *text = text_of(r);
        if (!text) {
            Py_DECREF(source);
            return NULL;
        }
        Py_SETREF(source, Py_NewRef(text));
    }
    PyObject *result;
    if (PyTuple_GET_SIZE(args) == 0 && !keywords) {
        result = PyObject_CallOneArg(gs_py.json_loads, source);
    } else {
        PyObject *one = PyTuple_Pack(1, source);
        result = one ? PyObject_Call(gs_py.json_loads, one, keywords) : NULL;
        Py_XDECREF(one);
    }
    Py_DECREF(source);
    return result;
}

// ---- the rest -------------------------------------------------------------------------------

static PyObject *pairs_of(struct gs_slice head)
{
    PyObject *list = PyList_New(0);
    size_t at = 0;
    struct gs_slice name, value;
    while (list && gs_head_next(head, &at, &name, &value)) {
        PyObject *n = PyUnicode_DecodeLatin1(name.data, (Py_ssize_t)name.len, NULL);
        PyObject *v = PyUnicode_DecodeLatin1(value.data, (Py_ssize_t)value.len, NULL);
        PyObject *pair = n && v ? PyTuple_Pack(2, n, v) : NULL;
        Py_XDECREF(n);
        Py_XDECREF(v);
        if (!pair || PyList_Append(list, pair) != 0)
            Py_CLEAR(list);
        Py_XDECREF(pair);
    }
    return list;
}

static PyObject *get_headers(struct gs_response *r, void *unused)
{
    (void)unused;
    if (!r->headers) {
        PyObject *pairs = pairs_of(r->head);
        r->headers = pairs ? PyObject_CallOneArg(gs_py.response_headers, pairs) : NULL;
        Py_XDECREF(pairs);
    }
    return Py_XNewRef(r->headers);
}

static PyObject *url_of(struct gs_response *r)
{
    if (!r->absolute) {
        PyObject *whole = PyObject_CallFunctionObjArgs(gs_py.join_url, r->base, r->url, NULL);
        if (!whole)
            return NULL;
        Py_SETREF(r->url, whole);
        r->absolute = true;
    }
    return r->url;
}

static PyObject *get_cookies(struct gs_response *r, void *unused)
{
    (void)unused;
    PyObject *list = PyList_New(0);
    size_t at = 0;
    struct gs_slice name, value;
    while (list && gs_head_next(r->head, &at, &name, &value)) {
        if (!gs_slice_is(name, "set-cookie"))
            continue;
        PyObject *text = PyUnicode_DecodeLatin1(value.data, (Py_ssize_t)value.len, NULL);
        if (!text || PyList_Append(list, text) != 0)
            Py_CLEAR(list);
        Py_XDECREF(text);
    }
    PyObject *url = list ? url_of(r) : NULL;
    PyObject *cookies =
            url ? PyObject_CallFunctionObjArgs(gs_py.response_cookies, list, url, NULL) : NULL;
    Py_XDECREF(list);
    return cookies;
}

static PyObject *get_url(struct gs_response *r, void *unused)
{
    (void)unused;
    return Py_XNewRef(url_of(r));
}

static PyObject *get_reason(struct gs_response *r, void *unused)
{
    (void)unused;
    const char *end = r->head.data ? memchr(r->head.data, '\n', r->head.len) : NULL;
    if (!end)
        Py_RETURN_NONE;
    while (end > r->head.data && (end[-1] == '\r' || end[-1] == ' '))
        end--;
    Py_ssize_t len = end - r->head.data - 13;
    return PyUnicode_DecodeLatin1(r->head.data + 13, len > 0 ? len : 0, NULL);
}

static PyObject *get_elapsed(struct gs_response *r, void *unused)
{
    (void)unused;
    return PyObject_CallFunction(gs_py.timedelta, "iid", 0, 0, (double)r->elapsed_ns / 1000.0);
}

static PyObject *get_ok(struct gs_response *r, void *unused)
{
    (void)unused;
    return PyBool_FromLong(r->status > 0 && r->status < 400);
}

static PyObject *get_error(struct gs_response *r, void *unused)
{
    (void)unused;
    if (r->status)
        Py_RETURN_NONE;
    char text[GS_ERROR_TEXT_BYTES];
    struct gs_call like = {.status = 0, .err = r->err, .detail = r->detail};
    gs_call_error_text(&like, text, sizeof text);
    return PyObject_CallFunction(gs_py.RequestError, "s", text);
}

static PyObject *get_history(struct gs_response *r, void *unused)
{
    (void)unused;
    return r->history ? Py_NewRef(r->history) : PyList_New(0);
}

static PyObject *get_redirect(struct gs_response *r, void *unused)
{
    (void)unused;
    bool moved = r->status == 301 || r->status == 302 || r->status == 303 || r->status == 307 ||
                 r->status == 308;
    return PyBool_FromLong(moved && gs_head_find(r->head, "location").data);
}

static PyObject *raise_for_status(struct gs_response *r, PyObject *unused)
{
    (void)unused;
    if (r->status > 0 && r->status < 400)
        Py_RETURN_NONE;
    PyObject *error = PyObject_CallOneArg(gs_py.http_error, (PyObject *)r);
    if (error)
        PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    Py_XDECREF(error);
    return NULL;
}

static PyObject *repr(struct gs_response *r)
{
    return PyUnicode_FromFormat("<Response [%d]>", r->status);
}

static int truth(struct gs_response *r)
{
    return r->status > 0 && r->status < 400;
}

static PyObject *nothing(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
        {"json", (PyCFunction)(void (*)(void))json, METH_VARARGS | METH_KEYWORDS,
         "The body as JSON; ValueError when it is none."},
        {"raise_for_status", (PyCFunction)raise_for_status, METH_NOARGS,
         "Raises HTTPError for status 0 and 400 or more."},
        {"success", (PyCFunction)success, METH_NOARGS, "Counts the request as good."},
        {"failure", (PyCFunction)failure, METH_O, "Counts the request as failed, with a message."},
        {"close", nothing, METH_NOARGS, "Does nothing: bodies are read whole."},
        {"__enter__", enter, METH_NOARGS, NULL},
        {"__exit__", (PyCFunction)(void (*)(void))leave, METH_FASTCALL, NULL},
        {NULL, NULL, 0, NULL},
};

static PyMemberDef members[] = {
        {"status_code", T_INT, offsetof(struct gs_response, status), READONLY,
         "Status of the answer; 0: there was none."},
        {NULL, 0, 0, 0, NULL},
};

#define GETTER(name, text)                                                                         \
    {                                                                                              \
#name, (getter)get_##name, NULL, text, NULL                                                \
    }

static PyGetSetDef getters[] = {
        GETTER(ok, "Status between 1 and 399."),
        GETTER(content, "The body, decoded, as bytes."),
        GETTER(text, "The body as str, in `encoding`."),
        GETTER(headers, "Header fields, case-insensitive."),
        GETTER(cookies, "Cookies that this response set."),
        GETTER(url, "The URL of the last answer."),
        GETTER(history, "The answers that redirected, oldest first."),
        GETTER(elapsed, "From the first byte sent to the last byte received."),
        GETTER(reason, "The phrase behind the status."),
        GETTER(error, "Why there was no answer, or None."),
        {"is_redirect", (getter)get_redirect, NULL, "A redirect with a Location.", NULL},
        {"encoding", (getter)get_encoding, (setter)set_encoding, "Charset of the body.", NULL},
        {NULL, NULL, NULL, NULL, NULL},
};

static PyNumberMethods numbers = {.nb_bool = (inquiry)truth};

PyTypeObject gs_response_type = {
        PyVarObject_HEAD_INIT(NULL, 0).tp_name = "goose.Response",
        .tp_basicsize = sizeof(struct gs_response),
        .tp_dealloc = (destructor)dealloc,
        .tp_repr = (reprfunc)repr,
        .tp_as_number = &numbers,
        .tp_flags = Py_TPFLAGS_DEFAULT,
        .tp_doc = "An answer, as users of requests know it. "
                  "status_code 0: there was none, see error.",
        .tp_methods = methods,
        .tp_members = members,
        .tp_getset = getters,
};
