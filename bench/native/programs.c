// programs.c: the measured loops, kernels and programs, which the build compiled in under names of their own.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "native.h"

int native_room(void **p, size_t align, size_t size);

#define DECLARE_LOOP(f) int f(void);
#define DECLARE_KERNEL(f) int f(void);
#define DECLARE_APP(f) int f(int argc, char **argv);
#define PROGRAM(kind, name, f) DECLARE_##kind(f)
#include "programs.def"
#undef PROGRAM

#define CALLS_LOOP(f) f, NULL
#define CALLS_KERNEL(f) f, NULL
#define CALLS_APP(f) NULL, f
static const struct program {
    enum suite suite;
    const char *name;
    int (*call)(void);
    int (*main)(int argc, char **argv);
} programs[] = {
#define PROGRAM(kind, name, f) { kind, name, CALLS_##kind(f) },
#include "programs.def"
#undef PROGRAM
};

extern const char table_loops[], table_loops_end[], table_kernels[], table_kernels_end[],
    table_apps[], table_apps_end[];

enum app_column { PROGRAM = 12, ARGUMENTS, PASSES, UNITS, APP_COLUMNS = 19 };
enum { MOST_ARGUMENTS = 8, UNIT = 5, MOST_ROOMS = 64 };

// `name` may end in -gcc: the same program by another compiler.
static const struct program *find(enum suite suite, const char *name)
{
    const char *dash = strstr(name, "-gcc");
    size_t n = dash ? (size_t)(dash - name) : strlen(name);
    for (size_t k = 0; k < COUNT(programs); k++)
        if (programs[k].suite == suite && strlen(programs[k].name) == n &&
            !strncmp(programs[k].name, name, n))
            return &programs[k];
    return NULL;
}

static void wrong(const struct bench *b)
{
    native_fail("%s: its result is wrong", b->name);
}

static double run_calls(void *ctx, u64 n)
{
    const struct bench *b = ctx;
    const struct program *p = b->ctx;
    while (n--)
        if (p->call() != 0)
            wrong(b);
    return 0;
}

// The memory of a program, which ends without giving it back. The programs are compiled with native_room for
// posix_memalign.
struct rooms {
    void *at[MOST_ROOMS];
    size_t count;
};

static struct rooms *rooms(void)
{
    static struct rooms all;   // programs know nothing of us
    return &all;
}

int native_room(void **p, size_t align, size_t size)
{
    struct rooms *r = rooms();
    if (r->count == MOST_ROOMS || posix_memalign(p, align, size))
        return 1;
    r->at[r->count++] = *p;
    return 0;
}

static void give_back(void)
{
    struct rooms *r = rooms();
    while (r->count)
        free(r->at[--r->count]);
}

// {} is the number of passes.
static int call_app(const struct bench *b, u64 passes)
{
    const struct program *p = b->ctx;
    char text[256], number[24], *argv[MOST_ARGUMENTS + 2] = { (char *)p->name }, *rest = text;
    int argc = 1;
    snprintf(text, sizeof(text), "%s", b->row[ARGUMENTS]);
    snprintf(number, sizeof(number), "%llu", (unsigned long long)passes);
    while (argc <= MOST_ARGUMENTS && rest) {
        argv[argc] = strsep(&rest, " ");
        if (!strcmp(argv[argc], "{}"))
            argv[argc] = number;
        argc++;
    }
    return p->main(argc, argv);
}

static double run_app(void *ctx, u64 n)
{
    const struct bench *b = ctx;
    double begin = host_now();
    if (call_app(b, n) != 0)
        wrong(b);
    double took = host_now() - begin;
    give_back();
    return took;
}

static bool is_listed(const struct benches *all, char *const *row)
{
    for (size_t k = 0; k < all->count; k++)
        if (all->at[k].suite == APP && !strcmp(all->at[k].row[ARGUMENTS], row[ARGUMENTS]) &&
            find(APP, all->at[k].row[PROGRAM]) == find(APP, row[PROGRAM]))
            return true;
    return false;
}

static void add(struct benches *all, enum suite suite, const char *table, const char *end,
                size_t columns)
{
    for (char ***row = table_rows(table, (size_t)(end - table), columns); *row; row++) {
        const struct program *p = find(suite, suite == APP ? (*row)[PROGRAM] : **row);
        if (!p || (suite == APP && is_listed(all, *row)))
            continue;
        *benches_add(all) = (struct bench){ .suite = suite,
                                            .name = **row,
                                            .row = *row,
                                            .unit = suite == APP ? (*row)[UNIT] : "cycles",
                                            .body = suite == APP ? run_app : run_calls,
                                            .ctx = (void *)p };
    }
}

void programs_list(struct benches *all)
{
    add(all, LOOP, table_loops, table_loops_end, 8);
    add(all, KERNEL, table_kernels, table_kernels_end, 9);
    add(all, APP, table_apps, table_apps_end, APP_COLUMNS);
}

// A program makes its data each time: its work must take as long at least. No counter follows it.
static struct measure longer(const struct measure *m, const struct bench *b)
{
    struct measure longer = *m;
    longer.least = fmax(m->least, 2 * run_app((void *)b, 1));
    longer.host.cycles = -1;
    return longer;
}

struct result program_run(const struct bench *b, const struct measure *m)
{
    struct result r = { .bench = b };
    u64 passes = b->suite == APP ? strtoull(b->row[PASSES], NULL, 10) : 1;
    double units = b->suite == APP    ? strtod(b->row[UNITS], NULL)
                   : b->suite == LOOP ? LOOP_ITERATIONS
                                      : 1;
    struct measure own = b->suite == APP ? longer(m, b) : *m;
    r.slope = measure(&own, b->body, (void *)b, passes);
    r.value = r.slope.each / units;
    r.low = r.slope.low / units;
    r.high = r.slope.high / units;
    return r;
}
