// Blocks: which instructions one takes, whether flags are wanted, and the order of the parts.
#include <assert.h>
#include <setjmp.h>

#include "exec/sem/hostcpu.h"
#include "exec/jit/block.h"
#include "isa/decode.h"

enum {
    LOOK_AHEAD = 20,   // instructions looked at behind an exit for a reader of NZCV
};

// -- Templates --

static jit_template *template_of[OP_COUNT];

static void add_templates(const struct jit_entry *list)
{
    for (; list->op; list++)
        template_of[list->op] = list->emit;
}

bool jit_has_template(u16 op)
{
    return template_of[op] != NULL;
}

void translate_once(void)
{
    add_templates(jit_int_templates);
    add_templates(jit_int_more_templates);
    add_templates(jit_int_flags_templates);
    add_templates(jit_mem_templates);
    add_templates(jit_fp_templates);
    add_templates(jit_fpmove_templates);
    add_templates(jit_fpmem_templates);
    add_templates(jit_crypt_templates);
    add_templates(jit_fpround_templates);
    add_templates(jit_fpstruct_templates);
    add_templates(jit_simd_templates);
    add_templates(jit_simdperm_templates);
}

// -- Reading guest code --

struct reader {
    struct cpu *c;
    vaddr start, end;   // of the executable region
    struct jit *j;
    struct block *b;
};

static const struct insn *shadow_at(const struct cpu *c, vaddr pc)
{
    return c->shadow + (pc >> 2);
}

// The instruction at `pc`, not kept: for looking ahead.
static struct insn peek(const struct reader *r, vaddr pc)
{
    struct insn i = *shadow_at(r->c, pc);
    if (i.run != RUN_UNDECODED)
        return i;
    u32 word;
    memcpy(&word, r->c->mem + pc, sizeof(word));
    return isa_decode(word);
}

static bool in_region(const struct reader *r, vaddr pc)
{
    return pc >= r->start && pc < r->end;
}

// -- Flags: whether NZCV as it is at `pc` will be read --

static bool look(struct reader *r, struct dep *dep, vaddr pc, int depth);

static bool wanted_at(struct reader *r, vaddr pc, int depth)
{
    struct block *b = r->b;
    if (b->dep_count == BLOCK_DEPS || depth == 0 || !in_region(r, pc))
        return true;
    for (u32 k = 0; k < b->dep_count; k++)
        if (r->j->deps[b->first_dep + k].at == pc)
            return r->j->deps[b->first_dep + k].wanted;
    struct dep *dep = &r->j->deps[b->first_dep + b->dep_count++];
    *dep = (struct dep){ pc, 0, true };
    return dep->wanted = look(r, dep, pc, depth);
}

static bool look(struct reader *r, struct dep *dep, vaddr pc, int depth)
{
    for (int k = 0; k < LOOK_AHEAD && in_region(r, pc); k++, pc += 4) {
        struct insn i = peek(r, pc);
        enum op op = isa_op_of_run(i.run);
        const struct row *row = isa_row(op);
        dep->count++;
        if (row->flags & C_R || row->kind == ROW_EXIT || i.run <= RUN_BREAKPOINT)
            return true;
        if (row->flags & C_W)
            return false;
        if (row->kind != ROW_JUMP)
            continue;
        if (op == OP_B || op == OP_BL)
            return wanted_at(r, pc + (u64)i.imm, depth - 1);
        if (!branch_conditional(i.run) || wanted_at(r, pc + (u64)i.imm, depth - 1))
            return true;
    }
    return true;
}

// -- What the block takes --

enum ending {
    END_FALL,     // goes on at the next instruction
    END_INTERP,   // the next instruction is the interpreter's
    END_BRANCH,   // the last instruction is a branch
};

// Whether the interpreter has to do it.
static bool for_interpreter(const struct reader *r, const struct insn *i, vaddr pc)
{
    if (i->run <= RUN_BREAKPOINT)
        return true;
    enum op op = isa_op_of_run(i->run);
    const struct row *row = isa_row(op);
    if (row->kind == ROW_JUMP)
        return !branch_known(i->run) ||
               ((op == OP_B || op == OP_BL || branch_conditional(i->run)) &&
                pc + (u64)i->imm >= r->c->window);
    // MSR FPCR may ask for what generated code cannot do: jit_run looks. A C function looks at the next instruction's place.
    return row->kind == ROW_EXIT || op == OP_MSR_FPCR || pc + 4 >= r->end;
}

// A side exit: a conditional branch forward that the block goes on behind.
static bool goes_on(const struct insn *i)
{
    bool always = i->run >= RUN_B_cond + 14 && i->run <= RUN_B_cond_last;
    return branch_conditional(i->run) && i->imm > 0 && !always;
}

// The place may hold half of an older instruction, when threads run in parallel.
static bool decoded(struct trans *t, const struct reader *r, vaddr pc, enum trap_kind *why)
{
    const struct insn *i = shadow_at(r->c, pc);
    if (__atomic_load_n(&i->run, __ATOMIC_ACQUIRE) == RUN_UNDECODED) {
        const u64 *half = (const u64 *)i;
        if (r->c->exec->shared && (half[0] | half[1])) {
            *why = TRAP_USED;
            return false;
        }
        exec_decode(r->c, i);
        t->fresh[t->fresh_count++] = pc;
    }
    struct insn *to = &t->insn[t->count];
    *to = *i;
    return to->run != RUN_UNDECODED;
}

// Fills t->insn. An unreadable place ends the block through a fault (translate).
static enum ending take(struct trans *t, const struct reader *r, enum trap_kind *why)
{
    enum ending end = END_FALL;
    t->count = t->fresh_count = 0;
    while (t->count < BLOCK_INSNS) {
        const struct insn *i = &t->insn[t->count];
        vaddr pc = t->start + 4 * t->count;
        if (pc >= r->end || !decoded(t, r, pc, why))
            break;
        if (for_interpreter(r, i, pc))
            return END_INTERP;
        t->count++;
        if (isa_row(isa_op_of_run(i->run))->kind == ROW_JUMP && !goes_on(i))
            return END_BRANCH;
    }
    return end;
}

static void find_live_flags(struct trans *t, struct reader *r, enum ending end)
{
    vaddr next = t->start + 4 * t->count;
    t->live_next = true;
    if (!t->count)
        return;
    const struct insn *last = &t->insn[t->count - 1];
    bool falls = end == END_FALL || (end == END_BRANCH && branch_conditional(last->run));
    bool live = t->live_next = end == END_INTERP || (falls && wanted_at(r, next, 3));
    for (u32 k = t->count; k-- > 0;) {
        const struct insn *i = &t->insn[k];
        enum op op = isa_op_of_run(i->run);
        const struct row *row = isa_row(op);
        if (op == OP_B || op == OP_BL || branch_conditional(i->run)) {
            vaddr target = t->start + 4 * k + (u64)i->imm;
            t->live_taken[k] = wanted_at(r, target, 3);
            live |= t->live_taken[k];
        } else if (row->kind == ROW_JUMP) {
            live = true;
        }
        t->live[k] = live;
        live = row->flags & C_R ? true : row->flags & C_W ? false : live;
    }
}

// -- The parts --

static void straight(struct trans *t, enum op op)
{
    unsigned variant = t->i->run - isa_row(op)->run;
    record_insn(t, 0);
    if (template_of[op] && template_of[op](t, t->i, variant))
        return;
    if (!leave_stencil(t))
        leave_call(t);
}

static void one(struct trans *t, u16 k)
{
    const struct insn *i = t->i = &t->insn[k];
    enum op op = isa_op_of_run(i->run);
    u16 first_cold = t->cold_count;
    t->index = k;
    t->pc = t->start + 4 * k;
    t->flags_live = t->live[k];
    t->locked = t->pending = 0;
    if (isa_row(op)->kind == ROW_JUMP)
        branch_emit(t, k + 1 == t->count && !t->falls);
    else
        straight(t, op);
    t->xmm.dirty |= t->pending;
    for (u16 n = first_cold; n < t->cold_count; n++) {
        t->cold[n].back = t->e.at;
        t->cold[n].after = t->xmm;
        t->cold[n].flags_after = t->flags;
    }
}

static void finish(struct trans *t, enum ending end)
{
    vaddr next = t->start + 4 * t->count;
    if (end == END_BRANCH)
        return;
    trans_store_dirty(&t->e, &t->xmm);
    if (t->live_next && t->flags != FLAGS_CPU && !t->flags_kept)
        trans_save_flags(&t->e, t->flags);
    if (end == END_INTERP) {
        leave_for(t, SITE_INTERP, next, 0);
    } else {
        record_advance(t, t->count);
        leave_jump(t, -1, next);
    }
}

static void emit_block(struct trans *t, enum ending end)
{
    u8 *over = NULL;
    loop_enter(t);
    if (t->count) {
        x64_alu_ri(&t->e, ALU_SUB, true, HOST_BUDGET, t->count);
        over = x64_jcc(&t->e, CC_LE);   // a stretch ends only behind a taken branch
    }
    t->falls = end != END_BRANCH;
    for (u16 k = 0; k < t->count; k++)
        one(t, k);
    finish(t, end);
    if (over) {
        x64_patch(over, t->e.at);
        if (t->loop)
            trans_store_dirty(&t->e, &t->loop_state);
        leave_for(t, SITE_BUDGET, t->start, t->count);
    }
    leave_cold_parts(t);
}

static void begin(struct jit *j, struct trans *t, vaddr pc)
{
    j->used = (j->used + 15) & ~15u;
    t->e = (struct emit){ j->rw + j->used, j->rx - j->rw };
    t->jit = j;
    t->start = pc;
    t->recording = j->recording;
    trans_use_pins(t, j->maps[0]);
    t->own_pins = false;
    t->bmi2 = HOST_HAS("bmi2");
    t->lzcnt = HOST_HAS("lzcnt");
    t->v3 = j->v3;
    t->aes = j->aes;
    t->sha = j->sha;
    t->answer_cc = NO_REG;
    t->flags = FLAGS_CPU;
    t->flags_kept = true;
    t->clean = 0;
    t->checked = 0;
    t->cold_count = 0;
    t->first_site = j->site_count;
    memset(t->xmm.guest, NO_REG, sizeof(t->xmm.guest));
    t->xmm.dirty = 0;
    t->touched = 0;
    memset(t->used_at, 0, sizeof(t->used_at));
}

// Links what can be linked already, itself included.
static void link_known(struct jit *j, const struct trans *t)
{
    for (u32 k = t->first_site; k < j->site_count; k++) {
        const struct site *s = &j->sites[k];
        u32 code =
            s->kind == SITE_LINK && s->target < j->space->size ? j->entries[s->target >> 2] : 0;
        u32 block = code ? code_find(j, code) : NONE;
        if (block != NONE)
            code_link(j, k, block);
    }
}

static u32 publish(struct jit *j, struct trans *t, struct block *b)
{
    u32 number = j->block_count;
    b->end = code_offset(j, t->e.at);
    b->fault_count = j->fault_count - b->faults;
    if (t->own_pins) {
        b->map = j->map_count;
        j->maps[j->map_count++] = t->map;
    }
    assert(b->end - b->code <= BLOCK_BYTES);
    j->used = b->end;
    j->dep_count += b->dep_count;
    __atomic_store_n(&j->block_count, number + 1, __ATOMIC_RELEASE);
    code_add(j, number);
    link_known(j, t);
    return number;
}

// take(), where a place that cannot be read ends the region.
static enum ending scan(struct trans *t, struct reader *r, enum trap_kind *why)
{
    struct exec *e = r->c->exec;
    enum ending end;
    e->reading = true;
    if (sigsetjmp(e->read_failed, 0) == 0) {
        end = take(t, r, why);
    } else {
        end = END_FALL;
        r->end = t->start + 4 * t->count;
    }
    e->reading = false;
    return end;
}

// find_live_flags(), which looks at places that perhaps cannot be read: then all are wanted.
static void look_for_readers(struct trans *t, struct reader *r, enum ending end)
{
    struct exec *e = r->c->exec;
    e->reading = true;
    if (sigsetjmp(e->read_failed, 0) == 0) {
        find_live_flags(t, r, end);
    } else {
        memset(t->live, true, sizeof(t->live));
        memset(t->live_taken, true, sizeof(t->live_taken));
        t->live_next = true;
    }
    e->reading = false;
}

u32 translate(struct jit *j, struct cpu *c, vaddr pc, const struct region *region,
              enum trap_kind *why)
{
    struct trans *t = j->trans;
    struct block *b = &j->blocks[j->block_count];
    struct reader r = { c, region->start, region->end, j, b };
    *why = TRAP_FETCH;
    begin(j, t, pc);
    *b = (struct block){ .pc = pc,
                         .code = code_offset(j, t->e.at),
                         .faults = j->fault_count,
                         .first_dep = j->dep_count,
                         .incoming = NONE };
    enum ending end = scan(t, &r, why);
    if (t->recording)
        record_definitions(t, c);
    if (!t->count && end != END_INTERP)
        return NONE;
    look_for_readers(t, &r, end);
    b->count = t->count + (end == END_INTERP);
    b->charge = t->count;
    emit_block(t, end);
    return publish(j, t, b);
}
