// operate: Python's operators on values. Pure. Lane thread. All decline where Python would raise,
// and for Python objects.
#ifndef GS_PLAN_OPERATE_H
#define GS_PLAN_OPERATE_H

#include "plan/opcode.h"
#include "plan/value.h"

// b (operator n) c, and the others of one value.
bool gs_binary(unsigned op, struct gs_value a, struct gs_value b, struct gs_value *out);
bool gs_unary(unsigned op, struct gs_value v, struct gs_value *out);
bool gs_compare(unsigned op, struct gs_value a, struct gs_value b, bool *out);
// The number, text ... at the end of steps into a view that is not parsed. Declines for containers
// (each must be one object, whoever looks), and after a few looks, for parsing pays then.
bool gs_look_into(struct gs_view *view, const struct gs_value *steps, uint32_t count,
                  struct gs_value *out);
bool gs_index(struct gs_value v, struct gs_value at, struct gs_value *out);
bool gs_index_set(struct gs_value v, struct gs_value at, struct gs_value item);
bool gs_index_del(struct gs_value v, struct gs_value at);
bool gs_slice_of(struct gs_value v, const struct gs_value bounds[3], struct gs_value *out);

#endif
