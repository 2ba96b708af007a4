// send: the way out of a connection: what was written for it, what the kernel did not take, and
// streams. Lane.
#ifndef GS_TARGET_SEND_H
#define GS_TARGET_SEND_H

#include "target/peer.h"

// For routes: sends the stream behind what was written so far. Copies *stream, takes its block.
void gs_send_stream(struct gs_peer *peer, const struct gs_peer_stream *stream);

// Drops the stream, if there is one.
void gs_send_drop(struct gs_peer *peer);

// Sends what was written into the target's common buffer for this connection; the rest is kept
// in peer->out. False: the connection is lost. (So with the next two.)
bool gs_send_flush(struct gs_peer *peer);

// Sends what waits in peer->out.
bool gs_send_waiting(struct gs_peer *peer);

// Sends from the stream until the kernel is full, the turn is over, or the stream is.
bool gs_send_pump(struct gs_peer *peer);

// Empties the common buffers, and gives them back once one answer has made them large.
void gs_send_clear(struct gs_target *target);

#endif
