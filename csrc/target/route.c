#include "target/route.h"

#include "target/delay.h"
#include "target/echo.h"
#include "target/fault.h"
#include "target/login.h"
#include "target/pack.h"
#include "target/page.h"

#define UNDER GS_ROUTE_UNDER
#define CONST GS_ROUTE_CONST
#define BODY GS_ROUTE_BODY
#define ROUTE(path, flags, answer)                                                                 \
    {                                                                                              \
        path, flags, answer, sizeof(path) - 1                                                      \
    }

// Looked through from the top: what is asked most stands first, a longer name before its parts.
static const struct gs_route routes[] = {
        ROUTE("/", CONST, gs_page_small),
        ROUTE("/new", CONST, gs_page_small),
        ROUTE("/bytes", CONST | UNDER, gs_page_bytes),
        ROUTE("/json", CONST | UNDER, gs_page_json),
        ROUTE("/status", CONST | UNDER, gs_page_status),
        ROUTE("/echo", BODY | UNDER, gs_echo_all),
        ROUTE("/upload", UNDER, gs_echo_upload),
        ROUTE("/headers", 0, gs_echo_headers),
        ROUTE("/ip", 0, gs_echo_address),
        ROUTE("/delay/exp", UNDER, gs_delay_exponential),
        ROUTE("/delay/uniform", UNDER, gs_delay_uniform),
        ROUTE("/delay/lognormal", UNDER, gs_delay_lognormal),
        ROUTE("/delay", UNDER, gs_delay_fixed),
        ROUTE("/redirect", UNDER, gs_page_redirect),
        ROUTE("/redirect-to", 0, gs_page_redirect_to),
        ROUTE("/cookies", 0, gs_login_cookies),
        ROUTE("/cookies/set", 0, gs_login_set_cookies),
        ROUTE("/cookies/delete", 0, gs_login_delete_cookies),
        ROUTE("/login", BODY, gs_login_form),
        ROUTE("/account", 0, gs_login_account),
        ROUTE("/logout", 0, gs_login_end),
        ROUTE("/basic-auth", UNDER, gs_login_basic),
        ROUTE("/gzip", CONST | UNDER, gs_pack_gzip),
        ROUTE("/deflate", UNDER, gs_pack_deflate),
        ROUTE("/deflate-raw", UNDER, gs_pack_deflate_raw),
        ROUTE("/chunked", UNDER, gs_page_chunked),
        ROUTE("/close", 0, gs_page_close),
        ROUTE("/close-delimited", UNDER, gs_page_close_delimited),
        ROUTE("/empty", 0, gs_page_no_content),
        ROUTE("/utf8", CONST, gs_page_utf8),
        ROUTE("/latin1", CONST, gs_page_latin1),
        ROUTE("/set-header", 0, gs_page_set_header),
        ROUTE("/fault", UNDER, gs_fault_any),
        ROUTE("/_counters", GS_ROUTE_HIDDEN, gs_page_counters),
        ROUTE("/_reset", GS_ROUTE_HIDDEN, gs_page_reset),
};

static const struct gs_route nowhere = {"", 0, gs_page_not_found, 0};

const struct gs_route *gs_route_find(struct gs_text path, struct gs_text *rest)
{
    *rest = (struct gs_text){path.data + path.len, 0};
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        const struct gs_route *route = &routes[i];
        if (path.len < route->len || memcmp(path.data, route->path, route->len) != 0)
            continue;
        if (path.len == route->len)
            return route;
        if (!(route->flags & UNDER) || path.data[route->len] != '/')
            continue;
        *rest = (struct gs_text){path.data + route->len + 1, path.len - route->len - 1};
        return route;
    }
    return &nowhere;
}
