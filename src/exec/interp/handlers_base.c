// Handlers of isa/a64_base.def.
#include "exec/sem/sem_base.h"

#define PART_NAME base
#define PART_FILE "isa/a64_base.def"
#include "exec/interp/handlers.h"
