/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files that implement grant tables share; nobody else includes it.
 */
#ifndef XHV_GNTTAB_ENTRY_H
#define XHV_GNTTAB_ENTRY_H

#include "gnttab.h"

/* xhv_gnttab_pin() on behalf of @dom: XHV_BACKEND_DOMID or XHV_GUEST_DOMID. */
int xhv_gnttab_acquire(grant_ref_t ref, bool write, domid_t dom, u64 *pfn);

/* GNTTABOP_swap_grant_ref. Return: a GNTST_*. */
int xhv_gnttab_swap(grant_ref_t a, grant_ref_t b);

unsigned int xhv_gnttab_nr_frames(void);

/* Let @frames frames count. Any context but under a raw lock, as it allocates.
 * Return: 0, -EINVAL if too many, or -ENOMEM.
 */
int xhv_gnttab_grow(unsigned int frames);

/*
 * gnttab_frames.c
 */

/* The table: addresses for all frames, none of which has memory. NULL if there
 * are none to be had. Process context, as its end, which takes NULL as well.
 */
struct grant_entry_v1 *xhv_gnttab_frames_init(void);
void xhv_gnttab_frames_exit(void);

/* Gives frame @idx its memory, if it has none. As xhv_gnttab_grow(). */
int xhv_gnttab_frame_add(unsigned int idx);

/* The number of frame @idx; 0 while it has no memory. */
xen_pfn_t xhv_gnttab_frame_pfn(unsigned int idx);

#endif /* XHV_GNTTAB_ENTRY_H */
