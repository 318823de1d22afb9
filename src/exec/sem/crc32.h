// crc32.h: the checksums of the CRC32 and CRC32C instructions, a byte at a time.
#ifndef EXEC_CRC32_H
#define EXEC_CRC32_H

#include "base/types.h"

extern const u32 crc32_ieee[256];
extern const u32 crc32_castagnoli[256];

// The checksum `crc` continued over the low `bytes` bytes of `value`, lowest first.
static inline u32 crc32_update(const u32 *table, u32 crc, u64 value, int bytes)
{
    for (int k = 0; k < bytes; k++, value >>= 8)
        crc = crc >> 8 ^ table[(u8)(crc ^ value)];
    return crc;
}

#endif
