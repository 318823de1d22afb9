// The reader of traces on arbitrary files.
#include "fuzz.h"

#include "stream/trace.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
    struct err e = { 0 };
    FILE *f = fmemopen((void *)data, len ? len : 1, "r");
    assert(f);
    struct trace_reader *t = trace_reader_new(f, "fuzz", &e);
    const struct record *r;
    size_t n = 1;
    bool ok = t;
    while (ok && n && (ok = trace_read(t, &r, &n, &e)))
        for (size_t k = 0; k < n; k++)
            assert(!(r[k].head & RECORD_DEF) || !record_is_other(&r[k]) ||
                   record_kind(&r[k]) < RECORD_KINDS);
    if (!ok)
        fuzz_check_error(&e);
    trace_reader_free(t);
    fclose(f);
    return 0;
}
