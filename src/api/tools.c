// The parts of the public interface that need no run.
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/sim.h"
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

bool m2sim_config_show(const char *core, const char *const *sets, size_t set_count, FILE *f,
                       unsigned flags, struct m2sim_error *e)
{
    struct err err = { "" };
    struct arena *a = arena_new();
    struct config c;
    bool ok = config_load(&c, a, core, sets, set_count, &err);
    if (ok && flags & M2SIM_JSON)
        config_show_json(&c, f);
    else if (ok && flags & M2SIM_FIT)
        prior_show(&c, f);
    else if (ok)
        config_show(&c, f, flags & M2SIM_ORIGIN);
    arena_free(a);
    return ok || api_fail_for(e, M2SIM_EXIT_CONFIG, &err);
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

bool api_split_run(const char *vs, char path[PATH_MAX], const char **run, struct m2sim_error *e)
{
    char *at = NULL;
    snprintf(path, PATH_MAX, "%s", vs);
    if (access(path, R_OK) != 0 && (at = strrchr(path, '@')))
        *at++ = 0;
    *run = at;
    return access(path, R_OK) == 0 || api_fail(e, M2SIM_EXIT_NO_INPUT, "%.400s: no such file", vs);
}
