// program.h: a process whose program is a few words at CODE + CODE_AT and a page at DATA, for
// tests of the gdb server and its fuzzer.
#ifndef PROGRAM_H
#define PROGRAM_H

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/process.h"

enum { CODE = 0x400000, DATA = 0x800000, CODE_AT = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr) };

// Ended by process_free; ends the test when it cannot be had.
static inline struct process *program_process(const u32 *code, size_t bytes, FILE *messages)
{
    static const char *const argv[] = { "prog", NULL }, *const envp[] = { "A=b", NULL };
    struct {
        Elf64_Ehdr head;
        Elf64_Phdr ph;
        u8 code[256];
    } m = { .head = { .e_ident = ELFMAG "\2\1\1",
                      .e_type = ET_EXEC,
                      .e_machine = EM_AARCH64,
                      .e_version = 1,
                      .e_entry = CODE + CODE_AT,
                      .e_phoff = sizeof(Elf64_Ehdr),
                      .e_phentsize = sizeof(Elf64_Phdr),
                      .e_phnum = 1 },
            .ph = { .p_type = PT_LOAD,
                    .p_flags = PF_R | PF_X,
                    .p_vaddr = CODE,
                    .p_filesz = CODE_AT + bytes,
                    .p_memsz = 0x1000 } };
    struct process_options o = {
        .path = "/bin/prog", .argv = argv, .envp = envp, .seed = 1, .messages = messages
    };
    struct err e;
    if (bytes > sizeof(m.code))
        abort();
    memcpy(m.code, code, bytes);
    struct process *p = process_new_memory(&o, &m, CODE_AT + bytes, &e);
    if (!p || space_map(p->space, DATA, GUEST_PAGE, 3, 0x32, -1, 0, NULL) != DATA)
        abort();
    return p;
}

#endif
