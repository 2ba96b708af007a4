// user: one simulated user: where it is, what it waits for. It lives on one lane from hatch to
// end; what it does is the driver's business. Lane thread.
#ifndef GS_ENGINE_USER_H
#define GS_ENGINE_USER_H

#include "base/rng.h"
#include "net/net.h"

struct gs_lane;

enum gs_user_state {
    GS_USER_UNBORN,
    GS_USER_READY,    // in the lane's list of users to run
    GS_USER_RUNNING,  // its code runs
    GS_USER_CALLING,  // a request is in flight
    GS_USER_SLEEPING, // until its timer
    GS_USER_PARKED,   // until somebody wakes it
    GS_USER_DEAD,
};

#define GS_USER_SETUP UINT32_MAX          // the user that runs test_start functions
#define GS_USER_TEARDOWN (UINT32_MAX - 1) // and test_stop functions

struct gs_user {
    struct gs_node node; // in lane->ready
    struct gs_lane *lane;
    uint32_t id;
    uint32_t name; // of the call in flight
    uint16_t klass;
    uint8_t state;
    bool woken;        // a wake came before it was parked
    bool stop_told;    // the driver has told its code that the attack stops
    uint8_t last_told; // ... and how often again since the grace time is over
    struct gs_timer timer;
    struct gs_rng rng;
    struct gs_session session;
    struct gs_call *call;     // from being rendered until its outcome is taken; else NULL
    struct gs_runner *runner; // whose tasks are programs; else NULL
    void *data;               // the driver's
};

// What a user's code is to do where it would wait.
enum gs_heard {
    GS_HEARD_NOTHING, // wait
    GS_HEARD_STOP,    // end: the attack stops
    GS_HEARD_ENOUGH,  // nothing any more: it was told twice and goes on regardless
};
enum gs_heard gs_user_hear(struct gs_user *user);

// The user's call, to render a request into: a new one if it has none. NULL: no memory.
struct gs_call *gs_user_call(struct gs_user *user);
// Its outcome has been taken: what is left of it is freed. Harmless without one.
void gs_user_forget_call(struct gs_user *user);

// The call that is rendered in user->call goes out in this turn's send pass; when its outcome is
// in, it is counted under `name` (an id of the lane's table) and the user made ready.
void gs_user_start_call(struct gs_user *user, uint32_t name);

// Ready again at at_ns, or when somebody wakes it (gs_user_wake), or when the attack stops.
void gs_user_sleep(struct gs_user *user, uint64_t at_ns);

// Ready again when woken; a wake that came before counts.
void gs_user_park(struct gs_user *user);
void gs_user_wake(struct gs_user *user);

// Ready again in the next turn.
void gs_user_yield(struct gs_user *user);

// Its code has ended. Its connections are closed.
void gs_user_end(struct gs_user *user);

#endif
