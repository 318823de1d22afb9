// Restartable sequences (rseq(2), include/uapi/linux/rseq.h): where threads take turns on
// one CPU, that CPU is number 0 and a sequence is aborted by a signal or when another
// thread has run. Where threads run in parallel there is no CPU that one of them has for
// itself, so the call is refused there, as by a kernel without it.
#include <stddef.h>

#include "guest/linux.h"

enum { UNREGISTER = 1, ALIGN = 32, AREA = 32, NO_CPU = -1 };

// struct rseq and struct rseq_cs of Linux.
struct area {
    u32 cpu_id_start, cpu_id;
    u64 sequence;
    u32 flags, node_id, mm_cid, pad;
};

struct sequence {
    u32 version, flags;
    u64 start, length, abort;
};

_Static_assert(sizeof(struct area) == AREA && sizeof(struct sequence) == 32, "of Linux");

static i64 unregister(struct thread *t, const u64 a[6])
{
    const struct area none = { .cpu_id = (u32)NO_CPU };
    if (t->rseq != a[0] || !a[0] || t->rseq_len != (u32)a[1] || a[2] != UNREGISTER)
        return -EINVAL;
    if (t->rseq_sig != (u32)a[3])
        return -EPERM;
    if (space_write(t->process->space, a[0], &none, offsetof(struct area, flags)))
        return -EFAULT;
    t->rseq = 0;
    return 0;
}

i64 sys_rseq(struct thread *t, const u64 a[6])
{
    const struct area fresh = { 0 };
    if (t->process->policy->parallel)
        return -ENOSYS;
    if (a[2] & UNREGISTER)
        return unregister(t, a);
    if (a[2])
        return -EINVAL;
    if (t->rseq)
        return t->rseq != a[0] || t->rseq_len != (u32)a[1] ? -EINVAL
               : t->rseq_sig != (u32)a[3]                  ? -EPERM
                                                           : -EBUSY;
    if (a[0] % ALIGN || (u32)a[1] != AREA)
        return -EINVAL;
    if (space_write(t->process->space, a[0], &fresh, sizeof(fresh)))
        return -EFAULT;
    t->rseq = a[0];
    t->rseq_len = (u32)a[1];
    t->rseq_sig = (u32)a[3];
    return 0;
}

bool rseq_abort(struct thread *t)
{
    struct space *s = t->process->space;
    struct sequence seq;
    u64 at, none = 0;
    u32 sig;
    vaddr slot = t->rseq + offsetof(struct area, sequence);
    if (!t->rseq)
        return true;
    if (space_read(s, &at, slot, sizeof(at)))
        return false;
    if (!at)
        return true;
    if (space_read(s, &seq, at, sizeof(seq)) || seq.version || seq.abort - seq.start < seq.length ||
        space_write(s, slot, &none, sizeof(none)))
        return false;
    if (t->cpu.pc - seq.start >= seq.length)   // it is over
        return true;
    if (space_read(s, &sig, seq.abort - sizeof(sig), sizeof(sig)) || sig != t->rseq_sig)
        return false;
    t->cpu.pc = seq.abort;
    return true;
}
