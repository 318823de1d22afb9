// Elements and numbers.

// h('p', { class: 'x', onclick: f }, 'text', element...): an element. Text is never taken for HTML.
export function h(tag, attributes, ...children) {
    const e = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes ?? {})) {
        if (key.startsWith('on'))
            e.addEventListener(key.slice(2), value);
        else if (key === 'style')
            for (const [name, v] of Object.entries(value))
                e.style.setProperty(name, v);
        else if (value === true)
            e.setAttribute(key, '');
        else if (value !== false && value !== null && value !== undefined)
            e.setAttribute(key, value);
    }
    e.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
    return e;
}

export const count = (n) => Math.round(n).toLocaleString('en-US');
export const share = (part, whole) => (whole ? part / whole : 0);
export const percent = (part, whole, digits = 1) => `${(100 * share(part, whole)).toFixed(digits)} %`;
export const ratio = (a, b, digits = 2) => share(a, b).toFixed(digits);

// A section of the page, with a heading that the list of contents links to.
export function section(id, title, ...children) {
    return h('section', { id, 'aria-labelledby': `${id}-title` }, h('h2', { id: `${id}-title` }, title), ...children);
}

// A wide thing in a frame of its own that scrolls, also by keyboard.
export function frame(label, ...children) {
    return h('div', { class: 'frame', tabindex: '0', role: 'region', 'aria-label': label }, ...children);
}

// A table: columns are [title, class, meaning]; a row is a list of texts or elements, of which the first names it.
export function table(caption, columns, rows) {
    const head = columns.map(([title, kind, meaning]) => h('th', { scope: 'col', class: kind, title: meaning }, title));
    const body = rows.map((row) => h('tr', null, row.map((cell, k) =>
        k ? h('td', { class: columns[k][1] }, cell) : h('th', { scope: 'row', class: columns[k][1] }, cell))));
    return h('table', null, h('caption', null, caption), h('thead', null, h('tr', null, head)), h('tbody', null, body));
}

export function by_id(id) {
    return document.getElementById(id);
}

// A colour of style.css, as it is now.
export function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
