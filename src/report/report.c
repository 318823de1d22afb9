#include "report/report.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "report/figures.h"
#include "report/intervals.h"
#include "report/tables.h"
#include "report/uncertainty.h"

// clang-format off
const char *const report_topdown_titles[REPORT_TOPDOWN] = {
    "Retiring", "Bad Speculation", "Frontend Bound", "Backend Bound",
};
// clang-format on

static double mips(const struct report *r)
{
    return report_ratio((double)r->instructions, r->host_seconds * 1e6);
}

static void grouped(FILE *f, u64 n, int width)
{
    char text[32];
    fprintf(f, "%*s", width, report_grouped(n, text));
}

static void line(FILE *f, u64 n, const char *name, const char *note)
{
    grouped(f, n, 18);
    fprintf(f, "  %-22s%s%s\n", name, *note ? "# " : "", note);
}

static void branch_text(const struct report *r, FILE *f)
{
    struct report_branch branch[REPORT_CLASSES];
    u32 n = report_branches(r->groups, branch);
    for (const struct report_branch *b = branch; b < branch + n; b++) {
        if (!b->mispredicted)
            continue;
        char name[32], note[64];
        snprintf(name, sizeof(name), "  %s", b->name);
        snprintf(note, sizeof(note), "%.2f %% of %" PRIu64,
                 100 * report_ratio((double)b->mispredicted, (double)b->retired), b->retired);
        line(f, b->mispredicted, name, note);
    }
}

// `name` is the figure's, in uncertainty.h.
static void share_text(const struct report *r, FILE *f, const char *indent, const char *title,
                       const char *name, double share)
{
    char text[40], margin[40];
    snprintf(text, sizeof(text), "%s%s", indent, title);
    fprintf(f, "    %-22s %5.1f %%%s%s%.*s\n", text, 100 * share,
            uncertainty_margin(r, name, 100, "%4.1f", margin), share >= 0.0125 ? "  " : "",
            (int)(40 * share + 0.5), "########################################");
}

static void slots_text(const struct report *r, FILE *f)
{
    fprintf(f, "\n  Where the slots went (top-down, level 1%s)\n", r->level2s ? " and 2" : "");
    for (u32 k = 0; k < REPORT_TOPDOWN; k++) {
        char name[64];
        snprintf(name, sizeof(name), "topdown.%s", report_topdown[k]);
        share_text(r, f, "", report_topdown_titles[k], name, report_share(r, r->slots[k]));
        for (unsigned n = 0; n < r->level2s; n++) {
            snprintf(name, sizeof(name), "topdown.level2.%s.share", r->level2[n].name);
            if (r->level2[n].of == k)
                share_text(r, f, "  ", r->level2[n].title, name,
                           report_share(r, r->level2[n].slots));
        }
    }
}

// Causes below this share of all slots are summed up in one line.
static const double SMALL = 0.005;

static void stack_text(const struct report *r, FILE *f)
{
    if (!r->causes)
        return;
    double per_slot = report_ratio(report_ratio((double)r->cycles, (double)r->instructions),
                                   (double)report_slots_sum(r));
    double rest = 0;
    fprintf(f, "\n  Cycles per instruction, by cause\n");
    for (unsigned k = 0; k < r->causes; k++) {
        const struct report_slots *c = &r->cause[k];
        if (report_ratio((double)c->slots, (double)report_slots_sum(r)) < SMALL)
            rest += (double)c->slots * per_slot;
        else
            fprintf(f, "    %-12s %9.3f  %s\n", c->name, (double)c->slots * per_slot, c->title);
    }
    if (rest > 0)
        fprintf(f, "    %-12s %9.3f\n", "others", rest);
    fprintf(f, "    %-12s %9.3f\n", "all", per_slot * (double)report_slots_sum(r));
}

static void levels_text(const struct report *r, FILE *f)
{
    fprintf(f, "\n    %-8s %16s %14s %9s %8s\n", "", "accesses", "misses", "miss rate", "MPKI");
    struct report_level level[REPORT_LEVELS];
    u32 n = report_levels(r->groups, level);
    for (const struct report_level *l = level; l < level + n; l++) {
        fprintf(f, "    %-8s ", l->name);
        grouped(f, l->accesses, 16);
        if (l->memory) {
            fputc('\n', f);
            continue;
        }
        grouped(f, l->misses, 15);
        char name[64], margin[40];
        snprintf(name, sizeof(name), "%s.mpki", l->name);
        fprintf(f, " %7.2f %% %8.2f%s\n",
                100 * report_ratio((double)l->misses, (double)l->accesses),
                report_per_kilo(r, l->misses), uncertainty_margin(r, name, 1, "%.2f", margin));
    }
}

// The mean of an occupancy histogram, as a share: bin k stands for its middle.
static double mean_share(const u64 *bin)
{
    double sum = 0, all = 0;
    for (int k = 0; k < REPORT_BINS; k++) {
        sum += (double)bin[k] * (k ? k + 0.5 : 0);
        all += (double)bin[k];
    }
    return report_ratio(sum, all) / REPORT_BINS;
}

static void structures_text(const struct report *r, FILE *f)
{
    if (!r->structures)
        return;
    fprintf(f, "\n    %-16s %8s %9s %12s\n", "", "entries", "in use", "rename waits");
    for (unsigned k = 0; k < r->structures; k++) {
        const struct report_structure *m = &r->structure[k];
        if (m->entries)
            fprintf(f, "    %-16s %8" PRIu64 " %7.0f %% %10.2f %%\n", m->name, m->entries,
                    100 * mean_share(m->bin),
                    100 * report_ratio((double)m->full, (double)r->cycles));
    }
}

// What the figures are not, for a program of several threads or processes.
static void crowd_text(const struct report *r, FILE *f)
{
    if (r->threads)
        fprintf(
            f,
            "\n  %u threads took turns on the one simulated core: cycles and seconds are the sum "
            "of theirs.\n",
            r->threads + 1);
    if (r->children)
        fprintf(f, "\n  Not timed, and not counted here: %u child process%s.\n", r->children,
                r->children == 1 ? "" : "es");
}

static void crowd_json(const struct report *r, struct jw *j)
{
    if (r->threads) {
        jw_object(j, "threads");
        jw_u64(j, "count", r->threads + 1);
        jw_u64(j, "cores", 1);
        jw_close(j);
    }
    if (r->children) {
        jw_object(j, "not_timed");
        jw_u64(j, "child_processes", r->children);
        jw_close(j);
    }
}

// Children do not take turns with the rest: the host says when each of them runs.
static void differ_text(const struct report *r, FILE *f)
{
    if (r->may_differ)
        fprintf(f,
                "\n  It started processes, which run beside it as the host lets them: another run "
                "may differ.\n");
}

static void cycles_note(const struct report *r, char *note, size_t n)
{
    const struct report_range *cycles = uncertainty_of(r->uncertainty, "cycles");
    char far[32], margin[40];
    *note = 0;
    if (cycles)
        snprintf(note, n, "± %s model; ", report_grouped((u64)(cycles->margin + 0.5), far));
    size_t at = strlen(note);
    snprintf(note + at, n - at, "%.2f%s per instruction",
             report_ratio((double)r->cycles, (double)r->instructions),
             uncertainty_margin(r, "cpi", 1, "%.2f model", margin));
}

static void time_text(const struct report *r, FILE *f)
{
    char note[160], margin[40];
    double s = report_seconds(r), unit = s < 1 ? 1e3 : 1;
    fprintf(f, "%18.6f  %-22s#%s %s, %s model, %.3f GHz\n", s * unit,
            s < 1 ? "ms simulated" : "s simulated",
            uncertainty_margin(r, "seconds", unit, "%.6f model;", margin), r->core, r->model,
            r->frequency_ghz);
    for (const char *const *path = r->unread; path && *path; path++)
        fprintf(f, "%18s  %-22s# %s was set, but this model does not read it\n", "", "", *path);
    cycles_note(r, note, sizeof(note));
    line(f, r->cycles, "cycles", note);
    snprintf(note, sizeof(note), "%.2f%s per cycle",
             report_ratio((double)r->instructions, (double)r->cycles),
             uncertainty_margin(r, "ipc", 1, "%.2f model", margin));
    line(f, r->instructions, "instructions", note);
    u64 branches = report_counter(r, "core.branches"),
        wrong = report_counter(r, "core.mispredictions");
    line(f, branches, "predicted branches", "");
    snprintf(note, sizeof(note), "%.2f %% of them, %.2f%s MPKI",
             100 * report_ratio((double)wrong, (double)branches), report_per_kilo(r, wrong),
             uncertainty_margin(r, "branch.mpki", 1, "%.2f", margin));
    line(f, wrong, "mispredictions", note);

    branch_text(r, f);
    crowd_text(r, f);
    slots_text(r, f);
    stack_text(r, f);
    levels_text(r, f);
    structures_text(r, f);
    intervals_text(r, f);
    uncertainty_text(r, f);
}

static void region_text(const struct report *r, FILE *f)
{
    char before[32], warmed[32];
    fprintf(f, "  Timed %s\n", r->region);
    fprintf(
        f,
        "  %s instructions ran before it, %s more to warm caches, TLBs and predictors (--warm)\n\n",
        report_grouped(r->before, before), report_grouped(r->warmed, warmed));
}

void report_text(const struct report *r, FILE *f, bool host)
{
    fprintf(f, "\n  m2sim %s: %s\n\n", r->release, r->command);
    if (r->region)
        region_text(r, f);
    if (r->timed)
        time_text(r, f);
    else
        line(f, r->instructions, "instructions", "");
    differ_text(r, f);
    fprintf(f, "\n  exit status %d", r->exit_status);
    if (host)
        fprintf(f, "; the host took %.2f s, %.1f million instructions a second", r->host_seconds,
                mips(r));
    fprintf(f, "\n\n");
}

static void rows_json(struct jw *j, const struct stat_group *g)
{
    for (const struct stat_row *row = g ? g->rows : NULL; row && row->name; row++)
        jw_u64(j, row->name, stat_value(g, row));
}

// Groups inside one another as their paths are: each is an object in that of its prefix.
static void groups_json(const struct stat_group *g, struct jw *j)
{
    const char *open[8];
    u32 depth = 0;
    for (; g && g->path; g++) {
        while (depth && (strncmp(g->path, open[depth - 1], strlen(open[depth - 1])) != 0 ||
                         g->path[strlen(open[depth - 1])] != '.')) {
            jw_close(j);
            depth--;
        }
        assert(depth < COUNT(open));
        jw_object(j, depth ? g->path + strlen(open[depth - 1]) + 1 : g->path);
        open[depth++] = g->path;
        rows_json(j, g);
    }
    while (depth--)
        jw_close(j);
}

static void slots_json(const struct report *r, struct jw *j)
{
    double all = (double)report_slots_sum(r);
    jw_object(j, "topdown");
    for (int k = 0; k < REPORT_TOPDOWN; k++)
        jw_real(j, report_topdown[k], report_ratio((double)r->slots[k], all));
    jw_object(j, "slots");
    for (int k = 0; k < REPORT_TOPDOWN; k++)
        jw_u64(j, report_topdown[k], r->slots[k]);
    jw_close(j);
    if (r->level2s) {
        jw_object(j, "level2");
        for (unsigned k = 0; k < r->level2s; k++) {
            jw_object(j, r->level2[k].name);
            jw_text(j, "of", report_topdown[r->level2[k].of]);
            jw_u64(j, "slots", r->level2[k].slots);
            jw_real(j, "share", report_ratio((double)r->level2[k].slots, all));
            jw_close(j);
        }
        jw_close(j);
    }
    jw_close(j);
    if (!r->causes)
        return;
    double cpi = report_ratio((double)r->cycles, (double)r->instructions);
    jw_object(j, "cpi_stack");
    for (unsigned k = 0; k < r->causes; k++) {
        const struct report_slots *c = &r->cause[k];
        jw_object(j, c->name);
        jw_text(j, "of", r->level2[c->of].name);
        jw_u64(j, "slots", c->slots);
        jw_real(j, "cpi", report_ratio((double)c->slots, all) * cpi);
        jw_close(j);
    }
    jw_close(j);
}

static void branch_json(const struct report *r, struct jw *j)
{
    struct report_branch branch[REPORT_CLASSES];
    u32 n = report_branches(r->groups, branch);
    u64 wrong = report_counter(r, "core.mispredictions");
    jw_object(j, "branch");
    jw_u64(j, "predictions", report_counter(r, "core.branches"));
    jw_u64(j, "mispredictions", wrong);
    jw_real(j, "mpki", report_per_kilo(r, wrong));
    for (const struct report_branch *b = branch; b < branch + n; b++) {
        jw_object(j, b->name);
        jw_u64(j, "retired", b->retired);
        jw_u64(j, "mispredictions", b->mispredicted);
        jw_real(j, "mpki", report_per_kilo(r, b->mispredicted));
        jw_close(j);
    }
    jw_close(j);
}

// Objects that had their names before counters had paths, and keep them.
static void levels_json(const struct report *r, struct jw *j)
{
    struct report_level level[REPORT_LEVELS];
    u32 n = report_levels(r->groups, level);
    for (const struct report_level *l = level; l < level + n; l++) {
        jw_object(j, l->name);
        jw_u64(j, "accesses", l->accesses);
        if (!l->memory) {
            jw_u64(j, "misses", l->misses);
            jw_real(j, "mpki", report_per_kilo(r, l->misses));
        }
        rows_json(j, stat_group(r->groups, l->group));
        jw_close(j);
    }
}

static void structures_json(const struct report *r, struct jw *j)
{
    if (!r->structures)
        return;
    jw_object(j, "structures");
    for (unsigned k = 0; k < r->structures; k++) {
        const struct report_structure *m = &r->structure[k];
        jw_object(j, m->name);
        jw_u64(j, "entries", m->entries);
        jw_u64(j, "full_cycles", m->full);
        jw_real(j, "mean_use", mean_share(m->bin));
        jw_array(j, "occupancy_cycles");
        for (int n = 0; n < REPORT_BINS; n++)
            jw_u64(j, NULL, m->bin[n]);
        jw_close(j);
        jw_close(j);
    }
    jw_close(j);
}

static void events_json(const struct report *r, struct jw *j)
{
    if (!r->events)
        return;
    jw_object(j, "pmu");
    for (unsigned k = 0; k < r->events; k++)
        jw_u64(j, r->event[k].name, r->event[k].value);
    jw_object(j, "apple");
    for (unsigned k = 0; k < r->events; k++)
        if (*r->event[k].apple)
            jw_u64(j, r->event[k].apple, r->event[k].value);
    jw_close(j);
    jw_close(j);
}

static void time_json(const struct report *r, struct jw *j)
{
    jw_u64(j, "cycles", r->cycles);
    jw_real(j, "ipc", report_ratio((double)r->instructions, (double)r->cycles));
    jw_real(j, "cpi", report_ratio((double)r->cycles, (double)r->instructions));
    jw_real(j, "frequency_ghz", r->frequency_ghz);
    jw_real(j, "seconds", report_seconds(r));
    crowd_json(r, j);
    slots_json(r, j);
    branch_json(r, j);
    levels_json(r, j);
    structures_json(r, j);
    events_json(r, j);
    intervals_json(r, j);
    uncertainty_json(r, j);
    if (!r->groups)
        return;
    jw_object(j, "counters");
    rows_json(j, stat_group(r->groups, r->runs));
    jw_close(j);
    groups_json(r->groups, j);
}

void report_json(const struct report *r, FILE *f, bool host)
{
    struct jw j;
    jw_begin(&j, f);
    jw_object(&j, NULL);
    jw_u64(&j, "schema", 1);
    jw_u64(&j, "instructions", r->instructions);
    jw_i64(&j, "exit_status", r->exit_status);
    jw_text(&j, "ended", r->ended);
    if (r->region) {
        jw_object(&j, "region");
        jw_text(&j, "what", r->region);
        jw_u64(&j, "instructions_before", r->before);
        jw_u64(&j, "instructions_warmed", r->warmed);
        jw_close(&j);
    }
    if (r->may_differ)
        jw_text(&j, "may_differ", "child processes ran beside it");
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
    jw_text(&j, "model_digest", r->model_digest);
    if (r->timed) {
        jw_text(&j, "model", r->model);
        jw_text(&j, "core", r->core);
        jw_text(&j, "config_digest", r->config_digest);
        jw_array(&j, "unread");
        for (const char *const *path = r->unread; path && *path; path++)
            jw_text(&j, NULL, *path);
        jw_close(&j);
        jw_text(&j, "environment_digest", r->environment_digest);
        jw_u64(&j, "memory", r->memory);
    }
    jw_text(&j, "program", r->program);
    jw_text(&j, "program_digest", r->program_digest);
    jw_text(&j, "command", r->command);
    jw_close(&j);
    jw_close(&j);
    jw_finish(&j);
}

void report_labels_json(const struct report *r, FILE *f)
{
    struct jw j;
    jw_begin(&j, f);
    jw_object(&j, NULL);
    jw_array(&j, "causes");
    for (unsigned k = 0; k < r->causes; k++) {
        const struct report_slots *of = &r->level2[r->cause[k].of];
        jw_array(&j, NULL);
        jw_text(&j, NULL, r->cause[k].name);
        jw_text(&j, NULL, r->cause[k].title);
        jw_text(&j, NULL, of->title);
        jw_text(&j, NULL, report_topdown_titles[of->of]);
        jw_close(&j);
    }
    jw_close(&j);
    jw_array(&j, "structures");
    for (unsigned k = 0; k < r->structures; k++) {
        jw_array(&j, NULL);
        jw_text(&j, NULL, r->structure[k].name);
        jw_text(&j, NULL, r->structure[k].doc);
        jw_close(&j);
    }
    jw_close(&j);
    jw_close(&j);
    jw_finish(&j);
}
