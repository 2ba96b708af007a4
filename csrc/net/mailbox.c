#include "net/mailbox.h"

static void deliver_all(struct gs_mailbox *box)
{
    struct gs_node queue;
    uv_mutex_lock(&box->lock);
    gs_list_move(&queue, &box->queue);
    uv_mutex_unlock(&box->lock);
    struct gs_node *node;
    while ((node = gs_list_pop(&queue)) != NULL) {
        struct gs_message *message = GS_OWNER(node, struct gs_message, node);
        message->deliver(message, box->owner);
    }
}

static void on_async(uv_async_t *async)
{
    deliver_all(async->data);
}

int gs_mailbox_open(struct gs_mailbox *box, uv_loop_t *loop, void *owner)
{
    gs_list_init(&box->queue);
    box->owner = owner;
    box->async.data = box;
    int rc = uv_mutex_init(&box->lock);
    if (rc != 0)
        return rc;
    rc = uv_async_init(loop, &box->async, on_async);
    box->open = rc == 0;
    if (rc != 0)
        uv_mutex_destroy(&box->lock);
    return rc;
}

void gs_mailbox_close(struct gs_mailbox *box)
{
    uv_mutex_lock(&box->lock);
    box->open = false;
    uv_mutex_unlock(&box->lock);
    deliver_all(box);
    uv_close((uv_handle_t *)&box->async, NULL);
}

void gs_mailbox_fini(struct gs_mailbox *box)
{
    uv_mutex_destroy(&box->lock);
}

bool gs_mailbox_send(struct gs_mailbox *box, struct gs_message *message)
{
    uv_mutex_lock(&box->lock);
    bool open = box->open;
    if (open) {
        gs_list_add_tail(&box->queue, &message->node);
        uv_async_send(&box->async);
    }
    uv_mutex_unlock(&box->lock);
    return open;
}
