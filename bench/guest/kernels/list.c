// list: a linked list in shuffled memory: build, reverse, merge sort, split by parity, walk.
// Checked by: the list holds a permutation of 0..n-1, so its order and its sums are known in closed
// form.
#include "check.h"

enum { COUNT = 8192 };

struct node {
    struct node *next;
    uint64_t value;
};

static struct node nodes[COUNT];

// The values 0..COUNT-1 on nodes in the order of a shuffle, so that a walk jumps about.
static struct node *build(uint32_t *seed)
{
    static uint32_t order[COUNT];
    struct node *head = NULL;
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t j = random_next(seed) % (i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        struct node *n = &nodes[order[i]];
        *n = (struct node){ head, (i * 2654435761u) % COUNT };
        head = n;
    }
    return head;
}

static struct node *reverse(struct node *n)
{
    struct node *done = NULL;
    while (n) {
        struct node *next = n->next;
        n->next = done;
        done = n;
        n = next;
    }
    return done;
}

static struct node *merge(struct node *x, struct node *y)
{
    struct node *head, **end = &head;
    while (x && y) {
        struct node **least = x->value <= y->value ? &x : &y;
        *end = *least;
        end = &(*least)->next;
        *least = *end;
    }
    *end = x ? x : y;
    return head;
}

// Sorted runs of 1, 2, 4, ... nodes wait in `runs` as the digits of a binary counter.
static struct node *sort(struct node *n)
{
    struct node *runs[32] = { NULL }, *sorted = NULL;
    while (n) {
        struct node *run = n;
        n = n->next;
        run->next = NULL;
        int i = 0;
        for (; runs[i]; i++) {
            run = merge(runs[i], run);
            runs[i] = NULL;
        }
        runs[i] = run;
    }
    for (int i = 0; i < 32; i++)
        sorted = merge(runs[i], sorted);
    return sorted;
}

static uint64_t weighted_sum(const struct node *n)
{
    uint64_t sum = 0, place = 0;
    for (; n; n = n->next)
        sum += ++place * n->value;
    return sum;
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 15), up = 0, down = 0, odd = 0;
    uint64_t n = COUNT;
    uint32_t seed = 5;

    for (uint64_t round = 0; round < scale; round++) {
        struct node *list = sort(reverse(build(&seed)));
        up += weighted_sum(list) == (n - 1) * n * (n + 1) / 3;   // sum of i(i-1) for i = 1..n
        list = reverse(list);
        down += weighted_sum(list) == (n - 1) * n * (n + 1) / 6;   // sum of i(n-i)
        for (; list; list = list->next)
            odd += list->value & 1;
    }
    int bad = expect("ascending", up, scale);
    bad |= expect("descending", down, scale);
    return bad | expect("odd", odd, scale * COUNT / 2);
}
