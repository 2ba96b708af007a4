// attack: a whole run: the plan, the lanes, and a thread that leads them through its phases
// (setup, hatch, run, stop, teardown) and gathers their shards.
#ifndef GS_ENGINE_ATTACK_H
#define GS_ENGINE_ATTACK_H

#include <stdatomic.h>
#include <uv.h>

#include "engine/lane.h"

// What is to happen. Const once the attack has started.
struct gs_plan {
    uint32_t users;
    unsigned lanes;
    double hatch_per_s;
    uint64_t run_time_ns;     // GS_NEVER: until stopped
    uint64_t stop_timeout_ns; // for requests in flight, on_stop and finally
    uint64_t seed;
    bool reset;    // metrics, once all users are hatched
    bool setup;    // there are test_start functions
    bool teardown; // there are test_stop functions
    bool metrics;  // count at all
    bool stepped;  // clocks of lanes stand still but for timers (tests)
    enum gs_backend backend;
    const struct gs_transport *transport;
    const uint16_t *class_of; // by user id; kept
    uint32_t task_count;
};

enum gs_phase {
    GS_PHASE_STARTING,
    GS_PHASE_SETUP,
    GS_PHASE_HATCHING,
    GS_PHASE_RUNNING,
    GS_PHASE_STOPPING,
    GS_PHASE_TEARDOWN,
    GS_PHASE_DONE,
};

struct gs_attack {
    struct gs_plan plan;
    struct gs_lane *lanes;
    uv_thread_t thread;
    bool thread_started;

    uv_mutex_t lock;
    uv_cond_t changed;
    enum gs_phase phase;
    bool stop_wanted;
    unsigned lanes_hatched, lanes_ended, lanes_collected;
    uint64_t collect_round; // only answers to this round count into lanes_collected
    bool extra_ended;
    uint32_t users_running, users_hatched;
    uint64_t started_ns, reset_ns, ended_ns; // first hatch, last reset, last user gone
    unsigned resets;

    uv_mutex_t collecting;         // one collection at a time
    struct gs_intern names;        // of `total`
    struct gs_shard *total;        // everything collected since the last reset
    struct gs_intern before_names; // of `before`
    struct gs_shard *before;       // what the reset flushed, or NULL
};

// Build: checks and copies the plan (its arrays are kept), makes the lanes. Returns 0 or -1.
int gs_attack_init(struct gs_attack *attack, const struct gs_plan *plan,
                   const struct gs_driver *driver, void *driver_data);
// Main: after it is done (or was never started).
void gs_attack_fini(struct gs_attack *attack);

// Main: starts the lanes and the leading thread. Returns 0 or -1.
int gs_attack_start(struct gs_attack *attack);

// Any: asks it to stop; harmless twice.
void gs_attack_stop(struct gs_attack *attack);

// Any: waits until the phase is at least `phase`, at most timeout_ns. True when it is.
bool gs_attack_wait(struct gs_attack *attack, enum gs_phase phase, uint64_t timeout_ns);

// Any: gathers the lanes' shards into total. A lane that does not answer within timeout_ns is
// left out. Returns the number of lanes that answered. Call with nothing locked; afterwards
// `total` may be read between gs_attack_lock_total and _unlock_total.
unsigned gs_attack_collect(struct gs_attack *attack, uint64_t timeout_ns);
void gs_attack_lock_total(struct gs_attack *attack);
void gs_attack_unlock_total(struct gs_attack *attack);

// How long metrics have been counted, since the last reset or the first hatch.
uint64_t gs_attack_counted_ns(struct gs_attack *attack);

// Lanes report here.
void gs_attack_take_shard(struct gs_attack *attack, struct gs_shard *shard, uint64_t round);
void gs_attack_on_hatched(struct gs_attack *attack);    // all of a lane's users
void gs_attack_on_lane_ended(struct gs_attack *attack); // its last user is gone
void gs_attack_on_extra_ended(struct gs_attack *attack);
void gs_attack_on_users(struct gs_attack *attack, int hatched, int ended);

#endif
