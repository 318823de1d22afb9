// core.h: the parameters of one core, as the models read them, and their table.
//
// It knows names, kinds and ranges (core.def), and how one value is read from
// text and written back. Where values come from is config.h's matter; what they
// mean is the models'.
#ifndef CONFIG_CORE_H
#define CONFIG_CORE_H

#include "base/err.h"
#include "base/types.h"
#include "config/choice.h"

enum { PARAM_TEXT_MAX = 48 };

struct core_params {
#define COUNTED(path, field, ...) u64 field;
#define REAL(path, field, ...) double field;
#define SWITCH(path, field, ...) bool field;
#define CHOICE(path, field, ...) char field[PARAM_TEXT_MAX];
#define TEXT CHOICE
#include "config/core.def"
#undef COUNTED
#undef REAL
#undef SWITCH
#undef CHOICE
#undef TEXT
};

enum core_param {
#define COUNTED(path, field, ...) PARAM_##field,
#define REAL COUNTED
#define SWITCH COUNTED
#define CHOICE COUNTED
#define TEXT COUNTED
#include "config/core.def"
#undef COUNTED
#undef REAL
#undef SWITCH
#undef CHOICE
#undef TEXT
    PARAM_COUNT
};

// Models that read a parameter.
enum param_models { FAST = 1, DETAILED = 2, BOTH = FAST | DETAILED };

enum param_kind { PARAM_COUNTED, PARAM_REAL, PARAM_SWITCH, PARAM_CHOICE, PARAM_TEXT };

struct param {
    const char *path;
    enum param_kind kind;
    size_t offset;     // in struct core_params
    double min, max;   // PARAM_COUNTED and PARAM_REAL; exact below 2^53
    const char *unit, *doc;
    u32 models;        // enum param_models
    const struct choice *choices;   // PARAM_CHOICE, otherwise NULL
};

extern const struct param core_table[PARAM_COUNT];
extern const struct core_params core_defaults;

// The row of `path`, or NULL.
const struct param *param_find(const char *path);

// Whether `path` is the beginning, up to a dot, of some parameter's path.
bool param_is_group(const char *path);

// Whether the model of that name reads the parameter.
bool param_read_by(const struct param *r, const char *model);

// The path most like a misspelt one, or NULL when none is near.
const char *param_like(const char *path);

// Reads `text` into the field of `r`. False, with `e` filled with what was
// expected (no place, no path), when it is not such a value; `p` is unchanged.
bool param_set(struct core_params *p, const struct param *r, const char *text, struct err *e);

// Writes the field of `r` as param_set would read it. Bytes get a KiB or MiB
// where that is exact.
void param_format(const struct core_params *p, const struct param *r, char *text, size_t n);

// The fewest digits that read back to the same number.
void param_format_real(double v, char *text, size_t n);

// What no single row can say: caches and TLBs divide into whole sets, queues are
// wide enough. False with `e` naming the parameters.
bool core_check(const struct core_params *p, struct err *e);

#endif
