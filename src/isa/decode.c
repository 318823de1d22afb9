#include "isa/decode.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "isa/cpu.h"
#include "isa/operands.h"

// Derived once from the rows' text, then only read.
static struct row rows[OP_COUNT] = {
    [OP_UNDEFINED] = { "UNDEFINED", "", "", "", "undefined", .run = RUN_UNDEFINED },
#define ROW(kind, name, encoding, syntax, class, semantics, variants, flags, feature) \
    [OP_##name] = { #name, encoding, syntax, #variants, #semantics, CLASS_##class, FEAT_##feature, \
                    kind, flags, .run = RUN_##name, .variant_bits = VBITS_##variants },
#define INSN(...) ROW(ROW_INSN, __VA_ARGS__)
#define JUMP(...) ROW(ROW_JUMP, __VA_ARGS__)
#define EXIT(...) ROW(ROW_EXIT, __VA_ARGS__)
#include "isa/a64.def"
#undef INSN
#undef JUMP
#undef EXIT
};

static u16 op_of_run[RUN_COUNT];

// The decision tree. A node tests one bit; a leaf lists the rows still possible. A program meets a
// small part of the instructions: a node is split when it is first come to, and its children
// wait with the rows that are left to them.
struct node {
    u8 bit;          // or LEAF, UNSPLIT; written last, by whoever splits
    u16 list, count; // rows: `count` of them from lists[list] on
    u32 used;        // bits that were tested on the way here
    u16 child[2];
};
enum { LEAF = 32, UNSPLIT = 33, NODES_MAX = 8192, LISTS_MAX = 65535 };

static struct node nodes[NODES_MAX];
static u16 lists[LISTS_MAX];
static u32 node_count, list_count;

static u8 variant_field(const struct row *r, u32 w);

// Operands by the first letter of their name: chains of index + 1, ended by 0.
struct letters {
    u16 first[128], next[OPERAND_COUNT];
};

static struct letters index_operands(void)
{
    struct letters l = { 0 };
    for (u32 k = OPERAND_COUNT; k-- > 0;) {
        u8 letter = (u8)isa_operands[k].name[0] & 127;
        l.next[k] = l.first[letter];
        l.first[letter] = (u16)(k + 1);
    }
    return l;
}

static u32 find_operand(const struct letters *l, const char *name, size_t n)
{
    u32 k = l->first[(u8)*name & 127];
    while (k && (strncmp(isa_operands[k - 1].name, name, n) != 0 || isa_operands[k - 1].name[n]))
        k = l->next[k - 1];
    assert(k);
    return k - 1;
}

static void derive_row(struct row *r, const struct letters *letters)
{
    int place = 31;
    for (const char *p = r->encoding; *p; p++) {
        if (*p == ' ')
            continue;
        assert(place >= 0);
        r->mask |= (u32)(*p == '0' || *p == '1') << place;
        r->bits |= (u32)(*p == '1') << place;
        place--;
    }
    assert(place == -1);

    for (const char *p = r->syntax; (p = strchr(p, '<')); p++) {
        size_t n = strcspn(p + 1, ">");
        u32 k = find_operand(letters, p + 1, n);
        assert(r->operand_count < OPERANDS_MAX);
        r->operand[r->operand_count++] = (u8)k;
        const char *slot = strchr("dnma", isa_operands[k].slot);
        if (slot && *slot)
            r->file[slot - "dnma"] = isa_operands[k].file;
    }
}

static u16 new_node(u32 list, u32 count, u32 used)
{
    assert(node_count < NODES_MAX);
    nodes[node_count] = (struct node){ UNSPLIT, (u16)list, (u16)count, used, { 0 } };
    return (u16)node_count++;
}

static void add_to_list(u16 op)
{
    assert(list_count < LISTS_MAX);
    lists[list_count++] = op;
}

// The bit whose larger half is smallest, or -1; rows that ignore it go both ways.
static int best_bit(const u16 *set, u32 n, u32 used)
{
    int best = -1;
    u32 best_size = n, fixed[32][2] = { 0 };
    for (u32 k = 0; k < n; k++)
        for (u32 left = rows[set[k]].mask & ~used; left; left &= left - 1) {
            int b = __builtin_ctz(left);
            fixed[b][rows[set[k]].bits >> b & 1]++;
        }
    for (int b = 0; b < 32; b++) {
        u32 size = n - (fixed[b][0] < fixed[b][1] ? fixed[b][0] : fixed[b][1]);
        if (size < best_size) {
            best = b;
            best_size = size;
        }
    }
    return best;
}

// Of the nodes and lists.
static pthread_mutex_t *tree_lock(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    return &lock;
}

static void lock_tree(void)
{
    pthread_mutex_lock(tree_lock());
}

static void unlock_tree(void)
{
    pthread_mutex_unlock(tree_lock());
}

// Makes a node of what an unsplit one has still to decide, or a leaf of it.
static void split(struct node *n)
{
    lock_tree();
    if (n->bit == UNSPLIT) {
        const u16 *set = &lists[n->list];
        int best = n->count <= 2 ? -1 : best_bit(set, n->count, n->used);
        for (u32 v = 0; best >= 0 && v < 2; v++) {
            u32 start = list_count;
            for (u32 k = 0; k < n->count; k++)
                if (!(rows[set[k]].mask >> best & 1) || (rows[set[k]].bits >> best & 1) == v)
                    add_to_list(set[k]);
            n->child[v] = new_node(start, list_count - start, n->used | 1u << best);
        }
        __atomic_store_n(&n->bit, best < 0 ? LEAF : (u8)best, __ATOMIC_RELEASE);
    }
    unlock_tree();
}

static void derive(void)
{
    pthread_atfork(lock_tree, unlock_tree, unlock_tree);   // a child finds it free and whole
    struct letters letters = index_operands();
    for (u16 op = 1; op < OP_COUNT; op++) {
        derive_row(&rows[op], &letters);
        add_to_list(op);
        for (u32 v = 0; v < 1u << rows[op].variant_bits; v++)
            op_of_run[rows[op].run + v] = op;
    }
    new_node(0, OP_COUNT - 1, 0);
}

static void derive_once(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, derive);
}

const struct row *isa_row(enum op op)
{
    derive_once();
    return &rows[op];
}

enum op isa_op_of_run(u16 run)
{
    derive_once();
    return op_of_run[run];
}

const char *isa_class_name(enum insn_class class)
{
    static const char *const names[] = {
#define CLASS(name, doc) #name,
#include "isa/classes.def"
#undef CLASS
    };
    return names[class];
}

const char *isa_feature_name(enum feature f)
{
    static const char *const names[] = {
#define FEATURE(name, ...) #name,
#include "isa/features.def"
#undef FEATURE
    };
    return names[f];
}

const char *isa_tested_by(enum op op)
{
    const struct row *r = isa_row(op);
    bool zeroes = r->flags & STORES && r->file[1] == FILE_NONE;   // DC ZVA: no base register
    return r->kind == ROW_EXIT || r->class == CLASS_SYS || r->feature == FEAT_PAUTH || zeroes
               ? "program"
               : "random";
}

// Gathers the bits of the variant's fields, the first letter highest.
static u8 variant_field(const struct row *r, u32 w)
{
    u8 v = 0;
    for (const char *letter = r->variants; *letter && *letter != '_'; letter++) {
        int place = 31;
        for (const char *p = r->encoding; *p; p++) {
            if (*p == ' ')
                continue;
            if (*p == *letter)
                v = (u8)(v << 1 | (w >> place & 1));
            place--;
        }
    }
    return v;
}

static u8 resolve(const struct row *r, int slot, u32 field, bool written)
{
    if (field != 31 || r->file[slot] == FILE_NONE || r->file[slot] == FILE_VEC)
        return (u8)field;
    if (r->file[slot] == FILE_GPR_SP)
        return REG_SP;
    return written ? REG_SINK : REG_ZERO;
}

static struct insn undefined(u32 w)
{
    return (struct insn){ .run = RUN_UNDEFINED, .imm = w };
}

static struct insn decode_as(enum op op, u32 w)
{
    const struct row *r = &rows[op];
    if (op == OP_UNDEFINED)
        return undefined(w);
    struct insn i = {
        .run = (u16)(r->run + variant_field(r, w)),
        .d = resolve(r, 0, bits(w, 0, 5), !(r->flags & D_R)),
        .n = resolve(r, 1, bits(w, 5, 5), false),
        .m = resolve(r, 2, bits(w, 16, 5), r->flags & (M_W | M_RW)),
        .a = resolve(r, 3, bits(w, 10, 5), r->flags & A_W),
    };
    for (u32 k = 0; k < r->operand_count; k++) {
        decode_operand *decode = isa_operands[r->operand[k]].decode;
        if (decode && !decode(&i, w))
            return undefined(w);
    }
    return i;
}

enum op isa_match(u32 word)
{
    derive_once();
    struct node *n = &nodes[0];
    for (u8 bit; (bit = __atomic_load_n(&n->bit, __ATOMIC_ACQUIRE)) != LEAF;) {
        if (bit == UNSPLIT)
            split(n);
        else
            n = &nodes[n->child[word >> bit & 1]];
    }
    for (u32 k = 0; k < n->count; k++) {
        enum op op = lists[n->list + k];
        if ((word & rows[op].mask) == rows[op].bits)
            return op;
    }
    return OP_UNDEFINED;
}

struct insn isa_decode(u32 word)
{
    return decode_as(isa_match(word), word);
}

struct insn isa_decode_linear(u32 word)
{
    derive_once();
    for (u16 op = 1; op < OP_COUNT; op++)
        if ((word & rows[op].mask) == rows[op].bits)
            return decode_as(op, word);
    return undefined(word);
}
