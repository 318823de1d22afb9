// trans.h: the translation of one block in progress, and what templates may do with it.
//
// A template emits the host code of one guest instruction. It gets the operands as
// constants, asks this header for the host registers that hold guest registers, and
// emits into &t->e with x64.h. It knows nothing of blocks, links or budgets. A template
// that cannot handle an operand returns false before it has emitted anything; the
// instruction is then done by its stencil, or by a call of its C function.
//
// Order inside a template:
//   1. jit_memory() first, if it accesses memory (a fault must find nothing changed);
//   2. jit_x(), jit_v(): sources;
//   3. jit_flags_change() before emitting anything that changes host flags;
//   4. compute, in scratch registers or in the target itself;
//   5. jit_x_target()/jit_x_done(), jit_v_target(): the result.
#ifndef EXEC_JIT_TRANS_H
#define EXEC_JIT_TRANS_H

#include <stddef.h>

#include "exec/jit/x64/regs.h"
#include "isa/cpu.h"
#include "isa/insn.h"

enum {
    BLOCK_INSNS = 64,      // most instructions in a block
    INSN_COLD = 4,         // most out-of-line parts of one instruction
    BLOCK_BYTES = 48 << 10,   // room that a block may take, cold parts included
};

// Where NZCV is. In the host's flags, C is CF or its opposite, as the instruction left it.
enum flags_at {
    FLAGS_CPU,    // in cpu.host_nzcv (see jit_flags_saved), or nobody will read them
    FLAGS_SUB,    // host flags, C = !CF: after cmp, sub, neg
    FLAGS_ADD,    // host flags, C = CF: after add, and test, and, or, xor
};

// Which guest vector register each xmm holds: a cache that is empty at both ends of a block.
struct xmm_cache {
    u8 guest[XMM_COUNT];   // 0-31, or NO_REG
    u16 dirty;             // bit k: xmm k is newer than cpu.v
};

// Something emitted behind the block: the other side of a conditional jump.
struct cold {
    u8 kind;
    u8 flags, flags_after;   // enum flags_at at the jump, and where it goes on
    bool saved;            // they are in cpu.host_nzcv as well
    bool live;             // COLD_EXIT: the target wants them
    bool side;             // COLD_EXIT: the block could have gone on
    u16 index;             // of the instruction in the block
    u8 *jump;              // displacement to fill
    u8 *back;              // where it goes on
    const struct insn *i;
    vaddr target;
    struct xmm_cache before, after;
};

struct jit;

// How far from a checked address the window's guards reach.
static inline bool jit_too_far(i64 bytes)
{
    return bytes <= -(1 << 19) || bytes >= 1 << 19;
}

struct trans {
    struct emit e;
    struct jit *jit;
    const struct insn *i;  // the current instruction, decoded
    vaddr pc;              // its address
    u16 index;             // its number in the block
    u16 count;             // instructions of the block
    bool falls;            // it does not end in a branch
    bool flags_live;       // somebody reads NZCV as it is after this instruction
    bool recording;
    bool bmi2, lzcnt;      // the host has them
    bool v3;               // the host has AVX2 and FMA
    bool aes, sha;   // and instructions for AES and carry-less products, for SHA-256
    u8 flags;              // enum flags_at, now
    bool flags_kept;       // they are in cpu.host_nzcv as well
    u8 pin[REG_COUNT];   // host register of each guest register, or NO_REG
    struct pin_map map;  // the same by host register
    bool own_pins;       // they are not the standard ones
    u8 answer_cc;          // see jit_flags_answer; NO_REG: they are NZCV
    u32 clean;   // pinned guest registers whose value cpu.x has as well, by host register
    struct xmm_cache xmm;
    u8 narrow[XMM_COUNT];  // how much of each xmm is known to be zero (vec.h)
    u16 locked;   // xmm registers of this instruction's operands
    u16 pending;   // of these, those that will be newer than cpu.v after it
    u32 touched;   // last use of each xmm, for replacement
    u32 used_at[XMM_COUNT];
    u64 checked;   // guest registers whose value is known to lie in the window
    i32 moved[REG_COUNT];   // and what was added to them since
    vaddr start;   // of the block
    u8 *loop;   // where it jumps back to, or NULL (loop.c)
    struct xmm_cache loop_state;   // how the cache is there
    u32 first_site;
    struct insn insn[BLOCK_INSNS + 1];   // what is translated
    vaddr fresh[BLOCK_INSNS + 1];   // those decoded for it
    u32 fresh_count;
    bool live[BLOCK_INSNS];   // NZCV is wanted after each
    bool live_taken[BLOCK_INSNS];   // and where a branch goes
    bool live_next;   // and behind the block
    u16 cold_count;
    struct cold cold[BLOCK_INSNS * INSN_COLD];
};

typedef bool jit_template(struct trans *t, const struct insn *i, unsigned v);
struct jit_entry {
    u16 op;   // enum op; 0 ends the list
    jit_template *emit;
};

// The templates of each part. A row may have one entry.
extern const struct jit_entry jit_int_templates[], jit_int_more_templates[],
    jit_int_flags_templates[], jit_mem_templates[];
extern const struct jit_entry jit_fp_templates[], jit_fpmove_templates[], jit_fpmem_templates[];
extern const struct jit_entry jit_crypt_templates[], jit_fpround_templates[],
    jit_fpstruct_templates[], jit_simd_templates[], jit_simdperm_templates[];

bool jit_has_template(u16 op);   // enum op

// -- General registers; `g` is an index of cpu.x --

static inline u8 jit_pinned(const struct trans *t, u8 g)
{
    return t->pin[g];
}

// A host register that holds guest register `g` now: its own when it is pinned, else
// `scratch`, loaded (with a zero for REG_ZERO). Not to be changed unless it is `scratch`
// and jit_pinned() is NO_REG. Keeps the flags.
u8 jit_x(struct trans *t, u8 g, u8 scratch);
// Copies guest register `g` to host register `to`. Keeps the flags.
void jit_x_to(struct trans *t, u8 g, u8 to);
// The host register to put the new value of `g` in: its own, else `scratch`; when the value is
// there, jit_x_done() stores it. A 32-bit result must be zero-extended.
u8 jit_x_target(struct trans *t, u8 g, u8 scratch);
void jit_x_done(struct trans *t, u8 g, u8 host);
// x[g] += imm. Keeps the flags. Uses rdx.
void jit_x_add(struct trans *t, u8 g, i64 imm);

static inline struct x64_mem jit_x_slot(u8 g)
{
    return x64_at(HOST_CPU, (i32)(offsetof(struct cpu, x) + 8u * g));
}

// -- Vector registers, 128 bits --

// An xmm that holds guest register `g`, loaded if need be; it stays until the end of the
// instruction. Not to be changed.
u8 jit_v(struct trans *t, u8 g);
// An xmm for the new value of `g`, all 128 bits of which will be written. Other registers of
// the instruction must have been asked for before. Its old content is undefined unless
// `g` is also a source.
u8 jit_v_target(struct trans *t, u8 g);
// The same, for a change of some lanes: holds the old value.
u8 jit_v_change(struct trans *t, u8 g);

static inline struct x64_mem jit_v_slot(u8 g)
{
    return x64_at(HOST_CPU, (i32)(offsetof(struct cpu, v) + 16u * g));
}

// -- Flags --

// What follows changes the host's flags: saves NZCV if it is there and still wanted. Uses rax.
void jit_flags_change(struct trans *t);
// The host's flags now hold NZCV as `at` says; if nobody wants them this is nothing.
void jit_flags_set(struct trans *t, enum flags_at at);
// The host's flags answer one even condition by `cc`, and its opposite by cc ^ 1; nobody asks
// for any other before NZCV is written again.
void jit_flags_answer(struct trans *t, enum x64_cc cc);
// NZCV in eax as lahf, seto al leave them with C = CF (AH: SF ZF 0 AF 0 PF 1 CF; AL: V) becomes
// the guest's.
void jit_flags_saved(struct trans *t);
// Brings NZCV into the host's flags if it is not there and gives the condition code that
// stands for Arm's condition `cond` (0 to 13). Uses rax.
enum x64_cc jit_condition(struct trans *t, unsigned cond);
// Saves NZCV if it is in the host's flags and still wanted, and leaves it there. Uses rax.
void jit_flags_keep(struct trans *t);

// -- Guest memory --

// How an address is made: x[base] + imm, or x[base] + extended(x[index]) << shift, or imm
// alone (base NO_REG).
struct jit_address {
    u8 base;
    u8 index;   // or NO_REG
    u8 extend;   // option of the extension: as `extended` in sem.h
    u8 shift;
    i64 imm;
};

// The host operand for an access of up to SPACE_GUARD / 2 bytes at the address. Uses rax, rcx
// and rdx; the operand needs only rax until the access is done. Changes flags (saved if wanted).
// An access that faults leaves the guest as it was before the instruction.
struct x64_mem jit_memory(struct trans *t, const struct jit_address *a);
// To be called immediately before each host instruction that accesses guest memory.
void jit_access(struct trans *t);

// -- Out of line --

// If `cc`: the instruction is done by its C function instead, from the state it began
// with, and goes on behind it. No guest register may have been written before, but for a
// target that the instruction does not also read (its old value need not be kept).
void jit_else_call(struct trans *t, enum x64_cc cc);
// The same for a jump that is there already: where its displacement is.
void jit_else_call_from(struct trans *t, u8 *jump);

#endif
