// names: from the str object of a URL or name to its row, by pointer: a literal in a task is the
// same object each time. A small cache in front of the lane's table of names.
#ifndef GS_PY_NAMES_H
#define GS_PY_NAMES_H

#include "py/hub.h"

struct gs_name_cache;

struct gs_name_cache *gs_name_cache_new(void);
void gs_name_cache_free(struct gs_name_cache *cache); // with the GIL

// The row id for method (interned, compared by pointer) and name (str; `skip` bytes of its start
// left out). GS_INTERN_NONE with an exception when name has no UTF-8 form.
uint32_t gs_name_lookup(struct gs_py_user *user, const char *method, PyObject *name, size_t skip);

#endif
