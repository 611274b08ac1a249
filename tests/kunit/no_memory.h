/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before some units (Kbuild): what these allocate can be made to fail,
 * by xhv_double_no_memory(). The kernel's own fault injection is set by boot
 * options and files, not from a test.
 */
#ifndef XHV_KUNIT_NO_MEMORY_H
#define XHV_KUNIT_NO_MEMORY_H

#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

bool xhv_double_is_without_memory(void);

/* A macro is not expanded again in its own expansion. */
#define XHV_OR_NOTHING(alloc)						\
	(xhv_double_is_without_memory() ? (typeof(alloc))0 : (alloc))

#undef alloc_page
#define alloc_page(gfp)		XHV_OR_NOTHING(alloc_pages(gfp, 0))
#define get_zeroed_page(gfp)	XHV_OR_NOTHING(get_zeroed_page(gfp))
#define kcalloc(n, size, gfp)	XHV_OR_NOTHING(kcalloc(n, size, gfp))
#define vmap(pages, n, flags, prot) \
	XHV_OR_NOTHING(vmap(pages, n, flags, prot))

#endif /* XHV_KUNIT_NO_MEMORY_H */
