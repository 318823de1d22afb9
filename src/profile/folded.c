// A profile as folded stacks: "root;child;leaf cycles" a line.
#include <errno.h>
#include <inttypes.h>

#include "profile/stacks.h"

// ';' parts names and a line ends a stack.
static void print_name(const char *name, FILE *f)
{
    for (; *name; name++)
        fputc(*name == ';' ? ':' : (unsigned char)*name < ' ' ? ' ' : *name, f);
}

static void print_stack(const struct stacks *s, u32 node, u32 *above, FILE *f)
{
    u32 n = 0;
    for (u32 k = node; k; k = s->node[k].parent)
        above[n++] = k;
    while (n-- > 0) {
        print_name(s->names.text[s->node[above[n]].name], f);
        fputs(n ? ";" : "", f);
    }
    fprintf(f, " %" PRIu64 "\n", s->node[node].own[0]);
}

bool profile_folded(const struct profile *p, FILE *f, struct err *e)
{
    struct stacks s;
    stacks_begin(&s, p);
    u32 *above = ARENA_ARRAY(s.arena, stacks_count(&s), u32);
    for (u32 k = stacks_next(&s, 0); k; k = stacks_next(&s, k))
        if (s.node[k].own[0])
            print_stack(&s, k, above, f);
    stacks_end(&s);
    return (fflush(f) == 0 && !ferror(f)) || err_system(e, errno, "the profile");
}
