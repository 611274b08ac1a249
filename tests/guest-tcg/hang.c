// SPDX-License-Identifier: GPL-2.0-only
/* The CPU that loads this takes no interrupt any more. */
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/processor.h>

static int __init hang_init(void)
{
	local_irq_disable();
	for (;;)
		cpu_relax();
	return 0;
}

module_init(hang_init);
MODULE_DESCRIPTION("hangs a CPU");
MODULE_LICENSE("GPL");
