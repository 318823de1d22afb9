// The decoder and the disassembler on arbitrary words.
#include "fuzz.h"

#include "isa/cpu.h"
#include "isa/decode.h"

static void decode(u32 word, vaddr pc)
{
    struct insn i = isa_decode(word), j = isa_decode_linear(word);
    assert(!memcmp(&i, &j, sizeof i));
    assert(i.run > RUN_UNDECODED && i.run < RUN_COUNT);
    assert(i.run != RUN_UNDEFINED || (u32)i.imm == word);
    assert(i.d < REG_COUNT && i.n < REG_COUNT && i.m < REG_COUNT && i.a < REG_COUNT);

    char text[96];
    memset(text, '#', sizeof text);
    assert(isa_disassemble(word, pc, text, sizeof text) == text);
    size_t n = strnlen(text, sizeof text);
    assert(n > 0 && n < sizeof text - 1);   // nothing was cut off
    assert(!strchr(text, '\n') && !strchr(text, '%'));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
    for (size_t at = 0; at + 4 <= len; at += 4) {
        u32 word;
        memcpy(&word, data + at, 4);
        decode(word, 0x400000 + at);
    }
    return 0;
}
