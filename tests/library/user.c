// A program with functions that the library has too, inside.
#include <m2sim.h>

int translate(int n);
int query(int n);
int arena_new(int n);

int translate(int n)
{
    return n + 1;
}

int query(int n)
{
    return 2 * n;
}

int arena_new(int n)
{
    return n;
}

int main(void)
{
    char text[96];
    printf("%s %d\n", m2sim_disassemble(0xd503201f, 0, text, sizeof(text)),
           arena_new(query(translate(20))));
}
