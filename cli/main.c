// m2sim: the command line. Each subcommand is a file of this folder and a row of
// commands.def; it uses nothing of the simulator but include/m2sim.h.
#include "cli.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *doc;
    int (*run)(int argc, char **argv);
} commands[] = {
#define COMMAND(name, doc) { #name, doc, cmd_##name },
#include "commands.def"
#undef COMMAND
};
enum { COMMANDS = sizeof(commands) / sizeof(*commands) };

static void help(FILE *f)
{
    fprintf(
        f,
        "Usage: m2sim COMMAND [OPTIONS] [-- PROGRAM ARGUMENTS]\n"
        "Run AArch64 Linux programs and say how long, and why, they would take on an Apple M2.\n\n"
        "Commands:\n");
    for (int k = 0; k < COMMANDS; k++)
        fprintf(f, "  %-10s %s\n", commands[k].name, commands[k].doc);
    fprintf(
        f,
        "\n`m2sim help COMMAND` explains a command's options.\n\n"
        "Exit status: the program's own; 128 + n when signal n ended it; 64 usage, 65 bad input,\n"
        "66 no input, 70 internal fault, 74 output failed, 78 bad configuration, 124 limit "
        "reached.\n");
}

int cli_fail(const struct m2sim_error *e)
{
    fprintf(stderr, "m2sim: %s\n", e->text);
    return e->exit_code;
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

int cli_parse(const struct argp *argp, int argc, char **argv, void *input)
{
    char name[64];
    snprintf(name, sizeof(name), "m2sim %s", argv[0]);
    char *kept = argv[0];
    argv[0] = name;
    error_t e = argp_parse(argp, argc, argv, ARGP_IN_ORDER, NULL, input);
    argv[0] = kept;
    return e ? M2SIM_EXIT_USAGE : -1;
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
        abort();
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

static int version(bool json)
{
    if (json)
        printf("{\n  \"schema\": 1,\n  \"version\": \"%s\",\n  \"release\": \"%s\",\n"
               "  \"model_digest\": \"%s\"\n}\n",
               m2sim_full_version(), m2sim_version(), m2sim_model_digest());
    else
        printf("m2sim %s\n", m2sim_full_version());
    return 0;
}

static int run_command(const char *name, int argc, char **argv)
{
    for (int k = 0; k < COMMANDS; k++)
        if (!strcmp(commands[k].name, name))
            return commands[k].run(argc, argv);
    return cli_usage("", "no command '%s'", name);
}

int main(int argc, char **argv)
{
    argp_err_exit_status = M2SIM_EXIT_USAGE;
    const char *name = argc > 1 ? argv[1] : "";
    if (!strcmp(name, "--version") || !strcmp(name, "version"))
        return version(argc > 2 && !strcmp(argv[2], "--json"));
    if (!strcmp(name, "--help") || !strcmp(name, "-h") || (!strcmp(name, "help") && argc == 2))
        return help(stdout), 0;
    if (!strcmp(name, "help")) {
        char *words[] = { argv[2], "--help", NULL };
        return run_command(argv[2], 2, words);
    }
    if (!*name)
        return help(stderr), M2SIM_EXIT_USAGE;
    return run_command(name, argc - 1, argv + 1);
}
