// m2sim: the command line. Each subcommand is a file of this folder and a row of
// commands.def; it uses nothing of the simulator but include/m2sim.h.
#include "cli.h"

#include <ctype.h>
#include <signal.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/resource.h>
#include <unistd.h>

const struct command_row cli_commands[COMMANDS] = {
#define COMMAND(name, code, words, summary, arguments, about, examples) \
    { #name, words, summary, arguments, about, examples, cmd_##name },
#include "commands.def"
#undef COMMAND
};

enum command cli_command(const char *name)
{
    for (enum command k = 0; k < COMMANDS; k++)
        if (!strcmp(cli_commands[k].name, name))
            return k;
    return COMMANDS;
}

int cli_fail(const struct m2sim_error *e)
{
    fprintf(stderr, "m2sim: %s\n", e->text);
    return e->exit_code;
}

void cli_unread(const char *path, const char *model)
{
    fprintf(stderr, "m2sim: --set %s: the %s model does not read it\n", path, model);
}

int cli_usage(const char *command, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("m2sim: ", stderr);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, " (see 'm2sim help%s%s')\n", *command ? " " : "", command);
    return M2SIM_EXIT_USAGE;
}

bool cli_is_folder(const char *path)
{
    struct stat st;
    size_t n = strlen(path);
    return (n && path[n - 1] == '/') || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

FILE *cli_output(const char *path, struct m2sim_output **to, struct m2sim_error *e)
{
    *to = NULL;
    if (!path || !strcmp(path, "-"))
        return stdout;
    *to = m2sim_output_open(path, e);
    return *to ? m2sim_output_stream(*to) : NULL;
}

int cli_close(struct m2sim_output *to, bool whole, int status)
{
    struct m2sim_error e;
    if (!whole)
        m2sim_output_drop(to);
    else if (to && !m2sim_output_end(to, &e) && cli_fail(&e) && !status)
        return M2SIM_EXIT_OUTPUT;
    return status;   // main() flushes standard output
}

// Without the C library's streams, which may want memory too.
_Noreturn void cli_out_of_memory(void)
{
    static const char line[] = "m2sim: out of memory\n";
    if (write(STDERR_FILENO, line, sizeof(line) - 1) < 0)
        _exit(M2SIM_EXIT_INTERNAL);
    _exit(M2SIM_EXIT_INTERNAL);
}

static bool plain(const char *word)
{
    for (const char *p = word; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("_-./=:,+@%", *p))
            return false;
    return *word;
}

char *cli_join(int argc, char **argv)
{
    size_t size = 1;
    for (int k = 0; k < argc; k++)
        size += 4 * strlen(argv[k]) + 3;
    char *text = malloc(size), *at = text;
    if (!text)
        cli_out_of_memory();
    for (int k = 0; k < argc; k++) {
        if (k)
            *at++ = ' ';
        if (plain(argv[k])) {
            at = stpcpy(at, argv[k]);
            continue;
        }
        *at++ = '\'';
        for (const char *p = argv[k]; *p; p++)
            at = *p == '\'' ? stpcpy(at, "'\\''") : (*at = *p, at + 1);
        *at++ = '\'';
    }
    *at = 0;
    return text;
}

static int version(int argc, char **argv)
{
    bool json = argc == 1 && !strcmp(argv[0], "--json");
    if (argc && !json)
        return cli_usage("", "'%s': only --json may follow --version", argv[0]);
    if (json)
        printf("{\n  \"schema\": 1,\n  \"version\": \"%s\",\n  \"release\": \"%s\",\n"
               "  \"model_digest\": \"%s\"\n}\n",
               m2sim_full_version(), m2sim_version(), m2sim_model_digest());
    else
        printf("m2sim %s\n", m2sim_full_version());
    return 0;
}

static int no_command(const char *name)
{
    enum { OTHERS = 3 };
    const char *names[COMMANDS + OTHERS] = { "help", "--help", "--version" };
    for (int k = 0; k < COMMANDS; k++)
        names[k + OTHERS] = cli_commands[k].name;
    const char *near = m2sim_nearest(name, names, COMMANDS + OTHERS);
    return cli_usage("", "no command '%s'%s%s%s", name, near ? "; is '" : "", near ? near : "",
                     near ? "' meant?" : "");
}

static int help(int argc, char **argv)
{
    if (!argc)
        return cli_help(stdout), 0;
    enum command c = cli_command(argv[0]);
    if (c == COMMANDS)
        return no_command(argv[0]);
    if (argc > 1)
        return cli_usage("", "'%s': help explains one command", argv[1]);
    return cli_help_command(c, stdout), 0;
}

static int subcommand(enum command c, int argc, char **argv)
{
    struct cli_line l;
    int done = cli_read(&l, c, argc, argv);
    if (done < 0)
        done = cli_commands[c].run(&l);
    cli_free(&l);
    return done;
}

static int run_command(int argc, char **argv)
{
    if (argc < 2)
        return cli_help(stderr), M2SIM_EXIT_USAGE;
    const char *name = argv[1];
    if (!strcmp(name, "--version") || !strcmp(name, "version"))
        return version(argc - 2, argv + 2);
    if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help"))
        return help(argc - 2, argv + 2);
    if (!strcmp(name, "complete"))   // for the shells' completion; not for people
        return cli_complete(argc - 1, argv + 1);
    enum command c = cli_command(name);
    return c < COMMANDS ? subcommand(c, argc - 1, argv + 1) : no_command(name);
}

// A standard stream that is closed would be the next file opened. What is written there fails.
static void fill_standard_streams(void)
{
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", fd ? O_RDONLY : O_WRONLY) != fd) {
            dprintf(STDERR_FILENO, "m2sim: /dev/null: %s\n", strerror(errno));
            _exit(M2SIM_EXIT_INTERNAL);
        }
}

// The host's soft limit is raised where it is less than any run needs.
static bool enough(int which, rlim_t least, const char *what)
{
    struct rlimit l;
    if (getrlimit(which, &l) || l.rlim_cur >= least)
        return true;
    l.rlim_cur = l.rlim_max < least ? l.rlim_max : least;
    if (l.rlim_cur == least && !setrlimit(which, &l))
        return true;
    fprintf(stderr, "m2sim: the host's limit of %s is %llu; at least %llu are needed\n", what,
            (unsigned long long)l.rlim_cur, (unsigned long long)least);
    return false;
}

static void do_nothing(int sig)
{
}

// A limit of file sizes is a write error. Not by ignoring the signal, which the guest would inherit.
static void keep_write_error(void)
{
    struct sigaction was, sa = { .sa_handler = do_nothing, .sa_flags = SA_RESTART };
    if (!sigaction(SIGXFSZ, NULL, &was) && was.sa_handler != SIG_IGN)
        sigaction(SIGXFSZ, &sa, NULL);
}

int main(int argc, char **argv)
{
    keep_write_error();
    fill_standard_streams();
    if (!enough(RLIMIT_NOFILE, 32, "open files (ulimit -n)") ||
        !enough(RLIMIT_STACK, 256 << 10, "bytes of stack (ulimit -s)"))
        return M2SIM_EXIT_INTERNAL;
    int status = run_command(argc, argv);
    bool failed = ferror(stdout);
    const char *why = fflush(stdout) != 0 ? strerror(errno) : failed ? "cannot be written" : NULL;
    if (!why || status >= M2SIM_EXIT_USAGE)
        return status;
    fprintf(stderr, "m2sim: standard output: %s\n", why);
    return M2SIM_EXIT_OUTPUT;
}
