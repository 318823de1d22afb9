// mvt: x = x + Ay and z = z + A'w.
// Checked by: w.(Ay) = y.(A'w), the same double sum in two orders.
#include "poly.h"

enum { N = 120 };

static DATA a[N][N], x[N], y[N], z[N], w[N];

static void fill(void)
{
    for (int i = 0; i < N; i++) {
        x[i] = z[i] = 0;
        y[i] = (DATA)((i + 3) % N) / (FRACTIONS ? N : 1);
        w[i] = (DATA)((i * 7 + 4) % N) / (FRACTIONS ? N : 1);
        for (int j = 0; j < N; j++)
            a[i][j] = (DATA)(i * j % N) / (FRACTIONS ? N : 1);
    }
}

static void kernel(void)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            x[i] += a[i][j] * y[j];
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            z[i] += a[j][i] * w[j];
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 100);
    double worst = 0;
    DATA left = 0;
    for (uint64_t round = 0; round < scale; round++) {
        DATA right = left = 0;
        fill();
        kernel();
        for (int i = 0; i < N; i++) {
            left += w[i] * x[i];
            right += y[i] * z[i];
        }
        worst = fmax(worst, gap(left, right));
    }
    printf("sum %.17g\n", (double)left);
    return expect_near("gap", worst, 0, SLACK);
}
