// `m2sim isa`: the instructions m2sim has, a program contains, or a run executes.
#include "cli.h"

#include <string.h>
#include <unistd.h>

static int executed(const struct cli_line *l, const char *core, unsigned flags)
{
    struct m2sim_error e;
    struct m2sim_options m = {
        .program = l->word[0], .argv = l->word, .env = environ, .mode = M2SIM_COUNT
    };
    struct m2sim *s = m2sim_new(&m, &e);
    if (!s)
        return cli_fail(&e);
    int status = m2sim_run(s);
    if (!m2sim_isa(NULL, s, core, stderr, flags, &e))
        status = cli_fail(&e);
    else if (ferror(stderr))   // there is nowhere to say it
        status = M2SIM_EXIT_OUTPUT;
    m2sim_free(s);
    return status;
}

static int list(const struct cli_line *l)
{
    struct m2sim_error e;
    const char *core = l->at[OPT_core].text;
    unsigned flags = cli_given(l, OPT_json) ? M2SIM_JSON : 0;
    bool run = cli_given(l, OPT_run);
    if (run && !l->words)
        return cli_usage("isa", "--run: which program?");
    if (!run && l->words > 1)
        return cli_usage("isa", "'%s': one program, or --run with its arguments", l->word[1]);
    if (run)
        return executed(l, core, flags);
    return m2sim_isa(l->word[0], NULL, core, stdout, flags, &e) ? 0 : cli_fail(&e);
}

int cmd_isa(int argc, char **argv)
{
    struct cli_line l;
    int done = cli_read(&l, COMMAND_isa, argc, argv);
    if (done < 0)
        done = list(&l);
    cli_free(&l);
    return done;
}
