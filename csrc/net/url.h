// url: taking URLs apart and resolving references (RFC 3986), as far as HTTP needs it. Pure.
#ifndef GS_NET_URL_H
#define GS_NET_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/head.h"

struct gs_url {
    bool tls;
    uint16_t port;
    bool port_given;
    struct gs_slice host;     // without brackets
    struct gs_slice userinfo; // "user:password" or empty
    struct gs_slice target;   // path and query as written, without fragment; may be empty
};

// Splits an absolute http(s) URL; slices point into it. False when it is none: another scheme, no
// host, a bad port, a control character or space in the authority.
bool gs_url_parse(struct gs_slice text, struct gs_url *url);

// Appends a request target made of raw text: control characters, spaces and bytes above 126 are
// percent-encoded, a fragment is cut off, a leading '/' is put in front when it is missing.
// Nothing that is appended can end the request line. Returns 0, or -1 without memory.
int gs_url_add_target(struct gs_buf *out, struct gs_slice raw);

// Appends the absolute URL that `reference` means on a page at `base` (RFC 3986 section 5.2).
// Returns 0, or -1: no http(s) URL, or no memory.
int gs_url_resolve(struct gs_buf *out, struct gs_slice base, struct gs_slice reference);

#endif
