// draw.h: normal numbers that are the same on every host.
#ifndef CONFIG_DRAW_H
#define CONFIG_DRAW_H

#include "base/types.h"

// a * b, rounded: no compiler fuses it with what is added to it.
double draw_product(double a, double b);

// A number of mean 0 and standard deviation 1, of the four that name it: the sum of twelve uniform
// ones, less 6. It is never beyond 6, and its kurtosis is 2.9, where a normal number's is 3.
double draw_normal(u64 seed, u64 k, u64 name, u64 nth);

#endif
