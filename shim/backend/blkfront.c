// SPDX-License-Identifier: GPL-2.0-only
/*
 * Better defaults for the stock front end, while the Xen core is ours.
 *
 * xen-blkfront's defaults were made for back ends of another machine: 32
 * segments (128 KiB) a request, one ring page (32 requests) and 4 queues.
 * Here a request costs a function call, and a host's disk takes larger and
 * more of them. All three are plain module parameters. When the module
 * arrives and before it has read its own options, the defaults are replaced;
 * so what an administrator sets still wins, no kernel symbol is looked up, and
 * on real Xen, where this module never becomes active, nothing happens.
 */
#define pr_fmt(fmt) "xen-hyperv: " fmt

#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>
#include <linux/string.h>

#include "../../include/xhv/block.h"
#include "../../include/xhv/core.h"
#include "backend.h"

/* Memory of the front end grows with requests times segments, some 72 bytes
 * each, and a page for each request's list of them: 64 segments (256 KiB) and four
 * ring pages (128 requests) take 1088 KiB a queue. Half the ring makes loads of
 * depth 128 some 20 % slower. Eight queues, because those of a guest with many
 * CPUs would take more than they bring: hv_storvsc has one channel for four CPUs.
 */
#define SEGMENTS	64
#define RING_ORDER	2
#define QUEUES		8

static const struct {
	const char *name;
	unsigned int stock;	/* replaced only if this is what we find */
	unsigned int val;
} defaults[] = {
	{ "max_indirect_segments", 32, SEGMENTS },
	{ "max_ring_page_order", 0, RING_ORDER },
	{ "max_queues", 4, QUEUES },
};

static bool front_end_live;
static bool front_end_came;

static void replace_default(const struct module *mod, int i)
{
	const struct kernel_param *kp;
	unsigned int n, val = defaults[i].val;
	char text[12];
	int err;

	/* xen-blkfront complains of more queues than CPUs. */
	if (val == QUEUES)
		val = min(val, num_online_cpus());
	snprintf(text, sizeof(text), "%u", val);

	for (n = 0; n < mod->num_kp; n++) {
		kp = &mod->kp[n];
		if (strcmp(kp->name, defaults[i].name))
			continue;
		/* A parameter of another type or with another default is not
		 * the one that this was written for.
		 */
		if ((kp->ops != &param_ops_uint && kp->ops != &param_ops_int) ||
		    *(unsigned int *)kp->arg != defaults[i].stock)
			return;
		err = kp->ops->set(text, kp);
		if (err)
			pr_warn("xen_blkfront.%s stays at its default (%d)\n",
				kp->name, err);
		return;
	}
}

/* MODULE_STATE_LIVE comes once its init function has registered the driver. */
static void note_state(unsigned long action)
{
	if (action == MODULE_STATE_COMING)
		WRITE_ONCE(front_end_came, true);
	else if (action == MODULE_STATE_LIVE)
		WRITE_ONCE(front_end_live, true);
	else if (action == MODULE_STATE_GOING)
		WRITE_ONCE(front_end_live, false);
}

/* Called after the module's parameters have been found and before its options
 * are parsed (load_module() in kernel/module/main.c).
 */
static int module_event(struct notifier_block *nb, unsigned long action,
			void *data)
{
	const struct module *mod = data;
	int i;

	if (strcmp(mod->name, "xen_blkfront"))
		return NOTIFY_DONE;
	note_state(action);
	if (!xhv_is_active() || action != MODULE_STATE_COMING)
		return NOTIFY_DONE;
	for (i = 0; i < ARRAY_SIZE(defaults); i++)
		replace_default(mod, i);
	return NOTIFY_OK;
}

static struct notifier_block module_nb = { .notifier_call = module_event };

int xhv_blkfront_init(void)
{
	return register_module_notifier(&module_nb);
}

void xhv_blkfront_exit(void)
{
	unregister_module_notifier(&module_nb);
}

/*
 * Until the Xen core is awake xen-blkfront loads and finds that it has no
 * business (xlblk_init()). That it got so far says that the file is there,
 * fits this kernel, is signed where that is asked for, and is not forbidden.
 */
bool xhv_block_front_end_loadable(void)
{
	/* A race for the flag would be with a load that also says yes. */
	WRITE_ONCE(front_end_came, false);
	request_module("xen-blkfront");
	return READ_ONCE(front_end_came) || READ_ONCE(front_end_live);
}
EXPORT_SYMBOL_GPL(xhv_block_front_end_loadable);

bool xhv_block_front_end(void)
{
	request_module("xen-blkfront");
	return READ_ONCE(front_end_live);
}
EXPORT_SYMBOL_GPL(xhv_block_front_end);
