// What was simulated: parameters with where they come from, and what would make the same run again.
import { count, frame, h, section, table } from './dom.js';

function value(v) {
    if (v.value === '' || v.value === null)
        return '(none)';
    return `${typeof v.value === 'number' ? v.value.toLocaleString('en-US', { maximumSignificantDigits: 12 }) : v.value}${v.unit ? ` ${v.unit}` : ''}`;
}

function origin(v) {
    if (v.origin === 'set')
        return '--set';
    return v.origin === 'file' ? `${v.file.slice(v.file.lastIndexOf('/') + 1)}:${v.line}` : 'default';
}

export function configuration(d) {
    const all = Object.entries(d.config.parameters), set = all.filter(([, v]) => v.origin === 'set');
    const columns = [['parameter', 'name'], ['value', ''], ['from', 'where'], ['source', 'words'], ['meaning', 'words']];
    const row = ([name, v]) => [name, value(v), origin(v), v.source ?? '', v.meaning];
    const search = h('input', { type: 'search', id: 'config-search', placeholder: 'part of a name or meaning', autocomplete: 'off', spellcheck: 'false' });
    const place = h('div'), said = h('output', { class: 'hint' });
    function show() {
        const term = search.value.toLowerCase();
        const rows = all.filter(([name, v]) => `${name} ${v.meaning}`.toLowerCase().includes(term)).map(row);
        place.replaceChildren(frame('Parameters', table('Parameters', columns, rows)));
        said.value = `${count(rows.length)} of ${count(all.length)} parameters`;
    }
    search.addEventListener('input', show);
    show();
    return section('config', 'Configuration', h('p', null, `Core ${d.config.core}, digest ${d.config.digest}.`),
        set.length ? frame('Changed parameters', table('Changed by --set', columns, set.map(row))) : '',
        h('details', null, h('summary', null, `All ${count(all.length)} parameters`), h('div', { class: 'tools' }, h('label', { for: 'config-search' }, 'Filter '), search, said), place));
}

export function provenance(d) {
    const rows = Object.entries(d.about).filter(([, v]) => ['string', 'number'].includes(typeof v) && v !== '');
    const wanted = ['command', 'program', 'program_digest', 'version', 'model', 'core', 'config_digest', 'model_digest', 'environment_digest', 'memory'];
    const list = rows.filter(([name]) => wanted.includes(name));
    if (d.report?.host)
        list.push(['host', `${d.report.host.seconds.toFixed(2)} s, ${d.report.host.mips.toFixed(1)} million instructions a second`]);
    return section('provenance', 'Provenance', h('dl', null, list.map(([name, v]) => [h('dt', null, name.replaceAll('_', ' ')), h('dd', null, String(v))]).flat()));
}
