#include "plan/builder.h"

#include <string.h>

static void add(struct gs_builder *b, enum gs_section section, const void *data, size_t len)
{
    if (gs_buf_add(&b->sections[section], data, len) != 0)
        b->failed = true;
}

static void add_u32(struct gs_builder *b, enum gs_section section, uint32_t x)
{
    add(b, section, &x, sizeof x);
}

static void add_text(struct gs_builder *b, enum gs_section section, enum gs_tag tag,
                     const char *data, size_t len)
{
    uint8_t byte = (uint8_t)tag;
    add(b, section, &byte, 1);
    add_u32(b, section, (uint32_t)len);
    add(b, section, data, len);
}

static void add_need(struct gs_builder *b, const struct gs_pyref *pyref)
{
    uint32_t need = pyref && b->need_of ? b->need_of(b, pyref) : GS_NO_NEED;
    add_u32(b, GS_CONSTANTS, need == GS_NO_NEED ? 0 : need + 1);
}

static void add_value(struct gs_builder *b, struct gs_value v)
{
    uint32_t at = 0;
    if (v.tag == GS_STR || v.tag == GS_BYTES) {
        add_text(b, GS_CONSTANTS, v.tag, v.str->data, v.str->len);
        return;
    }
    add(b, GS_CONSTANTS, &v.tag, 1);
    switch (v.tag) {
    case GS_NONE:
        break;
    case GS_BOOL:
    case GS_INT:
    case GS_FLOAT:
        add(b, GS_CONSTANTS, &v.i, 8);
        break;
    case GS_LIST:
    case GS_TUPLE:
        add_u32(b, GS_CONSTANTS, v.list->count);
        add_need(b, v.list->python);
        for (uint32_t i = 0; i < v.list->count; i++)
            add_value(b, v.list->items[i]);
        break;
    case GS_DICT:
        add_u32(b, GS_CONSTANTS, v.dict->count);
        add_need(b, v.dict->python);
        for (struct gs_pair *pair; (pair = gs_dict_next(v.dict, &at)) != NULL;) {
            add_value(b, pair->key);
            add_value(b, pair->value);
        }
        break;
    case GS_PYTHON:
        add_need(b, v.pyref);
        break;
    default:
        b->failed = true; // no constant
    }
}

void gs_builder_init(struct gs_builder *builder)
{
    *builder = (struct gs_builder){0};
}

void gs_builder_fini(struct gs_builder *builder)
{
    for (int i = 0; i < GS_SECTION_COUNT; i++)
        gs_buf_fini(&builder->sections[i]);
}

uint32_t gs_builder_constant(struct gs_builder *builder, struct gs_value value)
{
    add_value(builder, value);
    return builder->counts[GS_CONSTANTS]++;
}

uint32_t gs_builder_text(struct gs_builder *builder, const char *text)
{
    add_text(builder, GS_CONSTANTS, GS_STR, text, strlen(text));
    return builder->counts[GS_CONSTANTS]++;
}

uint32_t gs_builder_need(struct gs_builder *builder, const char *name, size_t len)
{
    add_text(builder, GS_NEEDS, GS_STR, name, len);
    return builder->counts[GS_NEEDS]++;
}

uint32_t gs_builder_slot(struct gs_builder *builder, int owner, const char *name, size_t len)
{
    add_text(builder, GS_SLOTS, GS_STR, name, len);
    builder->counts[GS_SLOTS]++;
    return builder->slot_count[owner]++;
}

uint32_t gs_builder_site(struct gs_builder *builder, const struct gs_site *site)
{
    add(builder, GS_SITES, site, sizeof *site);
    return builder->counts[GS_SITES]++;
}

uint32_t gs_builder_function(struct gs_builder *builder, struct gs_function function,
                             const struct gs_instr *code, const uint32_t *lines,
                             const struct gs_handler *handlers)
{
    function.code = builder->counts[GS_CODE];
    function.handlers = builder->counts[GS_HANDLERS];
    add(builder, GS_FUNCTIONS, &function, sizeof function);
    add(builder, GS_CODE, code, function.code_count * sizeof *code);
    add(builder, GS_LINES, lines, function.code_count * sizeof *lines);
    add(builder, GS_HANDLERS, handlers, function.handler_count * sizeof *handlers);
    builder->counts[GS_CODE] += function.code_count;
    builder->counts[GS_LINES] += function.code_count;
    builder->counts[GS_HANDLERS] += function.handler_count;
    return builder->counts[GS_FUNCTIONS]++;
}

int gs_builder_finish(struct gs_builder *builder, struct gs_buf *out)
{
    static const char padding[8];
    struct gs_program_header header = {.magic = GS_PROGRAM_MAGIC,
                                       .version = GS_PROGRAM_VERSION,
                                       .island_count = builder->island_count};
    memcpy(header.slot_count, builder->slot_count, sizeof header.slot_count);
    uint32_t at = (sizeof header + 7) & ~7U;
    for (int i = 0; i < GS_SECTION_COUNT; i++) {
        header.sections[i].offset = at;
        header.sections[i].len = (uint32_t)builder->sections[i].len;
        header.sections[i].count = builder->counts[i];
        at += (header.sections[i].len + 7) & ~7U;
    }
    header.len = at;
    int rc = gs_buf_add(out, &header, sizeof header) | gs_buf_add(out, padding, -sizeof header & 7);
    for (int i = 0; i < GS_SECTION_COUNT; i++) {
        size_t len = builder->sections[i].len;
        rc |= gs_buf_add(out, builder->sections[i].data, len) | gs_buf_add(out, padding, -len & 7);
    }
    return builder->failed || rc ? -1 : 0;
}
