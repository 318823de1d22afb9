// `m2sim bench`: how fast the simulator itself is.
#include "cli.h"
#include "progress.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static volatile int stop;

static void on_interrupt(int sig)
{
    stop = 1;
}

static void catch_interrupts(void)
{
    struct sigaction sa = { .sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND };
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
}

int cmd_bench(const struct cli_line *l)
{
    struct m2sim_error e;
    const char *clock = l->at[OPT_clock].text;
    struct m2sim_bench o = {
        .program = l->at[OPT_m2sim].text,
        .guests = l->at[OPT_guests].text,
        .filter = l->at[OPT_filter].text,
        .modes = l->at[OPT_modes].text,
        .vs = l->at[OPT_vs].text,
        .vs_command = l->at[OPT_vs_command].text,
        .history = l->at[OPT_history].text,
        .page = l->at[OPT_html].text,
        .label = l->at[OPT_label].text,
        .command = l->text,
        .profile = cli_given(l, OPT_profile),
        .folded = l->at[OPT_folded].text,
        .repetitions = (unsigned)l->at[OPT_repetitions].number,
        .quick = cli_given(l, OPT_quick),
        .wall = clock && !strcmp(clock, "wall"),
        .fail_over = l->at[OPT_fail_over].share,
        .stop = &stop,
    };
    unsigned flags = cli_given(l, OPT_json) ? M2SIM_JSON : 0;
    bool slower = false;
    struct m2sim_output *to;
    FILE *f = cli_output(l->at[OPT_output].text, &to, &e);
    if (!f)
        return cli_fail(&e);
    struct progress *line = progress_new(cli_given(l, OPT_quiet));
    o.progress = line ? progress_step : NULL;
    o.ctx = line;
    catch_interrupts();
    bool ok = m2sim_bench(&o, f, flags, &slower, &e);
    progress_free(line);
    int status = cli_close(to, ok, ok ? slower : cli_fail(&e));
    return stop && !status ? 130 : status;
}
