#include "py/fields.h"

#include "net/field.h"
#include "py/shared.h"

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
        client->own_host = gs_field_has(own, "host", 4);
        client->own_cookie = gs_field_has(own, "cookie", 6);
        client->fields_stale = false;
    }
    if (client->fields.data)
        return (struct gs_slice){client->fields.data, client->fields.len};
    return GS_SLICE(GS_DEFAULT_FIELDS);
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
        struct gs_slice field = {name, (size_t)n}, plain = {text, (size_t)v};
        if (!gs_field_is_plain(field, plain) || gs_field_has(session, name, field.len))
            return 0;
        if (gs_field_add(out, field, plain) != 0) {
            PyErr_NoMemory();
            return -1;
        }
    }
    return 1;
}

static int add_field(struct gs_fields *fields, const char *name, const char *value)
{
    struct gs_slice own = {fields->own.data, fields->own.len};
    if (gs_field_has(own, name, strlen(name)) || gs_field_has(fields->session, name, strlen(name)))
        return 0;
    if (gs_buf_printf(&fields->own, "%s: %s\r\n", name, value) == 0)
        return 0;
    PyErr_NoMemory();
    return -1;
}

// The fields of session and call merged in Python, with authorization over both.
static int merge_fields(struct gs_client *client, struct gs_fields *fields, PyObject *headers,
                        PyObject *authorization)
{
    PyObject *session = gs_client_headers(client), *call = Py_XNewRef(headers), *bytes = NULL;
    if (session && (call || (call = PyDict_New())))
        bytes = PyObject_CallFunctionObjArgs(gs_py.merge_headers, session, call,
                                             authorization ? authorization : Py_None, NULL);
    Py_XDECREF(session);
    Py_XDECREF(call);
    if (!bytes)
        return -1;
    fields->own.len = 0;
    int rc = gs_buf_add(&fields->own, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes));
    Py_DECREF(bytes);
    if (rc != 0) {
        PyErr_NoMemory();
        return -1;
    }
    fields->session = (struct gs_slice){"", 0};
    struct gs_slice own = {fields->own.data, fields->own.len};
    fields->own_host = gs_field_has(own, "host", 4);
    fields->own_cookie = gs_field_has(own, "cookie", 6);
    return 0;
}

int gs_fields_build(struct gs_client *client, struct gs_fields *fields, PyObject *headers,
                    PyObject *authorization, const char *content_type)
{
    fields->session = session_fields(client);
    if (!fields->session.data)
        return -1;
    fields->own_host = client->own_host;
    fields->own_cookie = client->own_cookie;
    int plain = headers ? add_plain_fields(&fields->own, fields->session, headers) : 1;
    if (plain > 0 && authorization) {
        struct gs_slice own = {fields->own.data, fields->own.len};
        const char *value = PyUnicode_AsUTF8(authorization);
        if (!value)
            return -1;
        if (gs_field_has(own, "authorization", 13) ||
            gs_field_has(fields->session, "authorization", 13))
            plain = 0;
        else if (add_field(fields, "Authorization", value) != 0)
            return -1;
    }
    if (plain < 0 || (plain == 0 && merge_fields(client, fields, headers, authorization) != 0))
        return -1;
    return content_type ? add_field(fields, "Content-Type", content_type) : 0;
}
