// cli.h: what the subcommands share.
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <argp.h>

#include "m2sim.h"

// A subcommand gets its own name as argv[0] and returns the exit code.
#define COMMAND(name, doc) int cmd_##name(int argc, char **argv);
#include "commands.def"
#undef COMMAND

// Prints "m2sim: TEXT" and returns the error's exit code.
int cli_fail(const struct m2sim_error *e);

// The same for a fault of the command line, which names the subcommand's help.
int cli_usage(const char *command, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

// Parses argv by `argp`. Returns -1 to go on, or the exit code when the subcommand is done
// (--help was printed, or the options are wrong and it was said).
int cli_parse(const struct argp *argp, int argc, char **argv, void *input);

// Joins the words of a command line with spaces, quoting where a shell would need it.
char *cli_join(int argc, char **argv);

#endif
