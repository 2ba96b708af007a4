// program_rig: programs written as text, for the tests of those who load and run them. Main.
#ifndef GS_PLAN_PROGRAM_RIG_H
#define GS_PLAN_PROGRAM_RIG_H

#include "plan/builder.h"
#include "plan/native.h"
#include "plan/value_rig.h"

#define RIG_CODE_MAX 400
#define RIG_HANDLERS_MAX 8

// A function in the making.
struct rig_code {
    struct gs_instr code[RIG_CODE_MAX];
    uint32_t lines[RIG_CODE_MAX];
    struct gs_handler handlers[RIG_HANDLERS_MAX];
    uint32_t count, handler_count;
};

static inline uint16_t rig_literal(struct gs_builder *b, const char **at)
{
    struct gs_value v = rig_read(at);
    uint32_t constant = gs_builder_constant(b, v);
    gs_drop(v);
    return (uint16_t)constant;
}

static inline bool rig_is_register(const char *at)
{
    return at[0] == 'r' && at[1] >= '0' && at[1] <= '9';
}

static inline uint16_t rig_number(const char **at)
{
    char *end;
    uint16_t x = (uint16_t)strtoul(*at + (**at == 'r'), &end, 10);
    *at = end;
    return x;
}

static inline uint16_t rig_native(const char **at)
{
    size_t len = strcspn(*at, " ;");
    for (int i = 0; i < GS_NATIVE_COUNT; i++)
        if (strlen(gs_native_name(i)) == len && strncmp(gs_native_name(i), *at, len) == 0) {
            *at += len;
            return (uint16_t)i;
        }
    fprintf(stderr, "no native function: %s\n", *at);
    abort();
}

static inline uint16_t rig_operand(struct gs_builder *b, char kind, const char **at)
{
    rig_blank(at);
    if (kind == 'L')
        return rig_native(at);
    if (kind == 'K')
        return rig_literal(b, at);
    if ((kind == 'X' || kind == 'Y') && **at == '-' && strchr(" ;", at[0][1])) {
        ++*at;
        return GS_NO_OPERAND;
    }
    if ((kind == 'X' || kind == 'Y') && !rig_is_register(*at))
        return GS_IS_CONSTANT | rig_literal(b, at);
    return rig_number(at);
}

static inline enum gs_op rig_op(const char **at)
{
    size_t len = strcspn(*at, " ;");
    for (int i = 0; i < GS_OP_COUNT; i++)
        if (strlen(gs_op_name(i)) == len && strncmp(gs_op_name(i), *at, len) == 0) {
            *at += len;
            return i;
        }
    fprintf(stderr, "no instruction: %s\n", *at);
    abort();
}

static inline void rig_instr(struct gs_builder *b, struct rig_code *code, const char **at)
{
    struct gs_instr *in = &code->code[code->count];
    *in = (struct gs_instr){.op = (uint8_t)rig_op(at)};
    const char *kinds = gs_op_operands(in->op);
    uint16_t *operands[] = {&in->a, &in->b, &in->c};
    for (int i = 0; i < 3; i++)
        if (kinds[i + 1] != '-')
            *operands[i] = rig_operand(b, kinds[i + 1], at);
    rig_blank(at);
    if (**at == ':') {
        ++*at;
        in->n = (uint8_t)rig_number(at);
    }
    code->lines[code->count] = 100 + code->count;
    code->count++;
}

// TRY from to target rN, NARROW the same.
static inline void rig_handler(struct rig_code *code, const char **at)
{
    struct gs_handler *h = &code->handlers[code->handler_count++];
    h->narrow = **at == 'N';
    *at += strcspn(*at, " ");
    uint32_t *numbers[] = {&h->from, &h->to, &h->target};
    for (int i = 0; i < 3; i++) {
        rig_blank(at);
        *numbers[i] = rig_number(at);
    }
    rig_blank(at);
    h->reg = rig_number(at);
}

static inline void rig_assemble(struct gs_builder *b, struct rig_code *code, const char *source)
{
    const char *at = source;
    *code = (struct rig_code){.count = 0};
    for (;;) {
        while (*at == ' ' || *at == ';')
            at++;
        if (!*at)
            return;
        if (strncmp(at, "TRY ", 4) == 0 || strncmp(at, "NARROW ", 7) == 0)
            rig_handler(code, &at);
        else
            rig_instr(b, code, &at);
    }
}

// Adds a function of instructions as opcode.h names them, with the operands that they have (rN,
// constants as literals, natives by name, all else as numbers), :n behind them, and ; in between.
// The first stands in line 100. Returns its index.
static inline uint32_t rig_function(struct gs_builder *b, const char *name, uint16_t params,
                                    uint16_t registers, const char *source)
{
    struct rig_code code;
    rig_assemble(b, &code, source);
    struct gs_function function = {.name = (uint16_t)gs_builder_text(b, name),
                                   .file = (uint16_t)gs_builder_text(b, "script.py"),
                                   .first_line = 99,
                                   .params = params,
                                   .registers = registers,
                                   .code_count = code.count,
                                   .handler_count = code.handler_count};
    return gs_builder_function(b, function, code.code, code.lines, code.handlers);
}

// A site of a method (NULL: it is an argument) and these arguments.
static inline uint32_t rig_site(struct gs_builder *b, const char *method, uint8_t count,
                                const enum gs_word *words)
{
    struct gs_site site = {.method = GS_NO_OPERAND, .count = count};
    if (method)
        site.method = (uint16_t)gs_builder_text(b, method);
    for (uint8_t i = 0; i < count; i++)
        site.words[i] = (uint8_t)words[i];
    return gs_builder_site(b, &site);
}

// The bytes of what was built, at an address of their own; free(). The builder is finished.
static inline char *rig_finish(struct gs_builder *b, size_t *len)
{
    struct gs_buf bytes = GS_BUF_EMPTY;
    CHECK_EQ(gs_builder_finish(b, &bytes), 0);
    gs_builder_fini(b);
    char *copy = malloc(bytes.len);
    memcpy(copy, bytes.data, bytes.len);
    *len = bytes.len;
    gs_buf_fini(&bytes);
    return copy;
}

// Finishes and loads it. False, with the reason told, where that is not possible.
static inline bool rig_load(struct gs_builder *b, struct gs_program *program)
{
    size_t len;
    char *bytes = rig_finish(b, &len);
    const char *why = gs_program_load(program, bytes, len);
    free(bytes);
    if (!why)
        return true;
    gs_program_unload(program);
    gs_test_failures++;
    fprintf(stderr, "it is not loaded: %s\n", why);
    return false;
}

#endif
