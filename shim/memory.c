// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory_op: reservations, the physical map and what there is of memory.
 *
 * A guest that returns frames (XENMEM_decrease_reservation) has a balloon
 * driver that owns them and does not touch them until it has asked for them
 * back. They stay where they are: the frames remain the kernel's, and the
 * account says how many the guest does without. So populating the same frames
 * again always works.
 *
 * Callers may be atomic; the account is two atomics.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/ioport.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <asm/e820/types.h>

#include "../xen-abi/hypercalls.h"
#include "domid.h"
#include "gnttab.h"
#include "guest.h"
#include "memory.h"
#include "upcall.h"

/* A domU's largest extent: 2 MiB (domu_max_order, xen/common/memory.c). */
#define MAX_EXTENT_ORDER	9
/* A longer list cannot be continued by Xen and is not begun. */
#define MAX_EXTENTS		(UINT_MAX >> XHV_MEMOP_EXTENT_SHIFT)

/* System RAM when the module was loaded, ascending; read only afterwards. */
struct ram_range {
	u64 first;	/* frame */
	u64 end;	/* frame after the last */
};

static struct ram_range *ram;
static unsigned int nr_ram;
static unsigned long ram_pages;
static atomic_long_t ballooned;

static bool in_boot_ram(u64 pfn)
{
	unsigned int low = 0, high = nr_ram;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (pfn >= ram[mid].end)
			low = mid + 1;
		else
			high = mid;
	}
	return low < nr_ram && pfn >= ram[low].first;
}

/*
 * Most frames have a struct page that is not reserved, and then they are RAM.
 * Reserved ones are the kernel's image, the zero page, and what has a struct
 * page only because it shares a section with RAM: holes and firmware. Of an
 * offline page the host may have taken the memory (drivers/hv/hv_balloon.c).
 */
static __always_inline bool of_ram(struct page *page, u64 pfn)
{
	if (likely(!PageReserved(page)))
		return !PageOffline(page);
	return in_boot_ram(pfn);
}

bool xhv_memory_is_ram(u64 pfn)
{
	struct page *page;

	/* Memory that was hot-added and is not online has no page to ask. */
	page = pfn_to_online_page(pfn);
	return page && of_ram(page, pfn);
}

/* A subsection is the least that has pages or not (include/linux/mmzone.h), so
 * what has been said of one frame holds for its neighbours.
 */
bool xhv_memory_all_ram(const u64 *pfns, unsigned int n)
{
	u64 near = ~0ULL;
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (pfns[i] >> PFN_SUBSECTION_SHIFT != near) {
			if (!pfn_to_online_page(pfns[i]))
				return false;
			near = pfns[i] >> PFN_SUBSECTION_SHIFT;
		}
		if (unlikely(!of_ram(pfn_to_page(pfns[i]), pfns[i])))
			return false;
	}
	return true;
}

/* What all three reservation calls check first; a failure is "no more than
 * @start extents done". Whether the domain is right is part of it.
 */
static bool get_reservation(unsigned long gva, unsigned long start,
			    struct xen_memory_reservation *r)
{
	return !xhv_copy_from_guest(r, gva, sizeof(*r)) &&
	       r->nr_extents <= MAX_EXTENTS && start < r->nr_extents &&
	       r->extent_order <= MAX_EXTENT_ORDER &&
	       !xhv_domid_check_target(r->domid);
}

/* A page that is in the kernel's balloon, or is on its way, is marked offline by
 * then (drivers/xen/balloon.c, balloon_append()).
 */
static bool may_balloon(u64 pfn)
{
	struct page *page = pfn_to_online_page(pfn);

	return page && (of_ram(page, pfn) || PageOffline(page));
}

/* Extent @i of the list, if it is all RAM. */
static bool get_extent(const struct xen_memory_reservation *r, unsigned long i)
{
	unsigned long list = (unsigned long)r->extent_start;
	xen_pfn_t gfn;
	unsigned long j;

	if (xhv_copy_from_guest(&gfn, list + i * sizeof(gfn), sizeof(gfn)))
		return false;
	for (j = 0; j < 1UL << r->extent_order; j++)
		if (gfn + j < gfn || !may_balloon(gfn + j))
			return false;
	return true;
}

/* @n frames more for the balloon, or fewer. It has no more than there are; and
 * beyond the maximum reservation Xen has nothing to give.
 */
static bool balloon(long n)
{
	long now = atomic_long_add_return(n, &ballooned);

	if (now >= 0 && now <= ram_pages)
		return true;
	atomic_long_sub(n, &ballooned);
	return false;
}

static long change_reservation(unsigned long gva, unsigned long start,
			       bool decrease)
{
	struct xen_memory_reservation r;
	unsigned long i;
	long n;

	if (!get_reservation(gva, start, &r))
		return start;

	n = 1L << r.extent_order;
	for (i = start; i < r.nr_extents; i++) {
		if (!get_extent(&r, i) || !balloon(decrease ? n : -n))
			break;
		xhv_give_way();
	}
	return i;
}

long xhv_memory_decrease_reservation(unsigned long gva, unsigned long start)
{
	return change_reservation(gva, start, true);
}

long xhv_memory_populate_physmap(unsigned long gva, unsigned long start)
{
	return change_reservation(gva, start, false);
}

/* Frames that are allocated to the domain but not in its physical map. There
 * are none: the host has given us what it has given us.
 */
long xhv_memory_increase_reservation(unsigned long gva, unsigned long start)
{
	return start;
}

/* A host's frame; the guest's own last one is all that we know. */
long xhv_memory_maximum_ram_page(void)
{
	return ram[nr_ram - 1].end;
}

long xhv_memory_current_reservation(domid_t *dom)
{
	int rc = xhv_domid_check_target(*dom);

	return rc ? rc : ram_pages - atomic_long_read(&ballooned);
}

long xhv_memory_maximum_reservation(domid_t *dom)
{
	int rc = xhv_domid_check_target(*dom);

	return rc ? rc : ram_pages;
}

long xhv_memory_maximum_gpfn(domid_t *dom)
{
	int rc = xhv_domid_check_target(*dom);

	return rc ? rc : ram[nr_ram - 1].end - 1;
}

/* A translated guest has no use for the machine's table, and there is none. */
long xhv_memory_machphys_mfn_list(struct xen_machphys_mfn_list *a)
{
	a->nr_extents = 0;
	return 0;
}

/* memory_exchange() of a translated guest, which has no machine frames. */
long xhv_memory_exchange(struct xen_memory_exchange *a)
{
	if (a->in.domid != a->out.domid || a->nr_exchanged > a->in.nr_extents)
		return -EINVAL;
	return a->nr_exchanged == a->in.nr_extents ? 0 : -EOPNOTSUPP;
}

/* No two guests share memory here. */
long xhv_memory_sharing_pages(void)
{
	return 0;
}

/*
 * One frame, as xenmem_add_to_physmap_one() (xen/arch/x86/mm/p2m.c). What a
 * guest can do on Xen and cannot here is to have a page appear at a frame of
 * its choice: our pages are where they are, and are told to the kernel when it
 * is woken. So a frame has to be the page's own. IRQs may be off: growing
 * the grant table comes under gnttab_list_lock.
 */
static long add_one(unsigned int space, unsigned long idx, xen_pfn_t gfn)
{
	switch (space) {
	case XENMAPSPACE_shared_info:
		if (idx)
			return -EINVAL;
		return gfn == PFN_DOWN(__pa(xhv_shared_info())) ? 0 : -EOPNOTSUPP;
	case XENMAPSPACE_grant_table:
		return xhv_gnttab_add_to_physmap(idx, gfn);
	case XENMAPSPACE_gmfn:
		if (!xhv_memory_is_ram(idx))
			return -EINVAL;
		return gfn == idx ? 0 : -EOPNOTSUPP;
	case XENMAPSPACE_gmfn_foreign:
		/* p2m_add_foreign(): only the hardware domain. */
		return -EPERM;
	default:
		return -EINVAL;
	}
}

/* Domain 0 is a PV domain, which has no physical map to change. */
static long may_change_map(domid_t dom)
{
	return dom == XHV_BACKEND_DOMID ? -EACCES : xhv_domid_check_target(dom);
}

/* xatp_permission_check() */
static long may_add(domid_t dom, unsigned int space)
{
	long rc = may_change_map(dom);

	if (rc == -ESRCH)
		return rc;
	if (space == XENMAPSPACE_dev_mmio)
		return -EACCES;
	return rc;
}

/* A size has 16 bits, so has what begins within it. */
static bool start_makes_sense(unsigned long start)
{
	return start <= U16_MAX;
}

/* xenmem_add_to_physmap(); only ranges have extents. */
static long add_frames(const struct xen_add_to_physmap *a, unsigned int start)
{
	unsigned int i;
	long rc = 0;

	if (a->size < start)
		return -EILSEQ;
	if (a->gpfn + a->size < a->gpfn || a->idx + a->size < a->idx)
		return -EOVERFLOW;
	for (i = start; i < a->size && !rc; i++)
		rc = add_one(XENMAPSPACE_gmfn, a->idx + i, a->gpfn + i);
	return rc;
}

long xhv_memory_add_to_physmap(unsigned long gva, unsigned long start)
{
	struct xen_add_to_physmap a;
	long rc;

	if (!start_makes_sense(start))
		return -EDOM;
	if (xhv_copy_from_guest(&a, gva, sizeof(a)))
		return -EFAULT;
	if (a.space == XENMAPSPACE_gmfn_foreign)
		return -ENOSYS;
	rc = may_add(a.domid, a.space);
	if (rc)
		return rc;
	if (a.gpfn == ~0UL)
		return -EINVAL;
	if (a.space != XENMAPSPACE_gmfn_range)
		return add_one(a.space, a.idx, a.gpfn);
	return add_frames(&a, start);
}

long xhv_memory_add_to_physmap_batch(unsigned long gva, unsigned long start)
{
	struct xen_add_to_physmap_range a;
	unsigned long idxs, gpfns, errs, idx;
	xen_pfn_t gfn;
	unsigned int i;
	long rc;
	int err;

	if (!start_makes_sense(start))
		return -EDOM;
	if (xhv_copy_from_guest(&a, gva, sizeof(a)))
		return -EFAULT;
	if (a.space == XENMAPSPACE_gmfn_range)
		return -EOPNOTSUPP;
	rc = may_add(a.domid, a.space);
	if (rc)
		return rc;
	if (a.size < start)
		return -EILSEQ;

	idxs = (unsigned long)a.idxs;
	gpfns = (unsigned long)a.gpfns;
	errs = (unsigned long)a.errs;
	for (i = start; i < a.size; i++) {
		if (xhv_copy_from_guest(&idx, idxs + i * sizeof(idx),
					sizeof(idx)) ||
		    xhv_copy_from_guest(&gfn, gpfns + i * sizeof(gfn),
					sizeof(gfn)))
			return -EFAULT;
		if (gfn == ~0UL)
			return -EINVAL;
		err = add_one(a.space, idx, gfn);
		if (xhv_copy_to_guest(errs + i * sizeof(err), &err,
				      sizeof(err)))
			return -EFAULT;
		xhv_give_way();
	}
	return 0;
}

/* A frame that is there stays there; see add_one(). */
long xhv_memory_remove_from_physmap(struct xen_remove_from_physmap *a)
{
	long rc = may_change_map(a->domid);

	if (rc)
		return rc;
	return xhv_memory_is_ram(a->gpfn) ? -EOPNOTSUPP : -ENOENT;
}

/* What the guest has set, if it has. Under the lock. */
#define MAX_MAP		128	/* E820MAX, xen/arch/x86/include/asm/e820.h */

static struct boot_e820_entry own_map[MAX_MAP];
static unsigned int nr_own_map;
static bool has_own_map;
static DEFINE_RAW_SPINLOCK(own_map_lock);

/* public/memory.h: a toolstack's for a new domain, but a guest's for itself,
 * too. Only this call and XENMEM_memory_map ever look at it.
 */
long xhv_memory_set_memory_map(unsigned long gva, unsigned long start)
{
	struct {
		domid_t domid;
		struct xen_memory_map map;
	} fmap;
	struct boot_e820_entry entry;
	unsigned long flags, buffer;
	unsigned int i;
	long rc;

	if (xhv_copy_from_guest(&fmap, gva, sizeof(fmap)))
		return -EFAULT;
	if (fmap.map.nr_entries > MAX_MAP)
		return -EINVAL;
	rc = xhv_domid_check_target(fmap.domid);
	if (rc)
		return rc;

	buffer = (unsigned long)fmap.map.buffer;
	raw_spin_lock_irqsave(&own_map_lock, flags);
	for (i = 0; i < fmap.map.nr_entries && !rc; i++) {
		rc = xhv_copy_from_guest(&entry, buffer + i * sizeof(entry),
					 sizeof(entry));
		if (!rc)
			own_map[i] = entry;
	}
	nr_own_map = rc ? 0 : i;
	has_own_map = true;
	raw_spin_unlock_irqrestore(&own_map_lock, flags);
	return rc;
}

static void get_boot_entry(unsigned int i, struct boot_e820_entry *entry)
{
	/* The kernel has taken page 0 away (trim_bios_range()). */
	u64 first = ram[i].first == 1 ? 0 : ram[i].first;

	entry->addr = PFN_PHYS(first);
	entry->size = PFN_PHYS(ram[i].end - first);
	entry->type = E820_TYPE_RAM;
}

/* One entry of the guest's own map; false if it has no more. */
static bool get_own_entry(unsigned int i, struct boot_e820_entry *entry)
{
	unsigned long flags;
	bool ok;

	raw_spin_lock_irqsave(&own_map_lock, flags);
	ok = i < nr_own_map;
	if (ok)
		*entry = own_map[i];
	raw_spin_unlock_irqrestore(&own_map_lock, flags);
	return ok;
}

/* The map "as it was when the domain was started" (public/memory.h): its RAM.
 * What lies between is the firmware's and devices'.
 */
long xhv_memory_memory_map(unsigned long gva, unsigned long start)
{
	struct boot_e820_entry entry;
	struct xen_memory_map map;
	unsigned long buffer;
	unsigned int i;

	if (xhv_copy_from_guest(&map, gva, sizeof(map)))
		return -EFAULT;

	buffer = (unsigned long)map.buffer;
	if (READ_ONCE(has_own_map) && !READ_ONCE(nr_own_map))
		return -ENOSYS;
	map.nr_entries = min(map.nr_entries, READ_ONCE(has_own_map) ?
			     READ_ONCE(nr_own_map) : nr_ram);
	for (i = 0; i < map.nr_entries; i++) {
		if (!READ_ONCE(has_own_map))
			get_boot_entry(i, &entry);
		else if (!get_own_entry(i, &entry))
			break;
		if (xhv_copy_to_guest(buffer + i * sizeof(entry), &entry,
				      sizeof(entry)))
			return -EFAULT;
	}
	return xhv_copy_to_guest(gva, &map, sizeof(map));
}

/* public/memory.h: struct xen_reserved_device_memory_map. No device that needs
 * memory of its own mapped one to one is assigned to the guest by Xen.
 */
long xhv_memory_reserved_device_memory_map(unsigned long gva,
					   unsigned long start)
{
	struct {
		u32 flags;
		u32 nr_entries;
		u64 buffer;
		u64 device;
	} map;

	if (xhv_copy_from_guest(&map, gva, sizeof(map)))
		return -EFAULT;
	if (map.flags & ~1U)	/* XENMEM_RDM_ALL */
		return -EINVAL;
	map.nr_entries = 0;
	return xhv_copy_to_guest(gva, &map, sizeof(map));
}

static int add_ram(struct resource *res, void *unused)
{
	struct ram_range *grown;
	u64 first = PFN_UP(res->start);
	u64 end = PFN_DOWN(res->end + 1);

	if (end <= first)
		return 0;
	grown = krealloc(ram, (nr_ram + 1) * sizeof(*ram), GFP_KERNEL);
	if (!grown)
		return -ENOMEM;
	ram = grown;
	ram[nr_ram].first = first;
	ram[nr_ram++].end = end;
	ram_pages += end - first;
	return 0;
}

int xhv_memory_init(void)
{
	int rc;

	rc = walk_iomem_res_desc(IORES_DESC_NONE,
				 IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY,
				 0, -1, NULL, add_ram);
	if (!nr_ram)
		rc = rc ? rc : -ENODEV;
	else if (rc != -ENOMEM)
		rc = 0;
	if (rc)
		xhv_memory_exit();
	return rc;
}

void xhv_memory_exit(void)
{
	kfree(ram);
	ram = NULL;
	nr_ram = 0;
	has_own_map = false;
	ram_pages = 0;
	atomic_long_set(&ballooned, 0);
}
