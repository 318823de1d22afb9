#include <inttypes.h>
#include <stdio.h>

#include "report/figures.h"
#include "report/uncertainty.h"

const char *uncertainty_margin(const struct report *r, const char *name, double unit,
                               const char *format, char text[40])
{
    const struct report_range *range = uncertainty_of(r->uncertainty, name);
    char number[32];
    *text = 0;
    if (range) {
        snprintf(number, sizeof(number), format, range->margin * unit);
        snprintf(text, 40, " ± %s", number);
    }
    return text;
}

void uncertainty_text(const struct report *r, FILE *f)
{
    const struct report_uncertainty *u = r->uncertainty;
    if (!u)
        return;
    fprintf(f,
            "\n  ± of the model: 95 %%, from %u draws (seed %" PRIu64
            ") of what may be otherwise in "
            "the core\n",
            u->draws, u->seed);
    if (u->discrepancy > 0)
        fprintf(f,
                "  and, of times, %.1f %% by which programs that nothing was fitted to differ "
                "besides.\n",
                100 * u->discrepancy);
    else
        fprintf(f, "  alone: how far this model is off besides, the core's file does not say.\n");
    if (u->kept)
        fprintf(f, "  %u of the draws are the core itself: no possible one was met.\n", u->kept);
}

void uncertainty_json(const struct report *r, struct jw *j)
{
    const struct report_uncertainty *u = r->uncertainty;
    if (!u)
        return;
    jw_object(j, "uncertainty");
    jw_u64(j, "draws", u->draws);
    jw_u64(j, "undrawn", u->kept);
    jw_u64(j, "seed", u->seed);
    jw_real(j, "confidence", 0.95);
    if (u->discrepancy > 0)
        jw_real(j, "discrepancy", u->discrepancy);
    else
        jw_text(j, "discrepancy", NULL);
    jw_object(j, "figures");
    for (u32 k = 0; k < u->figures; k++) {
        const struct report_range *range = &u->range[k];
        jw_object(j, u->figure[k].name);
        jw_real(j, "low", range->low);
        jw_real(j, "high", range->high);
        jw_real(j, "sd", range->sd);
        jw_real(j, "parameters_sd", range->parameters_sd);
        jw_close(j);
    }
    jw_close(j);
    jw_close(j);
}
