// SPDX-License-Identifier: GPL-2.0-only
/*
 * A block front end gone bad: a driver for the bus of the front ends that is
 * bound by hand to a disk which xen-blkfront has let go of, and sends what no
 * sane one would. Its parameter scenario says what, result what came of it:
 * "none" as long as nothing has, "ok", "closed" by the back end, or "FAIL: ...".
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/interface/io/blkif.h>
#include <xen/page.h>
#include <xen/xenbus.h>

static char scenario[32];
module_param_string(scenario, scenario, sizeof(scenario), 0600);
static char result[128] = "none";
module_param_string(result, result, sizeof(result), 0400);

static struct {
	struct xenbus_device *dev;
	struct blkif_front_ring ring;
	void *page, *data, *indirect;
	int ring_ref, ro_ring_ref, data_ref, ro_ref, indirect_ref;
	int wild_ref, foreign_ref;
	evtchn_port_t port;
	u64 id;
	bool ran;
} bad;

static void failed(const char *what, int got)
{
	snprintf(result, sizeof(result), "FAIL: %s (%d)", what, got);
}

static struct blkif_request *slot(u8 op)
{
	struct blkif_request *req;

	req = RING_GET_REQUEST(&bad.ring, bad.ring.req_prod_pvt);
	bad.ring.req_prod_pvt++;
	memset(req, 0, sizeof(*req));
	req->operation = op;
	req->u.rw.id = ++bad.id;
	return req;
}

/* One page from sector 0 to or from @ref. */
static struct blkif_request *plain(u8 op, grant_ref_t ref)
{
	struct blkif_request *req = slot(op);

	req->u.rw.nr_segments = 1;
	req->u.rw.seg[0].gref = ref;
	req->u.rw.seg[0].last_sect = 7;
	return req;
}

static void push(void)
{
	int notify;

	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&bad.ring, notify);
	if (notify)
		notify_remote_via_evtchn(bad.port);
}

/* The status of the next response; the id must be the last request's. */
static int status(void)
{
	struct blkif_response rsp;
	unsigned int ms;

	for (ms = 0; bad.ring.rsp_cons == READ_ONCE(bad.ring.sring->rsp_prod); ms++) {
		if (ms == 5000)
			return -99;
		usleep_range(500, 1000);
	}
	virt_rmb(); /* the response is not read before its index */
	RING_COPY_RESPONSE(&bad.ring, bad.ring.rsp_cons, &rsp);
	bad.ring.rsp_cons++;
	return rsp.id == bad.id ? rsp.status : -98;
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
	plain(BLKIF_OP_READ, bad.data_ref);
	return answers("a good read", BLKIF_RSP_OKAY);
}

static bool send_grants(void)
{
	/* The first eight are the kernel's own and unused. */
	const grant_ref_t refs[] = {
		0, 7, 32767, 32768, 0x7fffffff, 0xffffffff,
		bad.ro_ref, bad.wild_ref, bad.foreign_ref,
	};
	struct blkif_request *req;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(refs); i++) {
		plain(BLKIF_OP_READ, refs[i]);
		if (!answers("a bad grant", BLKIF_RSP_ERROR))
			return false;
		/* The bad one after good ones. */
		req = plain(BLKIF_OP_READ, bad.data_ref);
		req->u.rw.nr_segments = 2;
		req->u.rw.seg[1] = req->u.rw.seg[0];
		req->u.rw.seg[1].gref = refs[i];
		if (!answers("a good and a bad grant", BLKIF_RSP_ERROR))
			return false;
	}
	return still_works();
}

static bool send_segments(void)
{
	static const u8 sects[][2] = { { 1, 0 }, { 0, 8 }, { 8, 8 }, { 0, 255 },
				       { 255, 255 }, { 7, 6 } };
	static const u64 at[] = { ~0ULL, ~0ULL - 7, 1ULL << 55, 1ULL << 63,
				  131072, 131065 };
	static const u8 ops[] = { 4, 7, 8, 42, 255 };
	struct blkif_request *req;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sects); i++) {
		req = plain(BLKIF_OP_READ, bad.data_ref);
		req->u.rw.seg[0].first_sect = sects[i][0];
		req->u.rw.seg[0].last_sect = sects[i][1];
		if (!answers("impossible sectors", BLKIF_RSP_ERROR))
			return false;
	}
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		req = plain(i & 1 ? BLKIF_OP_WRITE : BLKIF_OP_READ,
			    bad.data_ref);
		req->u.rw.sector_number = at[i];
		if (!answers("beyond the disk", BLKIF_RSP_ERROR))
			return false;
		req = slot(BLKIF_OP_DISCARD);
		req->u.discard.sector_number = at[i];
		req->u.discard.nr_sectors = 16;
		if (!answers("a discard beyond the disk", BLKIF_RSP_ERROR))
			return false;
	}
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		slot(ops[i]);
		if (!answers("an unknown operation", BLKIF_RSP_EOPNOTSUPP))
			return false;
	}
	for (i = 12; i < 256; i += 61) {
		req = plain(BLKIF_OP_READ, bad.data_ref);
		req->u.rw.nr_segments = i;
		if (!answers("too many segments", BLKIF_RSP_ERROR))
			return false;
	}
	plain(BLKIF_OP_WRITE, bad.data_ref)->u.rw.nr_segments = 0;
	return answers("no segments", BLKIF_RSP_ERROR) && still_works();
}

static bool send_indirect(void)
{
	/* Impossible numbers of segments; what an indirect request cannot stand
	 * for, itself among them; pages of segments that are not there.
	 */
	static const u16 nr[] = { 0, 257, 4096, 65535 };
	static const u8 ops[] = { BLKIF_OP_INDIRECT, BLKIF_OP_DISCARD,
				  BLKIF_OP_FLUSH_DISKCACHE, 255 };
	const grant_ref_t refs[] = { 0, 32768, 0xffffffff, bad.wild_ref };
	struct blkif_request_segment *segs = bad.indirect;
	struct blkif_request *req;
	unsigned int i;

	for (i = 0; i < 512; i++)
		segs[i] = (struct blkif_request_segment) {
			.gref = bad.data_ref, .last_sect = 7,
		};
	for (i = 0; i < 12; i++) {
		req = slot(BLKIF_OP_INDIRECT);
		req->u.indirect.id = bad.id;
		req->u.indirect.indirect_op = BLKIF_OP_READ;
		req->u.indirect.nr_segments = 12;
		req->u.indirect.indirect_grefs[0] = bad.indirect_ref;
		if (i < 4)
			req->u.indirect.nr_segments = nr[i];
		else if (i < 8)
			req->u.indirect.indirect_op = ops[i - 4];
		else
			req->u.indirect.indirect_grefs[0] = refs[i - 8];
		if (!answers("a bad indirect request", BLKIF_RSP_ERROR))
			return false;
	}
	/* The page of segments is what they name: what is read comes over them.
	 * The back end has its own copy, so this is a read like any other.
	 */
	for (i = 0; i < 64; i++)
		segs[i].gref = bad.indirect_ref;
	req = slot(BLKIF_OP_INDIRECT);
	req->u.indirect.id = bad.id;
	req->u.indirect.indirect_op = BLKIF_OP_READ;
	req->u.indirect.nr_segments = 64;
	req->u.indirect.indirect_grefs[0] = bad.indirect_ref;
	return answers("segments that name their own page", BLKIF_RSP_OKAY) &&
	       still_works();
}

/* As fast as it goes. */
static bool send_flood(void)
{
	unsigned int i;

	for (i = 0; i < 20000; i++) {
		plain(i & 1 ? BLKIF_OP_READ : 200, 0);
		push();
		if (status() == BLKIF_RSP_OKAY) {
			failed("a good answer in a flood", i);
			return false;
		}
		if (!(i % 256))
			cond_resched();
	}
	return still_works();
}

static bool send_producer(void)
{
	WRITE_ONCE(bad.ring.sring->req_prod, bad.ring.req_prod_pvt + 1000);
	notify_remote_via_evtchn(bad.port);
	return true;
}

/* Any state, as often as it goes; at the end closed. */
static bool send_states(void)
{
	unsigned int i;

	for (i = 0; i < 1500; i++)
		xenbus_printf(XBT_NIL, bad.dev->nodename, "state", "%d",
			      i % 11);
	xenbus_write(XBT_NIL, bad.dev->nodename, "state", "x");
	xenbus_write(XBT_NIL, bad.dev->nodename, "state", "");
	xenbus_write(XBT_NIL, bad.dev->nodename, "state", "-1");
	xenbus_printf(XBT_NIL, bad.dev->nodename, "state", "%d",
		      XenbusStateClosed);
	return true;
}

/* Those that need a connection; the others are in publish(). */
static const struct {
	const char *name;
	bool (*run)(void);
} scenarios[] = {
	{ "grants", send_grants },
	{ "segments", send_segments },
	{ "indirect", send_indirect },
	{ "flood", send_flood },
	{ "producer", send_producer },
	{ "states", send_states },
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
			if (scenarios[i].run())
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

	/* With the port the back end gives up the ring. */
	if (bad.port)
		xenbus_free_evtchn(bad.dev, bad.port);
	ended = end_grant(bad.ring_ref);
	ended &= end_grant(bad.ro_ring_ref);
	ended &= end_grant(bad.data_ref);
	ended &= end_grant(bad.ro_ref);
	ended &= end_grant(bad.indirect_ref);
	ended &= end_grant(bad.wild_ref);
	ended &= end_grant(bad.foreign_ref);
	if (!ended) {
		/* Nor may the pages be used for anything else then. */
		failed("the back end keeps a grant", 0);
		return;
	}
	free_page((unsigned long)bad.page);
	free_page((unsigned long)bad.data);
	free_page((unsigned long)bad.indirect);
}

static int prepare(void)
{
	bad.page = (void *)get_zeroed_page(GFP_KERNEL);
	bad.data = (void *)get_zeroed_page(GFP_KERNEL);
	bad.indirect = (void *)get_zeroed_page(GFP_KERNEL);
	if (!bad.page || !bad.data || !bad.indirect)
		return -ENOMEM;
	XEN_FRONT_RING_INIT(&bad.ring, (struct blkif_sring *)bad.page, PAGE_SIZE);
	bad.ring_ref = grant(bad.page, 0);
	bad.ro_ring_ref = grant(bad.page, 1);
	bad.data_ref = grant(bad.data, 0);
	bad.ro_ref = grant(bad.data, 1);
	bad.indirect_ref = grant(bad.indirect, 0);
	/* No memory of the guest's; granted to somebody else. */
	bad.wild_ref = gnttab_grant_foreign_access(bad.dev->otherend_id,
						   0xfffffff0, 0);
	bad.foreign_ref = gnttab_grant_foreign_access(5, virt_to_gfn(bad.data), 0);
	if (bad.ring_ref < 0 || bad.ro_ring_ref < 0 || bad.data_ref < 0 ||
	    bad.ro_ref < 0 || bad.indirect_ref < 0 || bad.wild_ref < 0 ||
	    bad.foreign_ref < 0)
		return -ENOSPC;
	return xenbus_alloc_evtchn(bad.dev, &bad.port);
}

/* The front end's nodes, with what the scenario has bad. */
static void publish(const char *dir)
{
	int ring_ref = bad.ring_ref;
	unsigned int port = bad.port;

	if (is("ring-ref"))
		ring_ref = 31000;
	else if (is("ring-wild"))
		ring_ref = bad.wild_ref;
	else if (is("ring-read-only"))
		ring_ref = bad.ro_ring_ref;
	else if (is("ring-index"))
		bad.ring.sring->req_prod = 1000;
	else if (is("port"))
		port = 100000;

	/* xen-blkfront's are left. One ring of one page is enough. */
	xenbus_rm(XBT_NIL, dir, "multi-queue-num-queues");
	xenbus_rm(XBT_NIL, dir, "ring-page-order");
	if (is("queues"))
		xenbus_printf(XBT_NIL, dir, "multi-queue-num-queues", "%u",
			      num_online_cpus() + 1);
	if (is("order"))
		xenbus_write(XBT_NIL, dir, "ring-page-order", "31");
	xenbus_printf(XBT_NIL, dir, "ring-ref", "%d", ring_ref);
	xenbus_printf(XBT_NIL, dir, "event-channel", "%u", port);
	xenbus_write(XBT_NIL, dir, "protocol",
		     is("protocol") ? "vax-abi" : "x86_64-abi");
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
	return xenbus_switch_state(dev, XenbusStateInitialised);
}

/* All watches wait until this returns: the scenario's results are final before
 * what the back end did meanwhile is looked at.
 */
static void bad_changed(struct xenbus_device *dev, enum xenbus_state state)
{
	if (state == XenbusStateConnected && !bad.ran) {
		bad.ran = true;
		xenbus_switch_state(dev, XenbusStateConnected);
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

static const struct xenbus_device_id bad_ids[] = { { "vbd" }, { "" } };

static struct xenbus_driver bad_driver = {
	.name = "bad-front",
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
MODULE_DESCRIPTION("A block front end gone bad");
