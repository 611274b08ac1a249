/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As compat.h, for the kernel's consoles.
 */
#ifndef XHV_COMPAT_CONSOLE_H
#define XHV_COMPAT_CONSOLE_H

#include <linux/console.h>
#include <linux/version.h>

/* What for_each_console() wants to be held. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
static inline void xhv_console_list_lock(void)
{
	console_lock();
}

static inline void xhv_console_list_unlock(void)
{
	console_unlock();
}
#else
static inline void xhv_console_list_lock(void)
{
	console_list_lock();
}

static inline void xhv_console_list_unlock(void)
{
	console_list_unlock();
}
#endif

#endif /* XHV_COMPAT_CONSOLE_H */
