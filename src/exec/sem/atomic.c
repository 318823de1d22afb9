#include "exec/sem/atomic.h"

// x86-64 has the instruction on every processor made since 2006, but not in its baseline.
#ifdef __x86_64__
#define WITH_CAS128 __attribute__((target("cx16")))
#else
#define WITH_CAS128
#endif

WITH_CAS128 bool atomic_cas128(void *p, u64 expected[2], const u64 x[2])
{
    unsigned __int128 was = (unsigned __int128)expected[1] << 64 | expected[0];
    unsigned __int128 new = (unsigned __int128)x[1] << 64 | x[0];
    unsigned __int128 is = __sync_val_compare_and_swap((unsigned __int128 *)p, was, new);
    expected[0] = (u64)is;
    expected[1] = (u64)(is >> 64);
    return is == was;
}
