// loop: the engine without Python: users that GET one URL in a loop. Prints requests per second,
// CPU time per request and times as one line of JSON.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "engine/attack.h"
#include "engine/loop_driver.h"
#include "net/http1.h"

static double cpu_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: loop URL USERS SECONDS [LANES]\n");
        return 2;
    }
    struct gs_loop_plan loop = {.url = argv[1], .verify = false};
    uint32_t users = (uint32_t)atoi(argv[2]);
    uint16_t *class_of = calloc(users, sizeof *class_of);
    struct gs_plan plan = {.users = users,
                           .lanes = argc > 4 ? (unsigned)atoi(argv[4]) : 1,
                           .hatch_per_s = 1e6,
                           .run_time_ns = (uint64_t)(atof(argv[3]) * 1e9),
                           .stop_timeout_ns = GS_S,
                           .seed = 1,
                           .reset = true,
                           .metrics = true,
                           .backend = gs_backend_default(),
                           .transport = &gs_http1,
                           .class_of = class_of};
    struct gs_attack attack;
    if (!class_of || gs_attack_init(&attack, &plan, &gs_loop_driver, &loop) != 0 ||
        gs_attack_start(&attack) != 0)
        return 1;
    gs_attack_wait(&attack, GS_PHASE_RUNNING, GS_NEVER);
    double before = cpu_s();
    gs_attack_wait(&attack, GS_PHASE_STOPPING, GS_NEVER);
    double used = cpu_s() - before;
    gs_attack_wait(&attack, GS_PHASE_DONE, GS_NEVER);
    double seconds = (double)gs_attack_counted_ns(&attack) / 1e9;
    for (uint32_t i = 0; i < attack.total->row_count; i++) {
        const struct gs_row *row = attack.total->rows[i];
        if (row)
            printf("{\"requests\": %lld, \"failures\": %lld, \"per_second\": %.0f, "
                   "\"cpu_us\": %.3f, \"p50_ms\": %.3f, \"p99_ms\": %.3f}\n",
                   (long long)row->count, (long long)row->failures, (double)row->count / seconds,
                   used * 1e6 / (double)row->count,
                   (double)gs_hist_percentile(&row->times, 50) / 1e6,
                   (double)gs_hist_percentile(&row->times, 99) / 1e6);
    }
    gs_attack_fini(&attack);
    free(class_of);
    return 0;
}
