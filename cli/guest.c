// `m2sim run` and `m2sim time`: both run a guest program; time also reports on it.
#include "cli.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// clang-format off
enum {
    OPT_JSON = 256, OPT_MAX, OPT_ENV, OPT_PERF_MAP, OPT_SEED, OPT_STRACE, OPT_MODEL, OPT_CORE, OPT_SET,
    OPT_ONE_THREAD, OPT_NO_HOST, OPT_STATS, OPT_ROOT, OPT_ALLOW, OPT_ALLOW_READ, OPT_HOST_FILES, OPT_GDB,
    OPT_DETERMINISTIC, OPT_ALLOW_NET, OPT_EXEC,
};
// clang-format on

struct guest_command {
    struct m2sim_options o;
    const char *name, *output;
    char **env;
    const char **sets, **allow, **allow_read;
    size_t env_count;
    bool json, stats, quiet, no_host, strace;
    bool folder;   // output is one
};

static struct m2sim *volatile running;

static void on_interrupt(int sig)
{
    if (running)
        m2sim_stop(running);
}

static void *grow(void *list, size_t count, size_t size)
{
    list = realloc(list, (count + 2) * size);
    if (!list)
        abort();
    return list;
}

static void add(const char ***list, size_t *count, const char *item)
{
    *list = grow(*list, *count, sizeof(**list));
    (*list)[(*count)++] = item;
}

static void set_env(struct guest_command *g, char *pair)
{
    size_t n = strcspn(pair, "=");
    for (size_t k = 0; k < g->env_count; k++)
        if (!strncmp(g->env[k], pair, n) && g->env[k][n] == '=') {
            g->env[k] = pair;
            return;
        }
    g->env = grow(g->env, g->env_count, sizeof(*g->env));
    g->env[g->env_count++] = pair;
    g->env[g->env_count] = NULL;
}

static uint64_t number(const char *text, const char *option, struct argp_state *state)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 0);
    // clang-format off
    static const struct { char letter; unsigned long long by; } unit[] = {
        { 'k', 1000 }, { 'M', 1000000 }, { 'G', 1000000000 },
    };
    // clang-format on
    for (size_t k = 0; k < 3 && end != text; k++)
        if (*end == unit[k].letter && !end[1] && !__builtin_mul_overflow(n, unit[k].by, &n))
            end++;
    if (end == text || *end || errno || *text == '-')
        argp_error(state, "%s: '%s' is not a number (k, M, G may follow)", option, text);
    return n;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct guest_command *g = state->input;
    switch (key) {
    case 'o': g->output = arg; break;
    case 'q': g->quiet = g->o.quiet = true; break;
    case OPT_JSON: g->json = true; break;
    case OPT_STATS: g->stats = true; break;
    case OPT_DETERMINISTIC: g->o.deterministic = true; break;
    case OPT_ALLOW_NET: g->o.allow_net = true; break;
    case OPT_ROOT: g->o.root = arg; break;
    case OPT_ALLOW: add(&g->allow, &g->o.allow_count, arg); break;
    case OPT_ALLOW_READ: add(&g->allow_read, &g->o.allow_read_count, arg); break;
    case OPT_HOST_FILES: g->o.host_files = true; break;
    case OPT_MAX: g->o.max_instructions = number(arg, "--max-instructions", state); break;
    case OPT_SEED: g->o.seed = number(arg, "--seed", state); break;
    case OPT_STRACE: g->strace = true; break;
    case OPT_EXEC: g->o.exec = arg; break;
    case OPT_GDB: g->o.gdb = arg; break;
    case OPT_MODEL: g->o.model = arg; break;
    case OPT_CORE: g->o.core = arg; break;
    case OPT_PERF_MAP: g->o.perf_map = true; break;
    case OPT_ONE_THREAD: g->o.one_thread = true; break;
    case OPT_NO_HOST: g->no_host = true; break;
    case OPT_ENV:
        if (!strchr(arg, '='))
            argp_error(state, "--env: '%s' is not NAME=VALUE", arg);
        set_env(g, arg);
        break;
    case OPT_SET: add(&g->sets, &g->o.set_count, arg); break;
    case ARGP_KEY_ARG:   // the guest's command line begins: everything from here is its own
        g->o.program = arg;
        g->o.argv = state->argv + state->next - 1;
        state->next = state->argc;
        break;
    case ARGP_KEY_END:
        if (!g->o.exec)
            g->o.exec = getenv("M2SIM_EXEC");
        if (g->o.exec && strcmp(g->o.exec, "interp") != 0 && strcmp(g->o.exec, "jit") != 0 &&
            strcmp(g->o.exec, "jit-plain") != 0)
            argp_error(state, "--exec: '%s' is neither interp nor jit", g->o.exec);
        if (!g->o.program)
            argp_error(state, "which program?");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

// clang-format off
#define COMMON_OPTIONS \
    { "max-instructions", OPT_MAX, "N", 0, "stop after N instructions (k, M, G may follow) with exit code 124", 1 }, \
    { "root", OPT_ROOT, "DIR", 0, "DIR is the program's '/': a dynamic program finds its libraries there", 1 }, \
    { "allow", OPT_ALLOW, "PATH", 0, "let the program read and write PATH, and below; may be repeated", 1 }, \
    { "allow-read", OPT_ALLOW_READ, "PATH", 0, "let the program read PATH, and below; may be repeated", 1 }, \
    { "host-files", OPT_HOST_FILES, NULL, 0, "let the program reach all files that you can", 1 }, \
    { "allow-net", OPT_ALLOW_NET, NULL, 0, "let the program reach hosts beyond loopback", 1 }, \
    { "env", OPT_ENV, "NAME=VALUE", 0, "set a variable of the program's environment; it inherits yours", 1 }, \
    { "seed", OPT_SEED, "N", 0, "seed of everything random the program is given", 1 }, \
    { "perf-map", OPT_PERF_MAP, NULL, 0, "leave /tmp/perf-PID.map, from which `perf report` names the program's functions in generated code", 1 }, \
    { "strace", OPT_STRACE, NULL, 0, "print each system call", 1 }, \
    { "gdb", OPT_GDB, "[ADDRESS:]PORT", 0, "wait for gdb (target remote) there before the first instruction; of this computer alone unless ADDRESS is given; 0 is any free port", 1 }, \
    { "exec", OPT_EXEC, "interp|jit", 0, "how instructions are run: interpreted, or as host code (default, where there is a translator); the results are the same", 1 }, \
    { "json", OPT_JSON, NULL, 0, "report as JSON", 2 }, \
    { "output", 'o', "FILE|DIR/", 0, "report (and --strace) to FILE instead of standard error; to a folder, or a name that ends in /: report.txt, report.json, stats.txt as gem5 writes it, config.yaml, config.json", 2 }, \
    { "no-host", OPT_NO_HOST, NULL, 0, "leave out the host's speed: two runs then report the same bytes", 2 }, \
    { "quiet", 'q', NULL, 0, "no report on standard error, nor word of files that are kept from the program", 2 }, \
    { NULL }

static const struct argp_option run_options[] = {
    { "stats", OPT_STATS, NULL, 0, "report how many instructions ran", 2 },
    { "deterministic", OPT_DETERMINISTIC, NULL, 0, "let threads take turns, and a nanosecond pass with each instruction: two runs are alike", 1 },
    COMMON_OPTIONS,
};
static const struct argp_option time_options[] = {
    { "model", OPT_MODEL, "NAME", 0, "timing model: fast (default)", 1 },
    { "core", OPT_CORE, "NAME|FILE", 0, "core to simulate (default m2-avalanche)", 1 },
    { "set", OPT_SET, "core.PATH=VALUE", 0, "change a parameter (see 'm2sim config show'); may be repeated", 1 },
    { "one-thread", OPT_ONE_THREAD, NULL, 0, "emulate and time in one host thread; the result is the same", 1 },
    COMMON_OPTIONS,
};
// clang-format on

// A folder: it exists, or the name says so.
static bool is_folder(const char *path)
{
    struct stat st;
    size_t n = strlen(path);
    return (n && path[n - 1] == '/') || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

// Where the words of m2sim go: *out, and *strace. With -o FOLDER only system calls go to a
// stream.
static bool open_output(struct guest_command *g, FILE **out, FILE **strace, struct m2sim_error *e)
{
    *out = stderr;
    if (g->output && !strcmp(g->output, "-")) {
        *out = stdout;
    } else if (g->output && is_folder(g->output)) {
        g->folder = true;
        return m2sim_report_prepare(g->output, g->strace ? strace : NULL, e);
    } else if (g->output) {
        *out = m2sim_open(g->output, e);
    }
    *strace = g->strace ? *out : NULL;
    return *out != NULL;
}

static bool write_report(const struct guest_command *g, struct m2sim *s, FILE *out,
                         struct m2sim_error *e)
{
    unsigned flags = (g->json ? M2SIM_JSON : 0) | (g->no_host ? M2SIM_NO_HOST : 0);
    if (g->folder)
        return m2sim_report_folder(s, g->output, flags, e);
    if (m2sim_report(s, out, flags) && (out == stderr || fclose(out) == 0))
        return true;
    snprintf(e->text, sizeof(e->text), "%s: %s", g->output ? g->output : "report", strerror(errno));
    return e->exit_code = M2SIM_EXIT_OUTPUT, false;
}

// With `unused` nothing stays of a folder's file of system calls.
static void end_strace(struct guest_command *g, bool unused)
{
    if (!g->folder || !g->o.strace)
        return;
    fclose(g->o.strace);
    char path[4096];
    snprintf(path, sizeof(path), "%s/strace.txt.part", g->output);
    if (unused)
        unlink(path);
}

static int execute(struct guest_command *g)
{
    struct m2sim_error e;
    FILE *out;
    if (!open_output(g, &out, &g->o.strace, &e))
        return cli_fail(&e);
    g->o.env = g->env;
    g->o.sets = g->sets;
    g->o.allow = g->allow;
    g->o.allow_read = g->allow_read;

    struct m2sim *s = m2sim_new(&g->o, &e);
    if (!s) {
        end_strace(g, true);
        return cli_fail(&e);
    }
    running = s;
    struct sigaction sa = { .sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND };
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    int status = m2sim_run(s);
    running = NULL;
    if (status == M2SIM_EXIT_LIMIT && g->o.max_instructions && !g->quiet)
        fprintf(stderr, "m2sim: stopped after %llu instructions\n",
                (unsigned long long)g->o.max_instructions);
    bool report = g->o.mode == M2SIM_TIME || g->json || g->stats || g->folder || status == 130;
    if (report && (g->folder || out != stderr || !g->quiet) && !write_report(g, s, out, &e))
        status = cli_fail(&e);
    m2sim_free(s);
    end_strace(g, false);
    return status;
}

static int guest_command(int argc, char **argv, enum m2sim_mode mode,
                         const struct argp_option *options, const char *doc)
{
    struct guest_command g = { .o.mode = mode, .name = argv[0] };
    for (char **v = environ; *v; v++)
        if (strncmp(*v, "_=", 2) !=
            0)   // of a shell: where m2sim is, which the stack must not show
            set_env(&g, *v);
    g.o.command = cli_join(argc, argv);
    const struct argp argp = { options, parse, "[--] PROGRAM [ARGUMENT...]", doc };
    int done = cli_parse(&argp, argc, argv, &g);
    if (done < 0)
        done = execute(&g);
    free((void *)g.o.command);
    free(g.env);
    free(g.sets);
    free(g.allow);
    free(g.allow_read);
    return done;
}

int cmd_run(int argc, char **argv)
{
    return guest_command(
        argc, argv, M2SIM_RUN, run_options,
        "Emulates PROGRAM, an AArch64 Linux executable, and exits with its status.\v"
        "Examples:\n  m2sim run -- ./a.out 10\n  m2sim run --strace ./a.out\n"
        "  m2sim run --json -o stats.json --max-instructions 1G -- ./a.out");
}

int cmd_time(int argc, char **argv)
{
    return guest_command(
        argc, argv, M2SIM_TIME, time_options,
        "Runs PROGRAM, an AArch64 Linux executable, on a simulated core and reports how "
        "long it took there and where the time went. The program sees simulated time.\v"
        "Examples:\n  m2sim time -- ./a.out 10\n"
        "  m2sim time --set core.rob.groups=400 --json -o wide.json -- ./a.out");
}
