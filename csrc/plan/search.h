// search: methods that look for text in text. Pure. Lane thread.
#ifndef GS_PLAN_SEARCH_H
#define GS_PLAN_SEARCH_H

#include "plan/method.h"

// The first or last place of `part` between `at` and `end`, or NULL.
const char *gs_search_first(const char *at, const char *end, const struct gs_str *part);
const char *gs_search_last(const char *at, const char *end, const struct gs_str *part);

// index and rindex decline where there is nothing.
gs_method gs_search_find, gs_search_rfind, gs_search_index, gs_search_rindex, gs_search_count,
        gs_search_startswith, gs_search_endswith;

#endif
