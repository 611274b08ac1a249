# SPDX-License-Identifier: GPL-2.0-only
"""The rate of this machine's time stamp counter."""

import ctypes
import mmap
import platform
import time

# rdtsc; shl $32, %rdx; or %rdx, %rax; ret
READ_TSC = bytes.fromhex('0f31 48c1e220 4809d0 c3')
SECONDS = 0.05
# Between two readings of a clock; scheduled out, one is tried again.
CLOSE_NS = 20000


def khz():
    """In kHz, exact to some thousandths, or None where it cannot be measured."""
    if platform.machine() != 'x86_64':
        return None
    try:
        page = mmap.mmap(-1, mmap.PAGESIZE,
                         prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    except OSError:
        return None
    page.write(READ_TSC)
    code = ctypes.c_char.from_buffer(page)
    read_tsc = ctypes.CFUNCTYPE(ctypes.c_uint64)(ctypes.addressof(code))

    def sample():
        for _ in range(100):
            before = time.monotonic_ns()
            ticks = read_tsc()
            after = time.monotonic_ns()
            if after - before < CLOSE_NS:
                return ticks, (before + after) // 2
        return None

    first = sample()
    time.sleep(SECONDS)
    last = sample()
    if not first or not last or last[0] <= first[0]:
        return None
    return (last[0] - first[0]) * 1000000 // (last[1] - first[1])
