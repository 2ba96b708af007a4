// goose-target: the target server as a program of its own.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "target/target.h"

static const char usage[] =
        "usage: goose-target [--port N] [--address A] [--tls] [--cert-file FILE]\n"
        "                    [--backend epoll|uv] [--spin]\n";

static _Noreturn void fail(const char *option, const char *value, const char *allowed)
{
    fprintf(stderr, "goose-target: %s %s: %s\n%s", option, value, allowed, usage);
    exit(2);
}

static uint16_t read_port(const char *text)
{
    char *end;
    long port = strtol(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || port > 65535)
        fail("--port", text, "must be 0 to 65535");
    return (uint16_t)port;
}

static enum gs_backend read_backend(const char *text)
{
    if (strcmp(text, "epoll") != 0 && strcmp(text, "uv") != 0)
        fail("--backend", text, "must be epoll or uv");
    return text[0] == 'e' ? GS_BACKEND_EPOLL : GS_BACKEND_UV;
}

// Returns how many arguments the option took.
static int read_option(struct gs_target_options *options, char **arg, const char *value)
{
    if (strcmp(*arg, "--tls") == 0)
        options->tls = true;
    else if (strcmp(*arg, "--spin") == 0)
        options->spin = true;
    else if (!value)
        fail(*arg, "", "unknown, or its value is missing");
    else if (strcmp(*arg, "--port") == 0)
        options->port = read_port(value);
    else if (strcmp(*arg, "--address") == 0)
        options->address = value;
    else if (strcmp(*arg, "--cert-file") == 0)
        options->cert_file = value;
    else if (strcmp(*arg, "--backend") == 0)
        options->backend = read_backend(value);
    else
        fail(*arg, value, "unknown option");
    return strcmp(*arg, "--tls") == 0 || strcmp(*arg, "--spin") == 0 ? 1 : 2;
}

static struct gs_target_options read_options(int argc, char **argv)
{
    struct gs_target_options options = gs_target_defaults();
    for (int i = 1; i < argc;) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(usage, stdout);
            exit(0);
        }
        i += read_option(&options, argv + i, i + 1 < argc ? argv[i + 1] : NULL);
    }
    return options;
}

static void raise_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static struct gs_target *target;

static void on_signal(int number)
{
    (void)number;
    gs_target_stop(target); // a uv_async_send, which a signal handler may do
}

static void take_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char **argv)
{
    struct gs_target_options options = read_options(argc, argv);
    raise_files();
    int rc = gs_target_open(&target, &options);
    if (rc != 0) {
        fprintf(stderr, "goose-target: cannot listen: %s\n", strerror(-rc));
        return 1;
    }
    take_signals();
    printf("target listening on %s://%s:%u\n", options.tls ? "https" : "http", options.address,
           gs_target_port(target));
    fflush(stdout);
    gs_target_run(target);
    gs_target_close(target);
    return 0;
}
