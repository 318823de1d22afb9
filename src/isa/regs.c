#include "isa/regs.h"

#include <string.h>

#include "base/save.h"

enum {
    DIT_BIT = 24,   // of PSTATE
    SSBS_BIT = 12,
    NOWHERE = 0,
    CONTEXT = FRAME_CONTEXT << 16,
    FPSIMD = FRAME_FPSIMD << 16,
};

struct view {
    u64 (*get)(const struct regs *r);
    void (*set)(struct regs *r, u64 value);   // NULL: nothing of it can be set
};

struct reg_row {
    const char *name;
    u32 count, bytes;
    size_t offset;
    enum reg_feature feature;
    const char *type;
    u32 frame;
    u64 bits;
    struct view view;
};

static u64 get_pstate(const struct regs *r)
{
    return regs_nzcv(r) | (u64)r->dit << DIT_BIT | (u64)r->ssbs << SSBS_BIT;
}

static void set_pstate(struct regs *r, u64 value)
{
    regs_set_nzcv(r, (u32)value & 0xf0000000);
    r->dit = value >> DIT_BIT & 1;
    r->ssbs = value >> SSBS_BIT & 1;
}

static u64 get_signed_bits(const struct regs *r)
{
    return PAUTH_FIELD;
}

static const struct view view_pstate = { get_pstate, set_pstate },
                         view_signed_bits = { get_signed_bits, NULL };

#define ALL (~0ull)
static const struct reg_row rows[] = {
#define REG(name, count, bytes, field, feature, type, frame, bits) \
    { #name, count, bytes, offsetof(struct regs, field), REG_##feature, type, frame, bits, { 0 } },
#define VIEW(name, bytes, function, feature, type, frame) \
    { #name, 1, bytes, 0, REG_##feature, type, frame, ALL, view_##function },
#include "isa/regs.def"
#undef REG
#undef VIEW
};
#undef ALL

bool reg_of(u32 number, struct reg *reg)
{
    for (const struct reg_row *row = rows; row < rows + COUNT(rows); row++) {
        if (number < row->count) {
            *reg = (struct reg){ .name = row->name,
                                 .index = row->count > 1 ? (i32)number : -1,
                                 .bytes = row->bytes,
                                 .feature = row->feature,
                                 .type = row->type,
                                 .frame = row->frame >> 16,
                                 .frame_at = (row->frame & 0xffff) + number * row->bytes,
                                 .kept = !row->view.get || row->view.set,
                                 .row = row };
            return true;
        }
        number -= row->count;
    }
    return false;
}

static size_t offset_of(const struct reg *reg)
{
    return reg->row->offset + (reg->index > 0 ? (size_t)reg->index * reg->bytes : 0);
}

void reg_get(const struct regs *r, const struct reg *reg, void *bytes)
{
    if (reg->row->view.get) {
        u64 value = reg->row->view.get(r);
        memcpy(bytes, &value, reg->bytes);
    } else {
        memcpy(bytes, (const u8 *)r + offset_of(reg), reg->bytes);
    }
}

void reg_set(struct regs *r, const struct reg *reg, const void *bytes)
{
    const struct reg_row *row = reg->row;
    u8 *at = (u8 *)r + offset_of(reg);
    u64 value = 0;
    if (reg->bytes > sizeof(value)) {
        memcpy(at, bytes, reg->bytes);
        return;
    }
    memcpy(&value, bytes, reg->bytes);
    value &= row->bits;
    if (!row->view.get)
        memcpy(at, &value, reg->bytes);
    else if (row->view.set)
        row->view.set(r, value);
}

void regs_to_frame(const struct regs *r, enum reg_frame which, u8 *record)
{
    struct reg reg;
    for (u32 k = 0; reg_of(k, &reg); k++)
        if (reg.frame == which)
            reg_get(r, &reg, record + reg.frame_at);
}

void regs_from_frame(struct regs *r, enum reg_frame which, const u8 *record)
{
    struct reg reg;
    for (u32 k = 0; reg_of(k, &reg); k++)
        if (reg.frame == which)
            reg_set(r, &reg, record + reg.frame_at);
    r->monitor_size = 0;
}

void regs_save(struct regs *r, struct save *s)
{
    struct reg reg;
    save_section(s, "regs", 1);
    for (u32 k = 0; reg_of(k, &reg); k++) {
        u8 bytes[REG_BYTES] = { 0 }, now[REG_BYTES] = { 0 };
        if (!reg.kept)
            continue;
        reg_get(r, &reg, bytes);
        save_bytes(s, bytes, 1, reg.bytes);
        if (!save_reads(s))
            continue;
        reg_set(r, &reg, bytes);
        reg_get(r, &reg, now);
        save_check(s, !memcmp(now, bytes, reg.bytes));   // no bit that cannot be
    }
    if (save_reads(s))
        r->monitor_size = 0;
}
