/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a transport module sees of the Xen side as a whole.
 */
#ifndef XHV_CORE_H
#define XHV_CORE_H

#include <linux/compiler_attributes.h>
#include <linux/types.h>

/* Back ends live in domain 0, as in a plain Xen host. */
#define XHV_BACKEND_DOMID	0
/* The guest's own domid: fixed, so that it is the same at every boot. */
#define XHV_GUEST_DOMID		1

/**
 * xhv_may_activate() - is it still open whether the Xen core wakes, or is it
 * awake?
 *
 * Process context, may sleep. For a transport that looks for reasons of its
 * own against waking.
 *
 * Return: 0, or the negative errno of the refusal that has been logged.
 */
int xhv_may_activate(void);

/**
 * xhv_refuse() - the Xen core is not to be woken
 * @err: a negative errno
 * @fmt: the reason, for one line of the log and for debugfs
 *
 * Process context, may sleep. The decision is made once: the first reason is
 * logged, and stays until xen-hyperv is unloaded, however often modules are
 * tried again. (udev tries for each device; what the native drivers have got
 * by then keeps its names.) Without effect on an awake Xen core.
 *
 * Return: the errno of the first refusal, or 0 if the Xen core is awake.
 */
__printf(2, 3)
int xhv_refuse(int err, const char *fmt, ...);

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
