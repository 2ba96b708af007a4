#include "plan/vm.h"

#include <stdlib.h>
#include <string.h>

#include "plan/collect.h"
#include "plan/format.h"
#include "plan/iterate.h"
#include "plan/json.h"
#include "plan/native.h"
#include "plan/operate.h"
#include "plan/text.h"

void gs_vm_init(struct gs_vm *vm)
{
    vm->frames = NULL;
    vm->registers = NULL;
    vm->depth = vm->frame_cap = vm->register_cap = 0;
    vm->own_frames = vm->own_registers = true;
    vm->result = (struct gs_value){.tag = GS_UNSET};
}

void gs_vm_lend(struct gs_vm *vm, struct gs_frame *frames, uint32_t frame_count,
                struct gs_value *registers, uint32_t register_count)
{
    vm->frames = frames;
    vm->frame_cap = frame_count;
    vm->registers = registers;
    vm->register_cap = register_count;
    vm->own_frames = vm->own_registers = false;
    for (uint32_t i = 0; i < register_count; i++)
        registers[i].tag = GS_UNSET;
}

static struct gs_frame *top(const struct gs_vm *vm)
{
    return &vm->frames[vm->depth - 1];
}

static void leave(struct gs_vm *vm)
{
    struct gs_frame *frame = &vm->frames[--vm->depth];
    struct gs_value *reg = vm->registers + frame->base;
    for (uint32_t i = 0; i < frame->function->registers; i++) {
        struct gs_value old = reg[i];
        reg[i].tag = GS_UNSET;
        gs_drop(old);
    }
}

void gs_vm_fini(struct gs_vm *vm)
{
    while (vm->depth > 0)
        leave(vm);
    gs_drop(vm->result);
    if (vm->own_frames)
        free(vm->frames);
    if (vm->own_registers)
        free(vm->registers);
    gs_vm_init(vm);
}

// More room for what stands at `old`, which may be lent. NULL without memory.
static void *grow(void *old, size_t old_bytes, size_t new_bytes, bool *own)
{
    void *larger = realloc(*own ? old : NULL, new_bytes);
    if (larger && !*own)
        memcpy(larger, old, old_bytes);
    *own = *own || larger;
    return larger;
}

static bool make_room(struct gs_vm *vm, uint32_t registers)
{
    if (vm->depth == vm->frame_cap) {
        uint32_t cap = vm->frame_cap ? vm->frame_cap * 2 : 2;
        struct gs_frame *frames = grow(vm->frames, vm->frame_cap * sizeof *frames,
                                       cap * sizeof *frames, &vm->own_frames);
        if (!frames)
            return false;
        vm->frames = frames;
        vm->frame_cap = cap;
    }
    if (registers > vm->register_cap) {
        uint32_t cap = vm->register_cap ? registers + vm->register_cap : registers;
        struct gs_value *values = grow(vm->registers, vm->register_cap * sizeof *values,
                                       cap * sizeof *values, &vm->own_registers);
        if (!values)
            return false;
        memset(values + vm->register_cap, 0, (cap - vm->register_cap) * sizeof *values);
        vm->registers = values;
        vm->register_cap = cap;
    }
    return true;
}

static bool enter(struct gs_vm *vm, uint32_t function)
{
    const struct gs_function *f = &vm->program->functions[function];
    uint32_t base = vm->depth ? top(vm)->base + top(vm)->function->registers : 0;
    if (!make_room(vm, base + f->registers))
        return false;
    vm->frames[vm->depth++] = (struct gs_frame){f, 0, base};
    return true;
}

bool gs_vm_begin(struct gs_vm *vm, uint32_t function)
{
    gs_put(&vm->result, (struct gs_value){.tag = GS_UNSET});
    return enter(vm, function);
}

// ---- for whoever does what it wants -----------------------------------------------------------

const struct gs_instr *gs_vm_at(const struct gs_vm *vm)
{
    const struct gs_frame *frame = top(vm);
    return &vm->program->code[frame->function->code + frame->pc];
}

struct gs_value *gs_vm_register(const struct gs_vm *vm, uint16_t reg)
{
    return &vm->registers[top(vm)->base + reg];
}

struct gs_value gs_vm_value(const struct gs_vm *vm, uint16_t operand)
{
    if (operand & GS_IS_CONSTANT)
        return vm->program->constants[operand & ~GS_IS_CONSTANT];
    return *gs_vm_register(vm, operand);
}

uint32_t gs_vm_line(const struct gs_vm *vm, uint32_t depth)
{
    const struct gs_frame *frame = &vm->frames[depth];
    return vm->program->lines[frame->function->code + frame->pc];
}

void gs_vm_give(struct gs_vm *vm, struct gs_value result)
{
    gs_put(gs_vm_register(vm, gs_vm_at(vm)->a), result);
    top(vm)->pc++;
}

void gs_vm_pass(struct gs_vm *vm)
{
    top(vm)->pc++;
}

void gs_vm_jump(struct gs_vm *vm)
{
    top(vm)->pc = gs_vm_at(vm)->c;
}

static const struct gs_handler *handler_of(const struct gs_vm *vm, const struct gs_frame *frame)
{
    const struct gs_handler *h = vm->program->handlers + frame->function->handlers;
    for (uint32_t i = 0; i < frame->function->handler_count; i++)
        if (frame->pc >= h[i].from && frame->pc < h[i].to)
            return &h[i];
    return NULL;
}

bool gs_vm_throw(struct gs_vm *vm, struct gs_value exception)
{
    while (vm->depth > 0) {
        const struct gs_handler *handler = handler_of(vm, top(vm));
        if (handler) {
            gs_put(gs_vm_register(vm, (uint16_t)handler->reg), exception);
            top(vm)->pc = handler->target;
            return true;
        }
        leave(vm);
    }
    return false;
}

bool gs_vm_is_guarded(const struct gs_vm *vm)
{
    for (uint32_t i = 0; i < vm->depth; i++) {
        const struct gs_frame *frame = &vm->frames[i];
        const struct gs_handler *h = vm->program->handlers + frame->function->handlers;
        for (uint32_t k = 0; k < frame->function->handler_count; k++)
            if (!h[k].narrow && frame->pc >= h[k].from && frame->pc < h[k].to)
                return true;
    }
    return false;
}

// ---- building values --------------------------------------------------------------------------

static bool make_list(const struct gs_value *items, uint32_t count, enum gs_tag tag,
                      struct gs_value *out)
{
    struct gs_list *list = gs_list_new(tag, count);
    if (!list)
        return false;
    for (uint32_t i = 0; i < count; i++)
        list->items[i] = gs_keep(items[i]);
    list->count = count;
    *out = GS_VALUE(tag, list, list);
    return true;
}

static bool make_dict(const struct gs_value *pairs, uint32_t count, struct gs_value *out)
{
    for (uint32_t i = 0; i < count; i++)
        if (!gs_is_key(pairs[2 * i]))
            return false;
    struct gs_dict *dict = gs_dict_new();
    if (!dict)
        return false;
    for (uint32_t i = 0; i < count; i++)
        gs_dict_set(dict, pairs[2 * i], pairs[2 * i + 1]);
    *out = GS_VALUE(GS_DICT, dict, dict);
    return true;
}

static bool add_piece(struct gs_buf *out, struct gs_value v)
{
    if (v.tag == GS_STR)
        return gs_buf_add(out, v.str->data, v.str->len) == 0;
    return gs_text_str(out, v);
}

static bool concat(const struct gs_value *pieces, uint32_t count, struct gs_value *out)
{
    struct gs_buf buf = GS_BUF_EMPTY;
    size_t len = 0;
    bool text = true;
    for (uint32_t i = 0; i < count; i++) {
        text = text && pieces[i].tag == GS_STR;
        len += pieces[i].tag == GS_STR ? pieces[i].str->len : 0;
    }
    if (text) {
        size_t chars = 0;
        for (uint32_t i = 0; i < count; i++)
            chars += pieces[i].str->chars;
        struct gs_str *s = gs_str_room(len, chars, GS_STR);
        char *at = s ? s->data : NULL;
        for (uint32_t i = 0; s && i < count; i++) {
            memcpy(at, pieces[i].str->data, pieces[i].str->len);
            at += pieces[i].str->len;
        }
        *out = GS_VALUE(GS_STR, str, s);
        return s != NULL;
    }
    bool ok = gs_buf_reserve(&buf, len + 24 * count) == 0;
    for (uint32_t i = 0; ok && i < count; i++)
        ok = add_piece(&buf, pieces[i]);
    if (ok) {
        *out = gs_str_of_utf8(buf.data, buf.len);
        ok = out->tag != GS_UNSET;
    }
    gs_buf_fini(&buf);
    return ok;
}

static bool finish_text(struct gs_buf *buf, bool ok, struct gs_value *out)
{
    if (ok)
        *out = gs_str_of_utf8(buf->data, buf->len);
    gs_buf_fini(buf);
    return ok && out->tag != GS_UNSET;
}

static bool format(struct gs_value v, unsigned conversion, const struct gs_str *spec,
                   struct gs_value *out)
{
    struct gs_buf buf = GS_BUF_EMPTY;
    if (conversion == 0)
        return finish_text(&buf, gs_format_value(&buf, v, spec->data, spec->len), out);
    struct gs_value text;
    bool ok = conversion == 's' ? gs_text_str(&buf, v) : gs_text_repr(&buf, v);
    if (!finish_text(&buf, ok, &text))
        return false;
    if (conversion == 'a' && text.str->chars != text.str->len) {
        gs_drop(text);
        return false;
    }
    struct gs_buf padded = GS_BUF_EMPTY;
    ok = finish_text(&padded, gs_format_value(&padded, text, spec->data, spec->len), out);
    gs_drop(text);
    return ok;
}

static bool unpack(struct gs_value v, uint32_t count, struct gs_value *to)
{
    if (v.tag == GS_VIEW) {
        if (!gs_json_touch(v.view))
            return false;
        v = v.view->value;
    }
    if ((v.tag != GS_LIST && v.tag != GS_TUPLE) || gs_is_gone(v.object) || v.list->count != count)
        return false;
    gs_keep(v); // it may stand in one of the registers
    for (uint32_t i = 0; i < count; i++)
        gs_put(&to[i], gs_keep(v.list->items[i]));
    gs_drop(v);
    return true;
}

static bool walk(struct gs_value from, const struct gs_value *steps, uint32_t count,
                 struct gs_value *out)
{
    if (from.tag == GS_VIEW && gs_look_into(from.view, steps, count, out))
        return true;
    struct gs_value at = gs_keep(from);
    for (uint32_t i = 0; i < count; i++) {
        struct gs_value next;
        bool ok = gs_index(at, steps[i], &next);
        gs_drop(at);
        if (!ok)
            return false;
        at = next;
    }
    *out = at;
    return true;
}

// The host, with what was asked below it.
static bool url_of(struct gs_vm *vm, const struct gs_reply *reply, struct gs_value *out)
{
    if (reply->absolute) {
        *out = gs_keep(reply->url);
        return out->tag == GS_STR;
    }
    const char *base = vm->host->base_url(vm->user);
    size_t len = strlen(base);
    if (reply->url.tag != GS_STR || strchr(base, '@'))
        return false;
    while (len > 0 && base[len - 1] == '/')
        len--;
    struct gs_buf url = GS_BUF_EMPTY;
    const struct gs_str *asked = reply->url.str;
    bool ok = gs_buf_add(&url, base, len) == 0 &&
              (asked->len == 0 || asked->data[0] == '/' || gs_buf_add(&url, "/", 1) == 0) &&
              gs_buf_add(&url, asked->data, asked->len) == 0;
    return finish_text(&url, ok, out);
}

static bool attribute(struct gs_vm *vm, struct gs_value v, const struct gs_str *name,
                      struct gs_value *out)
{
    if (v.tag != GS_REPLY || gs_is_gone(v.object))
        return false;
    struct gs_reply *reply = v.reply;
    if (strcmp(name->data, "status_code") == 0) {
        *out = GS_INT_VALUE(reply->status);
        return true;
    }
    if (strcmp(name->data, "url") == 0)
        return url_of(vm, reply, out);
    if (strcmp(name->data, "reason") == 0)
        return gs_reply_reason(reply, out);
    if (strcmp(name->data, "history") == 0)
        return !reply->hops && make_list(NULL, 0, GS_LIST, out);
    if (strcmp(name->data, "ok") == 0) {
        *out = GS_BOOL_VALUE(reply->status > 0 && reply->status < 400);
        return true;
    }
    if (reply->encoded && !vm->host->inflate(vm->user, reply))
        return false;
    if (strcmp(name->data, "text") == 0)
        return gs_reply_text(reply, out);
    return strcmp(name->data, "content") == 0 && gs_reply_content(reply, out);
}

// ---- running ----------------------------------------------------------------------------------

#define PYTHON                                                                                     \
    do {                                                                                           \
        frame->pc = (uint32_t)(in - code);                                                         \
        return GS_WANT_PYTHON;                                                                     \
    } while (0)

// What may be declined: then Python does it.
#define TRY(done)                                                                                  \
    if (!(done))                                                                                   \
    PYTHON

#define X(operand)                                                                                 \
    ((operand)&GS_IS_CONSTANT ? constants[(operand) & ~GS_IS_CONSTANT] : reg[operand])

// Jumps. Only ways back are counted: without them a function ends.
#define GO(target)                                                                                 \
    do {                                                                                           \
        uint16_t to_ = (target);                                                                   \
        if (to_ <= in - code && --steps == 0) {                                                    \
            frame->pc = to_;                                                                       \
            return GS_WANT_TIME;                                                                   \
        }                                                                                          \
        in = code + to_ - 1;                                                                       \
    } while (0)

#define GIVE(value) gs_put(&reg[in->a], (value))

enum gs_want gs_vm_run(struct gs_vm *vm, uint32_t steps)
{
    const struct gs_value *constants = vm->program->constants;
    struct gs_frame *frame;
    struct gs_value *reg, v;
    const struct gs_instr *code, *in;
    bool truth;

again: // the frame has changed
    frame = top(vm);
    reg = vm->registers + frame->base;
    code = vm->program->code + frame->function->code;
    in = code + frame->pc;

    for (;; in++) {
        switch ((enum gs_op)in->op) {
        case GS_OP_MOVE:
            GIVE(gs_keep(X(in->b)));
            break;
        case GS_OP_UNSET:
            GIVE((struct gs_value){.tag = GS_UNSET});
            break;
        case GS_OP_CHECK:
            TRY(reg[in->a].tag != GS_UNSET);
            break;
        case GS_OP_JUMP:
            GO(in->c);
            break;
        case GS_OP_IF:
            TRY(gs_truth(X(in->a), &truth));
            if (truth)
                GO(in->c);
            break;
        case GS_OP_UNLESS:
            TRY(gs_truth(X(in->a), &truth));
            if (!truth)
                GO(in->c);
            break;
        case GS_OP_NOT:
            TRY(gs_truth(X(in->b), &truth));
            GIVE(GS_BOOL_VALUE(!truth));
            break;
        case GS_OP_UNARY:
            TRY(gs_unary(in->n, X(in->b), &v));
            GIVE(v);
            break;
        case GS_OP_BINARY:
            TRY(gs_binary(in->n, X(in->b), X(in->c), &v));
            GIVE(v);
            break;
        case GS_OP_COMPARE:
            TRY(gs_compare(in->n, X(in->b), X(in->c), &truth));
            GIVE(GS_BOOL_VALUE(truth));
            break;
        case GS_OP_SELF_GET:
            TRY(vm->slots[in->n]);
            v = vm->slots[in->n][in->b];
            TRY(v.tag != GS_UNSET);
            GIVE(gs_keep(v));
            break;
        case GS_OP_SELF_PEEK:
            v = (struct gs_value){.tag = GS_UNSET};
            GIVE(vm->slots[in->n] ? gs_keep(vm->slots[in->n][in->b]) : v);
            break;
        case GS_OP_SELF_SET:
            TRY(vm->slots[in->n]);
            gs_put(&vm->slots[in->n][in->b], gs_keep(X(in->a)));
            break;
        case GS_OP_SELF_DEL:
            TRY(vm->slots[in->n] && vm->slots[in->n][in->b].tag != GS_UNSET);
            gs_put(&vm->slots[in->n][in->b], (struct gs_value){.tag = GS_UNSET});
            break;
        case GS_OP_SELF_HAS:
            TRY(vm->slots[in->n]);
            GIVE(GS_BOOL_VALUE(vm->slots[in->n][in->b].tag != GS_UNSET));
            break;
        case GS_OP_ATTR:
            TRY(attribute(vm, X(in->b), constants[in->c].str, &v));
            GIVE(v);
            break;
        case GS_OP_INDEX:
            TRY(gs_index(X(in->b), X(in->c), &v));
            GIVE(v);
            break;
        case GS_OP_INDEX_SET:
            TRY(gs_index_set(X(in->a), X(in->b), X(in->c)));
            break;
        case GS_OP_INDEX_DEL:
            TRY(gs_index_del(X(in->a), X(in->b)));
            break;
        case GS_OP_PATH:
            TRY(walk(X(in->b), &reg[in->c], in->n, &v));
            GIVE(v);
            break;
        case GS_OP_SLICE:
            TRY(gs_slice_of(X(in->b), &reg[in->c], &v));
            GIVE(v);
            break;
        case GS_OP_LIST:
            TRY(make_list(&reg[in->b], in->n, GS_LIST, &v));
            GIVE(v);
            break;
        case GS_OP_TUPLE:
            TRY(make_list(&reg[in->b], in->n, GS_TUPLE, &v));
            GIVE(v);
            break;
        case GS_OP_DICT:
            TRY(make_dict(&reg[in->b], in->n, &v));
            GIVE(v);
            break;
        case GS_OP_PUSH:
            TRY(reg[in->a].tag == GS_LIST && !gs_is_gone(reg[in->a].object) &&
                reg[in->a].object->refs != GS_IMMORTAL &&
                gs_list_push(reg[in->a].list, gs_keep(X(in->b))));
            break;
        case GS_OP_EXTEND: {
            struct gs_value args[] = {reg[in->a], X(in->b)};
            TRY(args[0].tag == GS_LIST && !gs_is_gone(args[0].object) &&
                gs_list_method("extend", 6)(args, 2, &v));
            break;
        }
        case GS_OP_PAIR:
            TRY(reg[in->a].tag == GS_DICT && gs_index_set(reg[in->a], X(in->b), X(in->c)));
            break;
        case GS_OP_MERGE: {
            struct gs_value args[] = {reg[in->a], X(in->b)};
            TRY(args[0].tag == GS_DICT && !gs_is_gone(args[0].object) &&
                gs_dict_method("update", 6)(args, 2, &v));
            break;
        }
        case GS_OP_CONCAT:
            TRY(concat(&reg[in->b], in->n, &v));
            GIVE(v);
            break;
        case GS_OP_FORMAT:
            TRY(format(X(in->b), in->n, constants[in->c].str, &v));
            GIVE(v);
            break;
        case GS_OP_PERCENT: {
            struct gs_buf buf = GS_BUF_EMPTY;
            const struct gs_str *spec = constants[in->c].str;
            TRY(!in->n || (X(in->b).tag != GS_TUPLE && X(in->b).tag != GS_DICT));
            TRY(finish_text(&buf, gs_format_percent(&buf, X(in->b), spec->data, spec->len), &v));
            GIVE(v);
            break;
        }
        case GS_OP_UNPACK:
            TRY(unpack(X(in->b), in->n, &reg[in->a]));
            break;
        case GS_OP_ITER:
            TRY(gs_iter(X(in->b), &v));
            GIVE(v);
            break;
        case GS_OP_NEXT: {
            int found = reg[in->b].tag == GS_ITER ? gs_next(reg[in->b].iter, &v) : -1;
            TRY(found >= 0);
            if (found)
                GIVE(v);
            else
                GO(in->c);
            break;
        }
        case GS_OP_CALL:
            frame->pc = (uint32_t)(in - code); // log tells its line
            TRY(gs_native_call(vm, in->c, &reg[in->b], in->n, &v));
            GIVE(v);
            break;
        case GS_OP_MEET:
            TRY(gs_native_has(X(in->a), constants[in->b].str));
            break;
        case GS_OP_METHOD:
            TRY(gs_native_method(vm, constants[in->c].str, &reg[in->b], in->n, &v));
            GIVE(v);
            break;
        case GS_OP_INVOKE:
            frame->pc = (uint32_t)(in - code);
            if (--steps == 0)
                return GS_WANT_TIME;
            if (vm->depth >= GS_FRAMES_MAX || !enter(vm, in->c))
                return GS_WANT_PYTHON;
            for (uint32_t i = 0, from = vm->frames[vm->depth - 2].base + in->b; i < in->n; i++)
                vm->registers[top(vm)->base + i] = gs_keep(vm->registers[from + i]);
            goto again;
        case GS_OP_RETURN:
            v = gs_keep(X(in->a));
            leave(vm);
            if (vm->depth == 0) {
                vm->result = v;
                return GS_WANT_DONE;
            }
            gs_vm_give(vm, v);
            goto again;
        case GS_OP_REQUEST:
            frame->pc = (uint32_t)(in - code);
            return GS_WANT_REQUEST;
        case GS_OP_SLEEP:
            frame->pc = (uint32_t)(in - code);
            v = X(in->a);
            if (v.tag != GS_INT && v.tag != GS_BOOL && v.tag != GS_FLOAT)
                return GS_WANT_PYTHON;
            vm->sleep_s = v.tag == GS_FLOAT ? v.f : (double)v.i;
            return vm->sleep_s >= 0 && vm->sleep_s < 1e9 ? GS_WANT_SLEEP : GS_WANT_PYTHON;
        case GS_OP_END:
            frame->pc = (uint32_t)(in - code);
            if (gs_vm_is_guarded(vm))
                return GS_WANT_PYTHON;
            vm->ending = in->n;
            while (vm->depth > 0)
                leave(vm);
            return GS_WANT_END;
        case GS_OP_CLIENT:
        case GS_OP_SET:
        case GS_OP_ATTR_SET:
        case GS_OP_PYCALL:
        case GS_OP_ISLAND:
        case GS_OP_RAISE:
        case GS_OP_RERAISE:
        case GS_OP_MATCH:
        case GS_OP_LEAVE:
        case GS_OP_COUNT:
            PYTHON;
        }
    }
}
