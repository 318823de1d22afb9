// registers.h: compares all registers of two threads, by isa/regs.def.
#ifndef REGISTERS_H
#define REGISTERS_H

#include "test.h"

#include <string.h>

#include "isa/regs.h"

// Says which differ; how many. `but`: a register that is not looked at, or NULL.
static inline int registers_differ(const struct regs *is, const struct regs *want, const char *but)
{
    struct reg reg;
    int n = 0;
    if (!memcmp((const u8 *)is, (const u8 *)want, sizeof(*is)))   // the short way, mostly
        return 0;
    for (u32 k = 0; reg_of(k, &reg); k++) {
        u64 a[2] = { 0 }, b[2] = { 0 };
        reg_get(is, &reg, a);
        reg_get(want, &reg, b);
        if ((but && !strcmp(reg.name, but)) || !memcmp(a, b, sizeof(a)))
            continue;
        print_error("%s", reg.name);
        if (reg.index >= 0)
            print_error("%d", reg.index);
        print_error(" is %016llx_%016llx instead of %016llx_%016llx\n", (unsigned long long)a[1],
                    (unsigned long long)a[0], (unsigned long long)b[1], (unsigned long long)b[0]);
        n++;
    }
    return n;
}

#endif
