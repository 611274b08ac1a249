#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes seeds for a fuzz target: seeds.py TARGET FOLDER.

The targets read their input as a stream of choices, so what goes deep is bytes
that are small and repeat; a few shapes of that are all that a fuzzer needs.
"""
import pathlib
import random
import sys


def seeds(target):
    rnd = random.Random(target)
    yield bytes(256)
    for top in (4, 8, 16, 32, 64, 256):
        for size in (64, 512, 2048):
            yield bytes(rnd.randrange(top) for _ in range(size))


def main():
    target, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    for i, seed in enumerate(seeds(target)):
        (folder / f"seed-{i}").write_bytes(seed)


main()
