// data.h: the memory of the probes, in place of the address that a simulated lab has. Included before all else.
#ifndef NATIVE_DATA_H
#define NATIVE_DATA_H

#include <stdint.h>

extern unsigned char native_data[];
#define LAB_DATA ((uint64_t)(uintptr_t)native_data)

#endif
