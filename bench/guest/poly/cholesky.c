// cholesky: A = LL' for a symmetric positive definite A; fractions only (it takes square roots).
// Checked by: LL' is A again.
#include "poly.h"

enum { N = 56 };

static DATA a[N][N], l[N][N];

static void fill(uint32_t *seed)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j <= i; j++) {
            a[i][j] = (DATA)(random_next(seed) / 4294967296.0);
            a[j][i] = a[i][j];
        }
    for (int i = 0; i < N; i++)
        a[i][i] += N;
}

static void kernel(void)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j <= i; j++) {
            DATA sum = a[i][j];
            for (int k = 0; k < j; k++)
                sum -= l[i][k] * l[j][k];
            l[i][j] = i == j ? (DATA)sqrt((double)sum) : sum / l[j][j];
        }
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 60);
    double worst = 0;
    uint32_t seed = 59;
    for (uint64_t round = 0; round < scale; round++) {
        fill(&seed);
        kernel();
        for (int i = 0; i < N; i++)
            for (int j = 0; j <= i; j++) {
                DATA sum = 0;
                for (int k = 0; k <= j; k++)
                    sum += l[i][k] * l[j][k];
                worst = fmax(worst, gap(sum, a[i][j]));
            }
    }
    printf("corner %.17g\n", (double)l[N - 1][N - 1]);
    return expect_near("gap", worst, 0, SLACK);
}
