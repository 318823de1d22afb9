// native: measures the core it runs on, for comparison with a simulated one.
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/oom.h"
#include "native.h"

enum { USAGE = 64, FAILED = 70, OUTPUT = 74, MOST_PATTERNS = 32 };

static const char help[] =
    "Usage: native [OPTION...]\n"
    "Measures the core it runs on: structures, latencies, loops, kernels and programs, in cycles.\n"
    "\n"
    "  --list            name what it measures, and what each is in a simulated core\n"
    "  --only PATTERN    only what the pattern matches (as the shell's, or a part of the name), "
    "or\n"
    "                    one of structures, probes, loops, kernels, apps; may be repeated\n"
    "  --kind P|E        a performance or an efficiency core (default: the one it is on, or P)\n"
    "  --cpu N           keep to processor N (Linux)\n"
    "  --quick           3 repetitions, a fifth of the time: a first look\n"
    "  -r, --repetitions N   of each measurement (default 7); the median is reported\n"
    "  --time US         least time of a timed run in microseconds (default: 2000 ticks of the "
    "clock)\n"
    "  --no-counter      take cycles from the clock, even where the kernel lends a counter of "
    "them\n"
    "  -o, --output DIR  write DIR/m2-probes.csv, loops.csv, kernels.csv and apps.csv\n"
    "  --machine NAME    what the tables call this machine\n"
    "  --core NAME       the simulated core that stands for it (m1-firestorm, m2-blizzard ...)\n"
    "  --points          show each point of a search on standard error\n"
    "  --json            report as JSON\n"
    "\n"
    "How: a core's clock is found by a chain of additions, one a cycle, between all measurements; "
    "each\n"
    "runs 1, 2, 3 and 4 times as much work, and the slope is what counts, so that calls, timers "
    "and\n"
    "starts drop out. R2 says how straight it is: below 0.999 something disturbed it. Leave the "
    "machine\n"
    "alone meanwhile, on mains power. On macOS --kind is a class of service, which is a request.\n"
    "\n"
    "Then: m2sim measured check DIR/*.csv; m2sim accuracy --measured DIR. See "
    "docs/calibrate-your-mac.md.\n"
    "Inside the simulator, where nothing disturbs: m2sim time -- native -r 1 --time 5 --only "
    "structures\n";

struct options {
    const char *only[MOST_PATTERNS];
    size_t patterns;
    const char *output, *machine, *core;
    enum core_kind kind;
    int cpu;
    unsigned repetitions;
    double time;
    bool quick, list, json, no_counter, points;
};

_Noreturn void native_fail(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("native: ", stderr);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(FAILED);
}

void out_of_memory(void)
{
    native_fail("out of memory");
}

static _Noreturn void usage(const char *what, const char *text)
{
    fprintf(stderr, "native: %s%s (see native --help)\n", what, text);
    exit(USAGE);
}

static double number(const char *text, double min, double max, const char *what)
{
    char *end;
    double v = strtod(text, &end);
    if (end == text || *end || !(v >= min && v <= max))
        usage(what, text);
    return v;
}

// clang-format off
static const struct option longs[] = {
    { "list", no_argument, NULL, 'l' },        { "only", required_argument, NULL, 'n' },
    { "kind", required_argument, NULL, 'k' },  { "cpu", required_argument, NULL, 'c' },
    { "quick", no_argument, NULL, 'q' },       { "repetitions", required_argument, NULL, 'r' },
    { "time", required_argument, NULL, 't' },  { "no-counter", no_argument, NULL, 'p' },
    { "output", required_argument, NULL, 'o' },{ "machine", required_argument, NULL, 'm' },
    { "core", required_argument, NULL, 'C' },  { "json", no_argument, NULL, 'j' },
    { "points", no_argument, NULL, 'P' },
    { "help", no_argument, NULL, 'h' },        { NULL, 0, NULL, 0 },
};
// clang-format on

static void take(struct options *o, int c)
{
    switch (c) {
    case 'l': o->list = true; break;
    case 'n':
        if (o->patterns == MOST_PATTERNS)
            usage("too many of --only", "");
        o->only[o->patterns++] = optarg;
        break;
    case 'k':
        if (strcmp(optarg, "P") != 0 && strcmp(optarg, "E") != 0)
            usage("--kind: P or E, not ", optarg);
        o->kind = *optarg == 'E' ? E_CORE : P_CORE;
        break;
    case 'c': o->cpu = (int)number(optarg, 0, 1023, "--cpu: no processor "); break;
    case 'q': o->quick = true; break;
    case 'r':
        o->repetitions = (unsigned)number(optarg, 1, 99, "--repetitions: 1 to 99, not ");
        break;
    case 't': o->time = number(optarg, 0.1, 1e7, "--time: 0.1 to 10000000, not ") * 1e3; break;
    case 'p': o->no_counter = true; break;
    case 'o': o->output = optarg; break;
    case 'm': o->machine = optarg; break;
    case 'C': o->core = optarg; break;
    case 'P': o->points = true; break;
    case 'j': o->json = true; break;
    case 'h': fputs(help, stdout); exit(0);
    default: exit(USAGE);
    }
}

static struct options read_options(int argc, char **argv)
{
    struct options o = { .cpu = -1 };
    for (int c; (c = getopt_long(argc, argv, "r:o:h", longs, NULL)) >= 0;)
        take(&o, c);
    if (optind < argc)
        usage("no arguments, only options: ", argv[optind]);
    return o;
}

// -- Which --

static const char *const suite_names[SUITES] = { "structures", "probes", "loops", "kernels",
                                                 "apps" };

static bool wanted(const struct options *o, const struct bench *b)
{
    for (size_t k = 0; k < o->patterns; k++)
        if (!strcmp(o->only[k], suite_names[b->suite]) || strstr(b->name, o->only[k]) ||
            fnmatch(o->only[k], b->name, 0) == 0)
            return true;
    return !o->patterns;
}

static void choose(const struct options *o, struct benches *all)
{
    size_t kept = 0;
    for (size_t k = 0; k < all->count; k++)
        if (wanted(o, &all->at[k])) {
            all->at[kept] = all->at[k];
            all->at[kept++].show_points = o->points;
        }
    all->count = kept;
}

static void list(const struct benches *all)
{
    for (size_t k = 0; k < all->count; k++) {
        const struct bench *b = &all->at[k];
        printf("%-10s  %s%s%s\n", suite_names[b->suite], b->name, b->parameter ? "  = " : "",
               b->parameter ? b->parameter : "");
    }
}

// -- Running --

// A counter must count: a chain of additions takes a cycle each.
static void check_counter(struct measure *m, bool no_counter)
{
    if (m->host.cycles >= 0 && (no_counter || fabs(measure_counter(m) - 1) > 0.02))
        m->host.cycles = -1;
}

static void show(const struct result *r)
{
    const struct bench *b = r->bench;
    printf("%-58s ", b->name);
    if (isnan(r->value))
        printf("%10s  %s\n", "-", "not found");
    else
        printf("%10.4g %-16.16s %8.4g to %-8.4g R2 %.5f%s%s\n", r->value, b->unit, r->low, r->high,
               r->slope.r2, b->parameter ? "  " : "", b->parameter ? b->parameter : "");
    fflush(stdout);
}

static struct measure begin(const struct options *o)
{
    struct measure m = { .repetitions = o->repetitions ? o->repetitions : o->quick ? 3 : 7 };
    host_begin(&m.host, o->kind, o->cpu);
    m.least = o->time > 0 ? o->time : (o->quick ? 400 : 2000) * m.host.tick;
    return m;
}

// Until the clock has risen; where the time of a run is given, only as long as that takes to be seen.
static void wake(const struct options *o, const struct measure *m)
{
    enum { AWAKE = 200000000 };   // ns
    double until = host_now() + (o->time > 0 ? fmin(AWAKE, 20 * m->least) : AWAKE);
    while (host_now() < until)
        measure_clock(m);
}

static struct result *run_all(const struct options *o, const struct measure *m,
                              const struct benches *all)
{
    struct lab *lab = native_lab(m);
    struct result *results = calloc(all->count, sizeof(*results));
    if (!results)
        out_of_memory();
    for (size_t k = 0; k < all->count; k++) {
        const struct bench *b = &all->at[k];
        results[k] = b->body ? program_run(b, m) : bench_run(b, lab);
        if (!o->json)
            show(&results[k]);
    }
    return results;
}

int main(int argc, char **argv)
{
    struct options o = read_options(argc, argv);
    struct measure m = begin(&o);
    struct benches all = { 0 };
    benches_list(&all, &m.host);
    programs_list(&all);
    choose(&o, &all);
    if (o.list)
        return list(&all), 0;
    if (!all.count)
        usage("--only: nothing has such a name: ", o.only[0]);
    if (o.output && mkdir(o.output, 0777) && errno != EEXIST)
        return perror(o.output), OUTPUT;
    wake(&o, &m);
    check_counter(&m, o.no_counter);
    struct author a = { .host = &m.host,
                        .machine = o.machine ? o.machine : m.host.machine,
                        .core = o.core ? o.core : m.host.core,
                        .source = "bench/native",
                        .repetitions = m.repetitions };
    if (!o.json)
        printf("# %s, %s core%s, %s, cycles by %s, a tick is %.1f ns\n", a.machine,
               m.host.kind == E_CORE ? "E" : "P", m.host.pinned ? "" : " (not pinned)",
               *a.core ? a.core : "no simulated core known for it: --core",
               m.host.cycles < 0 ? "a chain of additions" : "the kernel's counter", m.host.tick);
    struct result *results = run_all(&o, &m, &all);
    if (o.json)
        write_json(&a, results, all.count, stdout);
    bool ok = !o.output || write_tables(&a, results, all.count, o.output);
    free(results);
    return ok && fflush(stdout) == 0 ? 0 : OUTPUT;
}
