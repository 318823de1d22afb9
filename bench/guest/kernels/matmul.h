// matmul.h: the product of two matrices of NUMBER, by rows and by blocks; included by matmul-int.c
// and matmul-fp.c. Checked by: both orders of summation agree, and (AB)v = A(Bv).
enum { SIDE = 48, BLOCK = 16 };

static NUMBER a[SIDE][SIDE], b[SIDE][SIDE], c[SIDE][SIDE], d[SIDE][SIDE];

static void multiply_by_rows(void)
{
    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++) {
            NUMBER sum = 0;
            for (int k = 0; k < SIDE; k++)
                sum += a[i][k] * b[k][j];
            c[i][j] = sum;
        }
}

static void multiply_by_blocks(void)
{
    memset(d, 0, sizeof d);
    for (int kk = 0; kk < SIDE; kk += BLOCK)
        for (int jj = 0; jj < SIDE; jj += BLOCK)
            for (int i = 0; i < SIDE; i++)
                for (int k = kk; k < kk + BLOCK; k++) {
                    NUMBER factor = a[i][k];
                    for (int j = jj; j < jj + BLOCK; j++)
                        d[i][j] += factor * b[k][j];
                }
}

static NUMBER dot(const NUMBER *x, const NUMBER *y)
{
    NUMBER sum = 0;
    for (int i = 0; i < SIDE; i++)
        sum += x[i] * y[i];
    return sum;
}

// The largest difference between (AB)v and A(Bv), over all rows.
static NUMBER worst_projection(void)
{
    static NUMBER v[SIDE], bv[SIDE];
    NUMBER worst = 0;
    for (int i = 0; i < SIDE; i++)
        v[i] = (NUMBER)(i % 7) - 3;
    for (int i = 0; i < SIDE; i++)
        bv[i] = dot(b[i], v);
    for (int i = 0; i < SIDE; i++) {
        NUMBER off = dot(c[i], v) - dot(a[i], bv);
        off = off < 0 ? -off : off;
        worst = off > worst ? off : worst;
    }
    return worst;
}

static NUMBER worst_difference(void)
{
    NUMBER worst = 0;
    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++) {
            NUMBER off = c[i][j] - d[i][j];
            off = off < 0 ? -off : off;
            worst = off > worst ? off : worst;
        }
    return worst;
}
