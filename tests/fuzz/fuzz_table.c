// The reader of tables of measurements on arbitrary files.
#include "fuzz.h"

#include "fit/table.h"

static bool take(void *ctx, const struct table_line *l, struct err *e)
{
    (void)ctx, (void)e;
    assert(l->number && l->text);
    return true;
}

static bool go_on(void *ctx, unsigned line, const char *text)
{
    (void)ctx;
    assert(line && *text);
    return true;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
    struct err e = { 0 };
    FILE *f = fmemopen((void *)data, len ? len : 1, "r");
    assert(f);
    struct arena *a = arena_new();
    enum table_id t = TABLES;
    if (!table_read(f, "fuzz", &t, a,
                    &(struct table_reader){ .take = take, .fault = go_on, .likely = TABLES }, &e))
        fuzz_check_error(&e);
    assert(t <= TABLES);
    arena_free(a);
    fclose(f);
    return 0;
}
