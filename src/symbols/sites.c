#include "symbols/sites.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>

#include "base/oom.h"

// A stretch of code of a function that is inlined into the one last looked at.
struct inlined {
    Dwarf_Addr low, high;
    Dwarf_Die die;
    u32 depth;
};

struct sites {
    Dwfl *dwfl;
    Dwfl_Callbacks how;
    Dwarf_Addr low, high, bias;   // the function last looked at; its own addresses; empty: none
    Dwarf_Die unit;
    struct inlined *inlined;   // in it, outer ones first
    size_t count, room;
};

struct sites *sites_new(const struct sites_file *file, size_t count)
{
    struct sites *s = calloc(1, sizeof(*s));
    if (!s)
        out_of_memory();
    s->how = (Dwfl_Callbacks){
        .find_elf = dwfl_build_id_find_elf,
        .find_debuginfo = dwfl_standard_find_debuginfo,
        .section_address = dwfl_offline_section_address,
    };
    s->dwfl = dwfl_begin(&s->how);
    if (!s->dwfl) {
        free(s);
        return NULL;
    }
    dwfl_report_begin(s->dwfl);
    for (size_t k = 0; k < count; k++)
        dwfl_report_elf(s->dwfl, file[k].path, file[k].path, -1, file[k].base, true);
    dwfl_report_end(s->dwfl, NULL, NULL);
    return s;
}

void sites_free(struct sites *s)
{
    if (!s)
        return;
    dwfl_end(s->dwfl);
    free(s->inlined);
    free(s);
}

struct site sites_line(struct sites *s, u64 pc)
{
    Dwfl_Module *m = dwfl_addrmodule(s->dwfl, pc);
    struct site r = { NULL, NULL, 0 };
    if (!m)
        return r;
    Dwarf_Addr bias;
    Dwarf *dwarf = dwfl_module_getdwarf(m, &bias);
    if (dwarf)
        dwarf_new_oom_handler(dwarf, out_of_memory);   // the library's own exits with 1
    Dwfl_Line *line = dwfl_module_getsrc(m, pc);
    r.file = line ? dwfl_lineinfo(line, NULL, &r.line, NULL, NULL, NULL) : NULL;
    return r;
}

struct site sites_at(struct sites *s, u64 pc)
{
    Dwfl_Module *m = dwfl_addrmodule(s->dwfl, pc);
    struct site r = sites_line(s, pc);
    const char *name = m ? dwfl_module_addrname(m, pc) : NULL;
    r.function = name ? name : "?";
    return r;
}

// -- Inlined functions --

static void add_inlined(struct sites *s, Dwarf_Die *die, u32 depth)
{
    Dwarf_Addr base, low, high;
    for (ptrdiff_t at = 0; (at = dwarf_ranges(die, at, &base, &low, &high)) > 0;) {
        if (s->count == s->room) {
            s->room = s->room ? 2 * s->room : 64;
            s->inlined = realloc(s->inlined, s->room * sizeof(*s->inlined));
            if (!s->inlined)
                out_of_memory();
        }
        s->inlined[s->count++] = (struct inlined){ low, high, *die, depth };
    }
}

enum { DEEPEST = 64 };   // of what is inlined into one another; a damaged file may have any

static void find_inlined(struct sites *s, Dwarf_Die *die, u32 depth)
{
    Dwarf_Die child;
    if (depth > DEEPEST || dwarf_child(die, &child))
        return;
    do {
        int tag = dwarf_tag(&child);
        if (tag == DW_TAG_inlined_subroutine)
            add_inlined(s, &child, depth);
        if (tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block)
            find_inlined(s, &child, depth + 1);
    } while (!dwarf_siblingof(&child, &child));
}

// Looks at the function that holds `pc`, one of its module's own addresses.
static void look_at(struct sites *s, Dwarf_Die *unit, Dwarf_Addr pc, Dwarf_Addr bias)
{
    Dwarf_Die *scopes = NULL;
    int count = dwarf_getscopes(unit, pc, &scopes);
    s->count = 0;
    s->low = s->high = 0;
    s->bias = bias;
    s->unit = *unit;
    for (int k = 0; k < count; k++)
        if (dwarf_tag(&scopes[k]) == DW_TAG_subprogram) {
            Dwarf_Addr base, low, high;
            for (ptrdiff_t at = 0; (at = dwarf_ranges(&scopes[k], at, &base, &low, &high)) > 0;)
                if (pc >= low && pc < high)
                    s->low = low, s->high = high;
            find_inlined(s, &scopes[k], 0);
            break;
        }
    free(scopes);
}

static Dwarf_Die *unit_at(struct sites *s, u64 pc, Dwarf_Addr *bias)
{
    Dwfl_Module *m = dwfl_addrmodule(s->dwfl, pc);
    return m ? dwfl_module_addrdie(m, pc, bias) : NULL;
}

static const char *name_of(Dwarf_Die *die)
{
    Dwarf_Attribute a;
    const char *name = dwarf_diename(die);   // of the abstract one, too
    const char *linkage =
        dwarf_attr_integrate(die, DW_AT_linkage_name, &a) ? dwarf_formstring(&a) : NULL;
    return linkage ? linkage : name ? name : "?";
}

static struct site_call call_of(struct sites *s, Dwarf_Die *die)
{
    Dwarf_Attribute a;
    Dwarf_Word file = 0, line = 0;
    Dwarf_Files *files;
    size_t count;
    bool known = dwarf_attr(die, DW_AT_call_file, &a) && !dwarf_formudata(&a, &file) &&
                 !dwarf_getsrcfiles(&s->unit, &files, &count) && file < count;
    if (dwarf_attr(die, DW_AT_call_line, &a))
        dwarf_formudata(&a, &line);
    return (struct site_call){ name_of(die), known ? dwarf_filesrc(files, file, NULL, NULL) : NULL,
                               line <= INT32_MAX ? (int)line : 0 };
}

size_t sites_inlined(struct sites *s, u64 pc, struct site_call *call, size_t most)
{
    Dwarf_Addr bias = 0;
    Dwarf_Die *unit = unit_at(s, pc, &bias);
    if (!unit)
        return 0;
    Dwarf_Addr at = pc - bias;
    if (s->bias != bias || at < s->low || at >= s->high)
        look_at(s, unit, at, bias);
    size_t n = 0;
    for (size_t k = s->count; k-- > 0 && n < most;)   // inner ones stand behind
        if (at >= s->inlined[k].low && at < s->inlined[k].high)
            call[n++] = call_of(s, &s->inlined[k].die);
    return n;
}

struct site sites_function(struct sites *s, u64 pc)
{
    Dwarf_Addr bias = 0;
    Dwarf_Die *unit = unit_at(s, pc, &bias), *scopes = NULL;
    struct site r = { "?", NULL, 0 };
    int count = unit ? dwarf_getscopes(unit, pc - bias, &scopes) : 0;
    for (int k = 0; k < count; k++)
        if (dwarf_tag(&scopes[k]) == DW_TAG_subprogram) {
            r.file = dwarf_decl_file(&scopes[k]);
            dwarf_decl_line(&scopes[k], &r.line);
            break;
        }
    free(scopes);
    return r;
}
