// probe_data.h: what the probe inside a measured process leaves for the one that measures: a
// file in memory that both have mapped.
#ifndef BENCH_PROBE_DATA_H
#define BENCH_PROBE_DATA_H

#include "base/types.h"

#define PROBE_VARIABLE "M2SIM_PROBE"   // environment: the number of the file descriptor

enum { PROBE_MAGIC = 0x6d32707a, PROBE_DEPTH = 28, PROBE_MODULES = 40, PROBE_PATH = 240 };

// The program or a shared object: [low, high) holds its code; what its file says of an address
// lies `base` higher.
struct probe_module {
    u64 base, low, high;
    char path[PROBE_PATH];   // "" for the program itself
};

enum probe_kind { PROBE_CPU, PROBE_ALLOCATION };

struct probe_sample {
    u32 kind, depth;
    u64 weight;            // ticks of the sampling clock, or bytes
    u64 pc[PROBE_DEPTH];   // the innermost first; a caller's is its return address
};

struct probe_head {
    u32 magic;             // written last by the probe when it has begun
    u32 hz;                // samples a second of CPU time of a thread; 0: only counts
    u32 modules, ready;
    u64 room;              // samples that the file holds
    u64 taken;             // samples there were; those past `room` are lost
    u64 allocations, allocated_bytes;
    struct probe_module module[PROBE_MODULES];
    struct probe_sample sample[];
};

#endif
