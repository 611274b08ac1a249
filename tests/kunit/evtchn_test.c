// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event channels as the guest and back ends use them: who may bind what, and
 * what happens to the other end. Delivery is upcall_test.c's.
 */
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include "shim/evtchn.h"
#include "shim/upcall.h"
#include "xhv/core.h"
#include "doubles.h"

#define PORT_BIT(array, port)	test_bit(port, (unsigned long *)(array))

static int setup(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, xhv_upcall_init(), 0);
	KUNIT_ASSERT_EQ(test, xhv_evtchn_init(), 0);
	return 0;
}

static void teardown(struct kunit *test)
{
	xhv_upcall_exit();
	xhv_evtchn_exit();
}

static int alloc_unbound(domid_t dom, domid_t remote)
{
	struct evtchn_alloc_unbound a = { .dom = dom, .remote_dom = remote };
	long rc = xhv_evtchn_alloc_unbound(&a);

	return rc ? rc : a.port;
}

static int bind_interdomain(domid_t dom, evtchn_port_t port)
{
	struct evtchn_bind_interdomain a = {
		.remote_dom = dom, .remote_port = port
	};
	long rc = xhv_evtchn_bind_interdomain(&a);

	return rc ? rc : a.local_port;
}

static int bind_virq(u32 virq, u32 vcpu)
{
	struct evtchn_bind_virq a = { .virq = virq, .vcpu = vcpu };
	long rc = xhv_evtchn_bind_virq(&a);

	return rc ? rc : a.port;
}

static int bind_ipi(u32 vcpu)
{
	struct evtchn_bind_ipi a = { .vcpu = vcpu };
	long rc = xhv_evtchn_bind_ipi(&a);

	return rc ? rc : a.port;
}

static long bind_vcpu(evtchn_port_t port, u32 vcpu)
{
	struct evtchn_bind_vcpu a = { .port = port, .vcpu = vcpu };

	return xhv_evtchn_bind_vcpu(&a);
}

static long close_port(evtchn_port_t port)
{
	struct evtchn_close a = { .port = port };

	return xhv_evtchn_close(&a);
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

static int get_status(struct evtchn_status *st, domid_t dom, evtchn_port_t port)
{
	memset(st, 0, sizeof(*st));
	st->dom = dom;
	st->port = port;
	return xhv_evtchn_status(st);
}

/* The state of a port, or the errno that asking for it gives. */
static int state(evtchn_port_t port)
{
	struct evtchn_status st;
	int rc = get_status(&st, DOMID_SELF, port);

	return rc ? rc : st.status;
}

static bool pending(evtchn_port_t port)
{
	return PORT_BIT(xhv_shared_info()->evtchn_pending, port);
}

static void ports_test(struct kunit *test)
{
	int port, last = 0;

	KUNIT_EXPECT_EQ(test, alloc_unbound(DOMID_SELF, 0), 1);
	KUNIT_EXPECT_EQ(test, alloc_unbound(XHV_GUEST_DOMID, 5), 2);
	KUNIT_EXPECT_EQ(test, alloc_unbound(DOMID_SELF, DOMID_SELF), 3);
	KUNIT_EXPECT_EQ(test, alloc_unbound(0, 0), -EPERM);
	KUNIT_EXPECT_EQ(test, alloc_unbound(7, 0), -ESRCH);

	KUNIT_EXPECT_EQ(test, close_port(2), 0);
	KUNIT_EXPECT_EQ(test, close_port(2), -EINVAL);
	KUNIT_EXPECT_EQ(test, state(2), EVTCHNSTAT_closed);
	KUNIT_EXPECT_EQ(test, alloc_unbound(DOMID_SELF, 0), 2);

	/* Port 0 exists and is nobody's. */
	KUNIT_EXPECT_EQ(test, state(0), EVTCHNSTAT_closed);
	KUNIT_EXPECT_EQ(test, close_port(0), -EINVAL);
	KUNIT_EXPECT_EQ(test, send(0), -EINVAL);

	/* Beyond the ports that Xen would have made so far. */
	KUNIT_EXPECT_EQ(test, state(63), EVTCHNSTAT_closed);
	KUNIT_EXPECT_EQ(test, state(64), -EINVAL);
	KUNIT_EXPECT_EQ(test, close_port(64), -EINVAL);
	KUNIT_EXPECT_EQ(test, send(~0U), -EINVAL);
	KUNIT_EXPECT_EQ(test, unmask(4096), -EINVAL);

	for (port = 4; port > 0; port = alloc_unbound(DOMID_SELF, 0))
		last = port;
	KUNIT_EXPECT_EQ(test, port, -ENOSPC);
	KUNIT_EXPECT_EQ(test, last, XHV_EVTCHN_NR_PORTS - 1);
}

/* Without memory there are the ports of the buckets that are there, and not
 * one more; what is closed can be used again.
 */
static void no_memory_test(struct kunit *test)
{
	int port, rc, fresh;

	for (port = 0; port < 63; port = alloc_unbound(DOMID_SELF, 0))
		KUNIT_ASSERT_GE(test, port, 0);
	/* One bucket may have been made in advance. */
	for (; port < 127; port = alloc_unbound(DOMID_SELF, 0))
		KUNIT_ASSERT_GE(test, port, 0);

	xhv_double_no_memory(true);
	for (port = 127; port >= 0; port = fresh) {
		fresh = alloc_unbound(DOMID_SELF, 0);
		rc = port;
	}
	xhv_double_no_memory(false);
	KUNIT_EXPECT_EQ(test, port, -ENOMEM);
	/* The last port of the second bucket, or of the spare one. */
	KUNIT_EXPECT_EQ(test, rc % 64, 63);
	KUNIT_EXPECT_LE(test, rc, 191);
	KUNIT_EXPECT_EQ(test, send(rc + 1), -EINVAL);

	xhv_double_no_memory(true);
	close_port(100);
	port = bind_ipi(0);
	fresh = bind_ipi(0);
	xhv_double_no_memory(false);
	KUNIT_EXPECT_EQ(test, port, 100);
	KUNIT_EXPECT_EQ(test, fresh, -ENOMEM);

	KUNIT_EXPECT_EQ(test, bind_ipi(0), rc + 1);
	KUNIT_EXPECT_EQ(test, state(rc + 1), EVTCHNSTAT_ipi);
	KUNIT_EXPECT_EQ(test, state(rc + 64), EVTCHNSTAT_closed);
	KUNIT_EXPECT_EQ(test, state(rc + 65), -EINVAL);
}

static void status_test(struct kunit *test)
{
	struct evtchn_status st;

	alloc_unbound(DOMID_SELF, 5);
	KUNIT_EXPECT_EQ(test, get_status(&st, XHV_GUEST_DOMID, 1), 0);
	KUNIT_EXPECT_EQ(test, st.status, EVTCHNSTAT_unbound);
	KUNIT_EXPECT_EQ(test, st.u.unbound.dom, 5);
	KUNIT_EXPECT_EQ(test, get_status(&st, 0, 1), -EPERM);
	KUNIT_EXPECT_EQ(test, get_status(&st, 3, 1), -ESRCH);

	bind_virq(VIRQ_DEBUG, 1);
	KUNIT_EXPECT_EQ(test, get_status(&st, DOMID_SELF, 2), 0);
	KUNIT_EXPECT_EQ(test, st.status, EVTCHNSTAT_virq);
	KUNIT_EXPECT_EQ(test, st.u.virq, VIRQ_DEBUG);
	KUNIT_EXPECT_EQ(test, st.vcpu, 1);

	bind_ipi(1);
	KUNIT_EXPECT_EQ(test, get_status(&st, DOMID_SELF, 3), 0);
	KUNIT_EXPECT_EQ(test, st.status, EVTCHNSTAT_ipi);
	KUNIT_EXPECT_EQ(test, st.vcpu, 1);
}

static void loopback_test(struct kunit *test)
{
	int a = alloc_unbound(DOMID_SELF, DOMID_SELF), b, c;
	struct evtchn_status st;

	KUNIT_EXPECT_EQ(test, send(a), 0);	/* dropped */
	KUNIT_EXPECT_EQ(test, bind_interdomain(0, a), -EINVAL);
	KUNIT_EXPECT_EQ(test, bind_interdomain(9, a), -ESRCH);
	c = alloc_unbound(DOMID_SELF, 0);
	KUNIT_EXPECT_EQ(test, bind_interdomain(DOMID_SELF, c), -EINVAL);

	b = bind_interdomain(XHV_GUEST_DOMID, a);
	KUNIT_ASSERT_GT(test, b, 0);
	KUNIT_EXPECT_FALSE(test, pending(a));
	KUNIT_EXPECT_TRUE(test, pending(b));	/* may have missed one */
	KUNIT_EXPECT_EQ(test, bind_interdomain(DOMID_SELF, a), -EINVAL);

	KUNIT_EXPECT_EQ(test, send(b), 0);
	KUNIT_EXPECT_TRUE(test, pending(a));
	KUNIT_EXPECT_EQ(test, get_status(&st, DOMID_SELF, a), 0);
	KUNIT_EXPECT_EQ(test, st.u.interdomain.dom, XHV_GUEST_DOMID);
	KUNIT_EXPECT_EQ(test, st.u.interdomain.port, b);

	KUNIT_EXPECT_EQ(test, close_port(b), 0);
	KUNIT_EXPECT_FALSE(test, pending(b));
	KUNIT_EXPECT_EQ(test, get_status(&st, DOMID_SELF, a), 0);
	KUNIT_EXPECT_EQ(test, st.status, EVTCHNSTAT_unbound);
	KUNIT_EXPECT_EQ(test, st.u.unbound.dom, XHV_GUEST_DOMID);
	KUNIT_EXPECT_GT(test, bind_interdomain(DOMID_SELF, a), 0);
}

static void virq_test(struct kunit *test)
{
	int port = bind_virq(VIRQ_TIMER, 0);

	KUNIT_ASSERT_GT(test, port, 0);
	KUNIT_EXPECT_EQ(test, bind_virq(VIRQ_TIMER, 0), -EEXIST);
	KUNIT_EXPECT_GT(test, bind_virq(VIRQ_TIMER, 1), 0);
	KUNIT_EXPECT_EQ(test, bind_virq(NR_VIRQS, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, bind_virq(~0U, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, bind_virq(VIRQ_TIMER, nr_cpu_ids), -ENOENT);
	KUNIT_EXPECT_EQ(test, bind_virq(VIRQ_CONSOLE, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, send(port), -EINVAL);

	xhv_evtchn_send_virq(VIRQ_TIMER, 0);
	KUNIT_EXPECT_TRUE(test, pending(port));
	xhv_evtchn_send_virq(VIRQ_DEBUG, 0);	/* not bound */
	xhv_evtchn_send_virq(NR_VIRQS, 0);
	xhv_evtchn_send_virq(VIRQ_TIMER, nr_cpu_ids);

	KUNIT_EXPECT_EQ(test, close_port(port), 0);
	KUNIT_EXPECT_EQ(test, bind_virq(VIRQ_TIMER, 0), port);
	KUNIT_EXPECT_FALSE(test, pending(port));
}

static void bind_vcpu_test(struct kunit *test)
{
	int unbound = alloc_unbound(DOMID_SELF, 0);
	int virq = bind_virq(VIRQ_TIMER, 0);
	int global = bind_virq(VIRQ_DOM_EXC, 0);
	int ipi = bind_ipi(0);
	struct evtchn_status st;

	KUNIT_EXPECT_EQ(test, bind_ipi(nr_cpu_ids), -ENOENT);
	KUNIT_EXPECT_EQ(test, bind_vcpu(unbound, 1), 0);
	KUNIT_EXPECT_EQ(test, bind_vcpu(unbound, nr_cpu_ids), -ENOENT);
	KUNIT_EXPECT_EQ(test, bind_vcpu(virq, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, bind_vcpu(ipi, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, bind_vcpu(global, 1), 0);
	KUNIT_EXPECT_EQ(test, bind_vcpu(50, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, bind_vcpu(5000, 1), -EINVAL);

	/* Its vCPU is not what a global virq is bound by. */
	KUNIT_EXPECT_EQ(test, close_port(global), 0);
	KUNIT_EXPECT_EQ(test, bind_virq(VIRQ_DOM_EXC, 0), global);

	/* A port that is used again starts at vCPU 0. */
	KUNIT_EXPECT_EQ(test, close_port(unbound), 0);
	KUNIT_EXPECT_EQ(test, alloc_unbound(DOMID_SELF, 0), unbound);
	KUNIT_EXPECT_EQ(test, get_status(&st, DOMID_SELF, unbound), 0);
	KUNIT_EXPECT_EQ(test, st.vcpu, 0);
}

/* A back end that counts. */
struct back_end {
	struct xhv_evtchn ec;
	atomic_t notified;
	int moved_to;
};

static void notified(struct xhv_evtchn *ec)
{
	atomic_inc(&container_of(ec, struct back_end, ec)->notified);
}

static void moved(struct xhv_evtchn *ec, unsigned int vcpu)
{
	container_of(ec, struct back_end, ec)->moved_to = vcpu;
}

#define BACK_END {							\
	.ec = { .notify = notified, .moved = moved },			\
	.moved_to = -1,							\
}

static void back_end_test(struct kunit *test)
{
	int port = alloc_unbound(DOMID_SELF, XHV_BACKEND_DOMID);
	int other = alloc_unbound(DOMID_SELF, DOMID_SELF);
	struct evtchn_status st;
	struct back_end be = BACK_END;
	struct back_end late = BACK_END;

	KUNIT_EXPECT_EQ(test, xhv_evtchn_connect(&be.ec, other), -EINVAL);
	KUNIT_EXPECT_EQ(test, xhv_evtchn_connect(&be.ec, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, xhv_evtchn_connect(&be.ec, 9999), -EINVAL);
	xhv_evtchn_send(&be.ec);	/* harmless */
	xhv_evtchn_disconnect(&be.ec);

	KUNIT_EXPECT_EQ(test, xhv_evtchn_connect(&be.ec, port), 0);
	KUNIT_EXPECT_EQ(test, be.ec.port, port);
	KUNIT_EXPECT_EQ(test, atomic_read(&be.notified), 1);
	KUNIT_EXPECT_EQ(test, xhv_evtchn_connect(&late.ec, port), -EINVAL);
	KUNIT_EXPECT_EQ(test, get_status(&st, DOMID_SELF, port), 0);
	KUNIT_EXPECT_EQ(test, st.status, EVTCHNSTAT_interdomain);
	KUNIT_EXPECT_EQ(test, st.u.interdomain.dom, XHV_BACKEND_DOMID);

	KUNIT_EXPECT_EQ(test, send(port), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&be.notified), 2);
	KUNIT_EXPECT_EQ(test, bind_vcpu(port, 1), 0);
	KUNIT_EXPECT_EQ(test, be.moved_to, 1);
	KUNIT_EXPECT_EQ(test, be.ec.vcpu, 1);
	xhv_evtchn_send(&be.ec);
	KUNIT_EXPECT_TRUE(test, pending(port));

	/* The back end leaves: the port waits for the next. */
	xhv_evtchn_disconnect(&be.ec);
	KUNIT_EXPECT_EQ(test, be.ec.port, 0);
	KUNIT_EXPECT_EQ(test, state(port), EVTCHNSTAT_unbound);
	KUNIT_EXPECT_EQ(test, send(port), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&be.notified), 2);
	KUNIT_EXPECT_EQ(test, xhv_evtchn_connect(&late.ec, port), 0);

	/* The guest closes: the back end is told by the store alone. */
	KUNIT_EXPECT_EQ(test, close_port(port), 0);
	KUNIT_EXPECT_EQ(test, late.ec.port, 0);
	xhv_evtchn_send(&late.ec);
	KUNIT_EXPECT_FALSE(test, pending(port));
	xhv_evtchn_disconnect(&late.ec);
	KUNIT_EXPECT_EQ(test, state(port), EVTCHNSTAT_closed);
}

static void create_test(struct kunit *test)
{
	struct back_end be = BACK_END;
	int port = xhv_evtchn_create(&be.ec);

	KUNIT_EXPECT_EQ(test, port, 1);
	KUNIT_EXPECT_EQ(test, xhv_evtchn_create(&be.ec), -EINVAL);
	KUNIT_EXPECT_EQ(test, send(port), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&be.notified), 1);
	xhv_evtchn_disconnect(&be.ec);
	KUNIT_EXPECT_EQ(test, state(port), EVTCHNSTAT_unbound);
}

static void reset_test(struct kunit *test)
{
	struct evtchn_reset r = { .dom = 0 };
	struct back_end be = BACK_END;

	xhv_evtchn_create(&be.ec);
	bind_interdomain(DOMID_SELF, alloc_unbound(DOMID_SELF, DOMID_SELF));
	bind_virq(VIRQ_TIMER, 1);
	KUNIT_EXPECT_EQ(test, xhv_evtchn_reset(&r), -EPERM);
	r.dom = 3;
	KUNIT_EXPECT_EQ(test, xhv_evtchn_reset(&r), -ESRCH);
	KUNIT_EXPECT_EQ(test, state(2), EVTCHNSTAT_interdomain);

	r.dom = DOMID_SELF;
	KUNIT_EXPECT_EQ(test, xhv_evtchn_reset(&r), 0);
	KUNIT_EXPECT_EQ(test, be.ec.port, 0);
	KUNIT_EXPECT_EQ(test, bind_virq(VIRQ_TIMER, 1), 1);
	xhv_evtchn_disconnect(&be.ec);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(ports_test),
	KUNIT_CASE(no_memory_test),
	KUNIT_CASE(status_test),
	KUNIT_CASE(loopback_test),
	KUNIT_CASE(virq_test),
	KUNIT_CASE(bind_vcpu_test),
	KUNIT_CASE(back_end_test),
	KUNIT_CASE(create_test),
	KUNIT_CASE(reset_test),
	{}
};

static struct kunit_suite suite = {
	.name = "xhv-evtchn",
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};

kunit_test_suite(suite);
