#include "plan/spread.h"

#include <stdlib.h>

static uint32_t heaviest(const struct gs_share *shares, uint32_t count, double *credit)
{
    double total = 0;
    uint32_t best = count;
    for (uint32_t i = 0; i < count; i++) {
        if (shares[i].fixed_count)
            continue;
        credit[i] += shares[i].weight;
        total += shares[i].weight;
        if (best == count || credit[i] > credit[best])
            best = i;
    }
    if (best < count)
        credit[best] -= total;
    return best;
}

int gs_spread(const struct gs_share *shares, uint32_t count, uint32_t users, uint16_t *class_of)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t n = 0; n < shares[i].fixed_count && k < users; n++)
            class_of[k++] = (uint16_t)i;
    double *credit = calloc(count ? count : 1, sizeof *credit);
    if (!credit)
        return -1;
    int rc = 0;
    for (; k < users && rc == 0; k++) {
        uint32_t i = heaviest(shares, count, credit);
        if (i < count)
            class_of[k] = (uint16_t)i;
        else
            rc = -1;
    }
    free(credit);
    return rc;
}
