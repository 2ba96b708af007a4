// fields: the header fields of one request: the session's and the call's.
#ifndef GS_PY_FIELDS_H
#define GS_PY_FIELDS_H

#include "py/client.h"

struct gs_fields {
    struct gs_slice session;   // sent first; empty when merged into `own`; the client's (borrowed)
    struct gs_buf own;         // of this call
    bool own_host, own_cookie; // the script gives these itself
};

// Fills in the fields for headers= (or NULL), an Authorization value that stands over both (or
// NULL), and a Content-Type to send unless one is given (or NULL). Returns 0, or -1 with an
// exception; gs_buf_fini(&fields->own) in both cases.
int gs_fields_build(struct gs_client *client, struct gs_fields *fields, PyObject *headers,
                    PyObject *authorization, const char *content_type);

#endif
