#!/usr/bin/env python3
"""Cuts stencils (stencil.h) out of object files made of stencil_bodies.h.

usage: stencil_gen.py NAME OUTPUT OBJECT...

Writes a C file that defines stencils_NAME. A function with a relocation that is not listed here,
or too long, gets no stencil: then the instruction is a call of its handler.
"""
import re
import struct
import sys

MOST_BYTES, MOST_SLOW = 512, 4   # as in stencil.h
R_64, R_PC32, R_PLT32, R_32, R_32S = 1, 2, 4, 10, 11
OPERANDS = {'PATCH_IMM': 'PATCH_OF_IMM', 'PATCH_AUX': 'PATCH_OF_AUX', 'PATCH_PC': 'PATCH_OF_PC'}


class Unusable(Exception):
    pass


class Object:
    """The sections, symbols and relocations of an ELF64 relocatable file."""

    def __init__(self, path):
        self.data = open(path, 'rb').read()
        if self.data[:6] != b'\x7fELF\x02\x01':
            sys.exit('%s: not a little-endian ELF64 file' % path)
        table, = struct.unpack_from('<Q', self.data, 40)
        size, count, names = struct.unpack_from('<HHH', self.data, 58)
        self.sections = [struct.unpack_from('<IIQQQQIIQQ', self.data, table + k * size)
                         for k in range(count)]
        self.names = [self.text(self.content(names), s[0]) for s in self.sections]
        self.relocs = {}
        for k, s in enumerate(self.sections):
            if s[1] == 2:   # SHT_SYMTAB
                self.read_symbols(self.content(k), self.content(s[6]))
        for k, s in enumerate(self.sections):
            if s[1] == 4:   # SHT_RELA
                self.relocs[s[7]] = list(struct.iter_unpack('<QQq', self.content(k)))

    def content(self, k):
        s = self.sections[k]
        return self.data[s[4]:s[4] + s[5]] if s[1] != 8 else b'\0' * s[5]

    @staticmethod
    def text(strings, at):
        return strings[at:strings.index(b'\0', at)].decode()

    def read_symbols(self, table, strings):
        self.symbols = []
        for name, info, _, section, value, size in struct.iter_unpack('<IBBHQQ', table):
            self.symbols.append((self.text(strings, name), info & 15, section, value, size))


class Set:
    """The stencils of one set, and the constants they use."""

    def __init__(self):
        self.code, self.patches, self.pool, self.rows = bytearray(), [], bytearray(), []
        self.pooled = {}

    def constant(self, obj, section, offset):
        """The place in the pool of a section's byte."""
        if obj.relocs.get(section):
            raise Unusable('constants with relocations')
        content = obj.content(section)
        if content not in self.pooled:
            self.pool += b'\0' * (-len(self.pool) % 32)
            self.pooled[content] = len(self.pool)
            self.pool += content
        return self.pooled[content] + offset

    def patch(self, obj, reloc):
        where, info, add = reloc
        kind = info & 0xffffffff
        name, _, section, value, _ = obj.symbols[info >> 32]
        if name in OPERANDS and kind in (R_32, R_32S):
            return where, OPERANDS[name], add
        if name == 'PATCH_IMM' and kind == R_64 and add == 0:
            return where, 'PATCH_OF_IMM_64', 0
        if kind not in (R_PC32, R_PLT32) or section >= 0xff00:
            raise Unusable('relocation %d to %s' % (kind, name))
        if name == 'STENCIL_NEXT' and add == -4:
            return where, 'PATCH_TO_NEXT', 0
        if name == 'STENCIL_SLOW' and add == -4:
            return where, 'PATCH_TO_SLOW', 0
        if section == 0:
            raise Unusable('calls ' + name)
        if obj.names[section].startswith('.rodata'):
            return where, 'PATCH_TO_POOL', self.constant(obj, section, value + add)
        if obj.names[section].startswith('.text.unlikely.') and is_slow(obj, section, value + add + 4):
            return where, 'PATCH_TO_SLOW', 0
        raise Unusable('refers to ' + obj.names[section])

    def add(self, obj, name, section, start, size):
        code = obj.content(section)[start:start + size]
        patches = [self.patch(obj, (r[0] - start, r[1], r[2])) for r in obj.relocs.get(section, [])
                   if start <= r[0] < start + size]
        if size == 5 and patches and patches[0][1] == 'PATCH_TO_SLOW':
            raise Unusable('always declines')
        last = patches[-1] if patches else (0, '', 0)
        if last[1] == 'PATCH_TO_NEXT' and last[0] == size - 4 and code[-5] == 0xe9:
            code, patches = code[:-5], patches[:-1]
        if len(code) > MOST_BYTES:
            raise Unusable('%d bytes' % len(code))
        if sum(p[1] == 'PATCH_TO_SLOW' for p in patches) > MOST_SLOW:
            raise Unusable('%d jumps' % sum(p[1] == 'PATCH_TO_SLOW' for p in patches))
        self.rows.append((name, len(self.code), len(self.patches), len(code), len(patches)))
        self.code += code
        self.patches += patches


def is_slow(obj, section, at):
    """Whether a cold part is but a jump to STENCIL_SLOW."""
    for where, info, add in obj.relocs.get(section, []):
        if where == at + 1 and obj.symbols[info >> 32][0] == 'STENCIL_SLOW' and add == -4:
            return obj.content(section)[at] == 0xe9
    return False


def collect(paths):
    found, missing = Set(), []
    for path in paths:
        obj = Object(path)
        for name, kind, section, start, size in obj.symbols:
            m = re.fullmatch(r'S_(\w+)__(\d+)', name)
            if not m or kind != 2:
                continue
            try:
                found.add(obj, 'RUN_%s + %s' % m.groups(), section, start, size)
            except Unusable as e:
                missing.append((name, str(e)))
    return found, missing


def numbers(data):
    lines = [','.join(str(b) for b in data[k:k + 32]) for k in range(0, len(data), 32)]
    return ',\n'.join(lines) or '0'


def write(out, name, s):
    out.write('// Made by stencil_gen.py.\n#include "exec/jit/x64/stencil_table.h"\n\n')
    out.write('static const u8 code[] = {\n%s\n};\n' % numbers(s.code))
    out.write('static const u8 pool[] __attribute__((aligned(32))) = {\n%s\n};\n' % numbers(s.pool))
    out.write('static const struct stencil_patch patches[] = {\n')
    for p in s.patches:
        out.write('{ %d, %s, %d },\n' % p)
    out.write('{ 0, 0, 0 } };\nstatic const struct stencil of[RUN_COUNT] = {\n')
    for r in s.rows:
        out.write('[%s] = { %d, %d, %d, %d },\n' % r)
    out.write('};\nconst struct stencil_set stencils_%s = { of, patches, code, pool };\n' % name)


def main():
    name, path, objects = sys.argv[1], sys.argv[2], sys.argv[3:]
    found, missing = collect(objects)
    with open(path, 'w') as out:
        write(out, name, found)
    with open(path + '.missing', 'w') as out:
        for m in sorted(missing):
            out.write('%s: %s\n' % m)


main()
