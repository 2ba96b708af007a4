// fault: wrong, endless, slow and missing answers, for tests of clients. Lane.
#ifndef GS_TARGET_FAULT_H
#define GS_TARGET_FAULT_H

#include "target/answer.h"

// /fault/NAME of the tables in fault.c.
void gs_fault_any(struct gs_visit *visit);

#endif
