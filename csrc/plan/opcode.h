// opcode: every instruction of task programs, in one table. Pure.
//
// X(NAME, n, a, b, c, effect): what the four operands are (below), and what the instruction does.
// To add one: a row here, its case in vm.c, its slow path in py/slow.c (if Python can stand in for
// it), and whatever emits it in goose/_compiler.
//
//   W register written          X register or constant read     B first of n registers read
//   R register read             P first of n register pairs read
//   U first of n registers written                              T first of three registers read
//   J instruction jumped to     K constant, a str               N number
//   F function                  S slot of an attribute          I island
//   Q request site              L native function               O owner of slots: self, user
//   Y as X, or nothing          - nothing
#ifndef GS_PLAN_OPCODE_H
#define GS_PLAN_OPCODE_H

// clang-format off
#define GS_OPCODES(X)                                                                              \
    X(MOVE,     '-', 'W', 'X', '-', "a = b")                                                       \
    X(UNSET,    '-', 'W', '-', '-', "a is unbound")                                                \
    X(CHECK,    'N', 'R', 'K', '-', "UnboundLocalError (n: NameError) of b unless a is bound")     \
    X(JUMP,     '-', '-', '-', 'J', "go to c")                                                     \
    X(IF,       '-', 'X', '-', 'J', "go to c if a")                                                \
    X(UNLESS,   '-', 'X', '-', 'J', "go to c unless a")                                            \
    X(NOT,      '-', 'W', 'X', '-', "a = not b")                                                   \
    X(UNARY,    'N', 'W', 'X', '-', "a = (-, +, ~ by n) b")                                        \
    X(BINARY,   'N', 'W', 'X', 'X', "a = b (operator n) c")                                        \
    X(COMPARE,  'N', 'W', 'X', 'X', "a = b (comparison n) c")                                      \
    X(SELF_GET, 'O', 'W', 'S', '-', "a = self.b")                                                  \
    X(SELF_PEEK,'O', 'W', 'S', '-', "a = self.b, or a is unbound")                                 \
    X(SELF_SET, 'O', 'X', 'S', '-', "self.b = a")                                                  \
    X(SELF_DEL, 'O', '-', 'S', '-', "del self.b")                                                  \
    X(SELF_HAS, 'O', 'W', 'S', '-', "a = hasattr(self, b)")                                        \
    X(ATTR,     '-', 'W', 'X', 'K', "a = b.c")                                                     \
    X(ATTR_SET, '-', 'X', 'K', 'X', "a.b = c")                                                     \
    X(INDEX,    '-', 'W', 'X', 'X', "a = b[c]")                                                    \
    X(INDEX_SET,'-', 'X', 'X', 'X', "a[b] = c")                                                    \
    X(INDEX_DEL,'-', 'X', 'X', '-', "del a[b]")                                                    \
    X(PATH,     'N', 'W', 'X', 'B', "a = b[c][c+1]..., n steps")                                   \
    X(SLICE,    '-', 'W', 'X', 'T', "a = b[c:c+1:c+2]")                                            \
    X(LIST,     'N', 'W', 'B', '-', "a = [b, ...]")                                                \
    X(TUPLE,    'N', 'W', 'B', '-', "a = (b, ...)")                                                \
    X(SET,      'N', 'W', 'B', '-', "a = {b, ...}")                                                \
    X(DICT,     'N', 'W', 'P', '-', "a = {b: b+1, ...}")                                           \
    X(PUSH,     '-', 'R', 'X', '-', "a.append(b), a being a list of the program's own")            \
    X(EXTEND,   '-', 'R', 'X', '-', "a.extend(b), the same")                                       \
    X(PAIR,     '-', 'R', 'X', 'X', "a[b] = c, a being a dict of the program's own")               \
    X(MERGE,    '-', 'R', 'X', '-', "a.update(b), the same")                                       \
    X(CONCAT,   'N', 'W', 'B', '-', "a = f'{b}{b+1}...'")                                          \
    X(FORMAT,   'N', 'W', 'X', 'K', "a = format(b, c), after conversion n")                        \
    X(PERCENT,  'N', 'W', 'X', 'K', "a = c % (b,), c being one conversion; n: a = c % b")          \
    X(CLIENT,   '-', 'W', '-', '-', "a = self.client")                                             \
    X(UNPACK,   'N', 'U', 'X', '-', "a, a+1, ... = b, n of them")                                  \
    X(ITER,     '-', 'W', 'X', '-', "a = iter(b)")                                                 \
    X(NEXT,     '-', 'W', 'R', 'J', "a = next(b), or go to c")                                     \
    X(CALL,     'N', 'W', 'B', 'L', "a = c(b, ...), a native function, n arguments")               \
    X(METHOD,   'N', 'W', 'B', 'K', "a = b.c(b+1, ...), n with b")                                 \
    X(MEET,     '-', 'X', 'K', '-', "AttributeError unless a has an attribute b")                  \
    X(PYCALL,   'N', 'W', 'B', 'Y', "a = b(b+1, ...), n with b; c: names of the last ones")        \
    X(INVOKE,   'N', 'W', 'B', 'F', "a = c(b, ...), a function of the program")                    \
    X(ISLAND,   'N', 'W', 'B', 'I', "a = c(b, ...), in Python")                                    \
    X(REQUEST,  'N', 'W', 'B', 'Q', "a = the answer to request c of b, ...")                       \
    X(SLEEP,    '-', 'X', '-', '-', "time.sleep(a)")                                               \
    X(RETURN,   '-', 'X', '-', '-', "return a")                                                    \
    X(RAISE,    '-', 'X', 'Y', '-', "raise a from b")                                              \
    X(RERAISE,  '-', 'R', '-', '-', "raise a again")                                               \
    X(MATCH,    '-', 'W', 'R', 'X', "a = the exception b is one of c")                             \
    X(LEAVE,    '-', 'W', 'X', 'R', "a = b.__exit__ of the exception c")                           \
    X(END,      'N', '-', '-', '-', "raise what ends the task in way n")
// clang-format on

enum gs_op {
#define ENUM(name, n, a, b, c, effect) GS_OP_##name,
    GS_OPCODES(ENUM)
#undef ENUM
            GS_OP_COUNT
};

enum gs_binary { // n of BINARY; with GS_IN_PLACE for +=
    GS_ADD,
    GS_SUB,
    GS_MUL,
    GS_DIV,
    GS_FLOORDIV,
    GS_MOD,
    GS_POW,
    GS_LSHIFT,
    GS_RSHIFT,
    GS_AND,
    GS_OR,
    GS_XOR,
    GS_MATMUL,
    GS_BINARY_COUNT,
    GS_IN_PLACE = 0x40,
};

enum gs_unary { GS_NEG, GS_POS, GS_INVERT, GS_UNARY_COUNT };

enum gs_compare {
    GS_EQ,
    GS_NE,
    GS_LT,
    GS_LE,
    GS_GT,
    GS_GE,
    GS_IS,
    GS_IS_NOT,
    GS_IN,
    GS_NOT_IN,
    GS_COMPARE_COUNT
};

// How a task ends but by returning; n of END.
enum gs_ending {
    GS_END_DONE,          // go on
    GS_END_RESCHEDULE,    // go on without waiting
    GS_END_INTERRUPT,     // leave this task set, then wait
    GS_END_INTERRUPT_NOW, // leave this task set, no wait
    GS_END_USER,
    GS_END_COUNT,
};

#endif
