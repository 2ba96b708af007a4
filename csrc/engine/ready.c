#include "engine/ready.h"

#include <stdlib.h>
#include <string.h>

#include "net/origin.h"

#define PLACES 256 // power of two
#define WORDS 6

struct gs_ready {
    const struct gs_site *site; // NULL: none
    const struct gs_class *klass;
    struct gs_value words[WORDS]; // as given, by the site
    char *bytes;
    struct gs_call call; // what a call of it is: method, lengths, times
    const struct gs_tls_context *verify;
    struct gs_value url; // a reference
    uint32_t name;
    bool absolute;
};

struct gs_ready_table {
    struct gs_ready places[PLACES];
};

struct gs_ready_table *gs_ready_new(void)
{
    return calloc(1, sizeof(struct gs_ready_table));
}

void gs_ready_free(struct gs_ready_table *table)
{
    for (int i = 0; table && i < PLACES; i++) {
        gs_origin_release(table->places[i].call.origin);
        gs_drop(table->places[i].url);
        free(table->places[i].bytes);
    }
    free(table);
}

static bool is_scalar(struct gs_value v)
{
    return v.tag <= GS_STR || v.tag == GS_BYTES;
}

// Whether it is what it is for good. A container that holds others may change deep inside.
static bool is_constant(struct gs_value v, bool look_inside)
{
    uint32_t at = 0;
    if (!gs_has_object(v))
        return v.tag != GS_UNSET;
    if (v.object->refs != GS_IMMORTAL || v.tag == GS_TUPLE)
        return false;
    if (v.tag == GS_STR || v.tag == GS_BYTES)
        return true;
    if ((v.tag != GS_LIST && v.tag != GS_DICT) || gs_is_gone(v.object))
        return false;
    for (uint32_t i = 0; look_inside && v.tag == GS_LIST && i < v.list->count; i++)
        if (!is_scalar(v.list->items[i]))
            return false;
    for (struct gs_pair *pair;
         look_inside && v.tag == GS_DICT && (pair = gs_dict_next(v.dict, &at)) != NULL;)
        if (!is_scalar(pair->value))
            return false;
    return true;
}

struct gs_ready *gs_ready_at(struct gs_ready_table *table, const struct gs_site *site,
                             const struct gs_value *given)
{
    uint64_t hash = (uintptr_t)site >> 3;
    if (!table || site->count > WORDS)
        return NULL;
    for (uint32_t i = 0; i < site->count; i++) {
        if (!is_constant(given[i], false))
            return NULL;
        hash = (hash ^ (uint64_t)given[i].i) * 0x9e3779b97f4a7c15ULL;
    }
    return &table->places[hash >> 40 & (PLACES - 1)];
}

bool gs_ready_is(const struct gs_ready *ready, const struct gs_class *klass,
                 const struct gs_site *site, const struct gs_value *given)
{
    if (ready->site != site || ready->klass != klass)
        return false;
    for (uint32_t i = 0; i < site->count; i++)
        if (ready->words[i].tag != given[i].tag || ready->words[i].i != given[i].i)
            return false;
    return true;
}

bool gs_ready_send(const struct gs_ready *ready, struct gs_user *user, struct gs_asked *asked)
{
    struct gs_call *call = gs_user_call(user);
    const struct gs_call *model = &ready->call;
    if (!call)
        return false;
    gs_call_sent(call);
    memcpy(call->method, model->method, sizeof call->method);
    call->origin = gs_origin_ref(model->origin);
    call->follow = model->follow;
    call->has_body = model->has_body;
    call->own_host = call->own_cookie = false;
    call->body_in_request = true;
    call->line_len = model->line_len;
    call->fields_len = model->fields_len;
    call->target_len = model->target_len;
    call->request = model->request;
    call->body = NULL;
    call->body_len = model->body_len;
    call->timeout_ns = model->timeout_ns;
    call->connect_timeout_ns = model->connect_timeout_ns;
    call->max_body = model->max_body;
    user->session.verify = ready->verify;
    *asked = (struct gs_asked){.name = ready->name,
                               .absolute = ready->absolute,
                               .url = gs_keep(ready->url),
                               .body = {.tag = GS_UNSET}};
    return true;
}

void gs_ready_keep(struct gs_ready *ready, const struct gs_user *user, const struct gs_class *klass,
                   const struct gs_site *site, const struct gs_value *given,
                   const struct gs_asked *asked)
{
    const struct gs_call *call = user->call;
    if (ready->site || !call->body_in_request || call->own_host || call->own_cookie)
        return;
    for (uint32_t i = 0; i < site->count; i++)
        if (!is_constant(given[i], true))
            return;
    ready->bytes = malloc(call->request.len);
    if (!ready->bytes)
        return;
    memcpy(ready->bytes, call->request.data, call->request.len);
    for (uint32_t i = 0; i < site->count; i++)
        ready->words[i] = given[i];
    ready->call = *call;
    ready->call.request.data = ready->bytes;
    ready->call.origin = gs_origin_ref(call->origin);
    ready->verify = user->session.verify;
    ready->url = gs_keep(asked->url);
    ready->name = asked->name;
    ready->absolute = asked->absolute;
    ready->klass = klass;
    ready->site = site;
}
