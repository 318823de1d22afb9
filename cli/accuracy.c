// `m2sim accuracy`: the simulated core beside measured ones.
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPT_SET = 256, OPT_MODEL, OPT_CORE, OPT_GUESTS, OPT_EVERY, OPT_LIST, OPT_JSON, OPT_PARAM };

struct accuracy {
    struct m2sim_accuracy o;
    const char **sets;
    unsigned flags;
};

static unsigned number(const char *text, const char *option, struct argp_state *state)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (end == text || *end || n < 1 || n > 1000000)
        argp_error(state, "%s: '%s' is not a number from 1 to 1000000", option, text);
    return (unsigned)n;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct accuracy *a = state->input;
    switch (key) {
    case 's': a->o.set = arg; break;
    case OPT_MODEL: a->o.model = arg; break;
    case OPT_CORE: a->o.core = arg; break;
    case OPT_GUESTS: a->o.guests = arg; break;
    case OPT_EVERY: a->o.every = number(arg, "--every", state); break;
    case OPT_LIST: a->flags |= M2SIM_LIST; break;
    case OPT_JSON: a->flags |= M2SIM_JSON; break;
    case 'j': a->o.threads = number(arg, "-j", state); break;
    case 'o': a->o.output = arg; break;
    case OPT_PARAM:
        a->sets = realloc(a->sets, (a->o.set_count + 1) * sizeof(*a->sets));
        if (!a->sets)
            abort();
        a->sets[a->o.set_count++] = arg;
        break;
    case ARGP_KEY_ARG: argp_error(state, "'%s': no arguments, only options", arg); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static void progress(void *ctx, const char *what, size_t done, size_t total)
{
    fprintf(stderr, "\r%s %zu/%zu\033[K%s", what, done, total, done == total ? "\r\033[K" : "");
}

int cmd_accuracy(int argc, char **argv)
{
    // clang-format off
    static const struct argp_option options[] = {
        { "set", 's', "NAME", 0, "what to compare: instructions, probes, loops, kernels, all (default: these); models" },
        { "model", OPT_MODEL, "NAME", 0, "timing model (default fast)" },
        { "core", OPT_CORE, "NAME|FILE", 0, "core to simulate; by default those that were measured" },
        { "param", OPT_PARAM, "core.PATH=VALUE", 0, "change a parameter (see 'm2sim config show'); may be repeated" },
        { "guests", OPT_GUESTS, "DIR", 0, "folder of the programs bench/guest/build makes" },
        { "every", OPT_EVERY, "N", 0, "a sample: one measurement in N" },
        { NULL, 'j', "N", 0, "host threads" },
        { "list", OPT_LIST, NULL, 0, "name every measurement that is missed or not counted, and why" },
        { "json", OPT_JSON, NULL, 0, "print JSON; with --list, every measurement" },
        { "output", 'o', "DIR", 0, "write plots (SVG) and a page with all of them, index.html" },
        { NULL },
    };
    // clang-format on
    static const struct argp argp = {
        options,
        parse,
        "",
        "Simulates what real machines were measured at (measured/) and says how far the model is "
        "off.\v"
        "Examples:\n  m2sim accuracy --set instructions --core m1-firestorm --list\n"
        "  m2sim accuracy -j 2 -o out/accuracy",
    };
    struct accuracy a = { .o.threads = 1 };
    int done = cli_parse(&argp, argc, argv, &a);
    if (done >= 0)
        return done;
    a.o.sets = a.sets;
    if (isatty(STDERR_FILENO))
        a.o.progress = progress;
    struct m2sim_error e;
    int status = m2sim_accuracy(&a.o, stdout, a.flags, &e) ? 0 : cli_fail(&e);
    free(a.sets);
    return status ? status : fflush(stdout) ? M2SIM_EXIT_OUTPUT : 0;
}
