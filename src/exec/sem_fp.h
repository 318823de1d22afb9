// What the instructions of a64_fp.def do. See sem.h for the language.
#ifndef EXEC_SEM_FP_H
#define EXEC_SEM_FP_H

#include "exec/sem.h"

#endif
