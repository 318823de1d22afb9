// Where the slots went: a bar, and one more for each part that is opened.
import { count, frame, h, percent, ratio, section, table } from './dom.js';

export const kinds = { 'Retiring': 'retiring', 'Bad Speculation': 'speculation', 'Frontend Bound': 'frontend', 'Backend Bound': 'backend' };

export function kind_of(node) {
    while (node.parent?.parent)
        node = node.parent;
    return kinds[node.title] ?? 'other';
}

const level = (node) => (node.parent ? 1 + level(node.parent) : 0);

// What to open at first: the most costly part that is not useful work.
function worst(node) {
    const lost = node.children.filter((c) => c.title !== 'Retiring' && c.slots);
    return lost.length ? lost.reduce((a, b) => (b.slots > a.slots ? b : a)) : null;
}

export function topdown(d) {
    const root = d.topdown, cpi = d.cycles / d.instructions;
    const bars = h('div', { class: 'bars' }), list = h('div');
    const first = worst(root);
    let open = first && (worst(first)?.children.length ? worst(first) : first);

    function segment(node, whole, opened) {
        const text = `${node.title} ${percent(node.slots, whole.slots)}`;
        return h(node.children.length ? 'button' : 'span', {
            class: `segment ${kind_of(node)}${opened ? ' open' : ''}`, style: { 'flex-grow': String(node.slots) }, title: `${text}, ${count(node.slots)} slots${node.doc ? `: ${node.doc}` : ''}`,
            type: node.children.length ? 'button' : null, 'aria-expanded': node.children.length ? String(opened) : null,
            'data-part': node.title, onclick: node.children.length ? () => show(opened ? node.parent : node) : () => {},
        }, h('span', null, text));
    }

    function bar(of, opened) {
        const name = of.parent ? `${of.title}, ${percent(of.slots, root.slots)} of all slots` : 'All slots';
        return h('div', { role: 'group', 'aria-label': name }, h('p', { class: 'bar-title' }, name),
            h('div', { class: 'bar' }, of.children.filter((c) => c.slots).map((c) => segment(c, of, c === opened))));
    }

    function rows(node) {
        return node.children.map((c) => {
            const cells = [
                h('span', { class: `depth${level(c)}` }, h('span', { class: `key ${kind_of(c)}`, 'aria-hidden': 'true' }),
                    c.children.length ? h('button', { class: 'link', type: 'button', 'data-row': c.title, onclick: () => show(c) }, c.title) : c.title),
                percent(c.slots, root.slots), count(c.slots), ratio(c.slots * cpi, root.slots, 3), c.doc ?? ''];
            const within = open === c || open?.parent === c || open?.parent?.parent === c;
            return [cells, ...(within ? rows(c) : [])];
        }).flat();
    }

    function show(node) {
        const focus = document.activeElement?.getAttribute?.('data-part');
        open = node;
        const chain = [];
        for (let at = node; at; at = at.parent)
            chain.unshift(at);
        bars.replaceChildren(...chain.filter((n) => n.children.length).map((n, k) => bar(n, chain[k + 1])));
        list.replaceChildren(frame('Where the slots went', table('Where the slots went, and what of the cycles per instruction that is', [
            ['part', 'name'], ['of all slots', 'n'], ['slots', 'n'], ['CPI', 'n'], ['meaning', 'words']], rows(root))));
        if (focus)
            [...bars.querySelectorAll('button')].find((b) => b.dataset.part === focus)?.focus();
    }
    show(open ?? root);
    return section('topdown', 'Where the slots went', h('p', { class: 'hint' }, 'Each cycle can rename a number of micro-ops; each of these slots was used or lost to one cause. Open a part to see what is in it.'), bars, list);
}
