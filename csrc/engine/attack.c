#include "engine/attack.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static void set_phase(struct gs_attack *attack, enum gs_phase phase)
{
    attack->phase = phase;
    uv_cond_broadcast(&attack->changed);
}

static void order_all(struct gs_attack *attack, enum gs_order order, uint64_t value)
{
    for (unsigned i = 0; i < attack->plan.lanes; i++)
        gs_lane_order(&attack->lanes[i], order, value);
}

// Swaps every lane's shard for an empty one. Returns how many answered in time. (Answers to an
// earlier round that come late are merged, but do not count for this one.)
static unsigned gather(struct gs_attack *attack, enum gs_order order, uint64_t timeout_ns)
{
    uv_mutex_lock(&attack->lock);
    attack->lanes_collected = 0;
    uint64_t round = ++attack->collect_round;
    uv_mutex_unlock(&attack->lock);
    order_all(attack, order, round);
    uint64_t until = timeout_ns == GS_NEVER ? GS_NEVER : gs_now_ns() + timeout_ns;
    uv_mutex_lock(&attack->lock);
    while (attack->lanes_collected < attack->plan.lanes) {
        if (until == GS_NEVER) {
            uv_cond_wait(&attack->changed, &attack->lock);
            continue;
        }
        uint64_t now = gs_now_ns();
        if (now >= until)
            break;
        uv_cond_timedwait(&attack->changed, &attack->lock, until - now);
    }
    unsigned answered = attack->lanes_collected;
    uv_mutex_unlock(&attack->lock);
    return answered;
}

unsigned gs_attack_collect(struct gs_attack *attack, uint64_t timeout_ns)
{
    uv_mutex_lock(&attack->collecting);
    uv_mutex_lock(&attack->lock);
    bool live = attack->phase < GS_PHASE_DONE;
    uv_mutex_unlock(&attack->lock);
    unsigned answered = live ? gather(attack, GS_ORDER_COLLECT, timeout_ns) : attack->plan.lanes;
    uv_mutex_unlock(&attack->collecting);
    return answered;
}

void gs_attack_lock_total(struct gs_attack *attack)
{
    uv_mutex_lock(&attack->lock);
}

void gs_attack_unlock_total(struct gs_attack *attack)
{
    uv_mutex_unlock(&attack->lock);
}

void gs_attack_take_shard(struct gs_attack *attack, struct gs_shard *shard, uint64_t round)
{
    uv_mutex_lock(&attack->lock);
    if (shard)
        gs_shard_merge(attack->total, &attack->names, shard);
    if (round == attack->collect_round)
        attack->lanes_collected++;
    uv_cond_broadcast(&attack->changed);
    uv_mutex_unlock(&attack->lock);
    gs_shard_free(shard);
}

void gs_attack_on_hatched(struct gs_attack *attack)
{
    uv_mutex_lock(&attack->lock);
    attack->lanes_hatched++;
    uv_cond_broadcast(&attack->changed);
    uv_mutex_unlock(&attack->lock);
}

void gs_attack_on_lane_ended(struct gs_attack *attack)
{
    uv_mutex_lock(&attack->lock);
    attack->lanes_ended++;
    uv_cond_broadcast(&attack->changed);
    uv_mutex_unlock(&attack->lock);
}

void gs_attack_on_extra_ended(struct gs_attack *attack)
{
    uv_mutex_lock(&attack->lock);
    attack->extra_ended = true;
    uv_cond_broadcast(&attack->changed);
    uv_mutex_unlock(&attack->lock);
}

void gs_attack_on_users(struct gs_attack *attack, int hatched, int ended)
{
    uv_mutex_lock(&attack->lock);
    attack->users_hatched += (uint32_t)hatched;
    attack->users_running += (uint32_t)hatched;
    attack->users_running -= (uint32_t)ended;
    uv_mutex_unlock(&attack->lock);
}

void gs_attack_stop(struct gs_attack *attack)
{
    uv_mutex_lock(&attack->lock);
    attack->stop_wanted = true;
    uv_cond_broadcast(&attack->changed);
    uv_mutex_unlock(&attack->lock);
}

bool gs_attack_wait(struct gs_attack *attack, enum gs_phase phase, uint64_t timeout_ns)
{
    uint64_t until = timeout_ns == GS_NEVER ? GS_NEVER : gs_now_ns() + timeout_ns;
    uv_mutex_lock(&attack->lock);
    while (attack->phase < phase) {
        uint64_t now = gs_now_ns();
        if (now >= until)
            break;
        uv_cond_timedwait(&attack->changed, &attack->lock,
                          until == GS_NEVER ? 60 * GS_S : until - now);
    }
    bool reached = attack->phase >= phase;
    uv_mutex_unlock(&attack->lock);
    return reached;
}

uint64_t gs_attack_counted_ns(struct gs_attack *attack)
{
    uint64_t from = attack->reset_ns ? attack->reset_ns : attack->started_ns;
    uint64_t to = attack->ended_ns ? attack->ended_ns : gs_now_ns();
    if (attack->plan.stepped && attack->lanes)
        to = attack->lanes[0].clock.at_ns; // the lanes' own time, exact once they are done
    return from && to > from ? to - from : 0;
}

// ---- the leading thread ---------------------------------------------------------------------

static uint64_t time_of(const struct gs_attack *attack)
{
    return attack->plan.stepped ? attack->lanes[0].clock.at_ns : gs_now_ns();
}

// When the run is over by the clock. Lanes see to it themselves; this is for one that user code
// holds, which would not notice.
static uint64_t overdue_ns(const struct gs_attack *attack, uint64_t began_ns)
{
    const struct gs_plan *plan = &attack->plan;
    if (plan->stepped || plan->run_time_ns == GS_NEVER)
        return GS_NEVER;
    return began_ns + plan->run_time_ns + 100 * GS_MS;
}

// Waits (locked) until *count reaches every lane, a stop is wanted, or the run is overdue: then a
// stop is wanted too.
static void await_until(struct gs_attack *attack, const unsigned *count, uint64_t until_ns)
{
    while (*count < attack->plan.lanes && !attack->stop_wanted) {
        uint64_t now = gs_now_ns();
        if (until_ns == GS_NEVER)
            uv_cond_wait(&attack->changed, &attack->lock);
        else if (now < until_ns)
            uv_cond_timedwait(&attack->changed, &attack->lock, until_ns - now);
        else
            attack->stop_wanted = true;
    }
}

static void run_extra(struct gs_attack *attack, enum gs_phase phase, enum gs_order order)
{
    set_phase(attack, phase);
    attack->extra_ended = false;
    gs_lane_order(&attack->lanes[0], order, 0);
    bool told = false;
    while (!attack->extra_ended) {
        uv_cond_wait(&attack->changed, &attack->lock);
        if (attack->stop_wanted && !told && order == GS_ORDER_SETUP) {
            told = true;
            order_all(attack, GS_ORDER_STOP, 0);
        }
    }
}

static void reset(struct gs_attack *attack)
{
    uv_mutex_unlock(&attack->lock);
    uv_mutex_lock(&attack->collecting);
    gather(attack, GS_ORDER_RESET, GS_NEVER);
    struct gs_shard *fresh = gs_shard_new(attack->plan.task_count);
    uv_mutex_lock(&attack->lock);
    if (fresh) {
        attack->before = attack->total;
        attack->before_names = attack->names;
        attack->total = fresh;
        gs_names_init(&attack->names);
        attack->resets++;
        attack->reset_ns = time_of(attack);
    }
    uv_mutex_unlock(&attack->lock);
    uv_mutex_unlock(&attack->collecting);
    uv_mutex_lock(&attack->lock);
}

static void lead(struct gs_attack *attack)
{
    if (attack->plan.setup)
        run_extra(attack, GS_PHASE_SETUP, GS_ORDER_SETUP);
    attack->started_ns = time_of(attack);
    set_phase(attack, GS_PHASE_HATCHING);
    order_all(attack, GS_ORDER_HATCH, attack->started_ns);
    uint64_t overdue = attack->plan.reset ? GS_NEVER : overdue_ns(attack, attack->started_ns);
    await_until(attack, &attack->lanes_hatched, overdue);
    if (!attack->stop_wanted) {
        if (attack->plan.reset)
            reset(attack);
        order_all(attack, GS_ORDER_RUN, 0);
        set_phase(attack, GS_PHASE_RUNNING);
        if (attack->plan.reset)
            overdue = overdue_ns(attack, gs_now_ns());
        await_until(attack, &attack->lanes_ended, overdue);
    }
    set_phase(attack, GS_PHASE_STOPPING);
    order_all(attack, GS_ORDER_STOP, 0);
    while (attack->lanes_ended < attack->plan.lanes)
        uv_cond_wait(&attack->changed, &attack->lock);
    attack->ended_ns = gs_now_ns();
    if (attack->plan.teardown)
        run_extra(attack, GS_PHASE_TEARDOWN, GS_ORDER_TEARDOWN);
}

static void run_attack(void *arg)
{
    struct gs_attack *attack = arg;
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    uv_mutex_lock(&attack->lock);
    lead(attack);
    uv_mutex_unlock(&attack->lock);
    uv_mutex_lock(&attack->collecting);
    gather(attack, GS_ORDER_COLLECT, GS_NEVER);
    order_all(attack, GS_ORDER_QUIT, 0);
    for (unsigned i = 0; i < attack->plan.lanes; i++)
        gs_lane_join(&attack->lanes[i]);
    uv_mutex_lock(&attack->lock);
    set_phase(attack, GS_PHASE_DONE);
    uv_mutex_unlock(&attack->lock);
    uv_mutex_unlock(&attack->collecting);
}

int gs_attack_init(struct gs_attack *attack, const struct gs_plan *plan,
                   const struct gs_driver *driver, void *driver_data)
{
    *attack = (struct gs_attack){.plan = *plan};
    gs_names_init(&attack->names);
    gs_names_init(&attack->before_names);
    attack->total = gs_shard_new(plan->task_count);
    attack->lanes = calloc(plan->lanes, sizeof *attack->lanes);
    if (!attack->total || !attack->lanes)
        goto no_memory;
    if (uv_mutex_init(&attack->lock) != 0)
        goto no_memory;
    if (uv_mutex_init(&attack->collecting) != 0)
        goto no_collecting;
    if (uv_cond_init(&attack->changed) != 0)
        goto no_cond;
    for (unsigned i = 0; i < plan->lanes; i++) {
        attack->lanes[i].driver = driver;
        attack->lanes[i].driver_data = driver_data;
        if (gs_lane_init(&attack->lanes[i], attack, i) != 0) {
            while (i-- > 0)
                gs_lane_fini(&attack->lanes[i]);
            goto no_lanes;
        }
    }
    return 0;

no_lanes:
    uv_cond_destroy(&attack->changed);
no_cond:
    uv_mutex_destroy(&attack->collecting);
no_collecting:
    uv_mutex_destroy(&attack->lock);
no_memory:
    free(attack->lanes);
    gs_shard_free(attack->total);
    return -1;
}

void gs_attack_fini(struct gs_attack *attack)
{
    if (attack->thread_started)
        uv_thread_join(&attack->thread);
    for (unsigned i = 0; i < attack->plan.lanes; i++)
        gs_lane_fini(&attack->lanes[i]);
    free(attack->lanes);
    gs_shard_free(attack->total);
    gs_shard_free(attack->before);
    gs_intern_fini(&attack->names);
    gs_intern_fini(&attack->before_names);
    uv_cond_destroy(&attack->changed);
    uv_mutex_destroy(&attack->collecting);
    uv_mutex_destroy(&attack->lock);
}

int gs_attack_start(struct gs_attack *attack)
{
    for (unsigned i = 0; i < attack->plan.lanes; i++) {
        if (gs_lane_start(&attack->lanes[i]) == 0)
            continue;
        for (unsigned j = 0; j < i; j++) {
            gs_lane_order(&attack->lanes[j], GS_ORDER_QUIT, 0);
            gs_lane_join(&attack->lanes[j]);
        }
        return -1;
    }
    if (uv_thread_create(&attack->thread, run_attack, attack) != 0) {
        order_all(attack, GS_ORDER_QUIT, 0);
        for (unsigned i = 0; i < attack->plan.lanes; i++)
            gs_lane_join(&attack->lanes[i]);
        return -1;
    }
    attack->thread_started = true;
    return 0;
}
