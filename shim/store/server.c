// SPDX-License-Identifier: GPL-2.0-only
/*
 * The xenstore server: its work and its life. See server.h.
 *
 * One mutex serialises the store: all of core.h and link.h, and the fields of
 * struct server but for @ring_work, @recheck and @ec. It is never held while a
 * back end's function runs. The guest's notification (any context, IRQs off)
 * only queues @ring_work; that work item reads requests, handles them and
 * writes answers and events.
 *
 * When the response ring is full, the work ends: the guest notifies when it
 * has read from a full ring (drivers/xen/xenbus/xenbus_comms.c, xb_read()), and
 * until then no further requests are taken.
 */
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <xhv/core.h>
#include "../evtchn.h"
#include "client.h"
#include "core.h"
#include "link.h"
#include "server.h"
#include "tree.h"

/* Requests handled before the worker lets others run. */
#define RING_BUDGET	64

/*
 * xb_write() and xb_read() have no full barrier between their store of one
 * index and their load of the other, by which they decide whether to notify,
 * so a notification can be lost when both sides act at once. Looking again a
 * little later is enough: by then the store is visible.
 */
#define RECHECK_MS	20

static struct server {
	struct mutex lock;
	unsigned int noio;		/* of the lock's holder */
	struct xhv_xs *xs;
	struct xhv_link *link;
	struct xenstore_domain_interface *page;
	struct workqueue_struct *wq;
	struct work_struct ring_work;
	struct delayed_work recheck;
	struct xhv_evtchn ec;
	bool started;
} server = {
	.lock = __MUTEX_INITIALIZER(server.lock),
};

static void lock(void)
{
	mutex_lock(&server.lock);
	server.noio = memalloc_noio_save();
}

static void unlock(void)
{
	memalloc_noio_restore(server.noio);
	mutex_unlock(&server.lock);
}

void xhv_store_lock(void)
{
	lock();
}

void xhv_store_unlock(void)
{
	if (server.started && xhv_link_has_output(server.link))
		queue_work(server.wq, &server.ring_work);
	xhv_client_kick();
	unlock();
}

/* Any context: see struct xhv_evtchn. */
static void ring_notify(struct xhv_evtchn *ec)
{
	queue_work(server.wq, &server.ring_work);
}

static void ring_work(struct work_struct *work)
{
	bool notify = false, more = false, waits = false;

	lock();
	if (server.started) {
		more = xhv_link_run(server.link, RING_BUDGET, &notify);
		waits = xhv_link_has_output(server.link);
		xhv_client_kick();
	}
	unlock();

	if (notify)
		xhv_evtchn_send(&server.ec);
	if (more)
		queue_work(server.wq, &server.ring_work);
	else if (notify || waits)
		mod_delayed_work(server.wq, &server.recheck,
				 msecs_to_jiffies(RECHECK_MS));
}

static void recheck(struct work_struct *work)
{
	queue_work(server.wq, &server.ring_work);
}

static void server_free(void)
{
	/* Also what watches of back ends have left to do. */
	xhv_client_exit();
	if (server.link)
		xhv_link_exit(server.link);
	kfree(server.link);
	server.link = NULL;
	xhv_xs_destroy(server.xs);
	server.xs = NULL;
	if (server.wq)
		destroy_workqueue(server.wq);
	server.wq = NULL;
	free_page((unsigned long)server.page);
	server.page = NULL;
}

int xhv_store_init(void)
{
	int err = -ENOMEM;

	server.page = (void *)get_zeroed_page(GFP_KERNEL);
	server.link = kzalloc(sizeof(*server.link), GFP_KERNEL);
	/* The guest may wait for the store when memory is short. */
	server.wq = alloc_workqueue("xen-hyperv-store",
				    WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	server.xs = xhv_xs_create();
	if (!server.page || !server.link || !server.wq || !server.xs)
		goto err_free;
	INIT_WORK(&server.ring_work, ring_work);
	INIT_DELAYED_WORK(&server.recheck, recheck);
	err = xhv_client_init(server.xs);
	if (err)
		goto err_free;
	err = xhv_link_init(server.link, server.xs, XHV_GUEST_DOMID,
			    server.page);
	if (err)
		goto err_free;
	err = xhv_tree_build(xhv_client_conn(), XHV_GUEST_DOMID);
	if (err)
		goto err_free;
	return 0;

err_free:
	server_free();
	return err;
}

int xhv_store_start(void)
{
	int port, err;

	server.ec.notify = ring_notify;
	port = xhv_evtchn_create(&server.ec);
	if (port < 0)
		return port;
	xhv_store_lock();
	err = xhv_tree_set_store(xhv_client_conn(), XHV_GUEST_DOMID, port,
				 virt_to_phys(server.page) >> PAGE_SHIFT);
	if (!err)
		err = xhv_xs_introduce(server.xs, XHV_GUEST_DOMID);
	server.started = !err;
	xhv_store_unlock();
	if (err)
		xhv_evtchn_disconnect(&server.ec);
	return err;
}

void xhv_store_stop(void)
{
	xhv_store_lock();
	server.started = false;
	xhv_store_unlock();
	/* Work that starts from here on does nothing and arms nothing. */
	cancel_work_sync(&server.ring_work);
	cancel_delayed_work_sync(&server.recheck);
	xhv_evtchn_disconnect(&server.ec);
	cancel_work_sync(&server.ring_work);
	xhv_store_lock();
	xhv_link_reset(server.link);
	xhv_store_unlock();
}

void xhv_store_exit(void)
{
	if (server.xs)
		server_free();
}

struct xenstore_domain_interface *xhv_store_ring(void)
{
	return server.page;
}

evtchn_port_t xhv_store_port(void)
{
	return server.ec.port;
}

static void show_stats(struct seq_file *m)
{
	const struct xhv_xs_stats *st = xhv_xs_get_stats(server.xs);
	unsigned int type;

	seq_printf(m, "total errors=%llu unknown=%llu events=%llu missed=%llu commits=%llu conflicts=%llu quota-refusals=%llu\n",
		   st->errors, st->requests[XS_TYPE_COUNT], st->events,
		   st->missed, st->commits, st->conflicts, st->quota);
	for (type = 0; type < XS_TYPE_COUNT; type++)
		if (xhv_xs_type_name(type))
			seq_printf(m, "message type=%s count=%llu\n",
				   xhv_xs_type_name(type), st->requests[type]);
}

static void show_link(struct seq_file *m)
{
	const struct xhv_link *link = server.link;
	struct xhv_xs_usage u;

	xhv_xs_conn_usage(link->conn, &u);
	seq_printf(m, "connection domid=%u kind=ring port=%u nodes=%u/%u watches=%u/%u transactions=%u/%u requests=%llu events-waiting=%u duplicates=%llu errors=%llu reconnects=%llu state=%s\n",
		   XHV_GUEST_DOMID, server.ec.port, u.nodes,
		   XHV_XS_QUOTA_NODES, u.watches, XHV_XS_QUOTA_WATCHES, u.txs,
		   XHV_XS_QUOTA_TXS, link->requests, link->nr_events,
		   link->duplicates, link->errors, link->reconnects,
		   !server.started ? "stopped" : link->error ? "error" : "ok");
}

static void show_node(struct seq_file *m, const char *path)
{
	static const char letter[] = { 'n', 'r', 'w', 'b' };
	const struct xhv_xs_perm *perms;
	unsigned int i, nr;
	const void *val;
	size_t len;

	if (xhv_xs_peek(server.xs, path, &val, &len, &perms, &nr))
		return;
	/* What xenstore-ls -f -p prints, with odd bytes escaped. */
	seq_printf(m, "%s = \"%*pE\" (", path, (int)len, val ? val : "");
	for (i = 0; i < nr; i++)
		seq_printf(m, "%s%c%u", i ? "," : "",
			   letter[perms[i].access & 3], perms[i].domid);
	seq_puts(m, ")\n");
}

void xhv_store_show(struct seq_file *m)
{
	char *path = kmalloc(XHV_XS_PATH_MAX + 1, GFP_KERNEL);

	if (!path)
		return;
	xhv_store_lock();
	if (server.xs) {
		show_link(m);
		xhv_client_show(m);
		show_stats(m);
		strscpy(path, "/", XHV_XS_PATH_MAX + 1);
		do {
			show_node(m, path);
		} while (xhv_xs_next(server.xs, path));
	}
	xhv_store_unlock();
	kfree(path);
}
