#!/usr/bin/env python3
"""Measures sockwise against a raw sock_diag dump, ss and cat over tables of real sockets, and the
review of a repository.

Run by `make bench`; README.md says what is measured and how to read it.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import report
import repository

TIME_WAIT_SECONDS = 60  # TCP_TIMEWAIT_LEN in the kernel's include/net/tcp.h
LONGEST_RUN = 120  # seconds
BYTES_PER_ROW = 4096  # two sockets, files and inodes of a connection: 2.8 GiB measured for 10^6
HAND_OVER = 'ss -Htan; sysctl -a'
CROWD = (400, 75, 40)  # processes, descriptors of each, how many of them listen
REVIEWED_FILES = 10_000


class Failure(Exception):
    """Something could not be run; what was measured says nothing about that."""


class Bench:
    def __init__(self, options):
        self.tools = pathlib.Path(options.tools)
        self.program = options.sockwise.split()
        self.sockwise = [*self.program, 'audit', '--format', 'json']
        self.parser = options.parser

    def tool(self, name):
        return str(self.tools / name)

    def check_audit(self):
        """Once, that what is to be measured is an audit: later its output is thrown away."""
        try:
            json.loads(subprocess.run(self.sockwise, capture_output=True, timeout=LONGEST_RUN).stdout)
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise Failure(f"'{' '.join(self.sockwise)}' gave no report: {error}")

    def table_commands(self):
        return {
            'sockwise': self.sockwise,
            'raw': [self.tool('rawdump')],
            'ss': ['ss', '-Htan'],
            'cat': ['cat', '/proc/net/tcp'],
        }

    def measure(self, command, namespace='-'):
        """One run: {wall, cpu, peak_kib, status}."""
        try:
            run = subprocess.run([self.tool('measure'), namespace, *command],
                                 capture_output=True, text=True, timeout=LONGEST_RUN)
        except subprocess.TimeoutExpired:
            raise Failure(f"'{' '.join(command)}' did not end within {LONGEST_RUN} s")
        if run.returncode != 0:
            raise Failure(f"'{' '.join(command)}' could not be measured: {run.stderr.strip()}")
        sample = json.loads(run.stdout)
        # An audit that found something ends with 1, and so does sysctl -a where it may not read a key.
        if sample['status'] not in (0, 1):
            raise Failure(
                f"'{' '.join(command)}' ended with status {sample['status']}: {run.stderr.strip()}")
        return sample

    def interleave(self, commands, rounds, before_round=lambda: '-'):
        """Runs each command once a round, another one first each time."""
        samples = {name: [] for name in commands}
        names = list(commands)
        for index in range(rounds):
            namespace = before_round()
            for name in names[index % len(names):] + names[:index % len(names)]:
                samples[name].append(self.measure(commands[name], namespace))
        return {name: summary(runs) for name, runs in samples.items()}

    # What is measured.

    def measure_table(self, kind, rows, per_destination, rounds):
        needed = rows * BYTES_PER_ROW + (1 << 30)
        if available_memory() < needed:
            say(f'  left out: it takes {needed / 2**30:.0f} GiB of memory')
            return None
        connections = rows // 2 if kind == 'established' else rows
        with Table(self, kind, connections, per_destination) as table:
            is_idle = wait_until_idle(limit=0 if kind == 'time-wait' else 10)
            commands = self.interleave(self.table_commands(), rounds, table.fresh)
            is_idle = wait_until_idle(limit=0) and is_idle
            table.count()
            if kind == 'established' and rows == 1_000_000 and self.parser:
                parse = self.measure_parse(table, rounds)
            else:
                parse = None
        return {
            'kind': kind, 'rows_wanted': rows, 'rows': min(table.counts),
            'destinations': table.destinations, 'rounds': rounds, 'idle': is_idle,
            'commands': commands, 'parse': parse,
            'ratios': {f'sockwise/{name}': ratio(commands, 'sockwise', name) for name in ('raw', 'ss', 'cat')},
        }

    def measure_parse(self, table, rounds):
        """States and local ports of a recorded /proc/net/tcp, against counting its lines."""
        with tempfile.NamedTemporaryFile(dir=self.tools) as recorded:
            with open(f'/proc/{table.pid}/net/tcp', 'rb') as source:
                shutil.copyfileobj(source, recorded, 1 << 20)
            recorded.flush()
            commands = self.interleave(
                {'parser': [self.parser, recorded.name], 'wc': ['wc', '-l', recorded.name]}, rounds)
            size = recorded.tell()
        return {'bytes': size, 'rounds': rounds, 'commands': commands,
                'ratios': {'speed of parser/wc': ratio(commands, 'wc', 'parser')}}

    def measure_idle_namespace(self, rounds):
        with Table(self, 'crowd', 0, 1, 0) as table:
            is_idle = wait_until_idle()
            commands = self.interleave(
                {'sockwise': self.sockwise, 'hand': ['sh', '-c', HAND_OVER]}, rounds, table.fresh)
            is_idle = wait_until_idle(limit=0) and is_idle
        return {'rounds': rounds, 'idle': is_idle, 'commands': commands,
                'ratios': {'sockwise/hand': ratio(commands, 'sockwise', 'hand')}}

    def measure_owners(self, rounds):
        """What it adds that there are processes to look through, without and with listeners to find."""
        processes, descriptors, listeners = CROWD
        crowds = {'nobody': (0, 1, 0), 'crowd': (processes, descriptors, 0),
                  'listening crowd': (processes, descriptors, listeners)}
        is_idle = wait_until_idle()
        samples = {name: [] for name in crowds}
        names = list(crowds)
        for index in range(rounds):
            for name in names[index % len(names):] + names[:index % len(names)]:
                with Table(self, 'crowd', *crowds[name]) as table:
                    samples[name].append(self.measure(self.sockwise, table.namespace))
        is_idle = wait_until_idle(limit=0) and is_idle
        commands = {name: summary(runs) for name, runs in samples.items()}
        return {'processes': processes, 'descriptors': processes * descriptors, 'listeners': listeners,
                'rounds': rounds, 'idle': is_idle, 'commands': commands,
                'added_seconds': {
                    name: {key: commands[name][key] - commands['nobody'][key] for key in ('wall', 'cpu')}
                    for name in ('crowd', 'listening crowd')}}

    def measure_review(self, rounds):
        """A repository, against looking for one word in its files."""
        with tempfile.TemporaryDirectory(dir=self.tools) as directory:
            repository.Repository(directory, REVIEWED_FILES).make()
            is_idle = wait_until_idle()
            commands = self.interleave(
                {'review': [*self.program, 'review', '--format', 'json', directory],
                 'grep': ['grep', '-r', 'sysctl', directory]}, rounds)
            is_idle = wait_until_idle(limit=0) and is_idle
        return {'files': REVIEWED_FILES, 'rounds': rounds, 'idle': is_idle, 'commands': commands,
                'ratios': {'review/grep': ratio(commands, 'review', 'grep')}}


class Table:
    """A namespace with sockets, held by a process of its own; gone when left, or with this program."""

    def __init__(self, bench, kind, *arguments):
        self.bench, self.kind = bench, kind
        self.command = [bench.tool('hold'), kind, *map(str, arguments)]
        self.counts, self.process, self.round_started, self.longest_round = [], None, None, 0
        self.destinations = 0

    def __enter__(self):
        self.fill()
        return self

    def __exit__(self, *_):
        self.release()

    @property
    def pid(self):
        return self.process.pid

    @property
    def namespace(self):
        return f'/proc/{self.pid}/ns/net'

    def fill(self):
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            words = self.process.stdout.readline().split()
            if len(words) != 2 or words[0] != 'ready':
                raise Failure(f"'{' '.join(self.command)}' failed")
            # Each worker has a port, and addresses, of its own.
            self.destinations = int(words[1])
            self.count()
        except BaseException:
            self.release()
            raise

    def release(self):
        if self.process:
            self.process.terminate()
            self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def count(self):
        if self.kind != 'crowd':
            run = subprocess.run(
                ['nsenter', f'--net={self.namespace}', self.bench.tool('rawdump')],
                capture_output=True, text=True)
            if run.returncode != 0:
                raise Failure(f'the rows could not be counted: {run.stderr.strip()}')
            self.counts.append(int(run.stdout))

    def fresh(self):
        """The namespace, filled again if TIME_WAIT rows would end before another round does."""
        now = time.monotonic()
        if self.round_started:
            self.longest_round = max(self.longest_round, now - self.round_started)
        left = self.started + TIME_WAIT_SECONDS - now
        # Where filling alone takes too long, one round is all there is time for, and the count shows it.
        if self.kind == 'time-wait' and self.round_started and left < 1.5 * self.longest_round:
            self.count()
            self.release()
            self.fill()
        self.round_started = time.monotonic()
        return self.namespace


def summary(runs):
    walls = [run['wall'] for run in runs]
    return {
        'wall': statistics.median(walls), 'least': min(walls), 'most': max(walls),
        'cpu': statistics.median(run['cpu'] for run in runs),
        'peak_kib': max(run['peak_kib'] for run in runs), 'walls': walls,
    }


def ratio(commands, name, other):
    """Of wall time, and of processor time, which other work on the machine disturbs less."""
    return {key: commands[name][key] / commands[other][key] for key in ('wall', 'cpu')}


def available_memory():
    with open('/proc/meminfo') as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith('MemAvailable:'))


def wait_until_idle(limit=10, share=0.9):
    """True when the processors are idle; gives up after `limit` seconds."""
    def times():
        with open('/proc/stat') as file:
            values = [int(value) for value in file.readline().split()[1:9]]
        return values[3] + values[4], sum(values)

    end = time.monotonic() + limit
    while True:
        idle, total = times()
        time.sleep(0.25)
        later_idle, later_total = times()
        if later_idle - idle >= share * (later_total - total):
            return True
        if time.monotonic() >= end:
            return False


def machine():
    with open('/proc/cpuinfo') as file:
        model = next((line.split(':')[1].strip() for line in file if line.startswith('model name')), 'unknown')
    return {'kernel': os.uname().release, 'machine': os.uname().machine, 'processor': model,
            'processors': os.cpu_count(), 'load': os.getloadavg()[0]}


def say(text):
    print(text, file=sys.stderr, flush=True)


def explain_missing():
    """Why this cannot run here; None if it can."""
    if os.geteuid() != 0:
        return "network namespaces need root: run 'sudo make bench'"
    for program, package in (('ss', 'iproute2'), ('sysctl', 'procps'), ('nsenter', 'util-linux')):
        if not shutil.which(program):
            return f"'{program}' is missing: run 'apt-get install {package}'"
    return None


def run(options):
    bench = Bench(options)
    result = {'schema': 'sockwise.bench/1', 'machine': machine(), 'tables': []}
    bench.check_audit()
    say('idle namespace')
    result['idle_namespace'] = bench.measure_idle_namespace(15)
    say('owners')
    result['owners'] = bench.measure_owners(7)
    say('review')
    result['review'] = bench.measure_review(11)
    for rows in options.sizes:
        rounds = 11 if rows < 1_000_000 else 5
        # 10,000 to a destination keeps below the half of its ports that connect() takes first.
        tables = [('established', 10_000), ('time-wait', 10_000)]
        if rows == 1_000_000:
            tables.append(('time-wait', 10))
        for kind, per_destination in tables:
            say(f'{rows} rows, {kind}, {per_destination} to a destination')
            if table := bench.measure_table(kind, rows, per_destination, rounds):
                result['tables'].append(table)
    return result


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument('--check', action='store_true', help='only say what is missing to run')
    options.add_argument('--sockwise', default='.build/release/sockwise', metavar='COMMAND')
    options.add_argument('--parser', metavar='PROGRAM', help='reads states and ports of a recorded /proc/net/tcp')
    options.add_argument('--tools', default='.build/bench', metavar='DIR')
    options.add_argument('--sizes', type=lambda text: [int(word) for word in text.split()],
                         default=[1_000, 100_000, 1_000_000], metavar='ROWS')
    options.add_argument('--json', metavar='FILE')
    options = options.parse_args()

    if missing := explain_missing():
        sys.exit(f'bench: {missing}')
    if options.check:
        return
    # As an exception, so that what was started ends too.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    try:
        os.nice(-10)  # for all that is started here alike
    except PermissionError:
        pass
    try:
        result = run(options)
    except Failure as failure:
        sys.exit(f'bench: {failure}')
    result['targets'] = report.targets(result)
    print(report.text(result))
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(result, indent=1) + '\n')


if __name__ == '__main__':
    main()
