// stack.h: what a new process finds on its stack, as arm64 Linux builds it.
#ifndef GUEST_STACK_H
#define GUEST_STACK_H

#include "guest/process.h"

// Bits of AT_HWCAP (word 1) or AT_HWCAP2 (word 2) of an M2.
u64 hwcap_word(int word);

// Writes "fp asimd ..." into `text`, as /proc/cpuinfo lists it.
void hwcap_names(char *text, size_t size);

// Writes argc, argv, envp and the auxiliary vector below p->stack_top and gives the
// stack pointer; false and *e when the arguments are too long.
bool stack_build(struct process *p, vaddr *sp, struct err *e);

#endif
