// mailbox: the one place where threads meet: a list of messages and a uv_async.
// A message gives itself away; the receiver frees it.
#ifndef GS_NET_MAILBOX_H
#define GS_NET_MAILBOX_H

#include <stdbool.h>
#include <uv.h>

#include "base/list.h"

struct gs_message {
    struct gs_node node;
    void (*deliver)(struct gs_message *message, void *owner); // on the owner's thread; frees it
};

struct gs_mailbox {
    uv_mutex_t lock;
    struct gs_node queue;
    uv_async_t async;
    void *owner;
    bool open;
};

// Owner's thread. Returns 0 or a libuv error.
int gs_mailbox_open(struct gs_mailbox *box, uv_loop_t *loop, void *owner);

// Owner's thread: delivers what is left, then takes no more. Run the loop once after it.
void gs_mailbox_close(struct gs_mailbox *box);

// After the loop has ended and nobody can send any more.
void gs_mailbox_fini(struct gs_mailbox *box);

// Any thread. Takes the message; false (message still the caller's) when the box is closed.
bool gs_mailbox_send(struct gs_mailbox *box, struct gs_message *message);

#endif
