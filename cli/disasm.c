// `m2sim disasm`: a program's instructions, or words given as hex, as text.
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// With `addressed` after its address, as an instruction of a program.
static bool print_word(const char *text, uint64_t *pc, bool addressed)
{
    char *end, buf[96];
    errno = 0;
    unsigned long w = strtoul(text, &end, 16);
    if (end == text || *end || errno || w > 0xffffffff)
        return false;
    if (addressed)
        printf("%8llx:  ", (unsigned long long)*pc);
    printf("%08lx  %s\n", w, m2sim_disassemble((uint32_t)w, *pc, buf, sizeof(buf)));
    *pc += 4;
    return true;
}

static int words(const struct cli_line *l)
{
    char word[64];
    uint64_t pc = l->at[OPT_pc].number;
    bool addressed = cli_given(l, OPT_pc);
    for (int k = 0; k < l->words; k++)
        if (!print_word(l->word[k], &pc, addressed))
            return cli_usage("disasm", "'%s' is not a 32-bit word in hex", l->word[k]);
    while (!l->words && scanf("%63s", word) == 1)
        if (!print_word(word, &pc, addressed)) {
            struct m2sim_error e = { M2SIM_EXIT_DATA, "" };
            snprintf(e.text, sizeof(e.text), "standard input: '%s' is not a 32-bit word in hex",
                     word);
            return cli_fail(&e);
        }
    return 0;
}

int cmd_disasm(const struct cli_line *l)
{
    static const enum option_id of_programs[] = { OPT_start, OPT_stop, OPT_json };
    struct m2sim_error e;
    for (size_t k = 0; k < sizeof(of_programs) / sizeof(*of_programs); k++)
        if (cli_given(l, OPT_words) && cli_given(l, of_programs[k]))
            return cli_usage("disasm", "--%s is of a program, and --words has none",
                             cli_options[of_programs[k]].name);
    if (cli_given(l, OPT_words))
        return words(l);
    if (cli_given(l, OPT_pc))
        return cli_usage("disasm", "--pc is of --words; a program has its addresses");
    if (!l->words)
        return cli_usage("disasm", "which program?");
    struct m2sim_disasm o = { .functions = (const char *const *)l->word + 1,
                              .function_count = (size_t)l->words - 1,
                              .start = l->at[OPT_start].number,
                              .stop = l->at[OPT_stop].number };
    unsigned flags = cli_given(l, OPT_json) ? M2SIM_JSON : 0;
    return m2sim_disassemble_file(l->word[0], &o, stdout, flags, &e) ? 0 : cli_fail(&e);
}
