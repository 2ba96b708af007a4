#include "net/origin.h"

#include <stdlib.h>
#include <string.h>

#include "net/conn.h"

#define ORIGINS_KEPT 1024

static void origin_free(struct gs_origin *origin)
{
    gs_list_remove(&origin->node);
    origin->net->origin_count--;
    free(origin->host);
    free(origin->prefix);
    free(origin->host_field);
    free(origin->addresses);
    free(origin);
}

static bool same(const struct gs_origin *origin, const struct gs_url *url,
                 const struct gs_tls_context *tls)
{
    return origin->port == url->port && origin->tls == tls &&
           strlen(origin->host) == url->host.len && gs_slice_is(url->host, origin->host);
}

static void drop_unused(struct gs_net *net)
{
    for (struct gs_node *node = net->origins.prev; node != &net->origins;) {
        struct gs_origin *origin = GS_OWNER(node, struct gs_origin, node);
        node = node->prev;
        if (origin->references == 0 && !origin->resolving) {
            origin_free(origin);
            return;
        }
    }
}

// "https://host:port" and the Host field; the port is left out where it is the scheme's own.
static int write_names(struct gs_origin *origin, bool tls)
{
    struct gs_buf prefix = GS_BUF_EMPTY, field = GS_BUF_EMPTY;
    bool v6 = strchr(origin->host, ':') != NULL;
    char port[8] = "";
    if (origin->port != (tls ? 443 : 80))
        snprintf(port, sizeof port, ":%u", origin->port);
    int rc = gs_buf_printf(&prefix, "http%s://%s%s%s%s", tls ? "s" : "", v6 ? "[" : "",
                           origin->host, v6 ? "]" : "", port);
    if (rc == 0)
        rc = gs_buf_printf(&field, "Host: %s%s%s%s\r\n", v6 ? "[" : "", origin->host, v6 ? "]" : "",
                           port);
    origin->prefix = prefix.data;
    origin->prefix_len = prefix.len;
    origin->host_field = field.data;
    origin->host_field_len = field.len;
    return rc;
}

static struct gs_origin *make(struct gs_net *net, const struct gs_url *url,
                              struct gs_tls_context *tls)
{
    struct gs_origin *origin = calloc(1, sizeof *origin);
    if (!origin)
        return NULL;
    origin->net = net;
    origin->tls = tls;
    origin->port = url->port;
    origin->host = strndup(url->host.data, url->host.len);
    origin->addresses = calloc(1, sizeof *origin->addresses);
    gs_list_init(&origin->waiting);
    gs_list_add_tail(&net->origins, &origin->node);
    net->origin_count++;
    if (!origin->host || !origin->addresses || write_names(origin, url->tls) != 0) {
        origin_free(origin);
        return NULL;
    }
    for (char *c = origin->host; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c + 32);
    origin->literal = gs_address_literal(origin->host, origin->port, &origin->addresses->list[0]);
    origin->addresses->count = origin->literal;
    return origin;
}

struct gs_origin *gs_origin_get(struct gs_net *net, const struct gs_url *url, bool verify,
                                const char *ca_file)
{
    struct gs_tls_context *tls = url->tls ? gs_net_tls(net, verify, ca_file) : NULL;
    for (struct gs_node *node = net->origins.next; node != &net->origins; node = node->next) {
        struct gs_origin *origin = GS_OWNER(node, struct gs_origin, node);
        if (same(origin, url, tls))
            return gs_origin_ref(origin);
    }
    if (net->origin_count >= ORIGINS_KEPT)
        drop_unused(net);
    struct gs_origin *origin = make(net, url, tls);
    return origin ? gs_origin_ref(origin) : NULL;
}

void gs_origin_release(struct gs_origin *origin)
{
    if (origin)
        origin->references--; // kept for the next request; dropped when there are too many
}

static void on_resolved(void *owner, void *arg, const struct gs_addresses *addresses)
{
    (void)owner;
    struct gs_origin *origin = arg;
    origin->resolving = false;
    if (addresses->count > 0 || origin->addresses->count == 0)
        *origin->addresses = *addresses;
    origin->resolved_ns = addresses->count > 0 ? gs_net_now(origin->net) : 0;
    struct gs_node waiting, *node;
    gs_list_move(&waiting, &origin->waiting);
    while ((node = gs_list_pop(&waiting)) != NULL)
        gs_conn_resolved(GS_OWNER(node, struct gs_conn, queued));
}

bool gs_origin_resolve(struct gs_origin *origin)
{
    if (origin->literal)
        return true;
    uint64_t now = gs_net_now(origin->net);
    bool stale = origin->resolved_ns == 0 || now - origin->resolved_ns > GS_RESOLVE_AGAIN_NS;
    if (stale && !origin->resolving) {
        origin->resolving = gs_resolve(origin->net->resolver, origin->host, origin->port,
                                       on_resolved, origin) == 0;
        if (!origin->resolving) {
            origin->addresses->why = "no thread for the look-up";
            return true;
        }
    }
    return origin->addresses->count > 0;
}

void gs_origins_fini(struct gs_net *net)
{
    while (!gs_list_empty(&net->origins))
        origin_free(GS_OWNER(net->origins.next, struct gs_origin, node));
}
