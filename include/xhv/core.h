/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a transport module sees of the Xen side as a whole.
 */
#ifndef XHV_CORE_H
#define XHV_CORE_H

#include <linux/types.h>

/* Back ends live in domain 0, as in a plain Xen host. */
#define XHV_BACKEND_DOMID	0
/* The guest's own domid: fixed, so that it is the same at every boot. */
#define XHV_GUEST_DOMID		1

/**
 * xhv_activate() - wake the kernel's Xen core
 *
 * Process context, may sleep. The first call runs the prepared waking
 * sequence (shim/wake/); further calls return the first call's result. After
 * a success xen-hyperv stays loaded. After a failure the kernel is as it was,
 * and the reason has been logged in one line.
 *
 * Return: 0, or a negative errno.
 */
int xhv_activate(void);

/**
 * xhv_is_active() - is the Xen core awake?
 *
 * Any context.
 */
bool xhv_is_active(void);

#endif /* XHV_CORE_H */
