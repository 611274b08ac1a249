// SPDX-License-Identifier: GPL-2.0-only
/*
 * The grant table's frames. The guest wants them at consecutive addresses and
 * most of them never, and it asks for more under gnttab_list_lock, with IRQs
 * off, when nothing can be mapped. So the addresses are mapped from the start, as
 * pages that nobody can touch (PAGE_NONE), and each gets its memory when it is
 * asked for: that changes one entry of a page table, in which the processor
 * keeps nothing of what is not present, so that nothing has to be flushed.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "gnttab_entry.h"

static struct grant_entry_v1 *table;
static struct page *frames[XHV_GNTTAB_MAX_FRAMES];
static xen_pfn_t pfns[XHV_GNTTAB_MAX_FRAMES];	/* 0: has none yet */

int xhv_gnttab_frame_add(unsigned int idx)
{
	unsigned long addr = (unsigned long)table + idx * PAGE_SIZE;
	struct page *page, *old;
	unsigned int level;

	if (!READ_ONCE(frames[idx])) {
		page = alloc_page(GFP_ATOMIC | __GFP_ZERO | __GFP_NOWARN);
		if (!page)
			return -ENOMEM;
		old = cmpxchg(&frames[idx], NULL, page);
		if (old)
			__free_page(page);
	}
	/* Once more does no harm where two are at it. */
	page = READ_ONCE(frames[idx]);
	set_pte(lookup_address(addr, &level), mk_pte(page, PAGE_KERNEL));
	WRITE_ONCE(pfns[idx], page_to_pfn(page));
	return 0;
}

xen_pfn_t xhv_gnttab_frame_pfn(unsigned int idx)
{
	return READ_ONCE(pfns[idx]);
}

void *xhv_gnttab_frames(xen_pfn_t **list)
{
	*list = pfns;
	return table;
}

struct grant_entry_v1 *xhv_gnttab_frames_init(void)
{
	unsigned int level, i;

	/* Which page is none's business: what reads kernel memory for a
	 * debugger finds zeros.
	 */
	for (i = 0; i < XHV_GNTTAB_MAX_FRAMES; i++)
		frames[i] = ZERO_PAGE(0);
	table = vmap(frames, XHV_GNTTAB_MAX_FRAMES, VM_MAP, PAGE_NONE);
	memset(frames, 0, sizeof(frames));
	for (i = 0; table && i < XHV_GNTTAB_MAX_FRAMES; i++)
		if (WARN_ON(!lookup_address((unsigned long)table + i * PAGE_SIZE,
					    &level) || level != PG_LEVEL_4K))
			xhv_gnttab_frames_exit();
	return table;
}

void xhv_gnttab_frames_exit(void)
{
	unsigned int i;

	vunmap(table);
	table = NULL;
	for (i = 0; i < XHV_GNTTAB_MAX_FRAMES; i++) {
		if (frames[i])
			__free_page(frames[i]);
		frames[i] = NULL;
		pfns[i] = 0;
	}
}
