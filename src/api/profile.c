// Profiles: of a run, and of files.
#include "api/profiling.h"

#include "profile/diff.h"

static bool as(const char *name, const struct profile_format **format, struct m2sim_error *e)
{
    struct err err;
    *format = profile_format(name ? name : "text");
    if (!*format)
        return m2sim_choose(M2SIM_PROFILE_FORMATS, name, e);
    return profile_can(*format, &err) || api_fail(e, M2SIM_EXIT_INTERNAL, "%s", err.text);
}

bool m2sim_profile(const struct m2sim *s, const char *format, FILE *f, struct m2sim_error *e)
{
    const struct profile_format *to;
    struct err err = { "" };
    if (!as(format, &to, e))
        return false;
    if (!s->profiling)
        return api_fail(e, M2SIM_EXIT_USAGE, "the run was not profiled");
    struct arena *a = arena_new();
    struct profile *p = profiling_result(s, a, e);
    if (p && to->write == profile_html)
        profiling_describe(s, p, a);
    bool ok = p && (to->write(p, f, &err) || api_fail(e, M2SIM_EXIT_OUTPUT, "%s", err.text));
    arena_free(a);
    return ok;
}

const char *m2sim_profile_format_of(const char *path)
{
    const struct profile_format *f = profile_format_of(path);
    return f ? f->name : NULL;
}

bool m2sim_profile_view(const struct m2sim_profile_view *o, FILE *f, unsigned flags,
                        struct m2sim_error *e)
{
    const struct profile_format *to;
    struct err err = { "" };
    if (!as(o->format, &to, e))
        return false;
    struct arena *a = arena_new();
    const struct profile *p = profile_read(o->path, a, &err);
    const struct profile *q = p && o->against ? profile_read(o->against, a, &err) : p;
    bool ok = false;
    if (!p || !q)
        api_fail_for(e, M2SIM_EXIT_DATA, &err);
    else if (o->function && !profile_annotate(p, o->function, f, &err))
        api_fail(e, ferror(f) ? M2SIM_EXIT_OUTPUT : M2SIM_EXIT_DATA, "%s", err.text);
    else if (!o->function && o->against && !profile_diff(p, q, f, flags & M2SIM_JSON, &err))
        api_fail(e, ferror(f) ? M2SIM_EXIT_OUTPUT : M2SIM_EXIT_DATA, "%s", err.text);
    else if (!o->function && !o->against && !to->write(p, f, &err))
        api_fail(e, M2SIM_EXIT_OUTPUT, "%s", err.text);
    else
        ok = true;
    arena_free(a);
    return ok;
}
