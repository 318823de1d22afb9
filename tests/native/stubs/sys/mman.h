#pragma once
#include <stddef.h>
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_PRIVATE 2
#define MAP_ANON 0x1000
#define MAP_JIT 0x800
#define MAP_FAILED ((void *)-1)
void *mmap(void *, size_t, int, int, int, long long);
