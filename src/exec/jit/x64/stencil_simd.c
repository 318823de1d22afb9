// Stencils of isa/a64_simd.def.
#define SEM_OPERANDS "exec/jit/x64/stencil_operands.h"
#include "exec/sem/sem_simd.h"

#define PART_FILE "isa/a64_simd.def"
#define PART_DECLINES 0
#include "exec/jit/x64/stencil_bodies.h"
