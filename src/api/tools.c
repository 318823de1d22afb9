// The parts of the public interface that need no run.
#include "m2sim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "guest/elf.h"
#include "guest/space.h"
#include "isa/decode.h"

const char *m2sim_version(void)
{
    return M2SIM_VERSION_TEXT;
}

const char *m2sim_disassemble(uint32_t word, uint64_t pc, char *buf, size_t size)
{
    return isa_disassemble(word, pc, buf, size);
}

static bool fail(struct m2sim_error *e, int code, const char *text)
{
    e->exit_code = code;
    snprintf(e->text, sizeof(e->text), "%s", text);
    return false;
}

static void disassemble_region(struct space *s, const struct region *r, FILE *f)
{
    char text[96];
    u32 word;
    for (vaddr a = r->start; a < r->end && space_read(s, &word, a, sizeof(word)) == 0; a += 4)
        if (word)   // the filling of a segment's last page
            fprintf(f, "%8llx:  %08x  %s\n", (unsigned long long)a, word,
                    isa_disassemble(word, a, text, sizeof(text)));
}

bool m2sim_disassemble_file(const char *path, FILE *f, struct m2sim_error *e)
{
    if (access(path, R_OK) != 0) {
        snprintf(e->text, sizeof(e->text), "%s: %s", path, strerror(errno));
        e->exit_code = M2SIM_EXIT_NO_INPUT;
        return false;
    }
    struct err err = { "" };
    struct space *s = space_new(&err);
    if (!s)
        return fail(e, M2SIM_EXIT_INTERNAL, err.text);
    struct elf_image image;
    bool ok = elf_load_file(s, path, ELF_DYNAMIC, &image, &err);
    for (size_t k = 0; ok && k < s->count; k++)
        if (s->regions[k].prot & SPACE_EXEC)
            disassemble_region(s, &s->regions[k], f);
    space_free(s);
    return ok || fail(e, M2SIM_EXIT_DATA, err.text);
}

bool m2sim_config_show(const char *core, const char *const *sets, size_t set_count, FILE *f,
                       unsigned flags, struct m2sim_error *e)
{
    struct err err = { "" };
    struct arena *a = arena_new();
    struct config c;
    bool ok = config_load(&c, a, core, sets, set_count, &err);
    if (ok && flags & M2SIM_JSON)
        config_show_json(&c, f);
    else if (ok)
        config_show(&c, f, flags & M2SIM_ORIGIN);
    arena_free(a);
    return ok || fail(e, M2SIM_EXIT_CONFIG, err.text);
}

FILE *m2sim_open(const char *path, struct m2sim_error *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f) {
        snprintf(e->text, sizeof(e->text), "%s: %s", path, strerror(errno));
        e->exit_code = M2SIM_EXIT_OUTPUT;
    }
    return f;
}
