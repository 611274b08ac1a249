#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Makes what a disk may hold after power cuts from a log of its writes.

    replay.py LOG BASE OUT CUTS CONTROLS SEED

LOG is of QEMU's blklogwrites (the format of dm-log-writes) and BASE the disk
before it. OUT becomes CUTS images of BASE's size, one after the other, each of
the disk after a cut at a random point between flushes: all of what was flushed,
and of what was not each write, a part of its sectors or nothing, at random.
CONTROLS more are of a disk that ignores flushes. For each a line is printed:
"cut" or "control", its number, the last mark of scribble before the cut, the
number of writes that it lost.
"""

import os
import random
import re
import struct
import sys

# <drivers/md/dm-log-writes.c>
MAGIC = 0x6a736677736872
FLUSH, FUA, DISCARD, MARK = 1, 2, 4, 8
SCRIBBLE = re.compile(rb'xhv-mark (\d+)\n')
MARK_OFFSET = 512 * 1024


class Write:
    def __init__(self, offset, data):
        self.offset = offset
        self.data = data

    def part(self, sector, choice):
        """What of it is on the disk: all, nothing, or its first sectors."""
        kind = choice.random()
        if kind < 0.4:
            return None
        sectors = len(self.data) // sector
        if kind < 0.6 and sectors > 1:
            return Write(self.offset, self.data[:choice.randrange(1, sectors) * sector])
        return self


def read_log(path):
    """Returns the sector size and the entries: a Write, or None for a flush."""
    entries = []
    with open(path, 'rb') as log:
        magic, version, count, sector = struct.unpack('<QQQI', log.read(28))
        if magic != MAGIC or version != 1:
            raise SystemExit(f'{path}: not a log of writes')
        position = sector
        for _ in range(count):
            log.seek(position)
            where, length, flags, _ = struct.unpack('<QQQQ', log.read(32))
            position += sector
            if flags & MARK:
                raise SystemExit(f'{path}: a mark of somebody else')
            if flags & DISCARD:
                entries.append(Write(where * sector, bytes(length * sector)))
            elif length:
                log.seek(position)
                data = log.read(length * sector)
                if len(data) != length * sector:
                    raise SystemExit(f'{path}: ends too early')
                position += len(data)
                entries.append(Write(where * sector, data))
            if flags & (FLUSH | FUA):
                # FUA is more than a flush of its own write: never seen here,
                # as the host makes flushes of it.
                if flags & FUA:
                    raise SystemExit(f'{path}: FUA')
                entries.append(None)
    return sector, entries


def apply(file, base, writes):
    for write in writes:
        file.seek(base + write.offset)
        file.write(write.data)


def copy(source, target, base):
    """Leaves holes where there are some."""
    end = os.fstat(source.fileno()).st_size
    position = 0
    source.flush()
    while position < end:
        try:
            position = os.lseek(source.fileno(), position, os.SEEK_DATA)
        except OSError:
            break
        hole = os.lseek(source.fileno(), position, os.SEEK_HOLE)
        while position < hole:
            data = os.pread(source.fileno(), min(1 << 20, hole - position), position)
            os.pwrite(target.fileno(), data, base + position)
            position += len(data)


def mark_of(write):
    if write and write.offset == MARK_OFFSET:
        match = SCRIBBLE.match(write.data)
        if match:
            return int(match[1])
    return None


def main():
    log, base_path, out_path = sys.argv[1:4]
    cuts, controls, seed = map(int, sys.argv[4:])
    choice = random.Random(seed)
    sector, entries = read_log(log)
    marks = [mark_of(entry) for entry in entries]
    first = next(i for i, mark in enumerate(marks) if mark is not None)
    # Right after a flush there is nothing to lose.
    points = sorted(choice.sample([i for i in range(first + 2, len(entries))
                                   if entries[i - 1]], cuts))
    late = range((first + len(entries)) // 2, len(entries))
    control_points = choice.sample(late, controls)
    size = os.path.getsize(base_path)
    print(f'{len(entries)} entries, {entries.count(None)} flushes', file=sys.stderr)
    number = 0

    def image(kind, durable, pending, cut):
        nonlocal number
        copy(durable, out, number * size)
        kept = [write.part(sector, choice) for write in pending]
        apply(out, number * size, filter(None, kept))
        out.flush()
        last = max(mark for mark in marks[:cut] if mark is not None)
        lost = sum(a is not b for a, b in zip(kept, pending))
        print(kind, number, last, lost)
        number += 1

    with open(out_path, 'w+b') as out, open(base_path, 'r+b') as base:
        out.truncate(size * (cuts + controls))
        # First, while the base is as it was.
        for cut in control_points:
            image('control', base, [w for w in entries[:cut] if w], cut)
        pending = []
        for at, entry in enumerate(entries):
            if at in points:
                image('cut', base, pending, at)
            if entry:
                pending.append(entry)
            else:
                apply(base, 0, pending)
                pending = []


if __name__ == '__main__':
    main()
