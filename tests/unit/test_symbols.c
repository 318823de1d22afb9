// The reader of symbols on a file made here by hand, honest and damaged. Field meanings: System V ABI,
// chapters 4 and 5; ELF for the Arm 64-bit Architecture, "Mapping symbols".
#include "test.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "symbols/symbols.h"

enum { TEXT = 1, SYMTAB, STRTAB, SHSTRTAB, SECTIONS };

// Two functions, the second of no size and with another name, an object and data in the code.
struct file {
    Elf64_Ehdr head;
    Elf64_Phdr segment;
    Elf64_Shdr section[SECTIONS];
    Elf64_Sym symbol[9];
    char text[64];
    char names[40];
    u32 code[64];
};

#define FUNCTION ELF64_ST_INFO(STB_GLOBAL, STT_FUNC)

static struct file good(void)
{
    struct file f = {
        .head = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
                  .e_type = ET_EXEC,
                  .e_machine = EM_AARCH64,
                  .e_version = EV_CURRENT,
                  .e_ehsize = sizeof(Elf64_Ehdr),
                  .e_phoff = offsetof(struct file, segment),
                  .e_phentsize = sizeof(Elf64_Phdr),
                  .e_phnum = 1,
                  .e_shoff = offsetof(struct file, section),
                  .e_shentsize = sizeof(Elf64_Shdr),
                  .e_shnum = SECTIONS,
                  .e_shstrndx = SHSTRTAB },
        .segment = { .p_type = PT_LOAD,
                     .p_flags = PF_X,
                     .p_vaddr = 0x400000,
                     .p_filesz = sizeof(f),
                     .p_memsz = sizeof(f) },
        .section = { { 0 },
                     { .sh_name = 1,
                       .sh_type = SHT_PROGBITS,
                       .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
                       .sh_addr = 0x400100,
                       .sh_offset = offsetof(struct file, code),
                       .sh_size = sizeof(f.code) },
                     { .sh_type = SHT_SYMTAB,
                       .sh_link = STRTAB,
                       .sh_offset = offsetof(struct file, symbol),
                       .sh_entsize = sizeof(Elf64_Sym),
                       .sh_size = sizeof(f.symbol) },
                     { .sh_type = SHT_STRTAB,
                       .sh_offset = offsetof(struct file, text),
                       .sh_size = sizeof(f.text) },
                     { .sh_type = SHT_STRTAB,
                       .sh_offset = offsetof(struct file, names),
                       .sh_size = sizeof(f.names) } },
        .symbol = { { 0 },
                    { 7, FUNCTION, 0, TEXT, 0x400180, 0 },
                    { 1, FUNCTION, 0, TEXT, 0x400110, 16 },
                    { 14, STT_OBJECT, 0, TEXT, 0x400114, 8 },
                    { 21, STT_NOTYPE, 0, TEXT, 0x400100, 0 },
                    { 24, STT_NOTYPE, 0, TEXT, 0x400118, 0 },
                    { 29, STT_NOTYPE, 0, TEXT, 0x400120, 0 },
                    { 32, FUNCTION, 0, TEXT, 0x400180, 0 },
                    { 39, FUNCTION, 0, SHN_UNDEF, 0x400110, 16 } },
        .text = "\0first\0second\0object\0$x\0$d.1\0$x\0zecond\0absent",
        .names = "\0.text",
    };
    return f;
}

static struct symbols *symbols_of(const struct file *f, size_t size)
{
    struct err e = { "" };
    struct symbols *s = symbols_read_memory(f, size, "f", &e);
    assert_true(s || !strncmp(e.text, "f: ", 3));
    return s;
}

static void an_address_has_the_function_it_lies_in(void **state)
{
    struct file f = good();
    struct symbols *s = symbols_of(&f, sizeof(f));
    assert_non_null(s);
    assert_null(symbols_function(s, 0x40010f));
    assert_string_equal(symbols_function(s, 0x400110), "first");
    assert_string_equal(symbols_function(s, 0x40011f), "first");
    assert_null(symbols_function(s, 0x400120));
    assert_string_equal(symbols_function(s, 0x4001ff), "zecond");   // of no size: up to the next
    assert_int_equal(symbols_delta(s, 0x100), 0x400000);
    symbols_free(s);
}

static void names_come_by_place(void **state)
{
    struct file f = good();
    struct symbols *s = symbols_of(&f, sizeof(f));
    assert_null(symbols_before(s, TEXT, 0x4000ff));
    assert_string_equal(symbols_before(s, TEXT, 0x400100)->name, ".text");   // nothing else there
    assert_string_equal(symbols_before(s, TEXT, 0x400114)->name, "object");
    assert_string_equal(symbols_before(s, TEXT, 0x400180)->name, "zecond");
    assert_int_equal(symbols_next(s, TEXT, 0x400114), 0x400180);
    assert_true(symbols_next(s, TEXT, 0x400180) == UINT64_MAX);
    assert_null(symbols_before(s, SYMTAB, 0x400180));
    assert_int_equal(symbols_named(s, "second", NULL)->address, 0x400180);
    assert_null(symbols_named(s, "second", symbols_named(s, "second", NULL)));
    assert_null(symbols_named(s, "absent", NULL));
    assert_int_equal(symbols_section_at(s, 0x4001ff), TEXT);
    assert_int_equal(symbols_section_at(s, 0x400200), 0);
    symbols_free(s);
}

static void mapping_symbols_tell_data_from_code(void **state)
{
    struct file f = good();
    struct symbols *s = symbols_of(&f, sizeof(f));
    u64 until;
    assert_false(symbols_is_data(s, TEXT, 0x400114, &until));
    assert_int_equal(until, 0x400118);
    assert_true(symbols_is_data(s, TEXT, 0x400118, &until));
    assert_int_equal(until, 0x400120);
    assert_false(symbols_is_data(s, TEXT, 0x400120, &until));
    assert_true(until == UINT64_MAX);
    symbols_free(s);
}

static void without_sections_code_is_what_segments_hold_behind_the_headers(void **state)
{
    struct file f = good();
    const struct symbols_code *c;
    struct symbols *s = symbols_of(&f, sizeof(f));
    assert_int_equal(symbols_code(s, &c), 1);
    assert_string_equal(c->name, ".text");
    assert_int_equal(c->address, 0x400100);
    assert_int_equal(c->size, 256);
    symbols_free(s);
    f.head.e_shnum = f.head.e_shstrndx = 0;
    f.head.e_shoff = 0;
    s = symbols_of(&f, sizeof(f));
    assert_int_equal(symbols_code(s, &c), 1);
    assert_null(c->name);
    assert_int_equal(c->address, 0x400000 + 64 + 56);
    assert_int_equal(c->size, sizeof(f) - 64 - 56);
    assert_null(symbols_function(s, 0x400110));
    symbols_free(s);
}

static void a_name_that_a_terminal_would_obey_is_none(void **state)
{
    struct file f = good();
    f.text[8] = '\033';
    struct symbols *s = symbols_of(&f, sizeof(f));
    assert_null(symbols_named(s, "s\033cond", NULL));
    assert_non_null(symbols_named(s, "zecond", NULL));
    symbols_free(s);
}

static void ask(struct symbols *s)
{
    const struct symbols_code *c;
    u64 until, sum = 0;
    if (!s)
        return;
    for (size_t k = symbols_code(s, &c); k-- > 0;)
        for (u64 at = 0; at < c[k].size; at++)
            sum += c[k].bytes[at];
    for (u64 a = 0x4000f0; a < 0x400210; a += 8) {
        u32 section = symbols_section_at(s, a);
        symbols_before(s, section, a);
        symbols_is_data(s, section, a, &until);
        symbols_function(s, a);
    }
    symbols_named(s, "second", NULL);
    symbols_delta(s, sum & 1);
    symbols_free(s);
}

// Every byte of the file in turn is damaged in two ways, and the file cut everywhere.
static void a_damaged_file_harms_nobody(void **state)
{
    for (size_t at = 0; at < sizeof(struct file); at++)
        for (int how = 0; how < 3; how++) {
            struct file f = good();
            ((u8 *)&f)[at] = how == 0 ? 0xff : ((u8 *)&f)[at] ^ 0x41;
            void *copy =
                malloc(how == 2 ? at + 1 : sizeof(f));   // so that a tool sees reads behind it
            memcpy(copy, &f, how == 2 ? at : sizeof(f));
            ask(symbols_of(copy, how == 2 ? at : sizeof(f)));
            free(copy);
        }
}

static void what_is_no_elf_file_is_said(void **state)
{
    static const char *const path[] = { "/nonexistent", "/dev/zero", "/", "/proc/self/maps",
                                        "/etc/passwd" };
    for (size_t k = 0; k < COUNT(path); k++) {
        struct err e = { "" };
        assert_null(symbols_read(path[k], &e));
        assert_true(!strncmp(e.text, path[k], strlen(path[k])) && !strchr(e.text, '\n'));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_has_the_function_it_lies_in),
        cmocka_unit_test(names_come_by_place),
        cmocka_unit_test(mapping_symbols_tell_data_from_code),
        cmocka_unit_test(without_sections_code_is_what_segments_hold_behind_the_headers),
        cmocka_unit_test(a_name_that_a_terminal_would_obey_is_none),
        cmocka_unit_test(a_damaged_file_harms_nobody),
        cmocka_unit_test(what_is_no_elf_file_is_said),
    };
    return cmocka_run_group_tests_name("symbols", tests, NULL, NULL);
}
