// keywords: what a client call was given, by name.
#ifndef GS_PY_KEYWORDS_H
#define GS_PY_KEYWORDS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

// Every keyword of a client call, in the order of `struct gs_keywords`.
// clang-format off
#define GS_KEYWORDS(X)                                                                             \
    X(url) X(name) X(params) X(data) X(json) X(headers) X(cookies) X(auth) X(timeout)              \
    X(allow_redirects) X(verify) X(catch_response) X(files) X(stream) X(context) X(cert)           \
    X(proxies) X(hooks) X(method)
// clang-format on

struct gs_keywords {
#define FIELD(word) PyObject *word;
    GS_KEYWORDS(FIELD)
#undef FIELD
};

// Interns the names, once. Returns 0, or -1 with an exception.
int gs_keywords_init(void);

// Fills in the keywords of a vector call (borrowed) whose positional arguments stand for the URL,
// then *second and *third (NULL: not taken). `verb` is for messages. Returns 0, or -1 with an
// exception: an unknown name, a doubled one, no URL.
int gs_keywords_read(struct gs_keywords *keywords, const char *verb, PyObject **second,
                     PyObject **third, PyObject *const *args, Py_ssize_t count, PyObject *names);

// Fills in one keyword (borrowed); None is as good as absent, but for the URL. Returns 0, or -1
// with an exception: an unknown name, a doubled one.
int gs_keywords_set(struct gs_keywords *keywords, const char *verb, PyObject *word,
                    PyObject *value);

// Returns 0, or -1 with an exception: there is no URL, or it is no str.
int gs_keywords_check_url(const struct gs_keywords *keywords, const char *verb);

// Says that this verb takes no method=. Returns -1.
int gs_keywords_refuse_method(const char *verb);

#endif
