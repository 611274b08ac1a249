/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every unexported symbol of the kernel that waking reads, writes or calls,
 * and why. docs/kernel-symbols.md shows the same list to users.
 */
#ifndef XHV_SYMBOLS_H
#define XHV_SYMBOLS_H

#include <linux/types.h>

/*
 * S(symbol, why)
 * All are in the core kernel (drivers/xen and arch/x86/xen cannot be modules).
 */
#define XHV_SYMBOLS(S)							\
	S(__SCK__xen_hypercall, "the hypercall call sites lead to the gate") \
	S(HYPERVISOR_shared_info, "our shared_info page")		\
	S(xen_dummy_shared_info, "what HYPERVISOR_shared_info is while asleep") \
	S(xen_vcpu, "each CPU's vcpu_info")				\
	S(xen_vcpu_info, "the kernel's own place for it")		\
	S(evtchn_ops, "event channels use the 2-level ABI")		\
	S(evtchn_ops_2l, "the 2-level ABI's operations")		\
	S(evtchn_to_irq, "the port to irq table that xen_init_IRQ() makes") \
	S(pirq_needs_eoi, "set by xen_init_IRQ()")			\
	S(pirq_needs_eoi_flag, "its value there")			\
	S(xen_evtchn_cpu_prepare, "CPU hot-plug callback and per-CPU set-up") \
	S(xen_evtchn_cpu_dead, "CPU hot-plug callback")			\
	S(xen_platform_pci_unplug, "front ends ask whether they may drive disks and NICs") \
	S(ring_ops, "how xenbus maps rings")				\
	S(ring_ops_hvm, "its value in an HVM domain")			\
	S(xen_auto_xlat_grant_frames, "our grant table frames")		\
	S(xenstored_ready, "whether xenbus has been started before")

/* Those that something is done without: the address is 0 then. */
#define XHV_OPTIONAL_SYMBOLS(S)						\
	S(xen_hvm_console_init, "the console's front end, for hvc0")	\
	S(domU_hvc_ops, "its operations")

#define XHV_SYMBOL_ENUM(name, why)	XHV_SYM_##name,
enum xhv_symbol {
	XHV_SYMBOLS(XHV_SYMBOL_ENUM)
	XHV_NR_NEEDED_SYMBOLS,
	XHV_SYM_before_optional = XHV_NR_NEEDED_SYMBOLS - 1,
	XHV_OPTIONAL_SYMBOLS(XHV_SYMBOL_ENUM)
	XHV_NR_SYMBOLS
};
#undef XHV_SYMBOL_ENUM

extern unsigned long xhv_symbols[XHV_NR_SYMBOLS];

/* The kernel's variable @name, which has type @type. */
#define KVAR(type, name)	(*(type *)xhv_symbols[XHV_SYM_##name])
/* Its address. */
#define KADDR(name)		((void *)xhv_symbols[XHV_SYM_##name])
/* The instance for @cpu of a per-CPU variable. By hand, since per_cpu_ptr()
 * wants an address that carries the per-CPU address space.
 */
#define KVAR_CPU(type, name, cpu)					\
	(*(type *)(xhv_symbols[XHV_SYM_##name] + per_cpu_offset(cpu)))

/* Fills xhv_symbols[], or refuses (xhv_refuse()) and returns the errno. */
int xhv_symbols_find(void);

/* Calls to functions that the kernel does not export. */
int xhv_call_evtchn_cpu_prepare(unsigned int cpu);
int xhv_call_evtchn_cpu_dead(unsigned int cpu);

#endif /* XHV_SYMBOLS_H */
