/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Grant tables: the guest writes entries into frames that we own, back ends
 * resolve references to frames of guest memory.
 */
#ifndef XHV_GNTTAB_H
#define XHV_GNTTAB_H

#include <linux/types.h>
#include <xen/interface/grant_table.h>

/* xl's default max_grant_frames; what real Xen 4.17 shows a guest. */
#define XHV_GNTTAB_MAX_FRAMES	64

/**
 * xhv_gnttab_pin() - resolve a grant for a back end's use
 * @ref: the grant reference
 * @write: the back end (or the host for it) will write to the frame
 * @pfn: gets the frame
 *
 * Checks the entry as GNTTABOP_map_grant_ref of domain 0 would (type, domid,
 * read-only, frame) and marks it in use (GTF_reading, GTF_writing) until the
 * matching xhv_gnttab_unpin(). Pins of one reference nest.
 *
 * Any context, IRQs on or off; takes no sleeping lock, does not allocate.
 *
 * Return: GNTST_okay or the GNTST_* error that real Xen gives.
 */
int xhv_gnttab_pin(grant_ref_t ref, bool write, u64 *pfn);

/* Ends one xhv_gnttab_pin() with the same arguments. Any context. */
void xhv_gnttab_unpin(grant_ref_t ref, bool write);

/**
 * xhv_gnttab_pin_list() - resolve the grants of a request
 * @refs: the first grant reference
 * @step: from one to the next, in references: lists have them among other things
 * @n: how many; the references may change no more until they are unpinned
 * @write: as for xhv_gnttab_pin()
 * @pfns: gets the frames
 *
 * All or none. IRQs off; takes no sleeping lock, does not allocate.
 *
 * Return: GNTST_okay or the error of the first that is bad.
 */
int xhv_gnttab_pin_list(const grant_ref_t *refs, unsigned int step,
			unsigned int n, bool write, u64 *pfns);

/* Ends an xhv_gnttab_pin_list() with the same arguments. IRQs off. */
void xhv_gnttab_unpin_list(const grant_ref_t *refs, unsigned int step,
			   unsigned int n, bool write);

/**
 * xhv_gnttab_map() - pin a grant and get the kernel address of its page
 * @ref: the grant reference
 *
 * For ring pages and indirect pages: read and write. x86-64 has no highmem,
 * so this is the page's address in the direct map and costs nothing.
 *
 * Return: the address or NULL.
 */
void *xhv_gnttab_map(grant_ref_t ref, bool write);

/* The table itself, for waking: XHV_GNTTAB_MAX_FRAMES virtually contiguous
 * pages and their frame numbers. Only what the table has grown to may be
 * touched; the number of a frame beyond is 0.
 */
void *xhv_gnttab_frames(xen_pfn_t **pfns);

/* XENMEM_add_to_physmap, XENMAPSPACE_grant_table: grow to hold frame @idx.
 * @gpfn must be the number that we gave out for it. IRQs off, does not sleep.
 */
long xhv_gnttab_add_to_physmap(unsigned long idx, xen_pfn_t gpfn);

int xhv_gnttab_init(void);
void xhv_gnttab_exit(void);

struct seq_file;
void xhv_gnttab_show(struct seq_file *m);

/*
 * Handlers: @gva is the guest's address of an array of @count operations.
 * Each returns 0 with a status in each entry, or a negative errno for the call
 * as a whole (public/grant_table.h, xen/common/grant_table.c).
 */
long xhv_gnttab_map_grant_ref(unsigned long gva, unsigned int count);
long xhv_gnttab_unmap_grant_ref(unsigned long gva, unsigned int count);
long xhv_gnttab_setup_table(unsigned long gva, unsigned int count);
long xhv_gnttab_copy(unsigned long gva, unsigned int count);
long xhv_gnttab_query_size(unsigned long gva, unsigned int count);
long xhv_gnttab_set_version(unsigned long gva, unsigned int count);
long xhv_gnttab_get_version(unsigned long gva, unsigned int count);
long xhv_gnttab_swap_grant_ref(unsigned long gva, unsigned int count);

#endif /* XHV_GNTTAB_H */
