// SPDX-License-Identifier: GPL-2.0-only
/*
 * Back ends as clients of the store: see xhv/store.h.
 *
 * Calls run in the caller's context under the store's lock, so they never wait
 * for the server's work. Watches fire one after the other from a work item of
 * their own, not from the one that serves the guest's ring, and without the
 * lock: a back end that takes its time in fire() does not keep the guest's
 * requests waiting.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <xhv/core.h>
#include <xhv/store.h>
#include "client.h"
#include "core.h"

/* More waiting events than this stand as one for the watch's own path. */
#define CLIENT_EVENTS_MAX	1024

struct client_event {
	struct list_head entry;
	struct xhv_store_watch *w;
	char path[];
};

/*
 * Under the store's lock, but for @firing and @task, which are also read
 * without it.
 */
static struct {
	struct xhv_xs_conn *conn;
	struct workqueue_struct *wq;
	struct work_struct work;
	struct list_head events;	/* struct client_event */
	unsigned int nr_events;
	struct list_head pending;	/* struct xhv_store_watch, event lost */
	struct xhv_store_watch *firing;
	struct task_struct *task;	/* that runs fire() */
	wait_queue_head_t idle;		/* firing has changed */
	u64 fired;
} client;

static void client_reply(struct xhv_xs_conn *conn,
			 const struct xsd_sockmsg *hdr, const void *body)
{
	/* This client sends no messages. */
}

static bool client_event(struct xhv_xs_conn *conn, struct xhv_xs_watch *xw,
			 const char *path)
{
	struct xhv_store_watch *w = xhv_xs_watch_priv(xw);
	size_t len = strlen(path) + 1;
	struct client_event *ev;

	if (w->pending)
		return true;
	list_for_each_entry(ev, &client.events, entry)
		if (ev->w == w && !strcmp(ev->path, path))
			return true;
	if (client.nr_events < CLIENT_EVENTS_MAX) {
		ev = kmalloc(sizeof(*ev) + len, GFP_KERNEL | __GFP_NOWARN);
		if (ev) {
			ev->w = w;
			memcpy(ev->path, path, len);
			list_add_tail(&ev->entry, &client.events);
			client.nr_events++;
			return true;
		}
	}
	w->pending = true;
	list_add_tail(&w->entry, &client.pending);
	return true;
}

static const struct xhv_xs_conn_ops client_ops = {
	.reply = client_reply,
	.event = client_event,
};

/* With the lock held, which it drops around fire(). */
static void fire(struct xhv_store_watch *w, const char *path)
{
	client.task = current;
	WRITE_ONCE(client.firing, w);
	client.fired++;
	xhv_store_unlock();
	w->fire(w, path);
	xhv_store_lock();
	/* @w may be gone from here on: who unwatches waits for this only. */
	WRITE_ONCE(client.firing, NULL);
	client.task = NULL;
	wake_up_all(&client.idle);
}

static void client_work(struct work_struct *work)
{
	struct xhv_store_watch *w;
	struct client_event *ev;

	xhv_store_lock();
	for (;;) {
		ev = list_first_entry_or_null(&client.events,
					      struct client_event, entry);
		if (ev) {
			list_del(&ev->entry);
			client.nr_events--;
			fire(ev->w, ev->path);
			kfree(ev);
			continue;
		}
		w = list_first_entry_or_null(&client.pending,
					     struct xhv_store_watch, entry);
		if (!w)
			break;
		list_del(&w->entry);
		w->pending = false;
		fire(w, w->path);
	}
	xhv_store_unlock();
}

void xhv_client_kick(void)
{
	if (!list_empty(&client.events) || !list_empty(&client.pending))
		queue_work(client.wq, &client.work);
}

int xhv_client_init(struct xhv_xs *xs)
{
	struct xhv_xs_conn *conn;

	/* Not for memory reclaim, unlike the ring's: what back ends do in
	 * fire() allocates, and may wait for work that is not either.
	 */
	client.wq = alloc_workqueue("xen-hyperv-watch", WQ_UNBOUND, 0);
	if (!client.wq)
		return -ENOMEM;
	INIT_WORK(&client.work, client_work);
	INIT_LIST_HEAD(&client.events);
	INIT_LIST_HEAD(&client.pending);
	init_waitqueue_head(&client.idle);
	conn = xhv_xs_connect(xs, XHV_BACKEND_DOMID, &client_ops, NULL);
	if (IS_ERR(conn))
		return PTR_ERR(conn);
	client.conn = conn;
	return 0;
}

struct xhv_xs_conn *xhv_client_conn(void)
{
	return client.conn;
}

void xhv_client_exit(void)
{
	struct client_event *ev, *next;

	if (!client.wq)
		return;
	cancel_work_sync(&client.work);
	destroy_workqueue(client.wq);
	list_for_each_entry_safe(ev, next, &client.events, entry)
		kfree(ev);
	xhv_xs_disconnect(client.conn);
	memset(&client, 0, sizeof(client));
}

void xhv_client_show(struct seq_file *m)
{
	struct xhv_xs_usage u;

	xhv_xs_conn_usage(client.conn, &u);
	seq_printf(m, "connection domid=%u kind=internal nodes=%u watches=%u transactions=%u fired=%llu events-waiting=%u\n",
		   XHV_BACKEND_DOMID, u.nodes, u.watches, u.txs, client.fired,
		   client.nr_events);
}

int xhv_store_mkdir(const char *path, struct xhv_store_perm perm)
{
	const struct xhv_xs_perm perms[] = {
		{ .domid = perm.owner },
		{ .domid = perm.reader, .access = XHV_XS_READ },
	};
	int err;

	xhv_store_lock();
	err = xhv_xs_mkdir(client.conn, path);
	if (!err)
		err = xhv_xs_set_perms(client.conn, path, perms,
				       perm.reader == perm.owner ? 1 : 2);
	xhv_store_unlock();
	return err;
}

int xhv_store_write(const char *path, const void *val, size_t len)
{
	int err;

	xhv_store_lock();
	err = xhv_xs_write(client.conn, path, val, len);
	xhv_store_unlock();
	return err;
}

int xhv_store_printf(const char *path, const char *fmt, ...)
{
	va_list ap;
	char *val;
	int err;

	va_start(ap, fmt);
	val = kvasprintf(GFP_NOIO, fmt, ap);
	va_end(ap);
	if (!val)
		return -ENOMEM;
	err = xhv_store_write(path, val, strlen(val));
	kfree(val);
	return err;
}

int xhv_store_read(const char *path, char *buf, size_t size)
{
	const void *val;
	size_t len;
	int err;

	xhv_store_lock();
	err = xhv_xs_read(client.conn, path, &val, &len);
	if (!err) {
		size_t n = min(len, size - 1);

		memcpy(buf, val, n);
		buf[n] = '\0';
		err = len;
	}
	xhv_store_unlock();
	return err;
}

int xhv_store_read_u32(const char *path, u32 *val)
{
	char buf[12];
	int len;

	len = xhv_store_read(path, buf, sizeof(buf));
	if (len < 0)
		return len;
	/* kstrtou32() would take a sign, a newline and an early NUL. */
	if (len >= sizeof(buf) || strspn(buf, "0123456789") != len ||
	    kstrtou32(buf, 10, val))
		return -EINVAL;
	return 0;
}

int xhv_store_rm(const char *path)
{
	int err;

	xhv_store_lock();
	err = xhv_xs_rm(client.conn, path);
	xhv_store_unlock();
	return err;
}

int xhv_store_watch(struct xhv_store_watch *w)
{
	int err;

	w->pending = false;
	xhv_store_lock();
	err = xhv_xs_watch(client.conn, w->path, NULL, w);
	xhv_store_unlock();
	return err;
}

void xhv_store_unwatch(struct xhv_store_watch *w)
{
	struct client_event *ev, *next;
	bool self;

	xhv_store_lock();
	xhv_xs_unwatch_priv(client.conn, w);
	list_for_each_entry_safe(ev, next, &client.events, entry) {
		if (ev->w != w)
			continue;
		list_del(&ev->entry);
		client.nr_events--;
		kfree(ev);
	}
	if (w->pending) {
		list_del(&w->entry);
		w->pending = false;
	}
	self = client.firing == w && client.task == current;
	xhv_store_unlock();
	if (!WARN_ON_ONCE(self))
		wait_event(client.idle, READ_ONCE(client.firing) != w);
}
