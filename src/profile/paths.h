// paths.h: by which calls an instruction was come to.
//
// A consumer of the stream. It keeps a shadow stack of calls for each thread, and a tree of all
// call paths there were. A path is a function called from a place on another path; a function
// that is on the path already is folded into where it stands there, so that recursion makes no
// path longer. What it does where calls and returns do not pair:
//   tail call    a jump to where another function begins, or a direct one into it: that function takes
//                the place of its caller
//   longjmp, an exception    a jump or return into a function further up: what is below is gone
//   coroutine    a jump or return to where a call on a stack that was left returns: that stack goes on
//   signal       the handler is called where it broke in, until sigreturn
// It knows addresses and words; where functions begin and end it asks for.
#ifndef PROFILE_PATHS_H
#define PROFILE_PATHS_H

#include <stddef.h>

#include "base/arena.h"
#include "stream/record.h"

enum path_kind { PATH_ROOT, PATH_CALL, PATH_JUMP, PATH_SIGNAL };

// Path 0 is none: what is no instruction's, and what wrong paths did.
struct path {
    u32 parent;   // below this one's number; 0: where a thread or stack began
    enum path_kind kind;
    vaddr site;   // of the call; 0: of a root or signal
    vaddr entry;   // where the function begins
    u64 calls;
};

// The function that holds `pc`: from *start up to *end, which is not included. False when that
// is not known.
typedef bool paths_function(void *ctx, vaddr pc, vaddr *start, vaddr *end);

struct paths;

// In `a`, with at most `most` paths: when there are so many, a new one's instructions are its caller's.
struct paths *paths_new(struct arena *a, u32 most, paths_function *function, void *ctx);
void paths_free(struct paths *p);   // what is not in the arena

// Calls `run` for each stretch of the `n` records on one path, in order; all of them are in one, but
// for those of threads, system calls, signals and marks, which are for `p` alone: who counts time then
// sees what it does without `p`.
void paths_feed(struct paths *p, const struct record *r, size_t n,
                void (*run)(void *ctx, u32 path, const struct record *r, size_t n), void *ctx);

u32 paths_count(const struct paths *p);   // with path 0
struct path paths_at(const struct paths *p, u32 number);
u64 paths_folded(const struct paths *p);   // calls that made no path since there were too many

// The word at `pc`, the last one given; 0 when there was none.
u32 paths_word(const struct paths *p, vaddr pc);

#endif
