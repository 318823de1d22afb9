// The page: one section after another, each of what the data has.
import 'uplot/dist/uPlot.min.css';
import { code } from './code.js';
import { configuration, provenance } from './config.js';
import { load } from './data.js';
import { count, h, ratio } from './dom.js';
import { flame } from './flame.js';
import { functions } from './functions.js';
import { branches, memory, structures } from './tables.js';
import { theme_button } from './theme.js';
import { over_time } from './time.js';
import { topdown } from './topdown.js';
import './style.css';   // last: it changes what the packages' styles say

// Of those whose title is long for the list of contents.
const short = { topdown: 'Slots', functions: 'Functions', code: 'Code', memory: 'Caches' };

function summary(d) {
    const ms = d.cycles / d.frequency_ghz / 1e6, r = d.report;
    const cards = [['Cycles', count(d.cycles), 'cycles'], ['Instructions', count(d.instructions), 'instructions'], ['Instructions per cycle', ratio(d.instructions, d.cycles), 'ipc'],
        ['Simulated time', ms < 1000 ? `${ms.toPrecision(5)} ms` : `${(ms / 1000).toPrecision(5)} s`, 'time']];
    if (r?.branch)
        cards.push(['Mispredictions in 1000 instructions', r.branch.mpki.toFixed(2), 'branch-mpki']);
    if (r?.l1d)
        cards.push(['L1D misses in 1000 instructions', r.l1d.mpki.toFixed(2), 'l1d-mpki']);
    return h('dl', { class: 'cards' }, cards.map(([title, value, id]) => h('div', null, h('dt', null, title), h('dd', { id: `card-${id}` }, value))));
}

// What the figures are not.
function remarks(d) {
    const r = d.report, said = [];
    if (!r)
        said.push('Made of a kept profile: branches, caches, structures and configuration are in the page that `m2sim profile -o FILE.html` writes with the run.');
    if (!d.profile)
        said.push('By function, line and instruction: m2sim profile -o FILE.html.');
    if (r?.ended && r.ended !== 'exit')
        said.push(`The run ended by: ${r.ended}.`);
    if (r?.threads)
        said.push(`${r.threads.count} threads took turns on the one simulated core: cycles and seconds are the sum of theirs.`);
    if (r?.not_timed)
        said.push(`Not timed: ${r.not_timed.child_processes} child processes.`);
    if (r?.provenance?.unread?.length)
        said.push(`Set, but not read by this model: ${r.provenance.unread.join(', ')}.`);
    return said.map((text) => h('p', { class: 'hint' }, text));
}

function sections(d) {
    const r = d.report, source = d.profile && code(d), all = [];
    if (d.topdown)
        all.push(topdown(d));
    all.push(over_time(d));
    if (d.profile)
        all.push(flame(d, source.open), functions(d, source.open), source);
    if (r?.branch)
        all.push(branches(r), memory(r));
    if (r?.structures)
        all.push(structures(d));
    if (d.config)
        all.push(configuration(d));
    all.push(provenance(d));
    return all.filter(Boolean);
}

function show() {
    const d = load(), list = sections(d);
    const program = d.about.program.slice(d.about.program.lastIndexOf('/') + 1);
    document.title = `${program}: m2sim`;
    const contents = h('nav', { 'aria-label': 'Contents' }, h('ul', null, list.map((s) => h('li', null, h('a', { href: `#${s.id}` }, short[s.id] ?? s.querySelector('h2').textContent)))));
    document.body.prepend(
        h('a', { class: 'skip', href: '#main' }, 'To the report'),
        h('header', null, h('div', { class: 'title' }, h('h1', null, program), theme_button()), h('p', { class: 'command' }, `m2sim ${d.about.command}`),
            h('p', null, `${d.about.core}, ${d.about.model} model, ${d.frequency_ghz} GHz`)),
        contents,
        h('main', { id: 'main', tabindex: '-1' }, summary(d), remarks(d), list),
        h('footer', null, h('p', null, `Written by m2sim ${d.about.version ?? ''}. This file loads nothing from anywhere.`)));
}

// On paper everything is open.
let closed = [];
addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll('details:not([open])')];
    for (const e of closed)
        e.open = true;
});
addEventListener('afterprint', () => {
    for (const e of closed)
        e.open = false;
});

show();
