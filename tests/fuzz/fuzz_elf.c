// The ELF loader on arbitrary files, as each kind of image.
#include "fuzz.h"

#include "guest/elf.h"

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

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
    load(data, len, ELF_PROGRAM);
    load(data, len, ELF_DYNAMIC);
    load(data, len, ELF_INTERPRETER);
    return 0;
}
