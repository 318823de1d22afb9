// The sum of a matrix, row by row, as it lies in memory.
#include <stdio.h>

enum { ROWS = 1024, COLUMNS = 2048 };

long matrix[ROWS][COLUMNS];

int main(void)
{
    long sum = 0;
    for (int row = 0; row < ROWS / 8; row++)
        for (int column = 0; column < COLUMNS; column++)
            sum += matrix[row][column];
    printf("%ld\n", sum);
}
