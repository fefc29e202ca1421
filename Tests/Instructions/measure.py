#!/usr/bin/env python3
"""Counts the instructions of three fixed inputs and compares them with counts.json.

Run by `make instructions`, which CONTRIBUTING.md explains. A count is of the release binary under
callgrind: unlike a time it is the same on a busy machine, to about 0.01 %.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import shutil
import struct
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COUNTS = HERE / 'counts.json'
SCRATCH = pathlib.Path('.build/instructions')  # relative: the length of a path costs instructions
ALLOWED = 10  # per cent
ROWS = 100_000

# The rules that are built in become more: empty files of their names turn them off, and a copy of
# some takes their place.
MASK = SCRATCH / 'mask'
RULES = pathlib.Path('Tests/Instructions/rules')
HOSTS = pathlib.Path('Tests/Fixtures/hosts')

INPUTS = {
    'audit': ('an audit of a recorded host by 12 rules',
              ['audit', '--root', HOSTS / 'sick-client/host', '--rules', MASK, '--rules', RULES]),
    'table': (f'an audit of a recorded table of {ROWS:,} connections without rules',
              ['audit', '--root', SCRATCH / 'host', '--rules', MASK]),
    'rules': ('the tests of 12 rules', ['rules', 'test', '--rules', MASK, RULES]),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('sockwise', type=pathlib.Path)
    parser.add_argument('--record', metavar='REASON', help='take what is counted as the new counts')
    options = parser.parse_args()
    os.chdir(ROOT)

    recorded = json.loads(COUNTS.read_text())
    here = {'architecture': platform.machine(), 'swift': swift_version()}
    if not shutil.which('valgrind'):
        sys.exit("instruction counts: 'valgrind' is missing: make setup-tests")
    if options.record is None and (difference := differing(recorded, here)):
        print(f'instruction counts: NOT COMPARED: {difference}')
        # Where nobody reads what is printed, a gate that compares nothing would stay open for ever.
        return 1 if os.environ.get('CI') else 0
    make_inputs()
    counts = {name: count(options.sockwise, arguments) for name, (_, arguments) in INPUTS.items()}
    if options.record is not None:
        return record(recorded, here, counts, options.record.strip())
    return compare(recorded['inputs'], counts)


def swift_version():
    text = subprocess.run(['swift', '--version'], capture_output=True, text=True).stdout
    found = re.search(r'Swift version (\S+)', text)
    return found.group(1) if found else 'unknown'


def differing(recorded, here):
    """Why the counts of this machine say nothing about the recorded ones; None where they do."""
    for name, value in here.items():
        if recorded.get(name) != value:
            return f'they are of {name} {recorded.get(name)}, and this is {value}'
    return None


def compare(recorded, counts):
    failed = False
    for name, new in counts.items():
        old = recorded.get(name, {}).get('instructions')
        if old is None:
            print(f'{name}: {new:,} instructions, none recorded')
            failed = True
            continue
        change = 100 * (new - old) / old
        wrong = abs(change) > ALLOWED
        failed |= wrong
        print(f'{name}: {old:,} -> {new:,} instructions, {change:+.2f} %, {INPUTS[name][0]}'
              + (f': MORE THAN {ALLOWED} %' if wrong else ''))
    if failed:
        print('Say why in the repository, if it must be so: make instructions RECORD="reason"',
              file=sys.stderr)
    return 1 if failed else 0


def record(recorded, here, counts, reason):
    if not reason:
        print('RECORD wants the reason for the change', file=sys.stderr)
        return 2
    old = recorded.get('inputs', {})
    inputs = {}
    for name, new in counts.items():
        before = old.get(name, {}).get('instructions')
        # What has not changed keeps its reason.
        same = before is not None and abs(new - before) <= before / 100
        inputs[name] = old[name] if same else {'instructions': new, 'reason': reason}
        print(f'{name}: {"kept" if same else f"{new:,} instructions recorded"}')
    COUNTS.write_text(json.dumps(here | {'inputs': inputs}, indent=2, ensure_ascii=False) + '\n')
    return 0


def count(sockwise, arguments):
    log = SCRATCH / 'callgrind.log'
    command = ['valgrind', '--tool=callgrind', f'--callgrind-out-file={os.devnull}',
               f'--log-file={log}', sockwise.resolve(), *arguments]
    environment = {
        'PATH': os.environ['PATH'],
        'SWIFT_DETERMINISTIC_HASHING': '1',
        # Which memcpy and strlen glibc takes depends on the processor: the ones that all have.
        'GLIBC_TUNABLES': 'glibc.cpu.hwcaps=-AVX2,-AVX,-AVX512F,-ERMS,-FSRM,-BMI2,-SSE4_2,-SSSE3',
    }
    run = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    found = re.search(r'Collected : (\d+)', log.read_text()) if log.exists() else None
    # 1: findings, which the recorded host has.
    if run.returncode not in (0, 1) or run.stderr or not found:
        sys.exit(f'{" ".join(map(str, command))}: exit status {run.returncode}\n{run.stdout[-2000:]}'
                 f'{run.stderr[-2000:]}')
    return int(found.group(1))


# What is counted

def make_inputs():
    shutil.rmtree(SCRATCH, ignore_errors=True)
    MASK.mkdir(parents=True)
    for rule in pathlib.Path('rules').rglob('*.yaml'):
        (MASK / rule.name).touch()
    shutil.copytree(HOSTS / 'idle-debian/host', SCRATCH / 'host')
    (SCRATCH / 'host/sock_diag/tcp.bin').write_bytes(table(ROWS))


def table(rows):
    """The kernel's reply to a dump of so many IPv4 connections: `struct nlmsghdr`, `struct
    inet_diag_msg` and attributes, see sock_diag(7), as Linux 6.18 sends them."""
    established, time_wait = 1, 6
    dump = 5  # SockDiagDump.tcpConnections
    class_id = struct.pack('<HHI', 8, 15, 0)
    # INET_DIAG_SHUTDOWN, CLASS_ID, CGROUP_ID and SOCKOPT, each to a multiple of four bytes.
    attributes = (struct.pack('<HHB3x', 5, 8, 0) + class_id + struct.pack('<HHQ', 12, 21, 3597)
                  + struct.pack('<HHBB2x', 6, 22, 0x52, 0))
    messages = bytearray()
    for row in range(rows):
        is_waiting = row % 4 == 0
        remote = bytes([10, 1, row % 200, 1])
        rest = class_id if is_waiting else attributes
        messages += struct.pack('<IHHII', 88 + len(rest), 18, 2, dump, 1)
        messages += struct.pack('<BBBB', 2, time_wait if is_waiting else established,
                                3 if is_waiting else 0, 0)
        messages += struct.pack('>HH', 32768 + row * 7919 % 28232, 443)
        messages += bytes([10, 0, 0, 1]).ljust(16, b'\0') + remote.ljust(16, b'\0')
        messages += struct.pack('<IIIIIIII', 0, row + 1, 0, 30000 if is_waiting else 0, 0, 0, 1000,
                                0 if is_waiting else row + 1000)
        messages += rest
    return bytes(messages) + struct.pack('<IHHIIi', 20, 3, 2, dump, 1, 0)


if __name__ == '__main__':
    sys.exit(main())
