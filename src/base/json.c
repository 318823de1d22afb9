#include "base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// The length of the UTF-8 sequence at `s`, 0 when it is not one (overlong forms,
// surrogates and values past U+10FFFF included).
static size_t utf8_length(const u8 *s)
{
    if (s[0] < 0x80)
        return 1;
    size_t n = s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f))
        return 0;
    if ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

static void put_string(FILE *f, const char *text)
{
    fputc('"', f);
    for (const u8 *s = (const u8 *)text; *s;) {
        size_t n = utf8_length(s);
        if (n == 0)
            fputs("\\ufffd", f);
        else if (*s == '"' || *s == '\\')
            fprintf(f, "\\%c", *s);
        else if (*s == '\n')
            fputs("\\n", f);
        else if (*s == '\t')
            fputs("\\t", f);
        else if (*s < 0x20 || *s == 0x7f)
            fprintf(f, "\\u%04x", *s);
        else
            fwrite(s, 1, n, f);
        s += n ? n : 1;
    }
    fputc('"', f);
}

static void newline(struct jw *j)
{
    fprintf(j->f, "\n%*s", (int)j->depth * 2, "");
}

// Everything before a value: comma, indentation, key.
static void lead(struct jw *j, const char *key)
{
    bool array = j->arrays >> j->depth & 1;
    assert(j->depth == 0 ? key == NULL : array == (key == NULL));
    if (j->depth) {
        if (!j->empty)
            fputc(',', j->f);
        newline(j);
    }
    j->empty = false;
    if (key) {
        put_string(j->f, key);
        fputs(": ", j->f);
    }
}

static void open_level(struct jw *j, const char *key, bool array)
{
    lead(j, key);
    fputc(array ? '[' : '{', j->f);
    assert(j->depth < 63);
    j->depth++;
    j->arrays = (j->arrays & ~(1ull << j->depth)) | (u64)array << j->depth;
    j->empty = true;
}

void jw_begin(struct jw *j, FILE *f)
{
    *j = (struct jw){ .f = f, .empty = true };
}

bool jw_finish(struct jw *j)
{
    assert(j->depth == 0);
    fputc('\n', j->f);
    return !ferror(j->f);
}

void jw_object(struct jw *j, const char *key)
{
    open_level(j, key, false);
}

void jw_array(struct jw *j, const char *key)
{
    open_level(j, key, true);
}

void jw_close(struct jw *j)
{
    assert(j->depth > 0);
    bool array = j->arrays >> j->depth & 1;
    j->depth--;
    if (!j->empty)
        newline(j);
    fputc(array ? ']' : '}', j->f);
    j->empty = false;
}

void jw_u64(struct jw *j, const char *key, u64 v)
{
    lead(j, key);
    fprintf(j->f, "%" PRIu64, v);
}

void jw_i64(struct jw *j, const char *key, i64 v)
{
    lead(j, key);
    fprintf(j->f, "%" PRId64, v);
}

void jw_real(struct jw *j, const char *key, double v)
{
    lead(j, key);
    if (!isfinite(v)) {
        fputs("null", j->f);
        return;
    }
    char text[32];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    fputs(text, j->f);
}

void jw_bool(struct jw *j, const char *key, bool v)
{
    lead(j, key);
    fputs(v ? "true" : "false", j->f);
}

void jw_text(struct jw *j, const char *key, const char *v)
{
    lead(j, key);
    if (v)
        put_string(j->f, v);
    else
        fputs("null", j->f);
}
