// Ways out of generated code: calls of C functions, exits, and the parts in front of all
// blocks that enter and leave.
#include <assert.h>

#include "exec/jit/block.h"
#include "exec/jit/x64/stencil.h"

#define FIELD(name) x64_at(HOST_CPU, offsetof(struct cpu, name))

void leave_store_pins(struct emit *e, const struct pin_map *map, u32 hosts)
{
    for (u8 h = 0; h < COUNT(map->guest); h++)
        if (hosts >> h & 1 && map->guest[h] != NO_REG)
            x64_store(e, true, jit_x_slot(map->guest[h]), h);
}

void leave_load_pins(struct emit *e, const struct pin_map *map, u32 hosts)
{
    for (u8 h = 0; h < COUNT(map->guest); h++)
        if (hosts >> h & 1 && map->guest[h] != NO_REG)
            x64_load(e, true, h, jit_x_slot(map->guest[h]));
}

void leave_own_pins(struct trans *t)
{
    const struct pin_map *standard = &t->jit->maps[0];
    u32 other = 0;
    for (u8 h = 0; h < COUNT(t->map.guest); h++)
        if (t->own_pins && t->map.guest[h] != standard->guest[h])
            other |= 1u << h;
    leave_store_pins(&t->e, &t->map, other);
    leave_load_pins(&t->e, standard, other);
}

// -- The parts that are always there --

static const u8 saved_by_c[] = { RBX, RBP, R12, R13, R14, R15 };

static void push(struct emit *e, u8 r)
{
    x64_prefixes(e, 0, 0, 0, r, false);
    x64_u8(e, 0x50 | (r & 7));
}

static void pop(struct emit *e, u8 r)
{
    x64_prefixes(e, 0, 0, 0, r, false);
    x64_u8(e, 0x58 | (r & 7));
}

// u32 enter(struct cpu *c, const u8 *code)
static void enter_part(struct jit *j, struct emit *e)
{
    j->enter = code_offset(j, e->at);
    for (size_t k = 0; k < COUNT(saved_by_c); k++)
        push(e, saved_by_c[k]);
    x64_mov(e, true, HOST_CPU, RDI);
    x64_load(e, true, HOST_MEM, FIELD(mem));
    x64_load(e, true, HOST_BUDGET, FIELD(left));
    if (j->recording)
        x64_load(e, true, HOST_RECORDS, FIELD(rec));
    leave_load_pins(e, &j->maps[0], ~0u);
    x64_jump_reg(e, RSI);
}

// eax: the site it leaves by, which enter() returns.
static void leave_part(struct jit *j, struct emit *e)
{
    j->leave = code_offset(j, e->at);
    leave_store_pins(e, &j->maps[0], ~0u);
    if (j->recording)
        x64_store(e, true, FIELD(rec), HOST_RECORDS);
    x64_store(e, true, FIELD(left), HOST_BUDGET);
    for (size_t k = COUNT(saved_by_c); k-- > 0;)
        pop(e, saved_by_c[k]);
    x64_u8(e, 0xc3);
}

// Calls the handler at rax for the instruction at rsi, with `left` rcx.
static void call_part(struct jit *j, struct emit *e)
{
    u8 *ret = e->at;
    x64_u8(e, 0xc3);
    for (u32 k = 0; k < RUN_COUNT; k++)
        j->stops[k] = ret + e->rx;
    j->call = code_offset(j, e->at);
    x64_store(e, true, FIELD(left), RCX);
    x64_mov(e, true, RDI, HOST_CPU);
    x64_mov_imm(e, RDX, (u64)j->stops);
    x64_rr(e, 0xff, 2, RAX);
    leave_load_pins(e, &j->maps[0], CALLER_SAVED_PINS);
    x64_u8(e, 0xc3);
}

// cpu.host_nzcv to the four fields that C functions read. Uses rax, rcx.
static void to_cpu_part(struct jit *j, struct emit *e)
{
    j->to_cpu = code_offset(j, e->at);
    x64_load(e, false, RAX, FIELD(host_nzcv));
    x64_mov(e, false, RCX, RAX);
    x64_alu_ri(e, ALU_AND, false, RCX, 1);
    x64_shift_ri(e, SH_ROR, true, RCX, 1);
    x64_store(e, true, FIELD(vf), RCX);
    x64_mov(e, false, RCX, RAX);
    x64_shift_ri(e, SH_SHR, false, RCX, 8);
    x64_alu_ri(e, ALU_AND, false, RCX, 1);
    x64_store(e, true, FIELD(cf), RCX);
    x64_mov(e, true, RCX, RAX);
    x64_shift_ri(e, SH_SHL, true, RCX, 48);
    x64_store(e, true, FIELD(nf), RCX);   // only bit 63 counts
    x64_shift_ri(e, SH_SHR, false, RAX, 14);
    x64_alu_ri(e, ALU_AND, false, RAX, 1);
    x64_alu_ri(e, ALU_XOR, false, RAX, 1);
    x64_store(e, true, FIELD(zf), RAX);
    x64_u8(e, 0xc3);
}

static void from_cpu_part(struct jit *j, struct emit *e)
{
    j->from_cpu = code_offset(j, e->at);
    x64_load(e, true, RAX, FIELD(nf));
    x64_shift_ri(e, SH_SHR, true, RAX, 63);
    x64_shift_ri(e, SH_SHL, false, RAX, 1);
    x64_alu_rr(e, ALU_XOR, false, RCX, RCX);
    x64_alu_mi(e, ALU_CMP, true, FIELD(zf), 0);
    x64_setcc(e, CC_Z, RCX);
    x64_alu_rr(e, ALU_OR, false, RAX, RCX);
    x64_shift_ri(e, SH_SHL, false, RAX, 6);
    x64_alu_rm(e, ALU_OR, false, RAX, FIELD(cf));
    x64_shift_ri(e, SH_SHL, false, RAX, 8);
    x64_load(e, true, RCX, FIELD(vf));
    x64_shift_ri(e, SH_SHR, true, RCX, 63);
    x64_alu_rr(e, ALU_OR, false, RAX, RCX);
    x64_store(e, false, FIELD(host_nzcv), RAX);
    x64_u8(e, 0xc3);
}

static void jump_to(struct jit *j, struct emit *e, u32 offset)
{
    x64_patch(x64_jmp(e), j->rw + offset);
}

static void call_to(struct jit *j, struct emit *e, u32 offset)
{
    x64_call(e, j->rx + offset);
}

// Offset 0 is where an indirect branch goes that finds no block: pc is 4 * rdx.
void leave_fixed_parts(struct jit *j)
{
    struct emit e = { j->rw, j->rx - j->rw };
    x64_shift_ri(&e, SH_SHL, true, RDX, 2);
    x64_store(&e, true, FIELD(pc), RDX);
    x64_mov_imm(&e, RAX, NONE);
    leave_part(j, &e);
    enter_part(j, &e);
    call_part(j, &e);
    to_cpu_part(j, &e);
    from_cpu_part(j, &e);
    j->used = j->fixed = (code_offset(j, e.at) + 63) & ~63u;
}

// -- Calls --

static u32 pins_named(const struct trans *t, const struct row *row, const struct insn *i,
                      u64 *guests)
{
    const u8 slot[] = { i->d, i->n, i->m, i->a };
    u32 hosts = 0;
    *guests = 0;
    if (row->class == CLASS_PAUTH || row->flags & (X30_R | X30_W)) {
        *guests = ~(u64)0;
        return ~0u;
    }
    for (u32 k = 0; k < 4; k++) {
        if (row->file[k] != FILE_GPR && row->file[k] != FILE_GPR_SP)
            continue;
        for (u32 g = slot[k]; g <= slot[k] + 1u && g < REG_COUNT; g++) {
            *guests |= (u64)1 << g;
            if (jit_pinned(t, (u8)g) != NO_REG)
                hosts |= 1u << jit_pinned(t, (u8)g);
        }
    }
    return hosts;
}

static void call(struct trans *t, const struct insn *i, vaddr pc, u16 index, u32 clean)
{
    struct emit *e = &t->e;
    const struct row *row = isa_row(isa_op_of_run(i->run));
    u64 guests;
    if (row->flags & C_R)
        call_to(t->jit, e, t->jit->to_cpu);
    leave_store_pins(e, &t->map, ~clean);
    if (t->recording)
        x64_lea(e, true, R8, x64_at(HOST_RECORDS, (i32)(index * sizeof(struct record))));
    x64_lea(e, true, RCX, x64_at(HOST_BUDGET, t->count - index));
    x64_mov_imm(e, RSI, (u64)t->jit->space->shadow + pc * SHADOW_SCALE);
    x64_mov_imm(e, RAX, (u64)exec_handler(i->run, t->recording));
    call_to(t->jit, e, t->jit->call);
    u32 back = pins_named(t, row, i, &guests);
    back = t->own_pins ? back | CALLER_SAVED_PINS : back & ~CALLER_SAVED_PINS;
    leave_load_pins(e, &t->map, back);
    if (row->flags & C_W && t->live[index])
        call_to(t->jit, e, t->jit->from_cpu);
}

void leave_call(struct trans *t)
{
    u32 flags = isa_row(isa_op_of_run(t->i->run))->flags;
    u64 guests;
    if (flags & C_R && t->flags != FLAGS_CPU && !t->flags_kept)
        trans_save_flags(&t->e, t->flags);
    else if (!(flags & C_R))
        jit_flags_change(t);
    trans_store_dirty(&t->e, &t->xmm);
    call(t, t->i, t->pc, t->index, t->clean);
    t->flags = FLAGS_CPU;
    if (flags & C_W)
        t->answer_cc = NO_REG;
    memset(t->xmm.guest, NO_REG, sizeof(t->xmm.guest));
    t->xmm.dirty = 0;
    t->clean = ~0u;
    pins_named(t, isa_row(isa_op_of_run(t->i->run)), t->i, &guests);
    t->checked &= ~guests;
}

// -- Stencils --

static bool is_general(u8 file)
{
    return file == FILE_GPR || file == FILE_GPR_SP;
}

// Operands to the registers that stencil.h names.
static void load_operands(struct trans *t, const struct insn *i, const struct row *row)
{
    static const u8 general[] = { RDI, RSI, RDX, RCX };
    const u8 slot[] = { i->d, i->n, i->m, i->a };
    for (u8 k = 0; k < 4; k++) {
        if (k == 0 && !(row->flags & (D_R | D_RW)))
            continue;
        if (is_general(row->file[k]))
            jit_x_to(t, slot[k], general[k]);
        else if (row->file[k] == FILE_VEC)
            x64_rr(&t->e, 0x28 | M_0F, k, jit_v(t, slot[k]));
    }
}

static void store_result(struct trans *t, const struct insn *i, const struct row *row)
{
    if (row->flags & D_R || row->file[0] == FILE_NONE)
        return;
    if (is_general(row->file[0])) {
        jit_x_done(t, i->d, RDI);
    } else {
        u8 d = jit_v_target(t, i->d);
        x64_rr(&t->e, 0x28 | M_0F, d, 0);
        t->narrow[d] = 0;
    }
}

bool leave_stencil(struct trans *t)
{
    const struct insn *i = t->i;
    const struct row *row = isa_row(isa_op_of_run(i->run));
    struct stencil_use use;
    u8 code[STENCIL_BYTES];
    if (t->map.guest[RSI] != NO_REG || t->map.guest[RDI] != NO_REG)
        return false;   // its operands' registers
    if (!stencil_copy(i, t->pc, t->v3, code, t->e.at + t->e.rx, &use))
        return false;
    bool reads = row->flags & C_R;
    if (reads && t->flags != FLAGS_CPU && !t->flags_kept)
        trans_save_flags(&t->e, t->flags);
    if (reads)
        call_to(t->jit, &t->e, t->jit->to_cpu);
    else
        jit_flags_change(t);
    t->flags = FLAGS_CPU;
    load_operands(t, i, row);
    u8 *at = t->e.at;
    stencil_copy(i, t->pc, t->v3, at, at + t->e.rx, &use);
    t->e.at += use.size;
    for (u8 k = 0; k < use.slow_count; k++)
        jit_else_call_from(t, at + use.slow[k]);
    store_result(t, i, row);
    if (row->flags & C_W) {
        t->answer_cc = NO_REG;
        if (t->flags_live)
            call_to(t->jit, &t->e, t->jit->from_cpu);
    }
    return true;
}

// -- Exits --

static void leave_by(struct trans *t, u32 site)
{
    x64_mov_imm(&t->e, RAX, site);
    jump_to(t->jit, &t->e, t->jit->leave);
}

void leave_for(struct trans *t, u8 kind, vaddr target, u16 back)
{
    if (back)
        x64_lea(&t->e, true, HOST_BUDGET, x64_at(HOST_BUDGET, back));
    record_advance(t, t->count - back);
    leave_own_pins(t);
    leave_by(t, code_site(t->jit, kind, target));
}

// The displacement is aligned: code.c, set_jump.
void leave_jump(struct trans *t, int cc, vaddr target)
{
    u32 site = code_site(t->jit, SITE_LINK, target);
    u32 opcode = cc >= 0 ? 2 : 1;
    x64_nops(&t->e, -(code_offset(t->jit, t->e.at) + opcode) & 3);
    u8 *rel = cc >= 0 ? x64_jcc(&t->e, (enum x64_cc)cc) : x64_jmp(&t->e);
    t->jit->sites[site].jump = code_offset(t->jit, rel);
}

void leave_indirect(struct trans *t)
{
    struct emit *e = &t->e;
    x64_load(e, true, RCX, FIELD(jit_entries));
    x64_load(e, false, RCX, x64_indexed(RCX, RDX, 2, 0));
    x64_alu_rm(e, ALU_ADD, true, RCX, FIELD(jit_code));
    x64_jump_reg(e, RCX);
}

// -- Cold parts --

static void cold_exit(struct trans *t, const struct cold *k)
{
    if (k->live && k->flags != FLAGS_CPU && !k->saved)
        trans_save_flags(&t->e, k->flags);
    trans_store_dirty(&t->e, &k->before);
    u16 back = t->count - k->index - 1;
    if (k->side) {
        record_taken(t, k->index, t->start + 4 * k->index, k->target);
        record_advance(t, k->index + 1);
    }
    if (back)
        x64_lea(&t->e, true, HOST_BUDGET, x64_at(HOST_BUDGET, back));
    leave_own_pins(t);
    leave_jump(t, -1, k->target);
}

static void cold_call(struct trans *t, const struct cold *k)
{
    if (k->flags != FLAGS_CPU && !k->saved)
        trans_save_flags(&t->e, k->flags);
    trans_store_dirty(&t->e, &k->before);
    call(t, k->i, k->target, k->index, 0);
    trans_load_cached(&t->e, &k->after);
    if (k->flags_after != FLAGS_CPU) {
        trans_load_flags(&t->e);
        if (k->flags_after == FLAGS_SUB)
            x64_u8(&t->e, 0xf5);   // cmc
    }
    x64_patch(x64_jmp(&t->e), k->back);
}

static void cold_part(struct trans *t, const struct cold *k)
{
    x64_patch(k->jump, t->e.at);
    switch (k->kind) {
    case COLD_EXIT: cold_exit(t, k); break;
    case COLD_CALL: cold_call(t, k); break;
    default:
        trans_store_dirty(&t->e, &k->before);
        leave_for(t, SITE_INTERP, k->target, t->count - k->index);
    }
}

void leave_cold_parts(struct trans *t)
{
    struct jit *j = t->jit;
    for (u32 k = 0; k < t->cold_count; k++)
        cold_part(t, &t->cold[k]);
    for (u32 k = t->first_site; k < j->site_count; k++) {
        struct site *s = &j->sites[k];
        if (s->kind != SITE_LINK)
            continue;
        s->stub = code_offset(j, t->e.at);
        x64_patch(j->rw + s->jump, t->e.at);
        leave_by(t, k);
    }
}
