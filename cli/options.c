// Reads a command line by the rows of options.def. Long options may be cut short as long as they
// are one of a kind; letters may be put together; an argument follows, or is behind '='.
#include "cli.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

// clang-format off
enum {
#define COMMAND(name, code, ...) code = 1 << COMMAND_##name,
#include "commands.def"
#undef COMMAND
};

#define FLAG { TAKES_NOTHING }
#define NUMBER(min, max) { TAKES_NUMBER, min, max }
#define MAY(without, min, max) { TAKES_NUMBER, min, max, 0, without }
#define ONE(list) { TAKES_ONE, 0, 0, list }
#define NAME(list) { TAKES_NAME, 0, 0, list }
#define SOME(list) { TAKES_SOME, 0, 0, list }
#define SETTING { TAKES_SETTING }
#define PAIR { TAKES_PAIR }
#define PERCENT { TAKES_PERCENT }
#define FILE_NAME { TAKES_FILE }
#define FOLDER { TAKES_FOLDER }
#define PATH { TAKES_PATH }
#define TEXT { TAKES_TEXT }

const struct option_row cli_options[OPTIONS] = {
#define SECTION(id, title) { .name = title },
#define OPTION(id, name, letter, argument, takes, commands, help) { name, letter, argument, takes, commands, help },
#include "options.def"
};
// clang-format on

bool cli_has(enum command c, const struct option_row *o)
{
    return o->commands >> c & 1;
}

// The text of a `word` that begins with "--" and is no option, or the beginning of several.
static int no_option(enum command c, const char *word)
{
    const char *names[OPTIONS + 1];
    char asked[64], several[OPTIONS * 32] = "";
    size_t n = 0, at = 0;
    snprintf(asked, sizeof(asked), "%.*s", (int)strcspn(word + 2, "="), word + 2);
    names[n++] = "help";
    for (const struct option_row *o = cli_options; o < cli_options + OPTIONS; o++) {
        if (!cli_has(c, o))
            continue;
        names[n++] = o->name;
        if (!strncmp(o->name, asked, strlen(asked)) && at < sizeof(several))
            at += (size_t)snprintf(several + at, sizeof(several) - at, "%s--%s", at ? ", " : "",
                                   o->name);
    }
    if (at)
        return cli_usage(cli_commands[c].name, "'--%s' begins several options: %s", asked, several);
    const char *near = m2sim_nearest(asked, names, n);
    return cli_usage(cli_commands[c].name, "no option '--%s'%s%s%s", asked, near ? "; is '--" : "",
                     near ? near : "", near ? "' meant?" : "");
}

static void *grow(void *list, size_t count, size_t size)
{
    list = realloc(list, (count + 2) * size);
    if (!list)
        cli_out_of_memory();
    return list;
}

static int wrong(enum command c, const struct option_row *o, const char *text, const char *want)
{
    return cli_usage(cli_commands[c].name, "--%s: '%s' is not %s", o->name, text, want);
}

enum { MIB = 1 << 20 };

// A bound as one would write it.
static const char *bound(uint64_t v, char text[32])
{
    bool mib = v && v % MIB == 0;
    snprintf(text, 32, "%llu%s", (unsigned long long)(mib ? v / MIB : v), mib ? "MiB" : "");
    return text;
}

static int read_number(enum command c, const struct option_row *o, struct cli_value *v)
{
    if (!v->text) {
        v->number = o->takes.without;
        return -1;
    }
    char want[128] = "a number (" M2SIM_SUFFIXES " may follow)", low[32], high[32];
    bound(o->takes.min, low);
    if (o->takes.min && o->takes.max == UINT64_MAX)
        snprintf(want, sizeof(want), "a number from %s up", low);
    else if (o->takes.max < UINT64_MAX)
        snprintf(want, sizeof(want), "a number from %s to %s", low, bound(o->takes.max, high));
    bool good =
        m2sim_number(v->text, &v->number) && v->number >= o->takes.min && v->number <= o->takes.max;
    return good ? -1 : wrong(c, o, v->text, want);
}

// "3%" or "3" are both three in a hundred.
static int read_percent(enum command c, const struct option_row *o, struct cli_value *v)
{
    char *end;
    double p = strtod(v->text, &end);
    if (end == v->text || (*end && strcmp(end, "%") != 0) || !(p > 0) || p > 1000)
        return wrong(c, o, v->text, "a percentage above 0, such as 3%");
    v->share = p / 100;
    return -1;
}

static bool takes_path(const struct option_row *o)
{
    return o->takes.kind == TAKES_FILE || o->takes.kind == TAKES_FOLDER ||
           o->takes.kind == TAKES_PATH;
}

static int take(struct cli_line *l, enum command c, const struct option_row *o, const char *text)
{
    struct cli_value *v = &l->at[o - cli_options];
    struct m2sim_error e;
    v->all = grow(v->all, v->count, sizeof(*v->all));
    v->all[v->count++] = v->text = text;
    if (takes_path(o) && !*text)   // of a shell's variable that is not set
        return wrong(c, o, text, o->argument);
    switch (o->takes.kind) {
    case TAKES_NUMBER: return read_number(c, o, v);
    case TAKES_PERCENT: return read_percent(c, o, v);
    case TAKES_PAIR: return *text != '=' && strchr(text, '=') ? -1 : wrong(c, o, text, o->argument);
    case TAKES_ONE:
        if (!m2sim_choose(o->takes.list, text, &e))
            return cli_usage(cli_commands[c].name, "--%s: %s", o->name, e.text);
        return -1;
    default: return -1;
    }
}

// The options of `c` as getopt_long reads them. A long option's value is its row behind any
// letter; `letters` has room for a letter, and a colon, of each.
enum { LETTERS = 256 };

static void for_getopt(enum command c, struct option *longs, char *letters)
{
    *letters++ = '+';   // it stops at the first word that is no option: a guest's begin there
    *letters++ = ':';   // and says nothing itself
    *letters++ = 'h';
    *longs++ = (struct option){ "help", no_argument, NULL, 'h' };
    for (int k = 0; k < OPTIONS; k++) {
        const struct option_row *o = &cli_options[k];
        if (!cli_has(c, o))
            continue;
        int has = !o->argument       ? no_argument
                  : o->takes.without ? optional_argument
                                     : required_argument;
        *longs++ = (struct option){ o->name, has, NULL, LETTERS + k };
        if (o->letter)
            *letters++ = o->letter;
        if (o->letter && o->argument)
            *letters++ = ':';
    }
    *longs = (struct option){ 0 };
    *letters = 0;
}

static const struct option_row *row_of(enum command c, int got)
{
    if (got >= LETTERS)
        return &cli_options[got - LETTERS];
    for (const struct option_row *o = cli_options; o < cli_options + OPTIONS; o++)
        if (cli_has(c, o) && o->letter == got)
            return o;
    return NULL;
}

// What getopt_long refused: with `:` an option without its argument, with `?` one that is none.
static int refused(enum command c, int got, const char *word)
{
    const char *name = cli_commands[c].name;
    bool is_long = !strncmp(word, "--", 2);
    const struct option_row *o = row_of(c, optopt);
    if (got == ':' && o && is_long)
        return cli_usage(name, "--%s wants %s", o->name, o->argument);
    if (got == ':' && o)
        return cli_usage(name, "-%c wants %s", o->letter, o->argument);
    if (is_long && optopt == 'h')
        return cli_usage(name, "--help takes no argument");
    if (is_long && optopt && o)
        return cli_usage(name, "--%s takes no argument", o->name);
    return is_long ? no_option(c, word) : cli_usage(name, "no option '-%c'", optopt);
}

// Reads options up to the next other word; *ended: past "--", behind which are no more.
static int read_options(struct cli_line *l, enum command c, int argc, char **argv,
                        const struct option *longs, const char *letters, bool *ended)
{
    for (;;) {
        int at = optind < 1 ? 1 : optind;
        int got = getopt_long(argc, argv, letters, longs, NULL);
        if (got == 'h')
            return cli_help_command(c, stdout), 0;
        if (got == ':' || got == '?')
            return refused(c, got, argv[at]);
        if (got < 0)
            return *ended = optind > at, -1;
        const struct option_row *o = row_of(c, got);
        int done = take(l, c, o, o->argument ? optarg : "");
        if (done >= 0)
            return done;
    }
}

// Whether a line of the command's usage begins with this word: it is the command's own and no program.
static bool own_word(enum command c, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = cli_commands[c].arguments; at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (!strncmp(at, word, n) && at[n] == ' ')
            return true;
    }
    return false;
}

int cli_read(struct cli_line *l, enum command c, int argc, char **argv)
{
    *l = (struct cli_line){ .word = grow(NULL, (size_t)argc, sizeof(*l->word)),
                            .text = cli_join(argc, argv) };
    struct option longs[OPTIONS + 2];
    char letters[2 * OPTIONS + 4];
    bool guest = cli_commands[c].words == GUEST, ended = false;
    for_getopt(c, longs, letters);
    optind = 0;
    opterr = 0;
    for (;;) {
        int done = read_options(l, c, argc, argv, longs, letters, &ended);
        if (done >= 0)
            return done;
        if (ended || cli_given(l, OPT_run) || optind >= argc)
            break;
        if (guest && !l->words)
            l->own = own_word(c, argv[optind]);
        if (guest && !l->own)
            break;
        l->word[l->words++] = argv[optind++];
    }
    while (optind < argc)
        l->word[l->words++] = argv[optind++];
    l->word[l->words] = NULL;
    if (l->words && !*l->word[0])   // of a shell's variable that is not set
        return cli_usage(cli_commands[c].name, "the first argument is empty");
    if (l->words && cli_commands[c].words == NO_WORDS)
        return cli_usage(cli_commands[c].name, "'%s': no arguments, only options", l->word[0]);
    return -1;
}

void cli_free(struct cli_line *l)
{
    for (size_t k = 0; k < OPTIONS; k++)
        free(l->at[k].all);
    free(l->word);
    free((void *)l->text);
}
