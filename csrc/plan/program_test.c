#include "plan/program.h"

#include "plan/program_rig.h"
#include "plan/vm.h"

// ---- a program to begin with -------------------------------------------------------------------

#define FUNCTION 1 // of `whole` that the tests of verification put their code into

// With something of everything.
static void build(struct gs_builder *b, const char *source)
{
    static const enum gs_word words[] = {GS_WORD_url, GS_WORD_json};
    static const enum gs_word any[] = {GS_WORD_method, GS_WORD_url};
    gs_builder_init(b);
    gs_builder_slot(b, GS_OWNER_SET, "one", 3);
    gs_builder_slot(b, GS_OWNER_SET, "two", 3);
    gs_builder_slot(b, GS_OWNER_USER, "mine", 4);
    b->island_count = 1;
    gs_builder_need(b, "json.dumps", 10);
    rig_site(b, "GET", 2, words);
    rig_site(b, NULL, 2, any);
    rig_function(b, "add", 2, 3, "BINARY r2 r0 r1 :0; RETURN r2");
    rig_function(b, "task", 0, 4, source);
}

static char *bytes_of(const char *source, size_t *len)
{
    struct gs_builder b;
    build(&b, source);
    return rig_finish(&b, len);
}

static struct gs_program_header *header_of(char *bytes)
{
    return (void *)bytes;
}

static void *section(char *bytes, enum gs_section which)
{
    return bytes + header_of(bytes)->sections[which].offset;
}

static const char *why_not(const char *bytes, size_t len)
{
    struct gs_program program;
    char *copy = malloc(len ? len : 1); // so that reads behind the end are seen
    memcpy(copy, bytes, len);
    const char *why = gs_program_load(&program, copy, len);
    free(copy);
    gs_program_unload(&program);
    return why;
}

// Checks that the bytes (taken) are refused for that reason; NULL: that they are not.
static void check_refused(const char *what, char *bytes, size_t len, const char *reason)
{
    const char *why = why_not(bytes, len);
    if ((why == NULL) != (reason == NULL) || (why && strcmp(why, reason) != 0)) {
        gs_test_failures++;
        fprintf(stderr, "%s: %s, not %s\n", what, why ? why : "loaded",
                reason ? reason : "to be loaded");
    }
    free(bytes);
}

static void check_source(const char *source, const char *reason)
{
    size_t len;
    char *bytes = bytes_of(source, &len);
    check_refused(source, bytes, len, reason);
}

#define OTHER_VERSION "no program, or one of another version"
#define WRONG_INSTRUCTION "an instruction is wrong"

// ---- what is loaded ---------------------------------------------------------------------------

static void all_is_found_again(void)
{
    struct gs_builder b;
    struct gs_program p;
    build(&b, "MOVE r0 [1, ('a', b'b', None, True), {'k': 2.5, 3: -4}]; RETURN r0");
    CHECK(rig_load(&b, &p));
    CHECK_EQ(p.function_count, 2);
    CHECK_EQ(p.code_count, 4);
    CHECK_EQ(p.site_count, 2);
    CHECK_EQ(p.slot_count[GS_OWNER_SET], 2);
    CHECK_EQ(p.slot_count[GS_OWNER_USER], 1);
    CHECK_EQ(p.island_count, 1);
    CHECK_EQ(p.need_count, 1);
    CHECK_REPR(p.needs[0], "'json.dumps'");
    CHECK_REPR(p.slot_names[0], "'one'");
    CHECK_REPR(p.slot_names[2], "'mine'");
    const struct gs_instr *move = &p.code[p.functions[1].code];
    struct gs_value v = p.constants[move->b & ~GS_IS_CONSTANT];
    CHECK_REPR(v, "[1, ('a', b'b', None, True), {'k': 2.5, 3: -4}]");
    CHECK_EQ(rig_refs(v), GS_IMMORTAL);
    CHECK_EQ(rig_refs(v.list->items[2].dict->pairs[0].key), GS_IMMORTAL);
    CHECK_EQ(p.lines[p.functions[1].code + 1], 101);
    gs_program_unload(&p);
    CHECK(p.bytes == NULL && p.constants == NULL);
    gs_program_unload(&p); // harmless twice
}

static uint32_t need_of(struct gs_builder *b, const struct gs_pyref *pyref)
{
    return pyref->python ? gs_builder_need(b, pyref->python, strlen(pyref->python)) : GS_NO_NEED;
}

// A constant may be Python's object, or know which one it becomes.
static void constants_refer_to_needs(void)
{
    struct gs_pyref one = {.object = {.refs = GS_IMMORTAL, .tag = GS_PYTHON}, .python = "os.sep"};
    struct gs_pyref two = {.object = {.refs = GS_IMMORTAL, .tag = GS_PYTHON}, .python = "m.LIST"};
    struct gs_value list = rig_value("[1]"), dict = rig_value("{'k': 1}");
    struct gs_builder b;
    struct gs_program p;
    list.list->python = &two;
    build(&b, "MOVE r0 1; RETURN r0");
    b.need_of = need_of;
    uint32_t at = gs_builder_constant(&b, GS_VALUE(GS_PYTHON, pyref, &one));
    gs_builder_constant(&b, list);
    gs_builder_constant(&b, dict);
    CHECK(rig_load(&b, &p));
    CHECK_EQ(p.need_count, 3);
    CHECK_EQ(p.constants[at].tag, GS_PYTHON);
    CHECK(p.constants[at].pyref == &p.pyrefs[1]);
    CHECK(p.constants[at + 1].list->python == &p.pyrefs[2]);
    CHECK(p.constants[at + 2].dict->python == NULL);
    CHECK_EQ(p.pyrefs[1].object.refs, GS_IMMORTAL);
    CHECK_REPR(p.needs[2], "'m.LIST'");
    gs_program_unload(&p);
    gs_drop(list);
    gs_drop(dict);
}

static void what_is_no_constant_fails_the_builder(void)
{
    struct gs_builder b;
    struct gs_buf out = GS_BUF_EMPTY;
    build(&b, "RETURN None");
    gs_builder_constant(&b, RIG_UNSET);
    CHECK_EQ(gs_builder_finish(&b, &out), -1);
    gs_builder_fini(&b);
    gs_buf_fini(&out);
}

static void run_add(const struct gs_program *p, const char *expected)
{
    struct gs_vm vm = {.program = p};
    gs_vm_init(&vm);
    CHECK(gs_vm_begin(&vm, FUNCTION));
    CHECK_EQ(gs_vm_run(&vm, 1000), GS_WANT_DONE);
    CHECK_REPR(vm.result, expected);
    gs_vm_fini(&vm);
}

// Nothing in the bytes points anywhere: a copy of them at any address is the same program.
static void copied_bytes_run_the_same(void)
{
    static const char source[] =
            "MOVE r0 'a\xc3\xa9'; MOVE r1 'z'; INVOKE r2 r0 0 :2; MOVE r3 {'k': "
            "(1, [2.5])}; TUPLE r0 r2 :2; RETURN r0";
    static const char expected[] = "('a\xc3\xa9z', {'k': (1, [2.5])})";
    size_t len, other_len;
    char *bytes = bytes_of(source, &len);
    struct gs_program p, copy;
    CHECK(gs_program_load(&p, bytes, len) == NULL);
    run_add(&p, expected);
    for (size_t odd = 0; odd < 9; odd++) {
        char *elsewhere = malloc(len + odd);
        memmove(elsewhere + odd, bytes, len);
        CHECK(gs_program_load(&copy, elsewhere + odd, len) == NULL);
        memset(elsewhere, 0xff, len + odd);
        free(elsewhere);
        run_add(&copy, expected);
        gs_program_unload(&copy);
    }
    // ... and of what the first one loaded, when that is gone
    char *elsewhere = malloc(p.len + 1);
    memmove(elsewhere + 1, p.bytes, p.len);
    other_len = p.len;
    gs_program_unload(&p);
    memset(bytes, 0, len);
    free(bytes);
    CHECK(gs_program_load(&copy, elsewhere + 1, other_len) == NULL);
    free(elsewhere);
    run_add(&copy, expected);
    gs_program_unload(&copy);
}

static void the_same_is_built_of_the_same(void)
{
    size_t len, other_len;
    char *one = bytes_of("MOVE r0 {'a': [1]}; RETURN r0", &len);
    char *other = bytes_of("MOVE r0 {'a': [1]}; RETURN r0", &other_len);
    CHECK(len == other_len && memcmp(one, other, len) == 0);
    free(one);
    free(other);
}

// ---- printing ---------------------------------------------------------------------------------

static void it_is_printed(void)
{
    static const char source[] =
            "MOVE r0 'text'; SELF_GET r1 1 :0; SELF_SET r1 0 :1; INVOKE r2 r0 0 :2; "
            "CALL r2 r0 len :1; METHOD r2 r0 'split' :1; COMPARE r2 r0 None :6; "
            "BINARY r2 r0 r1 :0; REQUEST r2 r0 0 :2; REQUEST r2 r0 1 :2; ISLAND r2 r0 0 :0; "
            "NEXT r2 r1 12; RAISE r2 -; END :4";
    static const char expected[] = "  100    0  MOVE      r0 'text'\n"
                                   "  101    1  SELF_GET  r1 set.two\n"
                                   "  102    2  SELF_SET  r1 user.mine\n"
                                   "  103    3  INVOKE    r2 r0..r1 'add'\n"
                                   "  104    4  CALL      r2 r0 len\n"
                                   "  105    5  METHOD    r2 r0 'split'\n"
                                   "  106    6  COMPARE   r2 r0 None  (is)\n"
                                   "  107    7  BINARY    r2 r0 r1  (+)\n"
                                   "  108    8  REQUEST   r2 r0..r1 GET(url, json)\n"
                                   "  109    9  REQUEST   r2 r0..r1 request(method, url)\n"
                                   "  110   10  ISLAND    r2 island 0\n"
                                   "  111   11  NEXT      r2 r1 -> 12\n"
                                   "  112   12  RAISE     r2\n"
                                   "  113   13  END        (stop the user)\n";
    struct gs_builder b;
    struct gs_program p;
    struct gs_buf out = GS_BUF_EMPTY;
    build(&b, source);
    CHECK(rig_load(&b, &p));
    CHECK_EQ(gs_program_print(&p, FUNCTION, &out), 0);
    CHECK_TEXT(out.data, out.len, expected);
    gs_buf_fini(&out);
    gs_program_unload(&p);
}

// However long a constant is, its line is short, and it is cut between code points.
static void long_constants_are_cut(void)
{
    for (int lead = 0; lead < 4; lead++) {
        char source[400] = "MOVE r0 '";
        memset(source + 9, 'a', 40 + (size_t)lead);
        for (int i = 0; i < 30; i++)
            strcat(source, "\xe2\x82\xac");
        strcat(source, "'; RETURN r0");
        struct gs_builder b;
        struct gs_program p;
        struct gs_buf out = GS_BUF_EMPTY;
        build(&b, source);
        CHECK(rig_load(&b, &p));
        CHECK_EQ(gs_program_print(&p, FUNCTION, &out), 0);
        CHECK(gs_utf8_valid(out.data, out.len));
        CHECK((size_t)((char *)memchr(out.data, '\n', out.len) - out.data) < 100);
        gs_buf_fini(&out);
        gs_program_unload(&p);
    }
}

static void every_row_of_the_table_is_told(void)
{
    for (int op = 0; op < GS_OP_COUNT; op++) {
        CHECK(strlen(gs_op_name(op)) > 0 && strlen(gs_op_name(op)) < 10);
        CHECK_EQ(strlen(gs_op_operands(op)), 4);
        CHECK(strlen(gs_op_effect(op)) > 0);
    }
    CHECK(strcmp(gs_word_name(GS_WORD_url), "url") == 0);
    CHECK(strcmp(gs_word_name(GS_WORD_rest), "rest") == 0);
}

// ---- what is refused --------------------------------------------------------------------------

static void cut_bytes_are_refused(void)
{
    size_t len;
    char *bytes = bytes_of("MOVE r0 'abc'; RETURN r0", &len);
    CHECK(why_not(bytes, len) == NULL);
    for (size_t cut = 0; cut < len; cut++) {
        CHECK(why_not(bytes, cut) != NULL);
        if (cut < sizeof(struct gs_program_header))
            continue;
        header_of(bytes)->len = (uint32_t)cut; // and said so
        const char *why = why_not(bytes, cut);
        // only what fills up the last section may be absent
        CHECK(why != NULL || len - cut < 8);
        header_of(bytes)->len = (uint32_t)len;
    }
    free(bytes);
}

static void headers_are_verified(void)
{
    static const struct {
        size_t offset;
        uint32_t is;
    } rows[] = {{offsetof(struct gs_program_header, magic), 0},
                {offsetof(struct gs_program_header, version), GS_PROGRAM_VERSION + 1},
                {offsetof(struct gs_program_header, version), 0},
                {offsetof(struct gs_program_header, len), 0},
                {offsetof(struct gs_program_header, len), UINT32_MAX}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t len;
        char *bytes = bytes_of("RETURN None", &len);
        memcpy(bytes + rows[i].offset, &rows[i].is, sizeof rows[i].is);
        check_refused("a header", bytes, len, OTHER_VERSION);
    }
}

static void sections_are_verified(void)
{
    static const uint32_t offsets[] = {1, 4, 1U << 30, UINT32_MAX, UINT32_MAX - 7};
    static const uint32_t sizes[] = {UINT32_MAX, UINT32_MAX - 7, 1U << 30};
    size_t len;
    for (int s = 0; s < GS_SECTION_COUNT; s++) {
        for (size_t i = 0; i < COUNT_OF(offsets); i++) {
            char *bytes = bytes_of("RETURN None", &len);
            uint32_t *offset = &header_of(bytes)->sections[s].offset;
            *offset = i < 2 ? *offset + offsets[i] : offsets[i];
            check_refused("an offset", bytes, len, OTHER_VERSION);
        }
        for (size_t i = 0; i < COUNT_OF(sizes); i++) {
            char *bytes = bytes_of("RETURN None", &len);
            header_of(bytes)->sections[s].len = sizes[i];
            check_refused("a length", bytes, len, OTHER_VERSION);
            bytes = bytes_of("RETURN None", &len);
            header_of(bytes)->sections[s].count = sizes[i];
            check_refused("a count", bytes, len, OTHER_VERSION);
        }
    }
}

// Sections of values: their count is what is read of them, and they end where they end.
static void counts_of_values_are_verified(void)
{
    static const struct {
        enum gs_section section;
        int by;
        const char *reason;
    } rows[] = {{GS_NEEDS, 1, "what it needs of Python is not readable"},
                {GS_NEEDS, -1, "what it needs of Python is not readable"},
                {GS_SLOTS, 1, "its attributes are not readable"},
                {GS_SLOTS, -1, "its attributes are not readable"},
                {GS_CONSTANTS, 1, "its constants are not readable"},
                {GS_CONSTANTS, -1, "its constants are not readable"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t len;
        char *bytes = bytes_of("RETURN None", &len);
        header_of(bytes)->sections[rows[i].section].count += (uint32_t)rows[i].by;
        check_refused("a count of values", bytes, len, rows[i].reason);
    }
    size_t len;
    char *bytes = bytes_of("RETURN None", &len);
    header_of(bytes)->slot_count[0]++;
    check_refused("slots", bytes, len, "its attributes are not readable");
    bytes = bytes_of("RETURN None", &len);
    header_of(bytes)->slot_count[0] = UINT32_MAX;
    header_of(bytes)->slot_count[1] = 4;
    check_refused("slots", bytes, len, "its attributes are not readable");
    bytes = bytes_of("RETURN None", &len);
    header_of(bytes)->sections[GS_LINES].count--;
    header_of(bytes)->sections[GS_LINES].len -= sizeof(uint32_t);
    check_refused("lines", bytes, len, "its lines do not fit its code");
}

// Constants that are none, put in the place of the first one, which has 13 bytes.
static void constants_are_verified(void)
{
    static const struct {
        const char *what;
        uint8_t bytes[13];
        bool good;
    } rows[] = {
            {"text", {GS_STR, 8, 0, 0, 0, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}, true},
            {"bytes", {GS_BYTES, 8, 0, 0, 0, 0xff, 'b', 'c', 'd', 'e', 'f', 'g', 'h'}, true},
            {"a tuple",
             {GS_TUPLE, 4, 0, 0, 0, 0, 0, 0, 0, GS_NONE, GS_NONE, GS_NONE, GS_NONE},
             true},
            {"no UTF-8", {GS_STR, 8, 0, 0, 0, 0xff, 'b', 'c', 'd', 'e', 'f', 'g', 'h'}, false},
            {"half UTF-8", {GS_STR, 8, 0, 0, 0, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 0xc3}, false},
            {"long text",
             {GS_STR, 0xff, 0xff, 0xff, 0xff, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'},
             false},
            {"a long list",
             {GS_LIST, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0, GS_NONE, GS_NONE, GS_NONE, GS_NONE},
             false},
            {"a need too many",
             {GS_LIST, 4, 0, 0, 0, 2, 0, 0, 0, GS_NONE, GS_NONE, GS_NONE, GS_NONE},
             false},
            {"no need", {GS_PYTHON, 0, 0, 0, 0, GS_BOOL, 1, 0, 0, 0, 0, 0, 0}, false},
            {"a far need", {GS_PYTHON, 0xff, 0xff, 0xff, 0xff, GS_NONE, GS_NONE, GS_NONE}, false},
            {"a dict of lists",
             {GS_DICT, 1, 0, 0, 0, 0, 0, 0, 0, GS_UNSET, GS_NONE, GS_NONE, GS_NONE},
             false},
            {"no value", {GS_UNSET, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, false},
            {"a view", {GS_VIEW, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, false},
            {"a reply", {GS_REPLY, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, false},
            {"an iterator", {GS_ITER, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, false},
            {"nothing known", {200, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_builder b;
        size_t len;
        gs_builder_init(&b);
        gs_builder_need(&b, "x", 1);
        gs_builder_text(&b, "abcdefgh");
        rig_function(&b, "f", 0, 1, "RETURN 1");
        char *bytes = rig_finish(&b, &len);
        memcpy(section(bytes, GS_CONSTANTS), rows[i].bytes, sizeof rows[i].bytes);
        check_refused(rows[i].what, bytes, len,
                      rows[i].good ? NULL : "its constants are not readable");
    }
}

// Lists in lists: as deep as a person writes, and no deeper than a stack bears.
static void deep_constants_are_refused(void)
{
    static const struct {
        uint32_t depth;
        const char *reason;
    } rows[] = {{50, NULL},
                {1000, "its constants are not readable"},
                {100000, "its constants are not readable"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_builder b;
        static const uint8_t head[] = {GS_LIST, 1, 0, 0, 0, 0, 0, 0, 0}, none = GS_NONE;
        size_t len;
        gs_builder_init(&b);
        for (uint32_t k = 0; k < rows[i].depth; k++)
            gs_buf_add(&b.sections[GS_CONSTANTS], head, sizeof head);
        gs_buf_add(&b.sections[GS_CONSTANTS], &none, 1);
        b.counts[GS_CONSTANTS]++;
        rig_function(&b, "f", 0, 1, "RETURN 1");
        char *bytes = rig_finish(&b, &len);
        check_refused("a deep constant", bytes, len, rows[i].reason);
    }
}

// Attributes and needs are named by text.
static void names_are_text(void)
{
    static const struct {
        enum gs_section section;
        const char *reason;
    } rows[] = {{GS_SLOTS, "its attributes are not readable"},
                {GS_NEEDS, "what it needs of Python is not readable"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t len;
        char *bytes = bytes_of("RETURN None", &len);
        *(uint8_t *)section(bytes, rows[i].section) = GS_BYTES;
        check_refused("a name", bytes, len, rows[i].reason);
    }
}

// ---- instructions -----------------------------------------------------------------------------

// Each is wrong by one operand. Of 4 registers, 2 functions, 3 slots, 2 sites, an island; the last
// instruction is number 1.
static void operands_are_verified(void)
{
    static const char *const wrong[] = {
            "MOVE r4 r0",
            "MOVE r0 r4",
            "MOVE r65535 r0",
            "MOVE r0 r32767",
            "MOVE r0 -",
            "MOVE r0 r0 :1",
            "UNSET r4",
            "CHECK r4 'a'",
            "CHECK r0 1",
            "JUMP 2",
            "JUMP 65535",
            "IF r0 2",
            "IF r4 1",
            "UNLESS r0 2",
            "NOT r0 r4",
            "UNARY r0 r0 :3",
            "UNARY r4 r0 :0",
            "BINARY r0 r0 r0 :13",
            "BINARY r0 r0 r0 :77",
            "BINARY r0 r0 r0 :128",
            "BINARY r0 r0 r4 :0",
            "COMPARE r0 r0 r0 :10",
            "COMPARE r0 r4 r0 :0",
            "SELF_GET r0 2 :0",
            "SELF_GET r0 1 :1",
            "SELF_GET r0 0 :200",
            "SELF_SET r0 2 :0",
            "SELF_DEL 1 :1",
            "SELF_HAS r0 2 :0",
            "SELF_HAS r4 0 :0",
            "ATTR r0 r0 1",
            "ATTR r0 r4 'a'",
            "ATTR_SET r0 b'a' r0",
            "ATTR_SET r0 'a' r4",
            "INDEX r0 r0 r4",
            "INDEX_SET r4 r0 r0",
            "INDEX_SET r0 r0 -",
            "INDEX_DEL r0 r4",
            "PATH r0 r0 r3 :2",
            "PATH r0 r0 r0 :0",
            "PATH r0 r0 r65535 :255",
            "SLICE r0 r0 r2",
            "SLICE r0 r0 r65535",
            "LIST r0 r3 :2",
            "LIST r0 r5 :0",
            "TUPLE r0 r0 :5",
            "SET r0 r0 :5",
            "DICT r0 r1 :2",
            "DICT r0 r0 :255",
            "PUSH r4 r0",
            "EXTEND r0 r4",
            "PAIR r0 r0 r4",
            "MERGE r4 r0",
            "CONCAT r0 r2 :3",
            "FORMAT r0 r0 '' :1",
            "FORMAT r0 r0 1 :0",
            "PERCENT r0 r0 1 :0",
            "CLIENT r4",
            "UNPACK r3 r0 :2",
            "UNPACK r0 r4 :1",
            "ITER r0 r4",
            "NEXT r0 r4 1",
            "NEXT r0 r0 2",
            "CALL r0 r0 len :0",
            "CALL r0 r0 len :2",
            "CALL r0 r2 randrange :3",
            "CALL r4 r0 len :1",
            "METHOD r0 r0 'x' :0",
            "METHOD r0 r0 5 :1",
            "METHOD r0 r3 'x' :2",
            "PYCALL r0 r0 - :0",
            "PYCALL r0 r0 r0 :1",
            "PYCALL r0 r0 ['k'] :2",
            "PYCALL r0 r0 (1) :2",
            "PYCALL r0 r0 ('a', 'b') :2",
            "PYCALL r0 r3 - :2",
            "INVOKE r0 r0 2 :0",
            "INVOKE r0 r0 0 :1",
            "INVOKE r0 r3 0 :2",
            "INVOKE r0 r0 1 :1",
            "ISLAND r0 r0 1 :0",
            "ISLAND r0 r3 0 :2",
            "REQUEST r0 r0 2 :2",
            "REQUEST r0 r0 0 :1",
            "REQUEST r0 r3 0 :2",
            "SLEEP r4",
            "RAISE r4 -",
            "RAISE - -",
            "RERAISE r4",
            "MATCH r0 r4 r0",
            "MATCH r0 r0 r4",
            "LEAVE r0 r0 r4",
            "END :5",
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        char source[100];
        snprintf(source, sizeof source, "%s; RETURN None", wrong[i]);
        check_source(source, WRONG_INSTRUCTION);
    }
}

static void the_same_operands_are_taken_when_right(void)
{
    static const char source[] =
            "MOVE r3 r0; UNSET r3; CHECK r3 'a'; IF r0 1; UNLESS 1 1; NOT r0 None; "
            "UNARY r0 r0 :2; BINARY r0 r0 1 :12; BINARY r0 r0 1 :76; COMPARE r0 r0 r0 :9; "
            "SELF_GET r0 1 :0; SELF_SET 5 0 :1; SELF_DEL 0 :1; SELF_HAS r0 0 :0; ATTR r0 r0 'a'; "
            "ATTR_SET r0 'a' 2; INDEX r0 'a' 0; INDEX_SET r0 r0 r0; INDEX_DEL r0 0; "
            "PATH r0 r0 r3 :1; SLICE r0 r0 r1; LIST r0 r4 :0; TUPLE r0 r0 :4; SET r0 r0 :4; "
            "DICT r0 r0 :2; PUSH r3 1; EXTEND r3 []; PAIR r3 1 1; MERGE r3 r3; CONCAT r0 r0 :4; "
            "FORMAT r0 r0 '' :97; PERCENT r0 r0 '%d' :1; CLIENT r3; UNPACK r0 r0 :4; ITER r0 r0; "
            "NEXT r0 r0 0; CALL r0 r1 randrange :3; METHOD r0 r0 'x' :4; PYCALL r0 r0 - :1; "
            "PYCALL r0 r0 ('k') :2; INVOKE r0 r2 0 :2; ISLAND r0 r0 0 :4; REQUEST r0 r2 1 :2; "
            "SLEEP 1; RAISE r0 -; RAISE r0 r1; RERAISE r0; MATCH r0 r0 r0; LEAVE r0 r0 r0; END :4; "
            "JUMP 0";
    check_source(source, NULL);
}

// Operands that an instruction does not have are 0, and so is n.
static void unused_operands_are_zero(void)
{
    for (int op = 0; op < GS_OP_COUNT; op++) {
        const char *kinds = gs_op_operands(op);
        for (int k = 0; k < 4; k++) {
            if (kinds[k] != '-')
                continue;
            size_t len;
            char *bytes = bytes_of("JUMP 0; RETURN None", &len);
            struct gs_instr *in = (struct gs_instr *)section(bytes, GS_CODE) + 2;
            *in = (struct gs_instr){.op = (uint8_t)op};
            uint16_t *operands[] = {&in->a, &in->b, &in->c};
            if (k == 0)
                in->n = 1;
            else
                *operands[k - 1] = 1;
            CHECK(why_not(bytes, len) != NULL);
            free(bytes);
        }
    }
    for (int op = GS_OP_COUNT; op < 256; op++) {
        size_t len;
        char *bytes = bytes_of("JUMP 0; RETURN None", &len);
        ((struct gs_instr *)section(bytes, GS_CODE))[2].op = (uint8_t)op;
        check_refused("no instruction", bytes, len, WRONG_INSTRUCTION);
    }
}

static void functions_end(void)
{
    static const struct {
        const char *source, *reason;
    } rows[] = {{"RETURN None", NULL},
                {"JUMP 0", NULL},
                {"RAISE r0 -", NULL},
                {"RERAISE r0", NULL},
                {"END :0", NULL},
                {"RETURN None; MOVE r0 1", "a function has no end"},
                {"IF r0 0", "a function has no end"},
                {"NEXT r0 r1 0", "a function has no end"},
                {"SLEEP 1", "a function has no end"},
                {"", "a function's code is outside of the program"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        check_source(rows[i].source, rows[i].reason);
    }
}

static void handlers_are_verified(void)
{
    static const struct {
        const char *source;
        bool good;
    } rows[] = {{"TRY 0 1 1 r0; RETURN 1; RETURN 2", true},
                {"NARROW 0 2 0 r3; RETURN 1; RETURN 2", true},
                {"TRY 1 1 1 r0; RETURN 1; RETURN 2", true},
                {"TRY 0 3 1 r0; RETURN 1; RETURN 2", false},
                {"TRY 1 0 1 r0; RETURN 1; RETURN 2", false},
                {"TRY 0 1 2 r0; RETURN 1; RETURN 2", false},
                {"TRY 0 1 1 r4; RETURN 1; RETURN 2", false},
                {"TRY 0 1 65000 r0; RETURN 1; RETURN 2", false},
                {"TRY 0 1 1 r0; TRY 0 9 1 r0; RETURN 1; RETURN 2", false}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        check_source(rows[i].source, rows[i].good ? NULL : "a handler is wrong");
    }
}

static void function_heads_are_verified(void)
{
    static const struct {
        const char *what;
        size_t offset;
        uint32_t is;
        size_t size;
        const char *reason;
    } rows[] = {
#define OUTSIDE "a function's code is outside of the program"
#define HEAD "a function's head is wrong"
#define AT(field) offsetof(struct gs_function, field)
            {"name", AT(name), 0x7fff, 2, HEAD},
            {"file", AT(file), 0xffff, 2, HEAD},
            {"params", AT(params), 5, 2, HEAD},
            {"registers", AT(registers), GS_REGISTERS_MAX + 1, 2, HEAD},
            {"registers", AT(registers), GS_REGISTERS_MAX, 2, NULL},
            {"code", AT(code), 3, 4, OUTSIDE},
            {"code", AT(code), UINT32_MAX, 4, OUTSIDE},
            {"code_count", AT(code_count), 3, 4, OUTSIDE},
            {"code_count", AT(code_count), 0, 4, OUTSIDE},
            {"code_count", AT(code_count), UINT32_MAX, 4, OUTSIDE},
            {"handlers", AT(handlers), 1, 4, OUTSIDE},
            {"handlers", AT(handlers), UINT32_MAX, 4, OUTSIDE},
            {"handler_count", AT(handler_count), 1, 4, OUTSIDE},
            {"handler_count", AT(handler_count), UINT32_MAX, 4, OUTSIDE},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t len;
        char *bytes = bytes_of("MOVE r0 1; RETURN r0", &len);
        struct gs_function *f = (struct gs_function *)section(bytes, GS_FUNCTIONS) + FUNCTION;
        memcpy((char *)f + rows[i].offset, &rows[i].is, rows[i].size);
        check_refused(rows[i].what, bytes, len, rows[i].reason);
    }
}

static void sites_are_verified(void)
{
    static const struct {
        const char *what;
        struct gs_site site;
        bool good;
    } rows[] = {
            {"a URL",
             {.method = GS_NO_OPERAND, .count = 2, .words = {GS_WORD_method, GS_WORD_url}},
             true},
            {"no URL", {.method = 0, .count = 2, .words = {GS_WORD_json, GS_WORD_name}}, false},
            {"no method",
             {.method = GS_NO_OPERAND, .count = 2, .words = {GS_WORD_url, GS_WORD_name}},
             false},
            {"twice", {.method = 0, .count = 2, .words = {GS_WORD_url, GS_WORD_url}}, false},
            {"no word", {.method = 0, .count = 2, .words = {GS_WORD_url, GS_WORD_COUNT}}, false},
            {"no word at all", {.method = 0, .count = 2, .words = {GS_WORD_url, 255}}, false},
            {"far method",
             {.method = 0x7ffe, .count = 2, .words = {GS_WORD_url, GS_WORD_json}},
             false},
            {"nothing", {.method = 0, .count = 0}, false},
            {"many",
             {.method = 0,
              .count = GS_SITE_ARGS_MAX + 1,
              .words = {GS_WORD_url, 1,  2,  3,  4,  5,  6,  7,  8,  9,
                        10,          11, 12, 13, 14, 15, 16, 17, 18, 19}},
             false},
            {"all",
             {.method = 0,
              .count = GS_SITE_ARGS_MAX,
              .words = {GS_WORD_url, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
                        18}},
             true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gs_builder b;
        size_t len;
        gs_builder_init(&b);
        gs_builder_text(&b, "GET");
        gs_builder_site(&b, &rows[i].site);
        rig_function(&b, "f", 0, 1, "RETURN 1");
        char *bytes = rig_finish(&b, &len);
        check_refused(rows[i].what, bytes, len, rows[i].good ? NULL : "a request site is wrong");
    }
}

static void there_are_not_too_many_constants(void)
{
    struct gs_builder b;
    size_t len;
    gs_builder_init(&b);
    for (int i = 0; i < GS_CONSTANTS_MAX - 3; i++)
        gs_builder_constant(&b, GS_NONE_VALUE);
    rig_function(&b, "f", 0, 1, "RETURN 1");
    char *bytes = rig_finish(&b, &len);
    check_refused("so many", bytes, len, NULL);
    gs_builder_init(&b);
    for (int i = 0; i < GS_CONSTANTS_MAX - 2; i++)
        gs_builder_constant(&b, GS_NONE_VALUE);
    rig_function(&b, "f", 0, 1, "RETURN 1");
    bytes = rig_finish(&b, &len);
    check_refused("one more", bytes, len, "too many constants");
}

// Any byte, whatever it says: refused or loaded, and never read beyond.
static void any_byte_may_be_wrong(void)
{
    size_t len;
    char *bytes = bytes_of("TRY 0 1 1 r0; MOVE r0 [1, {'k': (2, b'x')}]; RETURN r0", &len);
    static const uint8_t wrong[] = {0, 1, 2, 7, 0x7f, 0x80, 0xff};
    for (size_t at = 0; at < len; at++)
        for (size_t i = 0; i < COUNT_OF(wrong); i++) {
            char was = bytes[at];
            bytes[at] = (char)wrong[i];
            why_not(bytes, len);
            bytes[at] = was;
        }
    free(bytes);
}

TEST_MAIN(TEST(all_is_found_again), TEST(constants_refer_to_needs),
          TEST(what_is_no_constant_fails_the_builder), TEST(copied_bytes_run_the_same),
          TEST(the_same_is_built_of_the_same), TEST(it_is_printed), TEST(long_constants_are_cut),
          TEST(every_row_of_the_table_is_told), TEST(cut_bytes_are_refused),
          TEST(headers_are_verified), TEST(sections_are_verified),
          TEST(counts_of_values_are_verified), TEST(constants_are_verified),
          TEST(deep_constants_are_refused), TEST(names_are_text), TEST(operands_are_verified),
          TEST(the_same_operands_are_taken_when_right), TEST(unused_operands_are_zero),
          TEST(functions_end), TEST(handlers_are_verified), TEST(function_heads_are_verified),
          TEST(sites_are_verified), TEST(there_are_not_too_many_constants),
          TEST(any_byte_may_be_wrong))
