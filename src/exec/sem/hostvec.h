// hostvec.h: host vector operations that C has no operator for.
//
// Each has a portable form; the x86 one is used where the compiler may emit it.
// HOST_FMA and HOST_ROUND say whether fused multiply-add and rounding to integral are
// single host instructions; where they are not, softfp does the work.
#ifndef EXEC_HOSTVEC_H
#define EXEC_HOSTVEC_H

#include "isa/cpu.h"

#if defined(__FMA__) || defined(__FP_FAST_FMA)
enum { HOST_FMA = 1 };
#else
enum { HOST_FMA = 0 };
#endif

#if defined(__SSE4_1__) || defined(__aarch64__)
enum { HOST_ROUND = 1 };
#else
enum { HOST_ROUND = 0 };
#endif

#ifdef __SSE4_1__

static inline bool hv_any(u64x2 v)
{
    typedef long long di __attribute__((vector_size(16)));
    return !__builtin_ia32_ptestz128((di)v, (di)v);
}

#else

static inline bool hv_any(u64x2 v)
{
    return v[0] | v[1];
}

#endif

#ifdef __SSE2__

static inline f32x4 hv_sqrt4(f32x4 a)
{
    return __builtin_ia32_sqrtps(a);
}

static inline f64x2 hv_sqrt2(f64x2 a)
{
    return __builtin_ia32_sqrtpd(a);
}

#else

static inline f32x4 hv_sqrt4(f32x4 a)
{
    return (f32x4){ __builtin_sqrtf(a[0]), __builtin_sqrtf(a[1]), __builtin_sqrtf(a[2]),
                    __builtin_sqrtf(a[3]) };
}

static inline f64x2 hv_sqrt2(f64x2 a)
{
    return (f64x2){ __builtin_sqrt(a[0]), __builtin_sqrt(a[1]) };
}

#endif

#ifdef __FMA__

static inline f32x4 hv_fma4(f32x4 a, f32x4 b, f32x4 z)
{
    return __builtin_ia32_vfmaddps(a, b, z);
}

static inline f64x2 hv_fma2(f64x2 a, f64x2 b, f64x2 z)
{
    return __builtin_ia32_vfmaddpd(a, b, z);
}

#else

static inline f32x4 hv_fma4(f32x4 a, f32x4 b, f32x4 z)
{
    return (f32x4){ __builtin_fmaf(a[0], b[0], z[0]), __builtin_fmaf(a[1], b[1], z[1]),
                    __builtin_fmaf(a[2], b[2], z[2]), __builtin_fmaf(a[3], b[3], z[3]) };
}

static inline f64x2 hv_fma2(f64x2 a, f64x2 b, f64x2 z)
{
    return (f64x2){ __builtin_fma(a[0], b[0], z[0]), __builtin_fma(a[1], b[1], z[1]) };
}

#endif

#endif
