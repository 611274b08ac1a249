#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compares what the probe was told with what it is told on Xen, case by case.

compare-probe.py REFERENCE ANSWERS DIFFERENCES

DIFFERENCES lists what may differ, in groups of a reason and the cases that it is
the reason for:

    # the reason
    k evtchn bind_virq 3 vcpu=0
    u gnttab copy *

A "*" stands for anything. A listed case that does not differ is an error, as is
one that differs and is not listed.
"""

import re
import sys


def read(path):
    """The cases of a file, {name: result}."""
    cases = {}
    with open(path, encoding='utf-8', errors='replace') as file:
        for line in file.read().splitlines():
            name, equal, value = line.partition(' = ')
            if not equal or name in cases:
                sys.exit(f'{path}: not a case, or one that is there twice: {line}')
            cases[name] = value
    return cases


def read_differences(path):
    """[(line number, pattern)], each below a reason."""
    patterns = []
    reason = False
    with open(path, encoding='utf-8') as file:
        for number, line in enumerate(file.read().splitlines(), 1):
            if line.startswith('#'):
                reason = True
            elif not line:
                reason = False
            elif not reason:
                sys.exit(f'{path}:{number}: no reason above it')
            else:
                patterns.append((number, line))
    return patterns


def matcher(pattern):
    # Only the star is special: names have brackets and question marks.
    text = '.*'.join(re.escape(part) for part in pattern.split('*'))
    return re.compile(text + r'\Z')


def main():
    reference, answers, path = sys.argv[1:]
    wanted, given = read(reference), read(answers)
    differ = {name for name in wanted.keys() | given.keys()
              if wanted.get(name) != given.get(name)}
    errors = []
    listed = set()
    for number, pattern in read_differences(path):
        match = matcher(pattern)
        names = [name for name in wanted.keys() | given.keys() if match.match(name)]
        same = sorted(name for name in names if name not in differ)
        if not names:
            errors.append(f'{path}:{number}: no such case: {pattern}')
        for name in same:
            errors.append(f'{path}:{number}: does not differ: {name} = {wanted[name]}')
        listed.update(names)
    for name in sorted(differ - listed):
        errors.append(f'{name}: on Xen {wanted.get(name)}, here {given.get(name)}')
    for error in errors:
        print(error)
    total = len(wanted.keys() | given.keys())
    print(f'{total} cases, {total - len(differ)} the same '
          f'({100 * (total - len(differ)) / total:.1f} %), {len(differ & listed)} listed, '
          f'{len(errors)} errors')
    return bool(errors)


if __name__ == '__main__':
    sys.exit(main())
