// A list whose nodes lie anywhere in 32 MiB: each load waits for the one before.
#include <stdio.h>

enum { NODES = 1 << 18, STEPS = 100000 };

struct node {
    struct node *next;
    long value, more[14];
};

static struct node nodes[NODES];

int main(void)
{
    for (unsigned k = 0; k < NODES; k++)
        nodes[k].next = &nodes[(k * 190813u + 77777) % NODES];
    struct node *at = nodes;
    long sum = 0;
    for (int step = 0; step < STEPS; step++) {
        sum += at->value;
        at = at->next; // slow
    }
    printf("%ld\n", sum);
}
