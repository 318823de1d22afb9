// What the instructions of a64_simd.def do. See sem.h for the language.
#ifndef EXEC_SEM_SIMD_H
#define EXEC_SEM_SIMD_H

#include "exec/sem.h"

#endif
