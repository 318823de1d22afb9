// table.h: bytes picked from one to four vector registers (TBL, TBX), out of line.
//
// table_lookup() uses the host's byte shuffle when it has one, else table_portable_lookup().
#ifndef EXEC_TABLE_H
#define EXEC_TABLE_H

#include "isa/cpu.h"

// Byte k of the result is byte index[k] of the `regs` registers at `t`, or missing[k] when
// that is past their end.
u64x2 table_lookup(const union vreg *t, unsigned regs, u64x2 index, u64x2 missing);
u64x2 table_portable_lookup(const union vreg *t, unsigned regs, u64x2 index, u64x2 missing);

#endif
