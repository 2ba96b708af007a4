// fake: a transport without sockets, for tests: the target says what comes back and when, in the
// lane's own (stepped) time. /delay/MS answers 200 after MS milliseconds, /status/N answers N at
// once, /hang never answers, /refused fails; anything else is 200 with the method and target as
// body.
#ifndef GS_NET_FAKE_H
#define GS_NET_FAKE_H

#include "net/net.h"

extern const struct gs_transport gs_fake;

#endif
