// number: numbers as Python writes and reads them. Pure. Any thread.
#ifndef GS_PLAN_NUMBER_H
#define GS_PLAN_NUMBER_H

#include "plan/value.h"

// float.__repr__; returns the length. No 0 behind it.
size_t gs_number_repr(double f, char text[32]);
// int.__repr__.
size_t gs_number_whole(int64_t i, char text[24]);

// int(s, base), float(s) of str or bytes. Decline for what Python refuses, and for what does not
// fit.
bool gs_number_to_int(const struct gs_str *s, int base, struct gs_value *out);
bool gs_number_to_float(const struct gs_str *s, struct gs_value *out);

#endif
