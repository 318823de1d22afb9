// handlers.h: makes the handlers of one part of a64.def, plain and recording.
//
// A handlers_PART.c defines PART_NAME and PART_FILE, includes the part's sem_*.h, then
// this file. The handlers are made by including variant.h twice.
#include "base/types.h"
#include "exec/interp/engine.h"
#include "exec/sem/sem.h"

#include "exec/interp/variant.h"

#define RECORDING 0
#define H(name) plain_##name
#define TABLE CAT(exec_plain_, PART_NAME)
#include "exec/interp/variant.h"
#undef RECORDING
#undef H
#undef TABLE

#define RECORDING 1
#define H(name) record_##name
#define TABLE CAT(exec_record_, PART_NAME)
#include "exec/interp/variant.h"

const size_t CAT(exec_count_, PART_NAME) = COUNT(CAT(exec_plain_, PART_NAME)) - 1;
