// The registers as gdb numbers them: in the order of the target description.
#include <string.h>

#include "exec/pauth.h"
#include "exec/sysreg.h"
#include "gdb/session.h"

enum { X0 = 0, SP = 31, PC, CPSR, V0, FPSR = V0 + 32, FPCR, TPIDR, DATA_MASK, CODE_MASK };
_Static_assert((int)CODE_MASK + 1 == (int)REGISTERS, "session.h has their number");

enum { DIT_BIT = 24, SSBS_BIT = 12 };   // of PSTATE

#define X(n) "<reg name=\"x" #n "\" bitsize=\"64\"/>"
#define V(n) "<reg name=\"v" #n "\" bitsize=\"128\" type=\"aarch64v\"/>"
#define EACH(R) \
    R(0) R(1) R(2) R(3) R(4) R(5) R(6) R(7) R(8) R(9) R(10) R(11) R(12) R(13) R(14) R(15) R(16) \
    R(17) R(18) R(19) R(20) R(21) R(22) R(23) R(24) R(25) R(26) R(27) R(28) R(29) R(30)
#define VECTOR(id, type, count) \
    "<vector id=\"" id "\" type=\"" type "\" count=\"" count "\"/>"
#define FLAG(name, bit) "<field name=\"" name "\" start=\"" bit "\" end=\"" bit "\"/>"

const char gdb_target_xml[] =
    "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target version=\"1.0\">"
    "<architecture>aarch64</architecture><osabi>GNU/Linux</osabi>"
    "<feature name=\"org.gnu.gdb.aarch64.core\">"
    "<flags id=\"cpsr_flags\" size=\"4\">" FLAG("SSBS", "12") FLAG("DIT", "24") FLAG("V", "28")
        FLAG("C", "29") FLAG("Z", "30") FLAG("N", "31") "</flags>" EACH(
            X) "<reg name=\"sp\" bitsize=\"64\" type=\"data_ptr\"/>"
               "<reg name=\"pc\" bitsize=\"64\" type=\"code_ptr\"/>"
               "<reg name=\"cpsr\" bitsize=\"32\" type=\"cpsr_flags\"/></feature>"
               "<feature name=\"org.gnu.gdb.aarch64.fpu\">" VECTOR(
                   "v2d", "ieee_double",
                   "2") VECTOR("v2u", "uint64", "2") VECTOR("v2i", "int64",
                                                            "2") VECTOR("v4f", "ieee_single", "4")
                   VECTOR("v4u", "uint32", "4") VECTOR("v4i", "int32", "4") VECTOR(
                       "v8f", "ieee_half",
                       "8") VECTOR("v8u", "uint16", "8") VECTOR("v8i", "int16",
                                                                "8") VECTOR("v16u", "uint8", "16")
                       VECTOR("v16i", "int8", "16") VECTOR("v1u", "uint128", "1") VECTOR(
                           "v1i",
                           "int128",
                           "1") "<union id=\"vnd\"><field name=\"f\" type=\"v2d\"/><field "
                                "name=\"u\" type=\"v2u\"/>"
                                "<field name=\"s\" type=\"v2i\"/></union>"
                                "<union id=\"vns\"><field name=\"f\" type=\"v4f\"/><field "
                                "name=\"u\" type=\"v4u\"/>"
                                "<field name=\"s\" type=\"v4i\"/></union>"
                                "<union id=\"vnh\"><field name=\"f\" type=\"v8f\"/><field "
                                "name=\"u\" type=\"v8u\"/>"
                                "<field name=\"s\" type=\"v8i\"/></union>"
                                "<union id=\"vnb\"><field name=\"u\" type=\"v16u\"/><field "
                                "name=\"s\" type=\"v16i\"/></union>"
                                "<union id=\"vnq\"><field name=\"u\" type=\"v1u\"/><field "
                                "name=\"s\" type=\"v1i\"/></union>"
                                "<union id=\"aarch64v\"><field name=\"d\" type=\"vnd\"/><field "
                                "name=\"s\" type=\"vns\"/>"
                                "<field name=\"h\" type=\"vnh\"/><field name=\"b\" type=\"vnb\"/>"
                                "<field name=\"q\" type=\"vnq\"/></union>" EACH(V) V(
                                    31) "<reg name=\"fpsr\" bitsize=\"32\"/><reg name=\"fpcr\" "
                                        "bitsize=\"32\"/></feature>"
                                        "<feature name=\"org.gnu.gdb.aarch64.tls\">"
                                        "<reg name=\"tpidr\" bitsize=\"64\" "
                                        "type=\"data_ptr\"/></feature>"
                                        // Which bits of a signed pointer are not address, so that return addresses can be read.
                                        "<feature name=\"org.gnu.gdb.aarch64.pauth\">"
                                        "<reg name=\"pauth_dmask\" bitsize=\"64\"/><reg "
                                        "name=\"pauth_cmask\" bitsize=\"64\"/></feature>"
                                        "</target>";

u32 register_size(u32 number)
{
    if (number >= REGISTERS)
        return 0;
    if (number >= V0 && number < FPSR)
        return 16;
    return number == CPSR || number == FPSR || number == FPCR ? 4 : 8;
}

static u64 scalar(const struct cpu *c, u32 number)
{
    switch (number) {
    case PC: return c->pc;
    case CPSR: return cpu_nzcv(c) | (u64)c->dit << DIT_BIT | (u64)c->ssbs << SSBS_BIT;
    case FPSR: return c->fpsr;
    case FPCR: return c->fpcr;
    case TPIDR: return c->tpidr;
    case DATA_MASK:
    case CODE_MASK: return PAUTH_FIELD;
    default: return c->x[number];
    }
}

u32 register_get(const struct thread *t, u32 number, u8 bytes[16])
{
    u32 size = register_size(number);
    if (size == 16) {
        memcpy(bytes, &t->cpu.v[number - V0], 16);
    } else if (size) {
        u64 x = scalar(&t->cpu, number);
        memcpy(bytes, &x, size);
    }
    return size;
}

u32 register_set(struct thread *t, u32 number, const u8 bytes[16])
{
    struct cpu *c = &t->cpu;
    u32 size = register_size(number);
    u64 x = 0;
    memcpy(&x, bytes, size < 8 ? size : 8);
    if (size == 16) {
        memcpy(&c->v[number - V0], bytes, 16);
        return size;
    }
    switch (number) {
    case PC: c->pc = x; break;
    case CPSR:
        cpu_set_nzcv(c, (u32)x & 0xf0000000);
        c->dit = x >> DIT_BIT & 1;
        c->ssbs = x >> SSBS_BIT & 1;
        break;
    case FPSR: c->fpsr = (u32)x & FPSR_BITS; break;
    case FPCR: c->fpcr = (u32)x & FPCR_BITS; break;
    case TPIDR: c->tpidr = x; break;
    case DATA_MASK:
    case CODE_MASK: break;
    default:
        if (size)
            c->x[number] = x;
    }
    return size;
}
