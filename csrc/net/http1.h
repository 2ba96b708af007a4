// http1: the HTTP/1.1 transport: one connection for each origin of a session, kept alive;
// cookies, redirects, sending again, time-outs. Lane thread.
#ifndef GS_NET_HTTP1_H
#define GS_NET_HTTP1_H

#include "net/net.h"

#define GS_REDIRECTS_MAX 30

extern const struct gs_transport gs_http1;

#endif
