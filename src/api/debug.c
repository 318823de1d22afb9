// Debugging a simulation: where gdb connects, and its `monitor` commands.
#include <inttypes.h>
#include <string.h>

#include "api/sim.h"
#include "core/counters.h"
#include "report/tables.h"

bool api_debug_listen(struct m2sim *s, struct m2sim_error *e)
{
    char shown[64];
    struct err err = { "" };
    s->gdb_listener = gdb_listen(s->options.gdb, shown, &err);
    if (s->gdb_listener < 0)
        return api_fail_for(e, M2SIM_EXIT_USAGE, &err);
    fprintf(s->options.messages, "m2sim: waiting for gdb: target remote %s\n", shown);
    fflush(s->options.messages);
    return true;
}

static void print_stats(struct m2sim *s, FILE *f)
{
    struct core_stats c;
    struct stat_group groups[CORE_GROUPS];
    struct report_level level[REPORT_LEVELS];
    cycle cycles = api_cycles(s);
    core_stats(s->core, &c);
    core_counters(&c, groups);
    u32 n = report_levels(groups, level);
    fprintf(f, "instructions   %" PRIu64 "\ncycles         %" PRIu64 "\n", s->machine.instructions,
            cycles);
    if (cycles)
        fprintf(f, "ipc            %.3f\n", (double)s->machine.instructions / (double)cycles);
    fprintf(f, "mispredictions %" PRIu64 " of %" PRIu64 "\n", c.mispredictions, c.branches);
    for (const struct report_level *l = level; l < level + n; l++)
        if (!l->memory)
            fprintf(f, "%-14s %" PRIu64 " misses of %" PRIu64 "\n", l->name, l->misses,
                    l->accesses);
}

static void monitor(void *ctx, const char *command, FILE *f)
{
    struct m2sim *s = ctx;
    bool cycles = !strcmp(command, "cycles"), stats = !strcmp(command, "stats");
    if (!strcmp(command, "instructions"))
        fprintf(f, "%" PRIu64 "\n", s->machine.instructions);
    else if ((cycles || stats) && !s->core)
        fprintf(f, "no core is simulated: start with m2sim time --gdb\n");
    else if (cycles)
        fprintf(f, "%" PRIu64 "\n", api_cycles(s));
    else if (stats)
        print_stats(s, f);
    else
        fprintf(f, "monitor instructions   how many have retired\n"
                   "monitor cycles         how many they took (m2sim time)\n"
                   "monitor stats          both, branches and caches (m2sim time)\n");
}

void api_debug_begin(struct m2sim *s)
{
    int fd = gdb_accept(s->gdb_listener, &s->stop);
    s->gdb_listener = -1;
    if (fd >= 0)
        s->gdb = gdb_new(&s->machine, fd, fd, monitor, s);
}
