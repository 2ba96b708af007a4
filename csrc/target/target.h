// target: an HTTP/1.1 server for tests and benchmarks, with useful paths (see route.c), faults on
// demand (fault.c) and a counter page that is the truth about what was asked. One thread.
#ifndef GS_TARGET_TARGET_H
#define GS_TARGET_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "net/poller.h"

struct gs_target;

struct gs_target_options {
    const char *address;   // NULL: 127.0.0.1
    uint16_t port;         // 0: any free one
    bool tls;              // with a fresh self-signed certificate
    const char *cert_file; // where that certificate is written as PEM; NULL: nowhere
    bool spin;             // never sleep: for benchmarks, costs a core
    enum gs_backend backend;
};

// Options with the defaults and the backend of this system.
struct gs_target_options gs_target_defaults(void);

// Main. Opens a target that listens when this returns (borrows the options). Gives it
// (gs_target_close). Returns 0 or -errno.
int gs_target_open(struct gs_target **out, const struct gs_target_options *options);

// Any: the port it listens on.
uint16_t gs_target_port(const struct gs_target *target);

// Lane: serves on the calling thread until stopped.
void gs_target_run(struct gs_target *target);

// Any, between open and close: makes gs_target_run return, now or as soon as it is called.
void gs_target_stop(struct gs_target *target);

// Main, when nothing runs it any more: closes every connection and frees the target.
void gs_target_close(struct gs_target *target);

#endif
