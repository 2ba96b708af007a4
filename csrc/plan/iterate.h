// iterate: for statements over values. Pure. Lane thread.
#ifndef GS_PLAN_ITERATE_H
#define GS_PLAN_ITERATE_H

#include "plan/value.h"

// iter(v); and the next item: 1, 0 at the end, -1 declined.
bool gs_iter(struct gs_value v, struct gs_value *out);
int gs_next(struct gs_iter *iter, struct gs_value *out);

// range(...), enumerate(over, start), zip(a, b[, c]), and the keys, values or items of a dict (part
// 0, 1, 2).
bool gs_iter_range(const struct gs_value *args, uint32_t count, struct gs_value *out);
bool gs_iter_enumerate(struct gs_value over, int64_t start, struct gs_value *out);
bool gs_iter_zip(const struct gs_value *args, uint32_t count, struct gs_value *out);
bool gs_iter_dict(struct gs_value dict, uint8_t part, struct gs_value *out);

// Everything that is left, as a list or tuple.
bool gs_iter_collect(struct gs_value over, enum gs_tag tag, struct gs_value *out);

#endif
