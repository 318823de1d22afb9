// Handlers of isa/a64_fp.def.
#include "exec/fp/fp_slow.h"
#include "exec/sem/sem_fp.h"

#define PART_NAME fp
#define PART_FILE "isa/a64_fp.def"
#define PART_SLOW fp_slow
#include "exec/interp/handlers.h"
