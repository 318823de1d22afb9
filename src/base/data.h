// data.h: where the files lie that come with m2sim: cores/, measured/, out/guest/.
//
// In a checkout they lie above the program, wherever the build folder is in it; installed, in
// share/m2sim beside the folder of programs, also when all was moved; M2SIM_DATA names another
// folder. It does not know what is in them.
#ifndef BASE_DATA_H
#define BASE_DATA_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

enum { DATA_FOLDERS = 8 };

// The folders to look into, the first first. Not all of them exist.
size_t data_folders(char folder[DATA_FOLDERS][PATH_MAX]);

// The first of them that has `below`, and its path. False, and `below` itself, when none has.
bool data_find(char path[PATH_MAX], const char *below);

#endif
