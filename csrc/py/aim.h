// aim: where a request goes: host and URL to origin and target.
#ifndef GS_PY_AIM_H
#define GS_PY_AIM_H

#include "py/client.h"

struct gs_aim {
    struct gs_origin *origin; // a reference
    struct gs_slice target;   // raw
    struct gs_buf joined;     // when host has a path of its own
    bool absolute;
    size_t name_skip; // bytes of an absolute URL on the own host that its name leaves out
};

// Finds origin and target of a URL of the client. `verify`: the call's own setting, or NULL.
// Returns 0, or -1 with an exception; gs_aim_fini in both cases.
int gs_aim_take(struct gs_client *client, struct gs_aim *aim, PyObject *url, PyObject *verify);
void gs_aim_fini(struct gs_aim *aim);

#endif
