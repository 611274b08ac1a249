// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether the stock network front end is there. Its defaults are what a host's
 * NIC is worth: as many queues as CPUs, up to 8.
 */
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/string.h>

#include "../../include/xhv/net.h"
#include "backend.h"

static bool front_end_live;
static bool front_end_came;

/* MODULE_STATE_LIVE comes once its init function has registered the driver. */
static int module_event(struct notifier_block *nb, unsigned long action,
			void *data)
{
	const struct module *mod = data;

	if (strcmp(mod->name, "xen_netfront"))
		return NOTIFY_DONE;
	if (action == MODULE_STATE_COMING)
		WRITE_ONCE(front_end_came, true);
	else if (action == MODULE_STATE_LIVE)
		WRITE_ONCE(front_end_live, true);
	else if (action == MODULE_STATE_GOING)
		WRITE_ONCE(front_end_live, false);
	return NOTIFY_OK;
}

static struct notifier_block module_nb = { .notifier_call = module_event };

int xhv_netfront_init(void)
{
	return register_module_notifier(&module_nb);
}

void xhv_netfront_exit(void)
{
	unregister_module_notifier(&module_nb);
}

/* Until the Xen core is awake it loads and finds that it has no business, as
 * xen-blkfront does (blkfront.c).
 */
bool xhv_net_front_end_loadable(void)
{
	/* A race for the flag would be with a load that also says yes. */
	WRITE_ONCE(front_end_came, false);
	request_module("xen-netfront");
	return READ_ONCE(front_end_came) || READ_ONCE(front_end_live);
}
EXPORT_SYMBOL_GPL(xhv_net_front_end_loadable);

bool xhv_net_front_end(void)
{
	request_module("xen-netfront");
	return READ_ONCE(front_end_live);
}
EXPORT_SYMBOL_GPL(xhv_net_front_end);
