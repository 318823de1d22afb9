// Reports of a finished simulation: what report/ prints, gathered from core/ and config/.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/sim.h"
#include "core/counters.h"
#include "core/pmu.h"
#include "report/report.h"

// A report and the tables it points to.
struct sheet {
    struct report r;
    struct core_stats stats;
    struct stat_group groups[CORE_GROUPS];
    struct report_slots level2[TOPDOWN2_COUNT], cause[STACK_COUNT];
    struct report_room room[ROOM_COUNT];
    struct report_event event[PMU_COUNT];
    char digest[17];
};

_Static_assert((int)REPORT_TOPDOWN == (int)TOPDOWN_COUNT, "report.h lists the same slots");
_Static_assert((int)REPORT_BINS == (int)CORE_BINS, "and the same bins");
_Static_assert((int)REPORT_CLASSES == (int)BRANCHES_COUNT, "and the same branches");

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

static void fill_rooms(struct sheet *t)
{
    for (u32 k = 0; k < ROOM_COUNT; k++) {
        const struct core_room *m = &t->stats.room[k];
        t->room[k] = (struct report_room){ core_rooms[k].name, core_rooms[k].doc, m->entries,
                                           m->full, m->bin };
    }
    t->r.room = t->room;
    t->r.rooms = t->stats.rooms ? ROOM_COUNT : 0;
}

static void fill_levels(struct sheet *t)
{
    const struct core_stats *c = &t->stats;
    for (unsigned k = 0; k < c->levels; k++) {
        const struct core_level *l = &c->level[k];
        t->r.level[k] =
            (struct report_level){ .name = l->name, .accesses = l->accesses, .misses = l->misses };
    }
    t->r.level[c->levels] = (struct report_level){
        .name = "dram", .accesses = c->memory.dram.reads + c->memory.dram.writes, .memory = true
    };
    t->r.levels = c->levels + 1;
}

static void fill_branches(struct sheet *t)
{
    static const char *const names[] = { "conditional", "indirect", "return", "direct" };
    for (u32 k = 0; k < BRANCHES_COUNT; k++)
        t->r.branch[k] = (struct report_branch){ names[k], t->stats.branch[k].retired,
                                                 t->stats.branch[k].mispredicted };
    t->r.branch_classes = BRANCHES_COUNT;
    t->r.branches = t->stats.branches;
    t->r.mispredictions = t->stats.mispredictions;
}

static void fill_events(struct sheet *t)
{
    u64 value[PMU_COUNT];
    pmu_read(&t->stats, value);
    for (u32 k = 0; k < PMU_COUNT; k++)
        t->event[k] = (struct report_event){ pmu_events[k].number, pmu_events[k].name,
                                             pmu_events[k].apple, value[k] };
    t->r.event = t->event;
    t->r.events = PMU_COUNT;
}

static struct sheet *sheet_new(const struct m2sim *s)
{
    struct sheet *t = calloc(1, sizeof(*t));
    if (!t)
        abort();
    if (!*s->digest)
        api_digest_file(s->options.program, t->digest);
    t->r = (struct report){
        .instructions = s->machine.instructions,
        .exit_status = s->status,
        .host_seconds = s->host_seconds,
        .release = m2sim_version(),
        .version = m2sim_full_version(),
        .model_digest = m2sim_model_digest(),
        .program = s->options.program,
        .program_digest = *s->digest ? s->digest : t->digest,
        .command = s->options.command,
    };
    if (!s->core)
        return t;
    core_stats(s->core, &t->stats);
    t->r.timed = true;
    t->r.cycles = t->stats.cycles;
    t->r.width = t->stats.width;
    core_counters(&t->stats, t->groups);
    t->r.groups = t->groups;
    t->r.runs = t->stats.runs;
    t->r.frequency_ghz = s->config.core.clock_mhz / 1e3;
    t->r.model = s->options.model;
    t->r.core = s->config.core.name;
    t->r.config_digest = s->config.digest;
    t->r.unread = s->unread;
    fill_slots(t);
    fill_rooms(t);
    fill_levels(t);
    fill_branches(t);
    fill_events(t);
    return t;
}

bool m2sim_report(const struct m2sim *s, FILE *f, unsigned flags)
{
    struct sheet *t = sheet_new(s);
    if (flags & M2SIM_JSON)
        report_json(&t->r, f, !(flags & M2SIM_NO_HOST));
    else
        report_text(&t->r, f, !(flags & M2SIM_NO_HOST));
    free(t);
    return fflush(f) == 0 && !ferror(f);
}

// -- A folder --

#define STRACE "strace.txt"

// A file of the folder while it is being written: under another name until it is whole.
struct out {
    char path[4096], part[4096 + 8];
    FILE *f;
};

static bool failed(struct out *o, struct m2sim_error *e)
{
    api_fail(e, M2SIM_EXIT_OUTPUT, "%.400s: %s", o->path, strerror(errno));
    if (o->f)
        fclose(o->f);
    unlink(o->part);
    return false;
}

static bool name_out(struct out *o, const char *folder, const char *name, struct m2sim_error *e)
{
    size_t n = strlen(folder);
    bool slash = n && folder[n - 1] == '/';
    o->f = NULL;
    o->part[0] = 0;
    if (snprintf(o->path, sizeof(o->path), "%s%s%s", folder, slash ? "" : "/", name) >=
        (int)sizeof(o->path)) {
        errno = ENAMETOOLONG;
        return failed(o, e);
    }
    snprintf(o->part, sizeof(o->part), "%s.part", o->path);
    return true;
}

static bool begin(struct out *o, struct m2sim_error *e)
{
    o->f = m2sim_open(o->part, e);
    return o->f != NULL;
}

bool m2sim_report_prepare(const char *path, FILE **strace, struct m2sim_error *e)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return api_fail(e, M2SIM_EXIT_OUTPUT, "%s: %s", path, strerror(errno));
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
        return api_fail(e, M2SIM_EXIT_OUTPUT, "%s: %s", path, strerror(ENOTDIR));
    if (access(path, W_OK | X_OK) != 0)
        return api_fail(e, M2SIM_EXIT_OUTPUT, "%s: %s", path, strerror(errno));
    struct out o;
    if (!strace)
        return true;
    if (!name_out(&o, path, STRACE, e) || !begin(&o, e))
        return false;
    *strace = o.f;
    return true;
}

// Whole, under its other name still.
static bool end(struct out *o, struct m2sim_error *e)
{
    if (fflush(o->f) != 0 || ferror(o->f))
        return failed(o, e);
    FILE *f = o->f;
    o->f = NULL;
    return fclose(f) == 0 || failed(o, e);
}

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
    char buf[65536];
    FILE *in = fopen(s->config.instructions, "rb");
    for (size_t n = sizeof(buf); in && n == sizeof(buf);) {
        n = fread(buf, 1, sizeof(buf), in);
        fwrite(buf, 1, n, f);
    }
    if (in)
        fclose(in);
}

// A file that this run does not write is another run's, and goes.
static bool put_in_place(struct out *o, bool written, struct m2sim_error *e)
{
    if (written)
        return rename(o->part, o->path) == 0 || failed(o, e);
    return unlink(o->path) == 0 || errno == ENOENT || failed(o, e);
}

// System calls have been written while it ran.
static bool end_strace(const struct m2sim *s, struct out *o, struct m2sim_error *e)
{
    FILE *f = s->options.strace;
    return !f || (fflush(f) == 0 && !ferror(f)) || failed(o, e);
}

enum { MOST_FILES = 7 };

struct part {
    const char *name;
    void (*write)(const struct m2sim *s, const struct report *r, FILE *f, bool host);
    bool wanted;
};

static size_t list_parts(const struct m2sim *s, struct part list[MOST_FILES])
{
    const struct config *c = &s->config;
    bool beside = s->core && *c->core.instructions && c->core.instructions[0] != '/';
    const char *table = beside ? strrchr(c->instructions, '/') : NULL;
    const struct part all[MOST_FILES] = {
        { STRACE, NULL, s->options.strace != NULL },
        { "config.yaml", write_yaml, s->core != NULL },
        { "config.json", write_config, s->core != NULL },
        { "stats.txt", write_gem5, true },
        { "report.txt", write_text, true },
        { "report.json", write_json, true },
        { table ? table + 1 : c->core.instructions, write_table, beside },
    };
    memcpy(list, all, sizeof(all));
    return beside ? MOST_FILES : MOST_FILES - 1;
}

static bool write_part(const struct m2sim *s, const struct part *p, const struct report *r,
                       struct out *o, bool host, struct m2sim_error *e)
{
    if (!p->wanted)
        return true;
    if (!p->write)
        return end_strace(s, o, e);
    if (!begin(o, e))
        return false;
    p->write(s, r, o->f, host);
    return end(o, e);
}

bool m2sim_report_folder(const struct m2sim *s, const char *path, unsigned flags,
                         struct m2sim_error *e)
{
    struct part part[MOST_FILES];
    struct out out[MOST_FILES];
    struct sheet *t = sheet_new(s);
    size_t parts = list_parts(s, part), n = 0;
    bool ok = true;
    for (; ok && n < parts; n++)
        ok = name_out(&out[n], path, part[n].name, e) &&
             write_part(s, &part[n], &t->r, &out[n], !(flags & M2SIM_NO_HOST), e);
    for (size_t k = 0; ok && k < parts; k++)
        ok = put_in_place(&out[k], part[k].wanted, e);
    while (!ok && n-- > 0)
        unlink(out[n].part);
    free(t);
    return ok;
}
