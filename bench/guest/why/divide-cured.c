// The same by multiplications with what the divisor makes of 1.
#include <stdio.h>

enum { STEPS = 60000 };

double divisor = 3;

int main(void)
{
    double x = 1, factor = 1 / divisor;
    for (int step = 0; step < STEPS; step++)
        x = x * factor + 1;
    printf("%.6f\n", x);
}
