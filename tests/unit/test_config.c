// Parameters: defaults, files, overrides, origins, and errors that name the culprit.
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "config/config.h"
#include "m2sim.h"

static struct config *fresh(struct arena *a)
{
    struct config *c = ARENA_NEW(a, struct config);
    c->core = core_defaults;
    return c;
}

static bool reads(struct config *c, struct arena *a, const char *text, struct err *e)
{
    char parent[CONFIG_NAME_MAX];
    e->text[0] = 0;
    return config_read(c, a, "x.yaml", text, strlen(text), parent, e);
}

static void paths_are_unique_and_defaults_are_in_range(void **state)
{
    for (size_t i = 0; i < PARAM_COUNT; i++) {
        struct core_params p = core_defaults;
        struct err e;
        char text[64];
        assert_ptr_equal(param_find(core_table[i].path), &core_table[i]);
        assert_false(param_is_group(core_table[i].path));
        param_format(&p, &core_table[i], text, sizeof(text));
        assert_true(param_set(&p, &core_table[i], text, &e));
        assert_memory_equal(&p, &core_defaults, sizeof(p));
    }
    struct err e;
    assert_true(core_check(&core_defaults, &e));
}

static void a_file_sets_values_and_their_sources(void **state)
{
    struct arena *a = arena_new();
    struct config *c = fresh(a);
    struct err e;
    assert_true(reads(c, a,
                      "name: mine\n"
                      "rob:\n"
                      "  groups: 290   # M2 [JM2]  \n"
                      "l1d: { size: 128 KiB, ways: 8 } # flow\n"
                      "clock:\n"
                      "  mhz: '3504.5'\n"
                      "rename:\n"
                      "  moves: false\n",
                      &e));
    assert_string_equal(c->core.name, "mine");
    assert_int_equal(c->core.rob_groups, 290);
    assert_int_equal(c->core.l1d_size, 131072);
    assert_true(c->core.clock_mhz == 3504.5);
    assert_false(c->core.rename_moves);
    const struct origin *o = &c->origin[PARAM_rob_groups];
    assert_int_equal(o->kind, ORIGIN_FILE);
    assert_int_equal(o->line, 3);
    assert_string_equal(o->file, "x.yaml");
    assert_string_equal(o->source, "M2 [JM2]");
    assert_string_equal(c->origin[PARAM_l1d_ways].source, "flow");
    assert_string_equal(c->origin[PARAM_clock_mhz].source, "");
    assert_int_equal(c->origin[PARAM_rob_retire].kind, ORIGIN_DEFAULT);
    arena_free(a);
}

static void a_bad_file_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *text, *error;
    } bad[] = {
        { "rob:\n  groups: 3\n",
          "x.yaml:2:11: rob.groups: '3' is not a whole number from 4 to 2048 groups" },
        { "rob:\n  groups: 1e2\n",
          "x.yaml:2:11: rob.groups: '1e2' is not a whole number from 4 to 2048 groups" },
        { "rob:\n  groups: -16\n",
          "x.yaml:2:11: rob.groups: '-16' is not a whole number from 4 to 2048 groups" },
        { "rob:\n  groups: 18446744073709551617\n",
          "x.yaml:2:11: rob.groups: '18446744073709551617' is not a whole number from 4 to 2048 "
          "groups" },
        { "rob: { groups: 16 KiB }\n",
          "x.yaml:1:16: rob.groups: '16 KiB' is not a whole number from 4 to 2048 groups" },
        { "l1d:\n  size: 100 GiB\n",
          "x.yaml:2:9: l1d.size: '100 GiB' is not a whole number from 1 KiB to 16 MiB" },
        { "clock:\n  mhz: nan\n",
          "x.yaml:2:8: clock.mhz: 'nan' is not a number from 1 to 20000 MHz" },
        { "rename:\n  moves: yes\n", "x.yaml:2:10: rename.moves: 'yes' is neither true nor false" },
        { "rob:\n  groups: 8\n  grups: 290\n",
          "x.yaml:3:3: rob.grups: no such parameter; is 'rob.groups' meant?" },
        { "colour: blue\n", "x.yaml:1:1: colour: no such parameter" },
        { "rob: 290\n", "x.yaml:1:1: rob: holds further keys, not a value" },
        { "page:\n  size: 4\n", "x.yaml:1:1: page: is one value, not a mapping" },
        { "rob:\n  groups: [1, 2]\n",
          "x.yaml:2:3: rob.groups: lists and aliases are not used here" },
        { "% w$dth: 2 \xa0   nt. ",
          "x.yaml:1:1: a core file has no directives (%)" },   // the library hangs
        { "\xef\xbb\xbf%YAML 1.2\n---\n", "x.yaml:1:1: a core file has no directives (%)" },
        { "rob:\n  groups: 50\n--- \nwidth: 2\n", "x.yaml:3:1: a core file is one document" },
        { "---\nrob:\n  groups: 50\n...\n", "x.yaml:4:1: a core file is one document" },
        { "# one\n---\n---\nrob:\n  groups: 50\n", "x.yaml:3:1: a core file is one document" },
        { "width: 2\n\r%a b\n", "x.yaml:2:1: a core file has no directives (%)" },
        { "- rob\n", "x.yaml:1:1: a core file is a mapping of parameters" },
        { "", "x.yaml:1:1: a core file is a mapping of parameters" },
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct arena *a = arena_new();
        struct err e;
        assert_false(reads(fresh(a), a, bad[i].text, &e));
        assert_string_equal(e.text, bad[i].error);
        arena_free(a);
    }
}

static void what_is_not_yaml_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *text, *place;
    } bad[] = {
        { "rob: {\n", "x.yaml:2:1: " },
        { "rob:\n  groups: 8\n  groups: 9\n", "x.yaml:3:3: " },
        { "a: b: c\n", "x.yaml:1:5: " },
        { "\"\xff\xfe", "x.yaml:1:2: " },
        { "rob:\n\tgroups: 1\n", "x.yaml:2:1: " },
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct arena *a = arena_new();
        struct err e;
        assert_false(reads(fresh(a), a, bad[i].text, &e));
        assert_ptr_equal(strstr(e.text, bad[i].place), e.text);
        arena_free(a);
    }
}

static void set_overrides_the_file_and_the_last_one_wins(void **state)
{
    struct arena *a = arena_new();
    struct config c;
    struct err e;
    const char *const sets[] = { "core.rob.groups=300", "core.rob.groups=400" };
    assert_true(config_load(&c, a, "m2-avalanche", sets, 2, &e));
    assert_int_equal(c.core.rob_groups, 400);
    assert_int_equal(c.origin[PARAM_rob_groups].kind, ORIGIN_SET);
    assert_int_equal(c.core.fetch_width, 16);
    arena_free(a);
}

static void a_bad_set_is_refused(void **state)
{
    static const struct {
        const char *set, *error;
    } bad[] = {
        { "core.rob.groups", "--set core.rob.groups: want core.PATH=VALUE" },
        { "rob.groups=4", "--set rob.groups=4: want core.PATH=VALUE" },
        { "core.rob.gruops=4",
          "--set core.rob.gruops=4: no such parameter; is 'core.rob.groups' meant?" },
        { "core.branch.predictor=tagescl",
          "--set core.branch.predictor: 'tagescl' is none of: tage-firestorm, bimodal, gshare, "
          "perfect" },
        { "core.l2.replacement=fifo", "--set core.l2.replacement: 'fifo' is none of: lru, plru, "
                                      "random, mru-bit, srrip, dip" },
        { "core.prefetch.l1d.policy=strides",
          "--set core.prefetch.l1d.policy: 'strides' is none "
          "of: none, next, stride, stream, pointers; is 'stride' meant?" },
        { "core.branch.ras_overflow=", "--set core.branch.ras_overflow: '' is none of: clear, "
                                       "wrap, drop" },
        { "core.rob.groups=0",
          "--set core.rob.groups: '0' is not a whole number from 4 to 2048 groups" },
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct arena *a = arena_new();
        struct config c;
        struct err e;
        assert_false(config_load(&c, a, "m2-avalanche", &bad[i].set, 1, &e));
        assert_string_equal(e.text, bad[i].error);
        arena_free(a);
    }
}

static void sets_of_a_cache_must_be_whole(void **state)
{
    struct arena *a = arena_new();
    struct config c;
    struct err e;
    const char *const sets[] = { "core.l1d.ways=7" };
    assert_false(config_load(&c, a, "m2-avalanche", sets, 1, &e));
    assert_non_null(strstr(e.text, "l1d: 131072 bytes in 7 ways"));
    arena_free(a);
}

static void a_missing_core_is_named(void **state)
{
    struct arena *a = arena_new();
    struct config c;
    struct err e;
    assert_false(config_load(&c, a, "m9-unknown", NULL, 0, &e));
    assert_ptr_equal(strstr(e.text, "no core 'm9-unknown'"), e.text);
    assert_false(config_load(&c, a, "/nowhere/x.yaml", NULL, 0, &e));
    assert_string_equal(e.text, "/nowhere/x.yaml: No such file or directory");
    assert_false(config_load(&c, a, "/", NULL, 0, &e));
    assert_ptr_equal(strstr(e.text, "/: not a regular file"), e.text);
    arena_free(a);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void a_file_extends_the_one_beside_it(void **state)
{
    char folder[] = "/tmp/config-XXXXXX", child[64], parent[64], loop[64];
    assert_non_null(mkdtemp(folder));
    snprintf(parent, sizeof(parent), "%s/parent.yaml", folder);
    snprintf(child, sizeof(child), "%s/child.yaml", folder);
    snprintf(loop, sizeof(loop), "%s/loop.yaml", folder);
    write_file(parent, "name: parent\nrob:\n  groups: 111   # old\n  retire: 3\n");
    write_file(child, "extends: parent\nname: child\nrob:\n  groups: 222\n");
    write_file(loop, "extends: loop\n");
    struct arena *a = arena_new();
    struct config c;
    struct err e;
    assert_true(config_load(&c, a, child, NULL, 0, &e));
    assert_string_equal(c.core.name, "child");
    assert_int_equal(c.core.rob_groups, 222);
    assert_string_equal(c.origin[PARAM_rob_groups].source, "");
    assert_int_equal(c.core.rob_retire, 3);
    assert_string_equal(c.origin[PARAM_rob_retire].file, parent);
    assert_false(config_load(&c, a, loop, NULL, 0, &e));
    assert_non_null(strstr(e.text, "extends itself"));
    arena_free(a);
    unlink(parent);
    unlink(child);
    unlink(loop);
    rmdir(folder);
}

static void every_core_file_loads_and_names_its_sources(void **state)
{
    static const char *const cores[] = { "m2-avalanche", "m2-blizzard", "m1-firestorm",
                                         "m1-icestorm" };
    for (size_t i = 0; i < COUNT(cores); i++) {
        struct arena *a = arena_new();
        struct config c;
        struct err e = { "" };
        bool ok = config_load(&c, a, cores[i], NULL, 0, &e);
        assert_string_equal(e.text, "");
        assert_true(ok);
        assert_string_equal(c.core.name, cores[i]);
        for (size_t k = 1; k < PARAM_COUNT; k++) {   // row 0 is the name
            if (c.origin[k].kind != ORIGIN_FILE || !*c.origin[k].source)
                fail_msg("%s: %s has no source", cores[i], core_table[k].path);
        }
        arena_free(a);
    }
}

static void the_digest_changes_with_any_value(void **state)
{
    struct arena *a = arena_new();
    struct config c, same, other;
    struct err e;
    const char *const sets[] = { "core.prefetch.l2.distance=17" };
    assert_true(config_load(&c, a, "m2-avalanche", NULL, 0, &e));
    assert_true(config_load(&same, a, "m2-avalanche", NULL, 0, &e));
    assert_true(config_load(&other, a, "m2-avalanche", sets, 1, &e));
    assert_int_equal(strlen(c.digest), 16);
    assert_string_equal(c.digest, same.digest);
    assert_string_not_equal(c.digest, other.digest);
    arena_free(a);
}

static void show_writes_every_parameter(void **state)
{
    struct arena *a = arena_new();
    struct config c;
    struct err e;
    const char *const sets[] = { "core.rob.groups=400" };
    assert_true(config_load(&c, a, "m2-avalanche", sets, 1, &e));
    char *text;
    size_t n;
    FILE *f = open_memstream(&text, &n);
    config_show(&c, f, true);
    fclose(f);
    assert_non_null(strstr(text, "400 groups               # --set\n"));
    assert_non_null(strstr(text, "192 KiB                  # "));
    assert_non_null(strstr(text, "M2 [guide] H\n"));
    free(text);

    f = open_memstream(&text, &n);
    config_show_json(&c, f);
    fclose(f);
    json_error_t why;
    json_t *root = json_loads(text, 0, &why), *all = json_object_get(root, "parameters");
    assert_int_equal(json_object_size(all), PARAM_COUNT);
    json_t *groups = json_object_get(all, "core.rob.groups");
    assert_int_equal(json_integer_value(json_object_get(groups, "value")), 400);
    assert_string_equal(json_string_value(json_object_get(groups, "origin")), "set");
    json_t *choices = json_object_get(json_object_get(all, "core.branch.ras_overflow"), "choices");
    assert_int_equal(json_array_size(choices), 3);
    assert_string_equal(json_string_value(json_array_get(choices, 0)), "clear");
    assert_string_equal(json_string_value(json_array_get(choices, 2)), "drop");
    assert_null(json_object_get(groups, "choices"));
    json_decref(root);
    free(text);
    arena_free(a);
}

static void keep_second(void *ctx, const char *name, const char *meaning)
{
    const char **list = ctx;
    assert_true(*meaning);
    list[1] = list[0];
    list[0] = name;
}

static void count_path(void *ctx, const struct m2sim_parameter *p)
{
    ++*(size_t *)ctx;
    assert_ptr_equal(strstr(p->path, "core."), p->path);
}

static void the_library_lists_parameters_and_what_may_be_chosen(void **state)
{
    const char *last[2] = { NULL, NULL };
    size_t count = 0;
    m2sim_parameters(count_path, &count);
    assert_int_equal(count, PARAM_COUNT);
    assert_true(m2sim_choices("core.prefetch.l2.policy", keep_second, last));
    assert_string_equal(last[1], "stream");
    assert_string_equal(last[0], "pointers");
    assert_false(m2sim_choices("core.rob.groups", keep_second, last));
    assert_false(m2sim_choices("core.no.such", keep_second, last));
    assert_false(m2sim_choices("prefetch.l2.policy", keep_second, last));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_unique_and_defaults_are_in_range),
        cmocka_unit_test(a_file_sets_values_and_their_sources),
        cmocka_unit_test(a_bad_file_is_refused_with_its_place),
        cmocka_unit_test(what_is_not_yaml_is_refused_with_its_line),
        cmocka_unit_test(set_overrides_the_file_and_the_last_one_wins),
        cmocka_unit_test(a_bad_set_is_refused),
        cmocka_unit_test(sets_of_a_cache_must_be_whole),
        cmocka_unit_test(a_missing_core_is_named),
        cmocka_unit_test(a_file_extends_the_one_beside_it),
        cmocka_unit_test(every_core_file_loads_and_names_its_sources),
        cmocka_unit_test(the_digest_changes_with_any_value),
        cmocka_unit_test(show_writes_every_parameter),
        cmocka_unit_test(the_library_lists_parameters_and_what_may_be_chosen),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
