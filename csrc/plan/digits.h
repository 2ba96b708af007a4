// digits: floats to decimal digits and back, correctly rounded, whatever the locale. Common sizes
// are worked out in 128-bit integers, the rest by the C library. Pure. Any thread.
#ifndef GS_PLAN_DIGITS_H
#define GS_PLAN_DIGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GS_DIGITS_PLACES 100 // what may be asked of gs_digits_fixed and gs_digits_rounded
#define GS_DIGITS_MAX (312 + GS_DIGITS_PLACES)

// 0.DIGITS * 10^point, without zeros at the end. None at all: zero.
struct gs_digits {
    int count, point;
    char text[GS_DIGITS_MAX];
};

// Of f >= 0, finite: the fewest that read back as f; `count` of them, 1 <= count; with `places`
// behind the decimal point.
void gs_digits_shortest(struct gs_digits *d, double f);
void gs_digits_rounded(struct gs_digits *d, double f, int count);
void gs_digits_fixed(struct gs_digits *d, double f, int places);

// Reads what looks like 12.5e-3 (digits, perhaps with a point, perhaps with an exponent; the caller
// made sure). Declines when it is very long.
bool gs_digits_read(const char *text, size_t len, double *out);

// Writes an integer without zeros in front; returns the length, at most 20.
size_t gs_digits_whole(char *text, uint64_t whole);

#endif
