// program: compiled task functions of one class as data: code, constants, tables. No pointers: its
// bytes can be copied and sent. What it needs of Python is listed by name and given when it is
// loaded. Pure.
#ifndef GS_PLAN_PROGRAM_H
#define GS_PLAN_PROGRAM_H

#include "base/buf.h"
#include "plan/opcode.h"
#include "plan/value.h"

struct gs_instr {
    uint8_t op, n;
    uint16_t a, b, c;
};

#define GS_IS_CONSTANT 0x8000 // bit of an X operand: the rest is a constant's index
#define GS_NO_OPERAND 0xffff  // an X operand that stands for nothing
#define GS_REGISTERS_MAX 4096
#define GS_CONSTANTS_MAX 0x7ffe

// Where an exception in [from, to) goes on, with itself in `reg`; the first that fits.
struct gs_handler {
    uint32_t from, to, target;
    uint16_t reg;
    uint16_t narrow; // it takes errors only: not what ends a task, nor the stop of the attack
};

// Keywords of client calls; rest: a dict of further ones.
#define GS_SITE_WORDS(X)                                                                           \
    X(url)                                                                                         \
    X(name)                                                                                        \
    X(params)                                                                                      \
    X(data)                                                                                        \
    X(json)                                                                                        \
    X(headers)                                                                                     \
    X(cookies)                                                                                     \
    X(auth)                                                                                        \
    X(timeout)                                                                                     \
    X(allow_redirects)                                                                             \
    X(verify)                                                                                      \
    X(catch_response) X(files) X(stream) X(context) X(cert) X(proxies) X(hooks) X(method) X(rest)

enum gs_word {
#define ENUM(word) GS_WORD_##word,
    GS_SITE_WORDS(ENUM)
#undef ENUM
            GS_WORD_COUNT
};

#define GS_SITE_ARGS_MAX 19

// A place that makes requests: the method (a constant), and what each argument is.
struct gs_site {
    uint16_t method; // constant
    uint8_t count;
    bool unused; // nobody looks at the answer
    uint8_t words[GS_SITE_ARGS_MAX + 1];
};

struct gs_function {
    uint16_t name, file; // constants
    uint32_t first_line;
    uint16_t params, registers;
    uint32_t code, code_count; // into the program's code
    uint32_t handlers, handler_count;
};

// Whose attributes a slot is of: the task set that it runs in, the user, the set around that set
// (which has the same slots).
enum { GS_OWNER_SET, GS_OWNER_USER, GS_OWNER_OUTER, GS_OWNER_COUNT };

// How its bytes begin; a section's items follow one another from an offset that 8 divides.
enum gs_section {
    GS_CONSTANTS, // values
    GS_FUNCTIONS, // struct gs_function
    GS_CODE,      // struct gs_instr
    GS_LINES,     // uint32_t, of each instruction
    GS_HANDLERS,  // struct gs_handler
    GS_SITES,     // struct gs_site
    GS_SLOTS,     // names, as values: of self, then of user
    GS_NEEDS,     // names, as values
    GS_SECTION_COUNT
};

#define GS_PROGRAM_MAGIC 0x70677367 // "gsgp"
#define GS_PROGRAM_VERSION 1

struct gs_program_header {
    uint32_t magic, version, len;
    uint32_t slot_count[2], island_count;
    struct {
        uint32_t offset, len, count;
    } sections[GS_SECTION_COUNT];
};

// A loaded program, const while tasks run, for any lane.
struct gs_program {
    char *bytes;
    size_t len;
    const struct gs_function *functions;
    const struct gs_instr *code;
    const uint32_t *lines; // of each instruction
    const struct gs_handler *handlers;
    const struct gs_site *sites;
    uint32_t function_count, code_count, handler_count, site_count;
    uint32_t slot_count[GS_OWNER_COUNT];
    uint32_t island_count;
    uint32_t constant_count, need_count, slot_name_count;
    struct gs_value *constants;
    struct gs_value *slot_names; // self's, then user's
    struct gs_value *needs;      // names of what Python gives
    struct gs_pyref *pyrefs;     // and what it gave
};

// ---- loading ----------------------------------------------------------------------------------

// Verifies a copy of the bytes and makes the constants. Returns NULL, or why not (static text);
// afterwards gs_program_unload.
const char *gs_program_load(struct gs_program *program, const char *bytes, size_t len);
void gs_program_unload(struct gs_program *program);

// Appends the function's code, one instruction a line with its source line. Returns 0 or -1.
int gs_program_print(const struct gs_program *program, uint32_t function, struct gs_buf *out);

const char *gs_word_name(enum gs_word word);
const char *gs_op_name(enum gs_op op);
// The operand letters of the table: n, a, b, c.
const char *gs_op_operands(enum gs_op op);
const char *gs_op_effect(enum gs_op op);

#endif
