// words.h: random instructions, and the guest programs made of them.
//
// What gen.c and flow.c have in common: legal random words of each row of isa/a64.def, the
// code that sets them up, hostile states to begin with, and the file that is written.
#ifndef TESTS_DIFF_WORDS_H
#define TESTS_DIFF_WORDS_H

#include "isa/cpu.h"
#include "isa/decode.h"

enum {
    CODE = 0x400000,        // code, then the blocks' initial states
    SCRATCH = 0x10000000,   // 512 KiB of zeroed memory; the middle is written out
    SCRATCH_BYTES = 512 << 10,
    WINDOW = SCRATCH + SCRATCH_BYTES / 2,
    WINDOW_BYTES = 1024,
    OUT = WINDOW - 1024,    // the dumped registers end where the window begins
    ALTERNATE_STACK = SCRATCH + SCRATCH_BYTES,   // behind it, for a signal handler
    ALTERNATE_BYTES = 64 << 10,
    BLOCK_SIZE = 16,        // of gen.c
    POINTER = 28,           // x28 points to states and OUT; random instructions leave it alone
    HELPER = 27,            // loads constants; random instructions may use it
};

// Offsets in a state, initial or dumped: those registers of isa/regs.def that a signal frame
// has, in 8 bytes at least. There is no PC in it, and of CPSR only NZCV.
enum {
#define STATE(name, bytes) AT_##name, AT_##name##_LAST = AT_##name + (bytes)-1,
#define REG(name, count, bytes, ...) STATE(name, (count) * ((bytes) < 8 ? 8 : (bytes)))
#define VIEW(name, bytes, ...) STATE(name, 8)
#include "isa/regs.def"
#undef VIEW
#undef REG
#undef STATE
    STATE_BYTES = AT_tpidr   // the first that a frame lacks
};
_Static_assert(AT_v % 16 == 0, "ldr q");
_Static_assert(STATE_BYTES <= WINDOW - OUT, "it ends where the window begins");

enum {
    SYS_NZCV = 0xda10 << 5,
    SYS_FPCR = 0xda20 << 5,
    SYS_FPSR = 0xda21 << 5,
    MSR = 0xd5100000,
    MRS = 0xd5300000
};

enum { MADE = 1, IMPOSSIBLE };

struct gen {
    u64 random;
    u32 *code;
    size_t words, room;
    u8 *states;
    size_t blocks;
    const char *prefix;
    long detail, list;
    u8 hit[RUN_COUNT];          // MADE, IMPOSSIBLE (no legal word), or 0
    u32 variant[OP_COUNT];      // to make next
    u32 block[BLOCK_SIZE];
    u8 base;                    // what emit_address pointed into the scratch memory last
    u64 base_value;
};

u64 next(struct gen *g);
u32 below(struct gen *g, u32 n);

void emit(struct gen *g, u32 word);
void emit_constant(struct gen *g, u32 reg, u64 value);
void emit_msr(struct gen *g, u32 sys, u32 reg);
// Loads all registers but POINTER, which gets the address of the state, with it.
void emit_load_state(struct gen *g, u64 state);
// Stores the state and writes it; POINTER is lost.
void emit_dump_state(struct gen *g);
void make_state(struct gen *g, u8 *state);

bool starts(const char *s, const char *prefix);
// Register field k of a word: d, n, m, a.
u32 slot(u32 w, int k);
u32 with_slot(u32 w, int k, u32 reg);
bool general(const struct row *r, int k);
// False for constrained unpredictable register choices, and uses of POINTER.
bool allowed(const struct row *r, u32 w);
bool reference_is_wrong(u32 w);
// Whether the row is to be made.
bool chosen(const struct gen *g, enum op op);
u32 random_word(struct gen *g, enum op op, u32 variant);   // 0: there is none
// The same for the next variant of the row; each is made in turn.
u32 next_word(struct gen *g, enum op op);
// Emits what points the base register of the word into the scratch memory.
void emit_address(struct gen *g, const struct row *r, const struct insn *i, u32 w);
// A random instruction of the row, and what sets it up. Gives its word; 0: there is none.
u32 emit_random(struct gen *g, enum op op);

// Prints a line each register of a state: its name, offset and bytes.
void print_fields(void);

// Ends with an error message when it cannot.
void write_elf(const struct gen *g, const char *path, u64 states);

#endif
