// print.h: what the printers of a configuration share.
#ifndef CONFIG_PRINT_H
#define CONFIG_PRINT_H

#include "base/json.h"
#include "config/config.h"

// Lines of a core file: `line` writes the parameter's, when it is `wanted`; their groups are
// written around them, all of it `indent` columns in.
typedef bool config_wanted(const struct config *c, enum core_param k);
typedef void config_line(const struct config *c, enum core_param k, FILE *f, int indent);
void config_each_line(const struct config *c, FILE *f, int indent, config_wanted *wanted,
                      config_line *line);

// How sure one parameter is, when it may vary, and what there is to say of all.
void prior_json_one(const struct config *c, enum core_param k, struct jw *j);
void prior_json(const struct config_fit *f, struct jw *j);

#endif
