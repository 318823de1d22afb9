// output.h: what the files of api/ know of a run's output.
#ifndef API_OUTPUT_H
#define API_OUTPUT_H

#include "api/sim.h"
#include "base/output.h"

#define API_STRACE "strace.txt"

struct m2sim_output {
    char *path;            // as the user gave it
    struct output *file;   // the file; of a folder that of system calls, or NULL
    int folder;            // O_PATH, or -1
    char where[OUTPUT_PATH];   // of the folder
    mode_t mask;           // umask when it was opened: a guest can set another
};

#endif
