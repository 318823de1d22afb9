// Handlers of isa/a64_fp.def, compiled for x86-64-v3 (AVX2, FMA).
#include "exec/fp/fp_slow.h"
#include "exec/sem/sem_fp.h"

#define PART_NAME fp_v3
#define PART_FILE "isa/a64_fp.def"
#define PART_SLOW fp_slow
#include "exec/interp/handlers.h"
