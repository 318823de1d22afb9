#include "test.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "profile/names.h"

// Two functions, the second of no size, and an object, in the symbol table of a file with one segment.
struct file {
    Elf64_Ehdr head;
    Elf64_Phdr segment;
    Elf64_Shdr section[3];
    Elf64_Sym symbol[4];
    char text[32];
};

static struct file good(void)
{
    struct file f = {
        .head = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
                  .e_phoff = offsetof(struct file, segment),
                  .e_phentsize = sizeof(Elf64_Phdr),
                  .e_phnum = 1,
                  .e_shoff = offsetof(struct file, section),
                  .e_shentsize = sizeof(Elf64_Shdr),
                  .e_shnum = 3 },
        .segment = { .p_type = PT_LOAD,
                     .p_flags = PF_X,
                     .p_offset = 0,
                     .p_vaddr = 0x400000,
                     .p_filesz = 4096 },
        .section = { { 0 },
                     { .sh_type = SHT_SYMTAB,
                       .sh_link = 2,
                       .sh_offset = offsetof(struct file, symbol),
                       .sh_size = sizeof(f.symbol) },
                     { .sh_type = SHT_STRTAB,
                       .sh_offset = offsetof(struct file, text),
                       .sh_size = 32 } },
        .symbol = { { 0 },
                    { .st_name = 7, .st_info = STT_FUNC, .st_shndx = 1, .st_value = 0x400200 },
                    { .st_name = 1,
                      .st_info = STT_FUNC,
                      .st_shndx = 1,
                      .st_value = 0x400100,
                      .st_size = 16 },
                    { .st_name = 14,
                      .st_info = STT_OBJECT,
                      .st_shndx = 1,
                      .st_value = 0x400104,
                      .st_size = 8 } },
        .text = "\0first\0second\0object",
    };
    return f;
}

static struct names *names_of(const struct file *f, size_t size)
{
    char path[] = "/tmp/m2sim-test-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, f, size), size);
    close(fd);
    struct names *n = names_read(path);
    unlink(path);
    return n;
}

static void an_address_has_the_function_it_lies_in(void **state)
{
    struct file f = good();
    struct names *n = names_of(&f, sizeof(f));
    assert_non_null(n);
    assert_null(names_at(n, 0x4000ff));
    assert_string_equal(names_at(n, 0x400100), "first");
    assert_string_equal(names_at(n, 0x40010f), "first");
    assert_null(names_at(n, 0x400110));
    assert_string_equal(names_at(n, 0x400200), "second");
    assert_string_equal(names_at(n, 0x400fff), "second");   // of no size: up to the next
    assert_int_equal(names_delta(n, 0x100), 0x400000);
    names_free(n);
}

// Every byte of the file in turn is damaged in two ways, and the file cut everywhere.
static void a_damaged_file_harms_nobody(void **state)
{
    for (size_t at = 0; at < sizeof(struct file); at++)
        for (int how = 0; how < 3; how++) {
            struct file f = good();
            ((u8 *)&f)[at] = how == 0 ? 0xff : ((u8 *)&f)[at] ^ 0x41;
            struct names *n = names_of(&f, how == 2 ? at : sizeof(f));
            if (n) {
                names_at(n, 0x400108);
                names_delta(n, 0);
            }
            names_free(n);
        }
    assert_null(names_read("/nonexistent"));
    assert_null(names_read("/dev/zero"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_has_the_function_it_lies_in),
        cmocka_unit_test(a_damaged_file_harms_nobody),
    };
    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
