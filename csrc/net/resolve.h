// resolve: host names to addresses, off the lane: a thread for each look-up, which ends with it.
#ifndef GS_NET_RESOLVE_H
#define GS_NET_RESOLVE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "net/mailbox.h"

#define GS_ADDRESSES_MAX 32

struct gs_address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } sa;
    socklen_t len;
};

struct gs_addresses {
    struct gs_address list[GS_ADDRESSES_MAX];
    int count;
    const char *why; // static text when there are none
};

// One lane's resolver; look-ups under way keep its shared part alive.
struct gs_resolver;

// Gives a resolver that answers through the mailbox (kept until gs_resolver_free), or NULL.
struct gs_resolver *gs_resolver_new(struct gs_mailbox *mailbox);

// Answers still under way are dropped.
void gs_resolver_free(struct gs_resolver *resolver);

typedef void (*gs_resolved)(void *owner, void *arg, const struct gs_addresses *addresses);

// Looks host up; `done` is called on the mailbox owner's thread, once, unless the resolver is
// freed before. Returns 0, or -1: no thread could be started.
int gs_resolve(struct gs_resolver *resolver, const char *host, uint16_t port, gs_resolved done,
               void *arg);

// The address that host is written as (IPv4 or IPv6), without a look-up. False if it is a name.
bool gs_address_literal(const char *host, uint16_t port, struct gs_address *address);

#endif
