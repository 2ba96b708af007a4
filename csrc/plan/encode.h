// encode: bytes as text of other alphabets: base64 (RFC 4648 section 4) and percent-encoding (RFC
// 3986 section 2), as Python's base64 and urllib.parse have them. Pure. Any thread.
#ifndef GS_PLAN_ENCODE_H
#define GS_PLAN_ENCODE_H

#include <stdbool.h>

#include "base/buf.h"

// Appends. Return 0, or -1 without memory (a part may stand there).
int gs_encode_base64(struct gs_buf *out, const char *data, size_t len);
// plus: a space is "+", and "/" is encoded too (quote_plus); else as quote.
int gs_encode_percent(struct gs_buf *out, const char *data, size_t len, bool plus);

#endif
