#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 1000, count = 0;
    char *composite = calloc(n + 1, 1);
    double sum = 0;
    for (int i = 2; i <= n; i++) {
        if (composite[i])
            continue;
        count++;
        sum += 1.0 / i;
        for (long k = (long)i * i; k <= n; k += i)
            composite[k] = 1;
    }
    printf("%d primes up to %d, sum of 1/p %.9f\n", count, n, sum);
    free(composite);
    return count % 100;
}
