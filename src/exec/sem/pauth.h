// pauth.h: pointer authentication as the M2 has it (FEAT_PAuth2, FEAT_FPAC).
//
// Linux gives user space 48-bit addresses with the top byte ignored, so the code
// takes bits 54-48 of a pointer. The algorithm is the architecture's IMPLEMENTATION
// DEFINED choice, as on the M2: two rounds of multiply and fold, keyed by the 128 bits
// of the key. It is cheap and not cryptographic: it is not meant to resist an attacker
// who can make this program sign pointers at will.
#ifndef EXEC_PAUTH_H
#define EXEC_PAUTH_H

#include "isa/cpu.h"

// Rows of cpu.pac_key.
enum pauth_key { PAUTH_IA, PAUTH_IB, PAUTH_DA, PAUTH_DB, PAUTH_GA };

// Arm ARM, ComputePAC.
u64 pauth_code(const struct cpu *c, u64 value, u64 modifier, enum pauth_key key);

// `ptr` with its address bits above 47 (but for the tag byte) those of bit 55.
static inline u64 pauth_strip(u64 ptr)
{
    return ptr >> 55 & 1 ? ptr | PAUTH_FIELD : ptr & ~PAUTH_FIELD;
}

// Arm ARM, AddPAC with FEAT_PAuth2: the code is exclusive-ORed into the field.
static inline u64 pauth_add(const struct cpu *c, u64 ptr, u64 modifier, enum pauth_key key)
{
    return ptr ^ (pauth_code(c, pauth_strip(ptr), modifier, key) & PAUTH_FIELD);
}

// Arm ARM, Auth: the same exclusive-OR takes the code out again; pauth_good() says
// whether that left a canonical address.
static inline u64 pauth_remove(const struct cpu *c, u64 ptr, u64 modifier, enum pauth_key key)
{
    return pauth_add(c, ptr, modifier, key);
}

static inline bool pauth_good(u64 plain)
{
    return plain == pauth_strip(plain);
}

#endif
