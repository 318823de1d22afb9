#include "report/report.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"

// clang-format off
static const char *const topdown_names[REPORT_TOPDOWN] = {
    "retiring", "bad_speculation", "frontend_bound", "backend_bound",
};
static const char *const topdown_titles[REPORT_TOPDOWN] = {
    "Retiring", "Bad Speculation", "Frontend Bound", "Backend Bound",
};
// clang-format on

static double ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

static double per_kilo(const struct report *r, u64 n)
{
    return 1000 * ratio((double)n, (double)r->instructions);
}

static double seconds(const struct report *r)
{
    return ratio((double)r->cycles, r->frequency_ghz * 1e9);
}

static double mips(const struct report *r)
{
    return ratio((double)r->instructions, r->host_seconds * 1e6);
}

static u64 all_slots(const struct report *r)
{
    u64 sum = 0;
    for (int k = 0; k < REPORT_TOPDOWN; k++)
        sum += r->slots[k];
    return sum;
}

// 1234567 as 1,234,567, right-aligned to `width`.
static void grouped(FILE *f, u64 n, int width)
{
    char digits[24], text[32];
    int k = snprintf(digits, sizeof(digits), "%" PRIu64, n), at = 0;
    for (int i = 0; i < k; i++) {
        if (i && (k - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = digits[i];
    }
    text[at] = 0;
    fprintf(f, "%*s", width, text);
}

static void line(FILE *f, u64 n, const char *name, const char *note)
{
    grouped(f, n, 18);
    fprintf(f, "  %-22s%s%s\n", name, *note ? "# " : "", note);
}

static void time_text(const struct report *r, FILE *f)
{
    char note[96];
    double s = seconds(r);
    fprintf(f, "%18.6f  %-22s# %s, %s model, %.3f GHz\n", s < 1 ? s * 1e3 : s,
            s < 1 ? "ms simulated" : "s simulated", r->core, r->model, r->frequency_ghz);
    snprintf(note, sizeof(note), "%.2f per instruction",
             ratio((double)r->cycles, (double)r->instructions));
    line(f, r->cycles, "cycles", note);
    snprintf(note, sizeof(note), "%.2f per cycle",
             ratio((double)r->instructions, (double)r->cycles));
    line(f, r->instructions, "instructions", note);
    line(f, r->branches, "predicted branches", "");
    snprintf(note, sizeof(note), "%.2f %% of them, %.2f MPKI",
             100 * ratio((double)r->mispredictions, (double)r->branches),
             per_kilo(r, r->mispredictions));
    line(f, r->mispredictions, "mispredictions", note);

    fprintf(f, "\n  Where the slots went (top-down, level 1)\n");
    for (int k = 0; k < REPORT_TOPDOWN; k++) {
        double share = ratio((double)r->slots[k], (double)all_slots(r));
        fprintf(f, "    %-16s %5.1f %%  %.*s\n", topdown_titles[k], 100 * share,
                (int)(40 * share + 0.5), "########################################");
    }

    fprintf(f, "\n    %-8s %16s %14s %9s %8s\n", "", "accesses", "misses", "miss rate", "MPKI");
    for (unsigned k = 0; k < r->levels; k++) {
        const struct report_level *l = &r->level[k];
        fprintf(f, "    %-8s ", l->name);
        grouped(f, l->accesses, 16);
        grouped(f, l->misses, 15);
        fprintf(f, " %7.2f %% %8.2f\n", 100 * ratio((double)l->misses, (double)l->accesses),
                per_kilo(r, l->misses));
    }
}

void report_text(const struct report *r, FILE *f, bool host)
{
    fprintf(f, "\n  m2sim %s: %s\n\n", r->version, r->command);
    if (r->timed)
        time_text(r, f);
    else
        line(f, r->instructions, "instructions", "");
    fprintf(f, "\n  exit status %d", r->exit_status);
    if (host)
        fprintf(f, "; the host took %.2f s, %.1f million instructions a second", r->host_seconds,
                mips(r));
    fprintf(f, "\n\n");
}

static void time_json(const struct report *r, struct jw *j)
{
    jw_u64(j, "cycles", r->cycles);
    jw_real(j, "ipc", ratio((double)r->instructions, (double)r->cycles));
    jw_real(j, "cpi", ratio((double)r->cycles, (double)r->instructions));
    jw_real(j, "frequency_ghz", r->frequency_ghz);
    jw_real(j, "seconds", seconds(r));
    jw_object(j, "topdown");
    for (int k = 0; k < REPORT_TOPDOWN; k++)
        jw_real(j, topdown_names[k], ratio((double)r->slots[k], (double)all_slots(r)));
    jw_object(j, "slots");
    for (int k = 0; k < REPORT_TOPDOWN; k++)
        jw_u64(j, topdown_names[k], r->slots[k]);
    jw_close(j);
    jw_close(j);
    jw_object(j, "branch");
    jw_u64(j, "predictions", r->branches);
    jw_u64(j, "mispredictions", r->mispredictions);
    jw_real(j, "mpki", per_kilo(r, r->mispredictions));
    jw_close(j);
    for (unsigned k = 0; k < r->levels; k++) {
        const struct report_level *l = &r->level[k];
        jw_object(j, l->name);
        jw_u64(j, "accesses", l->accesses);
        jw_u64(j, "misses", l->misses);
        jw_real(j, "mpki", per_kilo(r, l->misses));
        jw_close(j);
    }
    if (!r->rows)
        return;
    jw_object(j, "counters");
    for (const struct stat_row *row = r->rows; row->name; row++)
        jw_u64(j, row->name, *(const u64 *)((const char *)r->counters + row->offset));
    jw_close(j);
}

void report_json(const struct report *r, FILE *f, bool host)
{
    struct jw j;
    jw_begin(&j, f);
    jw_object(&j, NULL);
    jw_u64(&j, "schema", 1);
    jw_u64(&j, "instructions", r->instructions);
    jw_i64(&j, "exit_status", r->exit_status);
    if (r->timed)
        time_json(r, &j);
    if (host) {
        jw_object(&j, "host");
        jw_real(&j, "seconds", r->host_seconds);
        jw_real(&j, "mips", mips(r));
        jw_close(&j);
    }
    jw_object(&j, "provenance");
    jw_text(&j, "version", r->version);
    if (r->timed) {
        jw_text(&j, "model", r->model);
        jw_text(&j, "core", r->core);
        jw_text(&j, "config_digest", r->config_digest);
    }
    jw_text(&j, "program", r->program);
    jw_text(&j, "program_digest", r->program_digest);
    jw_text(&j, "command", r->command);
    jw_close(&j);
    jw_close(&j);
    jw_finish(&j);
}
