// faults.h: guest faults in random programs, and the signal handler that makes them known.
#ifndef TESTS_DIFF_FAULTS_H
#define TESTS_DIFF_FAULTS_H

#include "words.h"

// Emits, at the program's start, the installing of a handler for SIGILL, SIGTRAP, SIGBUS and
// SIGSEGV. The handler writes the registers of its frame (but for PSTATE, in which NZCV that
// nobody will read may be old), changes x5 and v3 in it, and goes on behind the instruction.
void emit_fault_handler(struct gen *g);

// Points the base register of an access to memory it may not have.
void emit_wild_address(struct gen *g, const struct row *r, const struct insn *i, u32 w);

// Emits an instruction that is none, or BRK.
void emit_no_instruction(struct gen *g);

#endif
