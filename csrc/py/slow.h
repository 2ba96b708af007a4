// slow: what an instruction means where the vm declined it: Python's own operation on the same
// operands. Under the GIL, in a greenlet.
#ifndef GS_PY_SLOW_H
#define GS_PY_SLOW_H

#include "py/hub.h"

// Carries out the instruction that the user's vm stands at, and moves on. Returns 0, or -1 with an
// exception (the vm stands where it stood).
int gs_slow(struct gs_py_user *user);

#endif
