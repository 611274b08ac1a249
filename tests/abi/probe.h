/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the probe's user-space half share. */
#ifndef XHV_PROBE_H
#define XHV_PROBE_H

/* One case: "NAME = RESULT"; see probe_calls.h for what may be in it. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* What a system call returned, by the errno's name if it is -1. */
const char *outcome(long rc);

/* /dev/xen/xenbus: every type of message, and the permissions of the store. */
void store_cases(void);
/* The other files of /dev/xen, /proc/xen and /sys/hypervisor. */
void device_cases(void);

#endif /* XHV_PROBE_H */
