// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run states; see runstate.h.
 *
 * On Xen a state is what the scheduler did. A guest is not told when its host
 * lets another run, but it can find out how much that was: of the time since the
 * vCPU came up, the host says how long it has run, the kernel how long it was
 * idle ("blocked"), and what is left it wanted to run and did not ("runnable", what
 * Linux calls stolen). Where the host does not say, stolen time is what the kernel
 * has noted of it.
 *
 * A vCPU is asked on its own CPU, since the host's answer is a register there. The
 * times are totals that only grow: a source that is a little late is caught up
 * with, never taken back.
 *
 * Areas are written from a timer that is deferrable: on an idle vCPU nothing
 * changes but idle time, and nothing is woken up for it. On Xen, too, the area is
 * written when the vCPU begins to run again.
 */
#include <linux/bits.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/kernel_stat.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/tick.h>
#include <linux/timer.h>
#include <xhv/host.h>

#include "guest.h"
#include "runstate.h"
#include "timer.h"
#include "vcpu.h"

/*
 * Everything under @lock, raw, IRQs off.
 *
 * @info: as it was at info.state_entry_time
 * @run, @idle, @steal: what to add to the sources' totals to have ours, once
 *			@has_bases: what a source counted before, and whether it
 *			began anew while the CPU was down, does not matter so
 * @area: kept up to date by @timer while @ticking
 */
struct runstate {
	raw_spinlock_t lock;
	struct vcpu_runstate_info info;
	s64 run;
	s64 idle;
	s64 steal;
	bool has_bases;
	unsigned long area;
	bool ticking;
	struct timer_list timer;
};

static DEFINE_PER_CPU(struct runstate, runstates) = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(runstates.lock),
};
static bool flag_updates;
static int hotplug_state;

/* Idle time in ns since boot, including what the CPU waits for I/O. */
static u64 idle_time(unsigned int cpu)
{
	const u64 *stat = kcpustat_cpu(cpu).cpustat;
	u64 idle_us = get_cpu_idle_time_us(cpu, NULL);
	u64 wait_us = get_cpu_iowait_time_us(cpu, NULL);

	/* Without NO_HZ they are -1, and ticks have it. */
	if (idle_us == -1ULL || wait_us == -1ULL)
		return READ_ONCE(stat[CPUTIME_IDLE]) +
		       READ_ONCE(stat[CPUTIME_IOWAIT]);
	return (idle_us + wait_us) * NSEC_PER_USEC;
}

/* What is due in a total that is now @total and should be @target. */
static u64 grow(u64 total, s64 target, u64 most)
{
	return target > (s64)total ? min_t(u64, target - total, most) : 0;
}

static u64 steal_time(unsigned int cpu)
{
	return READ_ONCE(kcpustat_cpu(cpu).cpustat[CPUTIME_STEAL]);
}

/* Up to now, for a vCPU that is up: on its CPU. */
static void account(struct runstate *r, unsigned int cpu)
{
	u64 now = xhv_time_now(), idle = idle_time(cpu);
	u64 steal = steal_time(cpu), run = 0, left, n;
	bool host = xhv_host_runtime(&run);
	u64 *time = r->info.time;
	s64 stolen;

	if (now <= r->info.state_entry_time)
		return;
	left = now - r->info.state_entry_time;
	r->info.state_entry_time = now;
	if (!r->has_bases) {
		time[RUNSTATE_running] += left;
		r->run = time[RUNSTATE_running] - run;
		r->idle = time[RUNSTATE_blocked] - idle;
		r->steal = time[RUNSTATE_runnable] - steal;
		r->has_bases = true;
		return;
	}

	idle += r->idle;
	if (host)
		stolen = now - time[RUNSTATE_offline] - idle - (run + r->run);
	else
		stolen = steal + r->steal;
	n = grow(time[RUNSTATE_runnable], stolen, left);
	time[RUNSTATE_runnable] += n;
	left -= n;
	n = grow(time[RUNSTATE_blocked], idle, left);
	time[RUNSTATE_blocked] += n;
	time[RUNSTATE_running] += left - n;
}

static void account_offline(struct runstate *r)
{
	u64 now = xhv_time_now();

	if (now <= r->info.state_entry_time)
		return;
	r->info.time[RUNSTATE_offline] += now - r->info.state_entry_time;
	r->info.state_entry_time = now;
}

/* update_runstate_area(), xen/arch/x86/domain.c: a reader on another vCPU sees by
 * the flag that it is being written, if it has asked for that. An area that is no
 * longer there is not missed.
 */
static void write_area(const struct runstate *r, unsigned long area)
{
	struct vcpu_runstate_info info = r->info;
	const size_t at = offsetof(struct vcpu_runstate_info, state_entry_time);

	if (!READ_ONCE(flag_updates)) {
		xhv_copy_to_guest(area, &info, sizeof(info));
		return;
	}
	info.state_entry_time |= XEN_RUNSTATE_UPDATE;
	xhv_copy_to_guest(area + at, &info.state_entry_time, sizeof(u64));
	/* The flag is seen before what it announces ... */
	smp_wmb();
	xhv_copy_to_guest(area, &info, sizeof(info));
	info.state_entry_time &= ~XEN_RUNSTATE_UPDATE;
	/* ... and goes after it. */
	smp_wmb();
	xhv_copy_to_guest(area + at, &info.state_entry_time, sizeof(u64));
}

/* On its own CPU, IRQs off. */
static void account_here(void *unused)
{
	unsigned int cpu = smp_processor_id();
	struct runstate *r = per_cpu_ptr(&runstates, cpu);

	raw_spin_lock(&r->lock);
	if (r->info.state == RUNSTATE_running)
		account(r, cpu);
	raw_spin_unlock(&r->lock);
}

static void bring_up_to_date(unsigned int vcpu)
{
	struct runstate *r = per_cpu_ptr(&runstates, vcpu);
	/* Somebody may spin with IRQs off for a lock of the caller's. */
	bool may_wait = xhv_may_sleep();
	unsigned long flags;

	local_irq_save(flags);
	if (vcpu == smp_processor_id()) {
		account_here(NULL);
	} else if (READ_ONCE(r->info.state) == RUNSTATE_offline) {
		raw_spin_lock(&r->lock);
		if (r->info.state == RUNSTATE_offline)
			account_offline(r);
		raw_spin_unlock(&r->lock);
	} else if (may_wait) {
		local_irq_restore(flags);
		smp_call_function_single(vcpu, account_here, NULL, true);
		return;
	}
	local_irq_restore(flags);
}

void xhv_runstate_get(unsigned int vcpu, struct vcpu_runstate_info *info)
{
	struct runstate *r = per_cpu_ptr(&runstates, vcpu);
	unsigned long flags;

	bring_up_to_date(vcpu);
	raw_spin_lock_irqsave(&r->lock, flags);
	*info = r->info;
	raw_spin_unlock_irqrestore(&r->lock, flags);
}

/* With @lock held. */
static void tick(struct runstate *r, unsigned int cpu)
{
	if (r->ticking || !r->area || r->info.state != RUNSTATE_running)
		return;
	r->ticking = true;
	r->timer.expires = jiffies + 1;
	add_timer_on(&r->timer, cpu);
}

/* Softirq. If the vCPU has gone offline its timers come to another CPU. */
static void timer_expired(struct timer_list *timer)
{
	struct runstate *r = container_of(timer, struct runstate, timer);
	unsigned int cpu = smp_processor_id();
	unsigned long flags;

	raw_spin_lock_irqsave(&r->lock, flags);
	if (r == per_cpu_ptr(&runstates, cpu) && r->area) {
		account(r, cpu);
		write_area(r, r->area);
		mod_timer(&r->timer, jiffies + 1);
	} else {
		r->ticking = false;
	}
	raw_spin_unlock_irqrestore(&r->lock, flags);
}

void xhv_runstate_register(unsigned int vcpu, unsigned long gva)
{
	struct runstate *r = per_cpu_ptr(&runstates, vcpu);
	bool of_kernel = (long)gva < 0;
	struct vcpu_runstate_info info;
	unsigned long flags;

	bring_up_to_date(vcpu);
	raw_spin_lock_irqsave(&r->lock, flags);
	r->area = of_kernel ? gva : 0;
	if (of_kernel)
		write_area(r, gva);
	tick(r, vcpu);
	info = r->info;
	raw_spin_unlock_irqrestore(&r->lock, flags);

	/* May sleep, so not under the lock. */
	if (gva && !of_kernel)
		xhv_copy_to_guest(gva, &info, sizeof(info));
}

void xhv_runstate_flag_updates(bool on)
{
	WRITE_ONCE(flag_updates, on);
}

/* On the CPU itself, IRQs on. */
static int cpu_up_step(unsigned int cpu)
{
	struct runstate *r = per_cpu_ptr(&runstates, cpu);
	unsigned long flags;

	raw_spin_lock_irqsave(&r->lock, flags);
	if (r->info.state == RUNSTATE_offline)
		account_offline(r);
	WRITE_ONCE(r->info.state, RUNSTATE_running);
	r->has_bases = false;
	tick(r, cpu);
	raw_spin_unlock_irqrestore(&r->lock, flags);
	return 0;
}

static int cpu_down_step(unsigned int cpu)
{
	struct runstate *r = per_cpu_ptr(&runstates, cpu);
	unsigned long flags;

	raw_spin_lock_irqsave(&r->lock, flags);
	account(r, cpu);
	WRITE_ONCE(r->info.state, RUNSTATE_offline);
	if (r->area)
		write_area(r, r->area);
	raw_spin_unlock_irqrestore(&r->lock, flags);
	return 0;
}

/* The time before, as the kernel has it. */
static void account_past(struct runstate *r, unsigned int cpu)
{
	u64 now = xhv_time_now();
	u64 *time = r->info.time;

	r->info.state = RUNSTATE_running;
	r->info.state_entry_time = now;
	time[RUNSTATE_blocked] = min(idle_time(cpu), now);
	now -= time[RUNSTATE_blocked];
	time[RUNSTATE_runnable] = min(steal_time(cpu), now);
	time[RUNSTATE_running] = now - time[RUNSTATE_runnable];
}

int xhv_runstate_init(void)
{
	unsigned int cpu;
	int rc;

	flag_updates = false;
	for_each_possible_cpu(cpu) {
		struct runstate *r = per_cpu_ptr(&runstates, cpu);

		r->info = (struct vcpu_runstate_info){
			.state = RUNSTATE_offline,
		};
		r->run = 0;
		r->idle = 0;
		r->steal = 0;
		r->has_bases = false;
		r->area = 0;
		r->ticking = false;
		timer_setup(&r->timer, timer_expired,
			    TIMER_PINNED | TIMER_DEFERRABLE);
		if (cpu_online(cpu))
			account_past(r, cpu);
	}
	/* Calls the first step for each CPU that is up. */
	rc = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "xen-hyperv/runstate:online",
			       cpu_up_step, cpu_down_step);
	if (rc < 0)
		return rc;
	hotplug_state = rc;
	return 0;
}

void xhv_runstate_exit(void)
{
	unsigned int cpu;

	if (!hotplug_state)
		return;
	cpuhp_remove_state_nocalls(hotplug_state);
	hotplug_state = 0;
	for_each_possible_cpu(cpu) {
		xhv_runstate_register(cpu, 0);
		timer_delete_sync(&per_cpu(runstates, cpu).timer);
	}
}
