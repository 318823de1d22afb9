// program.h: what execve runs: an ELF file, found by name, perhaps through "#!" lines,
// with the arguments it gets.
#ifndef GUEST_PROGRAM_H
#define GUEST_PROGRAM_H

#include "guest/process.h"

struct program {
    int fd;                  // of the ELF file
    char path[4096];         // what was executed: the script, when there is one
    char file[4096];         // the ELF file
    const char **argv;       // NULL-terminated; strings are the caller's or `text`
    char *text;              // of "#!" lines
};

// Finds the file `path` names and follows its "#!" lines; flags: 0 or PATH_QUIET. 0, or a
// negative errno. The result is freed by program_free, which leaves the descriptor alone.
i64 program_find(struct thread *t, const char *path, const char *const *argv, u32 flags,
                 struct program **g);
void program_free(struct program *g);

// Why program_find refused the command line's `path` with `error`: a line that says what to
// do. False, with *e.
bool program_explain(struct thread *t, const char *path, i64 error, struct err *e);

// Whether execve may go on to program_load: as Linux, what can be seen to be wrong with the file
// or its interpreter before the caller is gone is the caller's. 0, or a negative errno.
i64 program_check(struct thread *t, const struct program *g);

// Loads it and its interpreter (PT_INTERP) and puts the process at its beginning; the
// space must be empty. Closes the descriptor. On success the process owns `g`.
bool program_load(struct process *p, struct thread *t, struct program *g, struct err *e);

#endif
