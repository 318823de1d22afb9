// Source and instructions of one function, with what each cost and why.
import { count, frame, h, percent, section, share } from './dom.js';
import { heat } from './functions.js';
import { why, why_instruction } from './words.js';

const ROWS = 3000;   // of instructions, until more are asked for

const base = (file) => file.slice(file.lastIndexOf('/') + 1);

// Costs summed over the instructions of each source line.
function by_line(p, code) {
    const lines = new Map();
    for (const i of code) {
        if (!i.file || !i.line)
            continue;
        const key = `${i.file}:${i.line}`;
        let l = lines.get(key);
        if (!l)
            lines.set(key, l = { file: i.file, line: i.line, key, slots: new Array(p.causes.length).fill(0), all: 0, executed: 0 });
        i.cost.slots.forEach((n, k) => { l.slots[k] += n; });
        l.all += i.cost.all;
        l.executed = Math.max(l.executed, i.cost.event('executed'));
    }
    return lines;
}

// Lines to show: of the function's own file all between its first and last, of others those there are.
function listing(p, f, lines) {
    const files = new Map();
    for (const l of lines.values())
        files.set(l.file, [...(files.get(l.file) ?? []), l.line]);
    if (f.file && f.line && files.has(f.file))
        files.get(f.file).push(f.line);
    const order = [...files].sort(([a], [b]) => (b === f.file) - (a === f.file) || a.localeCompare(b));
    return order.map(([file, numbers]) => {
        const wanted = new Set(numbers);
        for (let n = Math.min(...numbers); file === f.file && n < Math.max(...numbers); n++)
            if (p.lines.has(`${file}:${n}`))
                wanted.add(n);
        return [file, [...wanted].sort((a, b) => a - b)];
    });
}

export function code(d) {
    const p = d.profile, with_code = p.functions.filter((f) => f.code);
    const choice = h('select', { id: 'code-function' }, with_code.map((f) => h('option', { value: f.number }, `${percent(f.cost.all, p.total.all)}  ${f.name}`)));
    const place = h('div');
    const s = section('code', 'Source and instructions', h('div', { class: 'tools' }, h('label', { for: 'code-function' }, 'Function '), choice), place,
        h('p', { class: 'hint' }, `Functions with at least 0.1 % of the cycles${with_code.some((f) => f.code.length) ? '' : ': there is none'}; of others: m2sim profile annotate FUNCTION FILE.m2prof`));

    function light(key) {
        for (const row of place.querySelectorAll('[data-line]'))
            row.classList.toggle('lit', row.dataset.line === key);
        place.querySelector(`table.asm tr.lit`)?.scrollIntoView({ block: 'nearest' });
    }

    function source(f, lines) {
        const rows = [];
        for (const [file, numbers] of listing(p, f, lines)) {
            rows.push(h('tr', { class: 'file' }, h('th', { colspan: '5', scope: 'rowgroup' }, file)));
            let last = numbers[0] - 1;
            for (const n of numbers) {
                const key = `${file}:${n}`, l = lines.get(key);
                if (n !== last + 1)
                    rows.push(h('tr', { class: 'gap' }, h('td', { colspan: '5' }, '⋯')));
                last = n;
                const text = p.lines.get(key) ?? '(this line could not be read)';
                rows.push(h('tr', { 'data-line': key }, h('th', { scope: 'row', class: 'n' }, l ? h('button', { class: 'link', type: 'button', 'aria-label': `Line ${n}: show its instructions`, onclick: () => light(key) }, n) : n),
                    h('td', { class: 'n heat', style: l ? heat(l.all, f.cost.all) : {} }, l ? percent(l.all, f.cost.all) : ''),
                    h('td', { class: 'n' }, l ? count(l.all / p.width) : ''), h('td', { class: 'code' }, text),
                    h('td', { class: 'words' }, l && share(l.all, f.cost.all) >= 0.02 ? why(p, l, 1) : '')));
            }
        }
        if (!rows.length)
            return h('p', { class: 'hint' }, 'No source lines: it has no debugging information (compile with -g).');
        return frame('Source', h('table', { class: 'source' }, h('caption', null, `Source of ${f.name}`),
            h('thead', null, h('tr', null, ['line', 'own', 'cycles', 'source', 'why'].map((t, k) => h('th', { scope: 'col', class: k < 3 ? 'n' : '' }, t)))), h('tbody', null, rows)));
    }

    // A branch's target, when it is in the function, is a link to it.
    function operand(i, addresses) {
        if (i.to === null || i.to === i.address || !addresses.has(i.to))
            return i.text;
        const words = i.text.split(' '), last = words.pop(), back = i.to < i.address;
        return [`${words.join(' ')} `, h('a', { href: `#at-${i.to.toString(16)}`, title: back ? 'back: a loop' : 'forward' }, `${last} ${i.to.toString(16)}${back ? ' ↑' : ' ↓'}`)];
    }

    function assembly(f) {
        const addresses = new Set(f.code.map((i) => i.address));
        const body = h('tbody');
        let at = 0, inlined = null, line = null;
        const more = h('button', { type: 'button', onclick: () => add(Infinity) }, 'Show all instructions');
        function add(most) {
            const rows = [];
            for (; at < f.code.length && at < most; at++) {
                const i = f.code[at], key = i.file ? `${i.file}:${i.line}` : null;
                if (i.gap)
                    rows.push(h('tr', { class: 'gap' }, h('td', { colspan: '6' }, `${count(i.gap)} not executed`)));
                if (i.inlined !== inlined)
                    rows.push(h('tr', { class: 'inlined' }, h('td', { colspan: '6' }, i.inlined ? `inlined: ${i.inlined}` : `${f.name} itself`)));
                const where = key && key !== line ? `${base(i.file)}:${i.line}` : '';
                inlined = i.inlined;
                line = key;
                rows.push(h('tr', { 'data-line': key, id: `at-${i.address.toString(16)}` }, h('th', { scope: 'row', class: 'n code' }, i.address.toString(16)),
                    h('td', { class: 'n heat', style: heat(i.cost.all, f.cost.all) }, percent(i.cost.all, f.cost.all)), h('td', { class: 'n' }, count(i.cost.event('executed'))),
                    h('td', { class: 'code' }, operand(i, addresses)), h('td', { class: 'where' }, where), h('td', { class: 'words' }, why_instruction(p, i.cost, f.cost.all))));
            }
            body.append(...rows);
            more.hidden = at >= f.code.length;
        }
        add(ROWS);
        return h('div', null, frame('Instructions', h('table', { class: 'asm' }, h('caption', null, `Instructions of ${f.name}`),
            h('thead', null, h('tr', null, ['address', 'own', 'executed', 'instruction', 'line', 'why'].map((t, k) => h('th', { scope: 'col', class: k < 3 ? 'n' : '' }, t)))), body)), more);
    }

    function show(f) {
        choice.value = String(f.number);
        const cut = f.code.reduce((n, i) => n + i.cost.all, 0) < f.cost.all;
        place.replaceChildren(h('h3', null, f.name), h('p', null, `${percent(f.cost.all, p.total.all)} of all cycles are its own. ${why(p, f.cost)}.`),
            cut ? h('p', { class: 'hint' }, 'The page has no room for all of its instructions.') : '',
            h('div', { class: 'code-views' }, source(f, by_line(p, f.code)), assembly(f)));
    }
    choice.addEventListener('change', () => show(p.functions[Number(choice.value)]));
    if (with_code.length)
        show(with_code[0]);
    s.open = (f) => {
        show(f);
        s.scrollIntoView();
        choice.focus({ preventScroll: true });
    };
    return s;
}
