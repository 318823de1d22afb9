// Comparisons with measured cores, or of models: shares that must not fall.
//   sample MODEL EVERY FLOORS...   a floor is SET:CORE:FAMILY:SHARE, FAMILY "-" for the whole set;
//                                  :MEAN:WORST behind it are the errors there may be at most
// Prints TAP.
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "m2sim.h"

// NULL with *absent when the guest programs are not built.
static json_t *run(const char *model, unsigned every, const char *set, bool *absent)
{
    struct m2sim_accuracy o = { .model = model, .suite = set, .every = every, .threads = 2 };
    struct m2sim_error e = { 0 };
    FILE *f = tmpfile();
    if (!f || !m2sim_accuracy(&o, f, M2SIM_JSON, &e)) {
        printf("# %s\n", f ? e.text : "no temporary file");
        *absent = f && e.exit_code == M2SIM_EXIT_NO_INPUT;
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

static bool floor_holds(json_t *root, char *const field[6])
{
    const char *set = field[0], *core = field[1], *family = field[2];
    double floor = strtod(field[3], NULL);
    json_t *at = pick(json_object_get(root, "sets"), "set", set, "core", core);
    if (strcmp(family, "-") != 0)
        at = pick(json_object_get(at, "families"), "family", family, NULL, NULL);
    double hit = at ? json_number_value(json_object_get(at, "hit")) : 0;
    if (hit < floor)
        printf("# %s on %s, %s: %.1f %% are met, at least %.1f %% must be\n", set, core, family,
               hit * 100, floor * 100);
    if (!field[5])
        return hit >= floor;
    double mean = json_number_value(json_object_get(at, "mape"));
    double worst = json_number_value(json_object_get(at, "worst"));
    printf("# mean error %.1f %%, worst %.1f %%; at most %s and %s\n", mean * 100, worst * 100,
           field[4], field[5]);
    return hit >= floor && mean <= strtod(field[4], NULL) && worst <= strtod(field[5], NULL);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 64;
    int failed = 0;
    json_t *root = NULL;
    char last[32] = "";
    bool absent = false;
    printf("1..%d\n", argc - 3);
    for (int k = 3; k < argc; k++) {
        char text[128], *field[6], *rest = text;
        snprintf(text, sizeof(text), "%s", argv[k]);
        for (int j = 0; j < 6; j++)
            field[j] = strsep(&rest, ":");
        if (!field[3])
            return 64;
        if (strcmp(last, field[0]) != 0) {
            json_decref(root);
            absent = false;
            root = run(argv[1], (unsigned)strtoul(argv[2], NULL, 10), field[0], &absent);
            snprintf(last, sizeof(last), "%s", field[0]);
        }
        if (absent) {
            printf("ok %d - %s # SKIP no guest programs\n", k - 2, argv[k]);
            continue;
        }
        bool ok = root && floor_holds(root, field);
        printf("%sok %d - %s of the %s model holds\n", ok ? "" : "not ", k - 2, argv[k], argv[1]);
        failed += !ok;
    }
    json_decref(root);
    return failed != 0;
}
