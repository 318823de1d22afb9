// matmul-fp: the product of two matrices of doubles, see matmul.h.
#include "check.h"

#define NUMBER double
#include "matmul.h"

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 20);
    double trace = 0, worst = 0;
    uint32_t seed = 3;

    for (uint64_t round = 0; round < scale; round++) {
        for (int i = 0; i < SIDE * SIDE; i++) {
            a[i / SIDE][i % SIDE] = random_next(&seed) / 4294967296.0 - 0.5;
            b[i / SIDE][i % SIDE] = random_next(&seed) / 4294967296.0 - 0.5;
        }
        multiply_by_rows();
        multiply_by_blocks();
        worst = fmax(worst, fmax(worst_projection(), worst_difference()));
        for (int i = 0; i < SIDE; i++)
            trace += c[i][i];
    }
    printf("trace %.17g\n", trace);
    return expect_near("error", worst, 0, 1e-12);
}
