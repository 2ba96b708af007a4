// shared: Python objects that the extension uses everywhere, found once at import.
#ifndef GS_PY_SHARED_H
#define GS_PY_SHARED_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

struct gs_py_shared {
    // exceptions of goose.exception, set by configure()
    PyObject *StopAttack, *StopUser, *InterruptTaskSet, *RescheduleTask;
    PyObject *RescheduleTaskImmediately, *ResponseError, *RequestError;
    // helpers of goose._glue, set by configure()
    PyObject *prepare;          // _encode.prepare
    PyObject *merge_headers;    // _headers.merge
    PyObject *encode_cookies;   // _cookies.encode
    PyObject *make_headers;     // client -> Headers
    PyObject *make_cookies;     // client -> Cookies
    PyObject *response_headers; // [(name, value)] -> Headers
    PyObject *response_cookies; // [set-cookie] -> ResponseCookies
    PyObject *split_userinfo;   // URL -> (URL without, (user, password) or None)
    PyObject *http_error;       // response -> HTTPError
    PyObject *natives;          // name of a native function -> the function
    PyObject *unbound;          // what islands are given for what has no value
    PyObject *unpack;           // (object, count) -> tuple
    PyObject *make_error;       // what stands behind raise [, and behind from] -> exception
    PyObject *is_error;         // (exception, what stands behind except) -> bool
    PyObject *add_trace;        // (exception, [(file, function, line)], innermost first)
    PyObject *sleep;            // time.sleep, as users have it
    PyObject *write_lines;      // what programs of a lane printed and logged -> out with it
    PyObject *json_loads, *json_dumps, *timedelta, *join_url;
};

extern struct gs_py_shared gs_py;

// configure(mapping): fills gs_py; each key must be there. Returns None.
PyObject *gs_shared_configure(PyObject *module, PyObject *mapping);

#endif
