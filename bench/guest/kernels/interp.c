// interp: an interpreter of a small stack machine at work: a loop, a recursive function, a sieve in
// its memory. Checked by: what the programs compute has known values (sum formula, Fibonacci
// numbers, number of primes).
#include "check.h"

enum op {
    PUSH,
    LOAD,
    STORE,
    PEEK,
    POKE,
    DUP,
    SWAP,
    ADD,
    SUB,
    LESS,
    JUMP,
    JUMP_IF_NOT,
    CALL,
    RETURN,
    HALT
};

// clang-format off: the programs below are tables.
// One word each: the operation in the low byte, its operand above.
#define OP(op, operand) ((op) | (operand) << 8)

struct machine {
    int64_t stack[256];
    int64_t variables[8];
    int64_t memory[2048];
    int32_t returns[64];
    uint64_t steps;
};

// The sum of 0..n-1 with n in variable 0: while (i < n) { sum += i; i += 1; }
static const int32_t sum_code[] = {
    OP(PUSH, 0), OP(STORE, 1), OP(PUSH, 0), OP(STORE, 2),
    OP(LOAD, 1), OP(LOAD, 0), LESS, OP(JUMP_IF_NOT, 17),
    OP(LOAD, 2), OP(LOAD, 1), ADD, OP(STORE, 2),
    OP(LOAD, 1), OP(PUSH, 1), ADD, OP(STORE, 1), OP(JUMP, 4),
    OP(LOAD, 2), HALT,
};

// fib(n) = n < 2 ? n : fib(n - 1) + fib(n - 2), with n and then the result on top of the stack.
static const int32_t fib_code[] = {
    OP(LOAD, 0), OP(CALL, 3), HALT,
    DUP, OP(PUSH, 2), LESS, OP(JUMP_IF_NOT, 8), RETURN,
    DUP, OP(PUSH, 1), SUB, OP(CALL, 3),
    SWAP, OP(PUSH, 2), SUB, OP(CALL, 3), ADD, RETURN,
};

// The number of primes below n: strikes out multiples in memory, counts what is left.
static const int32_t primes_code[] = {
    OP(PUSH, 0), OP(STORE, 3), OP(PUSH, 2), OP(STORE, 1),
    OP(LOAD, 1), OP(LOAD, 0), LESS, OP(JUMP_IF_NOT, 34),
    OP(LOAD, 1), PEEK, OP(PUSH, 0), LESS, OP(JUMP_IF_NOT, 14), OP(JUMP, 29),
    OP(LOAD, 3), OP(PUSH, 1), ADD, OP(STORE, 3),
    OP(LOAD, 1), OP(STORE, 2),
    OP(LOAD, 2), OP(LOAD, 0), LESS, OP(JUMP_IF_NOT, 29),
    OP(PUSH, -1), OP(LOAD, 2), POKE, OP(CALL, 36), OP(JUMP, 20),
    OP(LOAD, 1), OP(PUSH, 1), ADD, OP(STORE, 1), OP(JUMP, 4),
    OP(LOAD, 3), HALT,
    OP(LOAD, 2), OP(LOAD, 1), ADD, OP(STORE, 2), RETURN,
};

// clang-format on

static int64_t interpret(struct machine *m, const int32_t *code, int64_t n)
{
    int64_t *top = m->stack;   // the empty place above the stack
    int32_t *back = m->returns;
    m->variables[0] = n;
    for (int32_t at = 0;; m->steps++) {
        int32_t word = code[at++], operand = word >> 8;
        switch ((enum op)(word & 255)) {
        case PUSH: *top++ = operand; break;
        case LOAD: *top++ = m->variables[operand]; break;
        case STORE: m->variables[operand] = *--top; break;
        case PEEK: top[-1] = m->memory[top[-1]]; break;
        case POKE:
            top -= 2;
            m->memory[top[1]] = top[0];
            break;
        case SWAP:
            top[0] = top[-1];
            top[-1] = top[-2];
            top[-2] = top[0];
            break;
        case ADD:
            top--;
            top[-1] += top[0];
            break;
        case SUB:
            top--;
            top[-1] -= top[0];
            break;
        case LESS:
            top--;
            top[-1] = top[-1] < top[0];
            break;
        case JUMP: at = operand; break;
        case JUMP_IF_NOT: at = *--top ? at : operand; break;
        case CALL:
            *back++ = at;
            at = operand;
            break;
        case RETURN: at = *--back; break;
        case DUP:
            top[0] = top[-1];
            top++;
            break;
        case HALT: return top[-1];
        }
    }
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 30), sums = 0, fibs = 0, primes = 0, steps = 0;

    for (uint64_t round = 0; round < scale; round++) {
        struct machine m = { 0 };
        int64_t n = 1000 + (int64_t)(round % 100);
        sums += interpret(&m, sum_code, n) == n * (n - 1) / 2;
        fibs += interpret(&m, fib_code, 15) == 610;
        primes += interpret(&m, primes_code, 1000) == 168;
        steps += m.steps;
    }
    printf("steps %" PRIu64 "\n", steps);
    int bad = expect("sums", sums, scale);
    bad |= expect("fibs", fibs, scale);
    return bad | expect("primes", primes, scale);
}
