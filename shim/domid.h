/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domain ids in a call's argument: there are the guest and domain 0.
 */
#ifndef XHV_DOMID_H
#define XHV_DOMID_H

#include <linux/errno.h>
#include <xen/interface/xen.h>
#include <xhv/core.h>

static inline bool xhv_domid_is_self(domid_t dom)
{
	return dom == DOMID_SELF || dom == XHV_GUEST_DOMID;
}

/**
 * xhv_domid_check_target() - may the guest name this domain?
 * @dom: the domain
 *
 * For calls that a domain without privileges may make about itself only
 * (XSM_TARGET, xen/include/xsm/dummy.h). Whether another domain exists decides
 * what the answer is.
 *
 * Return: 0, -EPERM or -ESRCH.
 */
static inline int xhv_domid_check_target(domid_t dom)
{
	if (xhv_domid_is_self(dom))
		return 0;
	return dom == XHV_BACKEND_DOMID ? -EPERM : -ESRCH;
}

#endif /* XHV_DOMID_H */
