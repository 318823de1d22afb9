// The report's tables: branches, caches and TLBs, structures.
import { count, frame, h, percent, section, table } from './dom.js';

const LEVELS = [['l1i', 'L1I'], ['l1d', 'L1D'], ['l2', 'L2'], ['slc', 'system level cache'], ['dram', 'main memory']];
const TLBS = [['itlb', 'instruction TLB'], ['dtlb', 'data TLB'], ['l2tlb', 'L2 TLB']];

export function branches(r) {
    const b = r.branch;
    const rows = Object.entries(b).filter(([, v]) => typeof v === 'object').map(([name, v]) => [name, count(v.retired), count(v.mispredictions), percent(v.mispredictions, v.retired, 2), v.mpki.toFixed(3)]);
    rows.push(['all that are predicted', count(b.predictions), count(b.mispredictions), percent(b.mispredictions, b.predictions, 2), b.mpki.toFixed(3)]);
    return section('branches', 'Branches', frame('Branches', table('Branches by kind', [['kind', 'name'], ['retired', 'n'], ['mispredicted', 'n'], ['of them', 'n'], ['MPKI', 'n', 'mispredictions in 1000 instructions']], rows)));
}

// Counters of a level beside those of the table.
function more(level) {
    const rest = Object.entries(level).filter(([name, v]) => typeof v === 'number' && v && !['accesses', 'misses', 'mpki'].includes(name));
    return rest.length ? h('details', null, h('summary', null, `${rest.length} counters`), h('dl', { class: 'small' }, rest.map(([name, v]) => [h('dt', null, name), h('dd', null, count(v))]).flat())) : '';
}

function levels(r, caption, names) {
    const rows = names.filter(([key]) => r[key]).map(([key, title]) => {
        const l = r[key];
        return [title, count(l.accesses), l.misses === undefined ? '' : count(l.misses), l.misses === undefined ? '' : percent(l.misses, l.accesses, 2), l.mpki === undefined ? '' : l.mpki.toFixed(3), more(l)];
    });
    return frame(caption, table(caption, [['', 'name'], ['accesses', 'n'], ['misses', 'n'], ['miss rate', 'n'], ['MPKI', 'n', 'misses in 1000 instructions'], ['more', 'words']], rows));
}

export function memory(r) {
    return section('memory', 'Caches and TLBs', levels(r, 'Caches and memory', LEVELS), levels(r, 'TLBs', TLBS));
}

// How many cycles it was how full, from empty to full.
function histogram(bins, name) {
    const all = bins.reduce((a, b) => a + b, 0), most = Math.max(...bins, 1);
    const words = `${name}: ${bins.map((n, k) => [n, k]).filter(([n]) => n / (all || 1) >= 0.05).map(([n, k]) => `${percent(n, all, 0)} of the cycles ${Math.round(100 * k / bins.length)} to ${Math.round(100 * (k + 1) / bins.length)} % full`).join(', ')}`;
    return h('span', { class: 'histogram', role: 'img', 'aria-label': words, title: words }, bins.map((n) => h('span', { style: { height: `${n ? Math.max(6, 100 * n / most) : 0}%` } })));
}

export function structures(d) {
    const docs = new Map(d.labels?.structures ?? []);
    const rows = Object.entries(d.report.structures).filter(([, s]) => s.entries).map(([name, s]) => [
        name, count(s.entries), percent(s.mean_use, 1, 0), percent(s.full_cycles, d.cycles, 2), histogram(s.occupancy_cycles, name), docs.get(name) ?? '']);
    return section('structures', 'Structures', frame('Structures', table('How full structures of the core were', [['structure', 'name'], ['entries', 'n'], ['mean use', 'n'],
        ['full', 'n', 'share of cycles in which renaming waited for it'], ['cycles, by how full', ''], ['what it is', 'words']], rows)));
}
