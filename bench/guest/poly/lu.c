// lu: A = LU in place, L with ones on its diagonal; then Ax = b by forward and backward
// substitution. Checked by: A is made as a product of known factors, which come back, and so does
// the known solution. With integers the divisions are exact, since the pivots are ones.
#include "poly.h"

enum { N = 48 };

static DATA a[N][N], l[N][N], u[N][N], b[N], x[N];

// Small entries; the diagonal of U is 1 for integers and dominant for fractions.
static void fill(uint32_t *seed)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            DATA small = (DATA)((int)(random_next(seed) % 5) - 2) / (FRACTIONS ? 8 : 1);
            l[i][j] = i == j ? 1 : i > j ? small : 0;
            u[i][j] = i == j ? (FRACTIONS ? 2 : 1) : i < j ? small : 0;
        }
    for (int i = 0; i < N; i++) {
        b[i] = 0;
        for (int j = 0; j < N; j++) {
            a[i][j] = 0;
            for (int k = 0; k <= (i < j ? i : j); k++)
                a[i][j] += l[i][k] * u[k][j];
            b[i] += a[i][j] * (j + 1); // the solution is 1, 2, 3, ...
        }
    }
}

static void kernel(void)
{
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < i; j++) {
            for (int k = 0; k < j; k++)
                a[i][j] -= a[i][k] * a[k][j];
            a[i][j] /= a[j][j];
        }
        for (int j = i; j < N; j++)
            for (int k = 0; k < i; k++)
                a[i][j] -= a[i][k] * a[k][j];
    }
    for (int i = 0; i < N; i++) {
        x[i] = b[i];
        for (int j = 0; j < i; j++)
            x[i] -= a[i][j] * x[j];
    }
    for (int i = N - 1; i >= 0; i--) {
        for (int j = i + 1; j < N; j++)
            x[i] -= a[i][j] * x[j];
        x[i] /= a[i][i];
    }
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 60);
    double factors = 0, solution = 0;
    uint32_t seed = 53;
    for (uint64_t round = 0; round < scale; round++) {
        fill(&seed);
        kernel();
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++)
                factors = fmax(factors, gap(a[i][j], i > j ? l[i][j] : u[i][j]));
            solution = fmax(solution, gap(x[i], i + 1));
        }
    }
    printf("corner %.17g\n", (double)a[N - 1][N - 1]);
    int bad = expect_near("factors", factors, 0, SLACK);
    return bad | expect_near("solution", solution, 0, 1000 * SLACK);
}
