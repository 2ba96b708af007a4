#include "plan/draw.h"

#include <math.h>
#include <stdlib.h>

#include "plan/json.h"
#include "plan/operate.h"

double gs_draw_unit(struct gs_rng *rng)
{
    return gs_rng_unit(rng);
}

uint64_t gs_draw_bits(struct gs_rng *rng, unsigned bits)
{
    return gs_rng_next(rng) >> (64 - bits);
}

uint64_t gs_draw_below(struct gs_rng *rng, uint64_t n)
{
    unsigned bits = 64 - (unsigned)__builtin_clzll(n); // n.bit_length()
    uint64_t r = gs_draw_bits(rng, bits);
    while (r >= n)
        r = gs_draw_bits(rng, bits);
    return r;
}

static bool is_int(struct gs_value v)
{
    return v.tag == GS_INT || v.tag == GS_BOOL;
}

// A draw from start + step * [0, n).
static bool draw_at(struct gs_rng *rng, int64_t start, int64_t step, uint64_t n,
                    struct gs_value *out)
{
    *out = GS_INT_VALUE((int64_t)((uint64_t)start + (uint64_t)step * gs_draw_below(rng, n)));
    return true;
}

bool gs_draw_range(struct gs_rng *rng, const struct gs_value *args, uint32_t count,
                   struct gs_value *out)
{
    const int64_t far = INT64_C(1) << 61;
    for (uint32_t i = 0; i < count; i++)
        if (!is_int(args[i]) || args[i].i > far || args[i].i < -far)
            return false;
    int64_t start = count > 1 ? args[0].i : 0, stop = count > 1 ? args[1].i : args[0].i;
    int64_t step = count > 2 ? args[2].i : 1, width = stop - start;
    if (step == 0 || (step > 0 ? width <= 0 : width >= 0))
        return false;
    uint64_t n = step > 0 ? (uint64_t)(width + step - 1) / (uint64_t)step
                          : (uint64_t)(-width - step - 1) / (uint64_t)-step;
    return draw_at(rng, start, step, n, out);
}

static bool float_of(struct gs_value v, double *out)
{
    *out = v.tag == GS_FLOAT ? v.f : (double)v.i;
    return v.tag == GS_FLOAT || (is_int(v) && v.i <= (1LL << 53) && v.i >= -(1LL << 53));
}

bool gs_draw_uniform(struct gs_rng *rng, struct gs_value a, struct gs_value b, struct gs_value *out)
{
    double from, to, width;
    if (!float_of(a, &from) || !float_of(b, &to))
        return false;
    // the difference of ints is exact in Python too
    width = a.tag != GS_FLOAT && b.tag != GS_FLOAT ? (double)(b.i - a.i) : to - from;
    *out = GS_FLOAT_VALUE(from + width * gs_draw_unit(rng));
    return true;
}

// A sequence that can be drawn from: its length, or false.
static bool length_of(struct gs_value *from, uint32_t *length)
{
    if (from->tag == GS_VIEW) {
        if (!gs_json_touch(from->view))
            return false;
        *from = from->view->value;
    }
    if (from->tag == GS_STR) {
        *length = from->str->chars;
        return true;
    }
    if ((from->tag != GS_LIST && from->tag != GS_TUPLE) || gs_is_gone(from->object))
        return false;
    *length = from->list->count;
    return true;
}

bool gs_draw_choice(struct gs_rng *rng, struct gs_value from, struct gs_value *out)
{
    uint32_t length;
    if (!length_of(&from, &length) || length == 0)
        return false;
    return gs_index(from, GS_INT_VALUE((int64_t)gs_draw_below(rng, length)), out);
}

// Sums of the weights so far; the last is the whole. NULL: decline.
static double *add_up(struct gs_value weights, uint32_t length)
{
    uint32_t count;
    bool whole = true;
    if (!length_of(&weights, &count) || weights.tag == GS_STR || count != length || count == 0)
        return NULL;
    double *sums = malloc(count * sizeof *sums), sum = 0, weight;
    for (uint32_t i = 0; sums && i < count; i++) {
        struct gs_value w = weights.list->items[i];
        whole = whole && is_int(w);
        if (!float_of(w, &weight) || weight < 0 || (whole && sum + weight > 0x1p53)) {
            free(sums);
            return NULL;
        }
        sums[i] = sum += weight;
    }
    if (sums && !(sum > 0 && isfinite(sum))) {
        free(sums);
        return NULL;
    }
    return sums;
}

// bisect.bisect_right(sums, x, 0, count - 1)
static uint32_t bisect(const double *sums, double x, uint32_t count)
{
    uint32_t low = 0, high = count - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (x < sums[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

bool gs_draw_choices(struct gs_rng *rng, struct gs_value from, struct gs_value weights, int64_t k,
                     struct gs_value *out)
{
    uint32_t length;
    if (!length_of(&from, &length) || length == 0 || k < 0 || k > 1000000)
        return false;
    double *sums = NULL;
    if (weights.tag != GS_NONE && !(sums = add_up(weights, length)))
        return false;
    struct gs_list *list = gs_list_new(GS_LIST, (uint32_t)k);
    for (int64_t i = 0; list && i < k; i++) {
        double x = gs_draw_unit(rng);
        uint32_t at = sums ? bisect(sums, x * sums[length - 1], length)
                           : (uint32_t)floor(x * (double)length);
        struct gs_value item;
        if (gs_index(from, GS_INT_VALUE(at), &item))
            gs_list_push(list, item);
    }
    free(sums);
    *out = GS_VALUE(GS_LIST, list, list);
    return list != NULL;
}

static bool push_at(struct gs_list *list, struct gs_value from, uint64_t at)
{
    struct gs_value item;
    return gs_index(from, GS_INT_VALUE((int64_t)at), &item) && gs_list_push(list, item);
}

// By a pool of places, as CPython for large shares.
static bool sample_pool(struct gs_rng *rng, struct gs_value from, uint32_t n, uint32_t k,
                        struct gs_list *list)
{
    uint32_t *pool = malloc((n ? n : 1) * sizeof *pool);
    if (!pool)
        return false;
    for (uint32_t i = 0; i < n; i++)
        pool[i] = i;
    bool ok = true;
    for (uint32_t i = 0; ok && i < k; i++) {
        uint64_t j = gs_draw_below(rng, n - i);
        ok = push_at(list, from, pool[j]);
        pool[j] = pool[n - i - 1];
    }
    free(pool);
    return ok;
}

// By trying again, as CPython for small shares.
static bool sample_tries(struct gs_rng *rng, struct gs_value from, uint32_t n, uint32_t k,
                         struct gs_list *list)
{
    uint32_t *seen = malloc((k ? k : 1) * sizeof *seen);
    bool ok = seen != NULL;
    for (uint32_t i = 0; ok && i < k; i++) {
        uint32_t j, at = 0;
        do {
            j = (uint32_t)gs_draw_below(rng, n);
            for (at = 0; at < i && seen[at] != j; at++)
                ;
        } while (at < i);
        seen[i] = j;
        ok = push_at(list, from, j);
    }
    free(seen);
    return ok;
}

bool gs_draw_sample(struct gs_rng *rng, struct gs_value from, struct gs_value k,
                    struct gs_value *out)
{
    uint32_t n;
    if (!length_of(&from, &n) || !is_int(k) || k.i < 0 || k.i > n || k.i > 1000)
        return false;
    uint32_t setsize = 21;
    if (k.i > 5)
        setsize += (uint32_t)pow(4, ceil(log((double)(k.i * 3)) / log(4)));
    struct gs_list *list = gs_list_new(GS_LIST, (uint32_t)k.i);
    if (!list)
        return false;
    *out = GS_VALUE(GS_LIST, list, list);
    if (n <= setsize ? sample_pool(rng, from, n, (uint32_t)k.i, list)
                     : sample_tries(rng, from, n, (uint32_t)k.i, list))
        return true;
    gs_drop(*out);
    return false;
}

bool gs_draw_shuffle(struct gs_rng *rng, struct gs_value v)
{
    if (v.tag == GS_VIEW) {
        if (!gs_json_touch(v.view))
            return false;
        v = v.view->value;
    }
    if (v.tag != GS_LIST || gs_is_gone(v.object) || v.object->refs == GS_IMMORTAL)
        return false;
    for (uint32_t i = v.list->count; i-- > 1;) {
        uint64_t j = gs_draw_below(rng, i + 1);
        struct gs_value swap = v.list->items[i];
        v.list->items[i] = v.list->items[j];
        v.list->items[j] = swap;
    }
    return true;
}
