// peer: one connection: reads requests, has them answered (route), ends. Lane.
#ifndef GS_TARGET_PEER_H
#define GS_TARGET_PEER_H

#include "net/tls.h"
#include "target/state.h"

struct gs_visit;

enum gs_peer_phase {
    GS_PEER_HEAD,   // waits for a request
    GS_PEER_BODY,   // reads its body
    GS_PEER_ANSWER, // the answer is not finished: a timer or a stream is under way
    GS_PEER_DRAIN   // all is sent; input is dropped until the client closes
};

enum gs_peer_end { GS_PEER_NONE, GS_PEER_CLOSE, GS_PEER_RESET };

// A body too long to hold: `left` bytes of a block repeated, then a tail.
struct gs_peer_stream {
    const char *block; // static, or owned
    char *owned;       // NULL or the block, to be freed
    size_t block_len, at;
    uint64_t left;
    const char *tail; // static; NULL: none
};

struct gs_peer_upload {
    struct gs_buf head;
    struct gs_buf body; // only for routes that want it
    struct gs_parse_body reader;
    uint32_t crc;
    bool keep;
};

struct gs_peer {
    struct gs_sock sock;
    struct gs_node node;
    struct gs_target *target;
    struct gs_timer timer;                // of the phase
    void (*then)(struct gs_visit *visit); // ANSWER: what the timer brings
    struct gs_buf in;                     // input that waits: a part of a head, or pipelined
    struct gs_buf out;                    // bytes the kernel has not taken yet
    size_t out_at;                        // how many of them it has
    struct gs_peer_upload *upload;        // BODY, else NULL
    struct gs_peer_stream *stream;        // or NULL
    struct gs_buf held;                   // an answer given byte by byte...
    size_t held_at;                       // ... how many are gone
    uint64_t drip_ns;                     // ... and the time between them
    struct gs_tls *tls;                   // NULL: plain
    uint64_t received_ns;                 // of a /delay request, else 0
    uint32_t row, epoch;                  // of the request (count); epoch 0: not counted
    uint8_t phase, end;
    bool shaken;    // TLS handshake done
    bool eof;       // the client sends no more
    bool partial;   // `in` holds no whole head
    bool unread;    // ends before all that the client sends was read
    bool head_only; // the request is a HEAD
    bool old;       // ... of HTTP/1.0
};

// Takes an accepted, non-blocking descriptor.
void gs_peer_open(struct gs_target *target, int fd);

void gs_peer_close(struct gs_peer *peer);

// For routes: goes on with `then` after a while; the connection answers nothing else before.
void gs_peer_wait(struct gs_peer *peer, uint64_t delay_ns, void (*then)(struct gs_visit *visit));

// For routes: never goes on.
void gs_peer_hang(struct gs_peer *peer);

#endif
