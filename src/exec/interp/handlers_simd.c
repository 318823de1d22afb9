// Handlers of isa/a64_simd.def.
#include "exec/sem/sem_simd.h"

#define PART_NAME simd
#define PART_FILE "isa/a64_simd.def"
#include "exec/interp/handlers.h"
