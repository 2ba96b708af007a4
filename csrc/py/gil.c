#include "py/gil.h"

#include <time.h>

#include "base/clock.h"

// A waiter needs tens of microseconds to wake; shorter free phases starve it for ever, because
// each drop resets its request (measured: 1.3 s). Then the lane sleeps once.
#define SHORT_NS (100 * GS_US)
#define CROWDED_NS (2 * GS_MS)
#define PAUSE_NS 60000

void gs_baton_init(struct gs_baton *baton, bool shared)
{
    pthread_mutex_init(&baton->lock, NULL);
    pthread_cond_init(&baton->turned, NULL);
    baton->next = baton->serving = 0;
    baton->shared = shared;
}

void gs_baton_fini(struct gs_baton *baton)
{
    pthread_cond_destroy(&baton->turned);
    pthread_mutex_destroy(&baton->lock);
}

static void take_baton(struct gs_baton *baton)
{
    if (!baton->shared)
        return;
    pthread_mutex_lock(&baton->lock);
    uint64_t ticket = baton->next++;
    while (baton->serving != ticket)
        pthread_cond_wait(&baton->turned, &baton->lock);
    pthread_mutex_unlock(&baton->lock);
}

static void pass_baton(struct gs_baton *baton)
{
    if (!baton->shared)
        return;
    pthread_mutex_lock(&baton->lock);
    baton->serving++;
    if (baton->serving != baton->next)
        pthread_cond_broadcast(&baton->turned);
    pthread_mutex_unlock(&baton->lock);
}

void gs_gil_enter(struct gs_gil *gil, struct gs_baton *baton)
{
    *gil = (struct gs_gil){.baton = baton};
    gil->ensured = PyGILState_Ensure();
    gil->state = PyEval_SaveThread();
    gil->dropped_ns = gs_now_ns();
}

void gs_gil_leave(struct gs_gil *gil)
{
    PyEval_RestoreThread(gil->state);
    PyGILState_Release(gil->ensured);
}

static void pause_if_crowded(struct gs_gil *gil)
{
    uint64_t now = gs_now_ns();
    if (now - gil->dropped_ns >= SHORT_NS) {
        gil->crowded_ns = 0;
    } else if (gil->crowded_ns == 0) {
        gil->crowded_ns = now;
    } else if (now - gil->crowded_ns > CROWDED_NS) {
        struct timespec pause = {0, PAUSE_NS};
        nanosleep(&pause, NULL);
        gil->crowded_ns = 0;
    }
}

void gs_gil_take(struct gs_gil *gil)
{
    pause_if_crowded(gil);
    take_baton(gil->baton);
    PyEval_RestoreThread(gil->state);
}

void gs_gil_drop(struct gs_gil *gil)
{
    gil->state = PyEval_SaveThread();
    pass_baton(gil->baton);
    gil->dropped_ns = gs_now_ns();
}
