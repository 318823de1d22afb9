// Reads a command line by the rows of options.def. Long options may be cut short as long as they
// are one of a kind; letters may be put together; an argument follows, or is behind '='.
#include "cli.h"

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

static const struct option_row *by_letter(enum command c, char letter)
{
    for (const struct option_row *o = cli_options; o < cli_options + OPTIONS; o++)
        if (cli_has(c, o) && o->letter == letter)
            return o;
    return NULL;
}

// The option of the first n letters of `name`, or of the only name that begins with them.
static const struct option_row *by_name(enum command c, const char *name, size_t n)
{
    const struct option_row *found = NULL;
    int count = 0;
    for (const struct option_row *o = cli_options; o < cli_options + OPTIONS; o++) {
        if (!cli_has(c, o) || strncmp(o->name, name, n) != 0)
            continue;
        if (!o->name[n])
            return o;
        found = o;
        count++;
    }
    return count == 1 && n ? found : NULL;
}

static int no_option(enum command c, const char *word)
{
    const char *names[OPTIONS + 1];
    char asked[64];
    size_t n = 0;
    snprintf(asked, sizeof(asked), "%.*s", (int)strcspn(word + 2, "="), word + 2);
    names[n++] = "help";
    for (const struct option_row *o = cli_options; o < cli_options + OPTIONS; o++)
        if (cli_has(c, o))
            names[n++] = o->name;
    const char *near = m2sim_nearest(asked, names, n);
    return cli_usage(cli_commands[c].name, "no option '--%s'%s%s%s", asked, near ? "; is '--" : "",
                     near ? near : "", near ? "' meant?" : "");
}

static void *grow(void *list, size_t count, size_t size)
{
    list = realloc(list, (count + 2) * size);
    if (!list)
        abort();
    return list;
}

static int wrong(enum command c, const struct option_row *o, const char *text, const char *want)
{
    return cli_usage(cli_commands[c].name, "--%s: '%s' is not %s", o->name, text, want);
}

static int read_number(enum command c, const struct option_row *o, struct cli_value *v)
{
    char want[128] = "a number (" M2SIM_SUFFIXES " may follow)";
    if (o->takes.max < UINT64_MAX)
        snprintf(want, sizeof(want), "a number from %llu to %llu", (unsigned long long)o->takes.min,
                 (unsigned long long)o->takes.max);
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

static int take(struct cli_line *l, enum command c, const struct option_row *o, const char *text)
{
    struct cli_value *v = &l->at[o - cli_options];
    struct m2sim_error e;
    v->all = grow(v->all, v->count, sizeof(*v->all));
    v->all[v->count++] = v->text = text;
    switch (o->takes.kind) {
    case TAKES_NUMBER: return read_number(c, o, v);
    case TAKES_PERCENT: return read_percent(c, o, v);
    case TAKES_PAIR: return strchr(text, '=') ? -1 : wrong(c, o, text, o->argument);
    case TAKES_ONE:
        if (!m2sim_choose(o->takes.list, text, &e))
            return cli_usage(cli_commands[c].name, "--%s: %s", o->name, e.text);
        return -1;
    default: return -1;
    }
}

// argv[*k] begins with "--".
static int read_long(struct cli_line *l, enum command c, char **argv, int *k)
{
    const char *name = argv[*k] + 2, *equals = strchr(name, '=');
    size_t n = equals ? (size_t)(equals - name) : strlen(name);
    const struct option_row *o = by_name(c, name, n);
    if (!o)
        return no_option(c, argv[*k]);
    if (!o->argument && equals)
        return cli_usage(cli_commands[c].name, "--%s takes no argument", o->name);
    if (!o->argument)
        return take(l, c, o, "");
    if (!equals && !argv[*k + 1])
        return cli_usage(cli_commands[c].name, "--%s wants %s", o->name, o->argument);
    return take(l, c, o, equals ? equals + 1 : argv[++*k]);
}

// argv[*k] begins with "-" and a letter.
static int read_letters(struct cli_line *l, enum command c, char **argv, int *k)
{
    int done = -1;
    for (const char *at = argv[*k] + 1; *at && done < 0; at++) {
        const struct option_row *o = by_letter(c, *at);
        if (!o)
            return cli_usage(cli_commands[c].name, "no option '-%c'", *at);
        if (!o->argument) {
            done = take(l, c, o, "");
            continue;
        }
        if (!at[1] && !argv[*k + 1])
            return cli_usage(cli_commands[c].name, "-%c wants %s", *at, o->argument);
        return take(l, c, o, at[1] ? at + 1 : argv[++*k]);
    }
    return done;
}

static bool is_help(const char *word)
{
    return !strcmp(word, "--help") || !strcmp(word, "-h");
}

int cli_read(struct cli_line *l, enum command c, int argc, char **argv)
{
    *l = (struct cli_line){ .word = grow(NULL, (size_t)argc, sizeof(*l->word)) };
    int k = 1, done = -1;
    bool guest = cli_commands[c].words == GUEST;
    for (; k < argc && done < 0; k++) {
        const char *word = argv[k];
        if (!strcmp(word, "--")) {
            k++;
            break;
        }
        if (is_help(word))
            return cli_help_command(c, stdout), 0;
        if (word[0] == '-' && word[1] == '-')
            done = read_long(l, c, argv, &k);
        else if (word[0] == '-' && word[1])
            done = read_letters(l, c, argv, &k);
        else if (guest || cli_given(l, OPT_run))
            break;
        else
            l->word[l->words++] = argv[k];
    }
    while (k < argc)
        l->word[l->words++] = argv[k++];
    l->word[l->words] = NULL;
    if (done < 0 && l->words && cli_commands[c].words == NO_WORDS)
        done = cli_usage(cli_commands[c].name, "'%s': no arguments, only options", l->word[0]);
    return done;
}

void cli_free(struct cli_line *l)
{
    for (size_t k = 0; k < OPTIONS; k++)
        free(l->at[k].all);
    free(l->word);
}
