// `m2sim complete -- WORD...`: what the last word of a command line may become. The shells' scripts
// (man/m2sim.bash, .zsh, .fish) ask; the words are those after "m2sim", the last one perhaps empty.
// A candidate a line, with a tab and its meaning after it; a line ":file" or ":folder" says
// that names of files or folders would do as well.
#include "cli.h"

#include <string.h>

// What candidates must begin with, and what stands before them in the word.
struct wanted {
    const char *word;   // that is completed, whole
    size_t before;   // so much of it is kept as it is
    const char *after;   // put behind a candidate
};

static void offer(void *ctx, const char *name, const char *meaning)
{
    const struct wanted *w = ctx;
    const char *begun = w->word + w->before;
    if (strncmp(name, begun, strlen(begun)) != 0)
        return;
    printf("%.*s%s%s", (int)w->before, w->word, name, w->after);
    if (*meaning)
        printf("\t%s", meaning);
    putchar('\n');
}

static void offer_parameter(void *ctx, const struct m2sim_parameter *p)
{
    offer(ctx, p->path, p->meaning);
}

static void setting(struct wanted *w)
{
    const char *begun = w->word + w->before, *equals = strchr(begun, '=');
    char parameter[96];
    if (!equals) {
        w->after = "=";
        m2sim_parameters(offer_parameter, w);
        return;
    }
    snprintf(parameter, sizeof(parameter), "%.*s", (int)(equals - begun), begun);
    w->before = (size_t)(equals + 1 - w->word);
    m2sim_choices(parameter, offer, w);
}

// The argument of `o`, which begins at word + before.
static void value(const struct option_row *o, const char *word, size_t before)
{
    struct wanted w = { word, before, "" };
    const char *comma = strrchr(word + before, ',');
    switch (o->takes.kind) {
    case TAKES_SOME:
        if (comma)
            w.before = (size_t)(comma + 1 - word);
        m2sim_names(o->takes.list, offer, &w);
        break;
    case TAKES_ONE: m2sim_names(o->takes.list, offer, &w); break;
    case TAKES_NAME:
        m2sim_names(o->takes.list, offer, &w);
        if (o->takes.list == M2SIM_CORES)
            puts(":file");
        break;
    case TAKES_SETTING: setting(&w); break;
    case TAKES_FOLDER: puts(":folder"); break;
    case TAKES_FILE:
    case TAKES_PATH: puts(":file"); break;
    default: break;
    }
}

static const struct option_row *find(enum command c, const char *word)
{
    size_t n = strcspn(word, "=");
    for (const struct option_row *o = cli_options; o < cli_options + OPTIONS; o++)
        if (cli_has(c, o) && ((!strncmp(word, "--", 2) && strlen(o->name) == n - 2 &&
                               !strncmp(o->name, word + 2, n - 2)) ||
                              (word[0] == '-' && word[1] == o->letter && o->letter && !word[2])))
            return o;
    return NULL;
}

static void options(enum command c, const char *word)
{
    struct wanted w = { word, 0, "" };
    for (const struct option_row *o = cli_options; o < cli_options + OPTIONS; o++) {
        char name[64];
        snprintf(name, sizeof(name), "--%s", o->name);
        if (cli_has(c, o))
            offer(&w, name, o->help);
    }
    offer(&w, "--help", "explain the command");
}

static void commands(const char *word)
{
    struct wanted w = { word, 0, "" };
    for (int k = 0; k < COMMANDS; k++)
        offer(&w, cli_commands[k].name, cli_commands[k].summary);
}

static void checks_or_adds(const char *word)
{
    struct wanted w = { word, 0, "" };
    offer(&w, "check", "say what is wrong with files");
    offer(&w, "add", "put their rows into a folder's tables");
}

// `word` comes after words[0 .. n-1] of command `c`.
static void command_line(enum command c, char **words, int n, const char *word)
{
    const struct option_row *open = NULL;   // the option that waits for its argument
    for (int k = 0; k < n; k++) {
        const struct option_row *o = open ? NULL : find(c, words[k]);
        if (!open &&
            (!strcmp(words[k], "--") || (cli_commands[c].words == GUEST && *words[k] != '-'))) {
            puts(":file");
            return;
        }
        open = o && o->argument && !o->takes.without && !strchr(words[k], '=') ? o : NULL;
    }
    const struct option_row *o = find(c, word);
    if (open)
        value(open, word, 0);
    else if (o && strchr(word, '='))
        value(o, word, strcspn(word, "=") + 1);
    else if (*word == '-')
        options(c, word);
    else if (c == COMMAND_config)
        offer(&(struct wanted){ word, 0, "" }, "show", cli_commands[c].summary);
    else if (c == COMMAND_measured && !n)
        checks_or_adds(word);
    else if (cli_commands[c].words != NO_WORDS)
        puts(":file");
    else
        options(c, word);
}

int cli_complete(int argc, char **argv)
{
    if (argc < 3 || strcmp(argv[1], "--") != 0)
        return cli_usage("", "complete: wants -- and the words of a command line");
    char **words = argv + 2;
    int n = argc - 3;   // before the one that is completed
    bool help = n == 1 && !strcmp(words[0], "help");
    if (!n || help)
        commands(words[n]);
    if (!n) {
        struct wanted w = { words[0], 0, "" };
        offer(&w, "help", "explain a command");
        offer(&w, "--help", "list the commands");
        offer(&w, "--version", "say which m2sim this is");
    }
    enum command c = n ? cli_command(words[0]) : COMMANDS;
    if (c < COMMANDS)
        command_line(c, words + 1, n - 1, words[n]);
    return 0;
}
