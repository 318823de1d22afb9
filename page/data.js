// What the writer of the page put into it: the report, the configuration, the profile; each may be missing.

function part(name) {
    const e = document.getElementById(`m2sim-${name}`);
    return e ? JSON.parse(e.textContent) : null;
}

// [number, value, number, value...] as a list of `n`.
export function dense(pairs, n) {
    const all = new Array(n).fill(0);
    for (let k = 0; k < pairs.length; k += 2)
        all[pairs[k]] = pairs[k + 1];
    return all;
}

export const sum = (list) => list.reduce((a, b) => a + b, 0);

// Sums of slots and events under the names that profile.causes and profile.events give.
function cost(p, slots, events) {
    const s = dense(slots, p.causes.length), all = sum(s);
    const number = new Map(p.events.map((e, k) => [e[0], k]));
    const counts = dense(events, p.events.length);
    return { slots: s, all, event: (name) => (number.has(name) ? counts[number.get(name)] : 0) };
}

function unpack_profile(p) {
    p.total = cost(p, p.slots, p.counts);
    p.functions = p.functions.map(([name, file, line, below, calls, slots, events, object], number) => ({
        number, name, file: file < 0 ? null : p.files[file], line, below, calls, object, cost: cost(p, slots, events), code: null,
    }));
    p.lines = new Map();
    for (const [file, first, ...texts] of p.source)
        texts.forEach((text, k) => p.lines.set(`${p.files[file]}:${first + k}`, text));
    for (const c of p.code) {
        let address = c.address;
        p.functions[c.function].code = c.instructions.map(([gap, text, file, line, inlined, slots, events, to]) => {
            address += 4 * gap;
            const i = { address, gap, text, file: file < 0 ? null : p.files[file], line, inlined: inlined < 0 ? null : p.inlined[inlined],
                cost: cost(p, slots, events), to: to === undefined ? null : address + 4 * to };
            address += 4;
            return i;
        });
    }
    return p;
}

// Top-down as a tree: classes, their groups, their causes. Labels are [cause, meaning, group, class].
function top_down(labels, slots_of) {
    const root = { title: 'All slots', slots: 0, children: [] };
    const child = (of, title) => {
        let found = of.children.find((c) => c.title === title);
        if (!found)
            of.children.push(found = { title, slots: 0, children: [], parent: of });
        return found;
    };
    labels.forEach(([name, doc, group, kind], k) => {
        const a = child(root, kind), b = child(a, group), slots = slots_of(k, name);
        b.children.push({ title: name, doc, slots, children: [], parent: b });
        for (const node of [b, a, root])
            node.slots += slots;
    });
    return root;
}

export function load() {
    const d = { report: part('report'), config: part('config'), labels: part('labels'), profile: part('profile') };
    if (d.profile)
        unpack_profile(d.profile);
    if (d.profile)
        d.topdown = top_down(d.profile.causes, (k) => d.profile.total.slots[k]);
    else if (d.labels && d.report?.cpi_stack)
        d.topdown = top_down(d.labels.causes, (k, name) => d.report.cpi_stack[name].slots);
    const from = d.report ?? d.profile, about = d.report?.provenance ?? d.profile;
    d.cycles = from.cycles;
    d.instructions = from.instructions;
    d.frequency_ghz = from.frequency_ghz;
    d.about = about;
    return d;
}
