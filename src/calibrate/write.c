// The core file that a calibration leaves: what it changes, and how sure it is.
#include <math.h>
#include <string.h>

#include "calibrate/calibrate.h"
#include "calibrate/loss.h"

double cal_correlation(const struct calibration *c, u32 i, u32 j)
{
    const double *v = c->covariance;
    u32 n = c->fits;
    return v[i * n + j] / sqrt(v[i * n + i] * v[j * n + j]);
}

// Writes `text` for each fitted parameter, nested as in a core file. The table has those of a group
// one after the other; a group that comes again would be a fault of its order.
static void nest(const struct calibration *c, FILE *f, int indent,
                 void (*text)(const struct cal_param *p, FILE *f))
{
    char open[128] = "";   // the group whose heading was written last
    for (u32 k = 0; k < c->params; k++) {
        const struct cal_param *p = &c->param[k];
        const char *path = core_table[p->id].path, *last = strrchr(path, '.');
        bool fitted = false;
        for (u32 j = 0; j < c->fits; j++)
            fitted |= c->chosen[j] == k;
        if (!fitted)
            continue;
        size_t at = 0, group = last ? (size_t)(last - path) + 1 : 0;
        int depth = 0;
        while (at < group) {
            size_t n = strcspn(path + at, ".") + 1;
            if (strncmp(open, path, at + n) != 0)
                fprintf(f, "%*s%.*s:\n", indent + 2 * depth, "", (int)n - 1, path + at);
            at += n;
            depth++;
        }
        snprintf(open, sizeof(open), "%.*s", (int)group, path);
        fprintf(f, "%*s%s: ", indent + 2 * depth, "", path + group);
        text(p, f);
    }
}

static void value_text(const struct cal_param *p, FILE *f)
{
    fprintf(f, "%.6g   # fitted, +- %.2g %s; before %.6g +- %.2g\n", p->value, p->after,
            core_table[p->id].unit, p->start, p->sd);
}

static void prior_text(const struct cal_param *p, FILE *f)
{
    fprintf(f, "[%.6g, %.6g, %.3g]\n", p->low, p->high, p->after);
}

static void write_correlations(const struct calibration *c, FILE *f)
{
    bool any = false;
    for (u32 i = 0; i < c->fits; i++)
        for (u32 j = 0; j < i; j++) {
            double r = cal_correlation(c, i, j);
            if (fabs(r) < 0.05)
                continue;
            if (!any)
                fprintf(f, "  correlations:\n");
            any = true;
            fprintf(f, "    - [%s, %s, %.2f]\n", core_table[c->param[c->chosen[j]].id].path,
                    core_table[c->param[c->chosen[i]].id].path, r);
        }
}

// In double quotes, as YAML wants it.
static void write_text(const char *text, FILE *f)
{
    fputc('"', f);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', f);
        fputc((unsigned char)*text < ' ' ? ' ' : *text, f);
    }
    fputs("\"\n", f);
}

void cal_write(const struct calibration *c, const char *provenance, FILE *f)
{
    fprintf(
        f,
        "# %s: calibrated, and how sure that is.\n#\n"
        "# Mean |ln(simulated / measured)| of %zu points of %u families: %.1f %% before, %.1f %% "
        "after,\n# %.1f %% of families that a fit has not seen.\n\n"
        "extends: %s\n",
        c->fit->core, c->points, c->families, 100 * cal_error(c, c->begin, NO_FOLD, false),
        100 * cal_error(c, c->after, NO_FOLD, false),
        100 * cal_error(c, c->out_of_fold, NO_FOLD, false), c->fit->core);
    if (c->accepted)
        nest(c, f, 0, value_text);
    else
        fprintf(f, "# No value is changed: what was fitted does not hold elsewhere.\n");
    fprintf(f, "\nfit:\n  fitted_with: ");
    write_text(provenance, f);
    if (!isnan(c->discrepancy))
        fprintf(f, "  discrepancy: {%s: %.3f}\n", c->fit->model, c->discrepancy);
    nest(c, f, 2, prior_text);
    write_correlations(c, f);
}
