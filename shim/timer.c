// SPDX-License-Identifier: GPL-2.0-only
/*
 * System time and the timers of a vCPU; see timer.h and vcpu.h.
 *
 * Each vCPU has a single-shot and a periodic timer, hrtimers that expire in
 * hard interrupt context and send VIRQ_TIMER. Its port is bound to the vCPU, so
 * it does not matter which CPU the hrtimer runs on.
 */
#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/math64.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/time64.h>
#include <asm/tsc.h>
#include <xhv/host.h>

#include "../include/compat.h"
#include "evtchn.h"
#include "timer.h"
#include "upcall.h"
#include "vcpu.h"

/* A raw hrtimer has no owner: @lock orders those who set, stop and re-arm the
 * periodic one. @period in ns, 0 when stopped.
 */
struct vcpu_timers {
	struct hrtimer singleshot;
	struct hrtimer periodic;
	raw_spinlock_t lock;
	u64 period;
	unsigned int vcpu;
};

static DEFINE_PER_CPU(struct vcpu_timers, vcpu_timers);

static enum hrtimer_restart singleshot_expired(struct hrtimer *timer)
{
	struct vcpu_timers *t = container_of(timer, struct vcpu_timers,
					     singleshot);

	xhv_evtchn_send_virq(VIRQ_TIMER, t->vcpu);
	return HRTIMER_NORESTART;
}

static enum hrtimer_restart periodic_expired(struct hrtimer *timer)
{
	struct vcpu_timers *t = container_of(timer, struct vcpu_timers,
					     periodic);
	enum hrtimer_restart restart = HRTIMER_NORESTART;
	unsigned long flags;

	raw_spin_lock_irqsave(&t->lock, flags);
	/* Stopped, or set anew (and so queued), while we were on our way. */
	if (t->period && !hrtimer_is_queued(timer)) {
		hrtimer_forward_now(timer, ns_to_ktime(t->period));
		restart = HRTIMER_RESTART;
	}
	raw_spin_unlock_irqrestore(&t->lock, flags);

	xhv_evtchn_send_virq(VIRQ_TIMER, t->vcpu);
	return restart;
}

/* vcpu_set_periodic_timer(), xen/common/sched/core.c */
static void set_period(struct vcpu_timers *t, u64 period)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&t->lock, flags);
	t->period = period;
	if (period)
		hrtimer_start(&t->periodic, ns_to_ktime(period),
			      HRTIMER_MODE_REL_HARD);
	else
		hrtimer_try_to_cancel(&t->periodic);
	raw_spin_unlock_irqrestore(&t->lock, flags);
}

long xhv_vcpu_set_periodic_timer(unsigned int vcpu,
				 struct vcpu_set_periodic_timer *a)
{
	/* STIME_DELTA_MAX, xen/include/xen/time.h */
	if (a->period_ns < NSEC_PER_MSEC || a->period_ns > ~0ULL >> 2)
		return -EINVAL;
	set_period(per_cpu_ptr(&vcpu_timers, vcpu), a->period_ns);
	return 0;
}

long xhv_vcpu_stop_periodic_timer(unsigned int vcpu)
{
	set_period(per_cpu_ptr(&vcpu_timers, vcpu), 0);
	return 0;
}

/* A timer's clock is slewed and system time is not, so what is armed is the
 * time that is left.
 */
static void start_singleshot(struct vcpu_timers *t, u64 left)
{
	hrtimer_start(&t->singleshot, ns_to_ktime(min_t(u64, left, S64_MAX)),
		      HRTIMER_MODE_REL_HARD);
}

/* Only for the vCPU that asks. A timeout that has passed sends at once, with
 * VCPU_SSHOTTMR_future as without: Xen 4.17 no longer looks at the flag.
 */
long xhv_vcpu_set_singleshot_timer(unsigned int vcpu,
				   struct vcpu_set_singleshot_timer *a)
{
	struct vcpu_timers *t = per_cpu_ptr(&vcpu_timers, vcpu);
	u64 now = xhv_time_now();

	if (vcpu != raw_smp_processor_id())
		return -EINVAL;
	if (a->timeout_abs_ns < now) {
		hrtimer_try_to_cancel(&t->singleshot);
		xhv_evtchn_send_virq(VIRQ_TIMER, vcpu);
	} else {
		start_singleshot(t, a->timeout_abs_ns - now);
	}
	return 0;
}

long xhv_vcpu_stop_singleshot_timer(unsigned int vcpu)
{
	if (vcpu != raw_smp_processor_id())
		return -EINVAL;
	hrtimer_try_to_cancel(&per_cpu(vcpu_timers, vcpu).singleshot);
	return 0;
}

/* do_set_timer_op(), xen/common/sched/core.c: a timeout that went negative or
 * is more than 2^50 ns away is a bug of old kernels' clocks, and gets 100 ms.
 */
long xhv_hypercall_set_timer_op(unsigned long timeout)
{
	struct vcpu_timers *t = per_cpu_ptr(&vcpu_timers,
					    raw_smp_processor_id());
	s64 left = timeout - xhv_time_now();

	if (!timeout)
		hrtimer_try_to_cancel(&t->singleshot);
	else if ((s64)timeout < 0 || left >> 50 > 0)
		start_singleshot(t, 100 * NSEC_PER_MSEC);
	else
		start_singleshot(t, max_t(s64, left, 0));
	return 0;
}

/*
 * public/xen.h: system_time + ((tsc - tsc_timestamp) << shift) * mul >> 32. The
 * shift is such that mul has all its 32 bits.
 */
static void set_scale_of_hz(struct pvclock_vcpu_time_info *time, u64 hz)
{
	s8 shift = 0;

	while (hz > 2 * NSEC_PER_SEC) {
		hz >>= 1;
		shift--;
	}
	while (hz <= NSEC_PER_SEC) {
		hz <<= 1;
		shift++;
	}
	time->tsc_shift = shift;
	time->tsc_to_system_mul = div64_u64((u64)NSEC_PER_SEC << 32, hz);
}

/* @scale: ticks of the TSC to 100 ns as a fraction of 2^64, the host's own
 * measure, by which the kernel's clock goes, too
 * (drivers/clocksource/hyperv_timer.c). The frequency in kHz is off by up to one
 * part in some millions, which in a day is milliseconds.
 */
static void set_scale_of_host(struct pvclock_vcpu_time_info *time, u64 scale)
{
	int shift = 0;

	while (mul_u64_u32_shr(scale, 100, 32 + shift) >> 32)
		shift++;
	while (shift > -32 && !(mul_u64_u32_shr(scale, 100, 32 + shift) >> 31))
		shift--;
	time->tsc_shift = shift;
	time->tsc_to_system_mul = mul_u64_u32_shr(scale, 100, 32 + shift);
}

static void set_scale(struct pvclock_vcpu_time_info *time)
{
	u64 scale;

	if (xhv_host_tsc_scale(&scale))
		set_scale_of_host(time, scale);
	else
		set_scale_of_hz(time, (u64)tsc_khz * 1000);
}

/*
 * Once for all: nothing about it changes as long as the TSC is stable, and a
 * kernel that does not trust its TSC does not use this (no flag is set). All
 * vCPUs get the same, their TSCs being in step.
 */
static void set_time_info(void)
{
	struct shared_info *s = xhv_shared_info();
	struct pvclock_vcpu_time_info time = {};
	struct timespec64 wall;
	unsigned long flags;
	unsigned int cpu;

	local_irq_save(flags);
	time.tsc_timestamp = rdtsc_ordered();
	time.system_time = xhv_time_now();
	ktime_get_real_ts64(&wall);
	local_irq_restore(flags);

	set_scale(&time);
	for_each_possible_cpu(cpu)
		xhv_vcpu_info(cpu)->time = time;

	/* Wall clock time at system time 0. */
	wall = timespec64_sub(wall, ns_to_timespec64(time.system_time));
	s->wc.sec = wall.tv_sec;
	s->wc_sec_hi = (u64)wall.tv_sec >> 32;
	s->wc.nsec = wall.tv_nsec;
}

int xhv_timer_init(void)
{
	unsigned int cpu;

	if (!tsc_khz)
		return -ENODEV;
	set_time_info();
	for_each_possible_cpu(cpu) {
		struct vcpu_timers *t = per_cpu_ptr(&vcpu_timers, cpu);

		t->vcpu = cpu;
		t->period = 0;
		raw_spin_lock_init(&t->lock);
		hrtimer_setup(&t->singleshot, singleshot_expired,
			      CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
		hrtimer_setup(&t->periodic, periodic_expired,
			      CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	}
	return 0;
}

void xhv_timer_exit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct vcpu_timers *t = per_cpu_ptr(&vcpu_timers, cpu);

		set_period(t, 0);
		hrtimer_cancel(&t->periodic);
		hrtimer_cancel(&t->singleshot);
	}
}
