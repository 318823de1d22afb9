// Handlers of isa/a64_fp.def.
#include "exec/sem_fp.h"

#define PART_NAME fp
#define PART_FILE "isa/a64_fp.def"
#include "exec/handlers.h"
