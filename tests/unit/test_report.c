// Reports: the fields that scripts rely on, and figures that follow from the counts.
#include "test.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"

static const struct report_slots level2[] = {
    { "light", "Light Operations", 0, 4000 },
    { "branches", "Branch Mispredicts", 1, 1000 },
    { "latency", "Fetch Latency", 2, 1000 },
    { "memory", "Memory Bound", 3, 2000 },
};
static const struct report_slots cause[] = {
    { "base", "retired", 0, 4000 },
    { "conditional", "wrong way", 1, 1000 },
    { "icache", "no line", 2, 1000 },
    { "dram", "memory is far", 3, 2000 },
};
static const u64 bins[REPORT_BINS] = { 500, [8] = 500 };
static const struct report_structure structures[] = { { "rob", "groups", 290, 250, bins } };
static const struct report_event event[] = { { 0x11, "CPU_CYCLES", "CORE_ACTIVE_CYCLE", 1000 } };

// Counters of a machine that has no more than these.
static const u64 core[] = { 400, 10 }, branch[] = { 300, 10, 100, 0 }, l1d[] = { 700, 30, 100, 10 },
                 fast[] = { 77 };
#define ROW(k, name) { name, "count", "", 8 * (k) }
static const struct stat_row core_rows[] = { ROW(0, "branches"), ROW(1, "mispredictions"), { 0 } };
static const struct stat_row branch_rows[] = { ROW(0, "conditional"),
                                               ROW(1, "conditional_wrong"),
                                               ROW(2, "returns"),
                                               ROW(3, "returns_wrong"),
                                               { 0 } };
static const struct stat_row l1d_rows[] = {
    ROW(0, "reads"), ROW(1, "read_misses"), ROW(2, "writes"), ROW(3, "write_misses"), { 0 }
};
static const struct stat_row fast_rows[] = { ROW(0, "fused"), { 0 } };
static const struct stat_group groups[] = {
    { "core", core_rows, core },
    { "core.branch", branch_rows, branch },
    { "core.l1d", l1d_rows, l1d },
    { "core.fast", fast_rows, fast },
    { 0 },
};

static const struct report timed = {
    .instructions = 4000,
    .exit_status = 3,
    .ended = "exit",
    .timed = true,
    .cycles = 1000,
    .frequency_ghz = 2.0,
    .slots = { 4000, 1000, 1000, 2000 },
    .level2 = level2,
    .level2s = COUNT(level2),
    .cause = cause,
    .causes = COUNT(cause),
    .groups = groups,
    .runs = "core.fast",
    .structure = structures,
    .structures = 1,
    .event = event,
    .events = 1,
    .model = "fast",
    .core = "test core",
    .config_digest = "00ff",
    .host_seconds = 0.002,
    .release = "1.2.3",
    .version = "1.2.3+gbdd1d7f",
    .model_digest = "f00d",
    .program = "a.out",
    .program_digest = "abcd",
    .command = "time 'a.out'",
};

static char *printed(const struct report *r, void (*print)(const struct report *, FILE *, bool),
                     bool host)
{
    char *text;
    size_t n;
    FILE *f = open_memstream(&text, &n);
    print(r, f, host);
    fclose(f);
    return text;
}

static const char *text_of(const json_t *j, const char *name)
{
    const char *text = json_string_value(json_object_get(j, name));
    assert_non_null(text);
    return text;
}

static double real(const json_t *j, const char *a, const char *b)
{
    const json_t *v = json_object_get(j, a);
    if (b)
        v = json_object_get(v, b);
    assert_true(json_is_number(v));
    return json_number_value(v);
}

static void json_has_the_promised_fields(void **state)
{
    char *text = printed(&timed, report_json, true);
    json_error_t e;
    json_t *j = json_loads(text, JSON_REJECT_DUPLICATES, &e);
    assert_non_null(j);
    assert_float_equal(real(j, "schema", NULL), 1, 0);
    assert_float_equal(real(j, "instructions", NULL), 4000, 0);
    assert_float_equal(real(j, "cycles", NULL), 1000, 0);
    assert_float_equal(real(j, "ipc", NULL), 4, 0);
    assert_float_equal(real(j, "cpi", NULL), 0.25, 0);
    assert_float_equal(real(j, "frequency_ghz", NULL), 2, 0);
    assert_float_equal(real(j, "seconds", NULL), 5e-7, 1e-20);
    assert_float_equal(real(j, "exit_status", NULL), 3, 0);
    assert_float_equal(real(j, "topdown", "retiring"), 0.5, 0);
    assert_float_equal(real(j, "topdown", "bad_speculation"), 0.125, 0);
    assert_float_equal(real(j, "topdown", "frontend_bound"), 0.125, 0);
    assert_float_equal(real(j, "topdown", "backend_bound"), 0.25, 0);
    assert_float_equal(real(j, "branch", "mpki"), 2.5, 0);
    assert_float_equal(real(json_object_get(j, "branch"), "conditional", "mispredictions"), 10, 0);
    const json_t *two = json_object_get(json_object_get(j, "topdown"), "level2");
    assert_float_equal(real(two, "memory", "share"), 0.25, 0);
    assert_float_equal(real(json_object_get(j, "cpi_stack"), "dram", "cpi"), 0.0625, 0);
    assert_float_equal(real(json_object_get(j, "structures"), "rob", "full_cycles"), 250, 0);
    assert_float_equal(real(json_object_get(j, "structures"), "rob", "mean_use"), 8.5 / 32, 1e-12);
    assert_float_equal(real(j, "pmu", "CPU_CYCLES"), 1000, 0);
    assert_float_equal(real(json_object_get(j, "pmu"), "apple", "CORE_ACTIVE_CYCLE"), 1000, 0);
    assert_float_equal(real(j, "l1d", "mpki"), 10, 0);
    assert_float_equal(real(j, "l1d", "accesses"), 800, 0);
    assert_null(json_object_get(j, "slc"));   // this machine has none
    assert_float_equal(real(j, "counters", "fused"), 77, 0);
    assert_float_equal(real(j, "host", "mips"), 2, 1e-12);
    const json_t *provenance = json_object_get(j, "provenance");
    assert_string_equal(text_of(provenance, "command"), "time 'a.out'");
    assert_string_equal(text_of(provenance, "version"), "1.2.3+gbdd1d7f");
    assert_string_equal(text_of(provenance, "model_digest"), "f00d");
    json_decref(j);
    free(text);
}

static void without_the_host_nothing_depends_on_it(void **state)
{
    struct report slow = timed;
    slow.host_seconds = 77;
    for (int k = 0; k < 2; k++) {
        char *a = printed(&timed, k ? report_json : report_text, false);
        char *b = printed(&slow, k ? report_json : report_text, false);
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
}

// The form of gem5's own files: name in 40 columns, value in 12, "# description (Unit)".
static void gem5s_readers_find_its_names(void **state)
{
    static const char *const wanted[] = {
        "---------- Begin Simulation Statistics ----------\n",
        "simInsts                                         4000 # instructions simulated (Count)\n",
        "simTicks                                       500000 # simulated ticks (Tick)\n",
        "hostSeconds                                  0.002000 # host time (Second)\n",
        "hostInstRate                                  2000000 # ",
        "system.cpu.numCycles                             1000 # simulated cycles (Cycle)\n",
        "system.cpu.ipc                               4.000000 # ",
        "system.cpu.topdown2::memory                      2000 # Memory Bound (slots)\n",
        "system.cpu.l1d.overallMisses                       40 # demand misses (Count)\n",
        "system.cpu.rob.fullCycles                         250 # ",
        "system.cpu.rob.occupancy::0-18                    500     50.00%     50.00% # ",
        "---------- End Simulation Statistics   ----------\n",
    };
    char *text = printed(&timed, report_gem5, true);
    for (size_t k = 0; k < COUNT(wanted); k++)
        if (!strstr(text, wanted[k]))
            fail_msg("no '%s'", wanted[k]);
    free(text);
    text = printed(&timed, report_gem5, false);
    assert_null(strstr(text, "host"));
    free(text);
}

static void an_empty_run_divides_by_nothing(void **state)
{
    const struct report empty = { .timed = true,
                                  .ended = "exit",
                                  .release = "1",
                                  .version = "1",
                                  .model_digest = "",
                                  .program = "a",
                                  .program_digest = "",
                                  .command = "a",
                                  .model = "fast",
                                  .core = "c",
                                  .config_digest = "",
                                  .environment_digest = "" };
    char *a = printed(&empty, report_json, true), *b = printed(&empty, report_text, true);
    assert_null(strstr(a, ": nan"));
    assert_null(strstr(a, "null"));
    assert_null(strstr(b, " nan"));
    assert_null(strstr(b, " inf"));
    free(a);
    free(b);
}

static void text_shows_the_figures(void **state)
{
    char *text = printed(&timed, report_text, true);
    static const char *const parts[] = {
        "0.25 per instruction", "4.00 per cycle", "2.50 MPKI", "Retiring", "50.0 %", "5.00 %",
        "exit status 3"
    };
    for (size_t k = 0; k < sizeof(parts) / sizeof(*parts); k++)
        if (!strstr(text, parts[k]))
            fail_msg("'%s' is not in:\n%s", parts[k], text);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_has_the_promised_fields),
        cmocka_unit_test(without_the_host_nothing_depends_on_it),
        cmocka_unit_test(gem5s_readers_find_its_names),
        cmocka_unit_test(an_empty_run_divides_by_nothing),
        cmocka_unit_test(text_shows_the_figures),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
