// `m2sim disasm`: a program's instructions, or words given as hex, as text.
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct disasm {
    bool words;
    uint64_t pc;
    char **arg;
    int count;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct disasm *d = state->input;
    switch (key) {
    case 'w': d->words = true; break;
    case 'p': {
        char *end;
        d->pc = strtoull(arg, &end, 0);
        if (end == arg || *end)
            argp_error(state, "--pc: '%s' is not an address", arg);
        break;
    }
    case ARGP_KEY_ARG:
        if (!d->count)
            d->arg = state->argv + state->next - 1;
        d->count++;
        break;
    case ARGP_KEY_END:
        if (!d->count && !d->words)
            argp_error(state, "which program?");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static bool print_word(const char *text, uint64_t *pc)
{
    char *end, buf[96];
    errno = 0;
    unsigned long w = strtoul(text, &end, 16);
    if (end == text || *end || errno || w > 0xffffffff)
        return false;
    printf("%08lx  %s\n", w, m2sim_disassemble((uint32_t)w, *pc, buf, sizeof(buf)));
    *pc += 4;
    return true;
}

static int words(struct disasm *d)
{
    char word[64];
    for (int k = 0; k < d->count; k++)
        if (!print_word(d->arg[k], &d->pc))
            return cli_usage("disasm", "'%s' is not a 32-bit word in hex", d->arg[k]);
    while (!d->count && scanf("%63s", word) == 1)
        if (!print_word(word, &d->pc)) {
            struct m2sim_error e = { M2SIM_EXIT_DATA, "" };
            snprintf(e.text, sizeof(e.text), "standard input: '%s' is not a 32-bit word in hex",
                     word);
            return cli_fail(&e);
        }
    return 0;
}

int cmd_disasm(int argc, char **argv)
{
    static const struct argp_option options[] = {
        { "words", 'w', NULL, 0,
          "the arguments (or standard input, without any) are words in hex" },
        { "pc", 'p', "ADDRESS", 0, "address of the first word" },
        { NULL },
    };
    static const struct argp argp = {
        options,
        parse,
        "PROGRAM\n--words [WORD...]",
        "Prints the instructions of PROGRAM's executable segments, or of words, as text.\v"
        "Examples:\n  m2sim disasm ./a.out\n  m2sim disasm --words 91000420 d65f03c0",
    };
    struct disasm d = { 0 };
    int done = cli_parse(&argp, argc, argv, &d);
    if (done >= 0)
        return done;
    if (d.words)
        return words(&d);
    struct m2sim_error e;
    for (int k = 0; k < d.count; k++)
        if (!m2sim_disassemble_file(d.arg[k], stdout, &e))
            return cli_fail(&e);
    return fflush(stdout) ? M2SIM_EXIT_OUTPUT : 0;
}
