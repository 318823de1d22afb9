#pragma once
#include <stddef.h>
void sys_icache_invalidate(void *, size_t);
