#include "symbols/sites.h"

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>

#include "base/oom.h"

struct sites {
    Dwfl *dwfl;
    Dwfl_Callbacks how;
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
    free(s);
}

struct site sites_at(struct sites *s, u64 pc)
{
    Dwfl_Module *m = dwfl_addrmodule(s->dwfl, pc);
    struct site r = { "?", NULL, 0 };
    if (!m)
        return r;
    Dwarf_Addr bias;
    Dwarf *dwarf = dwfl_module_getdwarf(m, &bias);
    if (dwarf)
        dwarf_new_oom_handler(dwarf, out_of_memory);   // the library's own exits with 1
    const char *name = dwfl_module_addrname(m, pc);
    Dwfl_Line *line = dwfl_module_getsrc(m, pc);
    r.function = name ? name : "?";
    r.file = line ? dwfl_lineinfo(line, NULL, &r.line, NULL, NULL, NULL) : NULL;
    return r;
}
