// bounds_files.h: files that are memory (memfd_create) count as memory of the simulation too, each
// once, by the greatest size that was asked for, until nobody has it.
#ifndef GUEST_BOUNDS_FILES_H
#define GUEST_BOUNDS_FILES_H

#include <sys/stat.h>

#include "guest/memory/bounds.h"

enum { BOUNDS_FILES = 4096 };   // that there may be at a time

struct bounds_files;   // lies in the page of bounds.h

// Where it lies; the bytes it has.
struct bounds_files *bounds_files(struct bounds *b);
size_t bounds_files_size(void);

// The file of descriptor `watch`, which is for writing, opened apart from the guest's, and taken over: it
// shows when the guest's are gone. False, and it is not, when there are too many.
bool bounds_files_add(struct bounds *b, int watch);

// Whether a file is one of them. As long as none was made, nothing is asked of the host.
bool bounds_files_has(struct bounds *b, int host, struct stat *st);

// Room for the file `inode` to reach `size`: false when the simulation may not have so much.
bool bounds_files_grow(struct bounds *b, u64 inode, u64 size);

// Gives back what files took that nobody has. Sees those that this process made alone: what was
// made by a process that has ended counts to the end of the simulation.
void bounds_files_sweep(struct bounds *b);

// In a child: lets go of what process `parent` watches.
void bounds_files_forked(struct bounds *b, int parent);

#endif
