#include "profile/protobuf.h"

#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

enum { VARINT = 0, BYTES = 2, MOST_VARINT = 10 };

static u8 *more(struct message *m, size_t n)
{
    if (m->count + n > m->room) {
        m->room = 2 * (m->count + n) + 256;
        m->byte = realloc(m->byte, m->room);
        if (!m->byte)
            out_of_memory();
    }
    m->count += n;
    return m->byte + m->count - n;
}

// Seven bits a byte, low ones first; all but the last have their high bit set.
static size_t put_varint(u8 *to, u64 v)
{
    size_t n = 0;
    for (; v >= 128; v >>= 7)
        to[n++] = (u8)(v | 128);
    to[n++] = (u8)v;
    return n;
}

static void add_varint(struct message *m, u64 v)
{
    u8 bytes[MOST_VARINT];
    size_t n = put_varint(bytes, v);
    memcpy(more(m, n), bytes, n);
}

void message_number(struct message *m, unsigned field, u64 v)
{
    if (!v)
        return;
    add_varint(m, field << 3 | VARINT);
    add_varint(m, v);
}

void message_bytes(struct message *m, unsigned field, const void *bytes, size_t n)
{
    add_varint(m, field << 3 | BYTES);
    add_varint(m, n);
    if (n)
        memcpy(more(m, n), bytes, n);
}

void message_text(struct message *m, unsigned field, const char *text)
{
    message_bytes(m, field, text, strlen(text));
}

void message_numbers(struct message *m, unsigned field, const u64 *v, size_t n)
{
    u8 bytes[MOST_VARINT];
    size_t size = 0;
    for (size_t k = 0; k < n; k++)
        size += put_varint(bytes, v[k]);
    add_varint(m, field << 3 | BYTES);
    add_varint(m, size);
    for (size_t k = 0; k < n; k++)
        add_varint(m, v[k]);
}

void message_part(struct message *m, unsigned field, struct message *part)
{
    message_bytes(m, field, part->byte, part->count);
    part->count = 0;
}

void message_free(struct message *m)
{
    free(m->byte);
}
