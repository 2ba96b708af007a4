// delay: answers after a while, fixed or drawn. Lane.
#ifndef GS_TARGET_DELAY_H
#define GS_TARGET_DELAY_H

#include "target/answer.h"

void gs_delay_fixed(struct gs_visit *visit);
void gs_delay_exponential(struct gs_visit *visit);
void gs_delay_uniform(struct gs_visit *visit);
void gs_delay_lognormal(struct gs_visit *visit);

#endif
