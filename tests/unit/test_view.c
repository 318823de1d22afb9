// The guest's view of the host's files, over folders made here. What must be found is what
// the host itself finds; what must not be is in a folder `outside`.
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/files/view.h"

// place/in: the root; place/out: what must stay hidden.
struct scene {
    char place[64], root[80];
};

static void write_file(const struct scene *s, const char *name, const char *text)
{
    char path[VIEW_PATH];
    snprintf(path, sizeof(path), "%s/%s", s->place, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void make_link(const struct scene *s, const char *target, const char *name)
{
    char path[VIEW_PATH];
    snprintf(path, sizeof(path), "%s/%s", s->place, name);
    assert_int_equal(symlink(target, path), 0);
}

static void make_folder(const struct scene *s, const char *name)
{
    char path[VIEW_PATH];
    snprintf(path, sizeof(path), "%s/%s", s->place, name);
    assert_int_equal(mkdir(path, 0755), 0);
}

static int setup(void **state)
{
    static const char *const folders[] = {
        "in", "out", "in/a", "in/a/b", "in/read", "in/read/deep"
    };
    struct scene *s = calloc(1, sizeof(*s));
    strcpy(s->place, "/tmp/m2sim-view-XXXXXX");
    if (!s || !mkdtemp(s->place))
        return -1;
    snprintf(s->root, sizeof(s->root), "%s/in", s->place);
    for (size_t i = 0; i < COUNT(folders); i++)
        make_folder(s, folders[i]);
    write_file(s, "out/secret", "secret");
    write_file(s, "in/a/b/file", "inside");
    write_file(s, "in/read/deep/kept", "kept");
    make_link(s, "/a/b", "in/absolute");
    make_link(s, "a/../a/./b", "in/relative");
    make_link(s, "../../../../../../../../a/b/file", "in/a/up");
    make_link(s, "../out/secret", "in/escape");
    make_link(s, "../../out", "in/a/folder");
    make_link(s, "loop", "in/loop");
    make_link(s, "a/b/new", "in/dangling");
    make_link(s, "../read/deep", "in/a/kept");
    char out[100];
    snprintf(out, sizeof(out), "%s/out/secret", s->place);
    make_link(s, out, "in/whole");
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *s = *state;
    char command[128];
    snprintf(command, sizeof(command), "rm -rf %s", s->place);
    int r = system(command);
    free(s);
    return r;
}

// Follows to the end, as the process does.
static i64 find(const struct view *v, const char *path, bool follow, struct view_place *to)
{
    char text[VIEW_PATH];
    snprintf(text, sizeof(text), "%s", path);
    i64 r = VIEW_LINK;
    for (int links = 0; r > 0 && links <= VIEW_LINKS; links += r == VIEW_LINK)
        r = view_step(v, text, follow, to);
    return r > 0 ? -ELOOP : r;
}

// The contents' first word, or an errno, of what the view finds.
static const char *contents(const struct view *v, const char *path, char text[32])
{
    struct view_place to;
    i64 r = find(v, path, true, &to);
    if (r) {
        snprintf(text, 32, "%s", strerrorname_np((int)-r));
        return text;
    }
    int fd = to.name[0] ? openat(to.fd, to.name, O_RDONLY | O_NOFOLLOW) : -1;
    ssize_t n = fd < 0 ? -1 : read(fd, text, 31);
    if (n < 0)
        snprintf(text, 32, "%s", fd < 0 && to.name[0] ? strerrorname_np(errno) : "folder");
    else
        text[n] = 0;
    if (fd >= 0)
        close(fd);
    view_place_end(&to);
    return text;
}

static struct view *rooted(const struct scene *s, const char *read_only, bool by_steps)
{
    struct err e;
    struct view_rule rule = { read_only, false };
    struct view_options o = { .root = s->root, .rules = &rule, .rule_count = read_only ? 1 : 0 };
    struct view *v = view_new(&o, &e);
    assert_non_null(v);
    v->no_openat2 = by_steps;
    return v;
}

static const struct {
    const char *path, *expected;
} paths[] = {
    { "/a/b/file", "inside" },
    { "//a//b/./file", "inside" },
    { "/a/b/../../a/b/file", "inside" },
    { "/absolute/file", "inside" },
    { "/relative/file", "inside" },
    { "/a/up", "inside" },
    { "/../../a/b/file", "inside" },
    { "/absolute/../b/file", "inside" },
    { "/", "folder" },
    { "/..", "folder" },
    { "/a/b/", "folder" },
    { "/a/b/file/", "ENOTDIR" },
    { "/a/b/file/x", "ENOTDIR" },
    { "/escape", "ENOENT" },
    { "/whole", "ENOENT" },
    { "/a/folder/secret", "ENOENT" },
    { "/a/b/../../../out/secret", "ENOENT" },
    { "/loop", "ELOOP" },
    { "/loop/x", "ELOOP" },
    { "/dangling", "ENOENT" },
    { "/dangling/x", "ENOENT" },
    { "/a/kept/kept", "kept" },
};

static void a_root_cannot_be_left(void **state)
{
    for (int by_steps = 0; by_steps < 2; by_steps++) {
        struct view *v = rooted(*state, NULL, by_steps);
        char text[32];
        for (size_t i = 0; i < COUNT(paths); i++) {
            const char *got = contents(v, paths[i].path, text);
            if (strcmp(got, paths[i].expected) != 0)
                fail_msg("%s: %s, expected %s", paths[i].path, got, paths[i].expected);
        }
        view_free(v);
    }
}

static void a_link_to_nothing_names_what_would_be_made(void **state)
{
    struct view *v = rooted(*state, NULL, false);
    struct view_place to;
    assert_int_equal(find(v, "/dangling", true, &to), 0);
    assert_string_equal(to.guest, "/a/b/new");
    view_place_end(&to);
    assert_int_equal(find(v, "/dangling", false, &to), 0);
    assert_string_equal(to.name, "dangling");
    view_place_end(&to);
    view_free(v);
}

static void a_read_only_folder_is_so_by_every_way(void **state)
{
    static const char *const ways[] = { "/read/deep/kept", "/a/kept/kept", "/a/../read/deep/kept" };
    const struct scene *s = *state;
    char path[100];
    snprintf(path, sizeof(path), "%s/read", s->root);
    for (int by_steps = 0; by_steps < 2; by_steps++) {
        struct view *v = rooted(s, path, by_steps);
        struct view_place to;
        for (size_t i = 0; i < COUNT(ways); i++) {
            assert_int_equal(find(v, ways[i], true, &to), 0);
            assert_int_equal(to.access, VIEW_READ);
            view_place_end(&to);
        }
        assert_int_equal(find(v, "/a/b/file", true, &to), 0);
        assert_int_equal(to.access, VIEW_WRITE);
        view_place_end(&to);
        assert_true(view_place_below(v, "/read"));
        assert_false(view_place_below(v, "/a"));
        view_free(v);
    }
}

static void without_a_root_only_what_is_allowed_is_there(void **state)
{
    const struct scene *s = *state;
    struct err e;
    char path[120], text[32];
    struct view_rule rule = { s->root, false };
    struct view_options o = { .rules = &rule, .rule_count = 1 };
    struct view *v = view_new(&o, &e);
    assert_non_null(v);
    snprintf(path, sizeof(path), "%s/a/b/file", s->root);
    assert_string_equal(contents(v, path, text), "inside");
    snprintf(path, sizeof(path), "%s/whole", s->root);
    assert_string_equal(contents(v, path, text), "ENOENT");
    snprintf(path, sizeof(path), "%s/../out/secret", s->root);
    assert_string_equal(contents(v, path, text), "ENOENT");
    assert_string_equal(contents(v, "/etc/passwd", text), "ENOENT");
    struct view_place to;
    assert_int_equal(find(v, s->place, true, &to), 0);
    assert_int_equal(to.access, VIEW_PASS);
    view_place_end(&to);
    view_free(v);
}

static void host_paths_are_shown_as_the_guests(void **state)
{
    const struct scene *s = *state;
    struct view *v = rooted(s, NULL, false);
    char path[120], guest[VIEW_PATH];
    snprintf(path, sizeof(path), "%s/a/b", s->root);
    assert_true(view_guest_path(v, path, guest, sizeof(guest)));
    assert_string_equal(guest, "/a/b");
    assert_true(view_guest_path(v, s->root, guest, sizeof(guest)));
    assert_string_equal(guest, "/");
    snprintf(path, sizeof(path), "%s/out", s->place);
    assert_false(view_guest_path(v, path, guest, sizeof(guest)));
    snprintf(path, sizeof(path), "%sx", s->root);
    assert_false(view_guest_path(v, path, guest, sizeof(guest)));
    view_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_root_cannot_be_left),
        cmocka_unit_test(a_link_to_nothing_names_what_would_be_made),
        cmocka_unit_test(a_read_only_folder_is_so_by_every_way),
        cmocka_unit_test(without_a_root_only_what_is_allowed_is_there),
        cmocka_unit_test(host_paths_are_shown_as_the_guests),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
