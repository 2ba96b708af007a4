// reply: what a request brought back, as a task program sees it. Its bytes are the lane's until
// its user next waits, then its own. Pure but for the host's functions. Lane thread.
#ifndef GS_PLAN_REPLY_H
#define GS_PLAN_REPLY_H

#include "base/buf.h"
#include "base/list.h"
#include "plan/value.h"

struct gs_known;

struct gs_reply {
    struct gs_object object;
    int status;    // 0: no answer
    uint16_t err;  // enum gs_err
    bool failed;   // as it is counted now
    bool cut;      // the body is not whole
    bool encoded;  // may have a Content-Encoding: the host is to decode the body first
    bool decoded;  // ... and has
    bool absolute; // url is complete
    bool borrowed; // head and body are the lane's
    uint32_t name, epoch;
    uint64_t elapsed_ns;
    const char *detail; // static, or NULL
    const char *head, *body;
    size_t head_len, body_len;
    struct gs_buf own_head, own_body;
    struct gs_value url;     // as asked, GS_STR
    struct gs_value text;    // made on demand
    struct gs_view *views;   // of its body, not owned
    bool is_json;            // the body was found to be JSON
    struct gs_value failure; // message of failure(), or GS_UNSET
    struct gs_pyref *python; // the Response that it became
    void *hops;              // the answers that redirected, the host's
    // for who lent it the bytes: called when it is freed; and its place among those who borrow
    void (*left)(struct gs_reply *reply);
    struct gs_node lent;
};

// A reply with one reference and nothing in it. NULL without memory.
struct gs_reply *gs_reply_new(void);
void gs_reply_free(struct gs_reply *reply);

// Copies what is borrowed. False without memory.
bool gs_reply_own(struct gs_reply *reply);

// The first value of a header field, named in lower case; NULL when there is none.
const char *gs_reply_field(const struct gs_reply *reply, const char *lower, size_t *len);

// Forgets the bytes, which another has taken.
void gs_reply_bare(struct gs_reply *reply);

// .reason: the phrase behind the status, or None. Declines where it is not ASCII.
bool gs_reply_reason(const struct gs_reply *reply, struct gs_value *out);

// A view of it is freed.
void gs_reply_forget(struct gs_reply *reply, const struct gs_view *view);

// .text, .content and .json(): new references. Decline where the charset, the coding or the JSON is
// not plain.
bool gs_reply_text(struct gs_reply *reply, struct gs_value *out);
bool gs_reply_content(struct gs_reply *reply, struct gs_value *out);
bool gs_reply_json(struct gs_reply *reply, struct gs_known *known, struct gs_value *out);

#endif
