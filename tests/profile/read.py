"""Strict readers of the formats of m2sim profile, and what must be the same in all of them.

usage: read.py TIME.json PROFILE.json FOLDER   with profile.callgrind, .pb.gz, .folded, .trace.json in FOLDER
Prints a line for each thing that is not as it should be; status 1 when there is one."""
import gzip
import json
import re
import sys
from collections import defaultdict
from pathlib import Path

faults = []


def check(good, *what):
    if not good:
        faults.append(' '.join(map(str, what)))
    return good


# -- The profile's own JSON: what the others are compared with --

class Profile:
    def __init__(self, p):
        self.p = p
        self.slots = defaultdict(int)      # of functions, by name
        self.executed = defaultdict(int)
        self.leaves = defaultdict(int)     # by innermost inlined name
        self.runs = defaultdict(int)       # stretches of one leaf name in the order of functions
        executed = [e['name'] for e in p['events']].index('executed')
        by_instruction = defaultdict(int)
        for c in p['costs']:
            s = sum(c['slots'][1::2])
            name = p['functions'][p['instructions'][c['instruction']]['function']]['name']
            self.slots[name] += s
            self.executed[name] += dict(zip(c['events'][::2], c['events'][1::2])).get(executed, 0)
            by_instruction[c['instruction']] += s
        before = None
        for k in sorted(by_instruction, key=lambda k: (p['instructions'][k]['function'], k)):
            i = p['instructions'][k]
            chain = i['inlined']
            leaf = p['functions'][i['function']]['name'] if chain < 0 else p['inlines'][chain]['function']
            self.leaves[leaf] += by_instruction[k]
            self.runs[leaf] += leaf != before
            before = leaf
        self.total = sum(self.slots.values())

    def entered(self, name):
        p, executed = self.p, [e['name'] for e in self.p['events']].index('executed')
        entry = next(f['address'] for f in p['functions'] if f['name'] == name)
        first = next(k for k, i in enumerate(p['instructions']) if i['address'] == entry)
        return sum(dict(zip(c['events'][::2], c['events'][1::2])).get(executed, 0)
                   for c in p['costs'] if c['instruction'] == first)


def near(profile, name, cycles, slots, runs):
    """Rounding loses or gains less than a cycle for each stretch of instructions."""
    width = profile.p['width']
    return check(abs(cycles * width - slots) < runs * width, name, cycles, 'cycles of', slots, 'slots')


# -- callgrind --

def read_callgrind(path):
    lines = path.read_text().split('\n')
    check(lines[0] == '# callgrind format', 'callgrind: first line', lines[0])
    head, names, at = {}, {'ob': {}, 'fl': {}, 'fn': {}}, 1
    while ':' in lines[at] and '=' not in lines[at].split(':')[0]:
        key, value = lines[at].split(':', 1)
        head.setdefault(key, value.strip())
        at += 1
    check(head['version'] == '1' and head['positions'] == 'instr line', 'callgrind: head', head)
    events = head['events'].split()
    check(all(re.fullmatch(r'[A-Za-z][A-Za-z0-9]*', e) for e in events), 'callgrind: events', events)
    own, calls = defaultdict(lambda: [0] * len(events)), []
    now, callee, pending = {}, {}, None

    def name_of(key, text):
        m = re.fullmatch(r'\((\d+)\)(?: (.+))?', text)
        if not check(m, 'callgrind: name', text):
            return text
        space = names[{'fi': 'fl', 'fe': 'fl'}.get(key, key)]
        if m[2] is None:
            check(m[1] in space, 'callgrind: number before its name', key, text)
        else:
            check(m[1] not in space, 'callgrind: a name twice', key, text)
            space[m[1]] = m[2]
        return space.get(m[1])

    for line in lines[at:]:
        m = re.fullmatch(r'(c?)(ob|fl|fi|fe|fn)=(.*)', line)
        if not line:
            continue
        elif m and m[1]:
            callee[m[2]] = name_of(m[2], m[3])
        elif m:
            now[m[2]] = name_of(m[2], m[3])
        elif line.startswith('calls='):
            m = re.fullmatch(r'calls=(\d+) 0x[0-9a-f]+ \d+', line)
            check(m and 'fn' in callee, 'callgrind: calls', line)
            pending = int(m[1])
        else:
            m = re.fullmatch(r'0x[0-9a-f]+ \d+((?: \d+)*)', line)
            if not check(m, 'callgrind: line', line):
                continue
            values = [int(v) for v in m[1].split()]
            check(len(values) <= len(events), 'callgrind: too many counts', line)
            values += [0] * (len(events) - len(values))
            if pending is None:
                own[now['fn']] = [a + b for a, b in zip(own[now['fn']], values)]
            else:
                calls.append((now['fn'], callee['fn'], pending, values))
                pending, callee = None, {}
    summary = [int(v) for v in head['summary'].split()]
    check([sum(v[k] for v in own.values()) for k in range(len(events))] == summary, 'callgrind: summary')
    return events, own, calls, summary


# -- pprof --

def fields(data):
    at, end = 0, len(data)

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                check(value < 1 << 64, 'pprof: a number too large')
                return value
    while at < end:
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            check(key & 7 == 2, 'pprof: wire type', key & 7)
            size = varint()
            check(at + size <= end, 'pprof: a field beyond the end')
            yield key >> 3, data[at:at + size]
            at += size


def numbers(data):
    value = shift = 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield value
            value = shift = 0
    check(shift == 0, 'pprof: half a number')


def one(data):
    d = {}
    for k, v in fields(data):
        check(k not in d, 'pprof: field twice', k)
        d[k] = v
    return d


def read_pprof(path):
    raw = path.read_bytes()
    check(raw[:2] == b'\x1f\x8b', 'pprof: not gzip')
    parts = defaultdict(list)
    for k, v in fields(gzip.decompress(raw)):
        parts[k].append(v)
    check(set(parts) <= {1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14}, 'pprof: fields', sorted(parts))
    text = [t.decode() for t in parts[6]]
    check(text[0] == '' and len(set(text)) == len(text), 'pprof: strings')
    types = [text[one(t)[1]] for t in parts[1]]
    check(text[parts[14][0]] == 'cycles', 'pprof: default type')
    functions = {}
    for f in map(one, parts[5]):
        check(f[1] and f[1] not in functions, 'pprof: function', f)
        functions[f[1]] = text[f.get(2, 0)]
    mappings = {m[1]: m for m in map(one, parts[3])}
    for m in mappings.values():
        check(m[2] < m[3] and text[m[5]], 'pprof: mapping', m)
    locations = {}
    for data in parts[4]:
        lines, own = [], {}
        for k, v in fields(data):
            if k == 4:
                lines.append(functions[one(v)[1]])
            else:
                own[k] = v
        check(own[1] and own[1] not in locations and lines, 'pprof: location', own)
        m = mappings.get(own.get(2))
        check(m is None or m[2] <= own[3] < m[3], 'pprof: location outside its mapping', own)
        locations[own[1]] = lines
    samples = []
    for s in map(one, parts[2]):
        values = list(numbers(s[2]))
        check(len(values) == len(types), 'pprof: values', values)
        samples.append(([locations[n] for n in numbers(s[1])], dict(zip(types, values))))
    return types, samples


# -- Folded stacks, Chrome's trace events --

def read_folded(path):
    stacks = {}
    for line in path.read_text().splitlines():
        stack, count = line.rsplit(' ', 1)
        check(stack not in stacks and all(stack.split(';')) and int(count) > 0, 'folded:', line)
        stacks[stack] = int(count)
    return stacks


def read_chrome(path):
    d = json.loads(path.read_text())
    stacks, open_at, names = defaultdict(int), defaultdict(list), {}
    for e in d['traceEvents']:
        if e['ph'] == 'M':
            names[e['name'], e['tid']] = e['args']['name']
            continue
        check(e['ph'] == 'X' and ('thread_name', e['tid']) in names, 'chrome:', e)
        begin, end = round(e['ts'] * 1000), round(e['ts'] * 1000) + round(e['dur'] * 1000)
        above = open_at[e['tid']]
        while above and begin >= above[-1][1] and e['args']['cycles'] > above[-1][3]:
            above.pop()
        while above and above[-1][3] < e['args']['cycles']:   # what is left of it is too short
            above.pop()
        check(not above or end <= above[-1][1], 'chrome: not inside', e)
        if above:
            above[-1][3] -= e['args']['cycles']
        above.append([e['name'], end, begin, e['args']['cycles'] - e['args']['own_cycles']])
        stacks[';'.join(a[0] for a in above)] += e['args']['own_cycles']
    return d, stacks


# -- All --

def main():
    time, p, folder = json.load(open(sys.argv[1])), json.load(open(sys.argv[2])), Path(sys.argv[3])
    profile = Profile(p)
    cycles, retired = time['cycles'], time['instructions']
    check(p['cycles'] == cycles and profile.total == cycles * p['width'], 'json:', p['cycles'], cycles)

    events, own, calls, summary = read_callgrind(folder / 'profile.callgrind')
    total = dict(zip(events, summary))
    check(total['Cycles'] == cycles and total['Instructions'] == retired, 'callgrind:', total, cycles)
    check(total['Slots'] == profile.total, 'callgrind: slots')
    classes = [e for e in events if e in ('Retiring', 'BadSpeculation', 'FrontendBound', 'BackendBound')]
    check(len(classes) == 4 and sum(total[c] for c in classes) == total['Slots'], 'callgrind: top-down')
    slots = {f: v[events.index('Slots')] for f, v in own.items()}
    check({f: v for f, v in slots.items() if v} == {f: v for f, v in profile.slots.items() if v},
          'callgrind: slots of functions')
    # Where all calls are once, what leads to a function is what it takes and leads to.
    inclusive = {f: list(v) for f, v in own.items()}
    for caller, _, _, v in calls:
        inclusive[caller] = [a + b for a, b in zip(inclusive.setdefault(caller, [0] * len(events)), v)]
    for f in ('main', 'begin_first', 'begin_second', 'catches', 'switches', 'tail_target'):
        led = [sum(v[k] for _, callee, _, v in calls if callee == f) for k in range(len(events))]
        check(led == inclusive[f], 'callgrind: calls of', f, led, 'lead to', inclusive[f])
    # gcc makes a loop of some of its calls; those that are left execute its first instruction.
    called = sum(n for _, f, n, _ in calls if f == 'recursive')
    check(called == profile.entered('recursive') > 1, 'callgrind:', called, 'calls of recursive')

    types, samples = read_pprof(folder / 'profile.pb.gz')
    check(sum(v['cycles'] for _, v in samples) == cycles, 'pprof: cycles')
    check(sum(v['instructions'] for _, v in samples) == retired, 'pprof: instructions')
    flat, flat_cycles = defaultdict(int), defaultdict(int)
    for stack, v in samples:
        flat[stack[0][-1]] += v['slots']
        flat_cycles[stack[0][-1]] += v['cycles']
    check({f: v for f, v in flat.items() if v} == {f: v for f, v in profile.slots.items() if v},
          'pprof: slots of functions')
    for f, v in flat_cycles.items():
        check(v == own[f][events.index('Cycles')], 'pprof and callgrind: cycles of', f)
    for key in ('l2', 'dram', 'mispredicted'):
        check(sum(v[key] for _, v in samples) == total[key.capitalize()], 'pprof:', key)

    folded = read_folded(folder / 'profile.folded')
    check(sum(folded.values()) == cycles, 'folded:', sum(folded.values()))
    leaves = defaultdict(int)
    for stack, n in folded.items():
        leaves[stack.split(';')[-1]] += n
    for leaf, n in profile.leaves.items():
        near(profile, leaf, leaves[leaf], n, profile.runs[leaf])
    stacks = defaultdict(int)
    for stack, v in samples:
        stacks[';'.join(name for place in reversed(stack) for name in reversed(place))] += v['cycles']
    check({s: v for s, v in stacks.items() if v} == folded, 'pprof and folded: stacks')

    d, chrome = read_chrome(folder / 'profile.trace.json')
    check(d['otherData']['cycles'] == cycles, 'chrome:', d['otherData'])
    check({s: v for s, v in chrome.items() if v} == folded, 'chrome and folded: stacks')
    roots = [e for e in d['traceEvents'] if e['ph'] == 'X' and e['ts'] == 0 and e['args']['cycles']]
    check(sum(max((e['args']['cycles'] for e in roots if e['tid'] == t)) for t in {e['tid'] for e in roots}) == cycles,
          'chrome: roots')

    for wanted in (Path(__file__).parent / 'stacks.txt').read_text().split():
        check(any((';' + s).endswith(';' + wanted) for s in folded), 'no stack ends with', wanted)
    check(not any('main' in s.split(';') for s in folded if 'start_thread' in s), 'a thread is below main')
    check(all(s.split(';')[0] in ('_start', 'clone', 'thread_start', '[no instruction]') for s in folded), 'roots',
          {s.split(';')[0] for s in folded})
    for f in faults:
        print(f[:2000])
    return bool(faults)


if __name__ == '__main__':
    sys.exit(main())
