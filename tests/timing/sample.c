// A sample of every comparison with measured cores: shares that must not fall.
//   sample MODEL EVERY FLOORS...   a floor is SET:CORE:FAMILY:SHARE, FAMILY "-" for the whole set
// Prints TAP.
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "m2sim.h"

static json_t *run(const char *model, unsigned every, const char *set)
{
    struct m2sim_accuracy o = { .model = model, .set = set, .every = every, .threads = 2 };
    struct m2sim_error e = { 0 };
    FILE *f = tmpfile();
    if (!f || !m2sim_accuracy(&o, f, M2SIM_JSON, &e)) {
        printf("# %s\n", f ? e.text : "no temporary file");
        return NULL;
    }
    json_t *root = fseek(f, 0, SEEK_SET) == 0 ? json_loadf(f, 0, NULL) : NULL;
    fclose(f);
    return root;
}

// The member of `array` whose text `key` is `value`.
static json_t *pick(json_t *array, const char *key, const char *value, const char *key2,
                    const char *value2)
{
    size_t k;
    json_t *at;
    json_array_foreach(
        array, k,
        at) if (!strcmp(json_string_value(json_object_get(at, key)), value) &&
                (!key2 || !strcmp(json_string_value(json_object_get(at, key2)), value2))) return at;
    return NULL;
}

static bool floor_holds(json_t *root, const char *set, const char *core, const char *family,
                        double floor)
{
    json_t *at = pick(json_object_get(root, "sets"), "set", set, "core", core);
    if (strcmp(family, "-") != 0)
        at = pick(json_object_get(at, "families"), "family", family, NULL, NULL);
    double hit = at ? json_number_value(json_object_get(at, "hit")) : 0;
    if (hit < floor)
        printf("# %s on %s, %s: %.1f %% are met, at least %.1f %% must be\n", set, core, family,
               hit * 100, floor * 100);
    return hit >= floor;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 64;
    int failed = 0;
    json_t *root = NULL;
    char last[32] = "";
    printf("1..%d\n", argc - 3);
    for (int k = 3; k < argc; k++) {
        char text[128], *field[4], *rest = text;
        snprintf(text, sizeof(text), "%s", argv[k]);
        for (int j = 0; j < 4; j++)
            field[j] = strsep(&rest, ":");
        if (!field[3])
            return 64;
        if (strcmp(last, field[0]) != 0) {
            json_decref(root);
            root = run(argv[1], (unsigned)strtoul(argv[2], NULL, 10), field[0]);
            snprintf(last, sizeof(last), "%s", field[0]);
        }
        bool ok = root && floor_holds(root, field[0], field[1], field[2], strtod(field[3], NULL));
        printf("%sok %d - %s of the %s model holds\n", ok ? "" : "not ", k - 2, argv[k], argv[1]);
        failed += !ok;
    }
    json_decref(root);
    return failed != 0;
}
