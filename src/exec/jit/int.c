// Templates of isa/a64_base.def.
#include "exec/jit/trans.h"

const struct jit_entry jit_int_templates[] = {
    { 0 },
};
