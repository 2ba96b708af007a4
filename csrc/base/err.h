// err: every way a request or a set-up step can fail, in one table.
// Pure; Any thread.
#ifndef GS_BASE_ERR_H
#define GS_BASE_ERR_H

// name, text shown to people (stable: it is the key under which failures are counted).
#define GS_ERRORS(X)                                                                               \
    X(OK, "no error")                                                                              \
    X(NOMEM, "out of memory")                                                                      \
    X(REFUSED, "connection refused: nothing listens on that port")                                 \
    X(RESET, "connection reset by the server")                                                     \
    X(CLOSED, "server closed the connection before sending a response")                            \
    X(CUT_SHORT, "server closed the connection in the middle of the response")                     \
    X(CONNECT_TIMEOUT, "timeout while connecting")                                                 \
    X(TIMEOUT, "timeout")                                                                          \
    X(DNS, "host name could not be resolved")                                                      \
    X(UNREACHABLE, "host or network unreachable")                                                  \
    X(NO_FILES, "too many open files: raise the limit with `ulimit -n`, or use fewer users")       \
    X(NO_PORTS, "no free local port: keep connections alive, add addresses, or widen "             \
                "net.ipv4.ip_local_port_range")                                                    \
    X(SOCKET, "socket error")                                                                      \
    X(TLS, "TLS error")                                                                            \
    X(TLS_VERIFY, "certificate verify failed")                                                     \
    X(STATUS_LINE, "malformed response: no HTTP/1.x status line")                                  \
    X(HEADER, "malformed response: bad header line")                                               \
    X(HEAD_TOO_LARGE, "malformed response: headers larger than 64 KiB")                            \
    X(LENGTH, "malformed response: bad Content-Length")                                            \
    X(LENGTHS_DIFFER, "malformed response: differing Content-Length headers")                      \
    X(CHUNK, "malformed response: bad chunk")                                                      \
    X(ENCODING, "malformed response: unsupported Transfer-Encoding")                               \
    X(UPGRADE, "server switched protocols (101), which was not asked for")                         \
    X(MANY_INTERIM, "malformed response: too many 1xx responses")                                  \
    X(REDIRECTS, "too many redirects (limit 30)")                                                  \
    X(LOCATION, "redirect with a bad Location")                                                    \
    X(URL, "bad URL")                                                                              \
    X(CA_FILE, "CA file cannot be read")                                                           \
    X(ABANDONED, "cut off at the end of the attack")

enum gs_err {
#define GS_ERR_ENUM(name, text) GS_E_##name,
    GS_ERRORS(GS_ERR_ENUM)
#undef GS_ERR_ENUM
            GS_E_COUNT
};

// Text of an error; never NULL, static.
const char *gs_err_text(enum gs_err err);

// The error that stands for an errno of connect, send or recv.
enum gs_err gs_err_from_errno(int number);

#endif
