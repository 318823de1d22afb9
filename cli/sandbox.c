// The second wall, of the commands that run a guest.
#include "cli.h"

void cli_sandbox(const struct cli_line *l, const struct m2sim *s)
{
    struct m2sim_error e;
    if (!cli_given(l, OPT_no_sandbox) && !m2sim_sandbox(s, &e))
        fprintf(stderr, "m2sim: no second wall around the program (%s): docs/security.md\n",
                e.text);
}
