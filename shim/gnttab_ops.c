// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's grant table calls; answers as xen/common/grant_table.c, cited by
 * function. A call that fails as a whole makes Linux BUG() in many places, so
 * what is wrong with one operation goes into that operation's status.
 *
 * Contexts: GNTTABOP_copy with a back end's queue lock held, the others
 * from process context, some with IRQs off.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/stddef.h>

#include "domid.h"
#include "gnttab_entry.h"
#include "guest.h"
#include "memory.h"

/* XSM_TARGET, as a status. */
static s16 check_domain(domid_t dom)
{
	switch (xhv_domid_check_target(dom)) {
	case 0:
		return GNTST_okay;
	case -EPERM:
		return GNTST_permission_denied;
	default:
		return GNTST_bad_domain;
	}
}

/* Whether a domain could have such an entry; domain 0's table is as large as
 * the guest's can be.
 */
static bool in_a_table(grant_ref_t ref)
{
	return ref < XHV_GNTTAB_MAX_FRAMES *
		     (PAGE_SIZE / sizeof(struct grant_entry_v1));
}

/*
 * map_grant_ref(). Domain 0 grants nothing to the guest, and there is no other
 * domain but the guest itself. Mapping one's own grant on Xen takes the frame
 * away from where it was, and the guest does not survive it; here it is an
 * error. DOMID_SELF has never been good for this call.
 */
static s16 map_status(const struct gnttab_map_grant_ref *op)
{
	if (!(op->flags & (GNTMAP_device_map | GNTMAP_host_map)))
		return GNTST_bad_gntref;
	if (op->flags & (GNTMAP_device_map | GNTMAP_application_map |
			 GNTMAP_contains_pte))
		return GNTST_general_error;
	if (op->dom != XHV_BACKEND_DOMID && op->dom != XHV_GUEST_DOMID)
		return GNTST_bad_domain;
	return in_a_table(op->ref) ? GNTST_general_error : GNTST_bad_gntref;
}

long xhv_gnttab_map_grant_ref(unsigned long gva, unsigned int count)
{
	struct gnttab_map_grant_ref op;

	for (; count; count--, gva += sizeof(op)) {
		if (xhv_copy_from_guest(&op, gva, sizeof(op)))
			return -EFAULT;
		op.status = map_status(&op);
		if (xhv_copy_to_guest(gva, &op, sizeof(op)))
			return -EFAULT;
		xhv_give_way();
	}
	return 0;
}

/* unmap_common(): no handle has ever been given out. */
long xhv_gnttab_unmap_grant_ref(unsigned long gva, unsigned int count)
{
	struct gnttab_unmap_grant_ref op;

	for (; count; count--, gva += sizeof(op)) {
		if (xhv_copy_from_guest(&op, gva, sizeof(op)))
			return -EFAULT;
		op.status = GNTST_bad_handle;
		if (xhv_copy_to_guest(gva, &op, sizeof(op)))
			return -EFAULT;
		xhv_give_way();
	}
	return 0;
}

/* gnttab_setup_table(): also tells a translated guest where its table is. */
long xhv_gnttab_setup_table(unsigned long gva, unsigned int count)
{
	struct gnttab_setup_table op;
	unsigned long list;
	xen_pfn_t *pfns;
	unsigned int i;

	if (count != 1)
		return -EINVAL;
	if (xhv_copy_from_guest(&op, gva, sizeof(op)))
		return -EFAULT;

	op.status = check_domain(op.dom);
	if (!op.status && xhv_gnttab_grow(op.nr_frames))
		op.status = GNTST_general_error;
	if (!op.status) {
		xhv_gnttab_frames(&pfns);
		list = (unsigned long)op.frame_list;
		for (i = 0; i < op.nr_frames; i++)
			if (xhv_copy_to_guest(list + i * sizeof(*pfns),
					      &pfns[i], sizeof(*pfns)))
				op.status = GNTST_bad_virt_addr;
	}
	return xhv_copy_to_guest(gva + offsetof(typeof(op), status),
				 &op.status, sizeof(op.status));
}

/* gnttab_query_size() */
long xhv_gnttab_query_size(unsigned long gva, unsigned int count)
{
	struct gnttab_query_size op;

	if (count != 1)
		return -EINVAL;
	if (xhv_copy_from_guest(&op, gva, sizeof(op)))
		return -EFAULT;

	op.status = check_domain(op.dom);
	if (!op.status) {
		op.nr_frames = xhv_gnttab_nr_frames();
		op.max_nr_frames = XHV_GNTTAB_MAX_FRAMES;
	}
	return xhv_copy_to_guest(gva, &op, sizeof(op));
}

/* gnttab_set_version() of a host with max_grant_version=1: version 2 is as
 * unknown as before it was introduced.
 */
long xhv_gnttab_set_version(unsigned long gva, unsigned int count)
{
	struct gnttab_set_version op;
	long rc = 0;

	if (xhv_copy_from_guest(&op, gva, sizeof(op)))
		return -EFAULT;

	if (op.version == 2)
		rc = -ENOSYS;
	else if (op.version != 1)
		rc = -EINVAL;
	op.version = 1;
	if (xhv_copy_to_guest(gva, &op, sizeof(op)))
		return -EFAULT;
	return rc;
}

/* gnttab_get_version() */
long xhv_gnttab_get_version(unsigned long gva, unsigned int count)
{
	struct gnttab_get_version op;
	long rc;

	if (xhv_copy_from_guest(&op, gva, sizeof(op)))
		return -EFAULT;
	rc = xhv_domid_check_target(op.dom);
	if (rc)
		return rc;

	op.version = 1;
	return xhv_copy_to_guest(gva + offsetof(typeof(op), version),
				 &op.version, sizeof(op.version));
}

long xhv_gnttab_swap_grant_ref(unsigned long gva, unsigned int count)
{
	struct gnttab_swap_grant_ref op;

	for (; count; count--, gva += sizeof(op)) {
		if (xhv_copy_from_guest(&op, gva, sizeof(op)))
			return -EFAULT;
		op.status = xhv_gnttab_swap(op.ref_a, op.ref_b);
		if (xhv_copy_to_guest(gva + offsetof(typeof(op), status),
				      &op.status, sizeof(op.status)))
			return -EFAULT;
		xhv_give_way();
	}
	return 0;
}

/* One end of a copy, found and, if it is a grant, pinned. */
struct copy_end {
	u64 pfn;
	bool pinned;
};

/* gnttab_copy_lock_domain() */
static s16 copy_check_domain(domid_t dom)
{
	if (xhv_domid_is_self(dom) || dom == XHV_BACKEND_DOMID)
		return GNTST_okay;
	return GNTST_bad_domain;
}

/* gnttab_copy_claim_buf(): the caller's own grant, given to itself; domain 0
 * has none for it. Only DOMID_SELF may be named with a frame.
 */
static s16 copy_claim(const struct gnttab_copy_ptr *ptr, bool by_ref,
		      bool write, struct copy_end *end)
{
	s16 rc;

	end->pinned = false;
	if (!by_ref && ptr->domid != DOMID_SELF)
		return GNTST_permission_denied;
	if (!by_ref) {
		end->pfn = ptr->u.gmfn;
		return xhv_memory_is_ram(end->pfn) ? GNTST_okay :
						     GNTST_bad_page;
	}
	if (ptr->domid == XHV_BACKEND_DOMID)
		return in_a_table(ptr->u.ref) ? GNTST_general_error :
						GNTST_bad_gntref;

	rc = xhv_gnttab_acquire(ptr->u.ref, write, XHV_GUEST_DOMID, &end->pfn);
	end->pinned = !rc;
	return rc;
}

/*
 * The direct map may lack a page (debugging, secret memory) or have it
 * read-only (the kernel's text), so not a plain memcpy().
 */
static s16 copy_bytes(unsigned long to, unsigned long from, unsigned int len)
{
	u64 chunk[16];
	unsigned int n;

	for (; len; len -= n, to += n, from += n) {
		n = min_t(unsigned int, len, sizeof(chunk));
		if (xhv_copy_from_guest(chunk, from, n) ||
		    xhv_copy_to_guest(to, chunk, n))
			return GNTST_general_error;
	}
	return GNTST_okay;
}

/* gnttab_copy_one(), in the order of its checks. */
static s16 copy_one(const struct gnttab_copy *op)
{
	bool src_ref = op->flags & GNTCOPY_source_gref;
	bool dst_ref = op->flags & GNTCOPY_dest_gref;
	struct copy_end src, dst;
	s16 rc;

	rc = copy_check_domain(op->source.domid);
	if (!rc)
		rc = copy_check_domain(op->dest.domid);
	if (rc)
		return rc;

	rc = copy_claim(&op->source, src_ref, false, &src);
	if (rc)
		return rc;
	rc = copy_claim(&op->dest, dst_ref, true, &dst);
	if (rc)
		goto out_src;

	if ((unsigned int)op->source.offset + op->len > PAGE_SIZE ||
	    (unsigned int)op->dest.offset + op->len > PAGE_SIZE)
		rc = GNTST_bad_copy_arg;
	else
		rc = copy_bytes((unsigned long)pfn_to_kaddr(dst.pfn) +
				op->dest.offset,
				(unsigned long)pfn_to_kaddr(src.pfn) +
				op->source.offset, op->len);

	if (dst.pinned)
		xhv_gnttab_unpin(op->dest.u.ref, true);
out_src:
	if (src.pinned)
		xhv_gnttab_unpin(op->source.u.ref, false);
	return rc;
}

long xhv_gnttab_copy(unsigned long gva, unsigned int count)
{
	struct gnttab_copy op;

	for (; count; count--, gva += sizeof(op)) {
		if (xhv_copy_from_guest(&op, gva, sizeof(op)))
			return -EFAULT;
		op.status = copy_one(&op);
		if (xhv_copy_to_guest(gva + offsetof(typeof(op), status),
				      &op.status, sizeof(op.status)))
			return -EFAULT;
		xhv_give_way();
	}
	return 0;
}
