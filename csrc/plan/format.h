// format: format specs and % conversions. Pure. Lane thread.
#ifndef GS_PLAN_FORMAT_H
#define GS_PLAN_FORMAT_H

#include "base/buf.h"
#include "plan/value.h"

// Append format(v, spec), and "%05.2f" % (v,) where spec is one whole conversion. They decline for
// Python objects and for whatever Python would raise at; `out` may then hold a part.
bool gs_format_value(struct gs_buf *out, struct gs_value v, const char *spec, size_t len);
bool gs_format_percent(struct gs_buf *out, struct gs_value v, const char *spec, size_t len);

#endif
