// `m2sim accuracy`: the simulated core beside measured ones.
#include "cli.h"
#include "progress.h"

#include <string.h>
#include <sys/stat.h>

struct work {
    struct progress *line;   // or NULL
    const char *model;
};

static void step(void *ctx, const char *what, size_t done, size_t total)
{
    const struct work *w = ctx;
    progress_step(w->line, what, done, total);
}

static void unread(void *ctx, const char *path)
{
    const struct work *w = ctx;
    cli_unread(path, w->model);
}

int cmd_accuracy(const struct cli_line *l)
{
    struct m2sim_error e;
    const char *output = l->at[OPT_output].text;
    bool folder = output && cli_is_folder(output), worse = false;
    struct m2sim_accuracy o = {
        .suite = l->at[OPT_suite].text,
        .model = l->at[OPT_model].text,
        .core = l->at[OPT_core].text,
        .sets = l->at[OPT_set].all,
        .set_count = l->at[OPT_set].count,
        .guests = l->at[OPT_guests].text,
        .measured = l->at[OPT_measured].text,
        .output = folder ? output : NULL,
        .threads = (unsigned)l->at[OPT_threads].number,
        .every = (unsigned)l->at[OPT_every].number,
        .vs = l->at[OPT_vs].text,
        .history = l->at[OPT_history].text,
        .page = l->at[OPT_html].text,
        .label = l->at[OPT_label].text,
        .command = l->text,
        .margin = l->at[OPT_margin].share,
        .fail_over = l->at[OPT_fail_over].share,
        .worse = &worse,
    };
    unsigned flags = cli_given(l, OPT_json) ? M2SIM_JSON : 0;
    if (cli_given(l, OPT_list))
        flags |= M2SIM_LIST;
    if (cli_given(l, OPT_markdown))
        flags |= M2SIM_MARKDOWN;
    struct m2sim_output *to;
    FILE *f = cli_output(folder ? NULL : output, &to, &e);
    if (!f)
        return cli_fail(&e);
    struct progress *line = progress_new(cli_given(l, OPT_quiet));
    struct work work = { line, o.model ? o.model : "fast" };
    o.progress = line ? step : NULL;
    o.unread = cli_given(l, OPT_quiet) ? NULL : unread;
    o.ctx = &work;
    cli_sandbox(l, NULL);
    bool ok = m2sim_accuracy(&o, f, flags, &e);
    progress_free(line);
    return cli_close(to, ok, ok ? worse : cli_fail(&e));
}
