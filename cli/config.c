// `m2sim config show`: the parameters of a core.
#include "cli.h"

#include <string.h>

int cmd_config(const struct cli_line *l)
{
    if (!l->words)
        return cli_usage("config", "what? 'm2sim config show' prints a core's parameters");
    if (l->words > 1 || strcmp(l->word[0], "show") != 0)
        return cli_usage("config", "'%s': the one thing to do is 'show'", l->word[l->words > 1]);
    struct m2sim_error e;
    const char *core = l->at[OPT_core].text;
    unsigned flags = cli_given(l, OPT_json) ? M2SIM_JSON : 0;
    if (cli_given(l, OPT_origin))
        flags |= M2SIM_ORIGIN;
    if (cli_given(l, OPT_fit))
        flags |= M2SIM_FIT;
    bool ok = m2sim_config_show(core ? core : "m2-avalanche", l->at[OPT_set].all,
                                l->at[OPT_set].count, stdout, flags, &e);
    return ok ? 0 : cli_fail(&e);
}
