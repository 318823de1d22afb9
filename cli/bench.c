// `m2sim bench`: how fast the simulator itself is.
#include "cli.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OPT_FILTER = 256,
    OPT_MODES,
    OPT_QUICK,
    OPT_VS,
    OPT_VS_COMMAND,
    OPT_FAIL_OVER,
    OPT_CLOCK,
    OPT_HISTORY,
    OPT_HTML,
    OPT_LABEL,
    OPT_GUESTS,
    OPT_JSON,
    OPT_M2SIM,
    OPT_PROFILE,
    OPT_FOLDED,
};

struct bench {
    struct m2sim_bench o;
    const char *output;
    unsigned flags;
    bool quiet;
};

static volatile int stop;

static void on_interrupt(int sig)
{
    stop = 1;
}

static unsigned repetitions(const char *text, struct argp_state *state)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (end == text || *end || n < 1 || n > 50)
        argp_error(state, "--repetitions: '%s' is not a number from 1 to 50", text);
    return (unsigned)n;
}

// "3%" or "3" are both three in a hundred.
static double share(const char *text, struct argp_state *state)
{
    char *end;
    double v = strtod(text, &end);
    if (end == text || (*end && strcmp(end, "%") != 0) || !(v > 0) || v > 1000)
        argp_error(state, "--fail-over: '%s' is not a percentage above 0, such as 3%%", text);
    return v / 100;
}

static bool wall(const char *text, struct argp_state *state)
{
    if (strcmp(text, "cpu") != 0 && strcmp(text, "wall") != 0)
        argp_error(state, "--clock: '%s' is neither cpu nor wall", text);
    return !strcmp(text, "wall");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct bench *b = state->input;
    switch (key) {
    case OPT_FILTER: b->o.filter = arg; break;
    case OPT_MODES: b->o.modes = arg; break;
    case 'r': b->o.repetitions = repetitions(arg, state); break;
    case OPT_QUICK: b->o.quick = true; break;
    case OPT_VS: b->o.vs = arg; break;
    case OPT_VS_COMMAND: b->o.vs_command = arg; break;
    case OPT_FAIL_OVER: b->o.fail_over = share(arg, state); break;
    case OPT_CLOCK: b->o.wall = wall(arg, state); break;
    case OPT_HISTORY: b->o.history = arg; break;
    case OPT_HTML: b->o.page = arg; break;
    case OPT_LABEL: b->o.label = arg; break;
    case OPT_GUESTS: b->o.guests = arg; break;
    case OPT_M2SIM: b->o.program = arg; break;
    case OPT_PROFILE: b->o.profile = true; break;
    case OPT_FOLDED: b->o.folded = arg; break;
    case OPT_JSON: b->flags |= M2SIM_JSON; break;
    case 'o': b->output = arg; break;
    case 'q': b->quiet = true; break;
    case ARGP_KEY_ARG: argp_error(state, "'%s': no arguments, only options", arg); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static void progress(void *ctx, const char *what, size_t done, size_t total)
{
    fprintf(stderr, "\r%zu/%zu %s\033[K%s", done, total, what, done == total ? "\r\033[K" : "");
}

static int execute(struct bench *b)
{
    struct m2sim_error e;
    bool slower = false;
    FILE *f = b->output && strcmp(b->output, "-") != 0 ? m2sim_open(b->output, &e) : stdout;
    if (!f)
        return cli_fail(&e);
    if (isatty(STDERR_FILENO) && !b->quiet)
        b->o.progress = progress;
    struct sigaction sa = { .sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND };
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    b->o.stop = &stop;
    int status = m2sim_bench(&b->o, f, b->flags, &slower, &e) ? slower : cli_fail(&e);
    if ((f == stdout ? fflush(f) : fclose(f)) != 0 && !status)
        return M2SIM_EXIT_OUTPUT;
    return stop && !status ? 130 : status;
}

int cmd_bench(int argc, char **argv)
{
    // clang-format off
    static const struct argp_option options[] = {
        { "filter", OPT_FILTER, "LIST", 0, "programs whose name or group (int, fp, libc) one of the patterns matches, commas between (default int,fp)", 1 },
        { "modes", OPT_MODES, "LIST", 0, "start, run, interp, fast, detailed; default all", 1 },
        { "repetitions", 'r', "N", 0, "rounds (default 7, with --quick 5); fewer than 6 have no interval of 95 %", 1 },
        { "quick", OPT_QUICK, NULL, 0, "one program in six, half the work", 1 },
        { "guests", OPT_GUESTS, "DIR", 0, "folder of the programs bench/guest/build makes", 1 },
        { "m2sim", OPT_M2SIM, "FILE", 0, "measure this m2sim (default the running one)", 1 },
        { "vs", OPT_VS, "FILE", 0, "compare with an earlier --json, or with the latest run of a history on such a processor; HISTORY@RUN names another by number or label", 2 },
        { "vs-command", OPT_VS_COMMAND, "COMMAND", 0, "compare with another program, run in the same rounds: {} is the guest's command line; {mode} what m2sim is given before it, without which only mode run is compared", 2 },
        { "clock", OPT_CLOCK, "cpu|wall", 0, "compare user and system time of the process (default), or the time on the wall", 2 },
        { "fail-over", OPT_FAIL_OVER, "PERCENT", 0, "exit with 1 if a mode, or a program, is beyond doubt slower by more", 2 },
        { "history", OPT_HISTORY, "FILE", 0, "add the result to this SQLite file", 3 },
        { "label", OPT_LABEL, "TEXT", 0, "name of the result there, such as the commit", 3 },
        { "html", OPT_HTML, "FILE", 0, "draw the speeds of the history over time", 3 },
        { "profile", OPT_PROFILE, NULL, 0, "instead: run each program once and say where the time of m2sim goes, by part and by function, and what allocates", 4 },
        { "folded", OPT_FOLDED, "FILE", 0, "with --profile: write call stacks as flame graphs want them", 4 },
        { "json", OPT_JSON, NULL, 0, "print JSON, with every repetition", 3 },
        { "output", 'o', "FILE", 0, "print to FILE", 3 },
        { "quiet", 'q', NULL, 0, "no progress on a terminal", 3 },
        { NULL },
    };
    // clang-format on
    static const struct argp argp = {
        options,
        parse,
        "",
        "Measures how fast m2sim runs the programs of bench/guest: emulating (run, interp), with "
        "the fast "
        "and the detailed timing model, and how long it takes to begin (start).\v"
        "Examples:\n  m2sim bench --quick\n"
        "  m2sim bench --modes run --vs-command 'qemu-aarch64 {}'\n"
        "  m2sim bench --vs-command 'old/m2sim {mode} {}' --fail-over 3%\n"
        "  m2sim bench --history bench.sqlite --label $(git describe --always) --html trend.html\n"
        "  m2sim bench --profile --modes fast --folded fast.folded",
    };
    struct bench b = { .o.command = cli_join(argc, argv) };
    int done = cli_parse(&argp, argc, argv, &b);
    if (done < 0)
        done = execute(&b);
    free((void *)b.o.command);
    return done;
}
