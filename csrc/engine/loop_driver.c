#include "engine/loop_driver.h"

#include <string.h>

#include "engine/attack.h"
#include "net/origin.h"

#define FIELDS                                                                                     \
    "User-Agent: goose-py\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\n"                    \
    "Connection: keep-alive\r\n"

static int enter(struct gs_lane *lane)
{
    (void)lane;
    return 0;
}

static int ask(struct gs_user *user, const struct gs_loop_plan *plan)
{
    struct gs_url url;
    struct gs_lane *lane = user->lane;
    if (!gs_url_parse((struct gs_slice){plan->url, strlen(plan->url)}, &url))
        return -1;
    struct gs_origin *origin = gs_origin_get(&lane->net, &url, plan->verify, plan->ca_file);
    if (!origin)
        return -1;
    struct gs_request request = {.method = GS_SLICE("GET"),
                                 .origin = origin,
                                 .target = url.target,
                                 .fields = GS_SLICE(FIELDS)};
    struct gs_call *call = gs_user_call(user);
    if (!call) {
        gs_origin_release(origin);
        return -1;
    }
    call->timeout_ns = call->connect_timeout_ns = 60 * GS_S;
    call->max_body = 16 << 20;
    call->follow = plan->follow;
    uint32_t name = gs_name_id(&lane->names, lane->shard, GS_KIND_MAIN, "GET", url.target.data,
                               url.target.len);
    int rc = gs_call_render(call, &request);
    gs_origin_release(origin);
    if (rc == 0)
        gs_user_start_call(user, name);
    return rc;
}

static void step(struct gs_user *user)
{
    struct gs_lane *lane = user->lane;
    const struct gs_loop_plan *plan = lane->driver_data;
    bool first = user->data == NULL;
    uint64_t made = (uint64_t)(uintptr_t)user->data; // requests started
    gs_user_forget_call(user);
    if (lane->stopping || (plan->requests && made >= plan->requests)) {
        gs_user_end(user);
        return;
    }
    if (plan->wait_ns && !first && !user->woken) {
        user->woken = true; // rested: the next step asks
        gs_user_sleep(user, gs_lane_now(lane) + plan->wait_ns);
        return;
    }
    user->woken = false;
    user->data = (void *)(uintptr_t)(made + 1);
    if (ask(user, plan) != 0)
        gs_user_end(user);
}

static void run(struct gs_lane *lane)
{
    struct gs_node ready, *node;
    gs_list_move(&ready, &lane->ready);
    while ((node = gs_list_pop(&ready)) != NULL)
        step(GS_OWNER(node, struct gs_user, node));
}

static void leave(struct gs_lane *lane)
{
    (void)lane;
}

const struct gs_driver gs_loop_driver = {enter, run, leave};
