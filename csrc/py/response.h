// response: what a request brought back, as users of requests know it. Its bytes are the lane's
// until its user next waits, then its own.
#ifndef GS_PY_RESPONSE_H
#define GS_PY_RESPONSE_H

#include "plan/reply.h"
#include "py/hub.h"

struct gs_response {
    PyObject_HEAD struct gs_py_user *borrower; // whose `borrowed` this is, or NULL
    struct gs_client *client;                  // a reference: to count success() and failure()
    PyObject *base, *url; // host and URL as asked; url is replaced after redirects
    PyObject *content, *text, *headers, *encoding, *history, *failure; // made on demand, or NULL
    struct gs_buf own_head, own_body;
    struct gs_slice head, body;
    uint64_t elapsed_ns;
    uint32_t name, epoch;
    int status;
    enum gs_err err;
    const char *detail;
    bool absolute;     // url is complete
    bool plain;        // the body is decoded already
    bool failed;       // as it is counted now
    bool cut;          // the body is not whole
    bool fails_untold; // ... and that was not counted yet
};

extern PyTypeObject gs_response_type;

// The response of the user's finished call; takes over what the call owns. NULL with an exception.
struct gs_response *gs_response_new(struct gs_py_user *user, PyObject *base, PyObject *url,
                                    bool absolute);

// The response that a reply becomes; takes over what it owns. NULL with an exception.
PyObject *gs_response_of_reply(struct gs_py_user *user, struct gs_reply *reply);

// response.history of answers on the way (taken). NULL with an exception.
PyObject *gs_response_history(struct gs_py_user *user, struct gs_response *last,
                              struct gs_hop *hops);

// Copies what is borrowed. Returns 0, or -1 with an exception.
int gs_response_own(struct gs_response *response);

#endif
