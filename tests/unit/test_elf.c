// The loader against images made here by hand, honest and hostile. Field meanings:
// System V ABI, chapters 4 and 5.
#include "test.h"

#include <elf.h>
#include <string.h>
#include <sys/mman.h>

#include "guest/image/elf.h"

enum { FILE_BYTES = 0x3000 };

// A file with three program headers at 64: code at 0x400000, data at 0x40a000
// (both in one 16 KiB page run apart), and an empty note.
struct image {
    Elf64_Ehdr head;
    Elf64_Phdr ph[3];
    u8 rest[FILE_BYTES - sizeof(Elf64_Ehdr) - 3 * sizeof(Elf64_Phdr)];
};

static struct image good(void)
{
    struct image m = { 0 };
    memcpy(m.head.e_ident, ELFMAG, SELFMAG);
    m.head.e_ident[EI_CLASS] = ELFCLASS64;
    m.head.e_ident[EI_DATA] = ELFDATA2LSB;
    m.head.e_ident[EI_VERSION] = 1;
    m.head.e_type = ET_EXEC;
    m.head.e_machine = EM_AARCH64;
    m.head.e_version = 1;
    m.head.e_entry = 0x400200;
    m.head.e_phoff = 64;
    m.head.e_phentsize = 56;
    m.head.e_phnum = 3;
    m.ph[0] = (Elf64_Phdr){ .p_type = PT_LOAD,
                            .p_flags = PF_R | PF_X,
                            .p_vaddr = 0x400000,
                            .p_filesz = 0x1000,
                            .p_memsz = 0x1000,
                            .p_align = 0x10000 };
    m.ph[1] = (Elf64_Phdr){ .p_type = PT_LOAD,
                            .p_flags = PF_R | PF_W,
                            .p_offset = 0x2000,
                            .p_vaddr = 0x40a000,
                            .p_filesz = 0x1000,
                            .p_memsz = 0x5000,
                            .p_align = 0x1000 };
    m.ph[2] = (Elf64_Phdr){ .p_type = PT_NOTE };
    u8 *file = (u8 *)&m;
    file[0x2000] = 'D';
    file[0x2fff] = 'E';
    return m;
}

struct fixture {
    struct space *space;
    struct elf_image image;
    struct err err;
};

static int setup(void **state)
{
    static struct fixture f;
    f = (struct fixture){ 0 };
    f.space = space_new(&f.err);
    if (f.space)
        f.space->map_top = f.space->size - (64 << 20);
    *state = &f;
    return f.space ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    space_free(f->space);
    return 0;
}

static bool load(struct fixture *f, const struct image *m, size_t len)
{
    return elf_load_memory(f->space, m, len, "prog", ELF_PROGRAM, &f->image, &f->err);
}

static void refuses(struct fixture *f, const struct image *m, size_t len, const char *why)
{
    assert_false(load(f, m, len));
    assert_non_null(strstr(f->err.text, "prog: "));
    if (!strstr(f->err.text, why))
        fail_msg("want \"%s\" in \"%s\"", why, f->err.text);
}

static void a_good_file_lands_where_it_says(void **state)
{
    struct fixture *f = *state;
    struct image m = good();
    assert_true(load(f, &m, sizeof(m)));
    assert_int_equal(f->image.entry, 0x400200);
    assert_int_equal(f->image.base, 0);
    assert_int_equal(f->image.phdr, 0x400040);
    assert_int_equal(f->image.phnum, 3);
    assert_int_equal(f->image.brk, 0x40f000);
    u8 b;
    assert_int_equal(space_read(f->space, &b, 0x40a000, 1), 0);
    assert_int_equal(b, 'D');
    assert_int_equal(space_read(f->space, &b, 0x40b000, 1), 0);
    assert_int_equal(b, 0);
    assert_true(space_range_ok(f->space, 0x400000, 0x4000, SPACE_READ | SPACE_EXEC));
    assert_false(space_range_ok(f->space, 0x400000, 1, SPACE_WRITE));
    assert_true(space_range_ok(f->space, 0x408000, 0x8000, SPACE_READ | SPACE_WRITE));
    assert_false(space_range_ok(f->space, 0x404000, 1, SPACE_READ));
}

static void segments_that_meet_in_a_page_share_it(void **state)
{
    struct fixture *f = *state;
    struct image m = good();
    m.ph[1].p_vaddr = 0x402000;   // linked for 4 KiB pages
    assert_true(load(f, &m, sizeof(m)));
    u32 all = SPACE_READ | SPACE_WRITE | SPACE_EXEC;
    assert_true(space_range_ok(f->space, 0x400000, 0x4000, all));
    assert_true(space_range_ok(f->space, 0x404000, 0x4000, SPACE_WRITE));
    assert_false(space_range_ok(f->space, 0x404000, 1, SPACE_EXEC));
    u8 b;
    space_read(f->space, &b, 0x402fff, 1);
    assert_int_equal(b, 'E');
}

static void a_static_pie_is_moved_as_a_whole(void **state)
{
    struct fixture *f = *state;
    struct image m = good();
    m.head.e_type = ET_DYN;
    m.head.e_entry -= 0x400000;
    m.ph[0].p_vaddr -= 0x400000;
    m.ph[1].p_vaddr -= 0x400000;
    assert_true(load(f, &m, sizeof(m)));
    assert_true(f->image.base >= SPACE_LOWEST);
    assert_int_equal(f->image.base % 0x10000, 0);   // the largest p_align
    assert_int_equal(f->image.entry - f->image.base, 0x200);
    assert_int_equal(f->image.phdr - f->image.base, 64);
    u8 b;
    space_read(f->space, &b, f->image.base + 0xa000, 1);
    assert_int_equal(b, 'D');
}

static void every_truncation_is_an_error(void **state)
{
    struct fixture *f = *state;
    struct image m = good();
    for (size_t len = 0; len < sizeof(m); len += len < 0x200 ? 1 : 61)
        assert_false(load(f, &m, len));
    refuses(f, &m, 0, "is empty");
    refuses(f, &m, 10, "cut off");
    refuses(f, &m, 63, "cut off");
    refuses(f, &m, 100, "program headers");
    refuses(f, &m, sizeof(m) - 1, "past the end of the file");
}

static void wrong_kinds_of_file_are_named(void **state)
{
    struct fixture *f = *state;
    struct image m = good();
    m.head.e_machine = EM_X86_64;
    refuses(f, &m, sizeof(m), "x86-64");
    m = good();
    m.head.e_ident[EI_CLASS] = ELFCLASS32;
    refuses(f, &m, sizeof(m), "64-bit");
    m = good();
    m.head.e_ident[EI_DATA] = ELFDATA2MSB;
    refuses(f, &m, sizeof(m), "little-endian");
    m = good();
    m.head.e_type = ET_REL;
    refuses(f, &m, sizeof(m), "linked");
    m = good();
    m.ph[2] = (Elf64_Phdr){ .p_type = PT_INTERP, .p_offset = 0x2800, .p_filesz = 8 };
    memcpy((u8 *)&m + 0x2800, "/lib/ld", 8);
    refuses(f, &m, sizeof(m), "/lib/ld");
}

static void counts_and_offsets_that_lie_are_errors(void **state)
{
    struct fixture *f = *state;
    struct image m = good();
    m.head.e_phnum = 0;
    refuses(f, &m, sizeof(m), "e_phnum");
    m.head.e_phnum = 0xffff;
    refuses(f, &m, sizeof(m), "e_phnum");
    m.head.e_phnum = 1000;
    refuses(f, &m, sizeof(m), "program headers");
    m = good();
    m.head.e_phoff = UINT64_MAX - 10;
    refuses(f, &m, sizeof(m), "program headers");
    m = good();
    m.head.e_phentsize = 32;
    refuses(f, &m, sizeof(m), "e_phentsize");
    m = good();
    m.ph[0].p_type = m.ph[1].p_type = PT_NULL;
    refuses(f, &m, sizeof(m), "no loadable segment");
}

static void segments_that_do_not_fit_are_errors(void **state)
{
    struct fixture *f = *state;
    struct image m = good();
    m.ph[1].p_memsz = UINT64_MAX;
    refuses(f, &m, sizeof(m), "does not fit");
    m.ph[1].p_memsz = (u64)1 << 46;
    refuses(f, &m, sizeof(m), "does not fit");
    m = good();
    m.ph[1].p_vaddr = UINT64_MAX - 0xfff;
    refuses(f, &m, sizeof(m), "does not fit");
    m = good();
    m.ph[1].p_offset = UINT64_MAX - 0xff;
    refuses(f, &m, sizeof(m), "past the end");
    m = good();
    m.ph[1].p_filesz = UINT64_MAX;
    refuses(f, &m, sizeof(m), "past the end");
    m = good();
    m.ph[1].p_memsz = 0x100;
    refuses(f, &m, sizeof(m), "p_filesz");
    m = good();
    m.ph[1].p_vaddr = 0x400800;
    refuses(f, &m, sizeof(m), "overlap");
    m = good();
    m.ph[0].p_vaddr = 0;
    m.head.e_entry = 0x200;
    refuses(f, &m, sizeof(m), "want addresses from 0x10000");
    m = good();
    m.ph[0].p_align = 3;
    refuses(f, &m, sizeof(m), "power of two");
}

static void an_entry_outside_the_code_is_an_error(void **state)
{
    struct fixture *f = *state;
    struct image m = good();
    for (size_t i = 0; i < 4; i++) {
        const u64 bad[] = { 0, 0x40a000, 0x401000, 0x400202 };
        m.head.e_entry = bad[i];
        refuses(f, &m, sizeof(m), "entry point");
    }
}

static void random_damage_never_crashes(void **state)
{
    struct fixture *f = *state;
    u64 seed = 7;
    for (int round = 0; round < 2000; round++) {
        struct image m = good();
        for (int i = 0; i < 4; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            size_t at = (seed >> 33) % (64 + 3 * 56);
            ((u8 *)&m)[at] = seed >> 56;
        }
        load(f, &m, sizeof(m));
        space_unmap(f->space, 0, f->space->size);
        assert_int_equal(f->space->count, 0);
    }
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_good_file_lands_where_it_says),     T(segments_that_meet_in_a_page_share_it),
        T(a_static_pie_is_moved_as_a_whole),    T(every_truncation_is_an_error),
        T(wrong_kinds_of_file_are_named),       T(counts_and_offsets_that_lie_are_errors),
        T(segments_that_do_not_fit_are_errors), T(an_entry_outside_the_code_is_an_error),
        T(random_damage_never_crashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
