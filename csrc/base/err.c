#include "base/err.h"

#include <errno.h>

static const char *const texts[] = {
#define GS_ERR_TEXT(name, text) [GS_E_##name] = text,
        GS_ERRORS(GS_ERR_TEXT)
#undef GS_ERR_TEXT
};

const char *gs_err_text(enum gs_err err)
{
    return (unsigned)err < GS_E_COUNT ? texts[err] : "unknown error";
}

enum gs_err gs_err_from_errno(int number)
{
    switch (number) {
    case ECONNREFUSED:
        return GS_E_REFUSED;
    case ECONNRESET:
    case EPIPE:
    case ECONNABORTED:
        return GS_E_RESET;
    case ETIMEDOUT:
        return GS_E_CONNECT_TIMEOUT;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
        return GS_E_UNREACHABLE;
    case EMFILE:
    case ENFILE:
        return GS_E_NO_FILES;
    case EADDRNOTAVAIL:
    case EADDRINUSE:
        return GS_E_NO_PORTS;
    case ENOMEM:
    case ENOBUFS:
        return GS_E_NOMEM;
    default:
        return GS_E_SOCKET;
    }
}
