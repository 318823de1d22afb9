// Traces: what is written comes back, and nothing else does.
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/types.h"
#include "stream/trace.h"

enum { PROGRAM = 0x1234567 };

// A record of each kind, over and over.
static struct record record_of(u64 k)
{
    vaddr pc = 0x400000 + 4 * (k % 1000);
    switch (k % 8) {
    case 0: return (struct record){ pc | RECORD_DEF, 0xd503201f };
    case 1: return (struct record){ pc | RECORD_TAKEN, 0x400000 + k };
    case 2: return record_other(RECORD_THREAD, 0, 1000 + k % 3);
    case 3: return record_other(RECORD_SYSCALL, pc, 64);
    case 4: return record_other(RECORD_MARK, pc, 1);
    case 5: {
        struct record r = record_other(RECORD_WORD, 0x10000 + 8 * k, k * k);
        r.head |= k & 16 ? RECORD_POINTS : 0;
        return r;
    }
    case 6: return record_other(RECORD_SIGNAL, pc, 11);
    default: return (struct record){ pc, 0x7f00000000 - 8 * k };
    }
}

struct file {
    char *data;
    size_t size;
    u64 digest;
};

static struct file write_file(u64 records)
{
    struct file file;
    struct err e;
    FILE *f = open_memstream(&file.data, &file.size);
    struct trace_writer *w = trace_writer_new(f, "memory", PROGRAM);
    for (u64 k = 0; k < records;) {   // in pieces of all sizes
        struct record piece[100];
        size_t n = k % 99 + 1;
        n = n < records - k ? n : records - k;
        for (size_t i = 0; i < n; i++)
            piece[i] = record_of(k + i);
        trace_write(w, piece, n);
        k += n;
    }
    assert_true(trace_writer_end(w, &file.digest, &e));
    fclose(f);
    return file;
}

// How many records of write_file's a file has; -1 when the reader refuses it.
static i64 read_file(const void *data, size_t size, u64 *digest, struct err *e)
{
    FILE *f = fmemopen((void *)data, size, "r");
    struct trace_reader *t = trace_reader_new(f, "memory", e);
    i64 count = 0;
    size_t n = 1;
    bool ok = t;
    while (ok && n) {
        const struct record *r;
        ok = trace_read(t, &r, &n, e);
        for (size_t k = 0; k < n; k++) {
            struct record want = record_of((u64)count++);
            assert_memory_equal(&r[k], &want, sizeof(want));
        }
    }
    if (t && digest)
        *digest = trace_digest(t);
    if (t)
        assert_int_equal(trace_program(t), PROGRAM);
    trace_reader_free(t);
    fclose(f);
    return ok ? count : -1;
}

static void what_is_written_is_read(void **state)
{
    static const u64 sizes[] = { 0, 1, TRACE_FRAME - 1, TRACE_FRAME, 2 * TRACE_FRAME + 77 };
    for (size_t k = 0; k < COUNT(sizes); k++) {
        struct file file = write_file(sizes[k]);
        struct err e = { "" };
        u64 digest;
        assert_int_equal(read_file(file.data, file.size, &digest, &e), sizes[k]);
        assert_int_equal(digest, file.digest);
        free(file.data);
    }
}

static void a_record_takes_less_than_a_quarter_of_its_bytes(void **state)
{
    struct file file = write_file(100000);
    assert_true(file.size < 100000 * sizeof(struct record) / 4);
    free(file.data);
}

static void a_file_that_was_cut_is_refused(void **state)
{
    struct file file = write_file(50);
    for (size_t size = 1; size < file.size; size++) {
        struct err e = { "" };
        assert_int_equal(read_file(file.data, size, NULL, &e), -1);
        assert_non_null(strstr(e.text, "memory: ends after"));
    }
    free(file.data);
}

// zstd has bits that mean nothing: those change nothing.
static void a_changed_bit_is_refused_or_changes_nothing(void **state)
{
    struct file file = write_file(50);
    size_t accepted = 0;
    for (size_t bit = 0; bit < 8 * file.size; bit++) {
        struct err e = { "" };
        if (bit >= 8 * 16 && bit < 8 * 24)   // trace_program
            continue;
        file.data[bit / 8] ^= (char)(1 << bit % 8);
        u64 digest;
        i64 count = read_file(file.data, file.size, &digest, &e);
        assert_true(count == -1 ? e.text[0] != 0 : count == 50 && digest == file.digest);
        accepted += count >= 0;
        file.data[bit / 8] ^= (char)(1 << bit % 8);
    }
    assert_true(accepted < 8 * file.size / 100);
    free(file.data);
}

static void what_cannot_be_written_is_an_error(void **state)
{
    struct err e = { "" };
    struct record r = record_of(0);
    FILE *f = fopen("/dev/full", "w");
    struct trace_writer *w = trace_writer_new(f, "/dev/full", PROGRAM);
    trace_write(w, &r, 1);
    assert_false(trace_writer_end(w, NULL, &e));
    assert_string_equal(e.text, "/dev/full: the trace cannot be written");
    fclose(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_record_takes_less_than_a_quarter_of_its_bytes),
        cmocka_unit_test(a_file_that_was_cut_is_refused),
        cmocka_unit_test(a_changed_bit_is_refused_or_changes_nothing),
        cmocka_unit_test(what_cannot_be_written_is_an_error),
    };
    return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
