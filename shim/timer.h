/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System time and the timers of a vCPU.
 *
 * System time is the kernel's CLOCK_MONOTONIC_RAW in nanoseconds: it starts at
 * boot, stands still in suspend, and is not slewed by NTP, so it stays with
 * the TSC, from which a guest computes it by vcpu_info.time. All that Xen tells
 * in system time (timeouts, HVMOP_get_time, run states) is this.
 */
#ifndef XHV_TIMER_H
#define XHV_TIMER_H

#include <linux/ktime.h>
#include <linux/timekeeping.h>
#include <linux/types.h>

/* System time in ns. Any context but NMI. */
static inline u64 xhv_time_now(void)
{
	return ktime_get_raw_ns();
}

int xhv_timer_init(void);
void xhv_timer_exit(void);

#endif /* XHV_TIMER_H */
