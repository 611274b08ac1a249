/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's memory, as memory_op tells about it.
 *
 * The guest is translated: a frame number (GFN) is what the kernel calls a
 * PFN. Real memory is the host's; what the shim has is the kernel's view of it
 * and an account of what the guest's balloon holds.
 */
#ifndef XHV_MEMORY_H
#define XHV_MEMORY_H

#include <linux/types.h>
#include <xen/interface/xen.h>
#include <xen/interface/memory.h>

/**
 * xhv_memory_is_ram() - is this frame memory that may be granted and copied?
 * @pfn: the frame, any value
 *
 * False for device memory, holes, and frames that the kernel has handed back
 * to the host. Any context; on the data path.
 */
bool xhv_memory_is_ram(u64 pfn);

/**
 * xhv_memory_all_ram() - xhv_memory_is_ram() of each of a list
 * @pfns: the frames, any values
 * @n: how many
 *
 * As it is at this moment; what somebody uses does not go offline. Any context.
 */
bool xhv_memory_all_ram(const u64 *pfns, unsigned int n);

/* Process context, may sleep. */
int xhv_memory_init(void);
void xhv_memory_exit(void);

/*
 * Handlers, see xen-abi/hypercalls.h; answers as xen/common/memory.c. @gva is
 * the caller's address of the operation's structure, @start the extent of its
 * list to begin with, as if those before it had been done. Those that take a
 * reservation return the number of extents that were done, never an error.
 * Any context: nothing sleeps, but a long list gives way where it may.
 */
long xhv_memory_increase_reservation(unsigned long gva, unsigned long start);
long xhv_memory_decrease_reservation(unsigned long gva, unsigned long start);
long xhv_memory_populate_physmap(unsigned long gva, unsigned long start);
long xhv_memory_maximum_ram_page(void);
long xhv_memory_current_reservation(domid_t *dom);
long xhv_memory_maximum_reservation(domid_t *dom);
long xhv_memory_maximum_gpfn(domid_t *dom);
long xhv_memory_add_to_physmap(unsigned long gva, unsigned long start);
long xhv_memory_add_to_physmap_batch(unsigned long gva, unsigned long start);
long xhv_memory_remove_from_physmap(struct xen_remove_from_physmap *a);
long xhv_memory_memory_map(unsigned long gva, unsigned long start);
long xhv_memory_set_memory_map(unsigned long gva, unsigned long start);
long xhv_memory_reserved_device_memory_map(unsigned long gva,
					   unsigned long start);
long xhv_memory_sharing_pages(void);
long xhv_memory_machphys_mfn_list(struct xen_machphys_mfn_list *a);
long xhv_memory_exchange(struct xen_memory_exchange *a);

#endif /* XHV_MEMORY_H */
