// render: from the keywords of a client call to the bytes of a request.
#ifndef GS_PY_RENDER_H
#define GS_PY_RENDER_H

#include "py/client.h"
#include "py/keywords.h"

// What must be kept while the request is under way.
struct gs_sent {
    PyObject *url;  // as sent, a reference
    PyObject *body; // that the request points into, a reference, or NULL
    uint32_t name;  // id of its row
    bool absolute;  // url is complete
};

// Renders the request into the user's call. Returns 0, or -1 with an exception.
int gs_render(struct gs_client *client, const char *method, const struct gs_keywords *k,
              struct gs_sent *sent);

#endif
