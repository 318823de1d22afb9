// Handlers of isa/a64_simd.def.
#include "exec/sem_simd.h"

#define PART_NAME simd
#define PART_FILE "isa/a64_simd.def"
#include "exec/handlers.h"
