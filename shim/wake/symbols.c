// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding the kernel's unexported symbols.
 *
 * kallsyms_lookup_name() has not been exported since 5.7, but a kprobe can be
 * asked for its address; every distribution kernel has KALLSYMS_ALL and
 * KPROBES; where one of them is missing nothing is woken. Lockdown forbids the
 * kprobes that user space makes (kernel/trace/trace_kprobe.c), not this one.
 */
#include <linux/errno.h>
#include <linux/kprobes.h>
#include <linux/moduleparam.h>
#include <linux/static_call.h>
#include <linux/string.h>

#include "../../include/xhv/core.h"
#include "symbols.h"
#include "wake.h"

static char *fail_symbol = "";
module_param(fail_symbol, charp, 0400);
MODULE_PARM_DESC(fail_symbol, "look for this symbol in vain, for tests");

unsigned long xhv_symbols[XHV_NR_SYMBOLS];

/*
 * A kernel with IBT seals the ENDBR of functions whose address nothing in the
 * kernel takes, so an indirect call to them would fault. A static call is a
 * direct one. On the way from cpuhp the same holds, which is why steps.c
 * registers functions of our own there.
 */
typedef unsigned long (lookup_fn)(const char *name);
typedef int (cpu_fn)(unsigned int cpu);

DEFINE_STATIC_CALL_NULL(xhv_kallsyms_lookup, *(lookup_fn *)NULL);
DEFINE_STATIC_CALL_NULL(xhv_evtchn_prepare, *(cpu_fn *)NULL);
DEFINE_STATIC_CALL_NULL(xhv_evtchn_dead, *(cpu_fn *)NULL);

#define SYMBOL_NAME(name, why)	[XHV_SYM_##name] = #name,
static const char * const symbol_names[XHV_NR_SYMBOLS] = {
	XHV_SYMBOLS(SYMBOL_NAME)
	XHV_OPTIONAL_SYMBOLS(SYMBOL_NAME)
};

static unsigned long find_lookup(void)
{
	struct kprobe kp = { .symbol_name = "kallsyms_lookup_name" };
	unsigned long addr;

	if (!strcmp(kp.symbol_name, fail_symbol) || register_kprobe(&kp))
		return 0;
	addr = (unsigned long)kp.addr;
	unregister_kprobe(&kp);
	return addr;
}

unsigned long xhv_wake_symbol(const char *name)
{
	if (!strcmp(name, fail_symbol))
		return 0;
	return static_call(xhv_kallsyms_lookup)(name);
}

int xhv_call_evtchn_cpu_prepare(unsigned int cpu)
{
	return static_call(xhv_evtchn_prepare)(cpu);
}

int xhv_call_evtchn_cpu_dead(unsigned int cpu)
{
	return static_call(xhv_evtchn_dead)(cpu);
}

int xhv_symbols_find(void)
{
	unsigned long lookup = find_lookup();
	unsigned int i;

	if (!lookup)
		return xhv_refuse(-EPERM, "kprobes cannot find kallsyms_lookup_name");
	static_call_update(xhv_kallsyms_lookup, (lookup_fn *)lookup);

	for (i = 0; i < XHV_NR_SYMBOLS; i++) {
		xhv_symbols[i] = xhv_wake_symbol(symbol_names[i]);
		if (!xhv_symbols[i] && i < XHV_NR_NEEDED_SYMBOLS)
			return xhv_refuse(-ENOENT,
					  "this kernel has no symbol %s",
					  symbol_names[i]);
	}
	static_call_update(xhv_evtchn_prepare,
			   (cpu_fn *)KADDR(xen_evtchn_cpu_prepare));
	static_call_update(xhv_evtchn_dead,
			   (cpu_fn *)KADDR(xen_evtchn_cpu_dead));
	return 0;
}
