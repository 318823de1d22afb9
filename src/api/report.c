// Reports of a finished simulation: what report/ prints, gathered from core/ and config/.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/oom.h"
#include "api/intervals.h"
#include "api/output.h"
#include "api/profiling.h"
#include "api/region.h"
#include "core/counters.h"
#include "core/pmu.h"
#include "page/page.h"
#include "report/intervals.h"
#include "report/report.h"
#include "report/uncertainty.h"

// A report and the tables it points to.
struct sheet {
    struct report r;
    struct core_stats stats;
    struct stat_group groups[CORE_GROUPS];
    struct report_slots level2[TOPDOWN2_COUNT], cause[STACK_COUNT];
    struct report_structure structure[STRUCTURE_COUNT];
    struct report_event event[PMU_COUNT];
    char digest[17];
    struct report_uncertainty uncertainty;
};

_Static_assert((int)REPORT_TOPDOWN == (int)TOPDOWN_COUNT, "report.h lists the same slots");
_Static_assert((int)REPORT_BINS == (int)CORE_BINS, "and the same bins");

static void fill_slots(struct sheet *t)
{
    const struct core_stats *c = &t->stats;
    memcpy(t->r.slots, c->slots, sizeof(t->r.slots));
    for (u32 k = 0; k < TOPDOWN2_COUNT; k++) {
        const struct core_topdown2 *row = &core_topdown2[k];
        t->level2[k] = (struct report_slots){ row->name, row->title, row->of, c->slots2[k] };
    }
    for (u32 k = 0; k < STACK_COUNT; k++) {
        const struct core_row *row = &core_causes[k];
        t->cause[k] = (struct report_slots){ row->name, row->doc, row->of, c->stack[k] };
    }
    t->r.level2 = t->level2;
    t->r.level2s = TOPDOWN2_COUNT;
    t->r.cause = t->cause;
    t->r.causes = STACK_COUNT;
}

static void fill_structures(struct sheet *t)
{
    for (u32 k = 0; k < STRUCTURE_COUNT; k++) {
        const struct core_structure *m = &t->stats.structure[k];
        t->structure[k] =
            (struct report_structure){ core_structures[k].name, core_structures[k].doc, m->entries,
                                       m->full, m->bin };
    }
    t->r.structure = t->structure;
    t->r.structures = t->stats.structures ? STRUCTURE_COUNT : 0;
}

static void fill_events(struct sheet *t)
{
    for (u32 k = 0; k < PMU_COUNT; k++)
        t->event[k] =
            (struct report_event){ pmu_events[k].number, pmu_events[k].name, pmu_events[k].apple,
                                   pmu_read(t->groups, (enum pmu)k) };
    t->r.event = t->event;
    t->r.events = PMU_COUNT;
}

// What a core did.
static void fill_core(struct sheet *t, const struct core *core)
{
    core_stats(core, &t->stats);
    core_counters(&t->stats, t->groups);
    t->r.cycles = t->stats.cycles;
    t->r.groups = t->groups;
    t->r.runs = t->stats.runs;
    fill_slots(t);
}

// The same run on other cores.
static void fill_uncertainty(struct sheet *t, const struct m2sim *s)
{
    struct report_uncertainty *u = &t->uncertainty;
    struct sheet *draw = calloc(1, sizeof(*draw));
    if (!draw)
        out_of_memory();
    *u = (struct report_uncertainty){
        .draws = draws_count(s->draws),
        .kept = draws_kept(s->draws),
        .seed = s->options.seed,
        .discrepancy = prior_discrepancy(&s->config.fit, s->options.model),
    };
    uncertainty_begin(u, &t->r);
    for (u32 k = 0; k < u->draws; k++) {
        draw->r = t->r;
        draw->r.frequency_ghz = draws_config(s->draws, k)->core.clock_mhz / 1e3;
        fill_core(draw, draws_core(s->draws, k));
        uncertainty_add(u, &draw->r);
    }
    uncertainty_end(u);
    t->r.uncertainty = u;
    free(draw);
}

static struct sheet *sheet_new(const struct m2sim *s)
{
    static const char *const ended[] = { "exit",        "signal", "limit",
                                         "interrupted", "region", "memory" };
    struct sheet *t = calloc(1, sizeof(*t));
    if (!t)
        out_of_memory();
    struct m2sim_error e;
    if (!*s->digest && !api_digest_program(s, t->digest, &e)) {
        fprintf(s->options.messages, "m2sim: the report has no digest of the program: %s\n",
                e.text);
        t->digest[0] = 0;
    }
    t->r = (struct report){
        .instructions = s->machine.instructions,
        .exit_status = s->status,
        .ended = ended[m2sim_ended(s)],
        .host_seconds = s->host_seconds,
        .release = m2sim_version(),
        .version = m2sim_full_version(),
        .model_digest = m2sim_model_digest(),
        .program = s->options.program,
        .program_digest = *s->digest ? s->digest : t->digest,
        .command = s->options.command,
        .environment_digest = s->environment,
        .may_differ = s->process->children_made &&
                      (s->options.mode == M2SIM_TIME || s->options.deterministic),
    };
    if (!s->core)
        return t;
    fill_core(t, s->core);
    if (s->region) {
        t->r.region = region_text(s->region);
        t->r.before = region_before(s->region);
        t->r.warmed = region_warmed(s->region);
        t->r.instructions = t->stats.instructions;
    }
    if (s->intervals) {
        t->r.interval = intervals_all(s->intervals, &t->r.intervals);
        t->r.every = s->options.interval;
    }
    t->r.timed = true;
    t->r.memory = bounds_memory(s->process->space->bounds);
    t->r.threads = s->process->threads_made;
    t->r.children = s->process->children_made;
    t->r.frequency_ghz = s->config.core.clock_mhz / 1e3;
    t->r.model = s->options.model;
    t->r.core = s->config.core.name;
    t->r.config_digest = s->config.digest;
    t->r.unread = s->unread;
    fill_structures(t);
    fill_events(t);
    if (s->draws)
        fill_uncertainty(t, s);
    return t;
}

// -- A page --

bool m2sim_can_page(struct m2sim_error *e)
{
    struct err err;
    return page_can(&err) || api_fail(e, M2SIM_EXIT_INTERNAL, "%s", err.text);
}

static void write_page(const struct m2sim *s, const struct report *r, FILE *f, bool host)
{
    struct page *p = page_begin(f);
    struct err err;
    report_json(r, page_part(p, "report"), host);
    config_show_json(&s->config, page_part(p, "config"));
    report_labels_json(r, page_part(p, "labels"));
    page_end(p, &err);   // the caller asks `f`
}

// What `write` writes, in `a`.
static const char *kept(void (*write)(const struct m2sim *s, const struct report *r, FILE *f),
                        const struct m2sim *s, const struct report *r, struct arena *a)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    if (!f)
        out_of_memory();
    write(s, r, f);
    if (fclose(f))
        out_of_memory();
    char *copy = ARENA_ARRAY(a, size + 1, char);
    memcpy(copy, text, size + 1);
    free(text);
    return copy;
}

static void tell_report(const struct m2sim *s, const struct report *r, FILE *f)
{
    report_json(r, f, false);   // a profile has no figures of the host
}

static void tell_config(const struct m2sim *s, const struct report *r, FILE *f)
{
    config_show_json(&s->config, f);
}

static void tell_labels(const struct m2sim *s, const struct report *r, FILE *f)
{
    report_labels_json(r, f);
}

void profiling_describe(const struct m2sim *s, struct profile *p, struct arena *a)
{
    struct sheet *t = sheet_new(s);
    p->report = kept(tell_report, s, &t->r, a);
    p->config = kept(tell_config, s, &t->r, a);
    p->labels = kept(tell_labels, s, &t->r, a);
    free(t);
}

bool m2sim_report(const struct m2sim *s, FILE *f, unsigned flags)
{
    struct sheet *t = sheet_new(s);
    if (flags & M2SIM_PAGE && s->core)
        write_page(s, &t->r, f, !(flags & M2SIM_NO_HOST));
    else if (flags & M2SIM_JSON)
        report_json(&t->r, f, !(flags & M2SIM_NO_HOST));
    else
        report_text(&t->r, f, !(flags & M2SIM_NO_HOST));
    free(t);
    return fflush(f) == 0 && !ferror(f);
}

// -- A folder --

static void write_text(const struct m2sim *s, const struct report *r, FILE *f, bool host)
{
    report_text(r, f, host);
}

static void write_json(const struct m2sim *s, const struct report *r, FILE *f, bool host)
{
    report_json(r, f, host);
}

static void write_gem5(const struct m2sim *s, const struct report *r, FILE *f, bool host)
{
    report_gem5(r, f, host);
}

static void write_intervals(const struct m2sim *s, const struct report *r, FILE *f, bool host)
{
    intervals_csv(r, f);
}

static void write_yaml(const struct m2sim *s, const struct report *r, FILE *f, bool host)
{
    config_write(&s->config, f);
}

static void write_config(const struct m2sim *s, const struct report *r, FILE *f, bool host)
{
    config_show_json(&s->config, f);
}

static void write_table(const struct m2sim *s, const struct report *r, FILE *f, bool host)
{
    if (s->table_size)
        fwrite(s->table, 1, s->table_size, f);
}

struct part {
    const char *name;
    void (*write)(const struct m2sim *s, const struct report *r, FILE *f, bool host);
    bool wanted;
    const struct profile_format *format;   // a profile is written, by that
};

static size_t list_parts(const struct m2sim *s, struct part list[OUTPUT_FILES])
{
    const struct config *c = &s->config;
    bool beside = s->core && *c->core.instructions && c->core.instructions[0] != '/';
    const char *table = beside ? strrchr(c->instructions, '/') : NULL;
    const struct part all[] = {
        { API_STRACE, NULL, s->options.strace != NULL },
        { "config.yaml", write_yaml, s->core != NULL },
        { "config.json", write_config, s->core != NULL },
        { "stats.txt", write_gem5, true },
        { "report.txt", write_text, true },
        { "report.json", write_json, true },
        { "intervals.csv", write_intervals, s->intervals != NULL },
        { table ? table + 1 : c->core.instructions, write_table, beside },
    };
    struct err none;
    size_t n = 0;
    for (const struct profile_format *f = profile_formats; f->name; f++)
        list[n++] = (struct part){ f->file, NULL, s->profiling && profile_can(f, &none), f };
    memcpy(list + n, all, sizeof(all));
    return n + COUNT(all) - !beside;
}

static bool bad_output(const struct m2sim_output *to, const struct err *why, struct m2sim_error *e)
{
    return api_fail(e, M2SIM_EXIT_OUTPUT, "%.200s%s%s", to->path,
                    to->path[strlen(to->path) - 1] == '/' ? "" : "/", why->text);
}

// Writes a file whole, under no name still. System calls have been written while it ran.
static bool write_part(const struct m2sim *s, const struct part *p, const struct report *r,
                       const struct profile *profile, struct m2sim_output *to, struct output **out,
                       bool host, struct err *e)
{
    *out = NULL;
    if (!p->wanted)
        return true;
    if (p->format) {
        *out = output_in(to->folder, p->name, 0666 & ~to->mask, e);
        if (*out && !p->format->write(profile, output_stream(*out), e))
            return false;
    } else if (!p->write) {
        *out = to->file;
        to->file = NULL;
    } else {
        *out = output_in(to->folder, p->name, 0666 & ~to->mask, e);
        if (*out)
            p->write(s, r, output_stream(*out), host);
    }
    return *out && output_flush(*out, e);
}

// A file that this run does not write is another run's, and goes.
static bool put_in_place(const struct m2sim_output *to, const char *name, struct output *out,
                         struct err *e)
{
    if (out)
        return output_end(out, e);
    return unlinkat(to->folder, name, 0) == 0 || errno == ENOENT ||
           err_set(e, "%s: %s", name, strerror(errno));
}

// The table that the folder's config.yaml of an earlier run names, "" when there is none.
static void old_table(const struct m2sim_output *to, char name[NAME_MAX + 1])
{
    char line[512], quoted[NAME_MAX + 1];
    int fd = openat(to->folder, "config.yaml", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
    bool ours =
        f && fgets(line, sizeof(line), f) && !strncmp(line, CONFIG_HEAD, strlen(CONFIG_HEAD));
    *name = 0;
    while (ours && !*name && fgets(line, sizeof(line), f))
        if (sscanf(line, "instructions: \"%255[^\"/]\"", quoted) == 1)
            strcpy(name, quoted);
    if (f)
        fclose(f);
    else if (fd >= 0)
        close(fd);
}

static bool has_cores(const struct m2sim_output *to)
{
    int fd = openat(to->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    bool any = !d;
    for (const struct dirent *entry; d && !any && (entry = readdir(d));) {
        const char *dot = strrchr(entry->d_name, '.');
        any = dot && !strcmp(dot, ".yaml") && strcmp(entry->d_name, "config.yaml") != 0;
    }
    if (d)
        closedir(d);
    else if (fd >= 0)
        close(fd);
    return any;
}

// An earlier run's table goes with its config.yaml; not where there are core files of the user's,
// whose it may be.
static void drop_old_table(const struct m2sim_output *to, const struct part *part, size_t parts)
{
    char name[NAME_MAX + 1];
    old_table(to, name);
    bool kept = !*name || has_cores(to);
    for (size_t k = 0; k < parts; k++)
        kept |= part[k].wanted && !strcmp(part[k].name, name);
    if (!kept)
        unlinkat(to->folder, name, 0);
}

bool m2sim_report_folder(const struct m2sim *s, struct m2sim_output *to, unsigned flags,
                         struct m2sim_error *e)
{
    struct err err = { "" };
    struct part part[OUTPUT_FILES];
    struct output *out[OUTPUT_FILES];
    m2sim_output_release(to);
    struct sheet *t = sheet_new(s);
    size_t parts = list_parts(s, part), n = 0, k = 0;
    struct arena *a = arena_new();
    struct profile *profile = s->profiling ? profiling_result(s, a, e) : NULL;
    bool ok = profile || !s->profiling, good = ok;
    if (profile)
        profiling_describe(s, profile, a);
    for (; ok && n < parts; n++)
        ok = write_part(s, &part[n], &t->r, profile, to, &out[n], !(flags & M2SIM_NO_HOST), &err);
    arena_free(a);
    if (ok)
        drop_old_table(to, part, parts);
    for (; ok && k < parts; k++)
        ok = put_in_place(to, part[k].name, out[k], &err);
    while (k < n)
        output_drop(out[k++]);
    free(t);
    if (!good)
        return false;
    if (ok && !output_unmoved(to->folder, to->where))
        return api_fail(e, M2SIM_EXIT_OUTPUT, "%.200s: moved meanwhile, with what was written",
                        to->path);
    return ok || bad_output(to, &err, e);
}
