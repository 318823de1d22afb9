// What the instructions of a64_simd.def do. See sem.h and sem_lanes.h for the language.
#ifndef EXEC_SEM_SIMD_H
#define EXEC_SEM_SIMD_H

#include "exec/sem/sem_simd_same.h"

#include "exec/sem/sem_simd_crypto.h"
#include "exec/sem/sem_simd_perm.h"
#include "exec/sem/sem_simd_shift.h"
#include "exec/sem/sem_simd_wide.h"

#endif
