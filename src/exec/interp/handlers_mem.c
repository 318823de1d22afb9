// Handlers of isa/a64_mem.def.
#include "exec/sem/sem_mem.h"

#define PART_NAME mem
#define PART_FILE "isa/a64_mem.def"
#include "exec/interp/handlers.h"
