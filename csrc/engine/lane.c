#include "engine/lane.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ask.h"
#include "engine/attack.h"
#include "plan/known.h"

#define TRIM_NS GS_S    // between two looks at memory that stands idle
#define HATCH_BATCH 256 // users started in one turn, so that those before get on

static void on_order(struct gs_message *message, void *owner);

// ---- users ----------------------------------------------------------------------------------

void gs_lane_ready(struct gs_user *user)
{
    user->state = GS_USER_READY;
    gs_list_add_tail(&user->lane->ready, &user->node);
}

static void on_user_timer(struct gs_timer *timer)
{
    gs_lane_ready(GS_OWNER(timer, struct gs_user, timer));
}

static void count_call(struct gs_user *user)
{
    struct gs_lane *lane = user->lane;
    const struct gs_call *call = user->call;
    struct gs_row *row = gs_shard_row(lane->shard, &lane->names, user->name);
    if (!row)
        return;
    if (call->err == GS_E_ABANDONED) {
        row->cut_off++;
        return;
    }
    struct gs_sample sample = {.elapsed_ns = call->last_ns - call->sent_ns,
                               .bytes_sent = call->bytes_sent,
                               .bytes_received = call->bytes_received,
                               .status = (uint16_t)call->status,
                               .redirects = call->redirects,
                               .resent = call->resent,
                               .failed = call->status == 0 || call->status >= 400};
    gs_row_record(row, &sample);
    if (!sample.failed)
        return;
    char text[GS_ERROR_TEXT_BYTES];
    size_t len = gs_call_error_text(call, text, sizeof text);
    gs_shard_error(lane->shard, row, text, len, call->status, 1);
}

static void on_call_done(struct gs_call *call)
{
    struct gs_user *user = GS_OWNER(call->session, struct gs_user, session);
    if (user->lane->attack->plan.metrics)
        count_call(user);
    gs_lane_ready(user);
}

void gs_user_start_call(struct gs_user *user, uint32_t name)
{
    user->state = GS_USER_CALLING;
    user->name = name;
    user->call->done = on_call_done;
    gs_session_start(&user->session, user->call);
}

struct gs_call *gs_user_call(struct gs_user *user)
{
    if (!user->call)
        user->call = gs_net_call_take(&user->lane->net, &user->session);
    return user->call;
}

void gs_user_forget_call(struct gs_user *user)
{
    if (user->call)
        gs_net_call_give(&user->lane->net, user->call);
    user->call = NULL;
}

void gs_user_sleep(struct gs_user *user, uint64_t at_ns)
{
    user->state = GS_USER_SLEEPING;
    gs_wheel_add(&user->lane->wheel, &user->timer, at_ns);
}

void gs_user_park(struct gs_user *user)
{
    if (user->woken) {
        user->woken = false;
        gs_lane_ready(user);
        return;
    }
    user->state = GS_USER_PARKED;
}

void gs_user_wake(struct gs_user *user)
{
    if (user->state == GS_USER_PARKED) {
        gs_lane_ready(user);
    } else if (user->state == GS_USER_SLEEPING) {
        gs_wheel_remove(&user->lane->wheel, &user->timer);
        gs_lane_ready(user);
    } else if (user->state != GS_USER_DEAD) {
        user->woken = true;
    }
}

void gs_user_yield(struct gs_user *user)
{
    gs_lane_ready(user);
}

enum gs_heard gs_user_hear(struct gs_user *user)
{
    struct gs_lane *lane = user->lane;
    if (!lane->stopping)
        return GS_HEARD_NOTHING;
    if (lane->last_call) {
        if (user->last_told == 2)
            return GS_HEARD_ENOUGH;
        user->last_told++;
    } else if (user->stop_told || user->id == GS_USER_TEARDOWN) {
        return GS_HEARD_NOTHING;
    }
    user->stop_told = true;
    return GS_HEARD_STOP;
}

static void tell_if_ended(struct gs_lane *lane)
{
    bool all = lane->stopping || lane->hatched == lane->user_count;
    if (all && lane->live == 0 && !lane->ended_told && lane->hatching_began) {
        lane->ended_told = lane->hold = true;
        gs_attack_on_lane_ended(lane->attack);
    }
}

static void user_init(struct gs_user *user, struct gs_lane *lane, uint32_t id, uint16_t klass)
{
    *user = (struct gs_user){.lane = lane, .id = id, .klass = klass};
    user->timer.fire = on_user_timer;
    user->rng = gs_rng_make(lane->attack->plan.seed, id);
    gs_session_init(&user->session, &lane->net, id);
}

void gs_user_end(struct gs_user *user)
{
    struct gs_lane *lane = user->lane;
    gs_wheel_remove(&lane->wheel, &user->timer);
    gs_session_fini(&user->session);
    gs_user_forget_call(user);
    user->state = GS_USER_DEAD;
    if (user == lane->extra) {
        lane->extra_over = true;
        return; // freed when its driver is through with it
    }
    lane->live--;
    gs_attack_on_users(lane->attack, 0, 1);
    tell_if_ended(lane);
}

// ---- hatching -------------------------------------------------------------------------------

static uint64_t hatch_ns(const struct gs_lane *lane, uint32_t id)
{
    return lane->hatch_start_ns + (uint64_t)((double)id / lane->attack->plan.hatch_per_s * 1e9);
}

static void hatch_due(struct gs_timer *timer)
{
    struct gs_lane *lane = GS_OWNER(timer, struct gs_lane, hatch_timer);
    const struct gs_plan *plan = &lane->attack->plan;
    uint64_t now = gs_lane_now(lane);
    int batch = 0;
    while (lane->hatched < lane->user_count && batch < HATCH_BATCH) {
        uint32_t id = lane->hatched * plan->lanes + lane->index;
        uint64_t due = hatch_ns(lane, id);
        if (due > now) {
            gs_wheel_add(&lane->wheel, &lane->hatch_timer, due);
            break;
        }
        struct gs_user *user = &lane->users[lane->hatched++];
        user_init(user, lane, id, plan->class_of[id]);
        lane->live++;
        gs_lane_ready(user);
        batch++;
    }
    if (batch == HATCH_BATCH && lane->hatched < lane->user_count)
        gs_wheel_add(&lane->wheel, &lane->hatch_timer, now);
    gs_attack_on_users(lane->attack, batch, 0);
    if (lane->hatched == lane->user_count) {
        lane->hatching = false;
        lane->hold = true;
        gs_attack_on_hatched(lane->attack);
    }
}

// ---- stopping -------------------------------------------------------------------------------

// Whoever waits is made ready, so that its code hears of the stop.
static void rouse(struct gs_lane *lane, bool cancel)
{
    for (uint32_t i = 0; i < lane->hatched; i++) {
        struct gs_user *user = &lane->users[i];
        if (user->state == GS_USER_SLEEPING || user->state == GS_USER_PARKED)
            gs_user_wake(user);
        else if (cancel && user->state == GS_USER_CALLING)
            gs_session_cancel(&user->session);
    }
    struct gs_user *extra = lane->extra;
    if (extra && cancel) {
        if (extra->state == GS_USER_SLEEPING || extra->state == GS_USER_PARKED)
            gs_user_wake(extra);
        else if (extra->state == GS_USER_CALLING)
            gs_session_cancel(&extra->session);
    }
}

static void stop_over(struct gs_timer *timer)
{
    struct gs_lane *lane = GS_OWNER(timer, struct gs_lane, stop_timer);
    lane->last_call = true;
    rouse(lane, true);
}

static void stop(struct gs_lane *lane)
{
    if (lane->stopping)
        return;
    lane->stopping = true;
    lane->hold = lane->ended_told;
    gs_wheel_remove(&lane->wheel, &lane->hatch_timer);
    gs_wheel_remove(&lane->wheel, &lane->run_timer);
    gs_wheel_remove(&lane->wheel, &lane->trim_timer);
    lane->stop_timer.fire = stop_over;
    gs_wheel_add(&lane->wheel, &lane->stop_timer,
                 gs_lane_now(lane) + lane->attack->plan.stop_timeout_ns);
    if (lane->hatching) {
        lane->hatching = false;
        gs_attack_on_hatched(lane->attack);
    }
    rouse(lane, false);
    tell_if_ended(lane);
}

static void run_over(struct gs_timer *timer)
{
    struct gs_lane *lane = GS_OWNER(timer, struct gs_lane, run_timer);
    stop(lane);
    if (!lane->clock.stepped) // such clocks stand apart: each lane has its own end
        gs_attack_stop(lane->attack);
}

// ---- orders ---------------------------------------------------------------------------------

struct order {
    struct gs_message message;
    enum gs_order order;
    uint64_t value;
    struct gs_user *user; // to wake, or NULL
};

static void start_extra(struct gs_lane *lane, uint32_t id)
{
    struct gs_user *user = malloc(sizeof *user);
    if (!user) {
        gs_attack_on_extra_ended(lane->attack);
        return;
    }
    user_init(user, lane, id, 0);
    lane->extra = user;
    lane->extra_over = lane->hold = false;
    if (id == GS_USER_TEARDOWN) { // has its own time to end in
        lane->stop_timer.fire = stop_over;
        gs_wheel_add(&lane->wheel, &lane->stop_timer,
                     gs_lane_now(lane) + lane->attack->plan.stop_timeout_ns);
    }
    gs_lane_ready(user);
}

static void give_shard(struct gs_lane *lane, uint64_t round)
{
    struct gs_shard *fresh = gs_shard_new(lane->attack->plan.task_count);
    if (!fresh) {
        gs_attack_take_shard(lane->attack, NULL, round);
        return;
    }
    struct gs_shard *full = lane->shard;
    lane->shard = fresh;
    gs_attack_take_shard(lane->attack, full, round);
}

// What a burst needed (the hatching above all) is not kept for the quiet that follows.
static void trim(struct gs_timer *timer)
{
    struct gs_lane *lane = GS_OWNER(timer, struct gs_lane, trim_timer);
    gs_pool_trim(&lane->net.calls);
    gs_pool_trim(&lane->net.requests);
    gs_pool_trim(&lane->activities);
    if (!lane->stopping)
        gs_wheel_add(&lane->wheel, timer, gs_lane_now(lane) + TRIM_NS);
}

static void begin_hatch(struct gs_lane *lane, uint64_t start_ns)
{
    const struct gs_plan *plan = &lane->attack->plan;
    lane->hatch_start_ns = plan->stepped ? gs_lane_now(lane) : start_ns;
    lane->hatching = lane->hatching_began = true;
    lane->hatch_timer.fire = hatch_due;
    if (lane->stopping || lane->user_count == 0) {
        lane->hatching = false;
        gs_attack_on_hatched(lane->attack);
        tell_if_ended(lane);
        return;
    }
    gs_wheel_add(&lane->wheel, &lane->hatch_timer, hatch_ns(lane, lane->index));
    lane->trim_timer.fire = trim;
    if (!plan->stepped) // such clocks would stop at each look
        gs_wheel_add(&lane->wheel, &lane->trim_timer, gs_lane_now(lane) + TRIM_NS);
    if (!plan->reset && plan->run_time_ns != GS_NEVER) {
        lane->run_timer.fire = run_over;
        gs_wheel_add(&lane->wheel, &lane->run_timer, lane->hatch_start_ns + plan->run_time_ns);
    }
}

static void begin_run(struct gs_lane *lane)
{
    const struct gs_plan *plan = &lane->attack->plan;
    lane->hold = lane->ended_told;
    if (lane->stopping || !plan->reset || plan->run_time_ns == GS_NEVER)
        return;
    lane->run_timer.fire = run_over;
    gs_wheel_add(&lane->wheel, &lane->run_timer, gs_lane_now(lane) + plan->run_time_ns);
}

static void on_order(struct gs_message *message, void *owner)
{
    struct gs_lane *lane = owner;
    struct order *order = GS_OWNER(message, struct order, message);
    if (order->user) {
        gs_user_wake(order->user);
        free(order);
        return;
    }
    switch (order->order) {
    case GS_ORDER_SETUP:
        start_extra(lane, GS_USER_SETUP);
        break;
    case GS_ORDER_TEARDOWN:
        lane->last_call = false;
        start_extra(lane, GS_USER_TEARDOWN);
        break;
    case GS_ORDER_HATCH:
        begin_hatch(lane, order->value);
        break;
    case GS_ORDER_RUN:
        begin_run(lane);
        break;
    case GS_ORDER_STOP:
        stop(lane);
        break;
    case GS_ORDER_RESET:
        lane->epoch++;
        give_shard(lane, order->value);
        break;
    case GS_ORDER_COLLECT:
        give_shard(lane, order->value);
        break;
    case GS_ORDER_QUIT:
        lane->quit = true;
        break;
    }
    free(order);
}

static int send_order(struct gs_lane *lane, struct order content)
{
    struct order *order = malloc(sizeof *order);
    if (!order)
        return -1;
    *order = content;
    order->message.deliver = on_order;
    if (gs_mailbox_send(&lane->mailbox, &order->message))
        return 0;
    free(order);
    return -1;
}

int gs_lane_order(struct gs_lane *lane, enum gs_order order, uint64_t value)
{
    return send_order(lane, (struct order){.order = order, .value = value});
}

int gs_lane_wake(struct gs_lane *lane, struct gs_user *user)
{
    return send_order(lane, (struct order){.user = user});
}

// ---- the loop -------------------------------------------------------------------------------

static void on_alarm(struct gs_poller *poller)
{
    struct gs_lane *lane = GS_OWNER(poller, struct gs_lane, poller);
    gs_wheel_advance(&lane->wheel, gs_lane_now(lane));
}

static bool is_busy(const struct gs_lane *lane)
{
    return !gs_list_empty(&lane->ready) || gs_net_busy(&lane->net);
}

// The receive pass: waits for something to do, takes in what has come.
static void receive(struct gs_lane *lane)
{
    gs_net_receive_begin(&lane->net);
    bool block = !is_busy(lane);
    uint64_t next = gs_wheel_next_ns(&lane->wheel);
    if (!lane->clock.stepped) {
        gs_poller_alarm(&lane->poller, next);
        gs_poller_wait(&lane->poller, block);
    } else if (next == GS_NEVER || lane->hold || !block) {
        gs_poller_wait(&lane->poller, block);
    } else {
        gs_poller_wait(&lane->poller, false); // orders first
        if (!is_busy(lane) && !lane->quit && !lane->hold)
            gs_clock_step(&lane->clock, gs_wheel_next_ns(&lane->wheel));
    }
    gs_wheel_advance(&lane->wheel, gs_lane_now(lane));
}

static void bury_extra(struct gs_lane *lane)
{
    free(lane->extra);
    lane->extra = NULL;
    lane->extra_over = false;
    gs_wheel_remove(&lane->wheel, &lane->stop_timer);
    gs_attack_on_extra_ended(lane->attack);
}

static void run_lane(void *arg)
{
    struct gs_lane *lane = arg;
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    bool entered = lane->driver->enter(lane) == 0;
    while (entered && !lane->quit) {
        receive(lane);
        if (!gs_list_empty(&lane->ready))
            lane->driver->run(lane);
        if (lane->extra_over)
            bury_extra(lane);
        gs_net_send_all(&lane->net);
    }
    if (entered)
        lane->driver->leave(lane);
}

static void on_dialed(struct gs_net *net, uint64_t connect_ns, uint64_t tls_ns)
{
    struct gs_lane *lane = net->owner;
    gs_hist_record(&lane->shard->connect, connect_ns);
    if (tls_ns)
        gs_hist_record(&lane->shard->tls, tls_ns);
}

static uint32_t users_of(const struct gs_plan *plan, unsigned index)
{
    return plan->users / plan->lanes + (index < plan->users % plan->lanes);
}

int gs_lane_init(struct gs_lane *lane, struct gs_attack *attack, unsigned index)
{
    const struct gs_plan *plan = &attack->plan;
    lane->attack = attack;
    lane->index = index;
    lane->user_count = users_of(plan, index);
    // a stepped clock begins at a fixed time, on a tick of the wheel: runs repeat exactly
    lane->clock = (struct gs_clock){.stepped = plan->stepped, .at_ns = 1 << 30};
    gs_list_init(&lane->ready);
    gs_names_init(&lane->names);
    gs_wheel_init(&lane->wheel, gs_lane_now(lane));
    lane->users = calloc(lane->user_count ? lane->user_count : 1, sizeof *lane->users);
    lane->shard = gs_shard_new(plan->task_count);
    if (!lane->users || !lane->shard || uv_loop_init(&lane->loop) != 0)
        goto no_loop;
    if (uv_mutex_init(&lane->printing) != 0)
        goto no_mutex;
    if (gs_poller_open(&lane->poller, &lane->loop, plan->backend, on_alarm) != 0)
        goto no_poller;
    if (gs_mailbox_open(&lane->mailbox, &lane->loop, lane) != 0)
        goto no_mailbox;
    if (gs_net_init(&lane->net, &lane->clock, &lane->wheel, &lane->poller, &lane->mailbox,
                    plan->transport, lane->user_count) != 0)
        goto no_net;
    lane->net.owner = lane;
    lane->net.on_dialed = on_dialed;
    return 0;

no_net:
    gs_mailbox_close(&lane->mailbox);
no_mailbox:
    gs_poller_close(&lane->poller);
no_poller:
    uv_mutex_destroy(&lane->printing);
no_mutex:
    uv_run(&lane->loop, UV_RUN_NOWAIT);
    uv_loop_close(&lane->loop);
no_loop:
    gs_shard_free(lane->shard);
    free(lane->users);
    return -1;
}

void gs_lane_fini(struct gs_lane *lane)
{
    for (uint32_t i = 0; i < lane->hatched; i++) {
        if (lane->users[i].state == GS_USER_DEAD)
            continue;
        gs_session_fini(&lane->users[i].session); // dropped: its code did not end
        gs_user_forget_call(&lane->users[i]);
    }
    gs_mailbox_close(&lane->mailbox);
    gs_ask_fini(lane);
    gs_pool_fini(&lane->activities);
    gs_known_free(lane->known);
    gs_net_fini(&lane->net);
    gs_poller_close(&lane->poller);
    uv_run(&lane->loop, UV_RUN_DEFAULT);
    uv_loop_close(&lane->loop);
    gs_mailbox_fini(&lane->mailbox);
    gs_shard_free(lane->shard);
    gs_intern_fini(&lane->names);
    gs_buf_fini(&lane->printed);
    uv_mutex_destroy(&lane->printing);
    free(lane->extra);
    free(lane->users);
}

int gs_lane_start(struct gs_lane *lane)
{
    uv_thread_options_t options = {.flags = UV_THREAD_HAS_STACK_SIZE, .stack_size = 8 << 20};
    return uv_thread_create_ex(&lane->thread, &options, run_lane, lane);
}

void gs_lane_join(struct gs_lane *lane)
{
    uv_thread_join(&lane->thread);
}
