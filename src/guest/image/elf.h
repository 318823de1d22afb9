// elf.h: loading of AArch64 ELF executables into a guest's address space.
//
// Nothing in the file is trusted: whatever it says is checked against its length
// and the window before it is used. Faults name the file, the place and what was
// expected.
#ifndef GUEST_ELF_H
#define GUEST_ELF_H

#include "base/err.h"
#include "base/types.h"
#include "guest/memory/space.h"

struct elf_image {
    vaddr entry;       // already moved by `base`
    vaddr base;        // added to every address of the file (0 for ET_EXEC)
    vaddr phdr;        // guest address of the program headers, 0 when they are not loaded
    u16 phent, phnum;
    vaddr start, end;  // lowest and one past the highest address in use, page aligned
    vaddr brk;         // end of the last byte of bss, where the heap may begin
    bool exec_stack;   // PT_GNU_STACK asks for an executable stack
    char interp[256];  // PT_INTERP, or empty
};

enum elf_kind {
    ELF_PROGRAM,       // a static executable; PT_INTERP is refused
    ELF_DYNAMIC,       // an executable that may name an interpreter
    ELF_INTERPRETER,   // a dynamic linker: placed among the mappings
};

// Loads the ELF file of `len` bytes at `data`; `name` is for messages and
// /proc/self/maps. False and *e when it cannot be loaded; the space may then hold
// some of its segments.
bool elf_load_memory(struct space *s, const void *data, size_t len, const char *name,
                     enum elf_kind kind, struct elf_image *image, struct err *e);

// The same for a file that is open; /proc/self/maps has it as `shown`.
bool elf_load_fd(struct space *s, int fd, const char *name, const char *shown, enum elf_kind kind,
                 struct elf_image *image, struct err *e);

// Whether the open file's headers are those of a `kind` we run: what execve looks at while its
// caller still lives. Of *image only interp is filled.
bool elf_check_fd(int fd, const char *name, enum elf_kind kind, struct elf_image *image,
                  struct err *e);

// Whether a file is an AArch64 ELF file of any type: an object file or a library too.
bool elf_check_file(const char *path, struct err *e);

// Where a program that may lie anywhere begins in an address space of `size` bytes.
vaddr elf_place(u64 size);

#endif
