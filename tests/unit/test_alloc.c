// Running costs no heap: as many allocations for a long run as for a short one, in every mode.
#include "test.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/types.h"
#include "m2sim.h"

// The library's calls come here: the linker wraps them.
static u64 allocations;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_aligned_alloc(size_t align, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_aligned_alloc(size_t align, size_t n);

void *__wrap_malloc(size_t n)
{
    __atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED);
    return __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    __atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED);
    return __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    __atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED);
    return __real_realloc(p, n);
}

void *__wrap_aligned_alloc(size_t align, size_t n)
{
    __atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED);
    return __real_aligned_alloc(align, n);
}

// A program that never ends: loads, stores, multiplies and branches over 1 MiB.
static const u32 code[] = {
    0xd2a00203,   // movz x3, #0x10, lsl #16        1 MiB
    0xd2a20004,   // movz x4, #0x1000, lsl #16      the data
    0xd2800000,   // movz x0, #0
    0x9b007c05,   // mul x5, x0, x0                 loop:
    0xf8606881,   // ldr x1, [x4, x0]
    0x8b050021,   // add x1, x1, x5
    0xf8206881,   // str x1, [x4, x0]
    0x91002000,   // add x0, x0, #8
    0xeb03001f,   // cmp x0, x3
    0x54ffff4b,   // b.lt loop
    0x17fffff8,   // b .-32                         x0 = 0 again
};

static void write_program(const char *path)
{
    enum { BASE = 0x400000, DATA = 0x10000000 };
    struct {
        Elf64_Ehdr h;
        Elf64_Phdr p[2];
        u32 code[COUNT(code)];
    } file = {
        .h = {
            .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
            .e_type = ET_EXEC, .e_machine = EM_AARCH64, .e_version = EV_CURRENT,
            .e_entry = BASE + sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr),
            .e_phoff = sizeof(Elf64_Ehdr), .e_ehsize = sizeof(Elf64_Ehdr),
            .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 2,
        },
        .p = {
            { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = BASE, .p_filesz = sizeof(file),
              .p_memsz = sizeof(file), .p_align = 0x4000 },
            { .p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_vaddr = DATA, .p_memsz = 1 << 20, .p_align = 0x4000 },
        },
    };
    memcpy(file.code, code, sizeof(code));
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(&file, sizeof(file), 1, f), 1);
    fclose(f);
}

static u64 allocations_of(const char *program, enum m2sim_mode mode, const char *model,
                          unsigned threads, u64 length)
{
    char *argv[] = { "loop", NULL };
    struct m2sim_options o = { .program = program,
                               .argv = argv,
                               .mode = mode,
                               .model = model,
                               .max_instructions = length,
                               .threads = threads };
    struct m2sim_error e;
    struct m2sim *s = m2sim_new(&o, &e);
    if (!s)
        fail_msg("%s", e.text);
    u64 before = allocations;
    assert_int_equal(m2sim_run(s), M2SIM_EXIT_LIMIT);
    u64 made = allocations - before;
    m2sim_free(s);
    return made;
}

static void a_longer_run_allocates_no_more(void **state)
{
    static const struct {
        enum m2sim_mode mode;
        const char *model;
        unsigned threads;
    } way[] = {
        { M2SIM_RUN, NULL, 0 },
        { M2SIM_COUNT, NULL, 0 },
        { M2SIM_TIME, "fast", 1 },
        { M2SIM_TIME, "fast", 2 },
    };
    char path[] = "/tmp/m2sim-alloc-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    write_program(path);
    for (size_t k = 0; k < COUNT(way); k++) {
        u64 brief = allocations_of(path, way[k].mode, way[k].model, way[k].threads, 1000000);
        u64 lengthy = allocations_of(path, way[k].mode, way[k].model, way[k].threads, 10000000);
        if (brief != lengthy)
            fail_msg("way %zu: %llu allocations for 1 M instructions, %llu for 10 M", k,
                     (unsigned long long)brief, (unsigned long long)lengthy);
    }
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_longer_run_allocates_no_more) };
    return cmocka_run_group_tests_name("alloc", tests, NULL, NULL);
}
