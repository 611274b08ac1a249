/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access to memory that the caller of a hypercall named.
 *
 * A guest address (gva) comes from the kernel itself or, through privcmd, from
 * user space; both are checked, so a wild pointer is -EFAULT and never an
 * oops. Real Xen walks the caller's page tables and answers the same.
 */
#ifndef XHV_GUEST_H
#define XHV_GUEST_H

#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/types.h>

/**
 * xhv_may_sleep() - may this hypercall sleep?
 *
 * Only calls from user space and some from process context may; a kernel that
 * does not count preemption cannot tell, so there none may.
 */
static inline bool xhv_may_sleep(void)
{
	return IS_ENABLED(CONFIG_PREEMPT_COUNT) && preemptible() &&
	       !rcu_preempt_depth() && !is_idle_task(current);
}

/* As Xen's preemption check between two elements of a list. */
static inline void xhv_give_way(void)
{
	if (xhv_may_sleep())
		cond_resched();
}

/**
 * xhv_copy_from_guest() - copy an argument in
 * @dst: our copy
 * @gva: the caller's address, kernel or user
 * @len: bytes
 *
 * A kernel address: any context. A user address: only faults pages in when
 * the caller may sleep; else an absent page is -EFAULT.
 *
 * Return: 0 or -EFAULT.
 */
int xhv_copy_from_guest(void *dst, unsigned long gva, size_t len);

/* The way back; same rules. */
int xhv_copy_to_guest(unsigned long gva, const void *src, size_t len);

#endif /* XHV_GUEST_H */
