// gdb's description of the registers: those of isa/regs.def that it knows, in that order.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "gdb/session.h"

// clang-format off
#define FLAG(name, bit) "<field name=\"" name "\" start=\"" bit "\" end=\"" bit "\"/>"
#define VECTOR(id, type, count) "<vector id=\"" id "\" type=\"" type "\" count=\"" count "\"/>"
#define UNION(id, fields) "<union id=\"" id "\">" fields "</union>"
#define FIELD(name, type) "<field name=\"" name "\" type=\"" type "\"/>"

// Each with the types that its registers have.
static const struct {
    const char *name, *types;
} features[REG_FEATURES] = {
    [REG_CORE] = { "core",
        "<flags id=\"cpsr_flags\" size=\"4\">" FLAG("SSBS", "12") FLAG("DIT", "24") FLAG("V", "28")
        FLAG("C", "29") FLAG("Z", "30") FLAG("N", "31") "</flags>" },
    [REG_FPU] = { "fpu",
        VECTOR("v2d", "ieee_double", "2") VECTOR("v2u", "uint64", "2") VECTOR("v2i", "int64", "2")
        VECTOR("v4f", "ieee_single", "4") VECTOR("v4u", "uint32", "4") VECTOR("v4i", "int32", "4")
        VECTOR("v8f", "ieee_half", "8") VECTOR("v8u", "uint16", "8") VECTOR("v8i", "int16", "8")
        VECTOR("v16u", "uint8", "16") VECTOR("v16i", "int8", "16")
        VECTOR("v1u", "uint128", "1") VECTOR("v1i", "int128", "1")
        UNION("vnd", FIELD("f", "v2d") FIELD("u", "v2u") FIELD("s", "v2i"))
        UNION("vns", FIELD("f", "v4f") FIELD("u", "v4u") FIELD("s", "v4i"))
        UNION("vnh", FIELD("f", "v8f") FIELD("u", "v8u") FIELD("s", "v8i"))
        UNION("vnb", FIELD("u", "v16u") FIELD("s", "v16i"))
        UNION("vnq", FIELD("u", "v1u") FIELD("s", "v1i"))
        UNION("aarch64v", FIELD("d", "vnd") FIELD("s", "vns") FIELD("h", "vnh") FIELD("b", "vnb")
                          FIELD("q", "vnq")) },
    [REG_TLS] = { "tls", "" },
    // Which bits of a signed pointer are not address, so that return addresses can be read.
    [REG_PAUTH] = { "pauth", "" },
};
// clang-format on

static bool known(u32 number, struct reg *reg)
{
    return reg_of(number, reg) && reg->feature != REG_NONE;
}

static void describe(FILE *f, const struct reg *reg)
{
    fprintf(f, "<reg name=\"%s", reg->name);
    if (reg->index >= 0)
        fprintf(f, "%d", reg->index);
    fprintf(f, "\" bitsize=\"%u\"", 8 * reg->bytes);
    if (*reg->type)
        fprintf(f, " type=\"%s\"", reg->type);
    fputs("/>", f);
}

char *registers_description(void)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    struct reg reg;
    enum reg_feature in = REG_NONE;
    if (!f)
        out_of_memory();
    fputs("<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target version="
          "\"1.0\"><architecture>aarch64</architecture><osabi>GNU/Linux</osabi>",
          f);
    for (u32 k = 0; known(k, &reg); k++) {
        if (reg.feature != in)
            fprintf(f, "%s<feature name=\"org.gnu.gdb.aarch64.%s\">%s",
                    in == REG_NONE ? "" : "</feature>", features[reg.feature].name,
                    features[reg.feature].types);
        in = reg.feature;
        describe(f, &reg);
    }
    fputs("</feature></target>", f);
    if (fclose(f))
        out_of_memory();
    return text;
}

u32 register_size(u32 number)
{
    struct reg reg;
    return known(number, &reg) ? reg.bytes : 0;
}

u32 register_get(const struct thread *t, u32 number, u8 bytes[REG_BYTES])
{
    struct reg reg;
    if (!known(number, &reg))
        return 0;
    reg_get(&t->cpu.regs, &reg, bytes);
    return reg.bytes;
}

u32 register_set(struct thread *t, u32 number, const u8 bytes[REG_BYTES])
{
    struct reg reg;
    if (!known(number, &reg))
        return 0;
    reg_set(&t->cpu.regs, &reg, bytes);
    return reg.bytes;
}
