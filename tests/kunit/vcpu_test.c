// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a vCPU and its machine answer: time and timers, vcpu_op, sched_op,
 * hvm_op, xen_version. Where an answer was measured on Xen 4.17, it is here.
 */
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <asm/pvclock.h>
#include <asm/tsc.h>
#include "shim/evtchn.h"
#include "shim/gnttab.h"
#include "shim/hvm.h"
#include "shim/sched.h"
#include "shim/timer.h"
#include "shim/upcall.h"
#include "shim/vcpu.h"
#include "shim/version.h"
#include "doubles.h"

#define APIC_PFN	0xfee00	/* has never been memory */

static int setup(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, xhv_upcall_init(), 0);
	KUNIT_ASSERT_EQ(test, xhv_vcpu_init(), 0);
	KUNIT_ASSERT_EQ(test, xhv_evtchn_init(), 0);
	KUNIT_ASSERT_EQ(test, xhv_gnttab_init(), 0);
	/* Timers belong to the vCPU that asks for them. */
	migrate_disable();
	return 0;
}

static void teardown(struct kunit *test)
{
	migrate_enable();
	xhv_gnttab_exit();
	xhv_evtchn_exit();
	xhv_vcpu_exit();
	xhv_upcall_exit();
}

static evtchn_port_t bind_timer(struct kunit *test, unsigned int vcpu)
{
	struct evtchn_bind_virq a = { .virq = VIRQ_TIMER, .vcpu = vcpu };

	KUNIT_EXPECT_EQ(test, xhv_evtchn_bind_virq(&a), 0L);
	return a.port;
}

/* Masked, so that nobody but this takes it. */
static bool take(evtchn_port_t port)
{
	return test_and_clear_bit(port, (unsigned long *)
				  xhv_shared_info()->evtchn_pending);
}

static bool taken_within_a_second(evtchn_port_t port)
{
	int i;

	for (i = 0; i < 1000; i++) {
		if (take(port))
			return true;
		usleep_range(1000, 1100);
	}
	return false;
}

static void time_test(struct kunit *test)
{
	struct pvclock_vcpu_time_info *t = &xhv_vcpu_info(1)->time;
	struct shared_info *s = xhv_shared_info();
	struct xen_hvm_get_time now;
	u64 second;

	KUNIT_EXPECT_EQ(test, t->version & 1, 0U);
	second = pvclock_scale_delta(tsc_khz * 1000ULL, t->tsc_to_system_mul,
				     t->tsc_shift);
	KUNIT_EXPECT_LE(test, abs((s64)(second - NSEC_PER_SEC)), 10LL);
	KUNIT_EXPECT_LE(test, t->system_time, xhv_time_now());
	KUNIT_EXPECT_EQ(test, memcmp(t, &xhv_vcpu_info(0)->time, sizeof(*t)),
			0);

	xhv_hvm_get_time(&now);
	KUNIT_EXPECT_GE(test, now.now, t->system_time);
	KUNIT_EXPECT_LE(test, abs((s64)(s->wc.sec + div_u64(now.now,
							    NSEC_PER_SEC) -
					ktime_get_real_seconds())), 2LL);
}

/* The host's own measure of the TSC: 2^64 * 10 MHz / frequency */
static void time_of_host_test(struct kunit *test)
{
	static const unsigned int mhz[] = { 100, 500, 1000, 2500, 4000, 5210 };
	struct pvclock_vcpu_time_info *t;
	unsigned int i;
	u64 second;

	for (i = 0; i < ARRAY_SIZE(mhz); i++) {
		xhv_vcpu_exit();
		xhv_double_tsc_scale = div64_u64(U64_MAX, mhz[i] / 10);
		KUNIT_ASSERT_EQ(test, xhv_vcpu_init(), 0);
		t = &xhv_vcpu_info(0)->time;
		KUNIT_EXPECT_TRUE(test, t->tsc_to_system_mul >> 31);
		second = pvclock_scale_delta(mhz[i] * 1000000ULL,
					     t->tsc_to_system_mul,
					     t->tsc_shift);
		KUNIT_EXPECT_LE(test, abs((s64)(second - NSEC_PER_SEC)), 1LL);
	}
	xhv_double_tsc_scale = 0;
}

static void singleshot_test(struct kunit *test)
{
	unsigned int cpu = smp_processor_id(), i;
	evtchn_port_t port = bind_timer(test, cpu);
	struct vcpu_set_singleshot_timer a = {};

	for (i = 0; i < 2; i++) {
		a.timeout_abs_ns = xhv_time_now() + 20 * NSEC_PER_MSEC;
		KUNIT_EXPECT_EQ(test, xhv_vcpu_set_singleshot_timer(cpu, &a),
				0L);
		KUNIT_EXPECT_TRUE(test, taken_within_a_second(port));
		KUNIT_EXPECT_GE(test, xhv_time_now(), a.timeout_abs_ns);
	}
	KUNIT_EXPECT_EQ(test, xhv_vcpu_set_singleshot_timer(!cpu, &a),
			(long)-EINVAL);
	KUNIT_EXPECT_EQ(test, xhv_vcpu_stop_singleshot_timer(!cpu),
			(long)-EINVAL);

	/* What has passed is told at once, whatever the flag says. */
	a.flags = VCPU_SSHOTTMR_future;
	KUNIT_EXPECT_EQ(test, xhv_vcpu_set_singleshot_timer(cpu, &a), 0L);
	KUNIT_EXPECT_TRUE(test, take(port));

	a.timeout_abs_ns = xhv_time_now() + 20 * NSEC_PER_MSEC;
	xhv_vcpu_set_singleshot_timer(cpu, &a);
	KUNIT_EXPECT_EQ(test, xhv_vcpu_stop_singleshot_timer(cpu), 0L);
	msleep(50);
	KUNIT_EXPECT_FALSE(test, take(port));

	/* set_timer_op is the same timer. */
	KUNIT_EXPECT_EQ(test, xhv_hypercall_set_timer_op(xhv_time_now() +
							 NSEC_PER_MSEC), 0L);
	KUNIT_EXPECT_TRUE(test, taken_within_a_second(port));
	KUNIT_EXPECT_EQ(test, xhv_hypercall_set_timer_op(1), 0L);
	KUNIT_EXPECT_TRUE(test, taken_within_a_second(port));
	KUNIT_EXPECT_EQ(test, xhv_hypercall_set_timer_op(-1UL), 0L);
	KUNIT_EXPECT_TRUE(test, taken_within_a_second(port));
	xhv_hypercall_set_timer_op(xhv_time_now() + 20 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, xhv_hypercall_set_timer_op(0), 0L);
	msleep(50);
	KUNIT_EXPECT_FALSE(test, take(port));
}

static void periodic_test(struct kunit *test)
{
	struct vcpu_set_periodic_timer a = { .period_ns = NSEC_PER_MSEC - 1 };
	evtchn_port_t port = bind_timer(test, 1);
	int i;

	KUNIT_EXPECT_EQ(test, xhv_vcpu_set_periodic_timer(1, &a),
			(long)-EINVAL);
	a.period_ns = ~0ULL;
	KUNIT_EXPECT_EQ(test, xhv_vcpu_set_periodic_timer(1, &a),
			(long)-EINVAL);
	a.period_ns = 5 * NSEC_PER_MSEC;
	KUNIT_EXPECT_EQ(test, xhv_vcpu_set_periodic_timer(1, &a), 0L);
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_TRUE(test, taken_within_a_second(port));
	KUNIT_EXPECT_EQ(test, xhv_vcpu_set_periodic_timer(1, &a), 0L);
	KUNIT_EXPECT_TRUE(test, taken_within_a_second(port));

	KUNIT_EXPECT_EQ(test, xhv_vcpu_stop_periodic_timer(1), 0L);
	msleep(20);
	take(port);
	msleep(50);
	KUNIT_EXPECT_FALSE(test, take(port));
}

static void vcpu_test(struct kunit *test)
{
	struct vcpu_register_vcpu_info a = {};
	struct vcpu_runstate_info info;
	unsigned int cpu = smp_processor_id();
	u64 sum;

	KUNIT_EXPECT_FALSE(test, xhv_vcpu_exists(nr_cpu_ids));
	KUNIT_EXPECT_EQ(test, xhv_vcpu_is_up(cpu), 1L);
	KUNIT_EXPECT_EQ(test, xhv_vcpu_up(cpu), 0L);
	KUNIT_EXPECT_EQ(test, xhv_vcpu_initialise(cpu, 0), (long)-EFAULT);
	KUNIT_EXPECT_EQ(test, xhv_vcpu_initialise(cpu, (unsigned long)&a),
			(long)-EEXIST);

	xhv_vcpu_get_runstate_info(cpu, &info);
	KUNIT_EXPECT_EQ(test, info.state, RUNSTATE_running);
	sum = info.time[0] + info.time[1] + info.time[2] + info.time[3];
	KUNIT_EXPECT_EQ(test, sum, info.state_entry_time);
	KUNIT_EXPECT_EQ(test, info.time[RUNSTATE_offline], 0ULL);

	a.mfn = page_to_pfn(ZERO_PAGE(0));
	a.offset = PAGE_SIZE - sizeof(struct vcpu_info) + 8;
	KUNIT_EXPECT_EQ(test, xhv_vcpu_register_vcpu_info(cpu, &a),
			(long)-ENXIO);
	a.offset = 4;
	KUNIT_EXPECT_EQ(test, xhv_vcpu_register_vcpu_info(cpu, &a),
			(long)-ENXIO);
	a.offset = 0;
	KUNIT_EXPECT_EQ(test, xhv_vcpu_register_vcpu_info(!cpu, &a),
			(long)-EINVAL);
	a.mfn = APIC_PFN;
	KUNIT_EXPECT_EQ(test, xhv_vcpu_register_vcpu_info(cpu, &a),
			(long)-EINVAL);

	KUNIT_EXPECT_EQ(test, xhv_hypercall_vm_assist(VMASST_CMD_enable,
				VMASST_TYPE_runstate_update_flag), 0L);
	KUNIT_EXPECT_EQ(test, xhv_hypercall_vm_assist(0xffff, 0),
			(long)-EINVAL);
	KUNIT_EXPECT_EQ(test, xhv_hypercall_vm_assist(7,
				VMASST_TYPE_runstate_update_flag),
			(long)-ENOSYS);
}

static u64 sum_of(const struct vcpu_runstate_info *info)
{
	return info->time[0] + info->time[1] + info->time[2] + info->time[3];
}

/* Busy, so that the vCPU is not idle. */
static void pass(unsigned int ms)
{
	u64 end = xhv_time_now() + ms * NSEC_PER_MSEC;

	while (xhv_time_now() < end)
		cpu_relax();
}

/* A host that gives the vCPU half of the time. */
static u64 half_runtime(void)
{
	return xhv_time_now() / 2;
}

static void runstate_test(struct kunit *test)
{
	unsigned int cpu = smp_processor_id();
	struct vcpu_runstate_info before, after, other;
	u64 passed, stolen;
	int i;

	/* The first time with a host is the base. */
	xhv_double_runtime = half_runtime;
	xhv_vcpu_get_runstate_info(cpu, &before);
	xhv_vcpu_get_runstate_info(cpu, &before);
	pass(40);
	xhv_vcpu_get_runstate_info(cpu, &after);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_GE(test, after.time[i], before.time[i]);
	KUNIT_EXPECT_EQ(test, sum_of(&after), after.state_entry_time);
	passed = after.state_entry_time - before.state_entry_time;
	stolen = after.time[RUNSTATE_runnable] -
		 before.time[RUNSTATE_runnable];
	KUNIT_EXPECT_GE(test, passed, 40ULL * NSEC_PER_MSEC);
	KUNIT_EXPECT_GE(test, stolen, passed * 4 / 10);
	KUNIT_EXPECT_LE(test, stolen, passed * 6 / 10);

	/* Another vCPU that is up is asked, and was idle or ran. */
	xhv_double_runtime = NULL;
	xhv_vcpu_get_runstate_info(!cpu, &other);
	KUNIT_EXPECT_EQ(test, other.state, RUNSTATE_running);
	KUNIT_EXPECT_GE(test, other.state_entry_time, after.state_entry_time);
	KUNIT_EXPECT_EQ(test, sum_of(&other), other.state_entry_time);

	xhv_vcpu_get_runstate_info(cpu, &before);
	msleep(100);
	xhv_vcpu_get_runstate_info(cpu, &after);
	KUNIT_EXPECT_GE(test, after.time[RUNSTATE_blocked] -
			      before.time[RUNSTATE_blocked],
			20ULL * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, after.time[RUNSTATE_runnable],
			before.time[RUNSTATE_runnable]);
}

static struct vcpu_runstate_info area;

static void runstate_area_test(struct kunit *test)
{
	unsigned int cpu = smp_processor_id();
	struct vcpu_register_runstate_memory_area a = { .addr.v = &area };
	struct vcpu_runstate_info now;
	u64 entry;
	int tries;

	memset(&area, 0xff, sizeof(area));
	KUNIT_EXPECT_EQ(test, xhv_vcpu_register_runstate_memory_area(cpu, &a),
			0L);
	KUNIT_EXPECT_EQ(test, area.state, RUNSTATE_running);
	KUNIT_EXPECT_EQ(test, sum_of(&area), area.state_entry_time);

	/* Written again while the vCPU runs, with the flag as without. */
	for (tries = 0; tries < 2; tries++) {
		entry = READ_ONCE(area.state_entry_time);
		pass(50);
		local_irq_disable();
		now = area;
		local_irq_enable();
		KUNIT_EXPECT_GE(test, now.state_entry_time,
				entry + 20 * NSEC_PER_MSEC);
		KUNIT_EXPECT_EQ(test, sum_of(&now), now.state_entry_time);
		xhv_hypercall_vm_assist(VMASST_CMD_enable,
					VMASST_TYPE_runstate_update_flag);
	}
	KUNIT_EXPECT_FALSE(test, area.state_entry_time & XEN_RUNSTATE_UPDATE);

	/* Somewhere that is not there, and then nowhere. */
	a.addr.p = ~0UL << 40;
	KUNIT_EXPECT_EQ(test, xhv_vcpu_register_runstate_memory_area(cpu, &a),
			0L);
	entry = READ_ONCE(area.state_entry_time);
	pass(30);
	a.addr.p = 0;
	KUNIT_EXPECT_EQ(test, xhv_vcpu_register_runstate_memory_area(cpu, &a),
			0L);
	pass(30);
	KUNIT_EXPECT_EQ(test, area.state_entry_time, entry);
}

static void poll_test(struct kunit *test)
{
	evtchn_port_t ports[2] = { bind_timer(test, 0), 40 };
	struct sched_poll a = { .nr_ports = 129 };
	unsigned long flags;
	u64 start;

	set_xen_guest_handle(a.ports, ports);
	KUNIT_EXPECT_EQ(test, xhv_sched_poll(&a), (long)-EINVAL);
	a.nr_ports = 2;		/* the second is closed */
	KUNIT_EXPECT_EQ(test, xhv_sched_poll(&a), (long)-EINVAL);
	set_xen_guest_handle(a.ports, (evtchn_port_t *)8);
	KUNIT_EXPECT_EQ(test, xhv_sched_poll(&a), (long)-EFAULT);

	set_xen_guest_handle(a.ports, ports);
	a.nr_ports = 1;
	start = xhv_time_now();
	a.timeout = start + 30 * NSEC_PER_MSEC;
	KUNIT_EXPECT_EQ(test, xhv_sched_poll(&a), 0L);
	KUNIT_EXPECT_GE(test, xhv_time_now(), a.timeout);
	a.timeout = start;	/* has passed */
	KUNIT_EXPECT_EQ(test, xhv_sched_poll(&a), 0L);

	/* A caller that may not sleep gets its CPU back, with no timeout too. */
	a.timeout = 0;
	local_irq_save(flags);
	start = xhv_time_now();
	KUNIT_EXPECT_EQ(test, xhv_sched_poll(&a), 0L);
	start = xhv_time_now() - start;
	local_irq_restore(flags);
	KUNIT_EXPECT_LE(test, start, 500ULL * NSEC_PER_MSEC);

	xhv_evtchn_send_virq(VIRQ_TIMER, 0);
	a.nr_ports = 2;		/* is not looked at any more */
	KUNIT_EXPECT_EQ(test, xhv_sched_poll(&a), 0L);
	KUNIT_EXPECT_TRUE(test, take(ports[0]));
}

static void sched_test(struct kunit *test)
{
	struct sched_shutdown end = { .reason = SHUTDOWN_suspend };
	struct sched_watchdog w = { .id = 3, .timeout = 1000 };
	int i;

	KUNIT_EXPECT_EQ(test, xhv_sched_yield(), 0L);
	KUNIT_EXPECT_EQ(test, xhv_sched_block(), 0L);
	KUNIT_EXPECT_EQ(test, xhv_sched_shutdown(&end), 1L);
	end.reason = SHUTDOWN_soft_reset;
	KUNIT_EXPECT_EQ(test, xhv_sched_shutdown(&end), 0L);
	end.reason = 255;
	KUNIT_EXPECT_EQ(test, xhv_sched_shutdown(&end), (long)-EOPNOTSUPP);

	KUNIT_EXPECT_EQ(test, xhv_sched_watchdog(&w), (long)-EINVAL);
	w.id = 1;
	KUNIT_EXPECT_EQ(test, xhv_sched_watchdog(&w), (long)-EINVAL);
	w.id = 0;
	KUNIT_EXPECT_EQ(test, xhv_sched_watchdog(&w), 1L);
	w.timeout = ~0U;
	KUNIT_EXPECT_EQ(test, xhv_sched_watchdog(&w), 2L);
	KUNIT_EXPECT_EQ(test, xhv_sched_watchdog(&w), (long)(u32)-ENOSPC);
	for (i = 1; i <= 2; i++) {
		w.id = i;
		w.timeout = 1;
		KUNIT_EXPECT_EQ(test, xhv_sched_watchdog(&w), 0L);
		w.timeout = 0;
		KUNIT_EXPECT_EQ(test, xhv_sched_watchdog(&w), 0L);
		KUNIT_EXPECT_EQ(test, xhv_sched_watchdog(&w), (long)-EINVAL);
	}
	/* Stopped ones do not bite: this kernel would restart. */
	msleep(1500);
}

/* HVMOP_get_param of an HVM guest of Xen 4.17.7, by index. */
static const s8 get_param_results[48] = {
	0, 0, 0, -1, -22, -1, -1, -1, -1, -1, -1, -1, -1, -22, -1, 0,
	-1, 0, 0, 0, -22, -22, -22, -22, -22, -22, -22, -1, -1, -1, -22, -1,
	-1, -1, 0, 0, 0, 0, -1, -22, -22, -22, -22, -22, -22, -22, -22, -22,
};

static void param_test(struct kunit *test)
{
	struct xen_hvm_param a = { .domid = DOMID_SELF };

	for (a.index = 0; a.index < ARRAY_SIZE(get_param_results); a.index++)
		KUNIT_EXPECT_EQ_MSG(test, xhv_hvm_get_param(&a),
				    (long)get_param_results[a.index],
				    "parameter %u", a.index);
	a.index = 1;
	a.domid = 0;
	KUNIT_EXPECT_EQ(test, xhv_hvm_get_param(&a), (long)-EINVAL);
	a.domid = 9;
	KUNIT_EXPECT_EQ(test, xhv_hvm_get_param(&a), (long)-ESRCH);

	a.domid = DOMID_SELF;
	KUNIT_EXPECT_EQ(test, xhv_hvm_set_param(&a), (long)-EPERM);
	xhv_hvm_set(HVM_PARAM_STORE_PFN, 0x1234);
	KUNIT_EXPECT_EQ(test, xhv_hvm_get_param(&a), 0L);
	KUNIT_EXPECT_EQ(test, a.value, 0x1234ULL);

	a.index = HVM_PARAM_CALLBACK_IRQ;
	a.value = 1;
	KUNIT_EXPECT_EQ(test, xhv_hvm_set_param(&a), 0L);
	a.index = HVM_PARAM_X87_FIP_WIDTH;
	a.value = 3;
	KUNIT_EXPECT_EQ(test, xhv_hvm_set_param(&a), (long)-EINVAL);
	a.index = HVM_PARAM_VM86_TSS;
	a.value = 0xfc100280;
	KUNIT_EXPECT_EQ(test, xhv_hvm_set_param(&a), 0L);
	a.index = HVM_PARAM_VM86_TSS_SIZED;
	KUNIT_EXPECT_EQ(test, xhv_hvm_get_param(&a), 0L);
	KUNIT_EXPECT_EQ(test, a.value, 0x80fc100280ULL);
	a.index = 100000;
	KUNIT_EXPECT_EQ(test, xhv_hvm_set_param(&a), (long)-EINVAL);
}

static void hvm_test(struct kunit *test)
{
	struct xen_hvm_evtchn_upcall_vector v = { .vcpu = 0, .vector = 0xf };
	struct xen_hvm_pagetable_dying p = { .domid = DOMID_SELF };
	struct xen_hvm_get_mem_type m = { .domid = DOMID_SELF };
	unsigned long flags;

	KUNIT_EXPECT_EQ(test, xhv_hvm_set_evtchn_upcall_vector(&v),
			(long)-EINVAL);
	v.vector = 0xf3;
	KUNIT_EXPECT_EQ(test, xhv_hvm_set_evtchn_upcall_vector(&v), 0L);
	v.vcpu = nr_cpu_ids;
	KUNIT_EXPECT_EQ(test, xhv_hvm_set_evtchn_upcall_vector(&v),
			(long)-ENOENT);
	KUNIT_EXPECT_EQ(test, xhv_hvm_pagetable_dying(&p), (long)-EINVAL);

	m.pfn = page_to_pfn(ZERO_PAGE(0));
	KUNIT_EXPECT_EQ(test, xhv_hvm_get_mem_type(&m), 0L);
	KUNIT_EXPECT_EQ(test, m.mem_type, HVMMEM_ram_rw);
	m.pfn = APIC_PFN;
	KUNIT_EXPECT_EQ(test, xhv_hvm_get_mem_type(&m), 0L);
	KUNIT_EXPECT_EQ(test, m.mem_type, HVMMEM_mmio_dm);

	KUNIT_EXPECT_EQ(test, xhv_hvm_flush_tlbs(0), 0L);
	KUNIT_EXPECT_EQ(test, xhv_hvm_flush_tlbs(8), (long)-EINVAL);
	local_irq_save(flags);
	KUNIT_EXPECT_EQ(test, xhv_hvm_flush_tlbs(0), (long)-EBUSY);
	local_irq_restore(flags);
}

static void version_test(struct kunit *test)
{
	struct xen_feature_info fi = { .submap_idx = 0 };
	struct xen_platform_parameters pp;
	struct xen_extraversion extra = {};
	char text[9];

	KUNIT_EXPECT_EQ(test, xhv_version_version(), 0x40011L);
	xhv_version_extraversion(&extra);
	KUNIT_EXPECT_STREQ(test, extra.extraversion, ".7");
	KUNIT_EXPECT_STREQ(test, xhv_version_string(), "4.17.7");
	KUNIT_EXPECT_EQ(test, xhv_version_get_features(&fi), 0L);
	KUNIT_EXPECT_EQ(test, fi.submap, 0x12305U);
	fi.submap_idx = 1;
	KUNIT_EXPECT_EQ(test, xhv_version_get_features(&fi), (long)-EINVAL);
	xhv_version_platform_parameters(&pp);
	KUNIT_EXPECT_EQ(test, pp.virt_start, 0xffff800000000000UL);
	KUNIT_EXPECT_EQ(test, xhv_version_pagesize(0), 4096L);
	KUNIT_EXPECT_EQ(test, xhv_version_pagesize(8), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, xhv_version_commandline((unsigned long)text),
			0L);
	KUNIT_EXPECT_STREQ(test, text, "<denied>");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(time_test),
	KUNIT_CASE(time_of_host_test),
	KUNIT_CASE(singleshot_test),
	KUNIT_CASE(periodic_test),
	KUNIT_CASE(vcpu_test),
	KUNIT_CASE(runstate_test),
	KUNIT_CASE(runstate_area_test),
	KUNIT_CASE(poll_test),
	KUNIT_CASE(sched_test),
	KUNIT_CASE(param_test),
	KUNIT_CASE(hvm_test),
	KUNIT_CASE(version_test),
	{}
};

static struct kunit_suite suite = {
	.name = "xhv-vcpu",
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};

kunit_test_suite(suite);
