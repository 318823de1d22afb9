// forms.h: the loops of forms.c for a single instruction.
#ifndef FIT_FORMS_H
#define FIT_FORMS_H

#include "fit/lab.h"

// Cycles from operand `from` to operand `to` of a chain of `word`; NAN when there is none.
double form_latency(struct lab *lab, u32 word, u32 to, u32 from);

// Cycles an instruction of independent copies of `word`.
double form_throughput(struct lab *lab, u32 word);

#endif
