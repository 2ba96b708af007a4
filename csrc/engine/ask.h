// ask: from the arguments of a REQUEST to the bytes of a request, without Python. What needs more
// (files, authentication, odd URLs ...) is declined, and Python renders it. Lane thread.
#ifndef GS_ENGINE_ASK_H
#define GS_ENGINE_ASK_H

#include "engine/lane.h"
#include "plan/taskset.h"
#include "plan/vm.h"

#ifndef GS_VERSION
#define GS_VERSION "0" // tests
#endif

// What is sent unless client.headers says otherwise.
#define GS_DEFAULT_FIELDS                                                                          \
    "User-Agent: goose-py/" GS_VERSION "\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\n"     \
    "Connection: keep-alive\r\n"

// What a user's client sends with every request, as the script left it.
struct gs_ask_session {
    struct gs_slice fields; // rendered; data NULL: the default ones
    bool own;               // they are engine/custom's, which frees them
    bool python;            // they are those of a client in Python, which alone changes them
    bool own_host, own_cookie;
    bool odd; // Python renders all of its requests
};

// A request that was rendered: what its reply must know.
struct gs_asked {
    uint32_t name;        // id of its row
    bool absolute;        // the URL has a host of its own
    struct gs_value url;  // as asked, a reference
    struct gs_value body; // a reference, where the request points into it
};

// Renders the request that the vm stands at into the user's call. False: declined.
bool gs_ask(struct gs_user *user, const struct gs_class *klass,
            const struct gs_ask_session *session, const struct gs_vm *vm, struct gs_asked *asked);

// Whether a name and its value can stand in a header as they are, and it is none that the engine
// writes itself (Host, Cookie, Content-Length, Transfer-Encoding).
bool gs_ask_is_field(struct gs_value name, struct gs_value value);

// What a lane keeps for it (names, origins).
void gs_ask_fini(struct gs_lane *lane);

#endif
