// echo: routes that tell what was received, as JSON. Lane.
#ifndef GS_TARGET_ECHO_H
#define GS_TARGET_ECHO_H

#include "target/answer.h"

void gs_echo_all(struct gs_visit *visit);
void gs_echo_headers(struct gs_visit *visit);
void gs_echo_upload(struct gs_visit *visit);
void gs_echo_address(struct gs_visit *visit);

#endif
