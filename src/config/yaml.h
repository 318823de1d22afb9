// yaml.h: what the two halves of the reader of core files share: values (yaml.c) and how sure they
// are (yaml_fit.c).
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H

#include <libfyaml.h>

#include "config/config.h"

struct reader {
    struct config *c;
    struct arena *a;
    const char *file, *text;
    size_t n;
    char *parent;
    struct err *e;
};

enum { PATH_MAX_LENGTH = 128 };

// The place in front of every message, `path`, and the message itself in `why`.
bool yaml_refuse(struct reader *r, struct fy_node *at, const char *path, const char *why);

// Where a scalar stands, and the comment behind it.
struct origin yaml_origin(struct reader *r, struct fy_node *value);

char *yaml_copy(struct arena *a, const char *s, size_t n);

// Reads the mapping of the key `fit`.
bool yaml_read_fit(struct reader *r, struct fy_node *key, struct fy_node *map);

// A file's values take away what files before it said of how sure they are.
void yaml_forget_fit(struct reader *r);

#endif
