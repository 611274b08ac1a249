// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of a Hyper-V host; see xhv/host.h. Part of xen-hyperv, since it needs
 * no VMBus.
 *
 * Numbers as in the TLFS: "Feature and Interface Discovery" (CPUID leaf
 * 0x40000003, EAX), "Virtual Processor Run Time Register", and "Partition
 * Reference Time Enlightenment", which has the layout of the TSC page. The names
 * of the kernel's own headers change between series.
 */
#include <linux/bits.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/types.h>
#include <asm/hypervisor.h>
#include <asm/io.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <xhv/host.h>

#define CPUID_FEATURES		0x40000003
#define MAY_VP_RUNTIME		BIT(0)
#define MAY_REFERENCE_TSC	BIT(9)

#define MSR_VP_RUNTIME		0x40000010
#define MSR_REFERENCE_TSC	0x40000021
#define REFERENCE_TSC_ENABLED	BIT(0)

#define NS_PER_TICK		100

struct reference_tsc {
	u32 sequence;		/* 0: not to be used */
	u32 reserved;
	u64 scale;
	s64 offset;
};

/* Asked once: CPUID is an exit. */
static bool has_feature(u32 bit)
{
	static u32 features;
	static bool asked;

	if (!READ_ONCE(asked)) {
		if (hypervisor_is_type(X86_HYPER_MS_HYPERV))
			WRITE_ONCE(features, cpuid_eax(CPUID_FEATURES));
		/* Whoever asks at the same time gets the same answer. */
		smp_store_release(&asked, true);
	}
	return READ_ONCE(features) & bit;
}

bool xhv_host_runtime(u64 *ns)
{
	u64 ticks;

	if (!has_feature(MAY_VP_RUNTIME) || rdmsrl_safe(MSR_VP_RUNTIME, &ticks))
		return false;
	*ns = ticks * NS_PER_TICK;
	return true;
}

/* The page is the kernel's, which has told the host where it is. */
bool xhv_host_tsc_scale(u64 *scale)
{
	const struct reference_tsc *page;
	u64 reg;

	if (!has_feature(MAY_REFERENCE_TSC) ||
	    rdmsrl_safe(MSR_REFERENCE_TSC, &reg) ||
	    !(reg & REFERENCE_TSC_ENABLED) || !pfn_valid(PHYS_PFN(reg)))
		return false;
	page = pfn_to_kaddr(PHYS_PFN(reg));
	*scale = READ_ONCE(page->scale);
	return READ_ONCE(page->sequence) && *scale;
}
