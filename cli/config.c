// `m2sim config show`: the parameters of a core.
#include "cli.h"

#include <stdlib.h>
#include <string.h>

struct show {
    const char *core;
    const char **sets;
    size_t set_count;
    unsigned flags;
    bool show;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct show *s = state->input;
    switch (key) {
    case 'c': s->core = arg; break;
    case 'j': s->flags |= M2SIM_JSON; break;
    case 'O': s->flags |= M2SIM_ORIGIN; break;
    case 's':
        s->sets = realloc(s->sets, (s->set_count + 1) * sizeof(*s->sets));
        if (!s->sets)
            abort();
        s->sets[s->set_count++] = arg;
        break;
    case ARGP_KEY_ARG:
        if (s->show || strcmp(arg, "show"))
            argp_error(state, "'%s': the one thing to do is 'show'", arg);
        s->show = true;
        break;
    case ARGP_KEY_END:
        if (!s->show)
            argp_error(state, "what? 'm2sim config show' prints a core's parameters");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

int cmd_config(int argc, char **argv)
{
    static const struct argp_option options[] = {
        { "core", 'c', "NAME|FILE", 0, "core to show (default m2-avalanche)" },
        { "set", 's', "core.PATH=VALUE", 0, "change a parameter; may be repeated" },
        { "origin", 'O', NULL, 0, "say where each value comes from and who measured it" },
        { "json", 'j', NULL, 0, "print JSON" },
        { NULL },
    };
    static const struct argp argp = {
        options,
        parse,
        "show",
        "Prints every parameter of a core with its value and meaning.\v"
        "Examples:\n  m2sim config show --origin\n  m2sim config show --set core.rob.groups=400 "
        "--json",
    };
    struct show s = { .core = "m2-avalanche" };
    int done = cli_parse(&argp, argc, argv, &s);
    struct m2sim_error e;
    if (done < 0)
        done =
            m2sim_config_show(s.core, s.sets, s.set_count, stdout, s.flags, &e) ? 0 : cli_fail(&e);
    free(s.sets);
    return done;
}
