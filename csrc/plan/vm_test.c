#include "plan/vm.h"

#include "plan/program_rig.h"

// ---- a world that stands still ----------------------------------------------------------------

struct world {
    struct gs_buf said; // what was printed, logged and judged
    bool refuses;       // to print, to log, to decode, to give random bytes
};

static int64_t wall_ns(void *user)
{
    (void)user;
    return 1500000000;
}

static int64_t mono_ns(void *user)
{
    (void)user;
    return 2250000000;
}

static bool random_bytes(void *user, void *to, size_t len)
{
    struct world *w = user;
    memset(to, 0xff, len);
    return !w->refuses;
}

static void verdict(void *user, struct gs_reply *reply, bool failed, struct gs_value text)
{
    struct world *w = user;
    gs_buf_printf(&w->said, failed ? "failure(%s)" : "success()",
                  text.tag == GS_STR ? text.str->data : "");
    reply->failed = failed;
}

static bool print(void *user, const char *text, size_t len)
{
    struct world *w = user;
    return !w->refuses && gs_buf_add(&w->said, text, len) == 0;
}

static bool log_record(void *user, int64_t level, struct gs_value logger, const char *file,
                       uint32_t line, const char *function, const char *text, size_t len)
{
    struct world *w = user;
    return !w->refuses && gs_buf_printf(&w->said, "%d %s %s:%u %s: %.*s", (int)level,
                                        logger.tag == GS_STR ? logger.str->data : "root", file,
                                        line, function, (int)len, text) == 0;
}

static const char *base_url(void *user)
{
    (void)user;
    return "http://host/base/";
}

static bool inflate(void *user, struct gs_reply *reply)
{
    struct world *w = user;
    reply->encoded = w->refuses;
    return !w->refuses;
}

static const struct gs_host host = {wall_ns,    mono_ns,  random_bytes, verdict, print,
                                    log_record, base_url, inflate,      NULL};

// ---- the frame --------------------------------------------------------------------------------

#define REGISTERS 8
#define TASK 2 // function 0 doubles, 1 calls itself without end

static struct world world;
static struct gs_program program;
static struct gs_vm vm;
static struct gs_rng rng;
static struct gs_value set_slots[2], user_slots[1];
static struct gs_pyref *trash;

// Begins a task of this code; slots are unset before.
static void begin(const char *source)
{
    static const enum gs_word words[] = {GS_WORD_url};
    struct gs_builder b;
    gs_builder_init(&b);
    gs_builder_slot(&b, GS_OWNER_SET, "one", 3);
    gs_builder_slot(&b, GS_OWNER_SET, "two", 3);
    gs_builder_slot(&b, GS_OWNER_USER, "mine", 4);
    b.island_count = 1;
    rig_site(&b, "GET", 1, words);
    rig_function(&b, "double", 1, 2, "BINARY r1 r0 r0 :0; RETURN r1");
    rig_function(&b, "deep", 0, 2, "INVOKE r0 r0 1 :0; RETURN r0");
    rig_function(&b, "task", 0, REGISTERS, source);
    if (!rig_load(&b, &program)) {
        fprintf(stderr, "%s\n", source);
        exit(1);
    }
    world = (struct world){{NULL, 0, 0}, false};
    rng = (struct gs_rng){1};
    vm = (struct gs_vm){.program = &program, .host = &host, .user = &world, .rng = &rng};
    gs_vm_init(&vm);
    vm.slots[GS_OWNER_SET] = set_slots;
    vm.slots[GS_OWNER_USER] = user_slots;
    CHECK(gs_vm_begin(&vm, TASK));
}

static void end(void)
{
    gs_vm_fini(&vm);
    for (int i = 0; i < 2; i++)
        gs_put(&set_slots[i], RIG_UNSET);
    gs_put(&user_slots[0], RIG_UNSET);
    rig_empty(&trash);
    gs_program_unload(&program);
    gs_buf_fini(&world.said);
}

static enum gs_want go(void)
{
    return gs_vm_run(&vm, 10000);
}

static const char *op_at(void)
{
    return gs_op_name(gs_vm_at(&vm)->op);
}

static struct gs_value text(const char *data)
{
    return gs_str_of_utf8(data, strlen(data));
}

// ---- what is done here ------------------------------------------------------------------------

struct row {
    const char *source, *expected; // repr of what is returned; of upper case: where Python is asked
};

static void check_row(const struct row *row)
{
    begin(row->source);
    enum gs_want want = go();
    char *is = want == GS_WANT_DONE     ? rig_repr(vm.result)
               : want == GS_WANT_PYTHON ? strdup(op_at())
                                        : strdup("something else");
    if (strcmp(is, row->expected) != 0) {
        gs_test_failures++;
        fprintf(stderr, "%s\n    gives %s, not %s\n", row->source, is, row->expected);
    }
    free(is);
    CHECK_EQ(vm.depth, want == GS_WANT_DONE ? 0 : 1);
    end();
}

#define CHECK_ROWS(rows)                                                                           \
    for (size_t row_at = 0; row_at < COUNT_OF(rows); row_at++)                                     \
    check_row(&(rows)[row_at])

static void every_instruction_has_its_way(void)
{
    static const struct row rows[] = {
            {"MOVE r0 'a'; MOVE r1 r0; UNSET r0; RETURN r1", "'a'"},
            {"MOVE r0 1; CHECK r0 'name'; RETURN r0", "1"},
            {"CHECK r0 'name'; RETURN r0", "CHECK"},
            {"JUMP 2; RETURN 1; RETURN 2", "2"},
            {"IF 'a' 2; RETURN 1; RETURN 2", "2"},
            {"IF '' 2; RETURN 1; RETURN 2", "1"},
            {"IF r0 2; RETURN 1; RETURN 2", "IF"},
            {"UNLESS [] 2; RETURN 1; RETURN 2", "2"},
            {"UNLESS 1 2; RETURN 1; RETURN 2", "1"},
            {"UNLESS r0 2; RETURN 1; RETURN 2", "UNLESS"},
            {"NOT r0 0; RETURN r0", "True"},
            {"NOT r0 r1; RETURN r0", "NOT"},
            {"UNARY r0 5 :0; RETURN r0", "-5"},
            {"UNARY r0 'a' :0; RETURN r0", "UNARY"},
            {"BINARY r0 5 3 :1; RETURN r0", "2"},
            {"BINARY r0 5 'a' :0; RETURN r0", "BINARY"},
            {"MOVE r0 2; BINARY r0 r0 r0 :2; RETURN r0", "4"},
            {"COMPARE r0 1 2 :2; RETURN r0", "True"},
            {"COMPARE r0 1 'a' :2; RETURN r0", "COMPARE"},
            {"SELF_SET 'x' 1 :0; SELF_GET r0 1 :0; RETURN r0", "'x'"},
            {"SELF_SET 'x' 0 :1; SELF_GET r0 0 :1; RETURN r0", "'x'"},
            {"SELF_GET r0 0 :0; RETURN r0", "SELF_GET"},
            {"SELF_HAS r0 0 :0; RETURN r0", "False"},
            {"SELF_SET None 0 :0; SELF_HAS r0 0 :0; RETURN r0", "True"},
            {"SELF_SET 'x' 0 :0; SELF_DEL 0 :0; SELF_HAS r0 0 :0; RETURN r0", "False"},
            {"SELF_DEL 0 :0; RETURN None", "SELF_DEL"},
            {"ATTR r0 'a' 'b'; RETURN r0", "ATTR"},
            {"ATTR_SET 'a' 'b' 1; RETURN 1", "ATTR_SET"},
            {"INDEX r0 [5, 'x'] 1; RETURN r0", "'x'"},
            {"INDEX r0 [5] 1; RETURN r0", "INDEX"},
            {"LIST r0 r0 :0; PUSH r0 1; INDEX_SET r0 0 'y'; RETURN r0", "['y']"},
            {"INDEX_SET [1] 0 2; RETURN 1", "INDEX_SET"}, // a constant
            {"LIST r0 r0 :0; PUSH r0 1; INDEX_DEL r0 0; RETURN r0", "[]"},
            {"INDEX_DEL {} 'k'; RETURN 1", "INDEX_DEL"},
            {"MOVE r1 'k'; MOVE r2 1; PATH r0 {'k': [5, 'x']} r1 :2; RETURN r0", "'x'"},
            {"MOVE r1 'k'; MOVE r2 2; PATH r0 {'k': [5, 'x']} r1 :2; RETURN r0", "PATH"},
            {"MOVE r1 1; SLICE r0 'abc' r1; RETURN r0", "'bc'"},
            {"MOVE r1 'x'; SLICE r0 'abc' r1; RETURN r0", "SLICE"},
            {"MOVE r1 1; MOVE r2 'b'; LIST r0 r1 :2; RETURN r0", "[1, 'b']"},
            {"LIST r0 r1 :0; RETURN r0", "[]"},
            {"MOVE r1 1; MOVE r2 'b'; TUPLE r0 r1 :2; RETURN r0", "(1, 'b')"},
            {"SET r0 r1 :0; RETURN r0", "SET"},
            {"MOVE r1 'k'; MOVE r2 'v'; DICT r0 r1 :1; RETURN r0", "{'k': 'v'}"},
            {"MOVE r1 1.5; MOVE r2 'v'; DICT r0 r1 :1; RETURN r0", "DICT"},
            {"DICT r0 r1 :0; RETURN r0", "{}"},
            {"LIST r0 r0 :0; PUSH r0 'a'; PUSH r0 2; RETURN r0", "['a', 2]"},
            {"PUSH r0 1; RETURN r0", "PUSH"},
            {"LIST r0 r0 :0; EXTEND r0 'ab'; EXTEND r0 (3); RETURN r0", "['a', 'b', 3]"},
            {"LIST r0 r0 :0; EXTEND r0 5; RETURN r0", "EXTEND"},
            {"DICT r0 r1 :0; PAIR r0 'k' [1]; RETURN r0", "{'k': [1]}"},
            {"DICT r0 r1 :0; PAIR r0 () 1; RETURN r0", "PAIR"},
            {"DICT r0 r1 :0; MERGE r0 {'a': 1}; MERGE r0 {'b': 2}; RETURN r0", "{'a': 1, 'b': 2}"},
            {"DICT r0 r1 :0; MERGE r0 []; RETURN r0", "MERGE"},
            {"MOVE r1 'a\xc3\xa9'; MOVE r2 'b'; CONCAT r0 r1 :2; RETURN r0", "'a\xc3\xa9"
                                                                             "b'"},
            {"MOVE r1 'a'; MOVE r2 1.5; MOVE r3 [None]; CONCAT r0 r1 :3; RETURN r0",
             "'a1.5[None]'"},
            {"CONCAT r0 r1 :0; RETURN r0", "''"},
            {"FORMAT r0 7 '03d' :0; RETURN r0", "'007'"},
            {"FORMAT r0 'x' '>5' :114; RETURN r0", "\"  'x'\""},
            {"FORMAT r0 7 '>3' :115; RETURN r0", "'  7'"},
            {"FORMAT r0 '\xc3\xa9' '' :97; RETURN r0", "FORMAT"},
            {"FORMAT r0 7 'nonsense' :0; RETURN r0", "FORMAT"},
            {"PERCENT r0 7 '%03d' :0; RETURN r0", "'007'"},
            {"PERCENT r0 7 '%03d' :1; RETURN r0", "'007'"},
            {"PERCENT r0 (7) '%s' :1; RETURN r0", "PERCENT"},
            {"PERCENT r0 'a' '%d' :0; RETURN r0", "PERCENT"},
            {"CLIENT r0; RETURN r0", "CLIENT"},
            {"UNPACK r0 (1, 'b') :2; BINARY r2 r1 r1 :0; RETURN r2", "'bb'"},
            {"UNPACK r0 (1, 'b') :3; RETURN r2", "UNPACK"},
            {"UNPACK r0 () :0; RETURN 1", "1"},
            {"MOVE r0 ['x', 'y']; UNPACK r0 r0 :2; RETURN r1", "'y'"},
            {"ITER r0 'ab'; NEXT r1 r0 4; NEXT r1 r0 4; RETURN r1; RETURN None", "'b'"},
            {"ITER r0 ''; NEXT r1 r0 3; RETURN r1; RETURN 'end'", "'end'"},
            {"ITER r0 5; RETURN r0", "ITER"},
            {"NEXT r1 r0 1; RETURN r0", "NEXT"},
            {"MOVE r0 'abc'; CALL r0 r0 len :1; RETURN r0", "3"},
            {"MOVE r0 5; CALL r0 r0 len :1; RETURN r0", "CALL"},
            {"MOVE r0 'a,b'; MOVE r1 ','; METHOD r2 r0 'split' :2; RETURN r2", "['a', 'b']"},
            {"MOVE r0 'a,b'; METHOD r2 r0 'no_such' :1; RETURN r2", "METHOD"},
            {"PYCALL r0 r0 - :1; RETURN r0", "PYCALL"},
            {"MOVE r3 'ab'; INVOKE r0 r3 0 :1; RETURN r0", "'abab'"},
            {"ISLAND r0 r0 0 :0; RETURN r0", "ISLAND"},
            {"SLEEP 'a'; RETURN 1", "SLEEP"},
            {"SLEEP -1; RETURN 1", "SLEEP"},
            {"SLEEP nan; RETURN 1", "SLEEP"},
            {"RAISE r0 -", "RAISE"},
            {"RAISE r0 r1", "RAISE"},
            {"RERAISE r0", "RERAISE"},
            {"MATCH r0 r1 r2; RETURN r0", "MATCH"},
            {"LEAVE r0 r1 r2; RETURN r0", "LEAVE"},
            {"RETURN [1, 'constant']", "[1, 'constant']"},
            {"RETURN r0", "unset"},
    };
    CHECK_ROWS(rows);
}

static void natives_are_called(void)
{
    static const struct row rows[] = {
            {"CALL r0 r0 str :0; RETURN r0", "''"},
            {"MOVE r0 1.5; CALL r0 r0 str :1; RETURN r0", "'1.5'"},
            {"MOVE r0 'a'; CALL r0 r0 repr :1; RETURN r0", "\"'a'\""},
            {"MOVE r0 '12'; CALL r0 r0 int :1; RETURN r0", "12"},
            {"MOVE r0 'ff'; MOVE r1 16; CALL r0 r0 int :2; RETURN r0", "255"},
            {"MOVE r0 -2.9; CALL r0 r0 int :1; RETURN r0", "-2"},
            {"MOVE r0 1e300; CALL r0 r0 int :1; RETURN r0", "CALL"},
            {"MOVE r0 'x'; CALL r0 r0 int :1; RETURN r0", "CALL"},
            {"MOVE r0 '1.5'; CALL r0 r0 float :1; RETURN r0", "1.5"},
            {"CALL r0 r0 float :0; RETURN r0", "0.0"},
            {"MOVE r0 []; CALL r0 r0 bool :1; RETURN r0", "False"},
            {"MOVE r0 'ab'; CALL r0 r0 list :1; RETURN r0", "['a', 'b']"},
            {"CALL r0 r0 tuple :0; RETURN r0", "()"},
            {"MOVE r0 {'k': 1}; CALL r0 r0 dict :1; RETURN r0", "{'k': 1}"},
            {"MOVE r0 [3, 1, 2]; CALL r0 r0 min :1; RETURN r0", "1"},
            {"MOVE r0 'b'; MOVE r1 'c'; MOVE r2 'a'; CALL r0 r0 max :3; RETURN r0", "'c'"},
            {"MOVE r0 []; CALL r0 r0 max :1; RETURN r0", "CALL"},
            {"MOVE r0 1; MOVE r1 'a'; CALL r0 r0 max :2; RETURN r0", "CALL"},
            {"MOVE r0 [1, True, 3]; CALL r0 r0 sum :1; RETURN r0", "5"},
            {"MOVE r0 [1]; MOVE r1 5; CALL r0 r0 sum :2; RETURN r0", "6"},
            {"MOVE r0 [9223372036854775807, 1]; CALL r0 r0 sum :1; RETURN r0", "CALL"},
            {"MOVE r0 -5; CALL r0 r0 abs :1; RETURN r0", "5"},
            {"MOVE r0 -1.5; CALL r0 r0 abs :1; RETURN r0", "1.5"},
            {"MOVE r0 'a'; CALL r0 r0 abs :1; RETURN r0", "CALL"},
            {"MOVE r0 2.5; CALL r0 r0 round :1; RETURN r0", "2"},
            {"MOVE r0 2.675; MOVE r1 2; CALL r0 r0 round :2; RETURN r0", "2.67"},
            {"MOVE r0 [0, '']; CALL r0 r0 any :1; RETURN r0", "False"},
            {"MOVE r0 [1, '']; CALL r0 r0 any :1; RETURN r0", "True"},
            {"MOVE r0 []; CALL r0 r0 any :1; RETURN r0", "False"},
            {"MOVE r0 []; CALL r0 r0 all :1; RETURN r0", "True"},
            {"MOVE r0 [1, 0]; CALL r0 r0 all :1; RETURN r0", "False"},
            {"MOVE r0 [2, 1]; CALL r0 r0 sorted :1; RETURN r0", "[1, 2]"},
            {"MOVE r0 [2, 'a']; CALL r0 r0 sorted :1; RETURN r0", "CALL"},
            {"MOVE r0 (1, 2); CALL r0 r0 reversed :1; NEXT r1 r0 0; RETURN r1", "2"},
            {"MOVE r0 5; MOVE r1 9; CALL r0 r0 range :2; NEXT r1 r0 0; RETURN r1", "5"},
            {"MOVE r0 'xy'; CALL r0 r0 enumerate :1; NEXT r1 r0 0; RETURN r1", "(0, 'x')"},
            {"MOVE r0 'xy'; MOVE r1 [7]; CALL r0 r0 zip :2; NEXT r1 r0 0; RETURN r1", "('x', 7)"},
            {"MOVE r0 'A'; CALL r0 r0 ord :1; RETURN r0", "65"},
            {"MOVE r0 'AB'; CALL r0 r0 ord :1; RETURN r0", "CALL"},
            {"MOVE r0 65; CALL r0 r0 chr :1; RETURN r0", "'A'"},
            {"MOVE r0 True; MOVE r1 'str|int'; CALL r0 r0 is_type :2; RETURN r0", "True"},
            {"MOVE r0 1; MOVE r1 'str|float'; CALL r0 r0 is_type :2; RETURN r0", "False"},
            {"CALL r0 r0 time :0; RETURN r0", "1.5"},
            {"CALL r0 r0 time_ns :0; RETURN r0", "1500000000"},
            {"CALL r0 r0 perf_counter :0; RETURN r0", "2.25"},
            {"CALL r0 r0 monotonic :0; RETURN r0", "2.25"},
            {"CALL r0 r0 uuid4_text :0; RETURN r0", "'ffffffff-ffff-4fff-bfff-ffffffffffff'"},
            {"CALL r0 r0 uuid4_hex :0; RETURN r0", "'ffffffffffff4fffbfffffffffffffff'"},
            {"MOVE r0 5; MOVE r1 5; CALL r0 r0 randint :2; RETURN r0", "5"},
            {"MOVE r0 3; MOVE r1 4; CALL r0 r0 randrange :2; RETURN r0", "3"},
            {"MOVE r0 5; MOVE r1 4; CALL r0 r0 randint :2; RETURN r0", "CALL"},
            {"MOVE r0 ['x']; CALL r0 r0 choice :1; RETURN r0", "'x'"},
            {"MOVE r0 ['x']; CALL r0 r0 choices :1; RETURN r0", "['x']"},
            {"MOVE r0 ['x']; MOVE r1 1; CALL r0 r0 sample :2; RETURN r0", "['x']"},
            {"MOVE r0 [1]; CALL r0 r0 shuffle :1; RETURN r0", "CALL"}, // a constant
            {"MOVE r0 0; CALL r0 r0 getrandbits :1; RETURN r0", "CALL"},
            {"MOVE r0 '[1, null]'; CALL r0 r0 json_loads :1; RETURN r0", "[1, None]"},
            {"MOVE r0 '[1'; CALL r0 r0 json_loads :1; RETURN r0", "CALL"},
            {"MOVE r0 {'a': [None]}; CALL r0 r0 json_dumps :1; RETURN r0", "'{\"a\": [null]}'"},
    };
    CHECK_ROWS(rows);
}

static const char *unbound(char kind)
{
    return strchr("WRXBPUT", kind) ? " r0"
           : kind == 'K'           ? " '%d'"
           : kind == 'J'           ? " 1"
           : kind == 'Y'           ? " -"
           : kind == '-'           ? ""
                                   : " 0";
}

// What a register holds that is no value: declined wherever it comes.
static void unbound_registers_never_crash(void)
{
    static const enum gs_op from_one[] = {GS_OP_METHOD, GS_OP_PATH, GS_OP_PYCALL};
    for (int op = 0; op < GS_OP_COUNT; op++) {
        const char *kinds = gs_op_operands(op);
        bool one = false;
        for (size_t i = 0; i < COUNT_OF(from_one); i++)
            one = one || op == (int)from_one[i];
        if (strpbrk(kinds, "LQF")) // below
            continue;
        for (int n = one; n <= 2; n++) {
            char source[200];
            if (n > one && (kinds[0] != 'N' || op == GS_OP_FORMAT))
                break;
            snprintf(source, sizeof source, "%s%s%s%s :%d; RETURN 1; RETURN 2", gs_op_name(op),
                     unbound(kinds[1]), unbound(kinds[2]), unbound(kinds[3]), n);
            begin(source);
            go();
            end();
        }
    }
    for (int native = 0; native < GS_NATIVE_COUNT; native++) {
        unsigned least, most;
        gs_native_python(native, &least, &most);
        for (unsigned n = least; n <= most && n < REGISTERS; n++) {
            char source[100];
            snprintf(source, sizeof source, "CALL r0 r0 %s :%u; RETURN r0", gs_native_name(native),
                     n);
            begin(source);
            go();
            end();
        }
    }
    begin("INVOKE r0 r1 0 :1; RETURN r0");
    CHECK_EQ(go(), GS_WANT_PYTHON);
    CHECK_EQ(vm.depth, 2);
    end();
}

// ---- the host ---------------------------------------------------------------------------------

static void lines_are_printed_and_logged(void)
{
    static const char log[] = "MOVE r0 30; MOVE r1 'my.logger'; MOVE r2 '%s of %05.1f%%'; "
                              "MOVE r3 'x'; MOVE r4 2; CALL r0 r0 log :5; RETURN r0";
    static const struct {
        const char *source, *said;
    } rows[] = {{"MOVE r0 'a'; MOVE r1 1.5; MOVE r2 [None]; CALL r0 r0 print :3; RETURN r0",
                 "a 1.5 [None]\n"},
                {"CALL r0 r0 print :0; RETURN r0", "\n"},
                {log, "30 my.logger script.py:105 task: x of 002.0%"},
                {"MOVE r0 20; MOVE r2 '100%'; CALL r0 r0 log :3; RETURN r0",
                 "20 root script.py:102 task: 100%"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (int refuses = 0; refuses < 2; refuses++) {
            begin(rows[i].source);
            world.refuses = refuses;
            CHECK_EQ(go(), refuses ? GS_WANT_PYTHON : GS_WANT_DONE);
            CHECK_TEXT(world.said.data, world.said.len, refuses ? "" : rows[i].said);
            end();
        }
}

static struct gs_value a_reply(void)
{
    static const char head[] = "HTTP/1.1 404 Not Found\r\nX-One: 1\r\nX-Two: a\r\nX-Two: b\r\n\r\n";
    static const char body[] = "{\"k\": [1, \"x\"]}";
    struct gs_reply *reply = gs_reply_new();
    reply->status = 404;
    reply->encoded = true;
    reply->head = head;
    reply->head_len = sizeof head - 1;
    reply->body = body;
    reply->body_len = sizeof body - 1;
    reply->url = text("/path");
    reply->elapsed_ns = 1500600;
    return GS_VALUE(GS_REPLY, reply, reply);
}

static void replies_are_asked(void)
{
    static const struct {
        const char *what, *expected, *said;
    } rows[] = {
            {"ATTR r1 r0 'status_code'", "404", ""},
            {"ATTR r1 r0 'ok'", "False", ""},
            {"ATTR r1 r0 'url'", "'http://host/base/path'", ""},
            {"ATTR r1 r0 'reason'", "'Not Found'", ""},
            {"ATTR r1 r0 'history'", "[]", ""},
            {"ATTR r1 r0 'text'", "'{\"k\": [1, \"x\"]}'", ""},
            {"ATTR r1 r0 'content'", "b'{\"k\": [1, \"x\"]}'", ""},
            {"ATTR r1 r0 'cookies'", "ATTR", ""},
            {"METHOD r1 r0 'json' :1", "{'k': [1, 'x']}", ""},
            {"METHOD r1 r0 'json' :1; MOVE r2 'k'; MOVE r3 1; PATH r1 r1 r2 :2", "'x'", ""},
            {"METHOD r1 r0 'success' :1", "None", "success()"},
            {"MOVE r1 'bad'; METHOD r1 r0 'failure' :2", "None", "failure(bad)"},
            {"MOVE r1 5; METHOD r1 r0 'failure' :2", "METHOD", ""},
            {"METHOD r1 r0 'raise_for_status' :1", "METHOD", ""},
            {"MOVE r1 'X-ONE'; METHOD r1 r0 'headers.get' :2", "'1'", ""},
            {"MOVE r1 'x-no'; METHOD r1 r0 'headers.get' :2", "None", ""},
            {"MOVE r1 'x-no'; MOVE r2 'd'; METHOD r1 r0 'headers.get' :3", "'d'", ""},
            {"MOVE r1 'x-one'; METHOD r1 r0 'headers.__getitem__' :2", "'1'", ""},
            {"MOVE r1 'x-no'; METHOD r1 r0 'headers.__getitem__' :2", "METHOD", ""},
            {"MOVE r1 'x-two'; METHOD r1 r0 'headers.get' :2", "METHOD", ""}, // two lines
            {"METHOD r1 r0 'elapsed.total_seconds' :1", "0.001501", ""},
            {"METHOD r1 r0 'close' :1", "None", ""},
            {"NOT r1 r0", "True", ""},
            {"COMPARE r1 r0 None :6", "False", ""},
            {"COMPARE r1 r0 r0 :6", "True", ""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char source[300];
        snprintf(source, sizeof source, "REQUEST r0 r0 0 :1; %s; RETURN r1", rows[i].what);
        begin(source);
        CHECK_EQ(go(), GS_WANT_REQUEST);
        gs_vm_give(&vm, a_reply());
        // the METHODs that take arguments have the reply in r0 and these behind it
        bool done = go() == GS_WANT_DONE;
        char *is = done ? rig_repr(vm.result) : strdup(op_at());
        if (strcmp(is, rows[i].expected) != 0) {
            gs_test_failures++;
            fprintf(stderr, "%s is %s, not %s\n", rows[i].what, is, rows[i].expected);
        }
        free(is);
        CHECK_TEXT(world.said.data, world.said.len, rows[i].said);
        end();
    }
}

// Of a body that the host cannot decode, and of a reply that became Python's, nothing is known.
static void replies_may_be_pythons(void)
{
    static const char *const asked[] = {"ATTR r1 r0 'text'", "METHOD r1 r0 'json' :1",
                                        "ATTR r1 r0 'status_code'", "METHOD r1 r0 'success' :1"};
    for (size_t i = 0; i < COUNT_OF(asked); i++)
        for (int gone = i > 1; gone < 2; gone++) {
            char source[200];
            snprintf(source, sizeof source, "REQUEST r0 r0 0 :1; %s; RETURN r1", asked[i]);
            begin(source);
            CHECK_EQ(go(), GS_WANT_REQUEST);
            struct gs_value reply = a_reply();
            reply.object->gone = gone;
            world.refuses = true;
            gs_vm_give(&vm, reply);
            CHECK_EQ(go(), GS_WANT_PYTHON);
            CHECK_EQ(world.said.len, 0);
            end();
        }
}

// ---- wants ------------------------------------------------------------------------------------

static void requests_and_sleeps_are_wanted(void)
{
    begin("MOVE r0 '/x'; REQUEST r1 r0 0 :1; SLEEP 1.5; SLEEP 2; SLEEP True; RETURN r1");
    CHECK_EQ(go(), GS_WANT_REQUEST);
    const struct gs_instr *in = gs_vm_at(&vm);
    CHECK_EQ(in->op, GS_OP_REQUEST);
    CHECK_REPR(*gs_vm_register(&vm, in->b), "'/x'");
    CHECK_EQ(gs_vm_line(&vm, 0), 101);
    CHECK_EQ(go(), GS_WANT_REQUEST); // still
    gs_vm_give(&vm, text("answer"));
    CHECK_EQ(go(), GS_WANT_SLEEP);
    CHECK(vm.sleep_s == 1.5);
    gs_vm_pass(&vm);
    CHECK_EQ(go(), GS_WANT_SLEEP);
    CHECK(vm.sleep_s == 2);
    gs_vm_pass(&vm);
    CHECK_EQ(go(), GS_WANT_SLEEP);
    CHECK(vm.sleep_s == 1);
    gs_vm_pass(&vm);
    CHECK_EQ(go(), GS_WANT_DONE);
    CHECK_REPR(vm.result, "'answer'");
    CHECK_EQ(vm.depth, 0);
    CHECK(gs_vm_begin(&vm, TASK)); // again; the result is dropped
    CHECK_EQ(vm.result.tag, GS_UNSET);
    CHECK_EQ(go(), GS_WANT_REQUEST);
    end();
}

static void tasks_end_in_five_ways(void)
{
    for (int way = 0; way < GS_END_COUNT; way++) {
        char source[100];
        snprintf(source, sizeof source, "MOVE r0 [1]; END :%d", way);
        begin(source);
        CHECK_EQ(go(), GS_WANT_END);
        CHECK_EQ(vm.ending, way);
        CHECK_EQ(vm.depth, 0);
        end();
    }
}

// What ends a task is an exception: finally and except BaseException are Python's to see it.
static void an_end_in_a_handler_is_pythons(void)
{
    begin("TRY 0 1 1 r0; END :2; RETURN 1");
    CHECK(gs_vm_is_guarded(&vm));
    CHECK_EQ(go(), GS_WANT_PYTHON);
    end();
    begin("NARROW 0 1 1 r0; END :2; RETURN 1"); // except Exception does not
    CHECK(!gs_vm_is_guarded(&vm));
    CHECK_EQ(go(), GS_WANT_END);
    end();
    begin("TRY 1 2 1 r0; END :2; RETURN 1"); // elsewhere
    CHECK_EQ(go(), GS_WANT_END);
    end();
}

static void python_gives_passes_and_jumps(void)
{
    begin("SET r0 r0 :0; IF r1 3; RETURN 1; RETURN r0");
    CHECK_EQ(go(), GS_WANT_PYTHON);
    CHECK(strcmp(op_at(), "SET") == 0);
    gs_vm_give(&vm, rig_python(&trash));
    CHECK_EQ(go(), GS_WANT_PYTHON);
    CHECK(strcmp(op_at(), "IF") == 0);
    gs_vm_jump(&vm);
    CHECK_EQ(go(), GS_WANT_DONE);
    CHECK_EQ(vm.result.tag, GS_PYTHON);
    CHECK(trash == NULL);
    end();
    begin("IF r1 2; RETURN 1; RETURN 2");
    CHECK_EQ(go(), GS_WANT_PYTHON);
    gs_vm_pass(&vm);
    CHECK_EQ(go(), GS_WANT_DONE);
    CHECK_EQ(vm.result.i, 1);
    end();
}

static void operands_are_told(void)
{
    begin("MOVE r0 'reg'; PYCALL r1 r0 ('k') :2; RETURN r1");
    CHECK_EQ(go(), GS_WANT_PYTHON);
    const struct gs_instr *in = gs_vm_at(&vm);
    CHECK_REPR(gs_vm_value(&vm, in->b), "'reg'");
    CHECK_REPR(gs_vm_value(&vm, in->c), "('k',)");
    CHECK_EQ(rig_refs(gs_vm_value(&vm, in->b)), GS_IMMORTAL); // borrowed
    end();
}

// ---- exceptions -------------------------------------------------------------------------------

static void handlers_take_exceptions(void)
{
    static const struct {
        const char *source;
        int expected; // what is returned; 0: nobody takes it
    } rows[] = {
            {"SET r0 r0 :0; RETURN 1; RETURN 2", 0},
            {"TRY 0 1 2 r5; SET r0 r0 :0; RETURN 1; RETURN 2", 2},
            {"NARROW 0 1 2 r5; SET r0 r0 :0; RETURN 1; RETURN 2", 2},
            {"TRY 1 2 2 r5; SET r0 r0 :0; RETURN 1; RETURN 2", 0}, // begins behind it
            {"TRY 0 0 2 r5; SET r0 r0 :0; RETURN 1; RETURN 2", 0}, // ends before it
            {"TRY 0 1 2 r5; TRY 0 1 3 r6; SET r0 r0 :0; RETURN 1; RETURN 2; RETURN 3", 2},
            {"TRY 1 2 2 r5; TRY 0 1 3 r6; SET r0 r0 :0; RETURN 1; RETURN 2; RETURN 3", 3},
            {"TRY 0 1 1 r5; SET r0 r0 :0; RETURN 1", 1},
            {"TRY 0 2 2 r0; MOVE r0 [1]; SET r0 r0 :0; RETURN 2", 2}, // in a register that is used
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        begin(rows[i].source);
        CHECK_EQ(go(), GS_WANT_PYTHON);
        struct gs_value error = rig_python(&trash);
        bool taken = gs_vm_throw(&vm, error);
        CHECK_EQ(taken, rows[i].expected != 0);
        if (taken) {
            CHECK(trash == NULL);
            CHECK_EQ(go(), GS_WANT_DONE);
            CHECK_EQ(vm.result.i, rows[i].expected);
        } else {
            CHECK_EQ(vm.depth, 0);
            CHECK_EQ(rig_refs(error), 1);
            gs_drop(error); // the caller's again
        }
        end();
    }
}

// A handler may be thrown into again, and what it holds is freed.
static void the_exception_stands_in_its_register(void)
{
    begin("TRY 0 2 2 r5; SET r0 r0 :0; RETURN 1; RERAISE r5");
    CHECK_EQ(go(), GS_WANT_PYTHON);
    CHECK(gs_vm_throw(&vm, text("first")));
    CHECK_EQ(go(), GS_WANT_PYTHON);
    const struct gs_instr *in = gs_vm_at(&vm);
    CHECK_EQ(in->op, GS_OP_RERAISE);
    CHECK_REPR(*gs_vm_register(&vm, in->a), "'first'");
    struct gs_value again = gs_keep(*gs_vm_register(&vm, in->a));
    CHECK(!gs_vm_throw(&vm, again));
    CHECK_EQ(rig_refs(again), 1);
    gs_drop(again);
    end();
}

static void exceptions_leave_frames(void)
{
    static const char *const sources[] = {
            "TRY 1 2 3 r5; MOVE r1 []; INVOKE r0 r1 0 :1; RETURN 1; RETURN r5",
            "MOVE r1 []; INVOKE r0 r1 0 :1; RETURN 1",
            "TRY 2 3 2 r5; MOVE r1 []; INVOKE r0 r1 0 :1; RETURN 1",
    };
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        begin(sources[i]);
        // [] + [] is done here; of a list that is Python's it is not
        struct gs_value list = rig_value("[]");
        list.object->gone = true;
        gs_put(&vm.registers[1], list);
        vm.frames[0].pc = 1;
        CHECK_EQ(go(), GS_WANT_PYTHON);
        CHECK_EQ(vm.depth, 2);
        CHECK(strcmp(op_at(), "BINARY") == 0);
        CHECK_EQ(gs_vm_line(&vm, 0), 101);
        CHECK_EQ(gs_vm_line(&vm, 1), 100);
        CHECK_EQ(gs_vm_is_guarded(&vm), i == 0);
        struct gs_value error = text("error");
        CHECK_EQ(gs_vm_throw(&vm, error), i == 0);
        if (i == 0) {
            CHECK_EQ(vm.depth, 1);
            CHECK_EQ(rig_refs(list), 1); // the frame's own reference is gone
            CHECK_EQ(go(), GS_WANT_DONE);
            CHECK_REPR(vm.result, "'error'");
        } else {
            CHECK_EQ(vm.depth, 0);
            gs_drop(error);
        }
        end();
    }
}

// ---- frames and steps -------------------------------------------------------------------------

static void deep_recursion_is_pythons(void)
{
    begin("INVOKE r0 r0 1 :0; RETURN r0");
    enum gs_want want;
    while ((want = go()) == GS_WANT_TIME)
        continue;
    CHECK_EQ(want, GS_WANT_PYTHON);
    CHECK_EQ(vm.depth, GS_FRAMES_MAX);
    CHECK(strcmp(op_at(), "INVOKE") == 0);
    struct gs_value error = text("RecursionError");
    CHECK(!gs_vm_throw(&vm, error));
    CHECK_EQ(vm.depth, 0);
    gs_drop(error);
    end();
}

static void frames_have_registers_of_their_own(void)
{
    begin("MOVE r0 'kept'; MOVE r1 'ab'; INVOKE r2 r1 0 :1; INVOKE r3 r2 0 :1; INVOKE r1 r3 0 :1; "
          "TUPLE r4 r0 :4; RETURN r4");
    CHECK_EQ(go(), GS_WANT_DONE);
    CHECK_REPR(vm.result, "('kept', 'abababababababab', 'abab', 'abababab')");
    end();
    begin("RETURN r7"); // nothing is left of the frame before
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(go(), GS_WANT_DONE);
        CHECK_EQ(vm.result.tag, GS_UNSET);
        CHECK(gs_vm_begin(&vm, TASK));
        gs_put(gs_vm_register(&vm, 7), i == 0 ? text("x") : RIG_UNSET);
        if (i == 0) {
            CHECK_EQ(go(), GS_WANT_DONE);
            CHECK_REPR(vm.result, "'x'");
            CHECK(gs_vm_begin(&vm, TASK));
        }
    }
    end();
}

static void steps_bound_a_loop_without_end(void)
{
    static const char *const sources[] = {"JUMP 0", "MOVE r0 1; BINARY r0 r0 1 :0; JUMP 1",
                                          "MOVE r1 1; INVOKE r0 r1 0 :1; JUMP 0"};
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        begin(sources[i]);
        for (int turn = 0; turn < 100; turn++)
            CHECK_EQ(gs_vm_run(&vm, 50), GS_WANT_TIME);
        if (i == 1) // it goes on where it was
            CHECK_EQ(gs_vm_register(&vm, 0)->i, 1 + 100 * 50);
        end();
    }
}

// The set around the one that the task is of; a user's own tasks have none, and no set of their
// own.
static void slots_have_three_owners(void)
{
    struct gs_value outer[2] = {GS_INT_VALUE(7), RIG_UNSET};
    static const char *const none[] = {"SELF_GET r0 0 :2; RETURN r0", "SELF_SET 1 0 :2; RETURN 1",
                                       "SELF_DEL 0 :2; RETURN 1", "SELF_HAS r0 0 :2; RETURN r0"};
    begin("SELF_GET r0 0 :2; SELF_SET r0 1 :2; SELF_SET 1 0 :0; SELF_DEL 0 :2; RETURN r0");
    vm.slots[GS_OWNER_OUTER] = outer;
    CHECK_EQ(go(), GS_WANT_DONE);
    CHECK_EQ(vm.result.i, 7);
    CHECK(outer[0].tag == GS_UNSET && outer[1].i == 7 && set_slots[0].i == 1);
    end();
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        begin(none[i]);
        CHECK_EQ(go(), GS_WANT_PYTHON);
        end();
    }
}

// Bodies are looked into in place, a few times; then parsed. The answers are the same.
static void json_is_looked_into(void)
{
    begin("REQUEST r0 r0 0 :1; METHOD r0 r0 'json' :1; MOVE r7 20; CALL r7 r7 range :1; ITER r7 "
          "r7; "
          "NEXT r6 r7 17; MOVE r1 'k'; PATH r2 r0 r1 :1; INDEX r2 r0 'k'; LIST r3 r0 :1; "
          "METHOD r3 r0 'get' :2; MOVE r2 1; PATH r4 r0 r1 :2; TUPLE r5 r3 :2; "
          "COMPARE r5 r5 ([1, 'x'], 'x') :0; IF r5 5; RETURN 'wrong'; RETURN r0");
    CHECK_EQ(go(), GS_WANT_REQUEST);
    gs_vm_give(&vm, a_reply());
    CHECK_EQ(go(), GS_WANT_DONE);
    CHECK_REPR(vm.result, "{'k': [1, 'x']}");
    end();
}

// Time may be up anywhere; the result is the same.
static void any_number_of_steps_gives_the_same(void)
{
    static const char source[] = "MOVE r0 20; CALL r0 r0 range :1; ITER r1 r0; MOVE r2 0; "
                                 "NEXT r3 r1 8; INVOKE r3 r3 0 :1; BINARY r2 r2 r3 :0; JUMP 4; "
                                 "RETURN r2";
    for (uint32_t steps = 2; steps < 60; steps++) {
        begin(source);
        enum gs_want want;
        while ((want = gs_vm_run(&vm, steps)) == GS_WANT_TIME)
            continue;
        CHECK_EQ(want, GS_WANT_DONE);
        CHECK_EQ(vm.result.i, 380);
        end();
    }
}

// Whatever it is doing: all that it holds is freed.
static void it_may_be_ended_anywhere(void)
{
    static const char source[] = "MOVE r0 ['a']; CALL r0 r0 list :1; ITER r1 r0; NEXT r2 r1 6; "
                                 "LIST r3 r0 :3; SELF_SET r3 0 :0; INVOKE r4 r0 0 :1; SLEEP 1; "
                                 "SET r5 r4 :1; RETURN r4";
    for (int stops = 0; stops < 3; stops++) {
        begin(source);
        for (int i = 0; i < stops; i++) {
            go();
            if (i > 0)
                gs_vm_give(&vm, text("x"));
            else
                gs_vm_pass(&vm);
        }
        gs_vm_fini(&vm);
        CHECK_EQ(vm.depth, 0);
        CHECK(gs_vm_begin(&vm, TASK)); // and begun anew
        end();
    }
}

// A constant is a constant after whatever a program does with it.
static void constants_are_never_written(void)
{
    static const char *const sources[] = {
            "INDEX_SET [1, 2] 0 5; RETURN 1",
            "INDEX_DEL [1, 2] 0; RETURN 1",
            "INDEX_SET {'k': 1} 'k' 5; RETURN 1",
            "MOVE r0 [1]; EXTEND r0 'ab'; RETURN r0",
            "MOVE r0 {}; MERGE r0 {'a': 1}; RETURN r0",
            "MOVE r0 {}; PAIR r0 'a' 1; RETURN r0",
            "MOVE r0 [1]; BINARY r0 r0 [2] :64; RETURN r0",
            "MOVE r0 {}; BINARY r0 r0 {'a': 1} :74; RETURN r0",
            "MOVE r0 [1]; MOVE r1 2; METHOD r2 r0 'append' :2; RETURN r0",
            "MOVE r0 [2, 1]; METHOD r2 r0 'sort' :1; RETURN r0",
            "MOVE r0 [2, 1]; METHOD r2 r0 'pop' :1; RETURN r0",
            "MOVE r0 {'a': 1}; METHOD r2 r0 'clear' :1; RETURN r0",
            "MOVE r0 [1, 2]; CALL r0 r0 shuffle :1; RETURN r0",
    };
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        begin(sources[i]);
        char *was[64] = {NULL};
        CHECK(program.constant_count < 64);
        for (uint32_t k = 0; k < program.constant_count; k++)
            was[k] = rig_repr(program.constants[k]);
        CHECK_EQ(go(), GS_WANT_PYTHON);
        for (uint32_t k = 0; k < program.constant_count; k++) {
            CHECK_REPR(program.constants[k], was[k]);
            CHECK(!gs_has_object(program.constants[k]) ||
                  rig_refs(program.constants[k]) == GS_IMMORTAL);
            free(was[k]);
        }
        end();
    }
}

TEST_MAIN(TEST(every_instruction_has_its_way), TEST(natives_are_called),
          TEST(unbound_registers_never_crash), TEST(lines_are_printed_and_logged),
          TEST(replies_are_asked), TEST(replies_may_be_pythons),
          TEST(requests_and_sleeps_are_wanted), TEST(tasks_end_in_five_ways),
          TEST(an_end_in_a_handler_is_pythons), TEST(python_gives_passes_and_jumps),
          TEST(operands_are_told), TEST(handlers_take_exceptions),
          TEST(the_exception_stands_in_its_register), TEST(exceptions_leave_frames),
          TEST(deep_recursion_is_pythons), TEST(frames_have_registers_of_their_own),
          TEST(slots_have_three_owners), TEST(json_is_looked_into),
          TEST(steps_bound_a_loop_without_end), TEST(any_number_of_steps_gives_the_same),
          TEST(it_may_be_ended_anywhere), TEST(constants_are_never_written))
