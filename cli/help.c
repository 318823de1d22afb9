// What help says, by the rows of commands.def and options.def.
#include "cli.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 79, COLUMN = 29 };   // of a line; where the explanation of an option begins

// Writes `text` from column `at` on, with its further lines indented by `indent`; a newline ends it.
static void wrap(FILE *f, const char *text, size_t at, size_t indent)
{
    while (*text) {
        size_t n = strcspn(text, " ");
        if (at > indent && at + 1 + n > WIDTH) {
            fprintf(f, "\n%*s", (int)indent, "");
            at = indent;
        } else if (at > indent) {
            at += (size_t)fprintf(f, " ");
        }
        at += (size_t)fprintf(f, "%.*s", (int)n, text);
        text += n + strspn(text + n, " ");
    }
    fputc('\n', f);
}

// The names of a list, as words of a sentence.
struct names {
    char text[1024];
    size_t n, count;
    char last[64];
};

static void add_name(void *ctx, const char *name, const char *meaning)
{
    struct names *w = ctx;
    if (w->count++ && w->n < sizeof(w->text))
        w->n += (size_t)snprintf(w->text + w->n, sizeof(w->text) - w->n, "%s%s",
                                 w->count > 2 ? ", " : "", w->last);
    snprintf(w->last, sizeof(w->last), "%s", name);
}

static const char *finish_names(struct names *w)
{
    if (w->n < sizeof(w->text))
        snprintf(w->text + w->n, sizeof(w->text) - w->n, "%s%s", w->count > 1 ? " or " : "",
                 w->last);
    return w->text;
}

static void print_option(const struct option_row *o, FILE *f)
{
    int n = o->letter ? fprintf(f, "  -%c, --%s", o->letter, o->name)
                      : fprintf(f, "      --%s", o->name);
    if (o->argument)
        n += fprintf(f, "%s%s", o->takes.without ? "" : " ", o->argument);
    if (n + 2 > COLUMN) {
        fputc('\n', f);
        n = 0;
    }
    fprintf(f, "%*s", COLUMN - n, "");
    char text[2048];
    snprintf(text, sizeof(text), "%s", o->help);
    if (o->takes.kind == TAKES_ONE || o->takes.kind == TAKES_NAME || o->takes.kind == TAKES_SOME) {
        struct names w = { "" };
        m2sim_names(o->takes.list, add_name, &w);
        snprintf(text, sizeof(text), "%s: %s", o->help, finish_names(&w));
    }
    wrap(f, text, COLUMN, COLUMN);
}

// The options of `c` under their headings.
static void print_options(enum command c, FILE *f)
{
    const struct option_row *heading = NULL;
    for (const struct option_row *o = cli_options; o < cli_options + OPTIONS; o++) {
        if (o->takes.kind == TAKES_HEADING)
            heading = o;
        if (!cli_has(c, o))
            continue;
        if (heading)
            fprintf(f, "\n%s:\n", heading->name);
        heading = NULL;
        print_option(o, f);
    }
}

static bool takes(enum command c, enum takes kind)
{
    for (const struct option_row *o = cli_options; o < cli_options + OPTIONS; o++)
        if (cli_has(c, o) && o->takes.kind == kind)
            return true;
    return false;
}

static void print_values(void *ctx, const struct m2sim_parameter *p)
{
    struct names w = { "" };
    if (m2sim_choices(p->path, add_name, &w)) {
        size_t n = (size_t)fprintf(ctx, "  %-28s ", p->path);
        wrap(ctx, finish_names(&w), n, COLUMN);
    }
}

static void print_lines(const char *first, const char *others, const char *text, FILE *f)
{
    const char *before = first;
    for (const char *at = text;; before = others) {
        size_t n = strcspn(at, "\n");
        fprintf(f, "%s%.*s\n", before, (int)n, at);
        if (!at[n])
            break;
        at += n + 1;
    }
}

void cli_help_command(enum command c, FILE *f)
{
    const struct command_row *row = &cli_commands[c];
    char first[64], others[64];
    const char *space = *row->arguments ? " " : "";
    snprintf(first, sizeof(first), "Usage: m2sim %s [OPTION...]%s", row->name, space);
    snprintf(others, sizeof(others), "  or:  m2sim %s [OPTION...]%s", row->name, space);
    print_lines(first, others, row->arguments, f);
    fputc('\n', f);
    wrap(f, row->about, 0, 0);
    print_options(c, f);
    fprintf(f, "\n  -h, --help%*sthis text\n", COLUMN - 12, "");
    if (takes(c, TAKES_SETTING)) {
        fprintf(f,
                "\nParameters whose values are names ('m2sim config show' has all parameters):\n");
        m2sim_parameters(print_values, f);
    }
    if (takes(c, TAKES_NUMBER))
        fprintf(f,
                "\nA number may end in k, M or G (powers of 1000) or in KiB, MiB or GiB (powers\n"
                "of 1024), in letters of either case; 0x begins a hexadecimal one.\n");
    fprintf(f, "\nExamples:\n");
    print_lines("  ", "  ", row->examples, f);
}

void cli_help(FILE *f)
{
    fprintf(
        f,
        "Usage: m2sim COMMAND [OPTION...] [[--] PROGRAM [ARGUMENT...]]\n"
        "Run AArch64 Linux programs and say how long, and why, they would take on an Apple M2.\n\n"
        "Commands:\n");
    for (int k = 0; k < COMMANDS; k++)
        fprintf(f, "  %-10s %s\n", cli_commands[k].name, cli_commands[k].summary);
    static const struct {
        const char *title;
        enum m2sim_list list;
    } lists[] = { { "Cores", M2SIM_CORES }, { "Models", M2SIM_MODELS } };
    fprintf(f, "\nWhat may be chosen:\n");
    for (size_t k = 0; k < sizeof(lists) / sizeof(*lists); k++) {
        struct names w = { "" };
        m2sim_names(lists[k].list, add_name, &w);
        fprintf(f, "  %-10s %s\n", lists[k].title, finish_names(&w));
    }
    fprintf(
        f,
        "\n`m2sim help COMMAND` explains a command's options and what they may be given;\n"
        "`m2sim --version [--json]` says which m2sim this is.\n\n"
        "Exit status: the program's own; 128 + n when signal n ended it; 64 usage, 65 bad input,\n"
        "66 no input, 70 internal fault, 74 output failed, 78 bad configuration, 124 limit "
        "reached.\n");
}
