#include "target/delay.h"

#include <math.h>

#include "base/clock.h"

#define DELAY_MAX_MS 3600000.0

static void answer_late(struct gs_visit *visit)
{
    gs_answer_text(visit, 200, "late, goose\n");
}

static void wait_ms(struct gs_visit *visit, double ms)
{
    ms = ms < 0 ? 0 : ms > DELAY_MAX_MS ? DELAY_MAX_MS : ms;
    visit->peer->received_ns = gs_now_ns();
    gs_peer_wait(visit->peer, (uint64_t)(ms * 1e6), answer_late);
}

// Up to two numbers between slashes.
static bool read_numbers(struct gs_visit *visit, int count, double *numbers)
{
    struct gs_text rest = visit->rest;
    for (int i = 0; i < count; i++)
        if (!gs_text_decimal(gs_text_cut(&rest, '/'), &numbers[i]))
            return false;
    return rest.len == 0;
}

static void refuse(struct gs_visit *visit)
{
    gs_answer_text(visit, 400,
                   "/delay/MS, /delay/exp/MEAN, /delay/uniform/A/B, "
                   "/delay/lognormal/MEDIAN/SIGMA (milliseconds)\n");
}

void gs_delay_fixed(struct gs_visit *visit)
{
    double ms[1];
    if (read_numbers(visit, 1, ms))
        wait_ms(visit, ms[0]);
    else
        refuse(visit);
}

void gs_delay_exponential(struct gs_visit *visit)
{
    double ms[1];
    if (read_numbers(visit, 1, ms))
        wait_ms(visit, -ms[0] * log1p(-gs_rng_unit(&visit->target->rng)));
    else
        refuse(visit);
}

void gs_delay_uniform(struct gs_visit *visit)
{
    double ms[2];
    if (read_numbers(visit, 2, ms))
        wait_ms(visit, ms[0] + (ms[1] - ms[0]) * gs_rng_unit(&visit->target->rng));
    else
        refuse(visit);
}

// Normal by Box and Muller, one of the pair.
void gs_delay_lognormal(struct gs_visit *visit)
{
    double numbers[2];
    if (!read_numbers(visit, 2, numbers)) {
        refuse(visit);
        return;
    }
    double radius = sqrt(-2 * log1p(-gs_rng_unit(&visit->target->rng)));
    double normal = radius * cos(2 * acos(-1.0) * gs_rng_unit(&visit->target->rng));
    wait_ms(visit, numbers[0] * exp(numbers[1] * normal));
}
