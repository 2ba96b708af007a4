// route: which path is answered by what: one table. Lane.
#ifndef GS_TARGET_ROUTE_H
#define GS_TARGET_ROUTE_H

#include "target/answer.h"

#define GS_ROUTE_UNDER 1U  // "/name/..." too; rest is what follows the slash
#define GS_ROUTE_BODY 2U   // wants the request's body
#define GS_ROUTE_CONST 4U  // answers equal heads with equal bytes: may be remembered
#define GS_ROUTE_HIDDEN 8U // is not counted

struct gs_route {
    const char *path;
    unsigned flags;
    void (*answer)(struct gs_visit *visit);
    size_t len; // of path
};

// The route of a path, with *rest behind its name; one that answers 404 where there is none.
const struct gs_route *gs_route_find(struct gs_text path, struct gs_text *rest);

#endif
