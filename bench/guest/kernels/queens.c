// queens: all ways to place n queens on a board, by recursion over bit masks and by arrays.
// Checked by: the known numbers of solutions (OEIS A000170).
#include "check.h"

static const uint32_t known[] = { 1, 1, 0, 0, 2, 10, 4, 40, 92, 352, 724, 2680 };

static uint32_t by_masks(uint32_t all, uint32_t columns, uint32_t left, uint32_t right)
{
    if (columns == all)
        return 1;
    uint32_t ways = 0;
    for (uint32_t free = all & ~(columns | left | right); free; free &= free - 1) {
        uint32_t place = free & -free;
        ways += by_masks(all, columns | place, (left | place) << 1, (right | place) >> 1);
    }
    return ways;
}

static bool safe(const int *column, int row)
{
    for (int r = 0; r < row; r++)
        if (column[r] == column[row] || abs(column[r] - column[row]) == row - r)
            return false;
    return true;
}

static uint32_t by_arrays(int *column, int row, int n)
{
    if (row == n)
        return 1;
    uint32_t ways = 0;
    for (column[row] = 0; column[row] < n; column[row]++)
        if (safe(column, row))
            ways += by_arrays(column, row + 1, n);
    return ways;
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 40), masks = 0, arrays = 0;

    for (uint64_t round = 0; round < scale; round++) {
        int column[12], n = 8 + (int)(round % 2);
        masks += by_masks((1u << n) - 1, 0, 0, 0) == known[n];
        arrays += by_arrays(column, 0, n - 1) == known[n - 1];
    }
    int bad = expect("masks", masks, scale);
    bad |= expect("arrays", arrays, scale);
    if (scale >= 10)
        bad |= expect("ways of 11", by_masks((1u << 11) - 1, 0, 0, 0), known[11]);
    return bad;
}
