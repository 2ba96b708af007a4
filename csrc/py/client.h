// client: one user's HTTP client, self.client.
#ifndef GS_PY_CLIENT_H
#define GS_PY_CLIENT_H

#include "engine/ask.h"
#include "py/hub.h"

struct gs_client {
    PyObject_HEAD struct gs_py_user *user; // NULL after the user's end
    PyObject *dict;                        // attributes of the script's own
    PyObject *headers;                     // goose._headers.Headers, made when asked for
    PyObject *cookies;                     // goose._cookies.Cookies, made when asked for
    PyObject *auth, *verify;               // or NULL
    PyObject *base;                        // str: host
    struct gs_origin *origin;              // of base, a reference
    struct gs_buf fields;                  // rendered session headers; empty: the default ones
    size_t prefix_len;                     // length of base's own path
    bool fields_stale;
    bool own_host, own_cookie; // among the session's headers
};

extern PyTypeObject gs_client_type;

// client.headers, made on first use. A new reference, or NULL with an exception.
PyObject *gs_client_headers(struct gs_client *client);

// The interned form of an upper-case method, compared by pointer; and of what a script gave as one:
// NULL with an exception.
const char *gs_client_method(const char *upper);
const char *gs_client_method_of(PyObject *method);

struct gs_client *gs_client_new(struct gs_py_user *user);

#endif
