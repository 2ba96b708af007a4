// pad: methods that bring text to a width. Pure. Lane thread.
#ifndef GS_PLAN_PAD_H
#define GS_PLAN_PAD_H

#include "plan/method.h"

gs_method gs_pad_ljust, gs_pad_rjust, gs_pad_center, gs_pad_zfill, gs_pad_expandtabs;

#endif
