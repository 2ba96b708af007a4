// answer: writes responses into the target's out buffer. Lane.
#ifndef GS_TARGET_ANSWER_H
#define GS_TARGET_ANSWER_H

#include "target/peer.h"

// One request being answered.
struct gs_visit {
    struct gs_peer *peer;
    struct gs_target *target;
    const struct gs_parse *request; // NULL behind gs_peer_wait
    struct gs_text rest;            // of the path, behind the route's name
    struct gs_text body;            // when the route keeps it
    uint64_t body_len;
    uint32_t crc;    // of the body, when it has one
    unsigned status; // given; 0: none yet
    bool bodiless;   // the status started has no body
};

const char *gs_answer_reason(unsigned status);

// Notes the status of an answer that is written by hand.
void gs_answer_count(struct gs_visit *visit, unsigned status);

// Status line and what every answer has; then fields, then one of the ends below.
void gs_answer_start(struct gs_visit *visit, unsigned status);
void gs_answer_field(struct gs_visit *visit, const char *name, const char *value);

// Ends with a body; for HEAD only its length is told, for 204 and 304 nothing.
void gs_answer_body(struct gs_visit *visit, const char *type, struct gs_text body);

// Ends without a body.
void gs_answer_empty(struct gs_visit *visit);

// Whole answers.
void gs_answer_text(struct gs_visit *visit, unsigned status, const char *text);
void gs_answer_json(struct gs_visit *visit, unsigned status, struct gs_buf *json); // takes json
void gs_answer_redirect(struct gs_visit *visit, unsigned status, const char *location);

// The pattern, GS_PATTERN_LEN bytes: byte i is "abcdefghijklmnopqrstuvwxyz"[i % 26].
#define GS_PATTERN_LEN 65520
const char *gs_answer_pattern(void);

// Its first `len` bytes, over and over, without any head.
void gs_answer_pattern_bytes(struct gs_visit *visit, uint64_t len);

// Ends with them as the body.
void gs_answer_pattern_body(struct gs_visit *visit, uint64_t len);

#endif
