// insn.h: the decoded instruction and the table it comes from.
//
// A row of a64.def is an `op`. Some fields of an encoding (width, size,
// arrangement …) pick a specialised version of its semantic function: the
// variant. (op, variant) pairs are numbered consecutively: a `run`. The executor
// dispatches on `run`; timing looks latencies up by it.
#ifndef ISA_INSN_H
#define ISA_INSN_H

#include "base/types.h"

// Bits each variant specification stands for; the letters are fields of the
// encoding, the first the highest. A new combination is a new line here.
#define VBITS__ 0
#define VBITS_f 1     // sf: 32- or 64-bit form
#define VBITS_q 1     // Q: 64- or 128-bit vector
#define VBITS_h 2     // shift type
#define VBITS_z 2     // element size
#define VBITS_o 3     // extend option
#define VBITS_y 2     // floating-point type: 0 single, 1 double, 3 half
#define VBITS_e 1     // half of a two-way choice
#define VBITS_fh 3
#define VBITS_fo 4
#define VBITS_fy 3
#define VBITS_qz 3
#define VBITS_qy 3
#define VBITS_qe 2
#define VBITS_zo 5
#define VBITS_zr 4    // element size and acquire/release pair
#define VBITS_c 4     // condition
#define VBITS_cf 5
#define VBITS_os 4    // extend option and whether the offset is scaled
#define VBITS_fs 3    // sf and which 16 bits
#define VBITS_x 1

enum op {
    OP_UNDEFINED,
#define INSN(name, ...) OP_##name,
#define JUMP INSN
#define EXIT INSN
#include "isa/a64.def"
#undef INSN
#undef JUMP
#undef EXIT
    OP_COUNT
};

// RUN_name is variant 0 of the row; RUN_name_last its last variant.
enum run {
    RUN_UNDECODED,   // all zero: the executor decodes the word and dispatches again
    RUN_UNDEFINED,
    RUN_BAD_TARGET,  // the executor's: a branch went where no code can be
    RUN_BREAKPOINT,  // a debugger's, in place of the instruction: stops before it
#define INSN(name, encoding, syntax, class, semantics, variants, ...) \
    RUN_##name, RUN_##name##_last = RUN_##name + (1 << VBITS_##variants) - 1,
#define JUMP INSN
#define EXIT INSN
#include "isa/a64.def"
#undef INSN
#undef JUMP
#undef EXIT
    RUN_COUNT
};

// Filled once per static instruction, then only read. Register slots hold the
// fields at the places A64 keeps them (d: 4-0, n: 9-5, m: 20-16, a: 14-10), with
// general register 31 resolved to REG_SP, REG_ZERO or REG_SINK. What imm and aux
// hold is said by the row's operands (operands.def).
struct insn {
    u16 run;   // enum run
    u8 d, n, m, a;
    u16 aux;
    i64 imm;
};
_Static_assert(sizeof(struct insn) == 16, "the shadow maps 4 bytes of code to one struct insn");

// How a row uses its register slots and NZCV. By default slot d is written, the
// other slots its syntax names are read, and NZCV is left alone.
enum {
    D_R = 1 << 0,    // d is only read (stores, compares)
    D_RW = 1 << 1,   // d is read and written (MOVK, BFM, MLA …)
    N_RW = 1 << 2,   // n is read and written (base register writeback)
    M_W = 1 << 3,    // m is written (STXR status)
    M_RW = 1 << 4,   // m is read and written (CAS)
    A_W = 1 << 5,    // a is written (LDP)
    C_R = 1 << 6,    // reads NZCV
    C_W = 1 << 7,    // writes NZCV
    D_PAIR = 1 << 8,   // d names d and d+1 (CASP)
    M_PAIR = 1 << 9,   // m names m and m+1 (CASP)
    LIST2 = 1 << 10,   // d (n for TBL, TBX) is the first of a list of 2, 3, 4 vector registers
    LIST3 = 1 << 11,
    LIST4 = 1 << 12,
    X30_W = 1 << 13,   // writes X30 (calls)
    LOADS = 1 << 14,   // reads memory
    STORES = 1 << 15,  // writes memory
    X30_R = 1 << 16,   // reads X30 implicitly (RETAA)
};

enum insn_class {
#define CLASS(name, doc) CLASS_##name,
#include "isa/classes.def"
#undef CLASS
    CLASS_COUNT
};

enum feature {
#define FEATURE(name, ...) FEAT_##name,
#include "isa/features.def"
#undef FEATURE
    FEAT_COUNT
};

// Which register file a slot names in a row.
enum regfile { FILE_NONE, FILE_GPR, FILE_GPR_SP, FILE_VEC };

// Which of the macros INSN, JUMP and EXIT the row stands in.
enum row_kind { ROW_INSN, ROW_JUMP, ROW_EXIT };

enum { OPERANDS_MAX = 8 };

// One row of a64.def with what is derived from its text.
struct row {
    const char *name, *encoding, *syntax, *variants, *semantics;
    u8 class;     // enum insn_class
    u8 feature;   // enum feature
    u8 kind;      // enum row_kind
    u32 flags;    // D_R …
    u32 mask, bits;   // a word matches when (word & mask) == bits
    u16 run;      // of variant 0
    u8 variant_bits;
    u8 operand_count;
    u8 operand[OPERANDS_MAX];   // enum operand, in the order of the syntax
    u8 file[4];   // enum regfile of slots d, n, m, a
};

const struct row *isa_row(enum op op);   // any; OP_UNDEFINED has a name, and no encoding or syntax
enum op isa_op_of_run(u16 run);
const char *isa_class_name(enum insn_class class);
const char *isa_feature_name(enum feature f);

// What compares the row's effect with another implementation: "random" is tests/diff, the
// random differential test; "program" are the guest programs of tests/, for rows whose effect
// is not in the registers or is left to the implementation (system, pointer authentication).
const char *isa_tested_by(enum op op);

#endif
