// The sum of numbers in order: each addition waits for the one before.
#include <stdio.h>

enum { N = 4096, TURNS = 60 };

double number[N];

int main(void)
{
    double sum = 0;
    for (int turn = 0; turn < TURNS; turn++)
        for (int k = 0; k < N; k++)
            sum += number[k]; // slow
    printf("%g\n", sum);
}
