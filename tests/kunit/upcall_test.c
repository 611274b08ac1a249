// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events on their way to a vCPU, on the real CPUs of the kernel that runs this.
 * The kernel's upcall is a double that does what drivers/xen/events does: clear
 * the flag, take the selector, take the ports.
 */
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include "doubles.h"
#include "shim/evtchn.h"
#include "shim/upcall.h"
#include "xhv/core.h"

#define PORT_BIT(array, port)	test_bit(port, (unsigned long *)(array))

/* What the upcall saw of each port, and where. Like the kernel's it takes only
 * ports that are bound to its own CPU.
 */
static struct {
	int bound;
	atomic_t taken;
	int cpu;
	bool hardirq;
} seen[XHV_EVTCHN_NR_PORTS];

static atomic_t upcalls;
static void (*handler)(evtchn_port_t port);

static void take_port(struct shared_info *s, evtchn_port_t port)
{
	if (seen[port].bound != smp_processor_id() ||
	    PORT_BIT(s->evtchn_mask, port) ||
	    !test_and_clear_bit(port, (unsigned long *)s->evtchn_pending))
		return;
	seen[port].cpu = smp_processor_id();
	seen[port].hardirq = in_hardirq();
	atomic_inc(&seen[port].taken);
	if (handler)
		handler(port);
}

static void upcall(void)
{
	struct vcpu_info *info = xhv_vcpu_info(smp_processor_id());
	struct shared_info *s = xhv_shared_info();
	unsigned long sel, bit, word;

	atomic_inc(&upcalls);
	do {
		WRITE_ONCE(info->evtchn_upcall_pending, 0);
		sel = xchg(&info->evtchn_pending_sel, 0);
		for_each_set_bit(word, &sel, BITS_PER_LONG)
			for (bit = 0; bit < BITS_PER_LONG; bit++)
				take_port(s, word * BITS_PER_LONG + bit);
	} while (READ_ONCE(info->evtchn_upcall_pending));
}

static int setup(struct kunit *test)
{
	memset(seen, 0, sizeof(seen));
	atomic_set(&upcalls, 0);
	handler = NULL;
	KUNIT_ASSERT_EQ(test, xhv_upcall_init(), 0);
	KUNIT_ASSERT_EQ(test, xhv_evtchn_init(), 0);
	WRITE_ONCE(xhv_double_upcall, upcall);
	return 0;
}

static void teardown(struct kunit *test)
{
	WRITE_ONCE(xhv_double_upcall, NULL);
	xhv_upcall_exit();
	xhv_evtchn_exit();
}

static int bind_ipi(u32 vcpu)
{
	struct evtchn_bind_ipi a = { .vcpu = vcpu };
	long rc = xhv_evtchn_bind_ipi(&a);

	if (!rc)
		seen[a.port].bound = vcpu;
	return rc ? rc : a.port;
}

static long bind_vcpu(evtchn_port_t port, u32 vcpu)
{
	struct evtchn_bind_vcpu a = { .port = port, .vcpu = vcpu };

	seen[port].bound = vcpu;
	return xhv_evtchn_bind_vcpu(&a);
}

static long send(evtchn_port_t port)
{
	struct evtchn_send a = { .port = port };

	return xhv_evtchn_notify(&a);
}

static long unmask(evtchn_port_t port)
{
	struct evtchn_unmask a = { .port = port };

	return xhv_evtchn_unmask(&a);
}

static bool pending(evtchn_port_t port)
{
	return PORT_BIT(xhv_shared_info()->evtchn_pending, port);
}

static bool taken_within_a_second(evtchn_port_t port, int times)
{
	int i;

	for (i = 0; i < 1000; i++) {
		if (atomic_read(&seen[port].taken) >= times)
			return true;
		usleep_range(1000, 1100);
	}
	return false;
}

/* Pending, selector, flag, upcall: each only if what comes before says so. */
static void mask_test(struct kunit *test)
{
	int port = bind_ipi(0);
	struct vcpu_info *info = xhv_vcpu_info(0);
	struct shared_info *s = xhv_shared_info();

	KUNIT_EXPECT_TRUE(test, PORT_BIT(s->evtchn_mask, port));
	KUNIT_EXPECT_EQ(test, xhv_evtchn_poll(port), 0);
	KUNIT_EXPECT_EQ(test, send(port), 0);
	KUNIT_EXPECT_EQ(test, xhv_evtchn_poll(port), 1);
	KUNIT_EXPECT_EQ(test, info->evtchn_pending_sel, 0UL);
	KUNIT_EXPECT_EQ(test, info->evtchn_upcall_pending, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&upcalls), 0);
	KUNIT_EXPECT_EQ(test, xhv_evtchn_poll(40), -EINVAL);
	KUNIT_EXPECT_EQ(test, xhv_evtchn_poll(4000), -EINVAL);

	KUNIT_EXPECT_EQ(test, unmask(port), 0);
	KUNIT_EXPECT_TRUE(test, taken_within_a_second(port, 1));
	KUNIT_EXPECT_EQ(test, seen[port].cpu, 0);
	KUNIT_EXPECT_TRUE(test, seen[port].hardirq);
	KUNIT_EXPECT_FALSE(test, pending(port));

	/* Nothing pending, masked or not: nothing to tell. */
	KUNIT_EXPECT_EQ(test, unmask(port), 0);
	set_bit(port, (unsigned long *)s->evtchn_mask);
	KUNIT_EXPECT_EQ(test, unmask(port), 0);
	KUNIT_EXPECT_FALSE(test, PORT_BIT(s->evtchn_mask, port));
	KUNIT_EXPECT_EQ(test, info->evtchn_pending_sel, 0UL);
	msleep(20);
	KUNIT_EXPECT_EQ(test, atomic_read(&upcalls), 1);
	/* Of a closed port unmask does nothing at all. */
	KUNIT_EXPECT_EQ(test, unmask(33), 0);
	KUNIT_EXPECT_TRUE(test, PORT_BIT(s->evtchn_mask, 33));
}

static void every_cpu_test(struct kunit *test)
{
	struct xhv_upcall_stats st;
	int cpu, port;

	for_each_online_cpu(cpu) {
		port = bind_ipi(cpu);
		unmask(port);
		KUNIT_EXPECT_EQ(test, send(port), 0);
		KUNIT_EXPECT_TRUE(test, taken_within_a_second(port, 1));
		KUNIT_EXPECT_EQ(test, seen[port].cpu, cpu);
		KUNIT_EXPECT_TRUE(test, seen[port].hardirq);
		xhv_upcall_get_stats(cpu, &st);
		KUNIT_EXPECT_GE(test, st.local + st.remote, 1ULL);
	}
}

static int again_port;

/* What a kernel does that masks, handles and unmasks within its upcall. */
static void send_again(evtchn_port_t port)
{
	struct shared_info *s = xhv_shared_info();

	if (atomic_read(&seen[again_port].taken) > 5)
		return;
	set_bit(port, (unsigned long *)s->evtchn_mask);
	send(port);
	unmask(port);
}

static void in_upcall_test(struct kunit *test)
{
	again_port = bind_ipi(0);
	unmask(again_port);
	WRITE_ONCE(handler, send_again);
	send(again_port);
	KUNIT_EXPECT_TRUE(test, taken_within_a_second(again_port, 6));
	/* The loop that runs takes them; nothing is raised for them. */
	KUNIT_EXPECT_EQ(test, atomic_read(&upcalls), 1);
	WRITE_ONCE(handler, NULL);
}

static struct xhv_evtchn *direct_ec;
static int direct_taken;

static void send_direct(struct irq_work *work)
{
	xhv_evtchn_send_direct(direct_ec);
	direct_taken = atomic_read(&seen[direct_ec->port].taken);
}

static void direct_test(struct kunit *test)
{
	struct irq_work work = IRQ_WORK_INIT_HARD(send_direct);
	struct xhv_upcall_stats st;
	struct xhv_evtchn ec = {};
	int cpu;

	xhv_evtchn_create(&ec);
	unmask(ec.port);
	direct_ec = &ec;
	migrate_disable();
	cpu = smp_processor_id();
	KUNIT_EXPECT_EQ(test, bind_vcpu(ec.port, cpu), 0);
	irq_work_queue(&work);
	irq_work_sync(&work);
	migrate_enable();

	/* It had been taken when xhv_evtchn_send_direct() returned. */
	KUNIT_EXPECT_EQ(test, direct_taken, 1);
	xhv_upcall_get_stats(cpu, &st);
	KUNIT_EXPECT_EQ(test, st.direct, 1ULL);

	/* Not from task context. */
	xhv_evtchn_send_direct(&ec);
	KUNIT_EXPECT_TRUE(test, taken_within_a_second(ec.port, 2));
	xhv_upcall_get_stats(cpu, &st);
	KUNIT_EXPECT_EQ(test, st.direct, 1ULL);
	xhv_evtchn_disconnect(&ec);
}

static void move_info_test(struct kunit *test)
{
	struct vcpu_info *old = xhv_vcpu_info(1);
	struct vcpu_info *info;
	int port = bind_ipi(1);

	unmask(port);
	info = (struct vcpu_info *)get_zeroed_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, info);
	old->arch.cr2 = 0x1234;
	KUNIT_EXPECT_EQ(test, xhv_upcall_move_vcpu_info(1, info), 0);
	KUNIT_EXPECT_EQ(test, xhv_upcall_move_vcpu_info(1, old), -EINVAL);
	KUNIT_EXPECT_PTR_EQ(test, xhv_vcpu_info(1), info);
	KUNIT_EXPECT_EQ(test, info->arch.cr2, 0x1234UL);

	send(port);
	KUNIT_EXPECT_TRUE(test, taken_within_a_second(port, 1));
	KUNIT_EXPECT_EQ(test, old->evtchn_upcall_pending, 0);

	WRITE_ONCE(xhv_double_upcall, NULL);
	xhv_upcall_exit();
	free_page((unsigned long)info);
	KUNIT_ASSERT_EQ(test, xhv_upcall_init(), 0);
}

static void offline_test(struct kunit *test)
{
	int port = bind_ipi(1);

	unmask(port);
	if (remove_cpu(1)) {
		kunit_skip(test, "CPU 1 cannot be taken offline");
		return;
	}
	KUNIT_EXPECT_EQ(test, send(port), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&seen[port].taken), 0);
	KUNIT_ASSERT_EQ(test, add_cpu(1), 0);
	KUNIT_EXPECT_TRUE(test, taken_within_a_second(port, 1));
	KUNIT_EXPECT_EQ(test, seen[port].cpu, 1);
}

/* Every CPU sends to every CPU while they all take: the last event of each port
 * must not be lost, whatever the races.
 */
#define STRESS_SENDS	20000

static struct stress {
	struct xhv_evtchn ec;
	atomic_t sent;
	int last_taken;
} stress[2];

static void note_sent(evtchn_port_t port)
{
	struct stress *s;

	for (s = stress; s < stress + ARRAY_SIZE(stress); s++)
		if (s->ec.port == port)
			WRITE_ONCE(s->last_taken, atomic_read(&s->sent));
}

static int send_many(void *done)
{
	int i;

	for (i = 0; i < STRESS_SENDS; i++) {
		struct stress *s = &stress[i % 2];

		atomic_inc(&s->sent);
		xhv_evtchn_send(&s->ec);
		if (i % 64 == 0)
			cond_resched();
	}
	complete(done);
	return 0;
}

static void stress_test(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(done);
	struct task_struct *task;
	int i, cpu, threads = 0;

	memset(stress, 0, sizeof(stress));
	WRITE_ONCE(handler, note_sent);
	for (i = 0; i < ARRAY_SIZE(stress); i++) {
		KUNIT_ASSERT_GT(test, xhv_evtchn_create(&stress[i].ec), 0);
		bind_vcpu(stress[i].ec.port, i);
		unmask(stress[i].ec.port);
	}
	for_each_online_cpu(cpu) {
		task = kthread_create(send_many, &done, "xhv-send/%d", cpu);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
		kthread_bind(task, cpu);
		wake_up_process(task);
		threads++;
	}
	while (threads--)
		wait_for_completion(&done);
	msleep(100);
	for (i = 0; i < ARRAY_SIZE(stress); i++) {
		KUNIT_EXPECT_EQ(test, READ_ONCE(stress[i].last_taken),
				atomic_read(&stress[i].sent));
		xhv_evtchn_disconnect(&stress[i].ec);
	}
	WRITE_ONCE(handler, NULL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(mask_test),
	KUNIT_CASE(every_cpu_test),
	KUNIT_CASE(in_upcall_test),
	KUNIT_CASE(direct_test),
	KUNIT_CASE(move_info_test),
	KUNIT_CASE(offline_test),
	KUNIT_CASE(stress_test),
	{}
};

static struct kunit_suite suite = {
	.name = "xhv-upcall",
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};

kunit_test_suite(suite);
