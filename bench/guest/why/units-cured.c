// The same, two numbers a multiplication.
#include <stdio.h>

enum { TURNS = 80000, N = 12 };

typedef double doubles __attribute__((vector_size(16)));

int main(void)
{
    static double x[N];
    doubles a[N], one = { 1, 1 };
#pragma GCC unroll 12
    for (int k = 0; k < N; k++)
        a[k] = (doubles){ x[k] + 1, x[k] + 1 };
    for (int turn = 0; turn < TURNS; turn++)
#pragma GCC unroll 12
        for (int k = 0; k < N; k++) {
            __asm__ volatile("fmul %0.2d, %0.2d, %1.2d" : "+w"(a[k]) : "w"(one));
        }
    double sum = 0;
#pragma GCC unroll 12
    for (int k = 0; k < N; k++)
        sum += a[k][0] + a[k][1];
    printf("%g\n", sum);
}
