# SPDX-License-Identifier: GPL-2.0-only
"""Whether this machine's KVM can run guests of its Hyper-V interface."""

import fcntl
import os

KVM_GET_API_VERSION = 0xae00
KVM_CHECK_EXTENSION = 0xae03

# <linux/kvm.h>: what the CPU flags in machine.HYPERV_CPU need
CAPS = {
    'HYPERV': 44,
    'HYPERV_VAPIC': 45,
    'HYPERV_SPIN': 46,
    'HYPERV_TIME': 96,
    'HYPERV_SYNIC2': 148,
    'HYPERV_VP_INDEX': 149,
    'HYPERV_TLBFLUSH': 155,
    'HYPERV_SEND_IPI': 161,
    'HYPERV_CPUID': 167,
}


def offers_hyperv():
    """Asks KVM; that /dev/kvm exists says nothing."""
    try:
        fd = os.open('/dev/kvm', os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        if fcntl.ioctl(fd, KVM_GET_API_VERSION, 0) != 12:
            return False
        return all(fcntl.ioctl(fd, KVM_CHECK_EXTENSION, cap) > 0 for cap in CAPS.values())
    except OSError:
        return False
    finally:
        os.close(fd)
