// instr.h: how long each instruction takes, and on which units.
//
// A table of measured forms (cores/*-instr.csv) is read once; each form is a word,
// which the decoder turns into its row, its variant and its shape. An instruction
// gets the timing of the nearest measured form: the same row, variant and shape;
// else another shape or variant of its row; else a form of a row that is one to the
// core (sibling.def); else a form that stands for its class (instr_class.def). The table knows nothing of queues, caches or time.
#ifndef CORE_INSTR_H
#define CORE_INSTR_H

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "isa/insn.h"

enum { ISSUES_MAX = 4, UNITS_MAX = 16 };

// Where an operand stands. SLOT_D to SLOT_A are the register slots of struct insn;
// the others are what D_PAIR, M_PAIR, LIST2 … add, and NZCV.
enum slot { SLOT_D, SLOT_N, SLOT_M, SLOT_A, SLOT_FLAGS, SLOT_NEXT, SLOT_NEXT2, SLOT_NEXT3, SLOTS };

// One use of one unit; `count` of them when several are alike.
struct issue_timing {
    u16 units;   // bit k: unit k + 1 may take it
    u8 count;
    u8 delay;   // cycles after the first issue, at least
    u8 busy;   // cycles its unit takes no other; 1: fully pipelined
    bool base;   // writes the base register back: needs only that, result next cycle
};

struct instr_timing {
    bool assumed;   // nobody measured this row: its class's stand-in
    u8 uops;   // entries in rename and retirement
    u8 latency;   // from the first issue to the result; loads: to a use, L1D hit
    u8 late[SLOTS];   // an operand may come so many cycles after the first issue
    u8 issue_count;   // 0: done at rename
    struct issue_timing issue[ISSUES_MAX];
};

// Where the timing of a row comes from.
enum instr_from { INSTR_MEASURED, INSTR_SIBLING, INSTR_ASSUMED };
struct instr_origin {
    enum instr_from from;
    enum op row;   // itself, its sibling, or OP_UNDEFINED
    const char *why;   // why it had to be assumed, else NULL
};

// What the units of this core can do, as masks like issue_timing.units.
struct instr_units {
    u16 integer, flags, branch, load, store, fp;
};

struct instr_table;

// Reads the table named by `c` into `a`; NULL with *e "file:line: ..." when it is
// missing or malformed.
struct instr_table *instr_table_new(struct arena *a, const struct config *c, struct err *e);

// The timing of `i`, which is `word` decoded. Never fails; the result lives as long
// as the table.
const struct instr_timing *instr_timing(const struct instr_table *t, const struct insn *i,
                                        u32 word);

struct instr_origin instr_origin(const struct instr_table *t, enum op op);

struct instr_units instr_units(const struct instr_table *t);

// The slots its operands stand in, in the order of the syntax, registers the syntax
// hides (XZR in an alias) left out, flags last; returns how many. Measured latencies
// name operands by their place here, from 1.
u32 instr_operands(const struct insn *i, u8 slots[SLOTS]);

// Forms that the decoder does not know.
unsigned instr_undecoded(const struct instr_table *t);

// Measured forms that share row, variant and shape with an earlier one but differ
// from it; the earlier one counts.
unsigned instr_conflicts(const struct instr_table *t);

#endif
