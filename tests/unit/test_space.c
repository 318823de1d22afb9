// The address space against what Linux says of mmap and friends (man pages), and
// against its own promise that nothing outside the window is reached.
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/memory/space.h"

enum {
    RW = SPACE_READ | SPACE_WRITE,
    RX = SPACE_READ | SPACE_EXEC,
    ANON = MAP_PRIVATE | MAP_ANONYMOUS,
    PAGE = GUEST_PAGE
};

static int with_space(void **state)
{
    struct err e;
    struct space *s = space_new(&e);
    if (s)
        s->map_top = s->size - (64 << 20);
    *state = s;
    return s ? 0 : -1;
}

static int without_space(void **state)
{
    space_free(*state);
    return 0;
}

static i64 anon(struct space *s, vaddr hint, u64 len, u32 prot, u32 more)
{
    return space_map(s, hint, len, prot, ANON | more, -1, 0, NULL);
}

// The host's answer for one byte: whether the kernel can read it.
static bool host_readable(const void *p)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    bool ok = write(fds[1], p, 1) == 1;
    close(fds[0]);
    close(fds[1]);
    return ok;
}

static void a_new_mapping_reads_zero_and_keeps_what_is_written(void **state)
{
    struct space *s = *state;
    i64 a = anon(s, 0, 100, RW, 0);
    assert_true(a > 0);
    assert_int_equal(a % PAGE, 0);
    u64 x = 1;
    assert_int_equal(space_read(s, &x, a + PAGE - 8, 8), 0);
    assert_int_equal(x, 0);
    assert_int_equal(space_write(s, a + 3, "abc", 4), 0);
    assert_string_equal((char *)space_host(s, a + 3), "abc");
}

static void copies_fail_outside_mappings_and_at_their_edges(void **state)
{
    struct space *s = *state;
    i64 a = anon(s, 0x100000, PAGE, RW, MAP_FIXED);
    char b[16];
    assert_int_equal(space_read(s, b, a + PAGE - 8, 16), -EFAULT);
    assert_int_equal(space_read(s, b, a - 1, 4), -EFAULT);
    assert_int_equal(space_write(s, s->size - 1, b, 16), -EFAULT);
    assert_int_equal(space_write(s, UINT64_MAX - 3, b, 16), -EFAULT);
    assert_int_equal(space_read(s, b, 0, 1), -EFAULT);
    assert_int_equal(space_protect(s, a, PAGE, SPACE_READ), 0);
    assert_int_equal(space_write(s, a, b, 1), -EFAULT);
    assert_int_equal(space_read(s, b, a, 1), 0);
    assert_int_equal(space_protect(s, a, PAGE, 0), 0);
    assert_int_equal(space_read(s, b, a, 1), -EFAULT);
}

static void the_byte_after_the_window_is_never_accessible(void **state)
{
    struct space *s = *state;
    assert_int_equal(anon(s, s->size, PAGE, RW, MAP_FIXED), -ENOMEM);
    assert_int_equal(anon(s, s->size - PAGE, 2 * PAGE, RW, MAP_FIXED), -ENOMEM);
    i64 a = anon(s, s->size - PAGE, PAGE, RW, MAP_FIXED);
    assert_int_equal(a, s->size - PAGE);
    assert_true(host_readable(space_host(s, s->size - 1)));
    assert_false(host_readable(space_host(s, s->size)));
    assert_false(host_readable(space_host(s, s->size + SPACE_GUARD - 1)));
}

static void bad_requests_get_the_errno_of_linux(void **state)
{
    struct space *s = *state;
    assert_int_equal(anon(s, 0, 0, RW, 0), -EINVAL);
    assert_int_equal(anon(s, 0, UINT64_MAX, RW, 0), -ENOMEM);
    assert_int_equal(anon(s, 0x100001, PAGE, RW, MAP_FIXED), -EINVAL);
    assert_int_equal(anon(s, 0, PAGE, RW, MAP_FIXED), -EPERM);
    assert_int_equal(space_map(s, 0, PAGE, RW, MAP_ANONYMOUS, -1, 0, NULL), -EINVAL);
    assert_int_equal(space_map(s, 0, PAGE, RW, MAP_PRIVATE, 0, 4096, NULL), -EINVAL);
    assert_int_equal(space_unmap(s, 0x100000, 0), -EINVAL);
    assert_int_equal(space_unmap(s, 1, PAGE), -EINVAL);
    assert_int_equal(space_protect(s, 0x100000, PAGE, RW), -ENOMEM);
    anon(s, 0x100000, PAGE, RW, MAP_FIXED);
    assert_int_equal(anon(s, 0x100000, PAGE, RW, MAP_FIXED_NOREPLACE), -EEXIST);
}

static void unmapping_the_middle_leaves_both_ends(void **state)
{
    struct space *s = *state;
    i64 a = anon(s, 0x200000, 3 * PAGE, RW, MAP_FIXED);
    memset(space_host(s, a), 7, 3 * PAGE);
    assert_int_equal(space_unmap(s, a + PAGE, PAGE), 0);
    assert_true(space_range_ok(s, a, PAGE, RW));
    assert_false(space_range_ok(s, a + PAGE, 1, SPACE_READ));
    assert_false(host_readable(space_host(s, a + PAGE)));
    assert_int_equal(*space_host(s, a + 2 * PAGE), 7);
    anon(s, a + PAGE, PAGE, RW, MAP_FIXED);
    assert_int_equal(*space_host(s, a + PAGE), 0);
    assert_true(space_range_ok(s, a, 3 * PAGE, RW));
}

static void free_places_are_found_from_the_top_down_and_reused(void **state)
{
    struct space *s = *state;
    i64 a = anon(s, 0, PAGE, RW, 0), b = anon(s, 0, 2 * PAGE, 0, 0);
    assert_int_equal(a, s->map_top - PAGE);
    assert_int_equal(b, a - 2 * PAGE);
    i64 c = anon(s, 0, PAGE, RW, 0);
    space_unmap(s, b, 2 * PAGE);
    assert_int_equal(anon(s, 0, 3 * PAGE, RW, 0), c - 3 * PAGE);
    assert_int_equal(anon(s, 0, 2 * PAGE, RW, 0), b);
    assert_int_equal(anon(s, b, PAGE, RW, 0) == b, 0);   // a taken hint is only a hint
}

static void equal_neighbours_become_one_region(void **state)
{
    struct space *s = *state;
    for (int i = 0; i < 100; i++)
        anon(s, 0x400000 + (i * 37 % 100) * PAGE, PAGE, RW, MAP_FIXED);
    assert_int_equal(s->count, 1);
    space_protect(s, 0x400000 + PAGE, PAGE, SPACE_READ);
    assert_int_equal(s->count, 3);
    space_protect(s, 0x400000 + PAGE, PAGE, RW);
    assert_int_equal(s->count, 1);
}

static void the_shadow_is_open_exactly_under_executable_memory(void **state)
{
    struct space *s = *state;
    i64 a = anon(s, 0x400000, 2 * PAGE, RW, MAP_FIXED);
    u8 *shadow = s->shadow + a * SHADOW_SCALE;
    assert_false(host_readable(shadow));
    assert_int_equal(space_protect(s, a, PAGE, RX), 0);
    assert_true(host_readable(shadow));
    assert_false(host_readable(shadow + PAGE * SHADOW_SCALE));
    memset(shadow, 0x55, 64);
    space_invalidate_code(s, a + 4, 4);   // one instruction: 16 bytes of shadow
    assert_int_equal(shadow[15], 0x55);
    assert_int_equal(shadow[16], 0);
    assert_int_equal(shadow[31], 0);
    assert_int_equal(shadow[32], 0x55);
    anon(s, a, PAGE, RX, MAP_FIXED);
    assert_int_equal(shadow[0], 0);
    shadow[0] = 1;
    space_protect(s, a, PAGE, RW);
    assert_false(host_readable(shadow));
    space_protect(s, a, PAGE, RX);
    assert_int_equal(shadow[0], 0);
    space_unmap(s, a, PAGE);
    assert_false(host_readable(shadow));
    space_invalidate_code(s, a, PAGE);   // nothing there: no harm
}

static void strings_end_before_a_hole_or_not_at_all(void **state)
{
    struct space *s = *state;
    char b[8];
    i64 a = anon(s, 0x400000, PAGE, RW, MAP_FIXED);
    memcpy(space_host(s, a + PAGE - 4), "end", 4);
    assert_int_equal(space_string(s, b, a + PAGE - 4, sizeof(b)), 3);
    assert_string_equal(b, "end");
    assert_int_equal(space_string(s, b, a + PAGE - 4, 3), -ENAMETOOLONG);
    *space_host(s, a + PAGE - 1) = 'x';
    assert_int_equal(space_string(s, b, a + PAGE - 4, sizeof(b)), -EFAULT);
}

static void the_heap_grows_shrinks_and_stops_at_a_mapping(void **state)
{
    struct space *s = *state;
    space_brk_init(s, 0x500123);
    vaddr start = space_brk(s, 0);
    assert_int_equal(start, 0x504000);
    assert_int_equal(space_brk(s, start + 100), start + 100);
    assert_true(space_range_ok(s, start, PAGE, RW));
    *space_host(s, start) = 9;
    anon(s, start + 2 * PAGE, PAGE, RW, MAP_FIXED);
    assert_int_equal(space_brk(s, start + 2 * PAGE + 1), start + 100);
    assert_int_equal(space_brk(s, start + 2 * PAGE), start + 2 * PAGE);
    assert_int_equal(space_brk(s, start), start);
    assert_false(space_range_ok(s, start, 1, SPACE_READ));
    space_brk(s, start + 1);
    assert_int_equal(*space_host(s, start), 0);
    assert_int_equal(space_brk(s, 1), start + 1);
    assert_int_equal(space_brk(s, UINT64_MAX), start + 1);
}

static int file_of(size_t n)
{
    int fd = memfd_create("test", MFD_CLOEXEC);
    assert_true(fd >= 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(write(fd, "x", 1), 1);
    return fd;
}

static void on_fault(int sig)
{
    space_land();
    _exit(99);
}

static void a_file_ends_in_zeros_within_its_last_page_and_faults_after(void **state)
{
    struct space *s = *state;
    // As the executor's; of cmocka's own, which the test's end puts back.
    sigaction(SIGBUS, &(struct sigaction){ .sa_handler = on_fault, .sa_flags = SA_NODEFER }, NULL);
    int fd = file_of(5000);   // one guest page, but two host pages of four
    i64 a = space_map(s, 0, 3 * PAGE, SPACE_READ, MAP_PRIVATE, fd, 0, "/test");
    assert_true(a > 0);
    u8 last[2];
    assert_int_equal(space_read(s, last, a + 4999, 2), 0);
    assert_int_equal(last[0], 'x');
    assert_int_equal(last[1], 0);
    assert_int_equal(space_read(s, last, a + PAGE - 2, 2), 0);
    assert_int_equal(space_read(s, last, a + PAGE, 1), -EFAULT);
    int sig, code;
    space_fault_signal(s, a + PAGE, SPACE_READ, &sig, &code);
    assert_int_equal(sig, SIGBUS);
    assert_int_equal(code, BUS_ADRERR);
    close(fd);
}

static void shared_mappings_reach_the_file_and_private_ones_do_not(void **state)
{
    struct space *s = *state;
    int fd = file_of(10);
    i64 a = space_map(s, 0, 10, RW, MAP_SHARED, fd, 0, NULL);
    i64 b = space_map(s, 0, 10, RW, MAP_PRIVATE, fd, 0, NULL);
    assert_int_equal(space_write(s, a, "A", 1), 0);
    assert_int_equal(space_write(s, b + 1, "B", 1), 0);
    char c[2];
    assert_int_equal(pread(fd, c, 2, 0), 2);
    assert_memory_equal(c, "Ax", 2);
    close(fd);
}

static void devices_are_not_mapped(void **state)
{
    struct space *s = *state;
    int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR);
    assert_int_equal(space_map(s, 0, PAGE, RW, MAP_PRIVATE, null, 0, NULL), -ENODEV);
    assert_true(space_map(s, 0, PAGE, RW, MAP_PRIVATE, zero, 0, NULL) > 0);
    close(null);
    close(zero);
}

static void remapping_keeps_contents_wherever_it_goes(void **state)
{
    struct space *s = *state;
    i64 a = anon(s, 0x600000, 2 * PAGE, RW, MAP_FIXED);
    *space_host(s, a + PAGE) = 42;
    assert_int_equal(space_remap(s, a, 2 * PAGE, 4 * PAGE, 0, 0), a);   // room behind it
    assert_int_equal(*space_host(s, a + PAGE), 42);
    anon(s, a + 4 * PAGE, PAGE, SPACE_READ, MAP_FIXED);
    assert_int_equal(space_remap(s, a, 4 * PAGE, 8 * PAGE, 0, 0), -ENOMEM);
    i64 b = space_remap(s, a, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE, 0);
    assert_true(b > 0 && b != a);
    assert_int_equal(*space_host(s, b + PAGE), 42);
    assert_true(space_range_ok(s, b, 8 * PAGE, RW));
    assert_false(space_range_ok(s, a, 1, SPACE_READ));
    assert_false(host_readable(space_host(s, a)));
    assert_int_equal(space_remap(s, b, 8 * PAGE, PAGE, 0, 0), b);
    assert_false(space_range_ok(s, b + PAGE, 1, SPACE_READ));
    i64 c = space_remap(s, b, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, a);
    assert_int_equal(c, a);
    assert_int_equal(space_remap(s, 0x10000000, PAGE, 2 * PAGE, 0, 0), -EFAULT);
}

static void host_faults_are_told_as_guest_addresses(void **state)
{
    struct space *s = *state;
    vaddr a;
    assert_int_equal(space_fault_at(s, s->mem + 0x1234, &a), SPACE_FAULT_DATA);
    assert_int_equal(a, 0x1234);
    assert_int_equal(space_fault_at(s, s->shadow + 0x1000 * 4 + 8, &a), SPACE_FAULT_FETCH);
    assert_int_equal(a, 0x1000);
    assert_int_equal(space_fault_at(s, &a, &a), SPACE_FAULT_NONE);
    int sig, code;
    space_fault_signal(s, 0, SPACE_READ, &sig, &code);
    assert_int_equal(sig, SIGSEGV);
    assert_int_equal(code, SEGV_MAPERR);
    i64 b = anon(s, 0, PAGE, SPACE_READ, 0);
    space_fault_signal(s, b, SPACE_WRITE, &sig, &code);
    assert_int_equal(code, SEGV_ACCERR);
}

static void maps_look_as_in_proc(void **state)
{
    struct space *s = *state;
    space_map(s, 0x400000, 2 * PAGE, RX, ANON | MAP_FIXED, -1, 0, "[code]");
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    space_print(s, f);
    fclose(f);
    // Columns as proc(5) shows them: the name begins at column 73 (counted from 0).
    assert_string_equal(text, "00400000-00408000 r-xp 00000000 00:00 0"
                              "                                  [code]\n");
    free(text);
}

// A model of a few hundred pages beside the real thing, under random calls.
static void random_calls_agree_with_a_page_by_page_model(void **state)
{
    struct space *s = *state;
    enum { PAGES = 64 };
    const vaddr base = 0x1000000;
    int model[PAGES];   // -1: a hole, else prot
    memset(model, -1, sizeof(model));
    u64 seed = 1;
    for (int round = 0; round < 3000; round++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int at = seed >> 33 & (PAGES - 1), n = 1 + (seed >> 40 & 7), prot = seed >> 50 & 7;
        if (at + n > PAGES)
            continue;
        vaddr a = base + (u64)at * PAGE;
        bool whole = true;
        for (int i = at; i < at + n; i++)
            whole &= model[i] >= 0;
        int to = prot;
        switch (seed >> 60 & 3) {
        case 0:
        case 1: assert_int_equal(anon(s, a, n * PAGE, prot, MAP_FIXED), a); break;
        case 2:
            assert_int_equal(space_unmap(s, a, n * PAGE), 0);
            to = -1;
            break;
        case 3: assert_int_equal(space_protect(s, a, n * PAGE, prot), whole ? 0 : -ENOMEM); break;
        }
        if ((seed >> 60 & 3) == 3 && !whole)
            continue;
        for (int i = at; i < at + n; i++)
            model[i] = to;
    }
    for (int i = 0; i < PAGES; i++) {
        struct region r;
        vaddr a = base + (u64)i * PAGE;
        assert_int_equal(space_region_at(s, a, &r) ? (int)r.prot : -1, model[i]);
        assert_int_equal(host_readable(space_host(s, a)), model[i] > 0);
        bool exec = model[i] >= 0 && model[i] & SPACE_EXEC;
        assert_int_equal(host_readable(s->shadow + a * SHADOW_SCALE), exec);
    }
}

#define T(f) cmocka_unit_test_setup_teardown(f, with_space, without_space)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_new_mapping_reads_zero_and_keeps_what_is_written),
        T(copies_fail_outside_mappings_and_at_their_edges),
        T(the_byte_after_the_window_is_never_accessible),
        T(bad_requests_get_the_errno_of_linux),
        T(unmapping_the_middle_leaves_both_ends),
        T(free_places_are_found_from_the_top_down_and_reused),
        T(equal_neighbours_become_one_region),
        T(the_shadow_is_open_exactly_under_executable_memory),
        T(strings_end_before_a_hole_or_not_at_all),
        T(the_heap_grows_shrinks_and_stops_at_a_mapping),
        T(a_file_ends_in_zeros_within_its_last_page_and_faults_after),
        T(shared_mappings_reach_the_file_and_private_ones_do_not),
        T(devices_are_not_mapped),
        T(remapping_keeps_contents_wherever_it_goes),
        T(host_faults_are_told_as_guest_addresses),
        T(maps_look_as_in_proc),
        T(random_calls_agree_with_a_page_by_page_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
