// program.h: what execve runs: an ELF file, found by name, perhaps through "#!" lines,
// with the arguments it gets.
#ifndef GUEST_PROGRAM_H
#define GUEST_PROGRAM_H

#include "guest/process.h"

struct program {
    int fd;                  // of the ELF file
    char path[4096];         // what was executed: the script, when there is one
    const char **argv;       // NULL-terminated; strings are the caller's or `text`
    char *text;              // of "#!" lines
};

// Finds the file `path` names and follows its "#!" lines. 0, or a negative errno. The
// result is freed by program_free, which leaves the descriptor alone.
i64 program_find(struct thread *t, const char *path, const char *const *argv, struct program **g);
void program_free(struct program *g);

// Loads it and its interpreter (PT_INTERP) and puts the process at its beginning; the
// space must be empty. Closes the descriptor. On success the process owns `g`.
bool program_load(struct process *p, struct thread *t, struct program *g, struct err *e);

#endif
