// x64.h: writing x86-64 instructions into memory.
//
// One function an instruction form; what is emitted is said by an opcode word: the opcode
// byte and flags for its map, mandatory prefix and width (Intel SDM volume 2, 2.1 and 2.3).
// It checks no room: whoever begins a block has made sure of it.
#ifndef EXEC_JIT_X64_H
#define EXEC_JIT_X64_H

#include <string.h>

#include "base/types.h"

enum x64_reg { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };
enum { NO_REG = 0xff };

// Condition codes of jcc, setcc, cmovcc; cc ^ 1 is the opposite.
enum x64_cc {
    CC_O,
    CC_NO,
    CC_C,
    CC_NC,
    CC_Z,
    CC_NZ,
    CC_BE,
    CC_A,
    CC_S,
    CC_NS,
    CC_P,
    CC_NP,
    CC_L,
    CC_GE,
    CC_LE,
    CC_G,
    CC_B = CC_C,
    CC_AE = CC_NC,
    CC_E = CC_Z,
    CC_NE = CC_NZ,
};

// Flags of an opcode word.
enum {
    M_0F = 1 << 8,
    M_0F38 = 2 << 8,
    M_0F3A = 3 << 8,
    M_MASK = 3 << 8,   // opcode map
    P_66 = 1 << 10,
    P_F3 = 2 << 10,
    P_F2 = 3 << 10,
    P_MASK = 3 << 10,   // mandatory prefix
    W64 = 1 << 12,       // 64-bit operands (REX.W, VEX.W)
    BYTES = 1 << 13,     // register operands are bytes: sil, dil … need a prefix
    L256 = 1 << 14,      // VEX.L
    IMM8 = 1 << 15,      // an imm8 follows the operands (its length matters to rip-relative)
};

// The operations of the classic arithmetic group: op r/m, r is 8 * n + 1.
enum x64_alu { ALU_ADD, ALU_OR, ALU_ADC, ALU_SBB, ALU_AND, ALU_SUB, ALU_XOR, ALU_CMP };
enum x64_shift {
    SH_ROL = 0,
    SH_ROR = 1,
    SH_RCL = 2,
    SH_RCR = 3,
    SH_SHL = 4,
    SH_SHR = 5,
    SH_SAR = 7
};

struct emit {
    u8 *at;        // where the next byte goes, in the writable view
    i64 rx;        // executable address minus writable address
};

// base + index * 2^scale + disp; index NO_REG for none.
struct x64_mem {
    u8 base, index, scale;
    i32 disp;
};

static inline struct x64_mem x64_at(u8 base, i32 disp)
{
    return (struct x64_mem){ base, NO_REG, 0, disp };
}

static inline struct x64_mem x64_indexed(u8 base, u8 index, u8 scale, i32 disp)
{
    return (struct x64_mem){ base, index, scale, disp };
}

static inline void x64_u8(struct emit *e, u32 x)
{
    *e->at++ = (u8)x;
}

static inline void x64_u32(struct emit *e, u32 x)
{
    memcpy(e->at, &x, 4);
    e->at += 4;
}

static inline void x64_u64(struct emit *e, u64 x)
{
    memcpy(e->at, &x, 8);
    e->at += 8;
}

// -- Encoding --

static inline void x64_prefixes(struct emit *e, u32 op, u8 reg, u8 index, u8 base, bool force)
{
    static const u8 mandatory[] = { 0, 0x66, 0xf3, 0xf2 };
    u32 p = (op & P_MASK) >> 10;
    if (p)
        x64_u8(e, mandatory[p]);
    u32 rex = (op & W64 ? 8 : 0) | (reg >> 3 & 1) << 2 | (index >> 3 & 1) << 1 | (base >> 3 & 1);
    if (rex || force)
        x64_u8(e, 0x40 | rex);
}

static inline void x64_opcode(struct emit *e, u32 op)
{
    u32 map = op & M_MASK;
    if (map)
        x64_u8(e, 0x0f);
    if (map == M_0F38)
        x64_u8(e, 0x38);
    if (map == M_0F3A)
        x64_u8(e, 0x3a);
    x64_u8(e, op);
}

static inline void x64_modrm_mem(struct emit *e, u8 reg, struct x64_mem m)
{
    u32 r = (u32)(reg & 7) << 3, b = m.base & 7;
    bool sib = m.index != NO_REG || b == RSP;
    u32 mod = m.disp == 0 && b != RBP ? 0 : m.disp == (i8)m.disp ? 0x40 : 0x80;
    x64_u8(e, mod | r | (sib ? 4 : b));
    if (sib)
        x64_u8(e, (u32)m.scale << 6 | (m.index == NO_REG ? 4u : m.index & 7u) << 3 | b);
    if (mod == 0x40)
        x64_u8(e, (u32)m.disp);
    else if (mod == 0x80)
        x64_u32(e, (u32)m.disp);
}

// op reg, rm (registers of either kind; `reg` is the ModRM.reg operand or an extension).
static inline void x64_rr(struct emit *e, u32 op, u8 reg, u8 rm)
{
    bool force = op & BYTES && ((reg >= RSP && reg <= RDI) || (rm >= RSP && rm <= RDI));
    x64_prefixes(e, op, reg, 0, rm, force);
    x64_opcode(e, op);
    x64_u8(e, 0xc0 | (u32)(reg & 7) << 3 | (rm & 7));
}

// op reg, [m]
static inline void x64_rm(struct emit *e, u32 op, u8 reg, struct x64_mem m)
{
    bool force = op & BYTES && reg >= RSP && reg <= RDI;
    x64_prefixes(e, op, reg, m.index == NO_REG ? 0 : m.index, m.base, force);
    x64_opcode(e, op);
    x64_modrm_mem(e, reg, m);
}

static inline void x64_vex(struct emit *e, u32 op, u8 reg, u8 index, u8 base, u8 vvvv)
{
    u32 map = (op & M_MASK) >> 8, pp = (op & P_MASK) >> 10;
    u32 last = (u32)(~vvvv & 15) << 3 | (op & L256 ? 4 : 0) | pp;
    if (map == 1 && !(op & W64) && index < 8 && base < 8) {
        x64_u8(e, 0xc5);
        x64_u8(e, (reg < 8 ? 0x80 : 0) | last);
    } else {
        x64_u8(e, 0xc4);
        x64_u8(e, (reg < 8 ? 0x80 : 0) | (index < 8 ? 0x40 : 0) | (base < 8 ? 0x20 : 0) | map);
        x64_u8(e, (op & W64 ? 0x80 : 0) | last);
    }
    x64_u8(e, op);
}

// VEX: op reg, vvvv, rm. Where the instruction has two operands vvvv is 0.
static inline void x64_vrr(struct emit *e, u32 op, u8 reg, u8 vvvv, u8 rm)
{
    x64_vex(e, op, reg, 0, rm, vvvv);
    x64_u8(e, 0xc0 | (u32)(reg & 7) << 3 | (rm & 7));
}

static inline void x64_vrm(struct emit *e, u32 op, u8 reg, u8 vvvv, struct x64_mem m)
{
    x64_vex(e, op, reg, m.index == NO_REG ? 0 : m.index, m.base, vvvv);
    x64_modrm_mem(e, reg, m);
}

// -- Integer instructions: `wide` chooses 64 bits --

static inline u32 x64_w(bool wide)
{
    return wide ? W64 : 0;
}

static inline void x64_mov(struct emit *e, bool wide, u8 to, u8 from)
{
    x64_rr(e, 0x8b | x64_w(wide), to, from);
}

static inline void x64_load(struct emit *e, bool wide, u8 to, struct x64_mem m)
{
    x64_rm(e, 0x8b | x64_w(wide), to, m);
}

static inline void x64_store(struct emit *e, bool wide, struct x64_mem m, u8 from)
{
    x64_rm(e, 0x89 | x64_w(wide), from, m);
}

// Keeps the flags.
static inline void x64_mov_imm(struct emit *e, u8 to, u64 value)
{
    if (value >> 32 == 0) {
        x64_prefixes(e, 0, 0, 0, to, false);
        x64_u8(e, 0xb8 | (to & 7));
        x64_u32(e, (u32)value);
    } else if ((i64)value == (i32)value) {
        x64_rr(e, 0xc7 | W64, 0, to);
        x64_u32(e, (u32)value);
    } else {
        x64_prefixes(e, W64, 0, 0, to, false);
        x64_u8(e, 0xb8 | (to & 7));
        x64_u64(e, value);
    }
}

static inline void x64_lea(struct emit *e, bool wide, u8 to, struct x64_mem m)
{
    x64_rm(e, 0x8d | x64_w(wide), to, m);
}

static inline void x64_alu_rr(struct emit *e, enum x64_alu op, bool wide, u8 to, u8 from)
{
    x64_rr(e, (op * 8 + 3) | x64_w(wide), to, from);
}

static inline void x64_alu_rm(struct emit *e, enum x64_alu op, bool wide, u8 to, struct x64_mem m)
{
    x64_rm(e, (op * 8 + 3) | x64_w(wide), to, m);
}

static inline void x64_alu_mr(struct emit *e, enum x64_alu op, bool wide, struct x64_mem m, u8 from)
{
    x64_rm(e, (op * 8 + 1) | x64_w(wide), from, m);
}

static inline void x64_alu_ri(struct emit *e, enum x64_alu op, bool wide, u8 to, i32 imm)
{
    bool small = imm == (i8)imm;
    x64_rr(e, (small ? 0x83 : 0x81) | x64_w(wide), (u8)op, to);
    if (small)
        x64_u8(e, (u32)imm);
    else
        x64_u32(e, (u32)imm);
}

static inline void x64_alu_mi(struct emit *e, enum x64_alu op, bool wide, struct x64_mem m, i32 imm)
{
    bool small = imm == (i8)imm;
    x64_rm(e, (small ? 0x83 : 0x81) | x64_w(wide), (u8)op, m);
    if (small)
        x64_u8(e, (u32)imm);
    else
        x64_u32(e, (u32)imm);
}

static inline void x64_test_rr(struct emit *e, bool wide, u8 a, u8 b)
{
    x64_rr(e, 0x85 | x64_w(wide), a, b);
}

static inline void x64_test_ri(struct emit *e, bool wide, u8 a, u32 imm)
{
    x64_rr(e, 0xf7 | x64_w(wide), 0, a);
    x64_u32(e, imm);
}

static inline void x64_shift_ri(struct emit *e, enum x64_shift op, bool wide, u8 to, u8 by)
{
    x64_rr(e, 0xc1 | x64_w(wide), (u8)op, to);
    x64_u8(e, by);
}

static inline void x64_shift_cl(struct emit *e, enum x64_shift op, bool wide, u8 to)
{
    x64_rr(e, 0xd3 | x64_w(wide), (u8)op, to);
}

static inline void x64_setcc(struct emit *e, enum x64_cc cc, u8 to)
{
    x64_rr(e, (0x90 | cc) | M_0F | BYTES, 0, to);
}

static inline void x64_cmov(struct emit *e, enum x64_cc cc, bool wide, u8 to, u8 from)
{
    x64_rr(e, (0x40 | cc) | M_0F | x64_w(wide), to, from);
}

static inline void x64_movzx8(struct emit *e, u8 to, u8 from)
{
    x64_rr(e, 0xb6 | M_0F | BYTES, to, from);
}

// -- Jumps: the rel32 forms return where the displacement is, for x64_patch --

static inline u8 *x64_jcc(struct emit *e, enum x64_cc cc)
{
    x64_u8(e, 0x0f);
    x64_u8(e, 0x80 | cc);
    x64_u32(e, 0);
    return e->at - 4;
}

static inline u8 *x64_jmp(struct emit *e)
{
    x64_u8(e, 0xe9);
    x64_u32(e, 0);
    return e->at - 4;
}

// Short forms: displacement of one byte.
static inline u8 *x64_jcc8(struct emit *e, enum x64_cc cc)
{
    x64_u8(e, 0x70 | cc);
    x64_u8(e, 0);
    return e->at - 1;
}

static inline u8 *x64_jmp8(struct emit *e)
{
    x64_u8(e, 0xeb);
    x64_u8(e, 0);
    return e->at - 1;
}

// Makes the jump whose displacement is at `rel` go to `to` (writable view, same memory).
static inline void x64_patch(u8 *rel, const u8 *to)
{
    i32 d = (i32)(to - (rel + 4));
    memcpy(rel, &d, 4);
}

static inline void x64_patch8(u8 *rel, const u8 *to)
{
    *rel = (u8)(to - (rel + 1));
}

// Calls a C function of the simulator, which lies within 2 GiB.
static inline void x64_call(struct emit *e, const void *f)
{
    x64_u8(e, 0xe8);
    x64_u32(e, (u32)((u64)f - ((u64)e->at + e->rx + 4)));
}

static inline void x64_jump_reg(struct emit *e, u8 r)
{
    x64_rr(e, 0xff, 4, r);
}

// No-operations up to `n` bytes (Intel SDM volume 2, NOP).
static inline void x64_nops(struct emit *e, u32 n)
{
    static const u8 nops[4][3] = { { 0 }, { 0x90 }, { 0x66, 0x90 }, { 0x0f, 0x1f, 0x00 } };
    while (n) {
        u32 k = n < 3 ? n : 3;
        memcpy(e->at, nops[k], k);
        e->at += k;
        n -= k;
    }
}

#endif
