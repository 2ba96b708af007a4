// pack: compressed answers, good and bad. Lane.
#ifndef GS_TARGET_PACK_H
#define GS_TARGET_PACK_H

#include "target/answer.h"

void gs_pack_gzip(struct gs_visit *visit);
void gs_pack_deflate(struct gs_visit *visit);     // with zlib's frame, as RFC 9110 says
void gs_pack_deflate_raw(struct gs_visit *visit); // without, as some servers send it

void gs_pack_broken(struct gs_visit *visit); // gzip that breaks off and is wrong
void gs_pack_bomb(struct gs_visit *visit);   // 1 MB of gzip that is 1 GiB of zeros

#endif
