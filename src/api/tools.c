// The parts of the public interface that need no run.
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/sim.h"
#include "guest/elf.h"
#include "guest/space.h"
#include "isa/decode.h"

bool api_beside_program(char path[PATH_MAX], const char *below)
{
    assert(path);   // gcc with sanitizers cannot see it
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 64);
    if (n <= 0)
        return false;
    path[n] = 0;
    char *slash = strrchr(path, '/');
    strcpy(slash ? slash : path, below);
    return access(path, R_OK) == 0;
}

const char *m2sim_disassemble(uint32_t word, uint64_t pc, char *buf, size_t size)
{
    return isa_disassemble(word, pc, buf, size);
}

bool api_each_word(const char *path, void (*each)(void *ctx, vaddr pc, u32 word), void *ctx,
                   struct m2sim_error *e)
{
    if (access(path, R_OK) != 0)
        return api_fail(e, M2SIM_EXIT_NO_INPUT, "%s: %s", path, strerror(errno));
    struct err err = { "" };
    struct space *s = space_new(&err);
    if (!s)
        return api_fail(e, M2SIM_EXIT_INTERNAL, "%s", err.text);
    struct elf_image image;
    bool ok = elf_load_file(s, path, ELF_DYNAMIC, &image, &err);
    for (size_t k = 0; ok && k < s->count; k++) {
        const struct region *r = &s->regions[k];
        u32 word;
        for (vaddr a = r->start; r->prot & SPACE_EXEC && a < r->end; a += 4)
            if (space_read(s, &word, a, sizeof(word)) == 0 && word)   // 0: filling of the last page
                each(ctx, a, word);
    }
    space_free(s);
    return ok || api_fail(e, M2SIM_EXIT_DATA, "%s", err.text);
}

static void print_word(void *ctx, vaddr pc, u32 word)
{
    char text[96];
    fprintf(ctx, "%8llx:  %08x  %s\n", (unsigned long long)pc, word,
            isa_disassemble(word, pc, text, sizeof(text)));
}

bool m2sim_disassemble_file(const char *path, FILE *f, struct m2sim_error *e)
{
    return api_each_word(path, print_word, f, e);
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
    return ok || api_fail(e, M2SIM_EXIT_CONFIG, "%s", err.text);
}

void m2sim_parameters(void (*each)(void *ctx, const struct m2sim_parameter *p), void *ctx)
{
    for (size_t k = 0; k < PARAM_COUNT; k++) {
        const struct param *r = &core_table[k];
        char path[128];
        snprintf(path, sizeof(path), "core.%s", r->path);
        each(ctx, &(struct m2sim_parameter){ path, r->doc, r->unit, r->min, r->max });
    }
}

bool m2sim_choices(const char *path, void (*each)(void *ctx, const char *name, const char *meaning),
                   void *ctx)
{
    const struct param *r = strncmp(path, "core.", 5) == 0 ? param_find(path + 5) : NULL;
    if (!r || !r->choices)
        return false;
    for (const struct choice *c = r->choices; c->name; c++)
        each(ctx, c->name, c->doc);
    return true;
}

FILE *m2sim_open(const char *path, struct m2sim_error *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f)
        api_fail(e, M2SIM_EXIT_OUTPUT, "%s: %s", path, strerror(errno));
    return f;
}
