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

#include <linux/types.h>

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
