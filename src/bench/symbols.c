// By libdwfl of elfutils.
#include "bench/symbols.h"

#include <elfutils/libdwfl.h>
#include <stdlib.h>

struct symbols {
    Dwfl *dwfl;
    Dwfl_Callbacks how;
};

struct symbols *symbols_new(const struct probe_head *h, const char *program)
{
    struct symbols *s = calloc(1, sizeof(*s));
    if (!s)
        abort();
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
    for (u32 k = 0; k < h->modules && k < PROBE_MODULES; k++) {
        const struct probe_module *m = &h->module[k];
        const char *path = *m->path ? m->path : program;
        if (*path == '/')   // not the kernel's vdso
            dwfl_report_elf(s->dwfl, path, path, -1, m->base, true);
    }
    dwfl_report_end(s->dwfl, NULL, NULL);
    return s;
}

void symbols_free(struct symbols *s)
{
    if (!s)
        return;
    dwfl_end(s->dwfl);
    free(s);
}

struct symbol symbols_at(struct symbols *s, u64 pc)
{
    Dwfl_Module *m = dwfl_addrmodule(s->dwfl, pc);
    struct symbol r = { "?", NULL, 0 };
    if (!m)
        return r;
    const char *name = dwfl_module_addrname(m, pc);
    Dwfl_Line *line = dwfl_module_getsrc(m, pc);
    r.function = name ? name : "?";
    r.file = line ? dwfl_lineinfo(line, NULL, &r.line, NULL, NULL, NULL) : NULL;
    return r;
}
