// The ELF loader on arbitrary files, as each kind of image, and the reader of their code and names.
#include "fuzz.h"

#include "guest/image/elf.h"
#include "symbols/symbols.h"

static void load(const u8 *data, size_t len, enum elf_kind kind)
{
    struct err e = { 0 };
    struct space *s = space_new(&e);
    assert(s);
    struct elf_image image;
    if (elf_load_memory(s, data, len, "fuzz", kind, &image, &e)) {
        assert(image.start < image.end);
        assert(space_in_window(s, image.start, image.end - image.start));
        assert(image.start >= SPACE_LOWEST);
        assert(image.brk <= image.end);
        assert(memchr(image.interp, 0, sizeof image.interp));
        if (image.phdr)
            assert(space_range_ok(s, image.phdr, (u64)image.phent * image.phnum, 0));
    } else {
        fuzz_check_error(&e);
    }
    space_free(s);
}

static void ask(const struct symbols *s, u32 section, u64 a)
{
    u64 until;
    const struct symbol *y = symbols_before(s, section, a);
    assert(!y || (y->section == section && y->address <= a && *y->name));
    assert(symbols_next(s, section, a) > a || a == UINT64_MAX);
    symbols_is_data(s, section, a, &until);
    assert(until > a || a == UINT64_MAX);
    if (y)
        symbols_named(s, y->name, NULL);
    symbols_function(s, a);
    symbols_section_at(s, a);
    symbols_delta(s, a);
}

static void read_symbols(const u8 *data, size_t len)
{
    struct err e = { 0 };
    struct symbols *s = symbols_read_memory(data, len, "fuzz", &e);
    const struct symbols_code *code;
    if (!s) {
        fuzz_check_error(&e);
        return;
    }
    for (size_t k = symbols_code(s, &code); k-- > 0;) {
        assert(code[k].size && code[k].bytes >= data && code[k].bytes + code[k].size <= data + len);
        for (u64 at = 0; at < code[k].size; at += code[k].size / 16 + 1)
            ask(s, code[k].section, code[k].address + at);
    }
    symbols_free(s);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
    load(data, len, ELF_PROGRAM);
    load(data, len, ELF_DYNAMIC);
    load(data, len, ELF_INTERPRETER);
    read_symbols(data, len);
    return 0;
}
