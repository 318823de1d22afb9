// `m2sim isa`: the instructions m2sim has, a program contains, or a run executes.
#include "cli.h"

#include <string.h>
#include <unistd.h>

struct isa {
    const char *core;
    char **guest;
    unsigned flags;
    bool run;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct isa *o = state->input;
    switch (key) {
    case 'j': o->flags |= M2SIM_JSON; break;
    case 'c': o->core = arg; break;
    case 'r': o->run = true; break;
    case ARGP_KEY_ARG:
        o->guest = state->argv + state->next - 1;
        if (!o->run && state->next < state->argc)
            argp_error(state, "'%s': one program, or --run with its arguments",
                       state->argv[state->next]);
        state->next = state->argc;
        break;
    case ARGP_KEY_END:
        if (o->run && !o->guest)
            argp_error(state, "--run: which program?");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static int executed(const struct isa *o)
{
    struct m2sim_error e;
    struct m2sim_options m = {
        .program = o->guest[0], .argv = o->guest, .env = environ, .mode = M2SIM_COUNT
    };
    struct m2sim *s = m2sim_new(&m, &e);
    if (!s)
        return cli_fail(&e);
    int status = m2sim_run(s);
    if (!m2sim_isa(NULL, s, o->core, stderr, o->flags, &e))
        status = cli_fail(&e);
    m2sim_free(s);
    return status;
}

int cmd_isa(int argc, char **argv)
{
    static const struct argp_option options[] = {
        { "run", 'r', NULL, 0,
          "run PROGRAM and count what it executes; the list goes to standard error" },
        { "core", 'c', "NAME|FILE", 0, "core whose timings are looked up (default m2-avalanche)" },
        { "json", 'j', NULL, 0, "print JSON" },
        { NULL },
    };
    static const struct argp argp = {
        options,
        parse,
        "[PROGRAM]\n--run [--] PROGRAM [ARGUMENT...]",
        "Lists the instructions m2sim has, or those that PROGRAM contains or executes, with their "
        "feature, what tests them, and whether their timing was measured or is assumed.\v"
        "Examples:\n  m2sim isa\n  m2sim isa ./a.out\n  m2sim isa --run -- ./a.out 10",
    };
    struct isa o = { 0 };
    int done = cli_parse(&argp, argc, argv, &o);
    if (done >= 0)
        return done;
    if (o.run)
        return executed(&o);
    struct m2sim_error e;
    return m2sim_isa(o.guest ? o.guest[0] : NULL, NULL, o.core, stdout, o.flags, &e) ? 0
                                                                                     : cli_fail(&e);
}
