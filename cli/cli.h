// cli.h: what the subcommands share.
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "m2sim.h"

// The rows of commands.def.
enum command {
#define COMMAND(name, ...) COMMAND_##name,
#include "commands.def"
#undef COMMAND
    COMMANDS
};

struct cli_line;

// What each does with its command line; the result is the exit code.
#define COMMAND(name, ...) int cmd_##name(const struct cli_line *l);
#include "commands.def"
#undef COMMAND

struct command_row {
    const char *name;
    enum { NO_WORDS, WORDS, GUEST } words;
    const char *summary, *arguments, *about, *examples;
    int (*run)(const struct cli_line *l);
};
extern const struct command_row cli_commands[COMMANDS];

// The rows of options.def, headings among them.
enum option_id {
#define SECTION(id, ...) SECTION_##id,
#define OPTION(id, ...) OPT_##id,
#include "options.def"
#undef SECTION
#undef OPTION
    OPTIONS
};

// What an option takes.
enum takes {
    TAKES_HEADING,   // no option, but the heading of those that follow
    TAKES_NOTHING,
    TAKES_NUMBER,
    TAKES_ONE,    // of a list of m2sim_names(), and nothing else
    TAKES_NAME,   // of a list, or what the simulator finds to be one
    TAKES_SOME,   // of a list, with commas between
    TAKES_SETTING,
    TAKES_PAIR,
    TAKES_PERCENT,
    TAKES_FILE,
    TAKES_FOLDER,
    TAKES_PATH,
    TAKES_TEXT,
};

struct option_row {
    const char *name;   // or the title of a heading
    char letter;
    const char *argument;
    struct {
        enum takes kind;
        uint64_t min, max;
        enum m2sim_list list;
        uint64_t without;   // TAKES_NUMBER: when it stands alone; 0: the number must follow
    } takes;
    unsigned commands;   // 1 << enum command
    const char *help;
};
extern const struct option_row cli_options[OPTIONS];

// A command line that was read: each option's arguments in their order, and the other words.
struct cli_line {
    struct cli_value {
        const char *text;    // the last argument, NULL when the option was not given
        uint64_t number;     // its value: TAKES_NUMBER
        double share;        // its value, 0.03 of "3%": TAKES_PERCENT
        const char **all;
        size_t count;        // how often it was given
    } at[OPTIONS];
    char **word;   // ends with NULL
    int words;
    bool own;   // the first word is the command's own, though it runs programs
    const char *text;   // all of it, as a shell would read it
};

// Reads argv. Returns -1 to go on, or the exit code when the command is done (help was printed,
// or the line is wrong and it was said). cli_free() in either case.
int cli_read(struct cli_line *l, enum command c, int argc, char **argv);
void cli_free(struct cli_line *l);

static inline bool cli_given(const struct cli_line *l, enum option_id id)
{
    return l->at[id].count > 0;
}

// Whether row `o` is an option of `c`.
bool cli_has(enum command c, const struct option_row *o);

// The command of that name, or COMMANDS.
enum command cli_command(const char *name);

// Writes what `m2sim help` and `m2sim help COMMAND` say.
void cli_help(FILE *f);
void cli_help_command(enum command c, FILE *f);

// Writes what a shell may complete the last of `words` with: see complete.c.
int cli_complete(int argc, char **argv);

// Ends the process with 70 and a line.
_Noreturn void cli_out_of_memory(void);

// Prints "m2sim: TEXT" and returns the error's exit code.
int cli_fail(const struct m2sim_error *e);

// The same for a fault of the command line, which names the subcommand's help.
int cli_usage(const char *command, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

// Says on stderr that --set gave the parameter `path`, which the model does not read.
void cli_unread(const char *path, const char *model);

// Whether `path` names a folder: it exists as one, or ends in /.
bool cli_is_folder(const char *path);

// Opens the file of --output, *to; for NULL and "-" standard output, and *to is NULL. NULL and
// *e when it cannot be.
FILE *cli_output(const char *path, struct m2sim_output **to, struct m2sim_error *e);

// Ends it: the file takes its name when it is `whole`, else what was there stays. Says so when
// not all could be written; the result is `status`, or, of 0, M2SIM_EXIT_OUTPUT.
int cli_close(struct m2sim_output *to, bool whole, int status);

// Leaves m2sim only what it needs of the host's system calls from now on, unless --no-sandbox says
// otherwise; tells where the host cannot do that. `s` is what will run, NULL for accuracy.
void cli_sandbox(const struct cli_line *l, const struct m2sim *s);

// Joins the words of a command line with spaces, quoting where a shell would need it.
char *cli_join(int argc, char **argv);

#endif
