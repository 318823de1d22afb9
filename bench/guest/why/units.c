// Independent multiplications, one number each: all FP units are busy.
#include <stdio.h>

enum { TURNS = 80000, N = 24 };

int main(void)
{
    static double x[N];
    double a[N], one = 1;
#pragma GCC unroll 24
    for (int k = 0; k < N; k++)
        a[k] = x[k] + 1;
    for (int turn = 0; turn < TURNS; turn++)
#pragma GCC unroll 24
        for (int k = 0; k < N; k++) {
            __asm__ volatile("fmul %d0, %d0, %d1" : "+w"(a[k]) : "w"(one)); // slow
        }
    double sum = 0;
#pragma GCC unroll 24
    for (int k = 0; k < N; k++)
        sum += a[k];
    printf("%g\n", sum);
}
