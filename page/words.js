// Why something takes as long as it does, in words.
import { percent, share } from './dom.js';

const PART = 0.1;   // of its slots, below which a cause is not worth a word

// [cause, share] of a cost, most first, without what retires.
export function causes(profile, cost) {
    return profile.causes.map((label, k) => ({ label, slots: cost.slots[k], share: share(cost.slots[k], cost.all) }))
        .filter((c) => c.slots && c.label[3] !== 'Retiring').sort((a, b) => b.slots - a.slots);
}

function waits(profile, cost, most) {
    const worst = causes(profile, cost).filter((c) => c.share >= PART).slice(0, most);
    if (!worst.length)
        return ['retires most of the time'];
    return worst.map((c) => `${percent(c.slots, cost.all, 0)} ${c.label[0]}: ${c.label[1]}`);
}

// Of a function or line: what it waits for.
export function why(profile, cost, most = 2) {
    return waits(profile, cost, most).join('; ');
}

// Of an instruction: that, which level answered a load, how often a branch was wrong.
export function why_instruction(profile, cost, whole) {
    const said = [], n = cost.event('executed');
    if (share(cost.all, whole) >= 0.01)
        said.push(...waits(profile, cost, 1).filter((w) => w !== 'retires most of the time'));
    for (const [level, words] of [['forwarded', 'from a store'], ['l2', 'from L2'], ['slc', 'from SLC'], ['dram', 'from memory'], ['dtlb', 'missed the dTLB']])
        if (cost.event(level))
            said.push(`${words} ${percent(cost.event(level), n)}`);
    if (cost.event('mispredicted'))
        said.push(`mispredicted ${percent(cost.event('mispredicted'), n)}`);
    if (cost.event('taken') && cost.event('taken') < n)
        said.push(`taken ${percent(cost.event('taken'), n)}`);
    return said.join('; ');
}
