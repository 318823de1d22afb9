// Opens pages that m2sim writes in a headless Chromium and uses them as a reader would. Prints TAP.
//
//     node tests/page/run.mjs M2SIM PAGE-FOLDER SYNTHETIC
//
// PAGE-FOLDER has node_modules/playwright-core; SYNTHETIC writes pages of made-up profiles
// (tests/page/synthetic.c).
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [m2sim, page_folder, synthetic] = process.argv.slice(2).map((path) => resolve(path));
const here = dirname(fileURLToPath(import.meta.url));

function skip(why) {
    console.log(`1..0 # SKIP ${why}`);
    process.exit(0);
}

const has = (command) => { try { return execFileSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).trim(); } catch { return ''; } };
const browser_at = has('chromium') || has('chromium-browser') || has('google-chrome');
const gcc = has('aarch64-linux-gnu-gcc');
const playwright = join(page_folder, 'node_modules/playwright-core');
if (!browser_at)
    skip('no chromium (tools/setup test)');
if (!gcc)
    skip('no aarch64-linux-gnu-gcc (tools/setup guest)');
if (!existsSync(playwright))
    skip('no playwright-core in page/node_modules');

const { chromium } = createRequire(import.meta.url)(playwright);
const work = mkdtempSync(join(tmpdir(), 'm2sim-page-'));
const at = (name) => join(work, name);
let number = 0, failures = 0;

function check(name, good, told = '') {
    number++;
    failures += good ? 0 : 1;
    console.log(`${good ? 'ok' : 'not ok'} ${number} - ${name}`);
    if (!good)
        console.log(`# ${String(told).replaceAll('\n', '\n# ')}`);
}
const same = (name, got, wanted) => check(name, JSON.stringify(got) === JSON.stringify(wanted), `got ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`);
const grouped = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

function run(...args) {
    return execFileSync(m2sim, args, { cwd: work, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

// -- What is looked at --

execFileSync(gcc, ['-O2', '-g', '-static', '-o', at('program'), join(here, 'program.c')]);
run('profile', '-q', '-o', 'profile/', '--', './program');
run('time', '-q', '--interval', '100K', '--model', 'detailed', '--set', 'core.rob.groups=200', '-o', 'time.html', '--', './program');
run('time', '-q', '--interval', '100K', '--no-host', '--model', 'detailed', '--set', 'core.rob.groups=200', '--json', '-o', 'time.json', '--', './program');
run('profile', 'show', '--format', 'html', '-o', 'kept.html', 'profile/profile.m2prof');
const json = (name) => JSON.parse(readFileSync(at(name), 'utf8'));
const report = json('profile/report.json'), profile = json('profile/profile.json'), time = json('time.json');

// Sums of the JSON of the same run, made here by the meaning of its fields (docs/profile-format.md).
function own_slots(name) {
    let slots = 0;
    for (const c of profile.costs)
        if (profile.functions[profile.instructions[c.instruction].function].name === name)
            for (let k = 1; k < c.slots.length; k += 2)
                slots += c.slots[k];
    return slots;
}

const all_slots = profile.width * profile.cycles;
const percent = (part, whole) => `${(100 * part / whole).toFixed(1)} %`;

const browser = await chromium.launch({ executablePath: browser_at, args: ['--no-sandbox', '--disable-gpu'] });

// A page, and what it complains of or asks the network for.
async function open(name, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(10000);
    const complaints = [];
    page.on('console', (m) => ['error', 'warning'].includes(m.type()) && complaints.push(m.text()));
    page.on('pageerror', (e) => complaints.push(e.stack));
    page.on('request', (r) => r.url().startsWith('file://') || complaints.push(`asked for ${r.url()}`));
    await page.goto(`file://${at(name)}`);
    await page.waitForSelector('footer');
    await page.waitForTimeout(150);
    return { page, complaints, close: () => context.close() };
}

// Contrast as WCAG 2 has it, of all texts against what is behind them: those below 4.5 (3 when large).
const faint = (page) => page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgba = (text) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = text;
        canvas.fillRect(0, 0, 1, 1);
        const d = canvas.getImageData(0, 0, 1, 1).data;
        return [d[0], d[1], d[2], d[3] / 255];
    };
    const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((a, v, k) => a + v * [0.2126, 0.7152, 0.0722][k], 0);
    const over = (top, below) => top.slice(0, 3).map((v, k) => v * top[3] + below[k] * (1 - top[3]));
    const behind = (e) => {
        const layers = [];
        for (; e; e = e.parentElement)
            layers.push(rgba(getComputedStyle(e).backgroundColor));
        return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
    };
    const bad = new Set();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let t; (t = walk.nextNode());) {
        const e = t.parentElement;
        if (!t.data.trim() || !e.checkVisibility?.({ opacityProperty: true }) || e.closest('script, style, foreignObject, :disabled, .skip'))
            continue;
        const style = getComputedStyle(e), back = behind(e);
        const [a, b] = [light(over(rgba(style.color), back)), light(back)];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5))
            bad.add(`${e.tagName}.${e.className} ${contrast.toFixed(2)}: ${t.data.slice(0, 30)}`);
    }
    return [...bad].slice(0, 5);
});

// -- profile's page --

async function try_profile() {
    const { page, complaints, close } = await open('profile/profile.html');
    const text = (selector) => page.locator(selector).first().innerText();
    check('the_page_has_the_policy_that_forbids_the_network', readFileSync(at('profile/profile.html'), 'utf8').includes("default-src 'none'"));
    same('cycles_are_those_of_the_json', await text('#card-cycles'), grouped(report.cycles));
    same('instructions_are_those_of_the_json', await text('#card-instructions'), grouped(report.instructions));
    same('ipc_is_that_of_the_json', await text('#card-ipc'), report.ipc.toFixed(2));
    same('branch_mpki_is_that_of_the_json', await text('#card-branch-mpki'), report.branch.mpki.toFixed(2));

    // Top-down: each class, opened, shows its groups and causes with the slots of the JSON.
    const titles = { retiring: 'Retiring', bad_speculation: 'Bad Speculation', frontend_bound: 'Frontend Bound', backend_bound: 'Backend Bound' };
    const rows = () => page.$$eval('#topdown tbody tr', (all) => all.map((tr) => [...tr.children].slice(0, 3).map((c) => c.innerText.trim())));
    for (const [name, title] of Object.entries(titles)) {
        const button = page.locator(`#topdown .bar button[data-part="${title}"]`);
        if (await button.getAttribute('aria-expanded') === 'false')
            await button.click();
        same(`${name}_has_the_slots_of_the_json`, (await rows()).find((r) => r[0] === title)?.[2], grouped(report.topdown.slots[name]));
        const wanted = Object.values(report.topdown.level2).filter((l) => l.of === name).map((l) => grouped(l.slots)).sort();
        const groups = page.locator('#topdown .bars > div:nth-child(2) .segment');
        const got = (await rows()).filter((r) => !Object.values(titles).includes(r[0])).map((r) => r[2]).sort();
        same(`${name}_opens_to_its_groups`, got, wanted);
        check(`${name}_has_a_bar_of_its_groups`, await groups.count() >= 1);
    }
    await page.locator('#topdown .bar button[data-part="Backend Bound"]').click().catch(() => {});
    await page.locator('#topdown button[data-row="Backend Bound"]').click();
    await page.locator('#topdown button[data-row="Memory Bound"]').click();
    const causes = new Map((await rows()).map((r) => [r[0], r[2]]));
    same('causes_have_the_slots_of_the_json', ['dtlb', 'l1d', 'l2', 'slc', 'dram', 'stores'].map((c) => causes.get(c)), ['dtlb', 'l1d', 'l2', 'slc', 'dram', 'stores'].map((c) => grouped(report.cpi_stack[c].slots)));

    // Functions.
    for (const name of ['chase_pointers', 'count_odd', 'sum_of_ratios']) {
        const cells = await page.$$eval(`tr[data-function="${name}"] > *`, (all) => all.map((c) => c.innerText.trim()));
        same(`cycles_of_${name}_are_those_of_the_json`, cells.slice(1, 3), [percent(own_slots(name), all_slots), grouped(Math.round(own_slots(name) / profile.width))]);
    }
    check('why_chase_pointers_is_slow_is_said', /dependences|l2|l1d/.test(await text('tr[data-function="chase_pointers"] td.words')));
    await page.fill('#function-search', 'chase');
    same('the_filter_leaves_what_is_looked_for', await page.$$eval('#functions tbody tr', (all) => all.map((tr) => tr.dataset.function)), ['chase_pointers']);
    await page.fill('#function-search', '');
    await page.locator('#functions button.sort', { hasText: 'function' }).click();
    const names = await page.$$eval('#functions tbody tr', (all) => all.map((tr) => tr.dataset.function));
    same('functions_sort_by_name', names, [...names].sort());
    same('the_sorted_column_says_so', await page.locator('#functions th[aria-sort=ascending]').count(), 1);

    // Source and instructions.
    await page.fill('#function-search', 'chase');
    await page.locator('tr[data-function="chase_pointers"] button').click();
    check('source_is_shown', (await page.locator('#code table.source').innerText()).includes('at = next[at];'));
    const executed = await page.$$eval('#code table.asm tbody tr[data-line]', (all) => all.map((tr) => tr.children[2].innerText));
    const wanted = profile.instructions.map((i, k) => [i, k]).filter(([i]) => profile.functions[i.function].name === 'chase_pointers')
        .map(([, k]) => grouped(profile.costs.filter((c) => c.instruction === k).reduce((n, c) => n + (c.events[0] === 0 ? c.events[1] : 0), 0)));
    same('instructions_ran_as_often_as_in_the_json', executed, wanted);
    check('a_loop_is_a_link_back', await page.locator('#code table.asm a', { hasText: '↑' }).count() >= 1);
    const line = page.locator('#code table.source tr', { hasText: 'at = next[at];' });
    await line.locator('button').click();
    check('a_line_lights_its_instructions', await page.locator('#code table.asm tr.lit').count() >= 1);
    await page.selectOption('#code-function', { label: await page.$eval('#code-function', (s) => [...s.options].find((o) => o.text.includes('count_odd')).text) });
    same('another_function_can_be_chosen', await text('#code h3'), 'count_odd');

    // Flame graph.
    const boxes = () => page.$$eval('#flame g.frame', (all) => all.map((g) => g.getAttribute('aria-label')));
    const whole = (await boxes()).find((b) => b.startsWith('all:'));
    check('the_flame_graph_begins_with_the_whole_program', whole?.includes(`${grouped(report.cycles)} cycles`), whole);
    await page.fill('#flame-search', 'CHASE');
    await page.waitForTimeout(50);
    check('search_says_how_much_it_found', (await page.locator('#flame-found').innerText()).startsWith('1 box, '), await page.locator('#flame-found').innerText());
    check('search_marks_what_it_found', await page.locator('#flame g.frame rect[fill="#c9a2ff"]').count() === 1);
    await page.fill('#flame-search', '');
    const wide = () => page.$eval('#flame g.frame[name=one_round] rect', (r) => Number(r.getAttribute('width')));
    const before = await wide();
    await page.locator('#flame g.frame[name=one_round]').first().click();
    await page.waitForTimeout(100);
    check('a_click_zooms', await wide() > before * 1.2, `${before} ${await wide()}`);
    check('and_says_why', (await page.locator('#flame .details').innerText()).startsWith('one_round: '));
    await page.getByRole('button', { name: 'Whole program' }).click();
    await page.waitForTimeout(100);
    check('and_zooms_out', Math.abs(await wide() - before) < 2);
    await page.locator('#flame g.frame[tabindex="0"]').focus();
    for (const key of ['Escape', 'ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowDown', 'ArrowDown'])
        await page.keyboard.press(key);
    const chosen = await page.evaluate(() => document.activeElement.getAttribute('name'));
    check('arrow_keys_move_between_boxes', chosen && chosen !== 'all', chosen);
    await page.keyboard.press('Enter');
    await page.waitForTimeout(100);
    check('enter_zooms', await page.$eval('#flame g.frame[tabindex="0"] rect', (r) => Number(r.getAttribute('width'))) > 1000);

    // The rest.
    const branch = await page.$$eval('#branches tbody tr', (all) => all.map((tr) => [...tr.children].map((c) => c.innerText)));
    same('branches_are_those_of_the_json', branch.find((r) => r[0] === 'conditional').slice(1, 3), [grouped(report.branch.conditional.retired), grouped(report.branch.conditional.mispredictions)]);
    const level = await page.$$eval('#memory tbody tr', (all) => all.map((tr) => [...tr.children].map((c) => c.innerText)));
    same('caches_are_those_of_the_json', level.find((r) => r[0] === 'L1D').slice(1, 3), [grouped(report.l1d.accesses), grouped(report.l1d.misses)]);
    same('tlbs_are_those_of_the_json', level.find((r) => r[0] === 'data TLB').slice(1, 3), [grouped(report.dtlb.accesses), grouped(report.dtlb.misses)]);
    check('provenance_has_the_digest', (await page.locator('#provenance').innerText()).includes(report.provenance.config_digest));

    // Names for a screen reader.
    same('landmarks', await page.evaluate(() => ['header', 'nav', 'main', 'footer'].map((t) => document.querySelectorAll(`body > ${t}`).length)), [1, 1, 1, 1]);
    same('each_control_has_a_name', await page.evaluate(() => [...document.querySelectorAll('button, input, select, a, summary, [tabindex], [role=img]')]
        .filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length || e.id === 'main')).map((e) => e.outerHTML.slice(0, 80))), []);
    same('each_section_has_a_heading', await page.evaluate(() => [...document.querySelectorAll('main section')].filter((s) => document.getElementById(s.getAttribute('aria-labelledby'))?.tagName !== 'H2').length), 0);
    same('the_page_complains_of_nothing', complaints, []);
    await close();
}

// Tab goes through all that can be used; nothing else is clickable alone.
async function try_keyboard() {
    const { page, close } = await open('profile/profile.html');
    const wanted = await page.evaluate(() => {
        let n = 0;
        for (const e of document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]'))
            if (e.checkVisibility() && !e.disabled)
                e.dataset.wanted = String(n++);
        return n;
    });
    for (let k = 0; k < wanted + 5; k++) {
        await page.keyboard.press('Tab');
        await page.evaluate(() => { document.activeElement.dataset && (document.activeElement.dataset.reached = '1'); });
    }
    same('tab_reaches_everything', await page.$$eval('[data-wanted]:not([data-reached])', (all) => all.map((e) => e.outerHTML.slice(0, 80))), []);
    await page.keyboard.press('Home');
    await page.locator('#theme').focus();
    await page.keyboard.press('Enter');
    same('the_keyboard_changes_the_theme', await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    await close();
}

async function try_theme() {
    for (const system of ['light', 'dark']) {
        const { page, complaints, close } = await open('profile/profile.html', { colorScheme: system });
        const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const at_first = await back();
        same(`a_${system}_system_has_a_${system}_page`, at_first, system === 'dark' ? 'rgb(20, 23, 27)' : 'rgb(255, 255, 255)');
        same(`contrast_of_the_${system}_page`, await faint(page), []);
        await page.click('#theme');
        check(`the_button_changes_the_${system}_theme`, await back() !== at_first);
        same(`contrast_when_the_${system}_theme_was_changed`, await faint(page), []);
        same(`the_${system}_page_complains_of_nothing`, complaints, []);
        await close();
    }
}

async function try_narrow() {
    for (const name of ['profile/profile.html', 'time.html']) {
        const { page, close } = await open(name, { viewport: { width: 768, height: 800 } });
        for (const width of [768, 390, 320]) {
            await page.setViewportSize({ width, height: 800 });
            await page.waitForTimeout(100);
            same(`${name}_of_${width}_pixels_does_not_scroll_sideways`, await page.evaluate(() => [document.documentElement.scrollWidth, document.body.scrollWidth].every((w) => w <= innerWidth)), true);
        }
        await close();
    }
}

async function try_time() {
    const { page, complaints, close } = await open('time.html');
    same('time_has_the_cycles_of_the_json', await page.locator('#card-cycles').innerText(), grouped(time.cycles));
    await page.locator('#time summary').click();
    const interval = await page.$$eval('#time details tbody tr', (all) => all.map((tr) => tr.children[2].innerText));
    same('intervals_have_the_cycles_of_the_json', interval, time.intervals.rows.map((r) => grouped(r.cycles)));
    const structure = await page.$$eval('#structures tbody tr', (all) => all.map((tr) => [...tr.children].map((c) => c.innerText)));
    same('structures_are_those_of_the_json', structure.map((r) => [r[0], r[1]]), Object.entries(time.structures).filter(([, s]) => s.entries).map(([name, s]) => [name, grouped(s.entries)]));
    const changed = await page.$$eval('#config > .frame tbody tr', (all) => all.map((tr) => [...tr.children].slice(0, 3).map((c) => c.innerText)));
    check('what_was_set_is_said', JSON.stringify(changed).includes('["core.rob.groups","200 groups","--set"]'), JSON.stringify(changed));
    await page.locator('#config summary').click();
    await page.fill('#config-search', 'core.clock.mhz');
    const clock = await page.$$eval('#config details tbody tr', (all) => all.map((tr) => [...tr.children].map((c) => c.innerText)));
    same('a_parameter_has_its_value_and_origin', [clock.length, clock[0][1], /^m2-avalanche\.yaml:\d+$/.test(clock[0][2])], [1, '3,504 MHz', true]);
    same('the_page_of_time_complains_of_nothing', complaints, []);
    await page.pdf({ path: at('time.pdf') });
    check('it_prints', statSync(at('time.pdf')).size > 10000);
    await close();
}

async function try_kept() {
    const { page, complaints, close } = await open('kept.html');
    same('a_kept_profile_has_its_cycles', await page.locator('#card-cycles').innerText(), grouped(profile.cycles));
    same('and_complains_of_nothing', complaints, []);
    await close();
}

// A report with a series, as time --interval writes: two phases that anybody can tell apart.
async function try_intervals() {
    const with_series = { ...time, intervals: { every: 1e6, rows: [] } };
    const causes = Object.keys(time.cpi_stack);
    for (let k = 0; k < 40; k++) {
        const waits = k >= 20;
        with_series.intervals.rows.push({ instructions: 1e6, cycles: waits ? 2e6 : 4e5, slots: Object.fromEntries(causes.map((c) => [c, c === 'base' ? 1e6 : c === (waits ? 'dram' : 'ports') ? (waits ? 15e6 : 2.2e6) : 0])) });
    }
    const text = readFileSync(at('time.html'), 'utf8').replace(/(<script type="application\/json" id="m2sim-report">)[^<]*/, (all, tag) => tag + JSON.stringify(with_series).replaceAll('<', '\\u003c'));
    writeFileSync(at('intervals.html'), text);
    const { page, complaints, close } = await open('intervals.html');
    same('cpi_over_time_is_drawn', await page.locator('#time canvas').count(), 1);
    const phase = await page.$$eval('#time > .frame tbody tr', (all) => all.map((tr) => [...tr.children].map((c) => c.innerText)));
    same('phases_are_found', phase.map((r) => [r[0], r[1], r[2], r[4]]), [['A', '20', '20,000,000', '0.400'], ['B', '20', '20,000,000', '2.000']]);
    check('and_why_they_differ', phase[0]?.[5].includes('ports') && phase[1]?.[5].includes('dram'), JSON.stringify(phase));
    await page.click('#theme');
    same('with_a_series_it_complains_of_nothing', complaints, []);
    await close();
}

// Profiles that no program of a test has: large, and with names that are not to be trusted.
async function try_synthetic() {
    for (const kind of ['wide', 'deep', 'flat']) {
        execFileSync(synthetic, [kind, at(`${kind}.html`)]);
        check(`${kind}_is_below_2_MB`, statSync(at(`${kind}.html`)).size <= 2e6, statSync(at(`${kind}.html`)).size);
        const { page, complaints, close } = await open(`${kind}.html`);
        check(`${kind}_shows_functions`, await page.locator('#functions tbody tr').count() > 0);
        same(`${kind}_complains_of_nothing`, complaints, []);
        await close();
    }
    execFileSync(synthetic, ['hostile', at('hostile.html')]);
    const { page, complaints, close } = await open('hostile.html');
    same('names_are_text', [await page.locator('#functions tbody tr').count() > 0, await page.evaluate(() => window.stolen === undefined && !document.querySelector('img'))], [true, true]);
    check('and_shown_as_they_are', (await page.locator('#functions').innerText()).includes('</script><script>window.stolen = 1</script>'));
    same('hostile_names_complain_of_nothing', complaints, []);
    await close();
}

// Two at a time.
const parts = [try_profile, try_synthetic, try_keyboard, try_theme, try_narrow, try_time, try_kept, try_intervals];
async function worker() {
    for (let part; (part = parts.shift());)
        try {
            await part();
        } catch (e) {
            check(part.name, false, e.stack);
        }
}

try {
    await Promise.all([worker(), worker()]);
} finally {
    await browser.close();
    rmSync(work, { recursive: true });
}
console.log(`1..${number}`);
process.exit(failures ? 1 : 0);
