// `m2sim isa`: the instructions m2sim has, a program contains, or a run executes.
#include "cli.h"

#include <string.h>
#include <unistd.h>

static int executed(const struct cli_line *l, FILE *f, struct m2sim_output *to, unsigned flags)
{
    struct m2sim_error e;
    struct m2sim_options m = { .program = l->word[0],
                               .argv = l->word,
                               .env = environ,
                               .mode = M2SIM_COUNT,
                               .root = l->at[OPT_root].text,
                               .output = to };
    struct m2sim *s = m2sim_new(&m, &e);
    if (!s)
        return cli_close(to, false, cli_fail(&e));
    cli_sandbox(l, s);
    int status = m2sim_run(s);
    bool whole = m2sim_isa(NULL, s, l->at[OPT_core].text, f, flags, &e);
    if (!whole)
        status = cli_fail(&e);
    else if (ferror(f))   // when f is standard error there is nowhere to say it
        status = M2SIM_EXIT_OUTPUT;
    m2sim_free(s);
    int unwritten = cli_close(to, whole, 0);
    return unwritten ? unwritten : status;
}

int cmd_isa(const struct cli_line *l)
{
    struct m2sim_error e;
    struct m2sim_output *to;
    const char *output = l->at[OPT_output].text;
    unsigned flags = cli_given(l, OPT_json) ? M2SIM_JSON : 0;
    bool run = cli_given(l, OPT_run);
    if (run && !l->words)
        return cli_usage("isa", "--run: which program?");
    if (!run && cli_given(l, OPT_root))
        return cli_usage("isa", "--root is for --run");
    if (!run && cli_given(l, OPT_no_sandbox))
        return cli_usage("isa", "--no-sandbox is for --run");
    if (!run && l->words > 1)
        return cli_usage("isa", "'%s': one program, or --run with its arguments", l->word[1]);
    FILE *f = cli_output(output, &to, &e);
    if (!f)
        return cli_fail(&e);
    if (run)   // standard output is the program's
        return executed(l, output ? f : stderr, to, flags);
    bool ok = m2sim_isa(l->word[0], NULL, l->at[OPT_core].text, f, flags, &e);
    return cli_close(to, ok, ok ? 0 : cli_fail(&e));
}
