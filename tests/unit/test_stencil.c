// Every stencil, alone, against the interpreter's handler of the same instruction.
#include "test.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "exec/interp/engine.h"
#include "exec/fp/fpenv.h"
#include "exec/jit/x64/stencil.h"
#include "isa/decode.h"
#include "registers.h"

enum { WORDS = 400, STATES = 3, PC = 0x12345678 };

// What the host's registers hold before and after.
struct host {
    u64 rdi, rsi, rdx, rcx, rbp;   // offsets are in stencil_call
    u64 kept[9];   // rbx, r8 to r15
    union vreg xmm[16];
};
_Static_assert(offsetof(struct host, kept) == 40 && offsetof(struct host, xmm) == 112, "");

// Runs `code` with the registers of `h`; true when it ends in `mov $1, %eax; ret`.
int stencil_call(struct host *h, const u8 *code);

// clang-format off
#define KEPT(op) \
    op(40, rbx) op(48, r8) op(56, r9) op(64, r10) op(72, r11) op(80, r12) op(88, r13) op(96, r14) op(104, r15)
#define XMM(op) \
    op(112, 0) op(128, 1) op(144, 2) op(160, 3) op(176, 4) op(192, 5) op(208, 6) op(224, 7) \
    op(240, 8) op(256, 9) op(272, 10) op(288, 11) op(304, 12) op(320, 13) op(336, 14) op(352, 15)
#define LOAD(at, reg) "mov " #at "(%rdi), %" #reg "\n"
#define STORE(at, reg) "mov %" #reg ", " #at "(%rcx)\n"
#define LOAD_X(at, k) "movups " #at "(%rdi), %xmm" #k "\n"
#define STORE_X(at, k) "movups %xmm" #k ", " #at "(%rcx)\n"
__asm__(".text\n"
        "stencil_call:\n"
        "push %rbp\n push %rbx\n push %r12\n push %r13\n push %r14\n push %r15\n push %rdi\n"
        "mov %rsi, %rax\n"
        KEPT(LOAD) XMM(LOAD_X)
        LOAD(8, rsi) LOAD(16, rdx) LOAD(24, rcx) LOAD(32, rbp) LOAD(0, rdi)
        "call *%rax\n"
        "pop %rcx\n"
        STORE(0, rdi) STORE(32, rbp) KEPT(STORE) XMM(STORE_X)
        "pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbx\n pop %rbp\n"
        "ret\n");
// clang-format on

// Near this program's text, as code memory must be.
static u8 code[4096] __attribute__((aligned(4096)));

struct world {
    u64 seed;
    bool v3;
    handler *stop[RUN_COUNT];
    bool seen[RUN_COUNT];
};

static u64 next_random(struct world *w)
{
    w->seed ^= w->seed << 13;
    w->seed ^= w->seed >> 7;
    w->seed ^= w->seed << 17;
    return w->seed * 0x2545f4914f6cdd1dull;
}

static void nothing(struct cpu *c, const struct insn *i, const void *t, u64 left,
                    struct record *rec)
{
}

static handler *handler_of(u16 run)
{
    u32 k = run - (RUN_BREAKPOINT + 1);
    if (k < exec_count_base)
        return exec_plain_base[k];
    k -= (u32)exec_count_base;
    if (k < exec_count_mem)
        return NULL;
    k -= (u32)exec_count_mem;
    if (k < exec_count_fp)
        return exec_plain_fp[k];
    return exec_plain_simd[k - exec_count_fp];
}

// -- Random states --

static u64 corner(struct world *w)
{
    static const u64 values[] = {
        0,
        1ull << 63,
        0x7ff0000000000000,   // infinity
        0x7ff8000000000001,
        0x7ff4000000000000,   // signalling
        0x0010000000000000,   // the smallest normal
        0x000fffffffffffff,
        1,
        0x3ff0000000000000,
        0x7fefffffffffffff,
        0x7f8000007fc00001,   // two singles
        0x7fa00000ff800000,
        0x0080000000800001,
        0x007fffff80000001,
        0x3f8000003f800000,
        0xffffffffffffffff,
        0x7fffffffffffffff,
        0x000000007fffffff,
    };
    return values[next_random(w) % COUNT(values)];
}

static u64 value(struct world *w)
{
    u64 r = next_random(w);
    switch (r % 7) {
    case 0: return corner(w);
    case 1: return next_random(w);
    case 2: return (r >> 8 & 0x800fffffffffffff) | (0x3f0 + (r >> 8 & 31)) << 52;   // about 1
    case 3: return (r & 0x807fffff807fffff) | 0x3f0000003f800000;
    case 4: return (u64)(i64)(i8)(r >> 16);
    case 5: return r & 0x80ffffff80ffffff;   // tiny singles
    default:
        return (r & 0x800fffffffffffff) | (r >> 8 & 1 ? 0x3700000000000000 : 0x47f0000000000000);
    }
}

static void random_state(struct world *w, struct cpu *c)
{
    memset(c, 0, sizeof(*c));
    for (int k = 0; k < REG_ZERO; k++)
        c->x[k] = value(w);
    for (int k = 0; k < 64; k++)
        c->v[k / 2].d[k & 1] = value(w);
    cpu_set_nzcv(c, (u32)next_random(w));
    u64 r = next_random(w);
    c->fpcr = r % 3 ? 0 : (u32)(r >> 8 & 3) << FPCR_RMODE;
    c->pc = PC;
}

// -- Both ways --

// As exec_run() does it. The handler finds itself in a shadow in which it is at PC.
static void interpret(struct world *w, struct cpu *c, const struct insn *i)
{
    static struct insn at[2];
    struct exec e = { 0 };
    at[0] = *i;
    c->shadow = (struct insn *)((u64)at - 4ull * PC);
    c->exec = &e;
    fpenv_enter(c);
    handler_of(i->run)(c, at, w->stop, (u64)(at + 2), NULL);
    fpenv_leave(c);
}

static u64 general(const struct cpu *c, const struct row *row, int k, u8 slot)
{
    bool is = row->file[k] == FILE_GPR || row->file[k] == FILE_GPR_SP;
    return is ? c->x[slot] : 0xdead0000 + (u64)k;
}

static union vreg vector(const struct cpu *c, const struct row *row, int k, u8 slot)
{
    return row->file[k] == FILE_VEC ? c->v[slot] : (union vreg){ .d = { 0xbad, 0xbad } };
}

static bool write_code(const struct insn *i, bool v3)
{
    struct stencil_use use;
    assert_int_equal(mprotect(code, sizeof(code), PROT_READ | PROT_WRITE), 0);
    bool fits = stencil_copy(i, PC, v3, code, code, &use);
    if (fits) {
        static const u8 done[] = { 0x31, 0xc0, 0xc3 }, slow[] = { 0xb8, 1, 0, 0, 0, 0xc3 };
        memcpy(code + use.size, done, sizeof(done));
        memcpy(code + use.size + sizeof(done), slow, sizeof(slow));
        for (int k = 0; k < use.slow_count; k++) {
            i32 distance = use.size + (i32)sizeof(done) - (use.slow[k] + 4);
            memcpy(code + use.slow[k], &distance, sizeof(distance));
        }
    }
    assert_int_equal(mprotect(code, sizeof(code), PROT_READ | PROT_EXEC), 0);
    return fits;
}

// Runs the stencil; false when it declined.
static bool run_stencil(struct cpu *c, const struct insn *i, const struct row *row)
{
    struct host h = {
        .rbp = (u64)c,
        .rdi = row->flags & (D_R | D_RW) ? general(c, row, 0, i->d) : 0x1badbad,
        .rsi = general(c, row, 1, i->n),
        .rdx = general(c, row, 2, i->m),
        .rcx = general(c, row, 3, i->a),
    };
    const u8 slot[4] = { i->d, i->n, i->m, i->a };
    for (int k = 0; k < 4; k++)
        h.xmm[k] = vector(c, row, k, slot[k]);
    if (!(row->flags & (D_R | D_RW)))
        h.xmm[0].d[0] = 0x3badbad;
    for (u64 k = 0; k < COUNT(h.kept); k++)
        h.kept[k] = 0x1111 * k;
    for (u64 k = 4; k < 16; k++)
        h.xmm[k] = (union vreg){ .d = { k, ~k } };
    struct host before = h;

    fpenv_enter(c);
    bool declined = stencil_call(&h, code);
    fpenv_leave(c);
    assert_memory_equal(h.kept, before.kept, sizeof(h.kept));
    assert_memory_equal(h.xmm + 4, before.xmm + 4, sizeof(h.xmm[0]) * 12);
    assert_int_equal(h.rbp, (u64)c);
    if (!declined && !(row->flags & D_R)) {
        if (row->file[0] == FILE_VEC)
            c->v[i->d] = h.xmm[0];
        else if (row->file[0] != FILE_NONE && i->d != REG_ZERO)
            c->x[i->d] = h.rdi;
    }
    return !declined;
}

static void compare(const struct cpu *c, const struct cpu *want, u32 word, const struct row *row)
{
    if (registers_differ(&c->regs, &want->regs, NULL))
        fail_msg("%s (%08x)", row->name, word);
}

static void try_word(struct world *w, u32 word)
{
    struct insn i = isa_decode(word);
    const struct row *row = isa_row(isa_op_of_run(i.run));
    if (i.run <= RUN_BREAKPOINT || row->kind != ROW_INSN || !stencil_exists(i.run, w->v3) ||
        !write_code(&i, w->v3))
        return;
    w->seen[i.run] = true;
    for (int k = 0; k < STATES; k++) {
        struct cpu start, c, want;
        random_state(w, &start);
        c = want = start;
        interpret(w, &want, &i);
        if (run_stencil(&c, &i, row)) {
            compare(&c, &want, word, row);
        } else {   // it may have raised flags that the instruction raises
            assert_int_equal(c.fpsr & ~want.fpsr, 0);
            c.fpsr = start.fpsr;
            compare(&c, &start, word, row);
        }
    }
}

static void compare_all(bool v3)
{
    static struct world w;
    memset(&w, 0, sizeof(w));
    w.seed = 88172645463325252ull;
    w.v3 = v3;
    for (u32 k = 0; k < RUN_COUNT; k++)
        w.stop[k] = nothing;
    for (u32 op = 1; op < OP_COUNT; op++) {
        const struct row *row = isa_row((enum op)op);
        for (int k = 0; k < WORDS && row->kind == ROW_INSN; k++) {
            u32 word = (u32)(next_random(&w) >> 20);
            if (k & 1)   // few registers: the same one in several places
                word &= ~0x001c739cu;
            try_word(&w, (word & ~row->mask) | row->bits);
        }
    }
    u32 count = 0, exist = 0;
    for (u16 run = RUN_BREAKPOINT + 1; run < RUN_COUNT; run++) {
        exist += stencil_exists(run, w.v3);
        count += w.seen[run];
    }
    print_message("# %u of %u stencils tried\n", count, exist);
    // the others are of variants that no word has, or of immediates that do not fit
    assert_true(count * 20 >= exist * 17);
}

static void every_stencil_does_what_its_handler_does(void **state)
{
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        skip();
    compare_all(true);
}

static void so_do_the_stencils_for_any_host(void **state)
{
    compare_all(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_stencil_does_what_its_handler_does),
        cmocka_unit_test(so_do_the_stencils_for_any_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
