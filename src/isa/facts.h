// facts.h: what timing and a debugger want to know of an instruction beside its row.
#ifndef ISA_FACTS_H
#define ISA_FACTS_H

#include "isa/insn.h"

enum isa_branch {
    ISA_NO_BRANCH,
    ISA_CONDITIONAL,     // this and the next two go to pc + insn.imm
    ISA_DIRECT,
    ISA_CALL,
    ISA_INDIRECT,
    ISA_INDIRECT_CALL,
    ISA_RETURN,
};

enum isa_branch isa_branch(const struct row *r);

// Whether what follows is fetched anew.
bool isa_serial(const struct row *r);

// Whether it loads integers of fewer bits and extends their sign: LDRSB to LDPSW.
bool isa_sign_extends(const struct row *r);

// The field of `word` whose places the row's encoding marks with `letter`; 0 when there are none.
u32 isa_field(const struct row *r, u32 word, char letter);

// Bytes of memory that `word` accesses; 0 when the row has neither LOADS nor STORES.
u8 isa_access_bytes(const struct row *r, u32 word);

#endif
