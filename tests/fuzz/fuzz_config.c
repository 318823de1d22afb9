// The reader of core files, and of the values that --set gives.
#include "fuzz.h"

#include <stdlib.h>

#include "config/config.h"

// What is written can be read again and is then written the same.
static void round_trip(const struct core_params *p)
{
    for (size_t i = 0; i < PARAM_COUNT; i++) {
        char text[128], again[128];
        struct core_params q = *p;
        struct err e = { 0 };
        param_format(p, &core_table[i], text, sizeof text);
        assert(param_set(&q, &core_table[i], text, &e));
        param_format(&q, &core_table[i], again, sizeof again);
        assert(!strcmp(text, again));
    }
}

// Each line PATH=VALUE as --set would have it.
static void set_lines(struct core_params *p, char *text)
{
    for (char *line = text; line;) {
        char *next = strchr(line, '\n'), *value = NULL;
        if (next)
            *next++ = 0;
        if ((value = strchr(line, '='))) {
            *value++ = 0;
            struct err e = { 0 };
            const struct param *row = param_find(line);
            param_is_group(line);
            if (!row)
                param_like(line);
            else if (!param_set(p, row, value, &e))
                fuzz_check_error(&e);
        }
        line = next;
    }
}

// What is said of how sure values are is written to what reads the same, and can be drawn from.
static void draw(struct config *c, struct arena *a)
{
    char parent[CONFIG_NAME_MAX], *text;
    size_t n;
    struct err e = { 0 };
    struct config *drawn = ARENA_NEW(a, struct config), *again = ARENA_NEW(a, struct config);
    if (!core_check(&c->core, &e) || !prior_finish(c, a, &e)) {
        fuzz_check_error(&e);
        return;
    }
    config_draw(drawn, c, 1, 2);
    assert(core_check(&drawn->core, &e));
    FILE *f = open_memstream(&text, &n);
    assert(f);
    prior_show(c, f);
    rewind(f);
    config_write(c, f);
    fclose(f);
    *again = (struct config){ .core = core_defaults, .fit.fitted_with = "" };
    if (!config_read(again, a, "again.yaml", text, n, parent, &e))
        assert(strstr(e.text, "too long"));   // every parameter has a line now
    else
        assert(prior_finish(again, a, &e) && again->fit.members == c->fit.members);
    for (size_t k = 0; !*e.text && k < PARAM_COUNT; k++)
        assert(c->fit.of[k].low == again->fit.of[k].low && c->fit.of[k].sd == again->fit.of[k].sd);
    free(text);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
    struct arena *a = arena_new();
    struct config *c = ARENA_NEW(a, struct config);
    char parent[CONFIG_NAME_MAX];
    struct err e = { 0 };
    *c = (struct config){ .core = core_defaults, .instructions = "", .fit.fitted_with = "" };
    char *text = ARENA_ARRAY(a, len + 1, char);
    memcpy(text, data, len);
    if (config_read(c, a, "fuzz.yaml", text, len, parent, &e))
        draw(c, a);
    else
        fuzz_check_error(&e);
    assert(memchr(parent, 0, sizeof parent));
    set_lines(&c->core, text);
    round_trip(&c->core);
    e = (struct err){ 0 };
    if (!core_check(&c->core, &e))
        fuzz_check_error(&e);
    arena_free(a);
    return 0;
}
