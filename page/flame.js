// Call paths as a flame graph (d3-flame-graph), with what the keyboard and a screen reader need.
import flamegraph from 'd3-flame-graph';
import { select } from 'd3-selection';
import { count, h, percent, section } from './dom.js';
import { why } from './words.js';

function tree(p) {
    const nodes = p.tree.map(([, place, slots, calls], k) => ({
        name: k ? p.functions[place].name : 'all', value: slots, calls, children: [], place }));
    p.tree.forEach(([parent], k) => k && nodes[parent].children.push(nodes[k]));
    return nodes[0];
}

// A colour by name that is the same each time, warm as of old, light enough for dark letters.
function tint(name) {
    let hash = 0;
    for (const c of name)
        hash = (hash * 31 + c.codePointAt(0)) >>> 0;
    return `hsl(${15 + hash % 40} ${70 + (hash >>> 8) % 25}% ${62 + (hash >>> 16) % 14}%)`;
}

export function flame(d, open_function) {
    const p = d.profile, all = p.total.all;
    const label = (n) => `${n.data.name}: ${percent(n.data.value, all)}, ${count(n.data.value / p.width)} cycles${n.data.calls ? `, ${count(n.data.calls)} calls` : ''}`;
    const details = h('p', { class: 'details', 'aria-live': 'polite' }, 'A box is as wide as the cycles spent in a function and below it.');
    const chart_at = h('div', { class: 'flame', role: 'group', 'aria-label': 'Flame graph. Arrow keys move between boxes, Enter zooms, Escape zooms out.' });
    const found = h('output', { id: 'flame-found' });
    const search = h('input', { type: 'search', id: 'flame-search', placeholder: 'part of a name', autocomplete: 'off', spellcheck: 'false' });
    const reset = h('button', { type: 'button', onclick: () => chart.resetZoom() }, 'Whole program');
    const to_code = h('button', { type: 'button', disabled: true }, 'Show its code');
    let chosen = null;   // the box that the keyboard is at

    const chart = flamegraph().cellHeight(20).transitionDuration(0).minFrameSize(1).inverted(true).sort((a, b) => b.data.value - a.data.value)
        .setLabelHandler(label)
        .setColorMapper((n) => (n.highlight ? '#c9a2ff' : tint(n.data.name)))
        .setSearchMatch((n, term) => Boolean(term) && n.data.name.toLowerCase().includes(term.toLowerCase()))
        .setSearchHandler((results, sum) => { found.value = `${count(results.length)} ${results.length === 1 ? 'box' : 'boxes'}, ${percent(sum, all)} of the cycles`; })
        .onHover(say).onClick((n) => { choose(n, false); say(n); mark(); });

    function say(n) {
        const f = n.data.place >= 0 ? p.functions[n.data.place] : null;
        details.textContent = label(n) + (f ? ` — of its own ${percent(f.cost.all, all)}: ${why(p, f.cost)}` : '');
    }

    function boxes() {
        return select(chart_at).selectAll('g.frame');
    }

    function choose(n, focus) {
        chosen = n;
        const f = n.data.place >= 0 ? p.functions[n.data.place] : null;
        to_code.disabled = !f?.code;
        to_code.onclick = () => open_function(f);
        boxes().attr('tabindex', (b) => (b === n ? 0 : -1));
        if (focus) {
            boxes().filter((b) => b === n).node()?.focus();
            say(n);
        }
    }

    // After each drawing: names and the one box that Tab comes to.
    function mark() {
        const shown = boxes();
        if (!chosen || shown.filter((b) => b === chosen).empty())
            chosen = shown.data().find((b) => !b.data.fade) ?? null;
        shown.attr('role', 'button').attr('aria-label', label).attr('tabindex', (b) => (b === chosen ? 0 : -1));
    }

    function move(key) {
        const shown = new Set(boxes().data());
        const beside = (step) => {
            const all_of = (chosen.parent?.children ?? [chosen]).filter((b) => shown.has(b));
            return all_of[all_of.indexOf(chosen) + step];
        };
        const to = { ArrowUp: () => chosen.parent, ArrowDown: () => (chosen.children ?? []).find((b) => shown.has(b)),
            ArrowLeft: () => beside(-1), ArrowRight: () => beside(1) }[key]?.();
        if (to && shown.has(to))
            choose(to, true);
        return Boolean(to);
    }

    chart_at.addEventListener('keydown', (event) => {
        if (!chosen)
            return;
        let done = true;
        if (event.key === 'Enter' || event.key === ' ')
            chart.zoomTo(chosen);
        else if (event.key === 'Escape')
            chart.resetZoom();
        else
            done = event.key.startsWith('Arrow') && (move(event.key), true);
        if (done) {
            event.preventDefault();
            mark();
            choose(chosen, true);
        }
    });
    chart_at.addEventListener('focusin', (event) => {
        const n = select(event.target).datum();
        if (n?.data)
            say(n);
    });
    search.addEventListener('input', () => {
        if (search.value)
            chart.search(search.value);
        else {
            chart.clear();
            found.value = '';
        }
        mark();
    });
    reset.addEventListener('click', mark);

    const s = section('flame', 'Call paths',
        h('div', { class: 'tools' }, h('label', { for: 'flame-search' }, 'Search '), search, reset, to_code, found), details, chart_at,
        p.folded ? h('p', { class: 'hint' }, `${count(p.folded)} calls of functions that were on their path already count there.`) : null,
        p.paths_full ? h('p', { class: 'hint' }, 'There were more call paths than are kept: what is deeper counts for the caller.') : null);

    // It needs to know how wide it is.
    function draw() {
        chart.width(Math.max(200, chart_at.clientWidth));
        if (chart_at.firstChild)
            chart.update();
        else
            select(chart_at).datum(tree(p)).call(chart);
        const title = chart_at.querySelector('svg > text.title');
        title?.remove();
        mark();
    }
    let wide = 0;
    new ResizeObserver(() => {
        if (chart_at.clientWidth && chart_at.clientWidth !== wide) {
            wide = chart_at.clientWidth;
            draw();
        }
    }).observe(chart_at);
    return s;
}
