// output.h: files the simulator writes: each is there whole, or what was there stays.
//
// Where a file goes is settled when it is opened, before a guest runs: links are resolved, the
// folder is held by its descriptor. What is written has no name (O_TMPFILE), or one nobody can
// guess where the file system has no such files, until output_end gives it the one asked for;
// whatever has been put at that name meanwhile is replaced, and never followed. What is no
// regular file, a device or a pipe, is written in place, as is standard output by its names.
// A file that nothing can replace (its folder takes no new ones, it is mounted there, it is another
// user's in a folder like /tmp) is written at the end.
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include <stdio.h>
#include <sys/types.h>

#include "base/err.h"

struct output;

// Where a file lies that a guest must not reach: a name in a folder.
struct output_place {
    dev_t device;
    ino_t folder;
    char name[64];   // "": there is none
};

// Opens the file `path`; output_in: the file `name` of an open folder, to have `mode` when it
// is new. NULL and *e when it cannot be. Ended by output_end or output_drop.
struct output *output_open(const char *path, struct err *e);
struct output *output_in(int folder, const char *name, mode_t mode, struct err *e);

// Where to write to; the output's own.
FILE *output_stream(struct output *o);

// Flushes what was written: false and *e when a part of it could not be.
bool output_flush(struct output *o, struct err *e);

// Gives what was written its name: false and *e when it cannot be; the output is gone then too.
bool output_end(struct output *o, struct err *e);

// Leaves all as it was. `o` may be NULL.
void output_drop(struct output *o);

// Where a folder is found by its path, "" when it is not; whether it is found there still: a
// guest may move a folder that it reaches, and put another in its place.
enum { OUTPUT_PATH = 4096 };
void output_mark(int folder, char path[OUTPUT_PATH]);
bool output_unmoved(int folder, const char *path);

// The name it has until its end.
struct output_place output_place(const struct output *o);

#endif
