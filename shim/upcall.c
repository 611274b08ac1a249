// SPDX-License-Identifier: GPL-2.0-only
/*
 * shared_info, vcpu_info and the delivery of the event upcall; see upcall.h.
 *
 * On Xen the upcall is an interrupt vector of its own. Here that vector (0xf3)
 * is VMBus's, so the upcall runs from an interrupt that is taken anyway (a
 * VMBus channel, xhv_upcall_direct()) or from one that we raise: an irq_work
 * on this CPU, a single-CPU function call on another.
 *
 * A vCPU's number is its CPU's number (xen_vcpu_id[], set when waking).
 *
 * What makes sure that an event is never left lying: whoever turns
 * evtchn_upcall_pending from 0 to 1 kicks, and after that one of these holds
 * until the flag is seen: the irq_work is queued, the function call is queued,
 * the CPU is in its upcall's loop, which reads the flag last, or the CPU is
 * offline and looks when it comes back (cpu_online_step()).
 */
#include <linux/cache.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/irq_work.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "upcall.h"
#include "wake/wake.h"

/*
 * @info: the vCPU's vcpu_info, wherever it is now
 * @work: raises the upcall on this CPU
 * @csd: raises it from another; free again once @queued has been cleared,
 *	 because an asynchronous one is unlocked before its function runs
 *	 (kernel/smp.c)
 * @in_upcall: this CPU is in xhv_wake_upcall(); only it reads and writes
 * @moved: VCPUOP_register_vcpu_info was used
 * @own: vcpu_info of a vCPU that has none in shared_info
 */
struct upcall_cpu {
	struct vcpu_info *info;
	struct irq_work work;
	call_single_data_t csd;
	unsigned long queued;
	bool in_upcall;
	bool moved;
	struct xhv_upcall_stats stats;
	struct vcpu_info own ____cacheline_aligned;
};

static DEFINE_PER_CPU_ALIGNED(struct upcall_cpu, upcall_cpus);
static struct shared_info *shared_info;
static int hotplug_state;

struct shared_info *xhv_shared_info(void)
{
	return shared_info;
}

struct vcpu_info *xhv_vcpu_info(unsigned int vcpu)
{
	return READ_ONCE(per_cpu(upcall_cpus, vcpu).info);
}

/* Hardirq context, IRQs off. @count: whose merit the upcall is. */
static void run_upcall(struct upcall_cpu *u, u64 *count)
{
	struct vcpu_info *info = READ_ONCE(u->info);

	lockdep_assert_irqs_disabled();
	if (u->in_upcall || !READ_ONCE(info->evtchn_upcall_pending))
		return;

	u->in_upcall = true;
	(*count)++;
	xhv_wake_upcall();
	u->in_upcall = false;

	/* Set on this CPU after the kernel's loop had looked for the last
	 * time: such a kick relied on that loop.
	 */
	if (unlikely(READ_ONCE(info->evtchn_upcall_pending)))
		irq_work_queue(&u->work);
}

/* Hardirq context but for one case: a CPU that goes offline runs what is
 * still queued from its stopper thread (smpcfd_dying_cpu(), kernel/smp.c).
 * Linux has moved its ports to other CPUs by then.
 */
static void upcall_work(struct irq_work *work)
{
	struct upcall_cpu *u = container_of(work, struct upcall_cpu, work);

	if (in_hardirq())
		run_upcall(u, &u->stats.local);
}

/* IRQs off, but outside of hardirq when the idle loop or the stopper thread
 * finds the call before the interrupt does (flush_smp_call_function_queue()).
 */
static void upcall_remote(void *arg)
{
	struct upcall_cpu *u = arg;

	clear_bit(0, &u->queued);
	/* Before the flag is looked at: who sets it from now on kicks again. */
	smp_mb__after_atomic();

	if (in_hardirq())
		run_upcall(u, &u->stats.remote);
	else
		irq_work_queue(&u->work);
}

void xhv_upcall_kick(unsigned int vcpu)
{
	struct upcall_cpu *u = per_cpu_ptr(&upcall_cpus, vcpu);
	unsigned long flags;

	/* With IRQs off the CPU that we send to cannot finish going offline
	 * (stop_machine()), and in_upcall is ours alone.
	 */
	local_irq_save(flags);
	if (vcpu == smp_processor_id()) {
		if (!u->in_upcall)
			irq_work_queue(&u->work);
	} else if (cpu_online(vcpu) && !test_and_set_bit(0, &u->queued)) {
		if (smp_call_function_single_async(vcpu, &u->csd))
			clear_bit(0, &u->queued);
	}
	local_irq_restore(flags);
}

void xhv_upcall_direct(void)
{
	struct upcall_cpu *u = this_cpu_ptr(&upcall_cpus);

	run_upcall(u, &u->stats.direct);
}

/* Events that were sent while the CPU was offline. On the CPU itself. */
static int cpu_online_step(unsigned int cpu)
{
	if (READ_ONCE(xhv_vcpu_info(cpu)->evtchn_upcall_pending))
		xhv_upcall_kick(cpu);
	return 0;
}

/*
 * As map_vcpu_info() does (xen/common/domain.c): the new place is published
 * first, then everything in it is marked pending, so that an event that a
 * sender still marks in the old place is found: its bit in evtchn_pending was
 * set before the sender asked where the vcpu_info is.
 */
int xhv_upcall_move_vcpu_info(unsigned int vcpu, struct vcpu_info *info)
{
	struct upcall_cpu *u = per_cpu_ptr(&upcall_cpus, vcpu);

	if (xchg(&u->moved, true))
		return -EINVAL;

	memcpy(info, u->info, sizeof(*info));
	/* A copy is read through the new pointer. */
	smp_store_release(&u->info, info);
	/* The pointer first, then the selector, then the flag. */
	smp_mb();
	WRITE_ONCE(info->evtchn_pending_sel, ~0UL);
	/* As in evtchn_2l_set_pending(): the flag announces the selector. */
	smp_wmb();
	WRITE_ONCE(info->evtchn_upcall_pending, 1);
	xhv_upcall_kick(vcpu);
	return 0;
}

void xhv_upcall_get_stats(unsigned int cpu, struct xhv_upcall_stats *st)
{
	*st = per_cpu(upcall_cpus, cpu).stats;
}

int xhv_upcall_init(void)
{
	unsigned int cpu;
	int rc;

	BUILD_BUG_ON(sizeof(struct shared_info) > PAGE_SIZE);

	shared_info = (struct shared_info *)get_zeroed_page(GFP_KERNEL);
	if (!shared_info)
		return -ENOMEM;
	memset(shared_info->evtchn_mask, 0xff,
	       sizeof(shared_info->evtchn_mask));

	for_each_possible_cpu(cpu) {
		struct upcall_cpu *u = per_cpu_ptr(&upcall_cpus, cpu);

		memset(u, 0, sizeof(*u));
		u->info = cpu < MAX_VIRT_CPUS ?
			  &shared_info->vcpu_info[cpu] : &u->own;
		u->work = IRQ_WORK_INIT_HARD(upcall_work);
		INIT_CSD(&u->csd, upcall_remote, u);
	}

	rc = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN,
				       "xen-hyperv/upcall:online",
				       cpu_online_step, NULL);
	if (rc < 0) {
		free_page((unsigned long)shared_info);
		shared_info = NULL;
		return rc;
	}
	hotplug_state = rc;
	return 0;
}

void xhv_upcall_drain(void)
{
	unsigned int cpu;

	/* A call that is queued runs within the target's next interrupt, or
	 * when it goes offline. It runs with IRQs off, which an RCU grace
	 * period waits for, and what it may leave behind is an irq_work.
	 */
	for_each_possible_cpu(cpu)
		while (test_bit(0, &per_cpu(upcall_cpus, cpu).queued))
			usleep_range(100, 1000);
	synchronize_rcu();
	for_each_possible_cpu(cpu)
		irq_work_sync(&per_cpu(upcall_cpus, cpu).work);
}

void xhv_upcall_exit(void)
{
	if (!shared_info)
		return;
	cpuhp_remove_state_nocalls(hotplug_state);
	xhv_upcall_drain();
	free_page((unsigned long)shared_info);
	shared_info = NULL;
}
