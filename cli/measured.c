// `m2sim measured`: files of measurements, checked or added.
#include "cli.h"

#include <string.h>

static void fault(void *ctx, const char *text)
{
    (void)ctx;
    fprintf(stderr, "m2sim: %s\n", text);
}

int cmd_measured(const struct cli_line *l)
{
    const char *what = l->words ? l->word[0] : "";
    bool add = strcmp(what, "add") == 0;
    if (!add && strcmp(what, "check") != 0)
        return cli_usage("measured", "'%s': check or add, and files", what);
    if (l->words < 2)
        return cli_usage("measured", "%s: which files?", what);
    if (!add && cli_given(l, OPT_measured))
        return cli_usage("measured", "--measured is for add");
    bool wrong = false;
    struct m2sim_error e;
    struct m2sim_measured o = { .files = (const char *const *)l->word + 1,
                                .count = (size_t)l->words - 1,
                                .add = add,
                                .folder = l->at[OPT_measured].text,
                                .fault = fault };
    if (!m2sim_measured(&o, stdout, cli_given(l, OPT_json) ? M2SIM_JSON : 0, &wrong, &e))
        return cli_fail(&e);
    return wrong ? M2SIM_EXIT_DATA : 0;
}
