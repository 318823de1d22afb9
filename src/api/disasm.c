// A program's code as text or JSON, in the form of llvm-objdump.
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/sim.h"
#include "base/json.h"
#include "guest/image/elf.h"
#include "isa/decode.h"

struct symbols *api_code_of(const char *path, struct m2sim_error *e)
{
    struct err err = { "" };
    if (access(path, R_OK) != 0) {
        api_fail(e, M2SIM_EXIT_NO_INPUT, "%s: %s", path, strerror(errno));
        return NULL;
    }
    struct symbols *s = elf_check_file(path, &err) ? symbols_read(path, &err) : NULL;
    const struct symbols_code *code;
    if (!s)
        api_fail_for(e, M2SIM_EXIT_DATA, &err);
    else if (!symbols_code(s, &code)) {
        api_fail(e, M2SIM_EXIT_DATA, "%s: holds no code: no executable section or segment", path);
        symbols_free(s);
        return NULL;
    }
    return s;
}

// What is printed, and where.
struct lister {
    const struct symbols *symbols;
    u64 start, stop;   // addresses to print, `stop` not included
    const struct symbols_code *last;   // the one of the line before
    FILE *f;
    struct jw *j;   // instead of text, when not NULL
};

struct line {
    const struct symbols_code *code;
    u64 at;
    u32 word, size;    // 1 to 4 bytes
    bool data;
    bool target;       // the instruction names an address
    u64 to;
};

// -- Names --

// "<name+0x8>" of an address, or nothing.
static const char *label(const struct symbols *s, u32 section, u64 a, char *buf, size_t size)
{
    const struct symbol *y = section ? symbols_before(s, section, a) : NULL;
    *buf = 0;
    if (y && a == y->address)
        snprintf(buf, size, "<%s>", y->name);
    else if (y)
        snprintf(buf, size, "<%s+0x%" PRIx64 ">", y->name, a - y->address);
    return buf;
}

// An object file's sections lie nowhere yet: what is near lies in the same.
static u32 section_of_target(const struct lister *l, const struct line *n)
{
    u32 section = symbols_section_at(l->symbols, n->to);
    bool same = n->to - n->code->address < n->code->size;
    return section || !same ? section : n->code->section;
}

static void name_target(const struct lister *l, const struct line *n, char *buf, size_t size)
{
    *buf = 0;
    if (n->target)
        label(l->symbols, section_of_target(l, n), n->to, buf, size);
}

// -- One line --

// The instruction with a tab behind its name, and the address in place of an offset.
static void print_instruction(const struct lister *l, const struct line *n)
{
    char text[96], name[4096];
    isa_disassemble(n->word, n->at, text, sizeof(text));
    char *offset = n->target ? strrchr(text, '#') : NULL;
    char *space = strchr(text, ' ');
    if (offset)
        *offset = 0;
    if (space)
        *space = '\t';
    fputs(text, l->f);
    if (offset)
        fprintf(l->f, "0x%" PRIx64, n->to);
    name_target(l, n, name, sizeof(name));
    fprintf(l->f, "%s%s\n", *name ? " " : "", name);
}

static void print_text(const struct lister *l, const struct line *n)
{
    static const char *const kind[] = {
        [1] = ".byte", [2] = ".short", [3] = ".3byte", [4] = ".word"
    };
    char name[4096];
    const struct symbol *y = symbols_before(l->symbols, n->code->section, n->at);
    if (n->code != l->last && n->code->name)
        fprintf(l->f, "\nDisassembly of section %s:\n", n->code->name);
    else if (n->code != l->last)
        fprintf(l->f, "\nDisassembly of the segment at 0x%" PRIx64 ":\n\n", n->code->address);
    if (n->code->name && (n->code != l->last || (y && y->address == n->at)))
        fprintf(l->f, "\n%016" PRIx64 " %s:\n", n->at,
                label(l->symbols, n->code->section, n->at, name, sizeof(name)));
    fprintf(l->f, "%8" PRIx64 ": %0*x%*s\t", n->at, (int)n->size * 2, n->word,
            13 - (int)n->size * 2, "");
    if (n->data || n->size < 4)
        fprintf(l->f, "%s\t0x%0*x\n", kind[n->size], (int)n->size * 2, n->word);
    else
        print_instruction(l, n);
}

static void print_json(const struct lister *l, const struct line *n)
{
    struct jw *j = l->j;
    char text[96], name[4096];
    const struct symbol *y = symbols_before(l->symbols, n->code->section, n->at);
    jw_object(j, NULL);
    if (n->code->name)
        jw_text(j, "section", n->code->name);
    jw_u64(j, "address", n->at);
    if (y) {
        jw_text(j, "symbol", y->name);
        jw_u64(j, "offset", n->at - y->address);
    }
    jw_u64(j, "size", n->size);
    jw_u64(j, "word", n->word);
    jw_bool(j, "data", n->data);
    if (!n->data)
        jw_text(j, "text", isa_disassemble(n->word, n->at, text, sizeof(text)));
    if (n->target) {
        jw_u64(j, "target", n->to);
        name_target(l, n, name, sizeof(name));
        if (*name) {   // without its brackets
            name[strlen(name) - 1] = 0;
            jw_text(j, "target_symbol", name + 1);
        }
    }
    jw_close(j);
}

// -- Walking --

static struct line line_at(const struct lister *l, const struct symbols_code *c, u64 at)
{
    u64 until, left = c->address + c->size - at;
    struct line n = { .code = c, .at = at };
    n.data = symbols_is_data(l->symbols, c->section, at, &until);
    if (until - at < left)
        left = until - at;
    // Never across an instruction's place, so that those behind odd data are where they are.
    u64 whole = 4 - at % 4;
    n.size = (u32)(left < whole ? left : whole);
    memcpy(&n.word, c->bytes + (at - c->address), n.size);
    n.data |= n.size < 4;
    n.target = !n.data && isa_target(n.word, at, &n.to);
    return n;
}

static void list(struct lister *l, const struct symbols_code *c, u64 from, u64 to)
{
    u64 end = c->address + c->size;
    from = from > l->start ? from : l->start;
    to = to < l->stop ? to : l->stop;
    from = from > c->address ? from : c->address;
    for (u64 at = from; at < to && at < end && !ferror(l->f);) {
        struct line n = line_at(l, c, at);
        if (l->j)
            print_json(l, &n);
        else
            print_text(l, &n);
        l->last = c;
        at += n.size;
    }
}

static void list_symbol(struct lister *l, const struct symbol *y)
{
    const struct symbols_code *code;
    size_t count = symbols_code(l->symbols, &code);
    u64 end = y->size ? y->address + y->size : symbols_next(l->symbols, y->section, y->address);
    for (size_t k = 0; k < count; k++)
        if (code[k].section == y->section)
            list(l, &code[k], y->address, end > y->address ? end : UINT64_MAX);
}

static bool list_wanted(struct lister *l, const char *path, const struct m2sim_disasm *o,
                        struct m2sim_error *e)
{
    const struct symbols_code *code;
    size_t count = symbols_code(l->symbols, &code);
    const struct symbol *y = NULL;
    for (size_t k = 0; k < o->function_count; k++)
        while ((y = symbols_named(l->symbols, o->functions[k], y)))
            list_symbol(l, y);
    for (size_t k = 0; !o->function_count && k < count; k++)
        list(l, &code[k], code[k].address, UINT64_MAX);
    if (l->last)
        return true;
    char stop[32] = "on";
    if (l->stop != UINT64_MAX)
        snprintf(stop, sizeof(stop), "to 0x%" PRIx64, l->stop);
    return api_fail(e, M2SIM_EXIT_DATA, "%s: no code from 0x%" PRIx64 " %s", path, l->start, stop);
}

static bool has_functions(const struct symbols *s, const char *path, const struct m2sim_disasm *o,
                          struct m2sim_error *e)
{
    for (size_t k = 0; k < o->function_count; k++) {
        const char *like = symbols_like(s, o->functions[k]);
        if (!symbols_named(s, o->functions[k], NULL))
            return api_fail(e, M2SIM_EXIT_DATA, "%s: no function '%s' in its code%s%s%s", path,
                            o->functions[k], like ? "; is '" : "", like ? like : "",
                            like ? "' meant?" : "");
    }
    return true;
}

bool m2sim_disassemble_file(const char *path, const struct m2sim_disasm *o, FILE *f, unsigned flags,
                            struct m2sim_error *e)
{
    struct symbols *s = api_code_of(path, e);
    struct jw j;
    struct lister l = {
        .symbols = s, .start = o->start, .stop = o->stop ? o->stop : UINT64_MAX, .f = f
    };
    if (!s || !has_functions(s, path, o, e)) {
        symbols_free(s);
        return false;
    }
    if (flags & M2SIM_JSON) {
        l.j = &j;
        jw_begin(&j, f);
        jw_object(&j, NULL);
        jw_u64(&j, "schema", 1);
        jw_text(&j, "file", path);
        jw_array(&j, "code");
    } else {
        fprintf(f, "\n%s:\tfile format elf64-littleaarch64\n", path);
    }
    bool ok = list_wanted(&l, path, o, e);
    if (l.j) {
        jw_close(&j);
        jw_close(&j);
        jw_finish(&j);
    }
    symbols_free(s);
    return ok;
}
