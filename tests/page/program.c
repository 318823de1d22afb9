// What the page is tried with: a function that waits for memory, one whose branches go astray, one that divides,
// some that call one another.
#include <stdio.h>
#include <stdlib.h>

enum { WORDS = 1 << 16, NUMBERS = 4096 };

static unsigned next[WORDS];
static int numbers[NUMBERS];
static unsigned seed = 7;

static unsigned draw(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

__attribute__((noinline)) unsigned chase_pointers(unsigned at, int steps)
{
    for (int k = 0; k < steps; k++)
        at = next[at];
    return at;
}

__attribute__((noinline)) long count_odd(const int *from, int n)
{
    long odd = 0;
    for (int k = 0; k < n; k++) {
        if (from[k] & 1)
            odd += from[k] >> 3;
        else
            odd ^= k;
        __asm__ volatile("" : "+r"(odd));
    }
    return odd;
}

__attribute__((noinline)) double sum_of_ratios(const int *from, int n)
{
    double sum = 0;
    for (int k = 0; k < n; k++)
        sum += 1.0 / (from[k] + 1);
    return sum;
}

__attribute__((noinline)) int depth(int n)
{
    return n <= 1 ? 1 : 1 + depth(n / 2) + (int)(draw() & 1);
}

static int by_value(const void *left, const void *right)
{
    return *(const int *)left - *(const int *)right;
}

__attribute__((noinline)) double one_round(int round)
{
    double sum = chase_pointers((unsigned)round, 3000);
    for (int k = 0; k < NUMBERS; k++)
        numbers[k] = (int)(draw() & 0xffff);
    sum += (double)count_odd(numbers, NUMBERS);
    sum += sum_of_ratios(numbers, NUMBERS);
    qsort(numbers, NUMBERS / 16, sizeof(numbers[0]), by_value);
    return sum + depth(1 << 12);
}

int main(int argc, char **argv)
{
    double sum = 0;
    for (unsigned k = 0; k < WORDS; k++)
        next[k] = draw() & (WORDS - 1);
    for (int round = 0; round < 10; round++)
        sum += one_round(round);
    printf("%.0f\n", sum);
}
