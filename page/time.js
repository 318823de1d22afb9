// Cycles per instruction over time, and the phases a program goes through.
import uPlot from 'uplot';
import { colour, count, frame, h, percent, ratio, section, table } from './dom.js';
import { kinds } from './topdown.js';

const NEAR = 0.2;   // two intervals are of one phase when their stacks differ by less
const MOST = 8;   // phases

// The report's intervals, with their slots in the order of the labels.
function series(report, labels) {
    return (report?.intervals?.rows ?? []).filter((row) => row.instructions).map((row) => ({ ...row, slots: labels.map(([name]) => row.slots[name] ?? 0) }));
}

// The phase of each interval: that of the first one like it.
function phases(rows) {
    const found = [];
    const of = rows.map((row) => {
        const all = row.slots.reduce((a, b) => a + b, 0) || 1, cpi = row.cycles / row.instructions;
        const shape = [...row.slots.map((n) => n / all)];
        const far = (p) => p.shape.reduce((a, v, k) => a + Math.abs(v - shape[k]), 0) + Math.abs(Math.log(cpi / p.cpi)) / 2;
        let best = found.length ? found.reduce((a, b) => (far(b) < far(a) ? b : a)) : null;
        if (!best || (far(best) > NEAR && found.length < MOST))
            found.push(best = { number: found.length, shape, cpi, cycles: 0, instructions: 0, slots: row.slots.map(() => 0), intervals: 0 });
        best.cycles += row.cycles;
        best.instructions += row.instructions;
        best.intervals++;
        row.slots.forEach((n, k) => { best.slots[k] += n; });
        return best.number;
    });
    return { found, of };
}

const letter = (n) => String.fromCharCode(65 + n);

export function over_time(d) {
    const labels = d.profile?.causes ?? d.labels?.causes;
    const rows = labels && series(d.report, labels);
    if (!rows?.length)
        return null;
    const names = Object.keys(kinds), { found, of } = phases(rows);
    let end = 0;
    const x = rows.map((r) => (end += r.instructions) / 1e6);
    // Stacked: each line is what is below it and its own.
    const layers = names.map(() => []);
    for (const r of rows) {
        const all = r.slots.reduce((a, b) => a + b, 0) || 1;
        let below = 0;
        names.forEach((kind, k) => {
            labels.forEach(([, , , of_kind], c) => { below += of_kind === kind ? r.slots[c] : 0; });
            layers[k].push(below / all * r.cycles / r.instructions);
        });
    }
    const whole = rows.reduce((a, r) => a + r.cycles, 0);
    const place = h('div', { class: 'plot', role: 'img', 'aria-label': `Cycles per instruction over time, in ${rows.length} intervals and ${found.length} phases; the tables below have the figures` });
    const strip = h('div', { class: 'strip', 'aria-hidden': 'true' });
    let start = 0;
    rows.forEach((r, k) => {
        if (k + 1 < rows.length && of[k + 1] === of[k])
            return;
        const part = rows.slice(start, k + 1).reduce((a, b) => a + b.instructions, 0);
        strip.append(h('span', { class: `phase${of[k]}`, style: { 'flex-grow': String(part) }, title: `phase ${letter(of[k])}` }, part / end > 0.03 ? letter(of[k]) : ''));
        start = k + 1;
    });
    const main = (slots) => {
        const k = labels.map((l, n) => [l, slots[n]]).filter(([l]) => l[3] !== 'Retiring').sort((a, b) => b[1] - a[1])[0];
        return k?.[1] ? `${percent(k[1], slots.reduce((a, b) => a + b, 0), 0)} ${k[0][0]}: ${k[0][1]}` : '';
    };
    const phase_table = table('Phases: intervals that wait for the same', [['phase', 'name'], ['intervals', 'n'], ['instructions', 'n'], ['of the cycles', 'n'], ['CPI', 'n'], ['why', 'words']],
        found.map((p) => [h('span', null, h('span', { class: `key phase${p.number}`, 'aria-hidden': 'true' }), letter(p.number)), count(p.intervals), count(p.instructions), percent(p.cycles, whole), ratio(p.cycles, p.instructions, 3), main(p.slots)]));
    let plot = null;
    function draw() {
        plot?.destroy();
        const fill = (k) => colour(`--${kinds[names[k]]}`);
        const axis = { stroke: colour('--text'), grid: { stroke: colour('--line') }, ticks: { stroke: colour('--line') } };
        plot = new uPlot({
            width: Math.max(200, place.clientWidth), height: 260, legend: { show: true, live: true },
            scales: { x: { time: false }, y: { range: (u, low, high) => [0, high * 1.05 || 1] } },
            axes: [{ ...axis, label: 'million instructions' }, { ...axis, label: 'cycles per instruction' }],
            // The top one first, so that those below are painted over it.
            series: [{ label: 'million instructions' }, ...names.map((name, k) => ({ label: name, stroke: fill(k), fill: fill(k), width: 1, points: { show: rows.length < 2 },
                value: (u, v, s, at) => (at === null || at === undefined ? '' : (layers[k][at] - (k ? layers[k - 1][at] : 0)).toFixed(3)) })).reverse()],
        }, [x, ...[...layers].reverse()], place);
        strip.style.marginLeft = `${plot.bbox.left / devicePixelRatio}px`;   // below the plot itself
        strip.style.width = `${plot.bbox.width / devicePixelRatio}px`;
    }
    let wide = 0;
    new ResizeObserver(() => {
        if (place.clientWidth && place.clientWidth !== wide) {
            wide = place.clientWidth;
            draw();
        }
    }).observe(place);
    document.addEventListener('m2sim-theme', () => wide && draw());
    return section('time', 'Over time', place, strip, frame('Phases', phase_table),
        h('details', null, h('summary', null, `All ${count(rows.length)} intervals`), frame('Intervals', table('Intervals', [['until instruction', 'n'], ['phase', 'name'], ['cycles', 'n'], ['CPI', 'n'], ['why', 'words']],
            rows.map((r, k) => [count(x[k] * 1e6), letter(of[k]), count(r.cycles), ratio(r.cycles, r.instructions, 3), main(r.slots)])))));
}
