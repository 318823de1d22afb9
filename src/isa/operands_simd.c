// Operands of the scalar floating-point and Advanced SIMD instructions.
#include "isa/operands.h"
