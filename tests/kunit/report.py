#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Says what a KUnit kernel's console log means.

    report.py LOG SUITE...

Prints a line for each suite and the log of each case that failed. Exits with
1 if a case failed, a SUITE is missing, or the kernel complained (lockdep,
KASAN, a warning), which KUnit itself does not count as a failure.

Needs the kernel's tools/testing/kunit in PYTHONPATH.
"""
import contextlib
import io
import re
import sys

# It prints as it parses, to what stdout was when it was imported; our own
# report follows.
with contextlib.redirect_stdout(io.StringIO()):
    import kunit_parser
    from kunit_parser import TestStatus

COMPLAINT = re.compile(
    r"(WARNING|BUG|UBSAN|KASAN|INFO: (possible|trying|task|rcu)|Oops|"
    r"Kernel panic|general protection|suspicious RCU)")
# KUnit's kernel has no root file system: this is how it ends.
EXPECTED = re.compile(r"Kernel panic - not syncing: VFS|Unable to mount root")


def failures(test, path=()):
    """The innermost tests that did not pass."""
    here = path + (test.name,)
    failing = [t for t in test.subtests if not t.ok_status()]
    if not failing and not test.ok_status():
        yield here, test
    for sub in failing:
        yield from failures(sub, here)


def complaints(lines):
    """Each complaint with what the kernel printed after it."""
    found = []
    for i, line in enumerate(lines):
        if COMPLAINT.search(line) and not EXPECTED.search(line):
            found.append(i)
    shown = -1
    for i in found:
        if i > shown:
            shown = i + 40
            yield lines[i:shown]


def main():
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        lines = log.read().splitlines()
    result = kunit_parser.parse_run_tests(lines)
    bad = 0

    for suite in result.subtests:
        counts = suite.counts
        failed = counts.failed + counts.crashed + counts.errors
        text = f"{suite.name}: {counts.passed} passed, {failed} failed"
        if counts.skipped:
            text += f", {counts.skipped} skipped"
        print(text)
        if not suite.ok_status() or failed:
            bad += 1
            for path, case in failures(suite):
                print(f"--- {'.'.join(path)}: {case.status.name.lower()}")
                print("\n".join(case.log))

    if result.status == TestStatus.NO_TESTS or not result.subtests:
        print("no suite ran; the end of the kernel's log:")
        print("\n".join(lines[-40:]))
        bad += 1
    for name in set(sys.argv[2:]) - {s.name for s in result.subtests}:
        print(f"{name}: has not run")
        bad += 1
    for text in complaints(lines):
        print("--- the kernel complained:")
        print("\n".join(text))
        bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
