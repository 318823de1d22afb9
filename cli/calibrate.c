// `m2sim calibrate`: finds the parameters of a core from what was measured.
#include "cli.h"
#include "progress.h"

#include <signal.h>
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

int cmd_calibrate(const struct cli_line *l)
{
    struct m2sim_error e;
    struct m2sim_calibrate o = {
        .suite = l->at[OPT_suite].text,
        .model = l->at[OPT_model].text,
        .core = l->at[OPT_core].text,
        .sets = l->at[OPT_set].all,
        .set_count = l->at[OPT_set].count,
        .guests = l->at[OPT_guests].text,
        .measured = l->at[OPT_measured].text,
        .cache = l->at[OPT_cache].text,
        .parameters = l->at[OPT_parameters].text,
        .most = (unsigned)l->at[OPT_most].number,
        .folds = (unsigned)l->at[OPT_folds].number,
        .trajectories = (unsigned)l->at[OPT_trajectories].number,
        .global = cli_given(l, OPT_global) ? (int)l->at[OPT_global].number : -1,
        .local = (unsigned)l->at[OPT_local].number,
        .seed = l->at[OPT_seed].number,
        .perturb = cli_given(l, OPT_perturb),
        .dry_run = cli_given(l, OPT_dry_run),
        .threads = (unsigned)l->at[OPT_threads].number,
        .every = (unsigned)l->at[OPT_every].number,
        .command = l->text,
        .core_file = l->at[OPT_output].text,
        .stop = &stop,
    };
    unsigned flags = cli_given(l, OPT_json) ? M2SIM_JSON : 0;
    struct m2sim_output *to = NULL;
    FILE *core = NULL;
    if (l->at[OPT_output].text && !(core = cli_output(l->at[OPT_output].text, &to, &e)))
        return cli_fail(&e);
    struct progress *line = progress_new(cli_given(l, OPT_quiet));
    o.progress = line ? progress_step : NULL;
    o.ctx = line;
    catch_interrupts();
    bool ok = m2sim_calibrate(&o, core == stdout ? stderr : stdout, core, flags, &e);
    progress_free(line);
    int status = ok ? 0 : cli_fail(&e);
    if (stop && !status) {
        fprintf(stderr, "m2sim: stopped; the same command goes on from here\n");
        status = 130;
    }
    if (core)
        status = cli_close(to, ok && !stop && !o.dry_run, status);
    return status;
}
