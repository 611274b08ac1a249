/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest that is not suspended.
 */
#ifndef XHV_SUSPEND_H
#define XHV_SUSPEND_H

/**
 * xhv_suspend_forbid() - from now on each try to suspend the guest is given up
 *
 * Process context, may sleep; once, by an active module, which stays. Return: 0 or
 * a negative errno.
 */
int xhv_suspend_forbid(void);

#endif /* XHV_SUSPEND_H */
