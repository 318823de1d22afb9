// jit.h: running guest instructions as host code, on x86-64.
//
// A jit belongs to one address space and serves all its threads. What it does is what
// exec_run() does, only faster; the interpreter remains the reference, runs what has no
// translation, and takes over near the end of a budget, so that both stop at the same
// instruction.
#ifndef EXEC_JIT_JIT_H
#define EXEC_JIT_JIT_H

#include "exec/exec.h"

struct jit;

// A jit for `s`, ended by jit_free (before the space is). NULL where the host is no x86-64, or
// refuses the memory. With `recording` it makes records as exec_run() does with a recorder.
struct jit *jit_new(struct space *s, bool recording);
void jit_free(struct jit *j);

// Makes it do as if the host had neither AVX2 nor FMA; before the first jit_run().
void jit_set_plain(struct jit *j);

// exec_run(), and may also stop with TRAP_CODE_FULL: jit_flush() is needed.
struct trap jit_run(struct jit *j, struct cpu *c, const struct space *s, u64 budget,
                    struct recorder *r, u64 *executed);

// From now on there are no records, nor recorder. Nobody executes.
void jit_end_recording(struct jit *j);

// From now on there are, again. Nobody executes.
void jit_begin_recording(struct jit *j);

// How host code keeps guest addresses in the window. All but the first are there to be measured
// (bench/host/bench_checks, docs/jit.md): MASK is wrong about wild addresses, NONE is unsafe.
enum jit_checking {
    JIT_CHECK_BASES,   // a comparison for each base register and block, as far as the guards reach
    JIT_CHECK_ALL,   // a comparison for each access
    JIT_MASK,   // the address cut to the window's bits for each access
    JIT_CHECK_NONE,
};
void jit_set_checking(struct jit *j, enum jit_checking how);

// Lets code have no more than `bytes` of memory; for tests of what happens when it is full.
void jit_set_limit(struct jit *j, u64 bytes);

// Forgets all translations, while nobody executes.
void jit_flush(struct jit *j);

// Calls `each` for the translations there are: `bytes` of host code at `code` for the block of
// guest instructions at `pc`. Nobody may execute meanwhile.
void jit_each_block(const struct jit *j,
                    void (*each)(void *ctx, const void *code, u64 bytes, vaddr pc), void *ctx);

#endif
