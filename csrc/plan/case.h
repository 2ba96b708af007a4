// case: methods that look at letters and digits. For str they decline where it is not ASCII. Pure.
// Lane thread.
#ifndef GS_PLAN_CASE_H
#define GS_PLAN_CASE_H

#include "plan/method.h"

// casefold of ASCII is lower; isdecimal and isnumeric are isdigit.
gs_method gs_case_upper, gs_case_lower, gs_case_swapcase, gs_case_title, gs_case_capitalize;
gs_method gs_case_isdigit, gs_case_isalpha, gs_case_isalnum, gs_case_isspace, gs_case_isupper,
        gs_case_islower, gs_case_istitle, gs_case_isascii, gs_case_isprintable,
        gs_case_isidentifier;

#endif
