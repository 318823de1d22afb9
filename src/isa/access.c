// How much memory an instruction touches.
#include "isa/decode.h"
#include "isa/operands.h"

static u8 list_bytes(u32 w)
{
    static const u8 registers[16] = {
        [0] = 4, [2] = 4, [4] = 3, [6] = 3, [7] = 1, [8] = 2, [10] = 2
    };
    if (bits(w, 24, 1) == 0)   // multiple structures
        return (u8)(registers[bits(w, 12, 4)] * (bits(w, 30, 1) ? 16 : 8));
    u32 opcode = bits(w, 13, 3), size = bits(w, 10, 2);
    u32 n = 1 + bits(w, 21, 1) + 2 * (opcode & 1);
    u32 log2 = opcode >> 1 == 3 ? size : opcode >> 1 == 2 ? 2 + (size & 1) : opcode >> 1;
    return (u8)(n << log2);
}

u8 isa_access_bytes(u32 w)
{
    u32 top = bits(w, 30, 2), vector = bits(w, 26, 1);
    if (bits(w, 27, 1) == 0)   // DC ZVA and the like
        return 64;
    switch (bits(w, 28, 2)) {
    case 0:
        if (vector)
            return list_bytes(w);
        if (bits(w, 21, 1) && !bits(w, 23, 1))   // exclusive pairs, CASP
            return (u8)(top >= 2 ? 8 << (top & 1) : 8 << top);
        return (u8)(1 << top);
    case 1:   // literal, or LDAPUR and STLUR with bit 24
        if (bits(w, 24, 1))
            return (u8)(1 << top);
        return (u8)(vector ? 4 << top : top == 1 ? 8 : 4);
    case 2:   // pairs
        return (u8)(vector ? 8 << top : top == 2 ? 16 : 8);
    default: return vector && bits(w, 23, 1) ? 16 : (u8)(1 << top);
    }
}
