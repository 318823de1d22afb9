// packet.h: the framing of the GDB remote protocol, byte by byte.
//
// A packet is $DATA#SS, SS the sum of DATA's bytes in hex; bytes with a meaning are
// escaped by '}'. Both directions are bounded by PACKET_MAX. Nothing here knows sockets
// or what packets say. (GDB manual, appendix E, "Overview".)
#ifndef GDB_PACKET_H
#define GDB_PACKET_H

#include "base/types.h"

enum { PACKET_MAX = 16384 };   // bytes of DATA, escapes included when we send

enum packet_event {
    PACKET_NONE,    // more bytes are needed
    PACKET_READY,   // data and len hold a packet
    PACKET_BAD,     // the sum is wrong or the packet too long: to be sent again
    PACKET_BREAK,   // Ctrl-C, between packets
    PACKET_ACK,
    PACKET_NAK,
};

struct packet_reader {
    char data[PACKET_MAX + 1];   // unescaped, followed by a NUL
    u32 len;
    u32 state;
    u8 sum, wanted;
    bool escaped, overlong;
};

// A zeroed reader is ready. Data stays until the next byte is fed.
enum packet_event packet_feed(struct packet_reader *r, u8 byte);

// A packet being made. What does not fit is left out and `full` set.
struct packet_writer {
    char data[PACKET_MAX + 5];   // "$", DATA, "#SS", NUL of a formatted text
    u32 len;
    bool full;
};

void packet_begin(struct packet_writer *w);
void packet_text(struct packet_writer *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void packet_hex(struct packet_writer *w, const void *bytes, u64 len);
// Escaped bytes; gives how many of them fitted.
u64 packet_binary(struct packet_writer *w, const void *bytes, u64 len);
// Adds the sum: data[0, len) is what to send.
void packet_end(struct packet_writer *w);

// Reads hex digits at *at and moves it past them; false without any, or with more than
// a u64 holds.
bool packet_number(const char **at, u64 *value);
// Takes `c` when it is next.
bool packet_take(const char **at, char c);
// Decodes pairs of hex digits: how many bytes, at most `size`; -1 when they are not pairs.
i64 packet_bytes(const char *hex, void *to, u64 size);

#endif
