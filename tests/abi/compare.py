#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compares two listings of listing.c.

    compare.py LINUX XEN

Fails for a line that differs, for a line that only one side has, and for a
structure whose members, as listed, leave more of it open than padding can be.
"""
import re
import sys

# Constants that differ and may, with the reason.
KNOWN = {
    "HVM_NR_PARAMS": "the kernel knows fewer parameters",
}


def read(path):
    """{key: values} of a listing; a key is all but the numbers at the end."""
    lines = {}
    with open(path, encoding="ascii") as f:
        for line in f:
            m = re.fullmatch(r"(\D.*?)((?: -?\d+)+)", line.strip())
            if not m:
                sys.exit(f"{path}: cannot read: {line!r}")
            lines[m[1]] = [int(v) for v in m[2].split()]
    return lines


def differences(linux, xen):
    for key in linux.keys() | xen.keys():
        if key.split()[-1] in KNOWN:
            continue
        if linux.get(key) != xen.get(key):
            yield f"{key}: Linux {linux.get(key)}, Xen {xen.get(key)}"


def uncovered(listing):
    """Holes of 8 bytes or more, which no padding on x86-64 is."""
    for key, (size, *_) in listing.items():
        if not key.startswith("size struct "):
            continue
        prefix = key.replace("size", "field", 1) + "."
        members = sorted(v for k, v in listing.items() if k.startswith(prefix))
        end = 0
        for offset, length in members + [[size, 0]]:
            if offset - end >= 8 or (offset > end and not members):
                yield f"{key}: no member listed for bytes {end} to {offset - 1}"
            end = max(end, offset + length)


def main():
    linux, xen = read(sys.argv[1]), read(sys.argv[2])
    problems = sorted(differences(linux, xen)) + sorted(uncovered(linux))
    for kind in ("hypercall", "const", "size", "field"):
        count = sum(k.startswith(kind + " ") for k in linux)
        print(f"{kind}: {count} compared")
        if not count:
            problems.append(f"nothing of kind {kind} was listed")
    for text in problems:
        print(text)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
