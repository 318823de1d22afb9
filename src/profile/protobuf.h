// protobuf.h: messages of protocol buffers, as bytes.
#ifndef PROFILE_PROTOBUF_H
#define PROFILE_PROTOBUF_H

#include <stddef.h>

#include "base/types.h"

// All zero: empty. Its bytes are freed by message_free.
struct message {
    u8 *byte;
    size_t count, room;
};

void message_number(struct message *m, unsigned field,
                    u64 v);   // 0 is left out, as it is what a reader assumes
void message_bytes(struct message *m, unsigned field, const void *bytes, size_t n);
void message_text(struct message *m, unsigned field, const char *text);

// Numbers in a field of their own ("packed").
void message_numbers(struct message *m, unsigned field, const u64 *v, size_t n);

// `part` as a field; it is empty afterwards, and can be filled again.
void message_part(struct message *m, unsigned field, struct message *part);

void message_free(struct message *m);

#endif
