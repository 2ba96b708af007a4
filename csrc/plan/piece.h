// piece: methods that take text to pieces, and put it together. Pure. Lane thread.
#ifndef GS_PLAN_PIECE_H
#define GS_PLAN_PIECE_H

#include "plan/method.h"

gs_method gs_piece_strip, gs_piece_lstrip, gs_piece_rstrip, gs_piece_removeprefix,
        gs_piece_removesuffix;
gs_method gs_piece_split, gs_piece_rsplit, gs_piece_splitlines, gs_piece_partition,
        gs_piece_rpartition;
gs_method gs_piece_join, gs_piece_replace;

#endif
