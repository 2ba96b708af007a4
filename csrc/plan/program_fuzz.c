// Programs made of anything: what is loaded runs, whatever it is answered, and leaves nothing.
#include <time.h>

#include "base/fuzz.h"
#include "plan/iterate.h"
#include "plan/json.h"
#include "plan/program.h"
#include "plan/vm.h"

#define TURNS 60  // in all, that functions may want something
#define STEPS 2   // in a turn: what is doubled at each does not fill the memory
#define CODE 120  // longer programs only load: texts of megabytes are slow, not wrong
#define SECONDS 1 // what is slow is not told from what has no end otherwise
#define FUNCTIONS 10

// Little memory, so that its lack is seen too.
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1:max_allocation_size_mb=32";
}

void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

struct world {
    struct gs_rng chance; // all that is not said by the program
    struct gs_pyref *trash;
    const char *text; // the input
    size_t len;
    int turns; // left
    clock_t until;
};

// ---- the host ---------------------------------------------------------------------------------

static bool by_chance(struct world *w, unsigned of)
{
    return gs_rng_below(&w->chance, of) != 0;
}

static int64_t now(void *user)
{
    return (int64_t)(gs_rng_next(&((struct world *)user)->chance) >> 2);
}

static bool random_bytes(void *user, void *to, size_t len)
{
    memset(to, 0xab, len);
    return by_chance(user, 16);
}

static void verdict(void *user, struct gs_reply *reply, bool failed, struct gs_value text)
{
    (void)user;
    reply->failed = failed;
    gs_put(&reply->failure, failed ? gs_keep(text) : (struct gs_value){.tag = GS_UNSET});
}

// Reads all of it.
static bool is_taken(void *user, const char *text, size_t len)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < len; i++)
        sum = (uint8_t)(sum + (uint8_t)text[i]);
    return by_chance(user, 2U + sum % 8U);
}

static bool log_record(void *user, int64_t level, struct gs_value logger, const char *file,
                       uint32_t line, const char *function, const char *text, size_t len)
{
    return (level || line || logger.tag || strlen(file) || strlen(function)) &&
           is_taken(user, text, len);
}

static const char *base_url(void *user)
{
    return by_chance(user, 8) ? "http://host/base/" : "http://me@host";
}

static bool inflate(void *user, struct gs_reply *reply)
{
    reply->encoded = !by_chance(user, 4);
    return !reply->encoded;
}

static const struct gs_host host = {now,        now,      random_bytes, verdict, is_taken,
                                    log_record, base_url, inflate,      NULL};

// ---- what it is given -------------------------------------------------------------------------

static struct gs_pyref *pyref_new(struct world *w)
{
    struct gs_pyref *pyref = calloc(1, sizeof *pyref);
    pyref->object = (struct gs_object){.refs = 1, .tag = GS_PYTHON};
    pyref->trash = &w->trash;
    return pyref;
}

static struct gs_value reply_new(struct world *w)
{
    static const char head[] = "HTTP/1.1 200 Fine\r\nContent-Type: application/json\r\n"
                               "Set-Cookie: a=b\r\nSet-Cookie: c=d\r\n\r\n";
    static const char body[] = "{\"a\": [1, 2.5, \"x\"], \"b\": {\"c\": null}}";
    struct gs_reply *reply = gs_reply_new();
    if (!reply)
        return GS_NONE_VALUE;
    reply->status = (int)gs_rng_below(&w->chance, 600);
    reply->encoded = by_chance(w, 2);
    reply->borrowed = true;
    reply->head = head;
    reply->head_len = sizeof head - 1;
    reply->body = by_chance(w, 4) ? body : w->text;
    reply->body_len = reply->body == body ? sizeof body - 1 : w->len;
    reply->url = gs_str_new("/x", 2, 2);
    reply->absolute = !by_chance(w, 4);
    return GS_VALUE(GS_REPLY, reply, reply);
}

static struct gs_value parsed(const char *json)
{
    struct gs_value v;
    return gs_json_parse(json, strlen(json), &v) ? v : GS_NONE_VALUE;
}

// A list or dict that became a Python object.
static struct gs_value gone(struct world *w, struct gs_value v)
{
    if (v.tag == GS_LIST)
        v.list->python = pyref_new(w);
    else if (v.tag == GS_DICT)
        v.dict->python = pyref_new(w);
    if (v.tag != GS_NONE)
        v.object->gone = true;
    return v;
}

static struct gs_value anything(struct world *w)
{
    static const int64_t ints[] = {0, 1, -1, 2, 100, INT64_MAX, INT64_MIN, 1LL << 53};
    static const double floats[] = {0.0,    -0.5, 1e300,           -1e300,
                                    1e-300, 3.25, __builtin_inf(), __builtin_nan("")};
    struct gs_value v;
    switch (gs_rng_below(&w->chance, 12)) {
    case 0:
        return GS_NONE_VALUE;
    case 1:
        return GS_BOOL_VALUE(by_chance(w, 2));
    case 2:
        return GS_INT_VALUE(ints[gs_rng_below(&w->chance, 8)]);
    case 3:
        return GS_FLOAT_VALUE(floats[gs_rng_below(&w->chance, 8)]);
    case 4:
        v = gs_str_of_utf8("text \xc3\xa9\xe2\x82\xac %d {}", 16);
        return v.tag == GS_UNSET ? GS_NONE_VALUE : v;
    case 5:
        v = gs_bytes_new(w->text, w->len < 100 ? w->len : 100);
        return v.tag == GS_UNSET ? GS_NONE_VALUE : v;
    case 6:
        return parsed("[3, 1, 2, \"x\", [], {\"k\": 1.5}]");
    case 7:
        return parsed("{\"a\": 1, \"b\": [2, 3], \"c\": \"text\"}");
    case 8:
        return gone(w, parsed(by_chance(w, 2) ? "[1]" : "{\"a\": 1}"));
    case 9:
        return reply_new(w);
    case 10:
        return GS_VALUE(GS_PYTHON, pyref, pyref_new(w));
    default: {
        struct gs_value reply = reply_new(w);
        bool is_view =
                reply.tag == GS_REPLY && gs_json_check(reply.reply->body, reply.reply->body_len);
        if (is_view)
            reply.reply->encoded = false;
        if (!is_view || !gs_reply_json(reply.reply, NULL, &v))
            return reply;
        gs_drop(reply);
        return v;
    }
    }
}

// ---- running ----------------------------------------------------------------------------------

// Goes on in one of the ways that the instruction allows. False: nothing runs any more.
static bool answer(struct gs_vm *vm, struct world *w, enum gs_want want)
{
    const struct gs_instr *in = gs_vm_at(vm);
    const char *kinds = gs_op_operands(in->op);
    bool ends = in->op == GS_OP_RAISE || in->op == GS_OP_RERAISE || in->op == GS_OP_END ||
                in->op == GS_OP_RETURN || in->op == GS_OP_JUMP;
    REQUIRE((want == GS_WANT_REQUEST) == (in->op == GS_OP_REQUEST));
    REQUIRE(want != GS_WANT_SLEEP || (in->op == GS_OP_SLEEP && vm->sleep_s >= 0));
    REQUIRE(gs_vm_line(vm, vm->depth - 1) == vm->program->lines[in - vm->program->code]);
    for (uint32_t i = 0; i < vm->depth; i++)
        gs_vm_line(vm, i);
    gs_vm_is_guarded(vm);
    if (ends || !by_chance(w, 6)) {
        struct gs_value error = GS_VALUE(GS_PYTHON, pyref, pyref_new(w));
        if (gs_vm_throw(vm, error))
            return true;
        REQUIRE(vm->depth == 0);
        gs_drop(error);
        return false;
    }
    if (kinds[3] == 'J' && by_chance(w, 2))
        gs_vm_jump(vm);
    else if (kinds[1] == 'W')
        gs_vm_give(vm, anything(w));
    else
        gs_vm_pass(vm);
    return true;
}

static void run(const struct gs_program *program, uint32_t function, struct world *w,
                struct gs_value *slots[GS_OWNER_COUNT])
{
    struct gs_rng rng = {1};
    struct gs_vm vm = {.program = program, .host = &host, .user = w, .rng = &rng};
    gs_vm_init(&vm);
    memcpy(vm.slots, slots, sizeof vm.slots);
    bool runs = gs_vm_begin(&vm, function);
    while (runs && w->turns-- > 0 && clock() < w->until) {
        enum gs_want want = gs_vm_run(&vm, STEPS);
        if (want == GS_WANT_DONE || want == GS_WANT_END) {
            REQUIRE(vm.depth == 0 && (want == GS_WANT_DONE || vm.ending < GS_END_COUNT));
            break;
        }
        if (want != GS_WANT_TIME)
            runs = answer(&vm, w, want);
    }
    gs_vm_fini(&vm);
}

static void run_all(const struct gs_program *program, struct world *w)
{
    struct gs_value *slots[GS_OWNER_COUNT];
    for (int i = 0; i < GS_OWNER_COUNT; i++)
        slots[i] = calloc(program->slot_count[i] + 1, sizeof **slots);
    for (uint32_t i = 0, runs = 0; i < program->function_count && runs < FUNCTIONS; i++)
        if (program->functions[i].params == 0) {
            run(program, i, w, slots);
            runs++;
        }
    for (int i = 0; i < GS_OWNER_COUNT; i++) {
        for (uint32_t k = 0; k < program->slot_count[i]; k++)
            gs_drop(slots[i][k]);
        free(slots[i]);
    }
}

// Whether something may be put into itself: such are not freed.
static bool makes_cycles(const struct gs_program *program)
{
    for (uint32_t i = 0; i < program->code_count; i++)
        switch (program->code[i].op) {
        case GS_OP_PUSH:
        case GS_OP_EXTEND:
        case GS_OP_PAIR:
        case GS_OP_MERGE:
        case GS_OP_INDEX_SET:
        case GS_OP_METHOD:
        case GS_OP_BINARY:
            return true;
        default:
            break;
        }
    return false;
}

static void print_all(const struct gs_program *program)
{
    struct gs_buf out = GS_BUF_EMPTY;
    for (uint32_t i = 0; i < program->function_count && i < FUNCTIONS; i++)
        gs_program_print(program, i, &out);
    gs_buf_fini(&out);
}

// What is behind a constant's reference count was not lost in running.
static void check_constants(const struct gs_program *program)
{
    for (uint32_t i = 0; i < program->constant_count; i++)
        REQUIRE(!gs_has_object(program->constants[i]) ||
                program->constants[i].object->refs == GS_IMMORTAL);
    for (uint32_t i = 0; i < program->site_count; i++)
        REQUIRE(program->sites[i].unused || !program->sites[i].unused);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gs_program program;
    if (size < GS_FUZZ_CUTS)
        return 0;
    struct world w = {.text = (const char *)data + GS_FUZZ_CUTS,
                      .len = size - GS_FUZZ_CUTS,
                      .turns = TURNS,
                      .until = clock() + SECONDS * CLOCKS_PER_SEC};
    memcpy(&w.chance.state, data, sizeof w.chance.state);
    char *bytes = gs_fuzz_copy(w.text, w.len);
    const char *why = gs_program_load(&program, bytes, w.len);
    free(bytes); // it has its own
    if (!why) {
        bool quiet = makes_cycles(&program) && __lsan_disable;
        if (quiet)
            __lsan_disable();
        print_all(&program);
        if (program.code_count <= CODE)
            run_all(&program, &w);
        check_constants(&program);
        if (quiet)
            __lsan_enable();
    }
    gs_program_unload(&program);
    while (w.trash) {
        struct gs_pyref *next = w.trash->next;
        free(w.trash);
        w.trash = next;
    }
    return 0;
}
