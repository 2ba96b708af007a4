// origin: scheme, host and port with the addresses behind them and how to trust them.
// Counted references; Lane thread.
#ifndef GS_NET_ORIGIN_H
#define GS_NET_ORIGIN_H

#include "net/net.h"
#include "net/url.h"

#define GS_RESOLVE_AGAIN_NS (60 * GS_S)

struct gs_origin {
    struct gs_node node;
    struct gs_net *net;
    unsigned references;
    struct gs_tls_context *tls; // NULL: plain
    uint16_t port;
    char *host;
    char *prefix;     // "https://host:port" as URLs begin
    char *host_field; // "Host: ...\r\n"
    size_t prefix_len, host_field_len;
    bool literal, resolving;
    uint64_t resolved_ns;           // 0: never
    struct gs_addresses *addresses; // NULL until resolved
    struct gs_node waiting;         // connections that wait for addresses
};

// The origin of a parsed URL under a TLS setting (ignored for http). Gives a reference, or NULL
// without memory.
struct gs_origin *gs_origin_get(struct gs_net *net, const struct gs_url *url, bool verify,
                                const char *ca_file);
static inline struct gs_origin *gs_origin_ref(struct gs_origin *origin)
{
    origin->references++;
    return origin;
}
void gs_origin_release(struct gs_origin *origin);

// Starts a look-up if the addresses are missing or older than 60 s. True: there are addresses to
// use now; false: wait in `waiting`, and gs_conn_resolved will be called for each.
bool gs_origin_resolve(struct gs_origin *origin);

// Frees every origin (at the end of a lane).
void gs_origins_fini(struct gs_net *net);

#endif
