// types.h: the few scalar names every module shares.
#ifndef BASE_TYPES_H
#define BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t i8;
typedef int16_t i16;
typedef int32_t i32;
typedef int64_t i64;

typedef u64 vaddr;   // guest virtual address
typedef u64 paddr;   // guest physical address
typedef u64 cycle;   // core clock cycles since the start of timing

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

#endif
