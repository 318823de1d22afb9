// m2sim_roi.h: marks around the region of interest of a program, for m2sim's --roi.
//
//     #include <m2sim_roi.h>
//     set_up();
//     m2sim_roi_begin();
//     kernel();
//     m2sim_roi_end();
//
// Each is one instruction of AArch64's hint space, which does nothing on any real CPU and outside of
// m2sim; elsewhere nothing at all. The compiler moves no access to memory across one. C and C++.
#ifndef M2SIM_ROI_H
#define M2SIM_ROI_H

#define M2SIM_ROI_BEGIN 96   // numbers of hints
#define M2SIM_ROI_END 97

#ifdef __aarch64__
#define M2SIM_ROI_HINT(number) __asm__ volatile("hint %0" ::"i"(number) : "memory")
#else
#define M2SIM_ROI_HINT(number) ((void)0)
#endif

static inline void m2sim_roi_begin(void)
{
    M2SIM_ROI_HINT(M2SIM_ROI_BEGIN);
}

static inline void m2sim_roi_end(void)
{
    M2SIM_ROI_HINT(M2SIM_ROI_END);
}

#endif
