// Makes the page one text of HTML, with what it uses of node_modules/ in it, and writes that as two
// C strings: what stands before a report's data, and what behind.
//
//     node page/bundle.mjs page_text.h
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

// The licence of each package that is in the bundle, for the end of the page.
function licences(inputs) {
    const names = new Set();
    for (const path of inputs) {
        const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
        if (name)
            names.add(name[1]);
    }
    const texts = new Map();   // from a licence's text to the packages that have it
    for (const name of [...names].sort()) {
        const folder = join(here, 'node_modules', name);
        const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
        const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f));
        const text = file ? readFileSync(join(folder, file), 'utf8').trim() : about.license;
        texts.set(text, [...(texts.get(text) ?? []), `${name} ${about.version} (${about.license})`]);
    }
    return [...texts].map(([text, who]) => `${who.join(', ')}\n\n${text}`).join('\n\n----\n\n').replaceAll('--', '- -');
}

// Pieces of a C string; the compiler puts them together.
function c_string(name, text) {
    const bytes = [...Buffer.from(text)];
    let out = `static const char ${name}[] =`;
    for (let at = 0; at < bytes.length; at += 1000) {
        out += '\n    "';
        for (const b of bytes.slice(at, at + 1000))
            out += b === 10 ? '\\n' : b === 34 || b === 92 ? '\\' + String.fromCharCode(b) :
                b < 32 || b > 126 || b === 63 ? '\\' + b.toString(8).padStart(3, '0') : String.fromCharCode(b);
        out += '"';
    }
    return out + ';\n';
}

const made = await build({
    absWorkingDir: here, entryPoints: ['main.js'], outdir: 'out', bundle: true, minify: true, write: false,
    metafile: true, format: 'iife', target: ['chrome100', 'firefox100', 'safari15'], legalComments: 'none',
});
const file = (end) => made.outputFiles.find((f) => f.path.endsWith(end)).text.trim();
const script = file('.js');
const hash = createHash('sha256').update(script).digest('base64');
const parts = {
    style: file('.css'), script, policy: `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`,
    licences: licences(Object.keys(made.metafile.inputs)),
};
const page = readFileSync(join(here, 'index.html'), 'utf8').replace(/\{\{(\w+)\}\}/g, (all, name) => parts[name] ?? all);
const [head, tail] = page.split('{{data}}');
writeFileSync(process.argv[2], '// Made by page/bundle.mjs.\n' + c_string('page_head', head) + c_string('page_tail', tail));
