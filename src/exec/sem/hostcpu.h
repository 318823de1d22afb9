// hostcpu.h: what the host's CPU can do.
//
// Built with -Dbaseline=true, m2sim uses nothing above SSE4.2 and POPCNT of x86-64 even where
// there is more, so that what older hosts run is tested on newer ones.
#ifndef EXEC_HOSTCPU_H
#define EXEC_HOSTCPU_H

#ifdef M2SIM_BASELINE
#define HOST_HAS(feature) 0
#else
#define HOST_HAS(feature) __builtin_expect(__builtin_cpu_supports(feature), 1)
#endif

#endif
