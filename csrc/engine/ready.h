// ready: requests all of whose parts are constants. Each is rendered once (engine/ask.h), and its
// bytes are lent to every call of it until the lane ends. Lane thread.
#ifndef GS_ENGINE_READY_H
#define GS_ENGINE_READY_H

#include "engine/ask.h"

struct gs_ready;
struct gs_ready_table;

struct gs_ready_table *gs_ready_new(void); // NULL without memory
// No call may be in flight.
void gs_ready_free(struct gs_ready_table *table); // NULL is allowed

// Where a request of these arguments stands or would; NULL: they are not all constants, or there is
// no table. The user's session must add nothing of its own to it.
struct gs_ready *gs_ready_at(struct gs_ready_table *table, const struct gs_site *site,
                             const struct gs_value *given);

// Whether it is this very request.
bool gs_ready_is(const struct gs_ready *ready, const struct gs_class *klass,
                 const struct gs_site *site, const struct gs_value *given);

// Makes the user's call such a request, as gs_ask does. False without memory.
bool gs_ready_send(const struct gs_ready *ready, struct gs_user *user, struct gs_asked *asked);

// Keeps the request that was just rendered into the user's call, unless its place is taken.
void gs_ready_keep(struct gs_ready *ready, const struct gs_user *user, const struct gs_class *klass,
                   const struct gs_site *site, const struct gs_value *given,
                   const struct gs_asked *asked);

#endif
