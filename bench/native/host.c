#include <string.h>

#include "native.h"

// Apple's part numbers are those of the kernel's asm/cputype.h; the chips of a generation have the same two cores.
static const struct {
    const char *brand, *machine, *core[2];
    u32 part[2][3];   // P, E
} chips[] = {
    { "Apple M1",
      "M1",
      { "m1-firestorm", "m1-icestorm" },
      { { 0x23, 0x25, 0x29 }, { 0x22, 0x24, 0x28 } } },
    { "Apple M2",
      "M2",
      { "m2-avalanche", "m2-blizzard" },
      { { 0x33, 0x35, 0x39 }, { 0x32, 0x34, 0x38 } } },
};

// Which of the chip's kinds `part` is: 0 P, 1 E, or -1.
static int kind_of(size_t k, u32 part)
{
    for (int e = 0; e < 2; e++)
        for (u32 j = 0; j < COUNT(chips[k].part[e]); j++)
            if (chips[k].part[e][j] == part)
                return e;
    return -1;
}

void host_name(struct host *h, u32 part, const char *brand)
{
    for (size_t k = 0; k < COUNT(chips); k++) {
        int e =
            brand ? -!!strncmp(brand, chips[k].brand, strlen(chips[k].brand)) : kind_of(k, part);
        if (e < 0)
            continue;
        if (h->kind == ANY_CORE)
            h->kind = e ? E_CORE : P_CORE;
        snprintf(h->machine, sizeof(h->machine), "%s", chips[k].machine);
        snprintf(h->core, sizeof(h->core), "%s", chips[k].core[h->kind == E_CORE]);
    }
    if (brand)   // "M1 Max", "M2 Pro" and so on
        snprintf(h->machine, sizeof(h->machine), "%s", brand + 6 * !strncmp(brand, "Apple ", 6));
    if (h->kind == ANY_CORE)
        h->kind = P_CORE;
}
