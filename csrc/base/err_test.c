#include "base/err.h"

#include <errno.h>

#include "base/test.h"

// The text is the key under which failures are counted: each error has its own.
static void every_error_has_its_own_text(void)
{
    for (int i = 0; i < GS_E_COUNT; i++) {
        CHECK(strlen(gs_err_text((enum gs_err)i)) > 0);
        for (int j = 0; j < i; j++)
            CHECK(strcmp(gs_err_text((enum gs_err)i), gs_err_text((enum gs_err)j)) != 0);
    }
    CHECK(gs_err_text(GS_E_COUNT) != NULL);
}

// What the kernel says becomes a text that says what to do.
static void errno_becomes_advice(void)
{
    CHECK(strstr(gs_err_text(gs_err_from_errno(EMFILE)), "ulimit -n") != NULL);
    CHECK(strstr(gs_err_text(gs_err_from_errno(ENFILE)), "ulimit -n") != NULL);
    CHECK(strstr(gs_err_text(gs_err_from_errno(EADDRNOTAVAIL)), "ip_local_port_range") != NULL);
    CHECK_EQ(gs_err_from_errno(ECONNREFUSED), GS_E_REFUSED);
    CHECK_EQ(gs_err_from_errno(ECONNRESET), GS_E_RESET);
    CHECK_EQ(gs_err_from_errno(EPIPE), GS_E_RESET);
    CHECK_EQ(gs_err_from_errno(EHOSTUNREACH), GS_E_UNREACHABLE);
    CHECK_EQ(gs_err_from_errno(ENETUNREACH), GS_E_UNREACHABLE);
    CHECK_EQ(gs_err_from_errno(ETIMEDOUT), GS_E_CONNECT_TIMEOUT);
    CHECK_EQ(gs_err_from_errno(EBADF), GS_E_SOCKET);
}

TEST_MAIN(TEST(every_error_has_its_own_text), TEST(errno_becomes_advice))
