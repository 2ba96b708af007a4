// serve: does for a user whose tasks are programs what needs Python. Under the GIL, in a greenlet.
#ifndef GS_PY_SERVE_H
#define GS_PY_SERVE_H

#include "py/hub.h"

// Does what the user's runner needs. Keeps every exception in. It may wait.
void gs_serve(struct gs_py_user *user);

// Frees the runner of a user, if it has one. What it held of Python goes to the lane's trash.
void gs_serve_forget(struct gs_user *user);

#endif
