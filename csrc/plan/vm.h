// vm: runs a program for one user until it wants something of the world. Pure: it owns no clock, no
// socket, no thread, and never calls Python; what it cannot do itself it asks for, one instruction
// at a time. Lane thread.
#ifndef GS_PLAN_VM_H
#define GS_PLAN_VM_H

#include "base/rng.h"
#include "plan/known.h"
#include "plan/native.h"
#include "plan/program.h"
#include "plan/reply.h"

enum gs_want {
    GS_WANT_TIME,    // its steps are used up: call again, later
    GS_WANT_DONE,    // the function has returned: vm->result
    GS_WANT_END,     // the task ends in the way vm->ending
    GS_WANT_PYTHON,  // the instruction that it stands at is to be done in Python
    GS_WANT_REQUEST, // a REQUEST
    GS_WANT_SLEEP,   // a SLEEP of vm->sleep_s seconds
};

// What programs may know of the world. All on the lane's thread; `user` is the vm's.
struct gs_host {
    int64_t (*wall_ns)(void *user); // time.time
    int64_t (*mono_ns)(void *user); // time.perf_counter, time.monotonic
    bool (*random_bytes)(void *user, void *to, size_t len);
    // success() and failure(): move the count of a request; text of the failure, or NULL
    void (*verdict)(void *user, struct gs_reply *reply, bool failed, struct gs_value text);
    bool (*print)(void *user, const char *text, size_t len); // a line, with its newline
    // a record: its level, logger (None: the root's own functions), place and text
    bool (*log)(void *user, int64_t level, struct gs_value logger, const char *file, uint32_t line,
                const char *function, const char *text, size_t len);
    const char *(*base_url)(void *user);                 // of the user's class
    bool (*inflate)(void *user, struct gs_reply *reply); // decodes the body in place
    // client.headers and client.cookies: the natives from header_set on; NULL: all are declined
    bool (*custom)(void *user, enum gs_native native, const struct gs_value *args, uint32_t count,
                   struct gs_value *out);
};

struct gs_frame {
    const struct gs_function *function;
    uint32_t pc, base;
};

#define GS_FRAMES_MAX 900 // deeper: RecursionError is Python's to raise

struct gs_vm {
    const struct gs_program *program;
    const struct gs_host *host;
    void *user;
    struct gs_rng *rng;
    struct gs_known *known;                 // the lane's, or NULL
    struct gs_value *slots[GS_OWNER_COUNT]; // the user's and task set's attributes
    struct gs_frame *frames;
    struct gs_value *registers;
    uint32_t depth, frame_cap, register_cap;
    bool own_frames, own_registers; // not lent
    struct gs_value result;
    double sleep_s;
    enum gs_ending ending;
};

// Fills in nothing but its own; the caller sets program, host, user, rng and slots before.
void gs_vm_init(struct gs_vm *vm);
// Memory to run in (kept) for programs that need no more of it. Directly behind gs_vm_init.
void gs_vm_lend(struct gs_vm *vm, struct gs_frame *frames, uint32_t frame_count,
                struct gs_value *registers, uint32_t register_count);
// Drops whatever runs.
void gs_vm_fini(struct gs_vm *vm);

// Begins a function of the program, which must take no more than `self` (that is: no parameter).
// False without memory.
bool gs_vm_begin(struct gs_vm *vm, uint32_t function);

// Runs at most about `steps` instructions.
enum gs_want gs_vm_run(struct gs_vm *vm, uint32_t steps);

// The instruction that it stands at, and its operands (borrowed).
const struct gs_instr *gs_vm_at(const struct gs_vm *vm);
struct gs_value gs_vm_value(const struct gs_vm *vm, uint16_t operand);
struct gs_value *gs_vm_register(const struct gs_vm *vm, uint16_t reg);
uint32_t gs_vm_line(const struct gs_vm *vm, uint32_t depth); // depth 0: the outermost frame

// How the caller goes on after having done it: the result (taken) into operand a and on; on without
// one; on at the instruction's target.
void gs_vm_give(struct gs_vm *vm, struct gs_value result);
void gs_vm_pass(struct gs_vm *vm);
void gs_vm_jump(struct gs_vm *vm);
// Throws an exception (taken): goes on at the handler, frames without one are left. False: none
// takes it; the task has failed, and nothing runs any more. The exception is the caller's again.
bool gs_vm_throw(struct gs_vm *vm, struct gs_value exception);
// Whether some handler for more than errors stands around where it is now.
bool gs_vm_is_guarded(const struct gs_vm *vm);

#endif
