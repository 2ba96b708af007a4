// json: JSON text to values and back, as CPython's json module has it. Pure. Lane thread.
#ifndef GS_PLAN_JSON_H
#define GS_PLAN_JSON_H

#include "base/buf.h"
#include "plan/value.h"

// json.loads(text). Declines for text that is not JSON (Python says what is wrong), for integers
// beyond 64 bits, lone surrogates, nesting deeper than 200.
bool gs_json_parse(const char *text, size_t len, struct gs_value *out);

// Whether gs_json_parse takes the text, without building anything.
bool gs_json_check(const char *text, size_t len);

// Appends json.dumps(v) with the default separators (", " and ": ") and ASCII only. Declines for
// what Python would raise at, and for Python objects; `out` may then hold a part.
bool gs_json_write(struct gs_buf *out, struct gs_value v);

// The value at `count` steps (str: key, int: index, as in data["a"][0]) into the document of a view
// that was not touched yet, without parsing the rest. Declines when a step leads nowhere.
bool gs_json_find(const struct gs_view *view, const struct gs_value *steps, uint32_t count,
                  struct gs_value *out);

// Parses the view's document, once. False without memory.
bool gs_json_touch(struct gs_view *view);

#endif
