"""What the comparisons with qemu-aarch64 share: running a guest on either side, the cache of qemu's answers, TAP.

A run is described by Job and answered by Result. Each happens in a folder of its own that is made by the job's
`prepare`, with an environment of three variables, so that both sides see the same world.
"""
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OUT = ROOT / 'out'
ENVIRONMENT = {'PATH': '/usr/bin:/bin', 'TZ': 'UTC', 'LC_ALL': 'C'}


@dataclass(frozen=True)
class Job:
    """One guest program with its arguments: what to run, and what the result may depend on."""
    name: str
    program: Path
    arguments: tuple = ()
    stdin: bytes = b''
    prepare: object = None   # called with the folder to fill
    inputs: str = ''         # a digest of what `prepare` makes
    count: bool = False      # the number of instructions is part of the answer


@dataclass
class Result:
    status: int
    stdout: bytes
    stderr: bytes = b''
    files: dict = field(default_factory=dict)   # path below the folder: digest of mode and contents
    instructions: int = None

    def difference(self, other, count):
        """In one line, how `other` differs from this one; '' if it does not."""
        if self.status != other.status:
            return f'status {other.status}, expected {self.status}'
        if self.stdout != other.stdout:
            at = next((i for i, (x, y) in enumerate(zip(self.stdout, other.stdout)) if x != y),
                      min(len(self.stdout), len(other.stdout)))
            return (f'output differs at byte {at}: {other.stdout[at:at + 40]!r}, '
                    f'expected {self.stdout[at:at + 40]!r}')
        if self.files != other.files:
            odd = sorted(p for p in {*self.files, *other.files} if self.files.get(p) != other.files.get(p))
            return f'files differ: {", ".join(odd)}'
        if count and self.instructions != other.instructions:
            return f'{other.instructions} instructions, expected {self.instructions}'
        return ''


def own_name():
    """A name that no other thread of any process has: two may want the same answer at once."""
    return f'{os.getpid()}-{threading.get_ident()}'


def digest(*parts):
    h = hashlib.sha256()
    for part in parts:
        h.update(part if isinstance(part, bytes) else str(part).encode())
        h.update(b'\0')
    return h.hexdigest()


def tree(folder):
    """Digests of everything below a folder; a link is its target, a folder its mode."""
    found = {}
    for path in sorted(folder.rglob('*')):
        mode = path.lstat().st_mode
        what = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else ''
        found[str(path.relative_to(folder))] = digest(mode, what)
    return found


def execute(command, job, limit):
    """Runs `command` in a folder made for the job; the status of a signal n is 128 + n, of a time-out 124."""
    with tempfile.TemporaryDirectory(prefix='m2sim-') as place:
        folder = Path(place) / 'world'
        folder.mkdir(mode=0o755)
        if job.prepare:
            job.prepare(folder)
        try:
            done = subprocess.run([str(c) for c in command], cwd=folder, input=job.stdin, env=ENVIRONMENT,
                                  capture_output=True, timeout=limit)
        except subprocess.TimeoutExpired:
            return Result(124, b'', f'no end after {limit} s'.encode())
        status = done.returncode if done.returncode >= 0 else 128 - done.returncode
        return Result(status, done.stdout, done.stderr, tree(folder))


class Qemu:
    """qemu-aarch64, whose answers are kept in out/qemu-cache under a digest of all they depend on."""

    def __init__(self):
        self.command = os.environ.get('QEMU', 'qemu-aarch64')
        self.cache = OUT / 'qemu-cache'
        self.version = self.programs = None

    def usable(self):
        if not shutil.which(self.command):
            return False
        self.version = subprocess.run([self.command, '--version'], capture_output=True).stdout
        self.programs = {}
        self.cache.mkdir(parents=True, exist_ok=True)
        return True

    def plugin(self):
        """Builds the plugin that counts instructions, when it is not there or old."""
        source, built = ROOT / 'tests/qemu/count.c', OUT / 'libcount.so'
        if not built.exists() or built.stat().st_mtime < source.stat().st_mtime:
            part = OUT / f'libcount.{own_name()}'
            subprocess.run(['gcc', '-O2', '-shared', '-fPIC', '-o', part, source], check=True)
            part.rename(built)
        return built

    def digest_of(self, program):
        if program not in self.programs:
            self.programs[program] = digest(program.read_bytes())
        return self.programs[program]

    def run(self, job, limit):
        key = digest(self.version, self.digest_of(job.program), job.arguments, job.stdin, job.inputs, job.count)
        kept = self.cache / key
        try:
            answer = json.loads(kept.read_text())
            return Result(answer['status'], bytes.fromhex(answer['stdout']), b'', answer['files'],
                          answer['instructions'])
        except (OSError, ValueError, KeyError):
            pass
        with tempfile.TemporaryDirectory(prefix='m2sim-') as place:
            log = Path(place) / 'log'
            count = ['-plugin', self.plugin(), '-d', 'plugin', '-D', log] if job.count else []
            result = execute([self.command, *count, job.program, *job.arguments], job, limit)
            if job.count:
                result.instructions = int(log.read_text().split()[1])
        if result.status != 124:
            part = kept.with_suffix(f'.{own_name()}')
            part.write_text(json.dumps({'job': job.name, 'status': result.status, 'stdout': result.stdout.hex(),
                                        'files': result.files, 'instructions': result.instructions}))
            part.rename(kept)
        return result


class Simulator:
    """m2sim in one of its modes. M2SIM names the program, M2SIM_RUN and M2SIM_TIME a whole command instead."""

    def __init__(self, mode):
        program = Path(os.environ.get('M2SIM', ROOT / 'build/m2sim')).absolute()
        self.mode, own = mode, os.environ.get(f'M2SIM_{mode.upper()}')
        self.command = shlex.split(own) if own else [str(program), mode]
        self.foreign = bool(own)

    def usable(self):
        return shutil.which(self.command[0]) is not None

    def run(self, job, limit):
        if self.foreign:
            return execute([*self.command, job.program, *job.arguments], job, limit)
        with tempfile.TemporaryDirectory(prefix='m2sim-') as place:
            report = Path(place) / 'report.json'
            options = ['--json', '-o', report, '--']
            result = execute([*self.command, *options, job.program, *job.arguments], job, limit)
            try:
                result.instructions = json.loads(report.read_text())['instructions']
            except (OSError, ValueError, KeyError, TypeError):
                pass
        return result


def plan_or_skip(reason):
    """Ends the test as skipped when there is a reason."""
    if reason:
        print(f'1..0 # SKIP {reason}')
        sys.exit(0)


def compare(jobs, modes, workers, limit):
    """Runs each job on qemu and in each mode; prints TAP; the number of failures."""
    qemu = Qemu()
    plan_or_skip('' if qemu.usable() else 'no qemu-aarch64 (Debian: qemu-user)')
    sides = [Simulator(mode) for mode in modes]
    for side in sides:
        plan_or_skip('' if side.usable() else f'{side.command[0]} is not built')
    if any(job.count for job in jobs):
        qemu.plugin()

    def answer(job):
        want = qemu.run(job, limit)
        return job, want, [(side, side.run(job, limit)) for side in sides]

    failed = number = 0
    print(f'1..{len(jobs) * len(sides)}', flush=True)
    with ThreadPoolExecutor(workers) as pool:
        for job, want, results in pool.map(answer, jobs):
            for side, got in results:
                number += 1
                why = want.difference(got, job.count and not side.foreign)
                failed += bool(why)
                print(f'{"not ok" if why else "ok"} {number} - {side.mode} {job.name}')
                if why:
                    words = [why, *got.stderr.decode(errors='replace').splitlines()[:5]]
                    print('\n'.join(f'# {word}' for word in words))
                sys.stdout.flush()
    return failed
