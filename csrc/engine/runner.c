#include "engine/runner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "engine/attack.h"
#include "engine/custom.h"
#include "engine/verdict.h"
#include "net/inflate.h"

enum state {
    BORN,
    NEXT,     // the act before is done
    IN_TASK,  // the vm runs
    CALLING,  // ... and waits for an answer
    SLEEPING, // ... or for time to pass
    RESTING,  // between two tasks
    GIVING_WAY,
    WITH_PYTHON,
    OVER,
};

#define STEPS 20000 // of the vm in a turn

static struct gs_lane *lane_of(const struct gs_runner *runner)
{
    return runner->user->lane;
}

// ---- what programs know of the world ----------------------------------------------------------

static int64_t wall_ns(void *user)
{
    struct timespec now;
    (void)user;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t mono_ns(void *user)
{
    struct timespec now;
    (void)user;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool random_bytes(void *user, void *to, size_t len)
{
    (void)user;
    return getrandom(to, len, 0) == (ssize_t)len;
}

static struct gs_slice slice_of(struct gs_value text)
{
    if (text.tag != GS_STR)
        return (struct gs_slice){NULL, 0};
    return (struct gs_slice){text.str->data, text.str->len};
}

static void verdict(void *user, struct gs_reply *reply, bool failed, struct gs_value text)
{
    struct gs_runner *runner = user;
    struct gs_verdict counted = {reply->name, reply->epoch,  reply->status,
                                 reply->err,  reply->detail, reply->failed};
    gs_verdict_change(lane_of(runner), &counted, slice_of(reply->failure), failed, slice_of(text));
    reply->failed = failed;
    gs_put(&reply->failure, failed ? gs_keep(text) : (struct gs_value){.tag = GS_UNSET});
}

static bool print(void *user, const char *text, size_t len)
{
    struct gs_runner *runner = user;
    struct gs_lane *lane = lane_of(runner);
    uv_mutex_lock(&lane->printing);
    bool done = lane->printed.len + len < (1 << 20) && gs_buf_add(&lane->printed, text, len) == 0;
    uv_mutex_unlock(&lane->printing);
    return done;
}

// Framed so that whoever takes the lines can tell records from what was printed: \1 level \2 logger
// \2 file \2 line \2 function \2 seconds \2 text \3.
static bool log_record(void *user, int64_t level, struct gs_value logger, const char *file,
                       uint32_t line, const char *function, const char *text, size_t len)
{
    struct gs_buf record = GS_BUF_EMPTY;
    bool done = gs_buf_printf(&record, "\1%lld\2%s\2%s\2%u\2%s\2%.6f\2", (long long)level,
                              logger.tag == GS_STR ? logger.str->data : "", file, line, function,
                              (double)wall_ns(user) / 1e9) == 0 &&
                gs_buf_add(&record, text, len) == 0 && gs_buf_add(&record, "\3", 1) == 0 &&
                print(user, record.data, record.len);
    gs_buf_fini(&record);
    return done;
}

static const char *base_url(void *user)
{
    const struct gs_runner *runner = user;
    return runner->klass->host;
}

static bool inflate(void *user, struct gs_reply *reply)
{
    struct gs_runner *runner = user;
    size_t len;
    const char *coding = gs_reply_field(reply, "content-encoding", &len);
    struct gs_slice slice = {coding, len};
    if (!coding || !(gs_slice_is(slice, "gzip") || gs_slice_is(slice, "x-gzip") ||
                     gs_slice_is(slice, "deflate"))) {
        reply->encoded = false;
        return true;
    }
    struct gs_buf plain = GS_BUF_EMPTY;
    if (reply->cut || gs_inflate(&plain, reply->body, reply->body_len, runner->klass->max_body) !=
                              GS_INFLATE_OK) {
        gs_buf_fini(&plain);
        return false; // Python says so, and counts it
    }
    if (!gs_reply_own(reply)) {
        gs_buf_fini(&plain);
        return false;
    }
    gs_buf_fini(&reply->own_body);
    reply->own_body = plain;
    reply->body = plain.data;
    reply->body_len = plain.len;
    reply->decoded = true;
    reply->encoded = false;
    return true;
}

static bool custom(void *user, enum gs_native native, const struct gs_value *args, uint32_t count,
                   struct gs_value *out)
{
    return gs_custom(user, native, args, count, out);
}

static const struct gs_host host = {wall_ns,    mono_ns,  random_bytes, verdict, print,
                                    log_record, base_url, inflate,      custom};

// ---- replies ----------------------------------------------------------------------------------

static void reply_left(struct gs_reply *reply)
{
    gs_list_remove(&reply->lent);
    gs_hops_free(reply->hops);
}

static struct gs_value reply_of(struct gs_runner *runner)
{
    struct gs_call *call = runner->user->call;
    struct gs_reply *reply = gs_reply_new();
    if (!reply) {
        gs_user_forget_call(runner->user);
        return (struct gs_value){.tag = GS_UNSET};
    }
    reply->status = call->status;
    reply->err = (uint16_t)call->err;
    reply->detail = call->detail;
    reply->failed = call->status == 0 || call->status >= 400;
    reply->cut = call->body_cut;
    reply->encoded = true; // not looked at yet
    reply->name = runner->now->asked.name;
    reply->epoch = lane_of(runner)->epoch;
    reply->elapsed_ns = call->last_ns - call->sent_ns;
    reply->head = call->head_bytes.data;
    reply->head_len = call->head_bytes.len;
    reply->body = call->body_bytes.data;
    reply->body_len = call->body_bytes.len;
    reply->url = gs_keep(runner->now->asked.url);
    reply->absolute = runner->now->asked.absolute;
    reply->left = reply_left;
    if (call->final_url) {
        gs_put(&reply->url, gs_str_of_utf8(call->final_url, strlen(call->final_url)));
        reply->absolute = true;
    }
    reply->hops = call->hops;
    call->hops = NULL;
    if (call->owned) {
        reply->own_head = call->own_head;
        reply->own_body = call->own_body;
        call->own_head = call->own_body = (struct gs_buf)GS_BUF_EMPTY;
        call->owned = false;
    } else if (reply->head) {
        reply->borrowed = true;
        gs_list_add_tail(&runner->now->lent, &reply->lent);
    }
    gs_user_forget_call(runner->user);
    return GS_VALUE(GS_REPLY, reply, reply);
}

bool gs_runner_own(struct gs_runner *runner)
{
    bool done = true;
    if (!runner->now)
        return true;
    for (struct gs_node *node; (node = gs_list_pop(&runner->now->lent)) != NULL;)
        done = gs_reply_own(GS_OWNER(node, struct gs_reply, lent)) && done;
    return done;
}

// ---- lives ------------------------------------------------------------------------------------

struct gs_runner *gs_runner_new(struct gs_user *user, const struct gs_class *klass)
{
    uint32_t slots = klass->program->slot_count[GS_OWNER_USER];
    struct gs_runner *runner = calloc(1, sizeof *runner + slots * sizeof *runner->slots);
    if (!runner)
        return NULL;
    runner->user = user;
    runner->klass = klass;
    gs_life_init(&runner->life, klass->tasks);
    return runner;
}

static void drop_slots(struct gs_value *slots, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        gs_drop(slots[i]);
}

// Takes what a program needs to run. False without memory.
static bool take_up(struct gs_runner *runner)
{
    struct gs_lane *lane = lane_of(runner);
    if (!lane->activities.cells) {
        if (gs_pool_init(&lane->activities, sizeof(struct gs_activity), lane->user_count) != 0)
            return false;
        lane->known = gs_known_new();
    }
    struct gs_activity *now = gs_pool_take(&lane->activities);
    if (!now)
        return false;
    runner->now = now;
    now->asked = (struct gs_asked){.url.tag = GS_UNSET, .body.tag = GS_UNSET};
    gs_list_init(&now->lent);
    now->vm.program = runner->klass->program;
    now->vm.host = &host;
    now->vm.user = runner;
    now->vm.rng = &runner->user->rng;
    now->vm.known = lane->known;
    gs_vm_init(&now->vm);
    gs_vm_lend(&now->vm, now->frames, sizeof now->frames / sizeof *now->frames, now->registers,
               sizeof now->registers / sizeof *now->registers);
    return true;
}

// The program is over, or left where it is.
static void put_down(struct gs_runner *runner)
{
    struct gs_activity *now = runner->now;
    if (!now)
        return;
    gs_vm_fini(&now->vm);
    gs_drop(now->asked.url);
    gs_drop(now->asked.body);
    gs_runner_own(runner); // replies that the user keeps
    runner->now = NULL;
    gs_pool_give(&lane_of(runner)->activities, now);
}

void gs_runner_free(struct gs_runner *runner, void (*forget)(void *owner, void *data))
{
    put_down(runner);
    gs_custom_fini(&runner->session);
    gs_life_fini(&runner->life, forget, runner);
    drop_slots(runner->slots, runner->klass->program->slot_count[GS_OWNER_USER]);
    free(runner);
}

void gs_runner_quit(struct gs_runner *runner)
{
    put_down(runner);
    runner->state = OVER;
}

// ---- acts -------------------------------------------------------------------------------------

static void count_task(struct gs_runner *runner, bool failed, bool cut_off)
{
    struct gs_lane *lane = lane_of(runner);
    if (runner->task == GS_TASK_NONE || !lane->attack->plan.metrics)
        return;
    struct gs_task_row *row = &lane->shard->tasks[runner->task];
    if (cut_off) {
        row->cut_off++;
        return;
    }
    runner->ended_ns = gs_lane_now(lane);
    row->count++;
    row->failures += failed;
    gs_hist_record(&row->times, runner->ended_ns - runner->started_ns);
}

void gs_runner_over(struct gs_runner *runner, enum gs_ending ending, bool failed, bool cut_off)
{
    put_down(runner);
    if (runner->in_wait_time) { // failed or stopped in it
        runner->in_wait_time = false;
        if (ending == GS_END_USER)
            gs_life_done(&runner->life, ending);
        else
            gs_runner_rest(runner, 1); // the error is counted; do not spin on it
        runner->state = ending == GS_END_USER ? NEXT : runner->state;
        return;
    }
    count_task(runner, failed, cut_off);
    if (cut_off)
        runner->user->last_told = 0; // it obeyed; on_stop is told anew
    if (runner->life.act != GS_ACT_STOP && runner->life.act != GS_ACT_OPEN &&
        ending != GS_END_USER && !runner->waited)
        runner->state = GIVING_WAY; // a task that never waits must not keep the lane for ever
    else
        runner->state = NEXT;
    gs_life_done(&runner->life, ending);
}

void gs_runner_go_on(struct gs_runner *runner)
{
    runner->state = IN_TASK;
}

static enum gs_run ask_python(struct gs_runner *runner, enum gs_need need)
{
    runner->need = (uint8_t)need;
    runner->state = WITH_PYTHON;
    return GS_RUN_PYTHON;
}

static void wait_begins(struct gs_runner *runner)
{
    runner->waited = true;
    runner->ended_ns = 0;
    gs_runner_own(runner);
}

// The attack stops: the program hears of it where it would wait. True: it is to be left.
static bool must_stop(struct gs_runner *runner, enum gs_run *run)
{
    switch (gs_user_hear(runner->user)) {
    case GS_HEARD_NOTHING:
        return false;
    case GS_HEARD_ENOUGH: // it goes on regardless
        put_down(runner);
        lane_of(runner)->shard->dropped_users++;
        runner->state = OVER;
        *run = GS_RUN_OVER;
        return true;
    case GS_HEARD_STOP:
        break;
    }
    if (gs_vm_is_guarded(&runner->now->vm)) {
        *run = ask_python(runner, GS_NEED_STOP);
        return true;
    }
    gs_runner_over(runner, GS_END_USER, false, true);
    *run = GS_RUN_WAITS; // that is: go on, see below
    return true;
}

static enum gs_run sleep_until(struct gs_runner *runner, uint64_t at_ns, enum state state)
{
    struct gs_user *user = runner->user;
    wait_begins(runner);
    runner->until_ns = at_ns;
    runner->state = (uint8_t)state;
    if (at_ns <= gs_lane_now(user->lane))
        gs_user_yield(user);
    else
        gs_user_sleep(user, at_ns);
    return GS_RUN_WAITS;
}

void gs_runner_called(struct gs_runner *runner, struct gs_asked asked)
{
    wait_begins(runner);
    gs_put(&runner->now->asked.url, asked.url);
    gs_put(&runner->now->asked.body, asked.body);
    runner->now->asked.name = asked.name;
    runner->now->asked.absolute = asked.absolute;
    runner->state = CALLING;
    gs_user_start_call(runner->user, asked.name);
}

// ---- the program ------------------------------------------------------------------------------

static bool begin(struct gs_runner *runner, uint32_t function)
{
    struct gs_level *level = runner->life.level;
    if (!take_up(runner))
        return false;
    runner->now->vm.slots[GS_OWNER_USER] = runner->slots;
    runner->now->vm.slots[GS_OWNER_SET] = level->data;
    runner->now->vm.slots[GS_OWNER_OUTER] = level->outer ? level->outer->data : NULL;
    return gs_vm_begin(&runner->now->vm, function);
}

static double seconds_of(struct gs_value v)
{
    return v.tag == GS_FLOAT ? v.f : v.tag == GS_INT || v.tag == GS_BOOL ? (double)v.i : NAN;
}

static enum gs_run finish(struct gs_runner *runner, enum gs_ending ending)
{
    struct gs_value result = runner->now->vm.result;
    runner->now->vm.result = (struct gs_value){.tag = GS_UNSET};
    double seconds = seconds_of(result);
    put_down(runner);
    gs_drop(result);
    if (!runner->in_wait_time) {
        gs_runner_over(runner, ending, false, false);
        return GS_RUN_WAITS;
    }
    runner->in_wait_time = false;
    if (isnan(seconds)) // not a number: Python's wait_time says what it is
        return ask_python(runner, GS_NEED_WAIT);
    gs_runner_rest(runner, seconds);
    return GS_RUN_WAITS;
}

// Goes on with the program until it waits or ends; state NEXT or IN_TASK: go on at once.
static enum gs_run run_program(struct gs_runner *runner)
{
    struct gs_asked asked;
    enum gs_run run;
    enum gs_want want = gs_vm_run(&runner->now->vm, STEPS);
    switch (want) {
    case GS_WANT_TIME:
        if (runner->alone)
            return GS_RUN_WAITS; // for nothing: on at once
        if (lane_of(runner)->last_call && must_stop(runner, &run))
            return run; // it computes on and on
        wait_begins(runner);
        gs_user_yield(runner->user);
        return GS_RUN_WAITS;
    case GS_WANT_DONE:
        return finish(runner, GS_END_DONE);
    case GS_WANT_END:
        return finish(runner, runner->now->vm.ending);
    case GS_WANT_PYTHON:
        return ask_python(runner, GS_NEED_OP);
    case GS_WANT_REQUEST:
        if (must_stop(runner, &run))
            return run;
        if (!gs_ask(runner->user, runner->klass, &runner->session, &runner->now->vm, &asked))
            return ask_python(runner, GS_NEED_REQUEST);
        lane_of(runner)->shard->programs.requests++;
        gs_runner_called(runner, asked);
        return GS_RUN_WAITS;
    case GS_WANT_SLEEP:
        if (must_stop(runner, &run))
            return run;
        return sleep_until(runner,
                           gs_lane_now(lane_of(runner)) + (uint64_t)(runner->now->vm.sleep_s * 1e9),
                           SLEEPING);
    }
    return GS_RUN_OVER;
}

static enum gs_run take_answer(struct gs_runner *runner)
{
    enum gs_run run;
    if (runner->user->call->err == GS_E_ABANDONED) {
        gs_user_forget_call(runner->user);
        runner->state = IN_TASK;
        if (must_stop(runner, &run))
            return run;
        return ask_python(runner, GS_NEED_STOP);
    }
    const struct gs_instr *in = gs_vm_at(&runner->now->vm);
    runner->state = IN_TASK;
    gs_put(&runner->now->asked.body, (struct gs_value){.tag = GS_UNSET});
    if (runner->now->vm.program->sites[in->c].unused) {
        gs_user_forget_call(runner->user);
        gs_vm_pass(&runner->now->vm);
    } else {
        gs_vm_give(&runner->now->vm, reply_of(runner));
    }
    return GS_RUN_WAITS;
}

// ---- between tasks ----------------------------------------------------------------------------

static bool is_compiled(uint32_t function)
{
    return function != GS_NOT_COMPILED;
}

static enum gs_run start_act(struct gs_runner *runner, uint32_t task, uint32_t function)
{
    struct gs_lane *lane = lane_of(runner);
    // the end of one task is the start of the next: a clock read less
    runner->started_ns = runner->ended_ns ? runner->ended_ns : gs_lane_now(lane);
    runner->ended_ns = 0;
    runner->task = task;
    runner->waited = false;
    if (!is_compiled(function))
        return ask_python(runner, GS_NEED_ACT);
    if (!begin(runner, function)) {
        gs_runner_over(runner, GS_END_USER, true, false);
        return GS_RUN_WAITS;
    }
    runner->state = IN_TASK;
    return GS_RUN_WAITS;
}

// Rests until then; no time to rest: on at once.
static void rest_until(struct gs_runner *runner, uint64_t until_ns)
{
    if (until_ns <= gs_lane_now(lane_of(runner))) {
        gs_life_done(&runner->life, GS_END_DONE);
        runner->state = NEXT;
        return;
    }
    if (gs_user_hear(runner->user) != GS_HEARD_NOTHING) {
        gs_life_done(&runner->life, GS_END_USER);
        runner->state = NEXT;
        return;
    }
    sleep_until(runner, until_ns, RESTING);
}

void gs_runner_rest(struct gs_runner *runner, double seconds)
{
    double most = seconds < 1e9 ? seconds : 1e9;
    rest_until(runner, gs_lane_now(lane_of(runner)) + (uint64_t)(most > 0 ? most * 1e9 : 0));
}

static enum gs_run start_rest(struct gs_runner *runner)
{
    const struct gs_task_set *set = runner->life.level->set;
    uint64_t now;
    if (set->wait.kind == GS_WAIT_CONSTANT && set->wait.a_ns == 0) {
        gs_life_done(&runner->life, GS_END_DONE);
        return GS_RUN_WAITS;
    }
    if (set->wait.kind != GS_WAIT_CALL) {
        now = gs_lane_now(lane_of(runner));
        rest_until(runner, gs_wait_until(&set->wait, &runner->user->rng, runner->started_ns, now));
        return GS_RUN_WAITS;
    }
    runner->in_wait_time = true;
    if (!is_compiled(set->wait_function) || !begin(runner, set->wait_function))
        return ask_python(runner, GS_NEED_WAIT);
    runner->state = IN_TASK;
    return GS_RUN_WAITS;
}

void gs_runner_opened(struct gs_runner *runner)
{
    runner->state = NEXT;
}

// Runs a birth function: constants into attributes, nothing that waits.
static void give_birth(struct gs_runner *runner, const struct gs_task_set *set,
                       struct gs_value *slots, bool nested)
{
    if (!is_compiled(set->birth_function))
        return;
    if (!take_up(runner))
        return;
    runner->now->vm.slots[GS_OWNER_USER] = runner->slots;
    runner->now->vm.slots[GS_OWNER_SET] = nested ? slots : NULL;
    if (gs_vm_begin(&runner->now->vm, set->birth_function))
        gs_vm_run(&runner->now->vm, STEPS);
    put_down(runner);
}

static enum gs_run open_set(struct gs_runner *runner)
{
    const struct gs_task_set *set = runner->life.entry->nested;
    uint32_t count = runner->klass->program->slot_count[GS_OWNER_SET];
    struct gs_value *slots = calloc(count + 1, sizeof *slots); // and what Python keeps there
    runner->started_ns = gs_lane_now(lane_of(runner));
    if (!slots) {
        gs_life_done(&runner->life, GS_END_USER);
        return GS_RUN_WAITS;
    }
    give_birth(runner, set, slots, true);
    if (!gs_life_enter(&runner->life, slots)) {
        drop_slots(slots, count);
        free(slots);
        gs_life_done(&runner->life, GS_END_USER);
        return GS_RUN_WAITS;
    }
    return set->has_init ? ask_python(runner, GS_NEED_OPEN) : GS_RUN_WAITS;
}

static void close_set(struct gs_runner *runner)
{
    struct gs_value *slots = runner->life.level->data;
    drop_slots(slots, runner->klass->program->slot_count[GS_OWNER_SET] + 1);
    free(slots);
    gs_life_leave(&runner->life);
}

static enum gs_run next_act(struct gs_runner *runner)
{
    struct gs_lane *lane = lane_of(runner);
    const struct gs_task_set *set = runner->life.level->set;
    switch (gs_life_next(&runner->life, &runner->user->rng, lane->stopping)) {
    case GS_ACT_START:
        return start_act(runner, set->start_task, set->start_function);
    case GS_ACT_TASK:
        return start_act(runner, runner->life.entry->task, runner->life.entry->function);
    case GS_ACT_STOP:
        if (lane->stopping)
            runner->user->stop_told = true; // it may make requests, within the grace
        return start_act(runner, set->stop_task, set->stop_function);
    case GS_ACT_REST:
        return start_rest(runner);
    case GS_ACT_OPEN:
        return open_set(runner);
    case GS_ACT_CLOSE:
        close_set(runner);
        return GS_RUN_WAITS;
    case GS_ACT_END:
        break;
    }
    runner->state = OVER;
    return GS_RUN_OVER;
}

// Between two looks at the clock: still to wait, or on.
static bool waits_still(struct gs_runner *runner)
{
    struct gs_user *user = runner->user;
    if (user->lane->stopping || gs_lane_now(user->lane) >= runner->until_ns)
        return false;
    gs_user_sleep(user, runner->until_ns); // woken for what it no longer waits for
    return true;
}

static enum gs_run step(struct gs_runner *runner)
{
    enum gs_run run;
    switch ((enum state)runner->state) {
    case BORN:
        runner->state = NEXT;
        give_birth(runner, runner->klass->tasks, NULL, false);
        return runner->klass->tasks->has_init ? ask_python(runner, GS_NEED_BIRTH) : GS_RUN_WAITS;
    case NEXT:
        return next_act(runner);
    case IN_TASK:
        return run_program(runner);
    case CALLING:
        return take_answer(runner);
    case SLEEPING:
        if (waits_still(runner))
            return GS_RUN_WAITS;
        runner->state = IN_TASK;
        if (must_stop(runner, &run))
            return run;
        gs_vm_pass(&runner->now->vm);
        return GS_RUN_WAITS;
    case RESTING:
        if (waits_still(runner))
            return GS_RUN_WAITS;
        gs_life_done(&runner->life,
                     gs_user_hear(runner->user) == GS_HEARD_NOTHING ? GS_END_DONE : GS_END_USER);
        runner->state = NEXT;
        return GS_RUN_WAITS;
    case GIVING_WAY:
        runner->state = NEXT;
        wait_begins(runner);
        gs_user_yield(runner->user);
        return GS_RUN_WAITS;
    case WITH_PYTHON:
        return GS_RUN_PYTHON;
    case OVER:
        break;
    }
    return GS_RUN_OVER;
}

enum gs_run gs_runner_run(struct gs_runner *runner)
{
    // the user's state tells whether it waits for the engine
    for (;;) {
        runner->user->state = GS_USER_RUNNING;
        enum gs_run run = step(runner);
        if (run != GS_RUN_WAITS || runner->user->state != GS_USER_RUNNING)
            return run;
    }
}
