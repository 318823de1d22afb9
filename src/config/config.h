// config.h: which parameters a run uses, and where each value came from.
//
// Values are laid over one another: the defaults of core.def, a core file (and
// before it the file it `extends`), then --set in the order given. Every value
// remembers its origin, and from a file also the comment on its line, which in
// cores/*.yaml says who measured it.
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdio.h>

#include "base/arena.h"
#include "config/core.h"
#include "config/prior.h"

enum { CONFIG_NAME_MAX = 1024 };   // of what a core file extends, with its end

struct config {
    struct core_params core;
    struct origin origin[PARAM_COUNT];
    const char *instructions;   // path of the instruction timing table, "" for none
    char digest[17];            // of every value and of that table; 16 hex digits
    struct config_fit fit;      // how sure the values are
};

// Reads the core `name`: a path when it holds a '/' or ends in ".yaml", else
// NAME.yaml in the first of the core folders that has it. `sets` are `count`
// texts "core.PATH=VALUE". Everything `c` points to lives in `a`. False with `e`
// as one line "file:line:column: ..." or "--set ...: ...".
bool config_load(struct config *c, struct arena *a, const char *name, const char *const *sets,
                 size_t count, struct err *e);

// Whether `name` is that of a file, not of a core of the core folders.
bool config_is_path(const char *name);

// Calls `each` for every core of the core folders, by name. `meaning` is what the first line of
// its file, "# NAME.yaml: MEANING, or more.", says of it.
void config_cores(void (*each)(void *ctx, const char *name, const char *meaning), void *ctx);

// The paths ("core.rob.groups") that --set gave and the model `model` does not read, ended by
// NULL; in `a`.
const char *const *config_unread(const struct config *c, struct arena *a, const char *model);

// The reader alone: lays the YAML of `file` over `c`. `text` is its content.
// No file is opened; the name `extends` gives goes to `parent`, "" for none. c->fit is whole when
// all is read and prior_finish (prior.h) has seen it.
bool config_read(struct config *c, struct arena *a, const char *file, const char *text, size_t n,
                 char parent[CONFIG_NAME_MAX], struct err *e);

// One line a parameter: path, value and unit, then its meaning or, with
// `origins`, where it came from and the source that file gives for it.
void config_show(const struct config *c, FILE *f, bool origins);

// The same as a core file that config_load reads to the same values, and to the same
// digest, when the instruction table lies beside it under its name.
void config_write(const struct config *c, FILE *f);

// What such a file begins with.
#define CONFIG_HEAD "# Every parameter of a run, to be given to --core again"

// The same as an object with "schema": 1.
void config_show_json(const struct config *c, FILE *f);

#endif
