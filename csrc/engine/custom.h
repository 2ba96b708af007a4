// custom: what a program sets for all requests of its user: header fields and cookies, without
// Python. As goose._headers.Headers and goose._cookies.Cookies have it; what they would raise at,
// or do in another way (odd values, several cookies of a name), is declined. Lane thread.
#ifndef GS_ENGINE_CUSTOM_H
#define GS_ENGINE_CUSTOM_H

#include "engine/runner.h"
#include "plan/native.h"

// Carries out one of the natives that begin with header_, headers_, cookie_ or cookies_. False:
// declined, Python is to do it.
bool gs_custom(struct gs_runner *runner, enum gs_native native, const struct gs_value *args,
               uint32_t count, struct gs_value *out);

// Frees the fields, unless they are Python's.
void gs_custom_fini(struct gs_ask_session *session);

#endif
