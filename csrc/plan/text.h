// text: str and bytes as Python has them: str(), repr(), parts of them. (Numbers: number.h; format
// specs: format.h; methods: method.h.) Pure. Lane thread.
#ifndef GS_PLAN_TEXT_H
#define GS_PLAN_TEXT_H

#include "base/buf.h"
#include "plan/value.h"

// Append str(v), repr(v). They decline for Python objects, for nesting deeper than 200, and for
// code points of which it is not sure that every Python can print them; `out` may then hold a part.
bool gs_text_str(struct gs_buf *out, struct gs_value v);
bool gs_text_repr(struct gs_buf *out, struct gs_value v);

// s[start:stop:step] with GS_UNSET or GS_NONE where nothing stands; s[at].
bool gs_text_slice(const struct gs_str *s, const struct gs_value bounds[3], struct gs_value *out);
bool gs_text_index(const struct gs_str *s, int64_t at, struct gs_value *out);
// part in s. Both are str, or both bytes.
bool gs_text_contains(const struct gs_str *s, const struct gs_str *part);

// A str or bytes (as `tag` says) of these bytes. Declines without memory.
bool gs_text_make(uint8_t tag, const char *data, size_t len, struct gs_value *out);
// What stands from byte `from` to byte `to`; the text itself where that is all of it.
bool gs_text_part(const struct gs_str *s, size_t from, size_t to, struct gs_value *out);
// What was written, which is freed: the str or bytes, if `good`.
bool gs_text_finish(struct gs_buf *written, uint8_t tag, bool good, struct gs_value *out);

#endif
