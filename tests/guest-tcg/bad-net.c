// SPDX-License-Identifier: GPL-2.0-only
/*
 * A network front end gone bad: a driver for the bus of the front ends that is
 * bound by hand to an interface which xen-netfront has let go of, and sends what no
 * sane one would. Its parameter scenario says what, result what came of it:
 * "none" as long as nothing has, "ok", "closed" by the back end, or "FAIL: ...".
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/interface/io/netif.h>
#include <xen/page.h>
#include <xen/xenbus.h>

static char scenario[32];
module_param_string(scenario, scenario, sizeof(scenario), 0600);
static char result[128] = "none";
module_param_string(result, result, sizeof(result), 0400);

static struct {
	struct xenbus_device *dev;
	struct xen_netif_tx_front_ring tx;
	struct xen_netif_rx_front_ring rx;
	void *tx_page, *rx_page, *data;
	int tx_ref, rx_ref, ro_ring_ref, data_ref, wild_ref, foreign_ref;
	evtchn_port_t port;
	bool ran;
} bad;

static void failed(const char *what, int got)
{
	snprintf(result, sizeof(result), "FAIL: %s (%d)", what, got);
}

static struct xen_netif_tx_request *slot(grant_ref_t ref, u16 size, u16 flags)
{
	struct xen_netif_tx_request *req;

	req = RING_GET_REQUEST(&bad.tx, bad.tx.req_prod_pvt);
	*req = (struct xen_netif_tx_request) {
		.gref = ref, .size = size, .flags = flags,
		.id = bad.tx.req_prod_pvt,
	};
	bad.tx.req_prod_pvt++;
	return req;
}

static void gso(u8 type, u16 size)
{
	struct xen_netif_extra_info *extra;

	extra = (struct xen_netif_extra_info *)
		RING_GET_REQUEST(&bad.tx, bad.tx.req_prod_pvt++);
	memset(extra, 0, sizeof(*extra));
	extra->type = XEN_NETIF_EXTRA_TYPE_GSO;
	extra->u.gso.type = type;
	extra->u.gso.size = size;
}

static void push(void)
{
	int notify;

	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&bad.tx, notify);
	if (notify)
		notify_remote_via_evtchn(bad.port);
}

/* The worst status of what was sent; all must be answered. */
static int status(void)
{
	struct xen_netif_tx_response rsp;
	unsigned int ms;
	int worst = 0;

	for (ms = 0; bad.tx.rsp_cons != bad.tx.req_prod_pvt; ) {
		if (bad.tx.rsp_cons == READ_ONCE(bad.tx.sring->rsp_prod)) {
			if (ms++ == 5000)
				return -99;
			usleep_range(500, 1000);
			continue;
		}
		virt_rmb(); /* the response is not read before its index */
		RING_COPY_RESPONSE(&bad.tx, bad.tx.rsp_cons, &rsp);
		bad.tx.rsp_cons++;
		if (rsp.status < worst)
			worst = rsp.status;
	}
	return worst;
}

static bool answers(const char *what, int want)
{
	int got;

	push();
	got = status();
	if (got != want)
		failed(what, got);
	return got == want;
}

/* After all of it, the ring still works. */
static bool still_works(void)
{
	slot(bad.data_ref, 600, 0);
	return answers("a good packet", XEN_NETIF_RSP_OKAY);
}

static bool send_grants(void)
{
	/* The first eight are the kernel's own and unused. */
	const grant_ref_t refs[] = { 0, 7, 32767, 32768, 0x7fffffff, 0xffffffff,
				     bad.wild_ref, bad.foreign_ref };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(refs); i++) {
		slot(refs[i], 600, 0);
		if (!answers("a bad grant", XEN_NETIF_RSP_ERROR))
			return false;
		slot(bad.data_ref, 1200, XEN_NETTXF_more_data);
		slot(refs[i], 600, 0);
		if (!answers("a good and a bad grant", XEN_NETIF_RSP_ERROR))
			return false;
	}
	return still_works();
}

static bool send_packets(void)
{
	unsigned int i;

	slot(bad.data_ref, 13, 0);
	if (!answers("a packet that is too short", XEN_NETIF_RSP_ERROR))
		return false;
	slot(bad.data_ref, 4096, 0);
	if (!answers("a packet beyond the MTU", XEN_NETIF_RSP_ERROR))
		return false;
	slot(bad.data_ref, 100, XEN_NETTXF_csum_blank);
	if (!answers("a checksum of nothing", XEN_NETIF_RSP_ERROR))
		return false;
	slot(bad.data_ref, 100, XEN_NETTXF_more_data);
	slot(bad.data_ref, 200, 0);
	if (!answers("sizes that do not add up", XEN_NETIF_RSP_ERROR))
		return false;
	slot(bad.data_ref, 1000, XEN_NETTXF_extra_info | XEN_NETTXF_csum_blank);
	gso(XEN_NETIF_GSO_TYPE_TCPV6, 100);
	if (!answers("segments of nothing", XEN_NETIF_RSP_ERROR))
		return false;
	/* More slots than anybody may use, but not beyond all bounds. */
	slot(bad.data_ref, 1000, XEN_NETTXF_more_data);
	for (i = 0; i < 18; i++)
		slot(bad.data_ref, 40, i < 17 ? XEN_NETTXF_more_data : 0);
	return answers("19 slots", XEN_NETIF_RSP_ERROR) && still_works();
}

/* As fast as it goes. */
static bool send_flood(void)
{
	unsigned int i;

	for (i = 0; i < 10000; i++) {
		slot(i & 1 ? bad.data_ref : 0, i & 1 ? 4096 : 600, 0);
		push();
		if (status() == XEN_NETIF_RSP_OKAY) {
			failed("a good answer in a flood", i);
			return false;
		}
		if (!(i % 256))
			cond_resched();
	}
	return still_works();
}

static void buffer(grant_ref_t ref)
{
	struct xen_netif_rx_request *req;

	req = RING_GET_REQUEST(&bad.rx, bad.rx.req_prod_pvt);
	req->id = bad.rx.req_prod_pvt++;
	req->gref = ref;
}

/* Buffers that are none: packets are lost in them, and nothing else is. */
static bool send_receive(void)
{
	const grant_ref_t refs[] = { 0, 32768, 0xffffffff, bad.wild_ref,
				     bad.foreign_ref, bad.ro_ring_ref };
	struct xen_netif_rx_response rsp;
	unsigned int i, ms;
	int notify;

	for (i = 0; i < ARRAY_SIZE(refs); i++)
		buffer(refs[i]);
	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&bad.rx, notify);
	if (notify)
		notify_remote_via_evtchn(bad.port);
	/* The other end of the cable says something now and then. */
	for (ms = 0; READ_ONCE(bad.rx.sring->rsp_prod) == bad.rx.rsp_cons; ms++) {
		if (ms == 10000) {
			failed("nothing is received", 0);
			return false;
		}
		usleep_range(500, 1000);
	}
	virt_rmb(); /* the response is not read before its index */
	RING_COPY_RESPONSE(&bad.rx, bad.rx.rsp_cons, &rsp);
	if (rsp.status != XEN_NETIF_RSP_ERROR) {
		failed("a packet in a bad buffer", rsp.status);
		return false;
	}
	return still_works();
}

static bool send_producer(void)
{
	WRITE_ONCE(bad.tx.sring->req_prod, bad.tx.req_prod_pvt + 1000);
	notify_remote_via_evtchn(bad.port);
	return true;
}

static bool send_gso_size(void)
{
	slot(bad.data_ref, 1000, XEN_NETTXF_extra_info);
	gso(XEN_NETIF_GSO_TYPE_TCPV4, 0);
	push();
	return true;
}

static bool send_gso_type(void)
{
	slot(bad.data_ref, 1000, XEN_NETTXF_extra_info);
	gso(200, 1000);
	push();
	return true;
}

static bool send_slots(void)
{
	unsigned int i;

	slot(bad.data_ref, 4000, XEN_NETTXF_more_data);
	for (i = 0; i < 200; i++)
		slot(bad.data_ref, 4, XEN_NETTXF_more_data);
	push();
	return true;
}

static bool send_page(void)
{
	slot(bad.data_ref, 1000, 0)->offset = 3500;
	push();
	return true;
}

static bool send_missing(void)
{
	slot(bad.data_ref, 1000, XEN_NETTXF_more_data);
	push();
	return true;
}

/* Any state, as often as it goes; at the end closed. */
static bool send_states(void)
{
	unsigned int i;

	for (i = 0; i < 500; i++)
		xenbus_printf(XBT_NIL, bad.dev->nodename, "state", "%d", i % 11);
	xenbus_write(XBT_NIL, bad.dev->nodename, "state", "x");
	xenbus_write(XBT_NIL, bad.dev->nodename, "state", "-1");
	xenbus_printf(XBT_NIL, bad.dev->nodename, "state", "%d",
		      XenbusStateClosed);
	return true;
}

/* Those that need a connection; the others are in publish(). The last ones end
 * with the back end's closing.
 */
static const struct {
	const char *name;
	bool (*run)(void);
	bool closes;
} scenarios[] = {
	{ "grants", send_grants },
	{ "packets", send_packets },
	{ "flood", send_flood },
	{ "receive", send_receive },
	{ "states", send_states },
	{ "producer", send_producer, true },
	{ "gso-size", send_gso_size, true },
	{ "gso-type", send_gso_type, true },
	{ "slots", send_slots, true },
	{ "page", send_page, true },
	{ "missing", send_missing, true },
};

/* What is written to a parameter ends with a newline. */
static bool is(const char *name)
{
	return sysfs_streq(scenario, name);
}

static void run(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(scenarios); i++)
		if (is(scenarios[i].name)) {
			if (scenarios[i].run() && !scenarios[i].closes)
				strscpy(result, "ok", sizeof(result));
			return;
		}
	failed("the back end connects", 0);
}

static int grant(void *page, int readonly)
{
	return gnttab_grant_foreign_access(bad.dev->otherend_id,
					   virt_to_gfn(page), readonly);
}

static bool await_back_end(enum xenbus_state state)
{
	unsigned int ms;

	for (ms = 0; ms < 5000; ms += 20) {
		if (xenbus_read_driver_state(bad.dev->otherend) == state)
			return true;
		msleep(20);
	}
	return false;
}

/* False if the other side keeps it. */
static bool end_grant(int ref)
{
	unsigned int ms;

	if (ref <= 0)
		return true;
	for (ms = 0; ms < 10000; ms += 20) {
		if (gnttab_try_end_foreign_access(ref))
			return true;
		msleep(20);
	}
	return false;
}

static void let_go(void)
{
	bool ended;

	if (bad.port)
		xenbus_free_evtchn(bad.dev, bad.port);
	ended = end_grant(bad.tx_ref);
	ended &= end_grant(bad.rx_ref);
	ended &= end_grant(bad.ro_ring_ref);
	ended &= end_grant(bad.data_ref);
	ended &= end_grant(bad.wild_ref);
	ended &= end_grant(bad.foreign_ref);
	if (!ended) {
		/* Nor may the pages be used for anything else then. */
		failed("the back end keeps a grant", 0);
		return;
	}
	free_page((unsigned long)bad.tx_page);
	free_page((unsigned long)bad.rx_page);
	free_page((unsigned long)bad.data);
}

static int prepare(void)
{
	bad.tx_page = (void *)get_zeroed_page(GFP_KERNEL);
	bad.rx_page = (void *)get_zeroed_page(GFP_KERNEL);
	bad.data = (void *)get_zeroed_page(GFP_KERNEL);
	if (!bad.tx_page || !bad.rx_page || !bad.data)
		return -ENOMEM;
	XEN_FRONT_RING_INIT(&bad.tx, (struct xen_netif_tx_sring *)bad.tx_page,
			    PAGE_SIZE);
	XEN_FRONT_RING_INIT(&bad.rx, (struct xen_netif_rx_sring *)bad.rx_page,
			    PAGE_SIZE);
	bad.tx_ref = grant(bad.tx_page, 0);
	bad.rx_ref = grant(bad.rx_page, 0);
	bad.ro_ring_ref = grant(bad.tx_page, 1);
	bad.data_ref = grant(bad.data, 0);
	/* No memory of the guest's; granted to somebody else. */
	bad.wild_ref = gnttab_grant_foreign_access(bad.dev->otherend_id,
						   0xfffffff0, 0);
	bad.foreign_ref = gnttab_grant_foreign_access(5, virt_to_gfn(bad.data), 0);
	if (bad.tx_ref < 0 || bad.rx_ref < 0 || bad.ro_ring_ref < 0 ||
	    bad.data_ref < 0 || bad.wild_ref < 0 || bad.foreign_ref < 0)
		return -ENOSPC;
	return xenbus_alloc_evtchn(bad.dev, &bad.port);
}

/* The front end's nodes, with what the scenario has bad. */
static void publish(const char *dir)
{
	int rx_ref = bad.rx_ref;
	unsigned int port = bad.port;

	if (is("ring-ref"))
		rx_ref = 31000;
	else if (is("ring-wild"))
		rx_ref = bad.wild_ref;
	else if (is("ring-read-only"))
		rx_ref = bad.ro_ring_ref;
	else if (is("ring-index"))
		bad.rx.sring->req_prod = 1000;
	else if (is("port"))
		port = 100000;

	/* xen-netfront's are left. One queue with one channel is enough. */
	xenbus_rm(XBT_NIL, dir, "multi-queue-num-queues");
	xenbus_rm(XBT_NIL, dir, "event-channel-tx");
	xenbus_rm(XBT_NIL, dir, "event-channel-rx");
	if (is("queues"))
		xenbus_write(XBT_NIL, dir, "multi-queue-num-queues", "1000000");
	xenbus_printf(XBT_NIL, dir, "tx-ring-ref", "%d", bad.tx_ref);
	xenbus_printf(XBT_NIL, dir, "rx-ring-ref", "%d", rx_ref);
	xenbus_printf(XBT_NIL, dir, "event-channel", "%u", port);
	xenbus_write(XBT_NIL, dir, "request-rx-copy", is("flip") ? "0" : "1");
	xenbus_write(XBT_NIL, dir, "feature-rx-notify", "1");
}

static int bad_probe(struct xenbus_device *dev, const struct xenbus_device_id *id)
{
	int err;

	strscpy(result, "none", sizeof(result));
	memset(&bad, 0, sizeof(bad));
	bad.dev = dev;
	err = prepare();
	if (err) {
		let_go();
		return err;
	}
	xenbus_switch_state(dev, XenbusStateInitialising);
	if (!await_back_end(XenbusStateInitWait)) {
		failed("the back end does not wait for a front end", 0);
		return 0;
	}
	publish(dev->nodename);
	return xenbus_switch_state(dev, XenbusStateConnected);
}

/* All watches wait until this returns: the scenario's results are final before
 * what the back end did meanwhile is looked at.
 */
static void bad_changed(struct xenbus_device *dev, enum xenbus_state state)
{
	if (state == XenbusStateConnected && !bad.ran) {
		bad.ran = true;
		run();
	} else if (state == XenbusStateClosing &&
		   dev->state != XenbusStateClosed) {
		if (strncmp(result, "FAIL", 4))
			strscpy(result, "closed", sizeof(result));
		xenbus_frontend_closed(dev);
	}
}

static void bad_remove(struct xenbus_device *dev)
{
	/* Whatever is there, and whatever the bus believes. */
	xenbus_printf(XBT_NIL, dev->nodename, "state", "%d", XenbusStateClosed);
	if (!await_back_end(XenbusStateClosed))
		failed("the back end does not close", 0);
	let_go();
}

static const struct xenbus_device_id bad_ids[] = { { "vif" }, { "" } };

static struct xenbus_driver bad_driver = {
	.name = "bad-net",
	.ids = bad_ids,
	.probe = bad_probe,
	.remove = bad_remove,
	.otherend_changed = bad_changed,
};

static int __init bad_init(void)
{
	return xenbus_register_frontend(&bad_driver);
}

static void __exit bad_exit(void)
{
	xenbus_unregister_driver(&bad_driver);
}

module_init(bad_init);
module_exit(bad_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A network front end gone bad");
