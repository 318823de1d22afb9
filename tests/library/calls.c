// Calls each public function as a program of somebody else does: calls PROGRAM, an AArch64 program
// that exits with 42 after three instructions. The headers are all that it knows of m2sim.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <m2sim.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *guest[] = { NULL, NULL };

static struct m2sim *begin(enum m2sim_mode mode, uint64_t limit)
{
    struct m2sim_options o = {
        .program = guest[0], .argv = guest, .mode = mode, .max_instructions = limit
    };
    struct m2sim_error e;
    struct m2sim *s = m2sim_new(&o, &e);
    assert_non_null(s);
    return s;
}

// What was written to `f` since it was made by tmpfile(), which it closes.
static char *text_of(FILE *f)
{
    static char text[1 << 20];
    assert_int_equal(fseek(f, 0, SEEK_SET), 0);
    text[fread(text, 1, sizeof(text) - 1, f)] = 0;
    fclose(f);
    return text;
}

static void a_run_has_the_programs_status_and_a_report(void **state)
{
    struct m2sim *s = begin(M2SIM_RUN, 0);
    struct m2sim_progress p;
    FILE *f = tmpfile();
    assert_int_equal(m2sim_run(s), 42);
    m2sim_progress(s, &p);
    assert_int_equal(p.instructions, 3);
    assert_true(m2sim_report(s, f, M2SIM_JSON | M2SIM_NO_HOST));
    assert_non_null(strstr(text_of(f), "\"instructions\": 3"));
    m2sim_free(s);
}

// In a child, since it is for ever.
static void a_run_and_its_report_do_behind_the_wall(void **state)
{
    pid_t child = fork();
    if (!child) {
        struct m2sim *s = begin(M2SIM_TIME, 0);
        struct m2sim_error e;
        FILE *f = tmpfile();
        if (!m2sim_sandbox(s, &e))
            _exit(1);
        bool runs = m2sim_run(s) == 42 && m2sim_report(s, f, 0);
        execl("/bin/true", "true", NULL);   // is refused
        _exit(runs ? 3 : 2);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 3);
}

static void a_report_that_cannot_be_written_is_told(void **state)
{
    struct m2sim *s = begin(M2SIM_TIME, 0);
    FILE *f = fopen("/dev/full", "w");
    setvbuf(f, NULL, _IONBF, 0);
    m2sim_run(s);
    assert_false(m2sim_report(s, f, 0));
    fclose(f);
    m2sim_free(s);
}

static void a_limit_and_a_stop_end_a_run(void **state)
{
    struct m2sim *s = begin(M2SIM_TIME, 2);
    assert_int_equal(m2sim_run(s), M2SIM_EXIT_LIMIT);
    m2sim_free(s);
    s = begin(M2SIM_RUN, 0);
    m2sim_stop(s);
    assert_int_equal(m2sim_run(s), 130);
    assert_int_equal(m2sim_ended(s), M2SIM_ENDED_INTERRUPTED);
    m2sim_free(s);
    s = begin(M2SIM_RUN, 0);
    const siginfo_t info = { .si_signo = SIGTERM };
    assert_false(m2sim_interrupt(s, &info));
    assert_false(m2sim_interrupt(s, &info));
    assert_true(m2sim_interrupt(s, &info));
    assert_int_equal(m2sim_run(s), 143);
    m2sim_free(s);
}

// Whether `folder` has a file `name` that is not empty.
static bool holds(const char *folder, const char *name)
{
    char path[128];
    struct stat st;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return stat(path, &st) == 0 && st.st_size > 0;
}

static void outputs_stand_under_their_names_at_the_end(void **state)
{
    static const char *const names[] = { "report.txt", "report.json", "stats.txt", "config.yaml",
                                         "config.json" };
    char folder[] = "/tmp/m2sim-calls-XXXXXX", path[128];
    assert_non_null(mkdtemp(folder));
    struct m2sim_error e;
    struct m2sim_output *o = m2sim_output_folder(folder, false, &e);
    assert_non_null(o);
    assert_null(m2sim_output_stream(o));
    struct m2sim *s = begin(M2SIM_TIME, 0);
    m2sim_run(s);
    assert_true(m2sim_report_folder(s, o, 0, &e));
    m2sim_output_drop(o);
    m2sim_free(s);
    for (size_t k = 0; k < sizeof(names) / sizeof(*names); k++)
        assert_true(holds(folder, names[k]));

    for (int whole = 0; whole < 2; whole++) {
        snprintf(path, sizeof(path), "%s/%d", folder, whole);
        o = m2sim_output_open(path, &e);
        assert_non_null(o);
        assert_true(fprintf(m2sim_output_stream(o), "text\n") > 0);
        if (whole)
            assert_true(m2sim_output_end(o, &e));
        else
            m2sim_output_drop(o);
    }
    assert_false(holds(folder, "0"));
    assert_true(holds(folder, "1"));
    snprintf(path, sizeof(path), "rm -r %s", folder);
    assert_int_equal(system(path), 0);
}

static void a_parameter_that_the_model_does_not_read_is_named(void **state)
{
    static const char *const sets[] = { "core.loads.width=1" };
    for (int fast = 0; fast < 2; fast++) {
        struct m2sim_options o = { .program = guest[0],
                                   .argv = guest,
                                   .mode = M2SIM_TIME,
                                   .model = fast ? "fast" : "detailed",
                                   .sets = sets,
                                   .set_count = 1 };
        struct m2sim_error e;
        struct m2sim *s = m2sim_new(&o, &e);
        assert_non_null(s);
        const char *const *unread = m2sim_unread(s);
        if (fast)
            assert_string_equal(*unread ? *unread++ : "none", "core.loads.width");
        assert_null(*unread);
        m2sim_free(s);
    }
}

static void what_is_not_there_is_refused(void **state)
{
    struct m2sim_options o = { .program = "/nonexistent" };
    struct m2sim_error e;
    assert_null(m2sim_new(&o, &e));
    assert_int_equal(e.exit_code, M2SIM_EXIT_NO_INPUT);
    o = (struct m2sim_options){ .program = guest[0], .mode = M2SIM_TIME, .core = "m3" };
    assert_null(m2sim_new(&o, &e));
    assert_int_equal(e.exit_code, M2SIM_EXIT_CONFIG);
    o = (struct m2sim_options){ .program = guest[0], .mode = M2SIM_TIME, .draws = 2 };
    assert_null(m2sim_new(&o, &e));
    assert_int_equal(e.exit_code, M2SIM_EXIT_USAGE);
    assert_string_equal(e.text, "draws: 2 is not from 3 to 1000");
    o = (struct m2sim_options){ .program = guest[0], .exec = "jitt" };
    assert_null(m2sim_new(&o, &e));
    assert_int_equal(e.exit_code, M2SIM_EXIT_USAGE);
    assert_non_null(strstr(e.text, "is 'jit' meant?"));
    assert_null(m2sim_output_open("/nonexistent/file", &e));
    assert_int_equal(e.exit_code, M2SIM_EXIT_OUTPUT);
    assert_null(m2sim_output_folder("/dev/null/x", false, &e));
    assert_int_equal(e.exit_code, M2SIM_EXIT_OUTPUT);
    m2sim_output_drop(NULL);
    struct m2sim_accuracy a = { .suite = "no such" };
    struct m2sim_calibrate c = { .suite = "instructions", .global = -1 };
    assert_false(m2sim_calibrate(&c, stdout, NULL, 0, &e));
    assert_int_equal(e.exit_code, M2SIM_EXIT_USAGE);
    assert_false(m2sim_accuracy(&a, stdout, 0, &e));
    assert_int_equal(e.exit_code, M2SIM_EXIT_USAGE);
    const char *no_file[] = { "/nonexistent/file" };
    struct m2sim_measured rows = { .files = no_file, .count = 1 };
    bool wrong;
    assert_false(m2sim_measured(&rows, stdout, 0, &wrong, &e));
    assert_int_equal(e.exit_code, M2SIM_EXIT_NO_INPUT);
    struct m2sim_bench b = { .modes = "no such" };
    bool slower;
    assert_false(m2sim_bench(&b, stdout, 0, &slower, &e));
    assert_int_equal(e.exit_code, M2SIM_EXIT_USAGE);
}

static void code_is_listed(void **state)
{
    struct m2sim_error e;
    char text[96];
    assert_string_equal(m2sim_disassemble(0x91000420, 0, text, sizeof(text)), "add x0, x1, #1");
    FILE *f = tmpfile();
    assert_true(m2sim_disassemble_file(guest[0], &(struct m2sim_disasm){ 0 }, f, 0, &e));
    assert_non_null(strstr(text_of(f), "svc"));
    static const struct m2sim_disasm behind = { .start = 1 << 30 };
    f = tmpfile();
    assert_false(m2sim_disassemble_file(guest[0], &behind, f, 0, &e));
    fclose(f);
    assert_int_equal(e.exit_code, M2SIM_EXIT_DATA);
    f = tmpfile();
    assert_true(m2sim_isa(guest[0], NULL, NULL, f, 0, &e));
    assert_non_null(strstr(text_of(f), "MOVZ"));
    struct m2sim *s = begin(M2SIM_COUNT, 0);
    m2sim_run(s);
    f = tmpfile();
    assert_true(m2sim_isa(NULL, s, "m2-blizzard", f, M2SIM_JSON, &e));
    assert_non_null(strstr(text_of(f), "\"SVC\""));
    m2sim_free(s);
}

static void note(void *ctx, const char *name, const char *meaning)
{
    const char **wanted = ctx;
    if (*wanted && !strcmp(*wanted, name))
        *wanted = NULL;
}

static void note_parameter(void *ctx, const struct m2sim_parameter *p)
{
    if (!strcmp(p->path, "core.rob.groups") && p->min < p->max && *p->meaning && *p->unit)
        ++*(int *)ctx;
}

static void what_may_be_chosen_is_told(void **state)
{
    static const char *const known[M2SIM_LISTS] = {
        [M2SIM_MODELS] = "detailed",
        [M2SIM_CORES] = "m2-blizzard",
        [M2SIM_ENGINES] = "interp",
        [M2SIM_SUITES] = "loops",
        [M2SIM_BENCH_MODES] = "start",
        [M2SIM_CLOCKS] = "wall",
        [M2SIM_NETS] = "private",
        [M2SIM_PROFILE_FORMATS] = "json",
        [M2SIM_PIPELINE_FORMATS] = "kanata",
        [M2SIM_FORMATS] = "text",

        [M2SIM_FITTED] = "sequences",
        [M2SIM_WHAT_IFS] = "window",
    };
    struct m2sim_error e;
    for (int list = 0; list < M2SIM_LISTS; list++) {
        const char *wanted = known[list];
        m2sim_names(list, note, &wanted);
        assert_null(wanted);
        assert_true(m2sim_choose(list, known[list], &e));
        assert_false(m2sim_choose(list, "nothing", &e));
        assert_non_null(strstr(e.text, known[list]));
    }
    const char *policy = "srrip";
    int found = 0;
    assert_true(m2sim_choices("core.l2.replacement", note, &policy));
    assert_null(policy);
    assert_false(m2sim_choices("core.rob.groups", note, &policy));
    m2sim_parameters(note_parameter, &found);
    assert_int_equal(found, 1);
}

static void a_core_is_shown_as_it_was_set(void **state)
{
    static const char *const set[] = { "core.rob.groups=123" }, *const bad[] = {
        "core.rob.grops=1"
    };
    struct m2sim_error e;
    FILE *f = tmpfile();
    assert_true(m2sim_config_show("m2-avalanche", set, 1, f, M2SIM_JSON | M2SIM_ORIGIN, &e));
    assert_non_null(strstr(text_of(f), "\"value\": 123"));
    assert_false(m2sim_config_show("m2-avalanche", bad, 1, stdout, 0, &e));
    assert_int_equal(e.exit_code, M2SIM_EXIT_CONFIG);
}

static void words_are_read(void **state)
{
    static const char *const names[] = { "time", "run" };
    uint64_t n = 7;
    assert_true(m2sim_number("3KiB", &n));
    assert_int_equal(n, 3072);
    assert_true(m2sim_number("2 k", &n));
    assert_int_equal(n, 2000);
    assert_false(m2sim_number("3 Ki", &n));
    assert_int_equal(n, 2000);
    assert_string_equal(m2sim_nearest("tiem", names, 2), "time");
    assert_null(m2sim_nearest("frobnicate", names, 2));
}

static void it_says_which_it_is(void **state)
{
    size_t n = strlen(m2sim_version());
    assert_true(n > 0 && !strncmp(m2sim_full_version(), m2sim_version(), n));
    assert_int_equal(strspn(m2sim_model_digest(), "0123456789abcdef"),
                     strlen(m2sim_model_digest()));
    assert_true(strlen(m2sim_model_digest()) >= 16);
}

static void it_has_a_page_or_says_why_not(void **state)
{
    struct m2sim_error e = { 0, "" };
    if (!m2sim_can_page(&e))
        assert_true(e.exit_code == M2SIM_EXIT_INTERNAL && strstr(e.text, "without node"));
}

static struct m2sim *finished(const struct m2sim_options *more)
{
    struct m2sim_options o = *more;
    struct m2sim_error e;
    o.program = guest[0];
    o.argv = guest;
    o.mode = M2SIM_TIME;
    struct m2sim *s = m2sim_new(&o, &e);
    assert_non_null(s);
    assert_int_equal(m2sim_run(s), 42);
    return s;
}

static void a_profile_is_written_and_looked_at_again(void **state)
{
    struct m2sim *s = finished(&(struct m2sim_options){ .profile = true, .explain = true });
    struct m2sim_error e;
    FILE *f = tmpfile(), *kept = fopen("calls.m2prof", "w"), *text = tmpfile();
    assert_true(m2sim_profile(s, "json", f, &e));
    assert_non_null(strstr(text_of(f), "\"retired\": 3"));
    assert_string_equal(m2sim_profile_format_of("calls.m2prof"), "m2prof");
    assert_true(m2sim_profile(s, "m2prof", kept, &e));
    fclose(kept);
    struct m2sim_profile_view v = { .path = "calls.m2prof" };
    assert_true(m2sim_profile_view(&v, text, 0, &e));
    assert_non_null(strstr(text_of(text), "3 instructions"));
    unlink("calls.m2prof");
    f = tmpfile();
    assert_true(m2sim_explain(s, NULL, f, M2SIM_JSON, &e));
    assert_non_null(strstr(text_of(f), "\"schema\""));
    m2sim_free(s);
}

static void stages_of_instructions_are_written(void **state)
{
    const struct m2sim_options o = { .pipeline = true, .region.to_instruction = 0 };
    struct m2sim *s = finished(&o);
    struct m2sim_error e;
    FILE *f = tmpfile();
    assert_false(m2sim_pipeline(s, "nonsense", NULL, f, &e));
    assert_null(m2sim_pipeline_format_of("x.nonsense"));
    m2sim_free(s);
    fclose(f);
}

static void a_region_that_never_began_is_told(void **state)
{
    struct m2sim *s = finished(&(struct m2sim_options){ .region.from_instruction = 1000 });
    struct m2sim_error e;
    assert_true(m2sim_region_missed(s, &e));
    assert_int_equal(e.exit_code, M2SIM_EXIT_DATA);
    m2sim_free(s);
    s = begin(M2SIM_TIME, 0);
    assert_false(m2sim_region_missed(s, &e));
    m2sim_free(s);
}

static void an_unknown_what_if_is_refused(void **state)
{
    struct m2sim_options o = { .program = guest[0], .argv = guest, .mode = M2SIM_TIME };
    static const char *const none[] = { NULL };
    struct m2sim_error e;
    assert_null(m2sim_what_ifs_begin(&o, "nonsense", none, 1, &e));
    assert_int_equal(e.exit_code, M2SIM_EXIT_USAGE);
    m2sim_what_ifs_free(NULL);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_has_the_programs_status_and_a_report),
        cmocka_unit_test(a_run_and_its_report_do_behind_the_wall),
        cmocka_unit_test(a_report_that_cannot_be_written_is_told),
        cmocka_unit_test(a_limit_and_a_stop_end_a_run),
        cmocka_unit_test(outputs_stand_under_their_names_at_the_end),
        cmocka_unit_test(a_parameter_that_the_model_does_not_read_is_named),
        cmocka_unit_test(what_is_not_there_is_refused),
        cmocka_unit_test(code_is_listed),
        cmocka_unit_test(what_may_be_chosen_is_told),
        cmocka_unit_test(a_core_is_shown_as_it_was_set),
        cmocka_unit_test(words_are_read),
        cmocka_unit_test(it_says_which_it_is),
        cmocka_unit_test(it_has_a_page_or_says_why_not),
        cmocka_unit_test(a_profile_is_written_and_looked_at_again),
        cmocka_unit_test(stages_of_instructions_are_written),
        cmocka_unit_test(a_region_that_never_began_is_told),
        cmocka_unit_test(an_unknown_what_if_is_refused),
    };
    if (argc != 2)
        return M2SIM_EXIT_USAGE;
    guest[0] = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
