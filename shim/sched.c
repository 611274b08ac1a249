// SPDX-License-Identifier: GPL-2.0-only
/*
 * sched_op; see sched.h.
 */
#define pr_fmt(fmt) "xen-hyperv: " fmt

#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <xhv/core.h>

#include "evtchn.h"
#include "guest.h"
#include "sched.h"
#include "timer.h"
#include "upcall.h"

/* do_poll(): "fairly arbitrary limit". */
#define MAX_POLL_PORTS		128
/* What a caller that must not sleep may spend here. Xen may wake a poller at
 * any time, so all callers look for themselves and poll again.
 */
#define MAX_SPIN_NS		(1 * NSEC_PER_MSEC)
/* How often a poller that sleeps looks. */
#define POLL_SLICE_NS		(100 * NSEC_PER_USEC)

#define NR_WATCHDOGS		2
#define SHUTDOWN_CODE_NONE	(-1)

long xhv_sched_yield(void)
{
	if (xhv_may_sleep())
		cond_resched();
	else
		cpu_relax();
	return 0;
}

/*
 * Until an event is delivered. Linux as an HVM guest halts instead. A task
 * gives its CPU away for a tick at most; whoever has IRQs off cannot be given
 * an event and gets none here.
 */
long xhv_sched_block(void)
{
	if (xhv_may_sleep())
		schedule_timeout_interruptible(1);
	else
		cpu_relax();
	return 0;
}

/* Is one of the ports pending? 1, 0, or the errno of a bad port. */
static int check_ports(const struct sched_poll *a)
{
	unsigned long list = (unsigned long)a->ports;
	evtchn_port_t port;
	unsigned int i;
	int rc;

	for (i = 0; i < a->nr_ports; i++) {
		if (xhv_copy_from_guest(&port, list + i * sizeof(port),
					sizeof(port)))
			return -EFAULT;
		rc = xhv_evtchn_poll(port);
		if (rc)
			return rc;
	}
	return 0;
}

/* An event for this vCPU ends the wait as well; it is delivered by the way. */
static bool event_pending(void)
{
	return READ_ONCE(xhv_vcpu_info(raw_smp_processor_id())
			 ->evtchn_upcall_pending);
}

/* do_poll(). @timeout in system time, 0 for none. */
long xhv_sched_poll(struct sched_poll *a)
{
	u64 spin_end = xhv_time_now() + MAX_SPIN_NS;
	bool sleep = xhv_may_sleep();
	int rc;

	if (a->nr_ports > MAX_POLL_PORTS)
		return -EINVAL;

	for (;;) {
		u64 now;
		ktime_t slice;

		rc = check_ports(a);
		if (rc || event_pending())
			break;
		now = xhv_time_now();
		if (a->timeout && now >= a->timeout)
			break;
		if (!sleep) {
			if (now >= spin_end)
				break;
			cpu_relax();
			continue;
		}
		if (signal_pending(current))
			break;
		slice = ns_to_ktime(POLL_SLICE_NS);
		if (a->timeout && a->timeout - now < POLL_SLICE_NS)
			slice = ns_to_ktime(a->timeout - now);
		set_current_state(TASK_INTERRUPTIBLE);
		schedule_hrtimeout(&slice, HRTIMER_MODE_REL);
	}
	return rc < 0 ? rc : 0;
}

static DEFINE_RAW_SPINLOCK(shutdown_lock);
static int shutdown_code = SHUTDOWN_CODE_NONE;	/* under shutdown_lock */

static void power_off_work(struct work_struct *work)
{
	kernel_power_off();
}

static DECLARE_WORK(power_off, power_off_work);

static void restart_work(struct work_struct *work)
{
	kernel_restart(NULL);
}

static DECLARE_WORK(restart, restart_work);

/* The first code that is named is the one that counts (domain_shutdown()). */
static unsigned int latch_code(u8 reason)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&shutdown_lock, flags);
	if (shutdown_code == SHUTDOWN_CODE_NONE)
		shutdown_code = reason;
	reason = shutdown_code;
	raw_spin_unlock_irqrestore(&shutdown_lock, flags);
	return reason;
}

/*
 * On Xen the guest stops in this call and its toolstack does the rest. Here the
 * machine has to be told, which for power-off and restart takes a context that
 * may sleep; a caller that may not finds the guest still running, as it would on
 * another vCPU of a dying domain.
 */
long xhv_sched_shutdown(struct sched_shutdown *a)
{
	u8 reason = a->reason;

	/* The host moves and saves the guest without its help: "cancelled"
	 * (public/sched.h) is what is true of every attempt.
	 */
	if (reason == SHUTDOWN_suspend)
		return 1;
	/* What a toolstack undoes so that another kernel can start in the
	 * guest (ports, vcpu_info, grants) is in this kernel and ends with it:
	 * the guest goes on as if it had been reset.
	 */
	if (reason == SHUTDOWN_soft_reset)
		return 0;
	/* What a toolstack does not know it treats as a crash of the domain,
	 * for which there are better ways to ask.
	 */
	if (reason > SHUTDOWN_soft_reset)
		return -EOPNOTSUPP;

	reason = latch_code(reason);
	pr_notice("the guest asks for its end, reason %u\n", reason);
	switch (reason) {
	case SHUTDOWN_poweroff:
		if (xhv_may_sleep())
			kernel_power_off();
		else
			schedule_work(&power_off);
		return 0;
	case SHUTDOWN_crash:
		if (!oops_in_progress)
			panic("Xen guest crash requested");
		break;
	case SHUTDOWN_reboot:
		if (xhv_may_sleep())
			kernel_restart(NULL);
		else if (!oops_in_progress)
			schedule_work(&restart);
		if (!oops_in_progress)
			return 0;
		break;
	}
	emergency_restart();
	return 0;
}

/* A code that a shutdown would refuse is not kept for one either. */
long xhv_sched_shutdown_code(struct sched_shutdown *a)
{
	u8 reason = a->reason;

	if (reason != SHUTDOWN_suspend && reason < SHUTDOWN_soft_reset)
		latch_code(reason);
	return 0;
}

/*
 * domain_watchdog(): two of them, told apart by an id from 1.
 *
 * Each has a timer on every CPU that was up when it was set, so that a CPU
 * that takes no interrupts any more is noticed by another. Setting it later
 * only moves @expires; a timer that comes before it goes on to it, and one whose
 * watchdog was stopped is not set again. A guest all of whose CPUs have IRQs off
 * is beyond this; there only the host could help, and it has no such timer.
 */
static struct watchdog {
	unsigned long expires;	/* jiffies */
	bool in_use;
} watchdogs[NR_WATCHDOGS];

struct watchdog_timers {
	struct timer_list timer[NR_WATCHDOGS];
};

static DEFINE_PER_CPU(struct watchdog_timers, watchdog_timers);
/* Of both. The timers' functions take it, so nobody waits for one under it. */
static DEFINE_RAW_SPINLOCK(watchdog_lock);

static void watchdog_expired(unsigned int i, struct timer_list *timer)
{
	struct watchdog *w = &watchdogs[i];
	unsigned long flags;
	bool late;

	raw_spin_lock_irqsave(&watchdog_lock, flags);
	late = w->in_use && time_after_eq(jiffies, w->expires);
	if (w->in_use && !late)
		mod_timer(timer, w->expires);
	raw_spin_unlock_irqrestore(&watchdog_lock, flags);
	if (!late)
		return;

	pr_emerg("watchdog %u expired\n", i + 1);
	emergency_restart();
}

static void first_expired(struct timer_list *timer)
{
	watchdog_expired(0, timer);
}

static void second_expired(struct timer_list *timer)
{
	watchdog_expired(1, timer);
}

static void set_watchdog(unsigned int i, u32 seconds)
{
	/* Longer than a timer can count: some 24 days at 1000 Hz is for ever. */
	u64 ticks = min_t(u64, (u64)seconds * HZ, INT_MAX);
	unsigned int cpu;

	watchdogs[i].expires = jiffies + ticks;
	for_each_online_cpu(cpu) {
		struct timer_list *t = &per_cpu(watchdog_timers, cpu).timer[i];

		if (!t->function)
			timer_setup(t, i ? second_expired : first_expired,
				    TIMER_PINNED);
		if (timer_pending(t)) {
			if (time_before_eq(t->expires, watchdogs[i].expires))
				continue;
			timer_delete(t);
		}
		t->expires = watchdogs[i].expires;
		add_timer_on(t, cpu);
	}
}

long xhv_sched_watchdog(struct sched_watchdog *a)
{
	unsigned long flags;
	unsigned int i;
	long rc = 0;

	if (a->id > NR_WATCHDOGS)
		return -EINVAL;

	raw_spin_lock_irqsave(&watchdog_lock, flags);
	if (!a->id) {
		/* An unsigned int on its way through Xen. */
		rc = (u32)-ENOSPC;
		for (i = 0; i < NR_WATCHDOGS; i++) {
			if (watchdogs[i].in_use)
				continue;
			watchdogs[i].in_use = true;
			set_watchdog(i, a->timeout);
			rc = i + 1;
			break;
		}
	} else if (!watchdogs[a->id - 1].in_use) {
		rc = -EINVAL;
	} else if (!a->timeout) {
		watchdogs[a->id - 1].in_use = false;
	} else {
		set_watchdog(a->id - 1, a->timeout);
	}
	raw_spin_unlock_irqrestore(&watchdog_lock, flags);
	return rc;
}

/* By number only, and not for guests. */
long xhv_sched_remote_shutdown(struct sched_remote_shutdown *a)
{
	return a->domain_id == XHV_BACKEND_DOMID ||
	       a->domain_id == XHV_GUEST_DOMID ? -EPERM : -ESRCH;
}
