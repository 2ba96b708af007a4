#include "plan/digits.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 wide;

#define TENS 20 // powers of ten in 64 bits

static const uint64_t tens[TENS] = {1ULL,
                                    10ULL,
                                    100ULL,
                                    1000ULL,
                                    10000ULL,
                                    100000ULL,
                                    1000000ULL,
                                    10000000ULL,
                                    100000000ULL,
                                    1000000000ULL,
                                    10000000000ULL,
                                    100000000000ULL,
                                    1000000000000ULL,
                                    10000000000000ULL,
                                    100000000000000ULL,
                                    1000000000000000ULL,
                                    10000000000000000ULL,
                                    100000000000000000ULL,
                                    1000000000000000000ULL,
                                    10000000000000000000ULL};

static const char pairs[201] = "00010203040506070809101112131415161718192021222324"
                               "25262728293031323334353637383940414243444546474849"
                               "50515253545556575859606162636465666768697071727374"
                               "75767778798081828384858687888990919293949596979899";

size_t gs_digits_whole(char *text, uint64_t whole)
{
    char back[20], *at = back + sizeof back;
    for (; whole >= 100; whole /= 100)
        memcpy(at -= 2, pairs + whole % 100 * 2, 2);
    if (whole >= 10)
        memcpy(at -= 2, pairs + whole * 2, 2);
    else
        *--at = (char)('0' + whole);
    size_t len = (size_t)(back + sizeof back - at);
    memcpy(text, at, len);
    return len;
}

// ---- to digits --------------------------------------------------------------------------------

// f = mantissa * 2^-shift
struct parts {
    uint64_t mantissa;
    int shift;
};

static struct parts take_apart(double f)
{
    uint64_t bits;
    memcpy(&bits, &f, sizeof bits);
    int exponent = (int)(bits >> 52 & 0x7ff);
    uint64_t mantissa = bits & ((1ULL << 52) - 1);
    return exponent ? (struct parts){mantissa | 1ULL << 52, 1075 - exponent}
                    : (struct parts){mantissa, 1074};
}

static void strip(struct gs_digits *d)
{
    while (d->count > 0 && d->text[d->count - 1] == '0')
        d->count--;
}

// whole * 10^-places
static void put_whole(struct gs_digits *d, uint64_t whole, int places)
{
    d->count = whole ? (int)gs_digits_whole(d->text, whole) : 0;
    d->point = d->count - places;
    strip(d);
}

// f * 10^places as an integer and what is left of it, in units of 2^-shift. False where 128 bits
// do not hold it, or 64 the integer.
static bool scale(struct parts f, int places, uint64_t *whole, wide *rest)
{
    if (places < 0 || places > 22 || f.shift < 1 || f.shift > 120)
        return false;
    wide all = (wide)f.mantissa * tens[places < TENS ? places : TENS - 1];
    for (int i = TENS - 1; i < places; i++)
        all *= 10;
    wide high = all >> f.shift;
    *whole = (uint64_t)high;
    *rest = all - (high << f.shift);
    return high < UINT64_MAX;
}

static bool scale_to_nearest(struct parts f, int places, uint64_t *whole)
{
    wide rest;
    if (!scale(f, places, whole, &rest))
        return false;
    wide half = (wide)1 << (f.shift - 1);
    *whole += rest > half || (rest == half && (*whole & 1)); // ties to even
    return true;
}

// Digits by the C library, whose decimal point depends on the locale: only digits are taken.
static void print_digits(struct gs_digits *d, double f, const char *format, int precision)
{
    char text[GS_DIGITS_MAX + 16];
    snprintf(text, sizeof text, format, precision, f);
    const char *at = text;
    d->count = 0;
    for (; *at && *at != 'e'; at++)
        if (*at >= '0' && *at <= '9' && (d->count || *at != '0'))
            d->text[d->count++] = *at;
    d->point = *at == 'e' ? atoi(at + 1) + 1 : d->count - precision;
    strip(d);
}

// The exponent of ten of f's first digit, or one less.
static int decimal_exponent(double f)
{
    int binary;
    frexp(f, &binary);
    return (int)floor((binary - 1) * 0.30102999566398119521);
}

void gs_digits_fixed(struct gs_digits *d, double f, int places)
{
    uint64_t whole;
    if (scale_to_nearest(take_apart(f), places, &whole))
        put_whole(d, whole, places);
    else
        print_digits(d, f, "%.*f", places);
}

void gs_digits_rounded(struct gs_digits *d, double f, int count)
{
    d->count = d->point = 0;
    if (f == 0)
        return;
    struct parts parts = take_apart(f);
    int places = count - 1 - decimal_exponent(f);
    uint64_t whole;
    wide rest;
    if (count < TENS - 1 && scale(parts, places, &whole, &rest)) {
        places -= whole >= tens[count]; // one digit too many
        if (scale_to_nearest(parts, places, &whole)) {
            put_whole(d, whole, places);
            return;
        }
    }
    print_digits(d, f, "%.*e", count - 1);
}

// Whether the decimal numbers below or above f * 10^places read back as f: if f lies between two
// neighbours, what is less than half way to one of them does. *whole becomes that decimal.
static bool reads_back(struct parts f, int places, uint64_t *whole, wide rest)
{
    wide unit = (wide)1 << f.shift, ulp = tens[places < TENS ? places : TENS - 1];
    for (int i = TENS - 1; i < places; i++)
        ulp *= 10;
    bool even = !(f.mantissa & 1);
    bool narrow = f.mantissa == 1ULL << 52; // the neighbour below is nearer
    wide down = rest * (narrow ? 4 : 2), up = (unit - rest) * 2;
    bool down_fits = down < ulp || (down == ulp && even);
    bool up_fits = up < ulp || (up == ulp && even);
    bool nearer_down = rest * 2 < unit || (rest * 2 == unit && !(*whole & 1));
    if (down_fits && (nearer_down || !up_fits))
        return true;
    *whole += 1;
    return up_fits;
}

static bool shortest_in_integers(struct gs_digits *d, double f)
{
    struct parts parts = take_apart(f);
    int exponent = decimal_exponent(f);
    for (int count = 15; count <= 17; count++) { // 15 digits stand for one float at most
        int places = count - 1 - exponent;
        uint64_t whole;
        wide rest;
        if (!scale(parts, places, &whole, &rest))
            return false;
        if (whole >= tens[count]) {
            if (!scale(parts, --places, &whole, &rest))
                return false;
        }
        if (reads_back(parts, places, &whole, rest)) {
            put_whole(d, whole, places);
            return true;
        }
    }
    return false;
}

static double value_of(const struct gs_digits *d);

// The next larger number of as many digits (or fewer).
static void step_up(struct gs_digits *d, int count)
{
    while (d->count < count)
        d->text[d->count++] = '0';
    while (d->count > 0 && d->text[d->count - 1] == '9')
        d->count--;
    if (d->count > 0) {
        d->text[d->count - 1]++;
        return;
    }
    d->text[d->count++] = '1';
    d->point++;
}

void gs_digits_shortest(struct gs_digits *d, double f)
{
    d->count = d->point = 0;
    if (f == 0 || (f > 1e-6 && f < 0x1p53 && shortest_in_integers(d, f)))
        return;
    bool power = take_apart(f).mantissa == 1ULL << 52;
    for (int count = f < DBL_MIN ? 1 : 15;; count++) {
        print_digits(d, f, "%.*e", count - 1);
        if (count == 17 || value_of(d) == f)
            return;
        if (!power)
            continue;
        // below a power of two the next float is so near that the nearest decimal may be too far
        // off there, while the one above is not
        step_up(d, count);
        if (value_of(d) == f)
            return;
    }
}

// ---- from digits ------------------------------------------------------------------------------

// digits * 10^exponent, by the C library; without a decimal point there is no locale in it.
static double read_digits(const char *digits, int count, int exponent)
{
    char text[GS_DIGITS_MAX + 16];
    memcpy(text, digits, (size_t)count);
    snprintf(text + count, sizeof text - (size_t)count, "e%d", exponent);
    return strtod(text, NULL);
}

static double value_of(const struct gs_digits *d)
{
    return read_digits(d->text, d->count, d->point - d->count);
}

// whole / ten, rounded once; whole > 0. What is behind the quotient's first 64 bits goes into the
// last one.
static double divide(uint64_t whole, uint64_t ten)
{
    int up = 63 + __builtin_clzll(whole);
    wide top = (wide)whole << up, quotient = top / ten;
    uint64_t high = (uint64_t)(quotient >> 64);
    int down = high ? 64 - __builtin_clzll(high) : 0;
    uint64_t bits = (uint64_t)(quotient >> down);
    bits |= (wide)bits * ten << down != top;
    return ldexp((double)bits, down - up);
}

static bool multiply_out(uint64_t whole, int exponent, double *out)
{
    if (whole == 0 || exponent == 0) {
        *out = (double)whole;
        return true;
    }
    if (exponent > 0) {
        wide all = exponent < TENS ? (wide)whole * tens[exponent] : (wide)1 << 64;
        *out = (double)(uint64_t)all;
        return all < (wide)1 << 64;
    }
    if (exponent <= -TENS)
        return false;
    if (whole <= 1ULL << 53) // both are floats as they are: one rounding
        *out = (double)whole / (double)tens[-exponent];
    else
        *out = divide(whole, tens[-exponent]);
    return true;
}

struct number {
    char digits[GS_DIGITS_MAX];
    int count, exponent;
};

static int read_exponent(const char *at, const char *end)
{
    bool negative = *at == '-';
    int exponent = 0;
    for (at += *at == '-' || *at == '+'; at < end; at++)
        if (exponent < 100000)
            exponent = exponent * 10 + (*at - '0');
    return negative ? -exponent : exponent;
}

// Takes the number to pieces: its digits without zeros in front, as an integer too while it fits.
static bool read_number(struct number *n, const char *text, size_t len, uint64_t *whole)
{
    const char *at = text, *end = text + len;
    bool behind = false;
    n->count = n->exponent = 0;
    *whole = 0;
    for (; at < end && *at != 'e' && *at != 'E'; at++) {
        if (*at == '.') {
            behind = true;
            continue;
        }
        n->exponent -= behind;
        if (*at == '0' && n->count == 0)
            continue;
        if (n->count == GS_DIGITS_MAX)
            return false;
        *whole = *whole * 10 + (uint64_t)(*at - '0');
        n->digits[n->count++] = *at;
    }
    if (at < end)
        n->exponent += read_exponent(at + 1, end);
    return true;
}

bool gs_digits_read(const char *text, size_t len, double *out)
{
    struct number n;
    uint64_t whole;
    if (!read_number(&n, text, len, &whole))
        return false;
    if (n.count >= TENS || !multiply_out(whole, n.exponent, out))
        *out = read_digits(n.digits, n.count, n.exponent);
    return true;
}
