// lane: a thread with its loop, its users and its shard; nothing of it is shared while it runs.
// A turn has three passes: receive all, run what is ready (the driver), send all.
#ifndef GS_ENGINE_LANE_H
#define GS_ENGINE_LANE_H

#include <stdatomic.h>
#include <uv.h>

#include "engine/user.h"
#include "stat/shard.h"

struct gs_attack;
struct gs_lane;

// Who runs the users' code. All on the lane's thread.
struct gs_driver {
    int (*enter)(struct gs_lane *lane); // thread starts; 0, or the lane does not run
    // Runs each user of lane->ready once, until it calls, sleeps, parks, yields or ends.
    void (*run)(struct gs_lane *lane);
    void (*leave)(struct gs_lane *lane); // thread ends
};

struct gs_lane {
    struct gs_attack *attack;
    const struct gs_driver *driver;
    void *driver_data;
    unsigned index;
    uv_thread_t thread;
    uv_loop_t loop;
    struct gs_clock clock;
    struct gs_wheel wheel;
    struct gs_poller poller;
    struct gs_mailbox mailbox;
    struct gs_net net;
    struct gs_intern names; // of requests
    struct gs_shard *shard;
    uint32_t epoch; // of the metrics: grows at each reset

    struct gs_ask_lane *ask;   // engine/ask.h
    struct gs_known *known;    // plan/known.h, or NULL
    struct gs_pool activities; // engine/runner.h
    struct gs_pyref *trash;    // Python references that nobody holds any more
    uv_mutex_t printing;       // guards `printed`
    struct gs_buf printed;     // lines that programs printed, until somebody takes them

    struct gs_user *users; // this lane's, by hatch order
    uint32_t user_count, hatched, live;
    struct gs_user *extra; // the setup or teardown user, while it lives
    struct gs_node ready;
    struct gs_user *current; // whose code runs
    struct gs_timer hatch_timer, run_timer, stop_timer, trim_timer;
    uint64_t hatch_start_ns;
    bool hatching_began, hatching;
    bool hold;       // a stepped clock stands still until the attack moves on
    bool stopping;   // users are told to end
    bool last_call;  // the grace time is over: users are told again, then dropped
    bool extra_over; // the extra user has ended
    bool ended_told; // the attack knows that the last user is gone
    bool quit;

    // read by other threads
    _Atomic uint64_t pass_began_ns; // users' code holds the lane since then; 0: none does
};

// Build: prepares everything but the thread. Returns 0 or -1 (nothing to undo).
int gs_lane_init(struct gs_lane *lane, struct gs_attack *attack, unsigned index);
void gs_lane_fini(struct gs_lane *lane);

// Main: starts and joins the thread.
int gs_lane_start(struct gs_lane *lane);
void gs_lane_join(struct gs_lane *lane);

// Any thread: commands, carried out by the lane in their order.
enum gs_order {
    GS_ORDER_SETUP,    // run the setup user
    GS_ORDER_HATCH,    // start hatching; value: when the first user of all starts
    GS_ORDER_RUN,      // all users are hatched; value: when the run time is over, or GS_NEVER
    GS_ORDER_STOP,     // end all users
    GS_ORDER_TEARDOWN, // run the teardown user
    GS_ORDER_COLLECT,  // give the shard to the attack; value: the round
    GS_ORDER_RESET,    // the same, and begin a new epoch
    GS_ORDER_QUIT,     // leave the thread
};
int gs_lane_order(struct gs_lane *lane, enum gs_order order, uint64_t value);

// Any thread: wakes a parked or sleeping user of this lane.
int gs_lane_wake(struct gs_lane *lane, struct gs_user *user);

// Lane: makes a user ready.
void gs_lane_ready(struct gs_user *user);

static inline uint64_t gs_lane_now(const struct gs_lane *lane)
{
    return gs_clock_now(&lane->clock);
}

#endif
