// decode.h: 32-bit words to decoded instructions, and to text.
#ifndef ISA_DECODE_H
#define ISA_DECODE_H

#include "isa/insn.h"

// Never fails: a word that no row matches, or whose fields are reserved, becomes
// RUN_UNDEFINED with imm holding the word.
struct insn isa_decode(u32 word);

// The same by a linear search over the rows: the reference that the decoder's
// tree is checked against.
struct insn isa_decode_linear(u32 word);

// The row a word belongs to by its fixed bits alone (reserved values included).
enum op isa_match(u32 word);

// Writes the instruction at `pc` as LLVM prints it (a space after the mnemonic)
// and returns `buf`. `size` of 96 holds every instruction.
const char *isa_disassemble(u32 word, vaddr pc, char *buf, size_t size);

// Whether the instruction at `pc` names an address relative to its own (a direct branch, ADR, ADRP,
// a literal), which isa_disassemble prints as its last operand, #offset. *to is that address.
bool isa_target(u32 word, vaddr pc, vaddr *to);

#endif
