// Each number is the one before, divided: a division waits for the other.
#include <stdio.h>

enum { STEPS = 60000 };

double divisor = 3;

int main(void)
{
    double x = 1;
    for (int step = 0; step < STEPS; step++)
        x = x / divisor + 1; // slow
    printf("%.6f\n", x);
}
