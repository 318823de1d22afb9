// The sum of a matrix, column by column: each load is a row away from the one before.
#include <stdio.h>

enum { ROWS = 1024, COLUMNS = 2048 };

long matrix[ROWS][COLUMNS];

int main(void)
{
    long sum = 0;
    for (int column = 0; column < COLUMNS / 8; column++)
        for (int row = 0; row < ROWS; row++)
            sum += matrix[row][column]; // slow
    printf("%ld\n", sum);
}
