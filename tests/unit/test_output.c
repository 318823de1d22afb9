// Where what the simulator writes goes, and that what can be known of it is known when it is
// opened. Users and mounts are changed where the host lets the test.
#include "test.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/output.h"
#include "base/types.h"

enum { NOT_HERE = 77, NOBODY = 65534 };

static int setup(void **state)
{
    char place[] = "/tmp/m2sim-output-XXXXXX";
    *state = mkdtemp(place) ? strdup(place) : NULL;
    return *state && !chdir(*state) ? 0 : -1;
}

static int teardown(void **state)
{
    static const char *const files[] = { "old", "other", "shared/theirs", "shared" };
    for (size_t i = 0; i < COUNT(files); i++)
        remove(files[i]);
    int failed = chdir("/") || rmdir(*state);
    free(*state);
    return failed;
}

static void make_file(const char *name, const char *text, mode_t mode)
{
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(chmod(name, mode), 0);
}

static bool holds(const char *name, const char *text)
{
    char got[64] = "";
    FILE *f = fopen(name, "r");
    size_t n = f ? fread(got, 1, sizeof(got) - 1, f) : 0;
    if (f)
        fclose(f);
    return n == strlen(text) && !strcmp(got, text);
}

static bool write_new(const char *name)
{
    struct err e = { "" };
    struct output *o = output_open(name, &e);
    return o && fputs("new", output_stream(o)) >= 0 && output_end(o, &e);
}

static ino_t inode(const char *name)
{
    struct stat st;
    return stat(name, &st) ? 0 : st.st_ino;
}

static void a_new_file_takes_the_place_of_the_old(void **state)
{
    make_file("old", "old text", 0644);
    ino_t before = inode("old");
    assert_true(write_new("old"));
    assert_true(holds("old", "new"));
    assert_int_not_equal(inode("old"), before);
}

static void what_the_kernel_shows_is_refused_when_opened(void **state)
{
    static const char *const files[] = { "/proc/sys/kernel/hostname", "/proc/version",
                                         "/sys/kernel/uevent_seqnum", "/sys/nothing.json" };
    struct err e = { "" };
    for (size_t i = 0; i < COUNT(files); i++)
        assert_null(output_open(files[i], &e));
}

static int over_a_mount(void)
{
    if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("other", "old", NULL, MS_BIND, NULL))
        return NOT_HERE;
    return !write_new("old");
}

static void a_file_that_is_mounted_is_written_where_it_is(void **state)
{
    make_file("old", "old text", 0644);
    make_file("other", "a longer text than the new one", 0644);
    int status;
    pid_t child = fork();
    if (!child)
        _exit(over_a_mount());
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WEXITSTATUS(status) == NOT_HERE)
        skip();
    assert_int_equal(status, 0);
    assert_true(holds("other", "new"));
    assert_true(holds("old", "old text"));
}

static void the_file_of_another_in_a_sticky_folder_stays(void **state)
{
    struct err e = { "" };
    if (geteuid())
        skip();
    assert_int_equal(chmod(*state, 0755), 0);
    assert_int_equal(mkdir("shared", 0755) || chmod("shared", 01777), 0);
    make_file("shared/theirs", "theirs", 0644);
    assert_int_equal(seteuid(NOBODY), 0);
    struct output *o = output_open("shared/theirs", &e);
    assert_int_equal(seteuid(0), 0);
    assert_null(o);
    assert_true(holds("shared/theirs", "theirs"));

    assert_int_equal(chmod("shared/theirs", 0666), 0);
    ino_t before = inode("shared/theirs");
    assert_int_equal(seteuid(NOBODY), 0);
    bool written = write_new("shared/theirs");
    assert_int_equal(seteuid(0), 0);
    assert_true(written && holds("shared/theirs", "new"));
    assert_int_equal(inode("shared/theirs"), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_file_takes_the_place_of_the_old, setup, teardown),
        cmocka_unit_test_setup_teardown(what_the_kernel_shows_is_refused_when_opened, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_file_that_is_mounted_is_written_where_it_is, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_file_of_another_in_a_sticky_folder_stays, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
