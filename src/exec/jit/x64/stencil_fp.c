// Stencils of isa/a64_fp.def.
#define SEM_OPERANDS "exec/jit/x64/stencil_operands.h"
#include "exec/sem/sem_fp.h"

#define PART_FILE "isa/a64_fp.def"
#define PART_DECLINES 1
#include "exec/jit/x64/stencil_bodies.h"
