// SPDX-License-Identifier: GPL-2.0-only
/*
 * The back ends together.
 */
#define pr_fmt(fmt) "xen-hyperv: " fmt

#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/printk.h>
#include <xen/xenbus.h>

#include "backend.h"
#include "console.h"

/* How often those that wait are looked after, and when the log is told. */
#define TURNS_A_SECOND	4
#define PATIENCE_S	30

/* An event of our own, behind all others. */
struct barrier {
	struct xenbus_watch watch;
	struct completion passed;
};

static void pass(struct xenbus_watch *watch, const char *path,
		 const char *token)
{
	complete(&container_of(watch, struct barrier, watch)->passed);
}

/* The nodes are removed; the kernel hears of that by a watch, and only then
 * removes its devices. A device that comes before that under the same name would
 * not be seen (xenbus_dev_changed() in drivers/xen/xenbus/xenbus_probe.c). One
 * thread handles all watches in order, and a new watch fires once: so when that
 * has come, the devices are gone.
 */
void backend_await_removal(const char *node, void (*meanwhile)(void *arg),
			   void *arg)
{
	struct barrier b = {
		.watch = { .node = node, .callback = pass },
	};
	unsigned int turns = 0;
	int err;

	init_completion(&b.passed);
	err = register_xenbus_watch(&b.watch);
	if (err) {
		pr_warn("cannot wait for front ends to let go (%d)\n", err);
		return;
	}
	/* Without limit: the kernel's thread for watches waits for the front end as
	 * well, so that no device comes or goes any more, and a watch cannot be
	 * taken back from it.
	 */
	while (!wait_for_completion_timeout(&b.passed, HZ / TURNS_A_SECOND)) {
		if (++turns == PATIENCE_S * TURNS_A_SECOND)
			pr_warn("a front end in %s does not let go of its device\n",
				node);
		if (meanwhile)
			meanwhile(arg);
	}
	unregister_xenbus_watch(&b.watch);
}

int xhv_backend_show(struct seq_file *m)
{
	vbd_show_all(m);
	vif_show_all(m);
	xhv_console_show(m);
	return 0;
}

int xhv_backend_init(void)
{
	int err = xhv_blkfront_init();

	if (err)
		return err;
	err = xhv_netfront_init();
	if (err)
		xhv_blkfront_exit();
	return err;
}

void xhv_backend_exit(void)
{
	WARN_ON(!vbd_none_left() || !vif_none_left());
	xhv_netfront_exit();
	xhv_blkfront_exit();
}
