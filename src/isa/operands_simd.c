// Operands of the scalar floating-point and Advanced SIMD instructions.
#include "isa/operands.h"

// Element size (0 byte to 3 double) times two plus Q.
static const char *const arrangements[] = { "8b", "16b", "4h", "8h", "2s", "4s", "1d", "2d" };

static u32 q_of(u32 w)
{
    return bits(w, 30, 1);
}

static u32 size_of(u32 w)
{
    return bits(w, 22, 2);
}

static void scalar(struct text *t, char letter, u32 n)
{
    text_printf(t, "%c%u", letter, n);
}

static void vector(struct text *t, u32 n, u32 size, u32 q)
{
    text_printf(t, "v%u.%s", n, arrangements[size << 1 | q]);
}

#define SCALAR(name, low, letter) \
    void out_##name(struct text *t, const struct insn *i, u32 w, vaddr pc) \
    { \
        scalar(t, letter, bits(w, low, 5)); \
    }
#define SCALAR_DNMA(x, letter) \
    SCALAR(x##d, 0, letter) \
    SCALAR(x##n, 5, letter) SCALAR(x##m, 16, letter) SCALAR(x##a, 10, letter)
#define SCALAR_DNM(x, letter) \
    SCALAR(x##d, 0, letter) SCALAR(x##n, 5, letter) SCALAR(x##m, 16, letter)

SCALAR_DNMA(F, "sd?h"[size_of(w)])
SCALAR_DNM(G, "sd"[bits(w, 22, 1)])
SCALAR_DNM(I, "bhsd"[size_of(w)])
SCALAR_DNM(B, 'b')
SCALAR_DNMA(H, 'h')
SCALAR_DNMA(S, 's')
SCALAR_DNMA(D, 'd')
SCALAR_DNMA(Q, 'q')

#define VECTOR(name, low, size, q) \
    void out_##name(struct text *t, const struct insn *i, u32 w, vaddr pc) \
    { \
        vector(t, bits(w, low, 5), size, q); \
    }
#define VECTOR_DNM(x, size, q) \
    VECTOR(Vd_##x, 0, size, q) VECTOR(Vn_##x, 5, size, q) VECTOR(Vm_##x, 16, size, q)

VECTOR_DNM(T, size_of(w), q_of(w))
VECTOR_DNM(U, size_of(w), q_of(w))
VECTOR_DNM(W, size_of(w) + 1, 1)
VECTOR_DNM(F, 2 + bits(w, 22, 1), q_of(w))
VECTOR_DNM(b, 0, q_of(w))
VECTOR_DNM(h, 1, q_of(w))
VECTOR_DNM(s, 2, q_of(w))
VECTOR_DNM(d, 3, q_of(w))
VECTOR_DNM(16b, 0, 1)
VECTOR_DNM(8h, 1, 1)
VECTOR_DNM(4s, 2, 1)
VECTOR_DNM(2d, 3, 1)
VECTOR_DNM(C, size_of(w), q_of(w))
VECTOR(Vd_4h, 0, 1, 0)
VECTOR(Vn_4h, 5, 1, 0)
VECTOR(Vd_2s, 0, 2, 0)
VECTOR(Vn_2s, 5, 2, 0)
VECTOR(Vn_2F, 5, 2 + bits(w, 22, 1), bits(w, 22, 1))
VECTOR(Va_16b, 10, 0, 1)
VECTOR(Va_4s, 10, 2, 1)

bool dec_Fn(struct insn *i, u32 w)
{
    return size_of(w) != 2;
}

bool dec_Fd(struct insn *i, u32 w)
{
    return size_of(w) != 2;
}

static bool not_1d(u32 w)
{
    return size_of(w) != 3 || q_of(w);
}

bool dec_Vd_T(struct insn *i, u32 w)
{
    return not_1d(w);
}

bool dec_Vn_T(struct insn *i, u32 w)
{
    return not_1d(w);
}

bool dec_Vd_U(struct insn *i, u32 w)
{
    return size_of(w) != 3;
}

bool dec_Vn_U(struct insn *i, u32 w)
{
    return size_of(w) != 3;
}

bool dec_Vd_W(struct insn *i, u32 w)
{
    return size_of(w) != 3;
}

bool dec_Vn_W(struct insn *i, u32 w)
{
    return size_of(w) != 3;
}

bool dec_Vn_F(struct insn *i, u32 w)
{
    return !bits(w, 22, 1) || q_of(w);
}

bool dec_Vd_C(struct insn *i, u32 w)
{
    return size_of(w) != 0 && not_1d(w);
}
