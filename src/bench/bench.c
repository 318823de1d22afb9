#include "bench/bench.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/oom.h"
#include "bench/child.h"
#include "bench/probe.h"
#include "bench/suite.h"

enum {
    MOST_WORDS = 64,
    MOST_SECONDS = 600,   // a single run may take
    EXIT_USAGE = 64,
    EXIT_DATA = 65,
    EXIT_NO_INPUT = 66,
    EXIT_INTERNAL = 70,
    EXIT_OUTPUT = 74,
    EXIT_LIMIT = 124,
};

static const struct bench_mode modes[] = {
#define MODE(name, words, times, quick, limit, of, doc) \
    { #name, words, doc, times, quick, limit, BENCH_##of },
#include "bench/modes.def"
#undef MODE
};

const struct bench_mode *bench_modes(size_t *count)
{
    *count = COUNT(modes);
    return modes;
}

const struct bench_mode *bench_mode(const char *name)
{
    for (size_t k = 0; k < COUNT(modes); k++)
        if (!strcmp(modes[k].name, name))
            return &modes[k];
    return NULL;
}

// One measurement to be repeated.
struct job {
    const struct bench_mode *mode;
    const struct suite_program *program;
    char *argument;
    struct bench_series *series;
    char *own[MOST_WORDS], *other[MOST_WORDS];   // other[0] is NULL: not compared
    double host[STATS_MOST];                     // instructions of the host
};

struct plan {
    const struct bench_options *o;
    struct bench *bench;
    struct suite suite;
    struct job *job;
    size_t jobs, done, total;
    const char *folder, *report, *words, *answers;   // of our own, for what the programs write
};

// -- Command lines --

static bool add_word(char **argv, size_t *n, char *word)
{
    if (*n + 1 < MOST_WORDS)
        argv[(*n)++] = word;
    argv[*n] = NULL;
    return *n + 1 < MOST_WORDS;
}

// The words of `text`, between spaces; quotes of either kind keep spaces.
static bool split(struct arena *a, const char *text, char **argv, size_t *n)
{
    bool ok = true;
    for (const char *p = text; ok;) {
        p += strspn(p, " \t");
        if (!*p)
            break;
        char *word = arena_alloc(a, strlen(p) + 1, 1, 1), *to = word, quote = 0;
        for (; *p && (quote || !strchr(" \t", *p)); p++) {
            if (!quote && strchr("'\"", *p))
                quote = *p;
            else if (quote == *p)
                quote = 0;
            else
                *to++ = *p;
        }
        *to = 0;
        ok = !quote && add_word(argv, n, word);
    }
    return ok;
}

static bool add_mode(struct plan *p, const struct job *j, char **argv, size_t *n)
{
    bool ok = split(p->bench->arena, j->mode->words, argv, n);
    if (j->mode->limit) {
        ok &= add_word(argv, n, "--max-instructions");
        ok &= add_word(argv, n,
                       suite_text(p->bench->arena, "%llu", (unsigned long long)j->mode->limit));
    }
    return ok;
}

static bool add_program(const struct job *j, char **argv, size_t *n)
{
    return add_word(argv, n, (char *)j->program->path) && add_word(argv, n, j->argument);
}

// What it has once found out about its programs it need not again.
static void itself_words(struct plan *p, struct job *j, size_t n)
{
    const char *const more[] = { "--every", j->argument, "--guests", p->o->guests,
                                 "--cache", p->answers,  "--json",   "-q" };
    for (size_t k = 0; k < COUNT(more); k++)
        add_word(j->own, &n, (char *)more[k]);
}

static void own_words(struct plan *p, struct job *j)
{
    size_t n = 0;
    add_word(j->own, &n, (char *)p->o->m2sim);
    add_mode(p, j, j->own, &n);
    if (j->mode->of == BENCH_ITSELF) {
        itself_words(p, j, n);
        return;
    }
    add_word(j->own, &n, "--json");
    add_word(j->own, &n, "-o");
    add_word(j->own, &n, (char *)p->report);
    add_word(j->own, &n, "--");
    add_program(j, j->own, &n);
}

// A command that does not say {mode} emulates.
static bool is_compared(const char *command, const struct bench_mode *m)
{
    return m->of != BENCH_ITSELF && (strstr(command, "{mode}") || !strcmp(m->name, "run"));
}

static bool other_words(struct plan *p, struct job *j, struct err *e)
{
    char *word[MOST_WORDS] = { NULL };
    size_t words = 0, n = 0;
    bool said = false;
    if (!is_compared(p->o->vs_command, j->mode))
        return true;
    bool ok = split(p->bench->arena, p->o->vs_command, word, &words) && words;
    for (size_t k = 0; ok && k < words; k++) {
        if (!strcmp(word[k], "{}"))
            ok = said = add_program(j, j->other, &n);
        else if (!strcmp(word[k], "{mode}"))
            ok = add_mode(p, j, j->other, &n) && add_word(j->other, &n, "-q") &&
                 add_word(j->other, &n, "--");
        else
            ok = add_word(j->other, &n, word[k]);
    }
    ok = ok && (said || add_program(j, j->other, &n));
    return ok || err_set(e, "'%s' is not a command line", p->o->vs_command);
}

// -- The plan --

static bool wanted(const char *list, const struct bench_mode *m)
{
    const char *name = m->name;
    size_t n = strlen(name);
    for (const char *p = list; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
        if (!strncmp(p, name, n) && (!p[n] || p[n] == ','))
            return true;
    return !list && m->of != BENCH_ITSELF;
}

static bool check_modes(const struct bench_options *o, struct err *e)
{
    char name[32];
    for (const char *p = o->modes; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL) {
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(p, ","), p);
        if (!bench_mode(name))
            return err_set(e, "no mode '%s'", name);
    }
    for (size_t k = 0; o->vs_command && k < COUNT(modes); k++)
        if (wanted(o->modes, &modes[k]) && is_compared(o->vs_command, &modes[k]))
            return true;
    return !o->vs_command ||
           err_set(e, "'%s' is compared in mode run alone, unless it says {mode}", o->vs_command);
}

static bool add_job(struct plan *p, const struct bench_mode *m, const struct suite_program *s,
                    struct err *e)
{
    struct bench *b = p->bench;
    struct job *j = &p->job[p->jobs++];
    bool itself = m->of == BENCH_ITSELF;
    unsigned long work = (itself ? 1 : s->full) * (p->o->quick ? m->quick : m->times);
    *j = (struct job){ .mode = m, .program = s, .series = &b->at[b->count++] };
    j->argument = suite_text(b->arena, "%lu", work);
    *j->series = (struct bench_series){
        .mode = m->name,
        .program = itself ? (work > 1 ? suite_text(b->arena, "1 in %lu", work) : "all") : s->name,
        .group = itself ? "itself" : s->group,
        .host_instructions = NAN,
        .allocations = -1,
        .allocated_bytes = -1,
    };
    own_words(p, j);
    return !p->o->vs_command || other_words(p, j, e);
}

static bool make_plan(struct plan *p, struct err *e)
{
    struct arena *a = p->bench->arena;
    size_t most = COUNT(modes) * p->suite.count;
    p->job = ARENA_ARRAY(a, most, struct job);
    p->bench->at = ARENA_ARRAY(a, most, struct bench_series);
    for (size_t m = 0; m < COUNT(modes); m++)
        for (size_t k = 0; k < (modes[m].of == BENCH_EACH ? p->suite.count : 1); k++)
            if (wanted(p->o->modes, &modes[m]) && !add_job(p, &modes[m], &p->suite.at[k], e))
                return false;
    p->total = p->jobs;   // the first round counts
    for (size_t k = 0; k < p->jobs && !p->o->profile; k++)
        p->total += p->o->repetitions * (p->job[k].other[0] ? 2 : 1);
    return true;
}

// -- Measuring --

static bool stopped(const struct plan *p)
{
    return p->o->stop && *p->o->stop;
}

// The last line of what a program said.
static void last_words(const char *path, char *line, size_t size)
{
    FILE *f = fopen(path, "r");
    *line = 0;
    while (f && fgets(line, (int)size, f))
        line[strcspn(line, "\n")] = 0;
    if (f)
        fclose(f);
}

static bool run_once(struct plan *p, const struct job *j, char *const *argv, const char *const *env,
                     int keep, struct usage *u, struct err *e)
{
    bool itself = j->mode->of == BENCH_ITSELF;
    struct child c = { argv, env, p->words, itself ? p->report : NULL, keep, MOST_SECONDS };
    if (p->o->progress)
        p->o->progress(p->o->ctx,
                       suite_text(p->bench->arena, "%s %s", j->mode->name, j->series->program),
                       p->done, p->total);
    p->done++;
    if (!child_run(&c, u, e))
        return false;
    if (u->status == 0 || (u->status == EXIT_LIMIT && j->mode->limit) || stopped(p))
        return true;
    char line[160];
    last_words(p->words, line, sizeof(line));
    err_set(e, "%s, mode %s: %s ends with status %d%s%s", j->series->program, j->mode->name,
            argv[0], u->status, *line ? ": " : "", line);
    // Of m2sim itself 127 is from the host's loader, for want of memory.
    bool ours = u->status == EXIT_INTERNAL || u->status == EXIT_OUTPUT || u->status == 127;
    if (argv == j->own && (ours || u->status == EXIT_NO_INPUT))
        e->kind = ours ? ERR_HOST : ERR_UNREADABLE;
    return false;
}

static void add_sample(struct bench_sample *s, const struct usage *u)
{
    s->cpu[s->n] = u->cpu;
    s->wall[s->n++] = u->wall;
}

static json_t *read_report(const char *report, struct err *e)
{
    json_error_t error;
    FILE *f = fopen(report, "r");
    if (!f) {
        err_system(e, errno, "%s", report);
        return NULL;
    }
    errno = 0;
    json_t *root = json_loadf(f, 0, &error);
    if (!root && errno == ENOMEM)
        out_of_memory();
    if (ferror(f))
        err_system(e, errno, "%s", report);
    fclose(f);
    return root;
}

// Of the guest, as the report says; 0 and *e when it does not.
static u64 read_instructions(const char *report, const char *program, struct err *e)
{
    json_t *root = read_report(report, e);
    u64 n = (u64)json_integer_value(json_object_get(root, "instructions"));
    if (!n && !*e->text)
        err_set(e, "%s writes no report of JSON", program);
    json_decref(root);
    return n;
}

// What measures itself says how long it took; not its way there.
static bool read_times(const struct plan *p, struct usage *u, struct err *e)
{
    json_t *root = read_report(p->report, e), *it = json_object_get(root, "iteration");
    u->cpu = json_real_value(json_object_get(it, "cpu_seconds"));
    u->wall = json_real_value(json_object_get(it, "seconds"));
    u->instructions = NAN;
    json_decref(root);
    return (u->cpu > 0 && u->wall > 0) || *e->text ||
           err_set(e, "%s says not how long it took", p->o->m2sim);
}

static bool no_profile(const struct plan *p, struct err *e)
{
    if (!p->o->probe || access(p->o->probe, R_OK) != 0)
        return err_set(e, "this m2sim was built without the probe or libdw: no profile");
    err_set(e,
            "no profile: the host lacks memory or descriptors, or m2sim was built without libdw");
    e->kind = ERR_HOST;
    return false;
}

// Counts the instructions of the guest and, with the probe, allocations; or takes a profile.
static bool count(struct plan *p, struct job *j, struct err *e)
{
    struct usage u;
    struct probe *probe =
        p->o->probe ? probe_new(p->o->probe, p->o->profile ? PROFILE_HZ : 0) : NULL;
    bool ok = run_once(p, j, j->own, probe ? probe_env(probe) : NULL,
                       probe ? probe_file(probe) : -1, &u, e);
    if (ok && !stopped(p)) {
        j->series->instructions = read_instructions(p->report, j->own[0], e);
        ok = j->series->instructions;
    }
    if (ok && probe)
        probe_allocations(probe, &j->series->allocations, &j->series->allocated_bytes);
    if (ok && p->o->profile && !stopped(p))
        ok = (probe && probe_data(probe) &&
              profile_add(p->o->profile, j->mode->name, probe_data(probe), p->o->m2sim,
                          j->series->instructions, u.cpu)) ||
             no_profile(p, e);
    probe_free(probe);
    return ok;
}

static bool measure_own(struct plan *p, struct job *j, struct err *e)
{
    struct usage u;
    if (!run_once(p, j, j->own, NULL, -1, &u, e))
        return false;
    if (stopped(p))
        return true;
    if (j->mode->of == BENCH_ITSELF && !read_times(p, &u, e))
        return false;
    j->host[j->series->own.n] = u.instructions;
    add_sample(&j->series->own, &u);
    if (u.peak_bytes > j->series->peak_bytes)
        j->series->peak_bytes = u.peak_bytes;
    return true;
}

static bool measure_other(struct plan *p, struct job *j, struct err *e)
{
    struct usage u;
    if (!j->other[0])
        return true;
    if (!run_once(p, j, j->other, NULL, -1, &u, e))
        return false;
    if (!stopped(p))
        add_sample(&j->series->other, &u);
    return true;
}

static bool measure(struct plan *p, struct err *e)
{
    bool ok = true;
    for (size_t k = 0; ok && k < p->jobs && !stopped(p); k++)
        ok = count(p, &p->job[k], e);
    for (unsigned r = 0; r < p->o->repetitions && !p->o->profile; r++)
        for (size_t k = 0; ok && k < p->jobs && !stopped(p); k++) {
            struct job *j = &p->job[k];
            ok = r % 2 ? measure_other(p, j, e) && measure_own(p, j, e)
                       : measure_own(p, j, e) && measure_other(p, j, e);
        }
    if (p->o->progress)
        p->o->progress(p->o->ctx, "", p->total, p->total);
    for (size_t k = 0; k < p->jobs; k++) {
        struct bench_series *s = p->job[k].series;
        s->host_instructions = s->own.n ? stats_median(p->job[k].host, s->own.n) : NAN;
        if (s->other.n && s->other.n != s->own.n)   // stopped between the two
            s->other.n = s->own.n = s->other.n < s->own.n ? s->other.n : s->own.n;
    }
    return ok;
}

// -- Where and when --

static const char *host_cpu(struct arena *a)
{
    char line[256], *name = NULL;
    FILE *f = fopen("/proc/cpuinfo", "r");
    while (f && !name && fgets(line, sizeof(line), f))
        if (!strncmp(line, "model name", 10) && strchr(line, ':'))
            name = strchr(line, ':') + 2;
    if (f)
        fclose(f);
    if (name)
        name[strcspn(name, "\n")] = 0;
    return suite_text(a, "%s", name ? name : "unknown");
}

void bench_describe(struct bench *b)
{
    struct utsname u;
    char when[32];
    time_t t = time(NULL);
    struct tm tm;
    uname(&u);
    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
    b->when = suite_text(b->arena, "%s", when);
    b->cpu = host_cpu(b->arena);
    b->cpus = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    b->kernel = suite_text(b->arena, "%s %s %s", u.sysname, u.release, u.machine);
}

bool bench_measure(struct bench *b, const struct bench_options *o, struct err *e, int *code)
{
    struct plan p = { .o = o, .bench = b };
    const char *tmp = getenv("TMPDIR");
    char *folder = suite_text(b->arena, "%s/m2sim-bench-XXXXXX", tmp ? tmp : "/tmp");
    b->repetitions = o->repetitions;
    b->other = o->vs_command;
    b->interleaved = o->vs_command != NULL;
    *code = EXIT_USAGE;
    if (!check_modes(o, e))
        return false;
    *code = EXIT_NO_INPUT;
    if (!suite_read(&p.suite, b->arena, o->guests, o->filter, o->quick, e))
        return false;
    *code = EXIT_OUTPUT;
    if (!mkdtemp(folder))
        return err_set(e, "%s: %s", folder, strerror(errno));
    p.report = suite_text(b->arena, "%s/report", folder);
    p.words = suite_text(b->arena, "%s/words", folder);
    p.answers = suite_text(b->arena, "%s/answers", folder);
    *code = EXIT_USAGE;
    bool ok = make_plan(&p, e);
    if (ok) {
        *code = EXIT_DATA;
        ok = measure(&p, e);
    }
    unlink(p.report);
    unlink(p.words);
    unlink(p.answers);
    rmdir(folder);
    return ok;
}
