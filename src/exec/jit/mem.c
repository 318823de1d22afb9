// Templates of isa/a64_mem.def.
#include "exec/jit/trans.h"

const struct jit_entry jit_mem_templates[] = {
    { 0 },
};
