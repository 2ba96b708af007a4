#include "net/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define STACK_BYTES (512 * 1024)

struct gs_resolver {
    pthread_mutex_t lock;
    struct gs_mailbox *mailbox; // NULL once freed
    int references;
};

struct lookup {
    struct gs_message message;
    struct gs_resolver *resolver;
    char *host;
    uint16_t port;
    gs_resolved done;
    void *arg;
    struct gs_addresses addresses;
};

static void release(struct gs_resolver *resolver)
{
    pthread_mutex_lock(&resolver->lock);
    int left = --resolver->references;
    pthread_mutex_unlock(&resolver->lock);
    if (left == 0) {
        pthread_mutex_destroy(&resolver->lock);
        free(resolver);
    }
}

struct gs_resolver *gs_resolver_new(struct gs_mailbox *mailbox)
{
    struct gs_resolver *resolver = malloc(sizeof *resolver);
    if (!resolver)
        return NULL;
    pthread_mutex_init(&resolver->lock, NULL);
    resolver->mailbox = mailbox;
    resolver->references = 1;
    return resolver;
}

void gs_resolver_free(struct gs_resolver *resolver)
{
    if (!resolver)
        return;
    pthread_mutex_lock(&resolver->lock);
    resolver->mailbox = NULL;
    pthread_mutex_unlock(&resolver->lock);
    release(resolver);
}

static void lookup_free(struct lookup *lookup)
{
    release(lookup->resolver);
    free(lookup->host);
    free(lookup);
}

static void deliver(struct gs_message *message, void *owner)
{
    struct lookup *lookup = GS_OWNER(message, struct lookup, message);
    lookup->done(owner, lookup->arg, &lookup->addresses);
    lookup_free(lookup);
}

static void collect(struct lookup *lookup)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    struct addrinfo *list = NULL;
    int rc = getaddrinfo(lookup->host, NULL, &hints, &list);
    if (rc == EAI_NONAME || rc == EAI_ADDRFAMILY || rc == EAI_NODATA) {
        hints.ai_flags = 0; // loopback names on a machine without network
        rc = getaddrinfo(lookup->host, NULL, &hints, &list);
    }
    struct gs_addresses *found = &lookup->addresses;
    if (rc != 0) {
        found->why = gai_strerror(rc);
        return;
    }
    for (struct addrinfo *i = list; i && found->count < GS_ADDRESSES_MAX; i = i->ai_next) {
        struct gs_address *address = &found->list[found->count];
        if (i->ai_addrlen > sizeof address->sa)
            continue;
        memcpy(&address->sa, i->ai_addr, i->ai_addrlen);
        address->len = i->ai_addrlen;
        if (i->ai_family == AF_INET)
            address->sa.v4.sin_port = htons(lookup->port);
        else if (i->ai_family == AF_INET6)
            address->sa.v6.sin6_port = htons(lookup->port);
        else
            continue;
        found->count++;
    }
    freeaddrinfo(list);
}

static void *run(void *arg)
{
    struct lookup *lookup = arg;
    struct gs_resolver *resolver = lookup->resolver;
    collect(lookup);
    pthread_mutex_lock(&resolver->lock);
    bool sent = resolver->mailbox && gs_mailbox_send(resolver->mailbox, &lookup->message);
    pthread_mutex_unlock(&resolver->lock);
    if (!sent)
        lookup_free(lookup);
    return NULL;
}

static int start_thread(struct lookup *lookup)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&thread, &attributes, run, lookup);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return rc == 0 ? 0 : -1;
}

int gs_resolve(struct gs_resolver *resolver, const char *host, uint16_t port, gs_resolved done,
               void *arg)
{
    struct lookup *lookup = calloc(1, sizeof *lookup);
    if (!lookup)
        return -1;
    *lookup = (struct lookup){.message.deliver = deliver,
                              .resolver = resolver,
                              .host = strdup(host),
                              .port = port,
                              .done = done,
                              .arg = arg};
    pthread_mutex_lock(&resolver->lock);
    resolver->references++;
    pthread_mutex_unlock(&resolver->lock);
    if (!lookup->host || start_thread(lookup) != 0) {
        lookup_free(lookup);
        return -1;
    }
    return 0;
}

bool gs_address_literal(const char *host, uint16_t port, struct gs_address *address)
{
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, host, &address->sa.v4.sin_addr) == 1) {
        address->sa.v4.sin_family = AF_INET;
        address->sa.v4.sin_port = htons(port);
        address->len = sizeof address->sa.v4;
        return true;
    }
    if (inet_pton(AF_INET6, host, &address->sa.v6.sin6_addr) == 1) {
        address->sa.v6.sin6_family = AF_INET6;
        address->sa.v6.sin6_port = htons(port);
        address->len = sizeof address->sa.v6;
        return true;
    }
    return false;
}
