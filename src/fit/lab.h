// lab.h: runs small programs on a timing model and says what an iteration costs.
//
// A program is a loop in guest memory, written word by word at lab_code(). It is
// executed and its records feed a core; the cost is the slope between two visits of
// the loop's head, so neither the start nor the end of a run is in it. A lab belongs
// to one host thread. Nothing of Linux is there: a word that traps counts as executed.
#ifndef FIT_LAB_H
#define FIT_LAB_H

#include "base/err.h"
#include "base/types.h"
#include "config/config.h"

enum {
    LAB_CODE_SIZE = 64 << 20,    // bytes at lab_code(), executable and writable
    LAB_DATA_SIZE = 256 << 20,   // bytes at LAB_DATA, zeroed by lab_reset
};
#define LAB_CODE 0x10000000ull
#ifndef LAB_DATA   // bench/native has its own
#define LAB_DATA 0x200000000ull
#endif

struct lab;

// `c` and `model` must outlive the lab. NULL and *e when the model cannot be made.
struct lab *lab_new(const struct config *c, const char *model, struct err *e);
void lab_free(struct lab *l);

// Forgets everything: a new core, no code, zeroed data.
void lab_reset(struct lab *l);

// Where the next program goes: `align` is a power of two, of bytes.
vaddr lab_code(struct lab *l, u64 align);

// Writes a word of code, or 64 bits of data. What has no room there is not written, and nothing is run.
void lab_word(struct lab *l, vaddr at, u32 word);
void lab_data(struct lab *l, vaddr at, u64 value);

struct lab_run {
    vaddr start, head;   // first instruction; the loop's, visited once an iteration
    u64 x[31];   // general registers at the start
    u32 warm, count;   // iterations before and during the measurement
};

// Runs what was written since lab_code(); cycles an iteration, or NAN when the head is
// not reached that often. The core keeps what it has learned.
double lab_run(struct lab *l, const struct lab_run *r);

#endif
