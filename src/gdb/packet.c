#include "gdb/packet.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { BETWEEN, INSIDE, SUM_1, SUM_2 };

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void begin(struct packet_reader *r)
{
    r->len = 0;
    r->state = INSIDE;
    r->sum = 0;
    r->escaped = r->overlong = false;
}

static enum packet_event between(struct packet_reader *r, u8 byte)
{
    switch (byte) {
    case '$': begin(r); return PACKET_NONE;
    case '+': return PACKET_ACK;
    case '-': return PACKET_NAK;
    case 3: return PACKET_BREAK;
    default: return PACKET_NONE;
    }
}

static void inside(struct packet_reader *r, u8 byte)
{
    if (byte == '$') {   // the end of the one before was lost
        begin(r);
        return;
    }
    if (byte == '#') {
        r->state = SUM_1;
        return;
    }
    r->sum += byte;
    if (byte == '}' && !r->escaped) {
        r->escaped = true;
        return;
    }
    if (r->len == PACKET_MAX)
        r->overlong = true;
    else
        r->data[r->len++] = (char)(r->escaped ? byte ^ 0x20 : byte);
    r->escaped = false;
}

enum packet_event packet_feed(struct packet_reader *r, u8 byte)
{
    int d = digit((char)byte);
    switch (r->state) {
    case BETWEEN: return between(r, byte);
    case INSIDE: inside(r, byte); return PACKET_NONE;
    case SUM_1:
        r->wanted = (u8)((u32)d << 4);
        r->state = d < 0 ? BETWEEN : SUM_2;
        return d < 0 ? PACKET_BAD : PACKET_NONE;
    default:
        r->state = BETWEEN;
        r->data[r->len] = 0;
        return d < 0 || r->overlong || (r->wanted | d) != r->sum ? PACKET_BAD : PACKET_READY;
    }
}

// -- Making packets --

void packet_begin(struct packet_writer *w)
{
    w->data[0] = '$';
    w->len = 1;
    w->full = false;
}

static bool room(struct packet_writer *w, u64 n)
{
    if (PACKET_MAX + 1 - w->len >= n)
        return true;
    w->full = true;
    return false;
}

void packet_text(struct packet_writer *w, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    u64 space = PACKET_MAX + 1 - w->len;
    int n = vsnprintf(w->data + w->len, space + 1, fmt, ap);
    va_end(ap);
    if (room(w, (u64)n))
        w->len += (u32)n;
}

void packet_hex(struct packet_writer *w, const void *bytes, u64 len)
{
    static const char digits[] = "0123456789abcdef";
    const u8 *b = bytes;
    for (u64 k = 0; k < len && room(w, 2); k++) {
        w->data[w->len++] = digits[b[k] >> 4];
        w->data[w->len++] = digits[b[k] & 15];
    }
}

u64 packet_binary(struct packet_writer *w, const void *bytes, u64 len)
{
    const u8 *b = bytes;
    u64 k = 0;
    for (; k < len; k++) {
        bool escape = b[k] == '#' || b[k] == '$' || b[k] == '}' || b[k] == '*';
        if (!room(w, 1 + escape))
            break;
        if (escape)
            w->data[w->len++] = '}';
        w->data[w->len++] = (char)(escape ? b[k] ^ 0x20 : b[k]);
    }
    return k;
}

void packet_end(struct packet_writer *w)
{
    u8 sum = 0;
    for (u32 k = 1; k < w->len; k++)
        sum += (u8)w->data[k];
    w->len += (u32)snprintf(w->data + w->len, 4, "#%02x", sum);
}

// -- Reading what they say --

bool packet_number(const char **at, u64 *value)
{
    const char *p = *at;
    u64 v = 0;
    for (int d; (d = digit(*p)) >= 0; p++) {
        if (v >> 60)
            return false;
        v = v << 4 | (u64)d;
    }
    if (p == *at)
        return false;
    *at = p;
    *value = v;
    return true;
}

bool packet_take(const char **at, char c)
{
    if (**at != c)
        return false;
    ++*at;
    return true;
}

i64 packet_bytes(const char *hex, void *to, u64 size)
{
    u64 n = 0;
    for (; hex[0] && n < size; hex += 2, n++) {
        int high = digit(hex[0]), low = high < 0 ? -1 : digit(hex[1]);
        if (low < 0)
            return -1;
        ((u8 *)to)[n] = (u8)(high << 4 | low);
    }
    return hex[0] ? -1 : (i64)n;
}
