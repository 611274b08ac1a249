// SPDX-License-Identifier: GPL-2.0-only
/*
 * The gate's C half: makes the caller's processor state one that C code may
 * run in, and gives it back as it was.
 */
#include <linux/export.h>
#include <linux/irqflags.h>
#include <asm/processor-flags.h>
#include <asm/smap.h>

#include "dispatch.h"
#include "gate.h"

/*
 * privcmd passes user pointers and so calls with EFLAGS.AC set
 * (privcmd_call(), asm/xen/hypercall.h); no C function may run like that:
 * it would run, and be preempted, with user memory open. ANNOTATE: objtool
 * cannot see that AC may be set here.
 */
static __always_inline void close_user_access(void)
{
	asm volatile(ANNOTATE_IGNORE_ALTERNATIVE ASM_CLAC ::: "memory", "cc");
}

static __always_inline void reopen_user_access(void)
{
	asm volatile(ANNOTATE_IGNORE_ALTERNATIVE ASM_STAC ::: "memory", "cc");
}

/* notrace: a tracer would run before AC is cleared, and again after. */
notrace
unsigned long xhv_gate_enter(unsigned long nr, unsigned long a1,
			     unsigned long a2, unsigned long a3,
			     unsigned long a4, unsigned long a5)
{
	bool user_access = native_save_fl() & X86_EFLAGS_AC;
	unsigned long ret;

	if (unlikely(user_access))
		close_user_access();
	ret = xhv_dispatch(nr, a1, a2, a3, a4, a5);
	if (unlikely(user_access))
		reopen_user_access();
	return ret;
}
