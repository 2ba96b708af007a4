// loop_driver: users in C that send one GET over and over: what the engine does without Python,
// for benchmarks and tests.
#ifndef GS_ENGINE_LOOP_DRIVER_H
#define GS_ENGINE_LOOP_DRIVER_H

#include "engine/lane.h"

struct gs_loop_plan {
    const char *url;     // absolute
    bool verify;         // certificates
    const char *ca_file; // or NULL
    uint64_t wait_ns;    // between requests
    uint64_t requests;   // of each user, 0: until stopped
    bool follow;
};

// driver_data of the attack is a struct gs_loop_plan (kept).
extern const struct gs_driver gs_loop_driver;

#endif
