// What the host can give, by control groups as Linux documents their files
// (Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst), and who hears of refusals.
#include "test.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/memory/bounds.h"
#include "guest/memory/bounds_host.h"

static char root[32];

static int with_root(void **state)
{
    strcpy(root, "/tmp/m2sim-bounds.XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int take_away(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    return remove(path);
}

static int without_root(void **state)
{
    return nftw(root, take_away, 8, FTW_DEPTH | FTW_PHYS);
}

static void put(const char *path, const char *text)
{
    char name[PATH_MAX];
    snprintf(name, sizeof(name), "%s%s", root, path);
    for (char *slash = name + strlen(root) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = 0;
        mkdir(name, 0777);
    }
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void without_files_there_is_no_limit(void **state)
{
    assert_int_equal(bounds_cgroup(root), UINT64_MAX);
    put("/proc/self/cgroup", "");
    assert_int_equal(bounds_cgroup(root), UINT64_MAX);
    put("/proc/self/cgroup", "0:\nnothing\n0::/a/b\n");
    put("/sys/fs/cgroup/a/b/memory.max", "max\n");
    assert_int_equal(bounds_cgroup(root), UINT64_MAX);
}

static void the_least_of_a_group_and_those_above_counts(void **state)
{
    put("/proc/self/cgroup", "0::/a/b\n");
    put("/sys/fs/cgroup/a/b/memory.max", "max\n");
    put("/sys/fs/cgroup/a/memory.max", "1073741824\n");
    assert_int_equal(bounds_cgroup(root), 1u << 30);
    assert_int_equal(bounds_host(root), (1u << 30) / 8 * 7);
    put("/sys/fs/cgroup/a/b/memory.max", "4096\n");
    assert_int_equal(bounds_cgroup(root), 4096);
}

static void where_the_path_is_not_shown_its_top_counts(void **state)
{
    put("/proc/self/cgroup", "0::/system.slice/docker-0123.scope\n");
    put("/sys/fs/cgroup/memory.max", "536870912\n");
    assert_int_equal(bounds_cgroup(root), 512 << 20);
}

static void version_one_has_a_hierarchy_of_its_own(void **state)
{
    put("/proc/self/cgroup", "5:cpu,cpuacct:/x\n4:hugetlb,memory:/a\n2:memoryx:/y\n0::/\n");
    put("/sys/fs/cgroup/memory/x/memory.limit_in_bytes", "1\n");
    put("/sys/fs/cgroup/memory/y/memory.limit_in_bytes", "2\n");
    put("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "300000000\n");
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assert_int_equal(bounds_cgroup(root), 300000000);
}

struct heard {
    int memory, processes, host;
};

static void hear(void *ctx, enum bounds_refusal what)
{
    struct heard *h = ctx;
    h->memory += what == REFUSED_MEMORY;
    h->processes += what == REFUSED_PROCESS;
    h->host += what == REFUSED_BY_HOST;
}

static void refusals_are_told_by_their_reason(void **state)
{
    struct heard h = { 0 };
    struct bounds *b = bounds_new((u64)1 << 30, 1), *large = bounds_new((u64)1 << 60, 1);
    bounds_tell(b, hear, &h);
    bounds_tell(large, hear, &h);
    assert_true(bounds_host_memory(b) < (u64)1 << 59);
    assert_false(bounds_reserve(b, ((u64)1 << 30) + 1));
    assert_int_equal(h.memory, 1);
    assert_true(bounds_fork(b, 1) < 0);
    assert_int_equal(h.processes, 1);
    assert_int_equal(h.host, 0);
    assert_false(bounds_reserve(large, (u64)1 << 59));
    assert_int_equal(h.host, 1);
    assert_false(bounds_reserve(large, (u64)1 << 61));
    assert_int_equal(h.memory, 2);
    assert_true(bounds_reserve(large, 1 << 20));   // nothing of those was kept
    assert_true(bounds_first(b, REFUSED_NET));
    assert_false(bounds_first(b, REFUSED_NET));
    assert_true(bounds_first(b, REFUSED_MEMORY));
    bounds_free(b);
    bounds_free(large);
}

#define T(f) cmocka_unit_test_setup_teardown(f, with_root, without_root)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(without_files_there_is_no_limit),
        T(the_least_of_a_group_and_those_above_counts),
        T(where_the_path_is_not_shown_its_top_counts),
        T(version_one_has_a_hierarchy_of_its_own),
        cmocka_unit_test(refusals_are_told_by_their_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
