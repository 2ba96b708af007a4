// collect: methods of lists, tuples and dicts. Pure. Lane thread.
#ifndef GS_PLAN_COLLECT_H
#define GS_PLAN_COLLECT_H

#include "plan/method.h"

// The method of that name, or NULL: Python's alone. args[0] is the list, tuple or dict.
gs_method *gs_list_method(const char *name, size_t len);
gs_method *gs_dict_method(const char *name, size_t len);

// sorted(v), min, max: declines where items cannot be compared here.
bool gs_sort(struct gs_list *list, bool reverse);

#endif
