// builder: puts a program together. Pure. One thread.
#ifndef GS_PLAN_BUILDER_H
#define GS_PLAN_BUILDER_H

#include "plan/program.h"

#define GS_NO_NEED UINT32_MAX

struct gs_builder {
    struct gs_buf sections[GS_SECTION_COUNT];
    uint32_t counts[GS_SECTION_COUNT];
    uint32_t slot_count[2], island_count;
    bool failed; // no memory
    // the index (of gs_builder_need) of a Python object that stands among the constants
    // GS_NO_NEED: there is none
    uint32_t (*need_of)(struct gs_builder *builder, const struct gs_pyref *pyref);
};

void gs_builder_init(struct gs_builder *builder);
void gs_builder_fini(struct gs_builder *builder);
// Each gives the index of what it added.
uint32_t gs_builder_constant(struct gs_builder *builder, struct gs_value value);
uint32_t gs_builder_text(struct gs_builder *builder, const char *text);
uint32_t gs_builder_need(struct gs_builder *builder, const char *name, size_t len);
uint32_t gs_builder_site(struct gs_builder *builder, const struct gs_site *site);
// All of self's come before those of user.
uint32_t gs_builder_slot(struct gs_builder *builder, int owner, const char *name, size_t len);
uint32_t gs_builder_function(struct gs_builder *builder, struct gs_function function,
                             const struct gs_instr *code, const uint32_t *lines,
                             const struct gs_handler *handlers);
// Appends the program's bytes. Returns 0, or -1 without memory.
int gs_builder_finish(struct gs_builder *builder, struct gs_buf *out);

#endif
