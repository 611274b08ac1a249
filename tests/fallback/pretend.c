// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loaded in a test's guest: lets the guest see a host that the rig has not.
 */
#include <linux/errno.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/string.h>
#include <asm/mshyperv.h>
#include <scsi/scsi_proto.h>

#include "hyperv-abi/storage.h"

static bool isolated;
module_param(isolated, bool, 0400);
MODULE_PARM_DESC(isolated, "an isolated VM (VBS), by what the kernel read from CPUID");

static int tape = -1;
module_param(tape, int, 0400);
MODULE_PARM_DESC(tape, "this LUN of all SCSI controllers says that it is a tape drive");

/* What stor_exec() was called with, if it asks that LUN what it is. */
struct inquiry {
	const struct stor_host *host;
};

static int entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct inquiry *inquiry = (struct inquiry *)ri->data;
	const struct stor_host *host = (void *)regs->di;
	const u8 *cdb = (void *)regs->dx;

	inquiry->host = NULL;
	if (!host->ide && (u8)regs->si == tape && cdb[0] == INQUIRY &&
	    !(cdb[1] & 1))
		inquiry->host = host;
	return 0;
}

static int answer(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct inquiry *inquiry = (struct inquiry *)ri->data;
	u8 *page;

	if (inquiry->host && (int)regs_return_value(regs) > 0) {
		page = inquiry->host->page;
		page[0] = (page[0] & 0xe0) | TYPE_TAPE;
	}
	return 0;
}

static struct kretprobe probe = {
	.kp.symbol_name = "stor_exec",
	.entry_handler = entry,
	.handler = answer,
	.data_size = sizeof(struct inquiry),
};

static bool probing;

/* Before the module's init function, which scans. */
static int module_event(struct notifier_block *nb, unsigned long action,
			void *data)
{
	const struct module *mod = data;

	if (tape < 0 || strcmp(mod->name, "xen_hyperv_vmbus"))
		return NOTIFY_DONE;
	if (action == MODULE_STATE_COMING) {
		probing = !register_kretprobe(&probe);
		if (!probing)
			pr_err("pretend: no probe\n");
	} else if (action == MODULE_STATE_GOING && probing) {
		unregister_kretprobe(&probe);
		probing = false;
	}
	return NOTIFY_DONE;
}

static struct notifier_block module_nb = { .notifier_call = module_event };

static u32 had_priv_high;
static u32 had_config_b;

static int __init pretend_init(void)
{
	had_priv_high = ms_hyperv.priv_high;
	had_config_b = ms_hyperv.isolation_config_b;
	if (isolated) {
		ms_hyperv.priv_high |= HV_ISOLATION;
		ms_hyperv.isolation_config_b = HV_ISOLATION_TYPE_VBS;
	}
	return register_module_notifier(&module_nb);
}

static void __exit pretend_exit(void)
{
	unregister_module_notifier(&module_nb);
	if (probing)
		unregister_kretprobe(&probe);
	ms_hyperv.priv_high = had_priv_high;
	ms_hyperv.isolation_config_b = had_config_b;
}

module_init(pretend_init);
module_exit(pretend_exit);

MODULE_DESCRIPTION("A host that the rig has not");
MODULE_LICENSE("GPL");
