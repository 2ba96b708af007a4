#include "plan/program.h"

#include <stdlib.h>
#include <string.h>

#include "plan/native.h"
#include "plan/text.h"

#define DEPTH_MAX 100

// ---- the table --------------------------------------------------------------------------------

static const struct {
    const char *name, *effect;
    char operands[5];
} ops[] = {
#define ROW(name, n, a, b, c, effect) {#name, effect, {n, a, b, c, 0}},
        GS_OPCODES(ROW)
#undef ROW
};

const char *gs_op_name(enum gs_op op)
{
    return ops[op].name;
}

const char *gs_op_operands(enum gs_op op)
{
    return ops[op].operands;
}

const char *gs_op_effect(enum gs_op op)
{
    return ops[op].effect;
}

// ---- reading constants ------------------------------------------------------------------------

struct reader {
    const char *at, *end;
    struct gs_program *program;
    bool bad;
};

static void take(struct reader *r, void *to, size_t len)
{
    if (r->bad || (size_t)(r->end - r->at) < len) {
        r->bad = true;
        memset(to, 0, len);
        return;
    }
    memcpy(to, r->at, len);
    r->at += len;
}

static uint32_t take_u32(struct reader *r)
{
    uint32_t x;
    take(r, &x, sizeof x);
    return x;
}

static struct gs_value take_text(struct reader *r, enum gs_tag tag)
{
    uint32_t len = take_u32(r);
    struct gs_value v = {.tag = GS_UNSET};
    if (!r->bad && (size_t)(r->end - r->at) >= len &&
        (tag == GS_BYTES || gs_utf8_valid(r->at, len)))
        v = tag == GS_STR ? gs_str_of_utf8(r->at, len) : gs_bytes_new(r->at, len);
    if (v.tag == GS_UNSET)
        r->bad = true;
    else
        r->at += len;
    return v;
}

// The Python object at index - 1, or NULL for 0.
static struct gs_pyref *take_need(struct reader *r)
{
    uint32_t need = take_u32(r);
    if (need > r->program->need_count || (need && !r->program->pyrefs))
        r->bad = true;
    return r->bad || need == 0 ? NULL : &r->program->pyrefs[need - 1];
}

static struct gs_value take_value(struct reader *r, int depth);

static struct gs_value take_list(struct reader *r, enum gs_tag tag, int depth)
{
    uint32_t count = take_u32(r);
    struct gs_pyref *python = take_need(r);
    struct gs_list *list = r->bad || (size_t)(r->end - r->at) < count
                                   ? NULL
                                   : gs_list_new(tag, count < 64 ? count : 64);
    if (!list) {
        r->bad = true;
        return GS_NONE_VALUE;
    }
    list->python = python;
    for (uint32_t i = 0; i < count && !r->bad; i++)
        if (!gs_list_push(list, take_value(r, depth)))
            r->bad = true;
    return GS_VALUE(tag, list, list);
}

static struct gs_value take_dict(struct reader *r, int depth)
{
    uint32_t count = take_u32(r);
    struct gs_pyref *python = take_need(r);
    struct gs_dict *dict = gs_dict_new();
    if (!dict) {
        r->bad = true;
        return GS_NONE_VALUE;
    }
    dict->python = python;
    for (uint32_t i = 0; i < count && !r->bad; i++) {
        struct gs_value key = take_value(r, depth), value = take_value(r, depth);
        if (r->bad || !gs_is_key(key) || !gs_dict_set(dict, key, value))
            r->bad = true;
        gs_drop(key);
        gs_drop(value);
    }
    return GS_VALUE(GS_DICT, dict, dict);
}

static struct gs_value take_value(struct reader *r, int depth)
{
    uint8_t tag;
    struct gs_value v = {.tag = GS_NONE};
    take(r, &tag, 1);
    if (depth > DEPTH_MAX)
        r->bad = true;
    if (r->bad)
        return v;
    switch (tag) {
    case GS_NONE:
        return v;
    case GS_BOOL:
    case GS_INT:
    case GS_FLOAT:
        v.tag = tag;
        take(r, &v.i, 8);
        if (tag == GS_BOOL)
            v.i = v.i != 0;
        return v;
    case GS_STR:
    case GS_BYTES:
        return take_text(r, tag);
    case GS_LIST:
    case GS_TUPLE:
        return take_list(r, tag, depth + 1);
    case GS_DICT:
        return take_dict(r, depth + 1);
    case GS_PYTHON:
        v.pyref = take_need(r);
        v.tag = v.pyref ? GS_PYTHON : GS_NONE;
        if (!v.pyref)
            r->bad = true;
        return v;
    default:
        r->bad = true;
        return v;
    }
}

// `count` values of a section into a new array; text: only str.
static struct gs_value *take_values(struct reader *r, uint32_t count, bool text)
{
    if ((size_t)(r->end - r->at) < count)
        r->bad = true;
    struct gs_value *values = r->bad ? NULL : calloc(count ? count : 1, sizeof *values);
    if (!values) {
        r->bad = true;
        return NULL;
    }
    for (uint32_t i = 0; i < count && !r->bad; i++) {
        values[i] = take_value(r, 0);
        gs_make_immortal(values[i]);
        if (text && values[i].tag != GS_STR)
            r->bad = true;
    }
    if (r->at != r->end)
        r->bad = true;
    return values;
}

// ---- verifying ----------------------------------------------------------------------------------

static bool is_text(const struct gs_program *p, uint32_t constant)
{
    return constant < p->constant_count && p->constants[constant].tag == GS_STR;
}

static bool is_value(const struct gs_program *p, const struct gs_function *f, uint16_t x)
{
    if (x & GS_IS_CONSTANT)
        return (uint32_t)(x & ~GS_IS_CONSTANT) < p->constant_count;
    return x < f->registers;
}

static bool is_operand(const struct gs_program *p, const struct gs_function *f, char kind,
                       uint16_t x, uint8_t n)
{
    switch (kind) {
    case '-':
        return x == 0;
    case 'W':
    case 'R':
        return x < f->registers;
    case 'X':
        return is_value(p, f, x);
    case 'Y':
        return x == GS_NO_OPERAND || is_value(p, f, x);
    case 'B':
    case 'U':
        return (uint32_t)x + n <= f->registers;
    case 'P':
        return (uint32_t)x + 2 * n <= f->registers;
    case 'T':
        return (uint32_t)x + 3 <= f->registers;
    case 'J':
        return x < f->code_count;
    case 'K':
        return is_text(p, x);
    case 'F':
        return x < p->function_count && n == p->functions[x].params;
    case 'I':
        return x < p->island_count;
    case 'Q':
        return x < p->site_count && n == p->sites[x].count;
    case 'L':
        return x < GS_NATIVE_COUNT;
    default:
        return true; // N, O, S: below
    }
}

// Names of keyword arguments: a constant tuple of str, fewer than the arguments.
static bool are_names(const struct gs_program *p, uint16_t x, uint8_t n)
{
    if (x == GS_NO_OPERAND)
        return n >= 1;
    if (!(x & GS_IS_CONSTANT))
        return false;
    struct gs_value names = p->constants[x & ~GS_IS_CONSTANT];
    if (names.tag != GS_TUPLE || names.list->count >= n)
        return false;
    for (uint32_t i = 0; i < names.list->count; i++)
        if (names.list->items[i].tag != GS_STR)
            return false;
    return true;
}

static bool is_number(const struct gs_program *p, const struct gs_instr *in)
{
    switch (in->op) {
    case GS_OP_UNARY:
        return in->n < GS_UNARY_COUNT;
    case GS_OP_BINARY:
        return (in->n & ~GS_IN_PLACE) < GS_BINARY_COUNT;
    case GS_OP_COMPARE:
        return in->n < GS_COMPARE_COUNT;
    case GS_OP_FORMAT:
        return in->n == 0 || in->n == 's' || in->n == 'r' || in->n == 'a';
    case GS_OP_SELF_GET:
    case GS_OP_SELF_PEEK:
    case GS_OP_SELF_SET:
    case GS_OP_SELF_DEL:
    case GS_OP_SELF_HAS:
        return in->n < GS_OWNER_COUNT && in->b < p->slot_count[in->n];
    case GS_OP_METHOD:
        return in->n >= 1;
    case GS_OP_PYCALL:
        return are_names(p, in->c, in->n);
    case GS_OP_CALL: {
        unsigned least, most;
        gs_native_python(in->c, &least, &most);
        return in->n >= least && in->n <= most;
    }
    case GS_OP_END:
        return in->n < GS_END_COUNT;
    case GS_OP_PATH:
        return in->n >= 1;
    default:
        return gs_op_operands(in->op)[0] == 'N' || in->n == 0;
    }
}

static bool is_last(enum gs_op op)
{
    return op == GS_OP_RETURN || op == GS_OP_JUMP || op == GS_OP_RAISE || op == GS_OP_RERAISE ||
           op == GS_OP_END;
}

static bool is_instr(const struct gs_program *p, const struct gs_function *f,
                     const struct gs_instr *in)
{
    if (in->op >= GS_OP_COUNT)
        return false;
    const char *kinds = gs_op_operands(in->op);
    return is_operand(p, f, kinds[1], in->a, in->n) && is_operand(p, f, kinds[2], in->b, in->n) &&
           is_operand(p, f, kinds[3], in->c, in->n) && is_number(p, in);
}

static bool is_in(uint32_t from, uint32_t count, uint32_t whole)
{
    return from <= whole && count <= whole - from;
}

static const char *verify_function(const struct gs_program *p, const struct gs_function *f)
{
    if (!is_in(f->code, f->code_count, p->code_count) || f->code_count == 0 ||
        f->code_count > 0xffff || !is_in(f->handlers, f->handler_count, p->handler_count))
        return "a function's code is outside of the program";
    if (!is_text(p, f->name) || !is_text(p, f->file) || f->registers > GS_REGISTERS_MAX ||
        f->params > f->registers)
        return "a function's head is wrong";
    const struct gs_instr *code = p->code + f->code;
    for (uint32_t i = 0; i < f->code_count; i++)
        if (!is_instr(p, f, &code[i]))
            return "an instruction is wrong";
    if (!is_last(code[f->code_count - 1].op))
        return "a function has no end";
    for (uint32_t i = 0; i < f->handler_count; i++) {
        const struct gs_handler *h = &p->handlers[f->handlers + i];
        if (h->from > h->to || h->to > f->code_count || h->target >= f->code_count ||
            h->reg >= f->registers)
            return "a handler is wrong";
    }
    return NULL;
}

static bool is_site(const struct gs_program *p, const struct gs_site *site)
{
    uint8_t unused;
    memcpy(&unused, &site->unused, 1);
    if (unused > 1 || site->count > GS_SITE_ARGS_MAX ||
        (site->method != GS_NO_OPERAND && !is_text(p, site->method)))
        return false;
    uint32_t seen = 0;
    for (uint32_t i = 0; i < site->count; i++) {
        if (site->words[i] >= GS_WORD_COUNT || (seen >> site->words[i] & 1))
            return false;
        seen |= 1U << site->words[i];
    }
    return (seen >> GS_WORD_url & 1) &&
           (site->method != GS_NO_OPERAND || (seen >> GS_WORD_method & 1));
}

static const char *verify(const struct gs_program *p)
{
    for (uint32_t i = 0; i < p->site_count; i++)
        if (!is_site(p, &p->sites[i]))
            return "a request site is wrong";
    for (uint32_t i = 0; i < p->function_count; i++) {
        const char *why = verify_function(p, &p->functions[i]);
        if (why)
            return why;
    }
    return NULL;
}

// ---- loading ----------------------------------------------------------------------------------

static const uint32_t item_size[GS_SECTION_COUNT] = {[GS_FUNCTIONS] = sizeof(struct gs_function),
                                                     [GS_CODE] = sizeof(struct gs_instr),
                                                     [GS_LINES] = sizeof(uint32_t),
                                                     [GS_HANDLERS] = sizeof(struct gs_handler),
                                                     [GS_SITES] = sizeof(struct gs_site)};

static bool are_sections(const struct gs_program_header *h, size_t len)
{
    for (int i = 0; i < GS_SECTION_COUNT; i++) {
        uint32_t offset = h->sections[i].offset, size = h->sections[i].len;
        if (offset % 8 || offset > len || size > len - offset || h->sections[i].count > size)
            return false;
        if (item_size[i] && (uint64_t)h->sections[i].count * item_size[i] != size)
            return false;
    }
    return true;
}

static struct reader reader_of(struct gs_program *p, const struct gs_program_header *h,
                               enum gs_section section)
{
    const char *from = p->bytes + h->sections[section].offset;
    return (struct reader){from, from + h->sections[section].len, p, false};
}

static const char *read_values(struct gs_program *p, const struct gs_program_header *h)
{
    struct reader needs = reader_of(p, h, GS_NEEDS);
    p->need_count = h->sections[GS_NEEDS].count;
    p->needs = take_values(&needs, p->need_count, true);
    if (needs.bad)
        return "what it needs of Python is not readable";
    p->pyrefs = calloc(p->need_count ? p->need_count : 1, sizeof *p->pyrefs);
    if (!p->pyrefs)
        return "no memory";
    for (uint32_t i = 0; i < p->need_count; i++)
        p->pyrefs[i].object = (struct gs_object){.refs = GS_IMMORTAL, .tag = GS_PYTHON};
    struct reader slots = reader_of(p, h, GS_SLOTS);
    p->slot_name_count = h->sections[GS_SLOTS].count;
    p->slot_names = take_values(&slots, p->slot_name_count, true);
    if (slots.bad || (uint64_t)h->slot_count[0] + h->slot_count[1] != p->slot_name_count)
        return "its attributes are not readable";
    struct reader constants = reader_of(p, h, GS_CONSTANTS);
    p->constant_count = h->sections[GS_CONSTANTS].count;
    if (p->constant_count > GS_CONSTANTS_MAX)
        return "too many constants";
    p->constants = take_values(&constants, p->constant_count, false);
    return constants.bad ? "its constants are not readable" : NULL;
}

static const char *read_all(struct gs_program *p)
{
    struct gs_program_header h;
    memcpy(&h, p->bytes, sizeof h);
    if (h.magic != GS_PROGRAM_MAGIC || h.version != GS_PROGRAM_VERSION || h.len != p->len ||
        !are_sections(&h, p->len))
        return "no program, or one of another version";
    if (h.sections[GS_CODE].count != h.sections[GS_LINES].count)
        return "its lines do not fit its code";
    p->functions = (const void *)(p->bytes + h.sections[GS_FUNCTIONS].offset);
    p->code = (const void *)(p->bytes + h.sections[GS_CODE].offset);
    p->lines = (const void *)(p->bytes + h.sections[GS_LINES].offset);
    p->handlers = (const void *)(p->bytes + h.sections[GS_HANDLERS].offset);
    p->sites = (const void *)(p->bytes + h.sections[GS_SITES].offset);
    p->function_count = h.sections[GS_FUNCTIONS].count;
    p->code_count = h.sections[GS_CODE].count;
    p->handler_count = h.sections[GS_HANDLERS].count;
    p->site_count = h.sections[GS_SITES].count;
    memcpy(p->slot_count, h.slot_count, sizeof h.slot_count);
    p->slot_count[GS_OWNER_OUTER] = p->slot_count[GS_OWNER_SET];
    p->island_count = h.island_count;
    const char *why = read_values(p, &h);
    return why ? why : verify(p);
}

const char *gs_program_load(struct gs_program *program, const char *bytes, size_t len)
{
    *program = (struct gs_program){0};
    if (len < sizeof(struct gs_program_header) || len > UINT32_MAX)
        return "no program";
    program->bytes = malloc(len);
    if (!program->bytes)
        return "no memory";
    memcpy(program->bytes, bytes, len);
    program->len = len;
    return read_all(program);
}

// Frees a constant, which nobody counts any more.
static void free_constant(struct gs_value v)
{
    if (!gs_has_object(v) || v.tag == GS_PYTHON)
        return;
    if (v.tag == GS_LIST || v.tag == GS_TUPLE) {
        for (uint32_t i = 0; i < v.list->count; i++)
            free_constant(v.list->items[i]);
        free(v.list->items);
    } else if (v.tag == GS_DICT) {
        for (uint32_t i = 0; i < v.dict->used; i++) {
            free_constant(v.dict->pairs[i].key);
            free_constant(v.dict->pairs[i].value);
        }
        free(v.dict->pairs);
        free(v.dict->index);
    }
    free(v.object);
}

static void free_constants(struct gs_value *values, uint32_t count)
{
    for (uint32_t i = 0; values && i < count; i++)
        free_constant(values[i]);
    free(values);
}

void gs_program_unload(struct gs_program *p)
{
    free_constants(p->constants, p->constant_count);
    free_constants(p->slot_names, p->slot_name_count);
    free_constants(p->needs, p->need_count);
    free(p->pyrefs);
    free(p->bytes);
    *p = (struct gs_program){0};
}

// ---- printing ---------------------------------------------------------------------------------

static int print_constant(const struct gs_program *p, uint32_t at, struct gs_buf *out)
{
    struct gs_value v = p->constants[at];
    size_t from = out->len;
    if (v.tag == GS_PYTHON) {
        struct gs_value name = p->needs[v.pyref - p->pyrefs];
        return gs_buf_add(out, name.str->data, name.str->len);
    }
    if (!gs_text_repr(out, v)) {
        out->len = from;
        return gs_buf_printf(out, "<%s>", gs_type_name(v));
    }
    if (out->len - from > 60) {
        out->len = from + 57;
        while (((unsigned char)out->data[out->len] & 0xc0) == 0x80)
            out->len--;
        return gs_buf_str(out, "...");
    }
    return 0;
}

static int print_operand(const struct gs_program *p, const struct gs_function *f, char kind,
                         uint16_t x, uint8_t n, const struct gs_instr *in, struct gs_buf *out)
{
    switch (kind) {
    case '-':
    case 'N':
        return 0;
    case 'K':
        return gs_buf_str(out, " ") || print_constant(p, x, out);
    case 'B':
    case 'U':
        return n == 0   ? 0
               : n == 1 ? gs_buf_printf(out, " r%u", x)
                        : gs_buf_printf(out, " r%u..r%u", x, x + n - 1);
    case 'P':
        return n ? gs_buf_printf(out, " r%u..r%u", x, x + 2 * n - 1) : 0;
    case 'T':
        return gs_buf_printf(out, " r%u..r%u", x, x + 2);
    case 'J':
        return gs_buf_printf(out, " -> %u", x);
    case 'F':
        return gs_buf_str(out, " ") || print_constant(p, p->functions[x].name, out);
    case 'I':
        return gs_buf_printf(out, " island %u", x);
    case 'L':
        return gs_buf_printf(out, " %s", gs_native_name(x));
    case 'S': {
        struct gs_value name = p->slot_names[x + (in->n == GS_OWNER_USER ? p->slot_count[0] : 0)];
        return gs_buf_printf(out, " %s.%s",
                             in->n == GS_OWNER_USER  ? "user"
                             : in->n == GS_OWNER_SET ? "set"
                                                     : "outer",
                             name.str->data);
    }
    case 'Q': {
        const struct gs_site *site = &p->sites[x];
        int rc = gs_buf_printf(
                out, " %s(",
                site->method == GS_NO_OPERAND ? "request" : p->constants[site->method].str->data);
        for (uint32_t i = 0; i < site->count; i++)
            rc |= gs_buf_printf(out, "%s%s", i ? ", " : "", gs_word_name(site->words[i]));
        return rc | gs_buf_str(out, ")");
    }
    default:
        if (x == GS_NO_OPERAND)
            return 0;
        if (x & GS_IS_CONSTANT)
            return gs_buf_str(out, " ") || print_constant(p, x & ~GS_IS_CONSTANT, out);
        (void)f;
        return gs_buf_printf(out, " r%u", x);
    }
}

static const char *operator_of(const struct gs_instr *in)
{
    static const char *const binary[] = {"+",  "-",  "*", "/", "//", "%", "**",
                                         "<<", ">>", "&", "|", "^",  "@"};
    static const char *const compare[] = {"==", "!=", "<",      "<=", ">",
                                          ">=", "is", "is not", "in", "not in"};
    static const char *const unary[] = {"-", "+", "~"};
    static const char *const endings[] = {"done", "reschedule", "interrupt", "interrupt at once",
                                          "stop the user"};
    switch (in->op) {
    case GS_OP_BINARY:
        return binary[in->n & ~GS_IN_PLACE];
    case GS_OP_COMPARE:
        return compare[in->n];
    case GS_OP_UNARY:
        return unary[in->n];
    case GS_OP_END:
        return endings[in->n];
    default:
        return NULL;
    }
}

const char *gs_word_name(enum gs_word word)
{
    static const char *const names[] = {
#define NAME(word_) #word_,
            GS_SITE_WORDS(NAME)
#undef NAME
    };
    return names[word];
}

int gs_program_print(const struct gs_program *p, uint32_t function, struct gs_buf *out)
{
    const struct gs_function *f = &p->functions[function];
    const struct gs_instr *code = p->code + f->code;
    int rc = 0;
    for (uint32_t i = 0; i < f->code_count && rc == 0; i++) {
        const char *kinds = gs_op_operands(code[i].op), *sign = operator_of(&code[i]);
        rc = gs_buf_printf(out, "%5u %4u  %-9s", p->lines[f->code + i], i, gs_op_name(code[i].op));
        const uint16_t operands[] = {code[i].a, code[i].b, code[i].c};
        for (int k = 0; k < 3 && rc == 0; k++)
            rc = print_operand(p, f, kinds[k + 1], operands[k], code[i].n, &code[i], out);
        if (sign && rc == 0)
            rc = gs_buf_printf(out, "  (%s)", sign);
        if (rc == 0)
            rc = gs_buf_str(out, "\n");
    }
    return rc ? -1 : 0;
}
