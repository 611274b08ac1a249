// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that Xen serves only to a toolstack or a device model, and how it
 * refuses them to a guest: what it looks at before it asks who is calling. The
 * order of these checks was measured on Xen 4.17 (tests/abi/xen-4.17-pvh.txt).
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "domid.h"
#include "guest.h"
#include "refuse.h"

/* public/domctl.h, sysctl.h, platform.h of Xen 4.17 */
#define DOMCTL_VERSION		0x00000015
#define SYSCTL_VERSION		0x00000015
#define PLATFORM_VERSION	0x03000001
/* Their sizes with the command's own part. */
#define DOMCTL_SIZE		144
#define SYSCTL_SIZE		136
#define PLATFORM_SIZE		136

/* Is there something to be read? */
static int check_readable(unsigned long gva, size_t size)
{
	u8 chunk[32];
	size_t n;

	for (; size; size -= n, gva += n) {
		n = min(size, sizeof(chunk));
		if (xhv_copy_from_guest(chunk, gva, n))
			return -EFAULT;
	}
	return 0;
}

/* All begin with a command and the version of the interface, 32 bits each. */
static long control(unsigned long gva, size_t size, u32 version)
{
	u32 head[2];

	if (check_readable(gva, size) ||
	    xhv_copy_from_guest(head, gva, sizeof(head)))
		return -EFAULT;
	return head[1] == version ? -EPERM : -EACCES;
}

long xhv_refuse_domctl(unsigned long gva)
{
	return control(gva, DOMCTL_SIZE, DOMCTL_VERSION);
}

long xhv_refuse_sysctl(unsigned long gva)
{
	return control(gva, SYSCTL_SIZE, SYSCTL_VERSION);
}

long xhv_refuse_platform_op(unsigned long gva)
{
	return control(gva, PLATFORM_SIZE, PLATFORM_VERSION);
}

/* do_paging_domctl_cont(): for what a domctl has left to do. */
long xhv_refuse_paging_domctl_cont(unsigned long gva)
{
	return check_readable(gva, DOMCTL_SIZE) ? -EFAULT : -EOPNOTSUPP;
}

/* do_dm_op(): a device model of another domain. */
#define DM_OP_MAX_BUFS	2
#define DM_OP_BUF_SIZE	16

long xhv_refuse_dm_op(domid_t dom, unsigned int nr_bufs, unsigned long bufs)
{
	if (nr_bufs > DM_OP_MAX_BUFS)
		return -E2BIG;
	if (check_readable(bufs, nr_bufs * DM_OP_BUF_SIZE))
		return -EFAULT;
	if (!nr_bufs)
		return -ENODATA;
	switch (dom) {
	case XHV_GUEST_DOMID:
		return -EPERM;
	case XHV_BACKEND_DOMID:
		return -EINVAL;		/* no HVM domain */
	default:
		return -ESRCH;
	}
}

/* memory_op's: @size bytes with a domain's number at @offset. */
static int get_domain(unsigned long gva, size_t size, size_t offset,
		      domid_t *dom)
{
	if (check_readable(gva, size) ||
	    xhv_copy_from_guest(dom, gva + offset, sizeof(*dom)))
		return -EFAULT;
	return 0;
}

long xhv_refuse_pod_target(unsigned long gva, unsigned long start)
{
	domid_t dom;

	if (get_domain(gva, 40, 32, &dom))
		return -EFAULT;
	/* Domain 0 is no HVM domain. */
	return dom == XHV_BACKEND_DOMID ? -EINVAL :
	       xhv_domid_is_self(dom) ? -EPERM : -ESRCH;
}

/* To this and the next one DOMID_SELF is no domain. */
long xhv_refuse_access_op(unsigned long gva, unsigned long start)
{
	domid_t dom;

	if (get_domain(gva, 32, 2, &dom))
		return -EFAULT;
	return dom == XHV_BACKEND_DOMID ? -EINVAL :
	       dom == XHV_GUEST_DOMID ? -EPERM : -ESRCH;
}

long xhv_refuse_claim_pages(unsigned long gva, unsigned long start)
{
	domid_t dom;

	if (get_domain(gva, 32, 24, &dom))
		return -EFAULT;
	return dom == XHV_BACKEND_DOMID || dom == XHV_GUEST_DOMID ? -EPERM :
								    -EINVAL;
}

/* Not refused: the guest has no virtual NUMA. */
long xhv_refuse_vnumainfo(unsigned long gva, unsigned long start)
{
	domid_t dom;

	if (get_domain(gva, 40, 0, &dom))
		return -EFAULT;
	return xhv_domid_is_self(dom) ? -EOPNOTSUPP :
	       xhv_domid_check_target(dom);
}
