// lab.c: the lab of src/fit on the machine itself: the generators of src/fit write their loops here, and what
// they cost is timed.
//
// A simulated loop is left when it has come round often enough; here its last branch becomes a count of x28,
// which no generator uses, and a return. In a loop of NOPs the count takes the place of one.
#include <stdlib.h>
#include <string.h>

#include "fit/a64.h"
#include "native.h"

enum {
    PAGE = 65536,
    DATA_PAGE = 16384,
    COUNTER = 28,
    RET_X29 = 0xd65f03a0,
    CBZ = 0xb4000000,
    NEAR = 1 << 18
};

_Alignas(DATA_PAGE) unsigned char native_data[LAB_DATA_SIZE];

void native_enter(const void *code, const u64 *x, u64 n);

struct lab {
    const struct measure *m;
    u8 *memory;
    vaddr code, code_end, last;   // the program being written, and its latest word
    u64 data_end;   // bytes of data that were written
    struct lab_run run;
    struct slope slope;
};

struct lab *native_lab(const struct measure *m)
{
    struct lab *l = calloc(1, sizeof(*l));
    if (!l)
        native_fail("out of memory");
    l->m = m;
    l->memory = host_code(LAB_CODE_SIZE);
    lab_reset(l);
    return l;
}

const struct measure *native_measure(const struct lab *l)
{
    return l->m;
}

struct slope native_slope(const struct lab *l)
{
    return l->slope;
}

void lab_reset(struct lab *l)
{
    memset(native_data, 0, l->data_end);
    l->data_end = 0;
    l->code = l->code_end = ((vaddr)(uintptr_t)l->memory + PAGE - 1) & ~(vaddr)(PAGE - 1);
}

void native_touch(struct lab *l, u64 size)
{
    memset(native_data, 1, size);
    l->data_end = size;
}

vaddr lab_code(struct lab *l, u64 align)
{
    host_write();
    l->code = l->code_end = (l->code_end + align - 1) & ~(align - 1);
    return l->code;
}

static u32 *word_at(vaddr at)
{
    return (u32 *)(uintptr_t)at;
}

void lab_word(struct lab *l, vaddr at, u32 word)
{
    if (at < l->code || at - (vaddr)(uintptr_t)l->memory > LAB_CODE_SIZE - 64)
        native_fail("a program of more than %d MiB", LAB_CODE_SIZE >> 20);
    *word_at(at) = word;
    l->last = at;
    if (at + sizeof(word) > l->code_end)
        l->code_end = at + sizeof(word);
}

void lab_data(struct lab *l, vaddr at, u64 value)
{
    memcpy((void *)(uintptr_t)at, &value, sizeof(value));
    if (at + sizeof(value) - LAB_DATA > l->data_end)
        l->data_end = at + sizeof(value) - LAB_DATA;
}

static void put(struct lab *l, u32 word)
{
    lab_word(l, l->last + sizeof(word), word);
}

static void close_loop(struct lab *l, vaddr head)
{
    l->last -= sizeof(u32);   // of the branch
    if (l->last > head && *word_at(head) == A64_NOP)   // no branch goes anywhere in it
        l->last -= sizeof(u32);
    put(l, a64_sub_imm(COUNTER, COUNTER, 1));
    i64 back = ((i64)head - (i64)l->last) / 4 - 1;
    if (-back < NEAR) {
        put(l, a64_cbnz(COUNTER, back));
    } else {
        put(l, CBZ | 2 << 5 | COUNTER);
        put(l, a64_b(back - 1));
    }
    put(l, RET_X29);
}

static double go_round(void *ctx, u64 n)
{
    const struct lab *l = ctx;
    native_enter((const void *)(uintptr_t)l->run.start, l->run.x, n);
    return 0;
}

// A chase goes round all its places in `count`, which is therefore what is repeated.
double lab_run(struct lab *l, const struct lab_run *r)
{
    l->run = *r;
    close_loop(l, r->head);
    host_ready((u8 *)(uintptr_t)l->code, l->code_end - l->code);
    go_round(l, r->warm ? r->warm : 1);
    l->slope = measure(l->m, go_round, l, r->count ? r->count : 1);
    return l->slope.each;
}
