// Hot functions: a table that can be sorted and filtered.
import { count, frame, h, percent, ratio, section, share } from './dom.js';
import { kinds } from './topdown.js';
import { why } from './words.js';

const FIRST = 25;   // shown until more are asked for

// A small bar of what its slots went to.
export function mini(p, cost, label) {
    const parts = {};
    p.causes.forEach(([, , , kind], k) => { parts[kind] = (parts[kind] ?? 0) + cost.slots[k]; });
    const words = Object.entries(parts).filter(([, n]) => n).map(([kind, n]) => `${kind} ${percent(n, cost.all, 0)}`).join(', ');
    return h('span', { class: 'mini', role: 'img', 'aria-label': `${label}: ${words}`, title: words },
        Object.entries(parts).map(([kind, n]) => n ? h('span', { class: kinds[kind], style: { 'flex-grow': String(n) } }) : null));
}

// Heat: how much of the whole, as a colour behind the number.
export function heat(part, whole) {
    return { '--heat': Math.min(1, Math.sqrt(share(part, whole))).toFixed(3) };
}

export function functions(d, open_function) {
    const p = d.profile, all = p.total.all;
    const mpki = (f) => 1000 * share(f.cost.event('mispredicted'), f.cost.event('executed'));
    const columns = [
        ['function', 'name', (f) => f.name],
        ['own', 'n', (f) => f.cost.all],
        ['cycles', 'n', (f) => f.cost.all],
        ['with calls', 'n', (f) => f.below],
        ['calls', 'n', (f) => f.calls],
        ['IPC', 'n', (f) => share(f.cost.event('executed') * p.width, f.cost.all)],
        ['MPKI', 'n', mpki, 'mispredicted branches in 1000 instructions'],
        ['slots', '', null],
        ['why', 'words', null],
    ];
    const body = h('tbody'), said = h('output', { class: 'hint' });
    const search = h('input', { type: 'search', id: 'function-search', placeholder: 'part of a name', autocomplete: 'off', spellcheck: 'false' });
    const more = h('button', { type: 'button', onclick: () => { most = Infinity; show(); } }, 'Show all');
    let by = 1, up = false, most = FIRST;

    function row(f) {
        const name = f.code ? h('button', { class: 'link', type: 'button', onclick: () => open_function(f) }, f.name) : f.name;
        return h('tr', { 'data-function': f.name }, h('th', { scope: 'row', class: 'name', title: f.file ? `${f.file}:${f.line}` : f.object }, name),
            h('td', { class: 'n heat', style: heat(f.cost.all, all) }, percent(f.cost.all, all)),
            h('td', { class: 'n' }, count(f.cost.all / p.width)), h('td', { class: 'n' }, percent(f.below, all)), h('td', { class: 'n' }, count(f.calls)),
            h('td', { class: 'n' }, ratio(f.cost.event('executed') * p.width, f.cost.all)), h('td', { class: 'n' }, mpki(f).toFixed(2)),
            h('td', null, f.cost.all ? mini(p, f.cost, 'slots') : ''), h('td', { class: 'words' }, f.cost.all ? why(p, f.cost) : 'only what it calls'));
    }

    function show() {
        const term = search.value.toLowerCase();
        const value = columns[by][2];
        const rows = p.functions.filter((f) => f.name.toLowerCase().includes(term))
            .sort((a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) * (up ? 1 : -1));
        body.replaceChildren(...rows.slice(0, most).map(row));
        more.hidden = rows.length <= most;
        said.value = `${count(Math.min(most, rows.length))} of ${count(rows.length)} functions`;
        [...head.children].forEach((th, k) => th.setAttribute('aria-sort', k !== by ? 'none' : up ? 'ascending' : 'descending'));
    }
    const head = h('tr', null, columns.map(([title, kind, value, meaning], k) => h('th', { scope: 'col', class: kind, title: meaning }, value
        ? h('button', { class: 'sort', type: 'button', onclick: () => { up = by === k ? !up : kind === 'name'; by = k; show(); } }, title) : title)));
    search.addEventListener('input', show);
    show();
    return section('functions', 'Hot functions',
        h('div', { class: 'tools' }, h('label', { for: 'function-search' }, 'Filter '), search, said, more),
        frame('Hot functions', h('table', null, h('caption', null, 'Cycles of each function itself, and with what it calls'), h('thead', null, head), body)),
        p.others.functions ? h('p', { class: 'hint' }, `${count(p.others.functions)} more functions, each below 0.05 % with all they call, have ${percent(p.others.slots, all, 2)} of the cycles.`) : null);
}
