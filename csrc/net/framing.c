#include "net/framing.h"

#include <string.h>

#include "net/call.h"

#define INTERIM_MAX 64
#define DIRECT_BYTES 4096

struct input {
    char *data;
    size_t len;
    bool borrowed; // stands in the arena
    enum gs_err err;
};

static bool has_no_body(const struct gs_call *call, int status)
{
    return status == 204 || status == 304 || strcmp(call->method, "HEAD") == 0;
}

// The response is no longer in one piece in the arena: keep its head.
static int keep_head(struct gs_call *call)
{
    if (call->own_head.len)
        return 0;
    if (gs_buf_add(&call->own_head, call->head_bytes.data, call->head_bytes.len) != 0)
        return -1;
    call->head_bytes.data = call->own_head.data;
    call->owned = true;
    return 0;
}

static int keep_body(struct gs_call *call, const char *data, size_t len)
{
    size_t room = call->max_body - call->own_body.len;
    if (len > room) {
        call->body_cut = true;
        len = room;
    }
    if (keep_head(call) != 0 || gs_buf_add(&call->own_body, data, len) != 0)
        return -1;
    return 0;
}

static enum gs_framed body_done(struct gs_call *call, struct input *in, const char *data,
                                size_t len, size_t used)
{
    if (!call->owned && len <= call->max_body) { // head and body stand behind one another
        call->body_bytes = (struct gs_slice){data, len};
    } else if (keep_body(call, data, len) != 0) {
        in->err = GS_E_NOMEM;
        return GS_FRAMED_FAILED;
    } else {
        call->body_bytes = (struct gs_slice){call->own_body.data, call->own_body.len};
    }
    in->data += used;
    in->len -= used;
    return GS_FRAMED_COMPLETE;
}

static enum gs_framed body_part(struct gs_call *call, struct input *in, const char *data,
                                size_t len)
{
    in->len = 0;
    if (keep_body(call, data, len) == 0)
        return GS_FRAMED_MORE;
    in->err = GS_E_NOMEM;
    return GS_FRAMED_FAILED;
}

static enum gs_framed take_length(struct gs_framing *f, struct gs_call *call, struct input *in)
{
    if (in->len >= f->left) {
        size_t n = (size_t)f->left;
        return body_done(call, in, in->data, n, n);
    }
    f->left -= in->len;
    return body_part(call, in, in->data, in->len);
}

static enum gs_framed take_chunked(struct gs_framing *f, struct gs_call *call, struct input *in)
{
    size_t len = in->len, used;
    switch (gs_chunk_decode(&f->chunk, in->data, &len, &used)) {
    case GS_CHUNK_END:
        return body_done(call, in, in->data, len, used);
    case GS_CHUNK_MORE:
        return body_part(call, in, in->data, len);
    default:
        in->err = GS_E_CHUNK;
        return GS_FRAMED_FAILED;
    }
}

// A final head is in: how is the body framed (RFC 9112 section 6.3)?
static void choose_phase(struct gs_framing *f, struct gs_call *call)
{
    const struct gs_head *head = &f->head;
    if (has_no_body(call, head->status)) {
        f->phase = GS_PHASE_LENGTH;
        f->left = 0;
    } else if (head->chunked) {
        f->phase = GS_PHASE_CHUNKED;
        gs_chunk_init(&f->chunk);
        f->last |= head->length >= 0;
    } else if (head->length >= 0) {
        f->phase = GS_PHASE_LENGTH;
        f->left = (uint64_t)head->length;
    } else {
        f->phase = GS_PHASE_UNTIL_CLOSE;
    }
    f->last |= head->close || (head->minor == 0 && !head->keep_alive);
}

// Parses the next head. MORE: the input is used up; COMPLETE: a head was taken off the input.
static enum gs_framed take_head(struct gs_framing *f, struct gs_call *call, struct input *in)
{
    ssize_t n = gs_head_parse(in->data, in->len, &f->scanned, &f->head, &in->err);
    if (n < 0)
        return GS_FRAMED_FAILED;
    if (n == 0) {
        if (in->borrowed && gs_buf_add(&f->in, in->data, in->len) != 0) {
            in->err = GS_E_NOMEM;
            return GS_FRAMED_FAILED;
        }
        in->len = 0;
        return GS_FRAMED_MORE;
    }
    f->scanned = 0;
    call->head_bytes = (struct gs_slice){in->data, (size_t)n};
    in->data += n;
    in->len -= (size_t)n;
    return GS_FRAMED_COMPLETE;
}

// Feeds received bytes to the response under way.
static enum gs_framed take(struct gs_framing *f, struct gs_call *call, struct input *in)
{
    while (f->phase == GS_PHASE_HEAD) {
        enum gs_framed progress = take_head(f, call, in);
        if (progress != GS_FRAMED_COMPLETE)
            return progress;
        int status = f->head.status;
        if (status >= 200) {
            call->status = status;
            choose_phase(f, call);
        } else if (status == 101 || ++f->interim > INTERIM_MAX) {
            in->err = status == 101 ? GS_E_UPGRADE : GS_E_MANY_INTERIM;
            return GS_FRAMED_FAILED;
        } else if (in->len == 0) {
            return GS_FRAMED_MORE;
        }
    }
    switch (f->phase) {
    case GS_PHASE_LENGTH:
        return take_length(f, call, in);
    case GS_PHASE_CHUNKED:
        return take_chunked(f, call, in);
    default:
        return body_part(call, in, in->data, in->len);
    }
}

void gs_framing_begin(struct gs_framing *f)
{
    gs_buf_fini(&f->in);
    *f = (struct gs_framing){.phase = GS_PHASE_HEAD};
}

void gs_framing_fini(struct gs_framing *f)
{
    gs_buf_fini(&f->in);
}

// Bytes are collected in f->in only while a head is incomplete.
static void tidy(struct gs_framing *f, const struct input *in)
{
    if (f->phase != GS_PHASE_HEAD)
        gs_buf_fini(&f->in); // its content was copied
    else if (!in->borrowed && in->data != f->in.data)
        gs_buf_shift(&f->in, (size_t)(in->data - f->in.data)); // interim heads
}

enum gs_framed gs_framing_take(struct gs_framing *f, struct gs_call *call, char *data, size_t len,
                               size_t *surplus, enum gs_err *err)
{
    struct input in = {data, len, true, GS_E_OK};
    if (f->in.len) {
        if (gs_buf_add(&f->in, data, len) != 0) {
            *err = GS_E_NOMEM;
            return GS_FRAMED_FAILED;
        }
        in = (struct input){f->in.data, f->in.len, false, GS_E_OK};
    }
    enum gs_framed framed = take(f, call, &in);
    *surplus = in.len;
    *err = in.err;
    if (framed == GS_FRAMED_MORE) {
        tidy(f, &in);
    } else if (framed == GS_FRAMED_COMPLETE) {
        if (f->in.len && !call->own_head.len) {
            call->own_head = f->in; // head and body stand in it: now it is the call's
            f->in = (struct gs_buf)GS_BUF_EMPTY;
            call->owned = true;
        }
        gs_buf_fini(&f->in);
    }
    return framed;
}

enum gs_err gs_framing_close(struct gs_framing *f, struct gs_call *call)
{
    if (f->phase != GS_PHASE_UNTIL_CLOSE)
        return GS_E_CUT_SHORT;
    if (keep_head(call) != 0)
        return GS_E_NOMEM;
    f->last = true;
    call->body_bytes = (struct gs_slice){call->own_body.data, call->own_body.len};
    return GS_E_OK;
}

bool gs_framing_wants_direct(const struct gs_framing *f, const struct gs_call *call)
{
    return f->phase == GS_PHASE_LENGTH && f->left > DIRECT_BYTES &&
           call->own_body.len < call->max_body;
}

char *gs_framing_direct(struct gs_framing *f, struct gs_call *call, size_t most, size_t *room)
{
    size_t n = call->max_body - call->own_body.len;
    size_t final = f->left < n ? call->own_body.len + (size_t)f->left : call->max_body;
    if (f->left - 1 < n)
        n = (size_t)f->left - 1; // the last byte goes through gs_framing_take
    *room = n < most ? n : most;
    return gs_buf_reserve_upto(&call->own_body, *room, final) == 0
                   ? call->own_body.data + call->own_body.len
                   : NULL;
}

void gs_framing_took_direct(struct gs_framing *f, struct gs_call *call, size_t len)
{
    call->own_body.len += len;
    f->left -= len;
}
