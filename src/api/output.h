// output.h: what the files of api/ know of a run's output.
#ifndef API_OUTPUT_H
#define API_OUTPUT_H

#include "api/sim.h"
#include "base/output.h"
#include "profile/profile.h"

#define API_STRACE "strace.txt"

enum {
    OUTPUT_FILES = 8 + PROFILE_FORMATS,   // that a folder may get
    OUTPUT_HELD = OUTPUT_FILES * 3,   // descriptors: of a file, of what it replaces, of the folder
};

struct m2sim_output {
    char *path;   // as the user gave it
    struct output *file;   // the file; of a folder that of system calls, or NULL
    int folder;   // O_PATH, or -1
    int held[OUTPUT_HELD], held_count;   // of the folder, see m2sim_output_release
    char where[OUTPUT_PATH];   // of the folder
    mode_t mask;   // umask when it was opened: a guest can set another
};

// The files of a folder are opened when there is something to write. Until then their
// descriptors are held, so that a host or guest that has none left is known before the run, not
// by a report that is lost.
void m2sim_output_release(struct m2sim_output *o);

#endif
