// hash: a hash table with open addressing: insertions, updates, look-ups, deletions by moving back.
// Checked by: a plain array indexed by key that sees the same operations.
#include "check.h"

enum { SLOTS = 16384, KEYS = 10000, OPERATIONS = 20000 };

struct slot {
    uint32_t key;   // 0 means free
    uint32_t value;
};

static struct slot table[SLOTS];
static uint32_t oracle[KEYS + 1];   // value, 0 for absent
static uint32_t live;

static uint32_t home_of(uint32_t key)
{
    key ^= key >> 16;
    key *= 0x7feb352du;
    key ^= key >> 15;
    key *= 0x846ca68bu;
    key ^= key >> 16;
    return key % SLOTS;
}

static uint32_t find(uint32_t key)
{
    uint32_t at = home_of(key);
    while (table[at].key != 0 && table[at].key != key)
        at = (at + 1) % SLOTS;
    return at;
}

static void put(uint32_t key, uint32_t value)
{
    struct slot *s = &table[find(key)];
    live += s->key == 0;
    *s = (struct slot){ key, value };
}

// Frees the slot and moves back every follower that the hole would hide from its look-up.
static void delete_key(uint32_t key)
{
    uint32_t hole = find(key);
    if (table[hole].key == 0)
        return;
    live--;
    for (uint32_t at = (hole + 1) % SLOTS; table[at].key != 0; at = (at + 1) % SLOTS) {
        uint32_t home = home_of(table[at].key);
        if ((at - home) % SLOTS >= (at - hole) % SLOTS) {
            table[hole] = table[at];
            hole = at;
        }
    }
    table[hole] = (struct slot){ 0, 0 };
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 40), agreed = 0, asked = 0, stored = 0, present = 0;
    uint32_t seed = 7;

    for (uint64_t i = 0; i < scale * OPERATIONS; i++) {
        uint32_t r = random_next(&seed), key = 1 + (r >> 8) % KEYS;
        if ((r & 7) < 3) {
            put(key, r | 1);
            oracle[key] = r | 1;
        } else if ((r & 7) == 3) {
            delete_key(key);
            oracle[key] = 0;
        } else {
            const struct slot *s = &table[find(key)];
            agreed += (s->key ? s->value : 0) == oracle[key];
            asked++;
        }
    }
    for (uint32_t key = 1; key <= KEYS; key++) {
        present += oracle[key] != 0;
        stored += oracle[key] != 0 && table[find(key)].value == oracle[key];
    }
    int bad = expect("lookups", agreed, asked);
    bad |= expect("stored", stored, present);
    return bad | expect("live", live, present);
}
