// text: the small text work of the target: slices, numbers, percent-decoding, JSON, base64.
// Pure; Any thread.
#ifndef GS_TARGET_TEXT_H
#define GS_TARGET_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"

// Bytes that belong to somebody else.
struct gs_text {
    const char *data;
    size_t len;
};

#define GS_TEXT(literal) ((struct gs_text){(literal), sizeof(literal) - 1})

static inline bool gs_text_is(struct gs_text s, const char *text)
{
    return s.len == strlen(text) && memcmp(s.data, text, s.len) == 0;
}

// The same without regard to ASCII case.
bool gs_text_like(struct gs_text s, struct gs_text other);

// Cuts s at the first `mark`: gives what is before it and leaves what is behind it in *s
// (everything and nothing when there is none).
struct gs_text gs_text_cut(struct gs_text *s, char mark);

// Without spaces and tabs at both ends.
struct gs_text gs_text_trim(struct gs_text s);

// A number of decimal digits only, at most `max`; false otherwise.
bool gs_text_number(struct gs_text s, uint64_t max, uint64_t *number);

// A decimal number that may have a fraction, 0 to 1e9; false otherwise.
bool gs_text_decimal(struct gs_text s, double *number);

// Appends s percent-decoded ('+' as a space when form); bad escapes stay as they are.
void gs_text_decode(struct gs_buf *b, struct gs_text s, bool form);

// The first `name` of a=b&c=d, decoded and appended to *value; false when it is not there.
bool gs_text_field(struct gs_text fields, const char *name, struct gs_buf *value);

bool gs_text_utf8(struct gs_text s);

// Appends s as a JSON string with its quotes. Bytes that are not UTF-8 are taken for latin-1.
void gs_text_json(struct gs_buf *b, struct gs_text s);

void gs_text_base64(struct gs_buf *b, struct gs_text s);

// Appends the bytes that base64 text stands for; false when it is malformed.
bool gs_text_unbase64(struct gs_buf *b, struct gs_text s);

#endif
