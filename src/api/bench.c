// The simulator measuring itself.
#include "bench/bench.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/sim.h"
#include "base/output.h"
#include "bench/history.h"
#include "bench/probe_paths.h"
#include "history/db.h"

enum { REPETITIONS = 7, QUICK_REPETITIONS = 5 };

// The object that counts allocations, or NULL.
static const char *probe_object(char path[PATH_MAX])
{
    if (api_beside_program(path, "/src/bench/libm2sim-probe.so"))
        return path;
    return access(PROBE_INSTALLED, R_OK) == 0 ? PROBE_INSTALLED : NULL;
}

static bool load_other(const struct m2sim_bench *o, const struct bench *b, struct bench *old,
                       struct m2sim_error *e)
{
    struct err err = { "" };
    char path[PATH_MAX];
    const char *at;
    if (!api_split_run(o->vs, path, &at, e))
        return false;
    bool ok = db_is(path) ? history_load(old, path, at, b->cpu, &err) : bench_load(old, path, &err);
    return ok || api_fail_for(e, M2SIM_EXIT_DATA, &err);
}

static bool compare(const struct m2sim_bench *o, struct bench *b, const struct bench *old,
                    struct m2sim_error *e)
{
    return bench_compare(b, old, o->vs) ||
           api_fail(e, M2SIM_EXIT_DATA, "%.400s: nothing of the same work to compare with", o->vs);
}

static bool write_page(const struct m2sim_bench *o, enum bench_clock clock, struct m2sim_error *e)
{
    struct err err = { "" };
    struct output *page = output_open(o->page, &err);
    bool ok = page && history_page(o->history, clock, output_stream(page), &err);
    if (!ok)
        output_drop(page);
    return (ok && output_end(page, &err)) || api_fail_for(e, M2SIM_EXIT_OUTPUT, &err);
}

static bool check(const struct m2sim_bench *o, struct m2sim_error *e)
{
    if (o->vs && o->vs_command)
        return api_fail(e, M2SIM_EXIT_USAGE, "compare with a file or with a command, not both");
    if (o->fail_over > 0 && !o->vs && !o->vs_command)
        return api_fail(e, M2SIM_EXIT_USAGE,
                        "slower than what? A file or a command to compare with is wanted");
    if (o->folded && !o->profile)
        return api_fail(e, M2SIM_EXIT_USAGE, "call stacks are of a profile, and none is asked for");
    if (o->profile && (o->vs || o->vs_command || o->history || o->repetitions))
        return api_fail(e, M2SIM_EXIT_USAGE, "a profile is neither repeated nor compared nor kept");
    if (o->page && !o->history)
        return api_fail(e, M2SIM_EXIT_USAGE, "a page is drawn from a history, and none is named");
    if (o->modes && !api_choose_some(M2SIM_BENCH_MODES, o->modes, e))
        return false;
    if (o->repetitions > STATS_MOST)
        return api_fail(e, M2SIM_EXIT_USAGE, "at most %d repetitions", STATS_MOST);
    return true;
}

static bool measure(const struct m2sim_bench *o, struct bench *b, struct bench_profile *profile,
                    struct m2sim_error *e)
{
    char guests[PATH_MAX], object[PATH_MAX], self[PATH_MAX] = "";
    if (!o->program && readlink("/proc/self/exe", self, sizeof(self) - 1) <= 0)
        return api_fail(e, M2SIM_EXIT_INTERNAL, "cannot find the running program");
    struct bench_options p = {
        .m2sim = o->program ? o->program : self,
        .guests = o->guests ? o->guests : api_guest_folder(guests),
        .filter = o->filter,
        .modes = o->modes  ? o->modes
                 : profile ? "run,interp,fast,detailed"
                           : NULL,
        .vs_command = o->vs_command,
        .probe = probe_object(object),
        .repetitions = o->repetitions ? o->repetitions
                       : o->quick     ? QUICK_REPETITIONS
                                      : REPETITIONS,
        .profile = profile,
        .quick = o->quick,
        .stop = o->stop,
        .progress = o->progress,
        .ctx = o->ctx,
    };
    struct err err = { "" };
    int code;
    return bench_measure(b, &p, &err, &code) || api_fail_for(e, code, &err);
}

static bool write_folded(const char *path, const struct bench_profile *p, struct m2sim_error *e)
{
    struct err err = { "" };
    struct output *o = output_open(path, &err);
    if (o)
        profile_show_folded(p, output_stream(o));
    return (o && output_end(o, &err)) || api_fail_for(e, M2SIM_EXIT_OUTPUT, &err);
}

static bool profile(const struct m2sim_bench *o, FILE *f, unsigned flags, struct m2sim_error *e)
{
    enum { FUNCTIONS = 12 };
    struct arena *a = arena_new();
    struct bench_profile p = { .arena = a };
    struct bench b = { .arena = a };
    bool ok = measure(o, &b, &p, e);
    profile_finish(&p);
    if (ok && o->folded)
        ok = write_folded(o->folded, &p, e);
    if (ok && flags & M2SIM_JSON)
        profile_show_json(&p, f);
    else if (ok)
        profile_show(&p, FUNCTIONS, f);
    profile_free(&p);
    arena_free(a);
    return ok;
}

bool m2sim_bench(const struct m2sim_bench *o, FILE *f, unsigned flags, bool *slower,
                 struct m2sim_error *e)
{
    enum bench_clock clock = o->wall ? BENCH_WALL : BENCH_CPU;
    *slower = false;
    if (o->profile)
        return check(o, e) && profile(o, f, flags, e);
    struct arena *a = arena_new();
    struct err err = { "" };
    struct bench b = { .arena = a, .version = m2sim_full_version() }, old = { .arena = a };
    b.label = o->label ? o->label : "";
    b.command = o->command ? o->command : "";
    bench_describe(&b);
    bool ok = check(o, e) && (!o->vs || load_other(o, &b, &old, e)) && measure(o, &b, NULL, e) &&
              (!o->vs || compare(o, &b, &old, e));
    if (ok && o->history)
        ok = history_add(o->history, &b, &err) || api_fail_for(e, M2SIM_EXIT_OUTPUT, &err);
    if (ok && o->page)
        ok = write_page(o, clock, e);
    if (ok && flags & M2SIM_JSON)
        bench_show_json(&b, clock, f);
    else if (ok)
        bench_show(&b, clock, f);
    *slower = ok && o->fail_over > 0 &&
              bench_slower(&b, o->fail_over, clock, flags & M2SIM_JSON ? stderr : f) > 0;
    arena_free(a);
    return ok;
}
