// codec: str to bytes and back, in UTF-8, ASCII and Latin-1. Pure. Lane thread.
#ifndef GS_PLAN_CODEC_H
#define GS_PLAN_CODEC_H

#include "plan/method.h"

gs_method gs_codec_encode, gs_codec_decode, gs_codec_hex;

#endif
