// matmul-int: the product of two matrices of 64-bit integers, see matmul.h.
#include "check.h"

#define NUMBER int64_t
#include "matmul.h"

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 20), good = 0;
    uint32_t seed = 3;

    for (uint64_t round = 0; round < scale; round++) {
        for (int i = 0; i < SIDE * SIDE; i++) {
            a[i / SIDE][i % SIDE] = (int64_t)(random_next(&seed) % 2001) - 1000;
            b[i / SIDE][i % SIDE] = (int64_t)(random_next(&seed) % 2001) - 1000;
        }
        multiply_by_rows();
        multiply_by_blocks();
        good += worst_projection() == 0 && worst_difference() == 0;
    }
    return expect("products", good, scale);
}
