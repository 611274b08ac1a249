/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A grant table for the targets that use grants, and who holds which of them. A
 * target defines NR_REFS, as many references as it uses, and includes this.
 */
#ifndef XHV_FUZZ_PINS_H
#define XHV_FUZZ_PINS_H

#include "fuzz.h"

#include "../../shim/gnttab_entry.h"
#include "../../shim/memory.h"
#include "xhv/core.h"

static struct grant_entry_v1 *table;
static unsigned int pages_of_table;

/* Pins by reference, as the back end holds them. */
static struct pins {
	u64 frame;
	unsigned int readers, writers;
} pins[NR_REFS];

int __real_xhv_gnttab_pin(grant_ref_t ref, bool write, u64 *pfn);
void __real_xhv_gnttab_unpin(grant_ref_t ref, bool write);
int __real_xhv_gnttab_pin_list(const grant_ref_t *refs, unsigned int step,
			       unsigned int n, bool write, u64 *pfns);
void __real_xhv_gnttab_unpin_list(const grant_ref_t *refs, unsigned int step,
				  unsigned int n, bool write);
void *__real_xhv_gnttab_map(grant_ref_t ref, bool write);
int __wrap_xhv_gnttab_pin(grant_ref_t ref, bool write, u64 *pfn);
void __wrap_xhv_gnttab_unpin(grant_ref_t ref, bool write);
int __wrap_xhv_gnttab_pin_list(const grant_ref_t *refs, unsigned int step,
			       unsigned int n, bool write, u64 *pfns);
void __wrap_xhv_gnttab_unpin_list(const grant_ref_t *refs, unsigned int step,
				  unsigned int n, bool write);
void *__wrap_xhv_gnttab_map(grant_ref_t ref, bool write);

static void pinned(grant_ref_t ref, bool write, u64 pfn)
{
	struct pins *p = &pins[ref];

	fuzz_assert(ref < NR_REFS);
	if (p->readers || p->writers)
		fuzz_assert(p->frame == pfn);
	p->frame = pfn;
	p->readers += !write;
	p->writers += write;
}

int __wrap_xhv_gnttab_pin(grant_ref_t ref, bool write, u64 *pfn)
{
	int rc = __real_xhv_gnttab_pin(ref, write, pfn);

	if (rc == GNTST_okay)
		pinned(ref, write, *pfn);
	return rc;
}

void *__wrap_xhv_gnttab_map(grant_ref_t ref, bool write)
{
	void *p = __real_xhv_gnttab_map(ref, write);

	if (p)
		pinned(ref, write, __pa(p) >> PAGE_SHIFT);
	return p;
}

static void unpinned(grant_ref_t ref, bool write)
{
	unsigned int *n;

	fuzz_assert(ref < NR_REFS);
	n = write ? &pins[ref].writers : &pins[ref].readers;
	fuzz_assert(*n);
	--*n;
}

void __wrap_xhv_gnttab_unpin(grant_ref_t ref, bool write)
{
	unpinned(ref, write);
	__real_xhv_gnttab_unpin(ref, write);
}

int __wrap_xhv_gnttab_pin_list(const grant_ref_t *refs, unsigned int step,
			       unsigned int n, bool write, u64 *pfns)
{
	int rc = __real_xhv_gnttab_pin_list(refs, step, n, write, pfns);
	unsigned int i;

	for (i = 0; i < n && rc == GNTST_okay; i++)
		pinned(refs[i * step], write, pfns[i]);
	return rc;
}

void __wrap_xhv_gnttab_unpin_list(const grant_ref_t *refs, unsigned int step,
				  unsigned int n, bool write)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		unpinned(refs[i * step], write);
	__real_xhv_gnttab_unpin_list(refs, step, n, write);
}

struct grant_entry_v1 *xhv_gnttab_frames_init(void)
{
	table = kzalloc(XHV_GNTTAB_MAX_FRAMES * PAGE_SIZE, GFP_KERNEL);
	return table;
}

void xhv_gnttab_frames_exit(void)
{
	kfree(table);
}

int xhv_gnttab_frame_add(unsigned int idx)
{
	return 0;
}

xen_pfn_t xhv_gnttab_frame_pfn(unsigned int idx)
{
	return 0;
}

int xhv_memory_init(void)
{
	return 0;
}

void xhv_memory_exit(void)
{
}

static void grant(grant_ref_t ref, const void *page)
{
	table[ref] = (struct grant_entry_v1) {
		.flags = GTF_permit_access, .domid = XHV_BACKEND_DOMID,
		.frame = __pa(page) >> PAGE_SHIFT,
	};
}

#endif /* XHV_FUZZ_PINS_H */
