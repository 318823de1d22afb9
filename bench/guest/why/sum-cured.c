// The same in sixteen sums, which do not wait for one another.
#include <stdio.h>

enum { N = 4096, TURNS = 60, SUMS = 16 };

double number[N];

int main(void)
{
    double sum[SUMS] = { 0 };
    for (int turn = 0; turn < TURNS; turn++)
        for (int k = 0; k < N; k += SUMS)
#pragma GCC unroll 16
            for (int s = 0; s < SUMS; s++)
                sum[s] += number[k + s];
    double all = 0;
    for (int s = 0; s < SUMS; s++)
        all += sum[s];
    printf("%g\n", all);
}
