// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grant table version 1: the table, and the use of entries by back ends. The
 * guest's calls are in gnttab_ops.c.
 *
 * The table grows by frames (gnttab_frames.c), and with each of them comes a page
 * of active entries.
 *
 * An entry of the table is the guest's memory: read once, checked, and marked
 * by compare and exchange, as public/grant_table.h demands. Next to it there is
 * an active entry of ours, one word, that a bit of its own locks:
 *
 *   63..32 frame, as it was when the entry was first pinned
 *       31 lock
 *       30 held by the guest itself (GNTTABOP_copy), else by domain 0
 *   29..15 pins that write
 *    14..0 pins that only read
 *
 * A pin or unpin is two atomic operations: the lock and the guest's entry. Lists
 * of pages, which requests are made of, have a shorter way for what is usual: an
 * entry that nobody has pinned.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/pfn.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <xhv/core.h>

#include "gnttab_entry.h"
#include "memory.h"

#define ENTRIES_PER_FRAME	(PAGE_SIZE / sizeof(struct grant_entry_v1))
#define MAX_ENTRIES		(XHV_GNTTAB_MAX_FRAMES * ENTRIES_PER_FRAME)

#define ACTIVE_LOCK		BIT_ULL(31)
#define ACTIVE_SELF		BIT_ULL(30)
#define ACTIVE_WRITER		BIT_ULL(15)
#define ACTIVE_READER		BIT_ULL(0)
#define ACTIVE_WRITERS		GENMASK_ULL(29, 15)
#define ACTIVE_READERS		GENMASK_ULL(14, 0)
#define ACTIVE_PINS		(ACTIVE_WRITERS | ACTIVE_READERS)

/* struct grant_entry_v1 as one little-endian word. */
#define ENTRY_FLAGS(raw)	((u16)(raw))
#define ENTRY_DOMID(raw)	((domid_t)((raw) >> 16))
#define ENTRY_FRAME(raw)	((u32)((raw) >> 32))
#define ENTRY_FRAME_MASK	GENMASK_ULL(63, 32)
#define ENTRY_DOMID_MASK	GENMASK_ULL(31, 16)

/* A guest may race with us, for instance to make its entry read-only, but one
 * that always wins is up to no good; Xen gives up after as many.
 */
#define MAX_RETRIES		4

static struct grant_entry_v1 *table;
/* A page for each frame that counts. */
static atomic64_t *active[XHV_GNTTAB_MAX_FRAMES];
static unsigned int nr_frames;	/* written after what it counts */
static atomic64_t refused;

unsigned int xhv_gnttab_nr_frames(void)
{
	return READ_ONCE(nr_frames);
}

static unsigned int nr_entries(void)
{
	/* Pairs with xhv_gnttab_grow(). */
	return smp_load_acquire(&nr_frames) * ENTRIES_PER_FRAME;
}

/* @ref is below nr_entries(). */
static atomic64_t *active_entry(grant_ref_t ref)
{
	return &active[ref / ENTRIES_PER_FRAME][ref % ENTRIES_PER_FRAME];
}

/* IRQs off, or a pin from an interrupt waits for ever for this CPU. Inline, as
 * what else there is one call of for each page of an I/O: a return costs four
 * instructions (return thunks).
 */
static __always_inline u64 lock_active(atomic64_t *act)
{
	s64 old = atomic64_read(act);

	lockdep_assert_irqs_disabled();
	for (;;) {
		old &= ~ACTIVE_LOCK;
		if (likely(atomic64_try_cmpxchg_acquire(act, &old,
							old | ACTIVE_LOCK)))
			return old;
		cpu_relax();
	}
}

static void unlock_active(atomic64_t *act, u64 val)
{
	atomic64_set_release(act, val);
}

static atomic64_t *entry_word(grant_ref_t ref)
{
	BUILD_BUG_ON(sizeof(struct grant_entry_v1) != sizeof(atomic64_t));
	return (atomic64_t *)&table[ref];
}

/*
 * Mark @ref's entry in use, as _set_status_v1() of Xen: type and domain count
 * only for the first pin, read-only for every one that writes.
 */
static __always_inline int set_status(grant_ref_t ref, bool write, domid_t dom,
				      bool first, u64 *entry)
{
	atomic64_t *word = entry_word(ref);
	s64 raw = atomic64_read(word);
	unsigned int retries = 0;
	s64 new;

	for (;;) {
		u16 flags = ENTRY_FLAGS(raw);

		if (first && ((flags & (GTF_type_mask | GTF_sub_page)) !=
			      GTF_permit_access || ENTRY_DOMID(raw) != dom))
			return GNTST_general_error;
		if (write && (flags & GTF_readonly))
			return GNTST_general_error;

		new = raw | GTF_reading | (write ? GTF_writing : 0);
		if (atomic64_try_cmpxchg(word, &raw, new)) {
			*entry = new;
			return GNTST_okay;
		}
		if (retries++ == MAX_RETRIES)
			return GNTST_general_error;
	}
}

/* What the pins that are left in @act no longer need. */
static __always_inline void clear_status(grant_ref_t ref, u64 act)
{
	s64 clear = 0;

	if (!(act & ACTIVE_WRITERS))
		clear |= GTF_writing;
	if (!(act & ACTIVE_PINS))
		clear |= GTF_reading;
	if (clear)
		atomic64_andnot(clear, entry_word(ref));
}

/* Inline, so that what a back end calls has the domain in it. */
static __always_inline int acquire(grant_ref_t ref, bool write, domid_t dom,
				   u64 *pfn)
{
	u64 pins = write ? ACTIVE_WRITERS : ACTIVE_READERS;
	u64 self = dom == XHV_BACKEND_DOMID ? 0 : ACTIVE_SELF;
	unsigned long irqflags;
	atomic64_t *act;
	int rc = GNTST_okay;
	u64 val, entry;
	u32 frame;

	if (unlikely(ref >= nr_entries())) {
		atomic64_inc(&refused);
		return GNTST_bad_gntref;
	}
	ref = array_index_nospec(ref, MAX_ENTRIES);
	act = active_entry(ref);

	local_irq_save(irqflags);
	val = lock_active(act);

	if ((val & ACTIVE_PINS) &&
	    ((val & ACTIVE_SELF) != self || (val & pins) == pins)) {
		rc = GNTST_general_error;
		goto out;
	}
	if (!(val & ACTIVE_PINS) || (write && !(val & ACTIVE_WRITERS))) {
		rc = set_status(ref, write, dom, !(val & ACTIVE_PINS), &entry);
		if (rc)
			goto out;
	}
	frame = val & ACTIVE_PINS ? val >> 32 : ENTRY_FRAME(entry);
	/* Each user asks for itself: pin_list() looks at frames when they are
	 * pinned already.
	 */
	if (unlikely(!xhv_memory_is_ram(frame))) {
		clear_status(ref, val);
		rc = GNTST_bad_page;
		goto out;
	}
	if (!(val & ACTIVE_PINS))
		val = (u64)frame << 32 | self;
	val += write ? ACTIVE_WRITER : ACTIVE_READER;
	*pfn = val >> 32;
out:
	unlock_active(act, val);
	local_irq_restore(irqflags);
	if (unlikely(rc))
		atomic64_inc(&refused);
	return rc;
}

int xhv_gnttab_acquire(grant_ref_t ref, bool write, domid_t dom, u64 *pfn)
{
	return acquire(ref, write, dom, pfn);
}

int xhv_gnttab_pin(grant_ref_t ref, bool write, u64 *pfn)
{
	return acquire(ref, write, XHV_BACKEND_DOMID, pfn);
}

void xhv_gnttab_unpin(grant_ref_t ref, bool write)
{
	u64 pins = write ? ACTIVE_WRITERS : ACTIVE_READERS;
	unsigned long irqflags;
	atomic64_t *act;
	u64 val;

	if (WARN_ON_ONCE(ref >= nr_entries()))
		return;
	act = active_entry(ref);

	local_irq_save(irqflags);
	val = lock_active(act);
	if (!WARN_ON_ONCE(!(val & pins))) {
		val -= write ? ACTIVE_WRITER : ACTIVE_READER;
		clear_status(ref, val);
		if (!(val & ACTIVE_PINS))
			val = 0;
	}
	unlock_active(act, val);
	local_irq_restore(irqflags);
}

/* Pins an entry that is as entries mostly are; false if it is not, or if it was
 * changed at this moment. IRQs off. Bits that are not looked at, such as those of
 * caching, stay as they are.
 */
static __always_inline bool pin_plain(grant_ref_t ref, bool write, u64 *pfn)
{
	u64 look = ENTRY_DOMID_MASK | GTF_type_mask | GTF_sub_page |
		   (write ? GTF_readonly : 0);
	u64 want = (u64)XHV_BACKEND_DOMID << 16 | GTF_permit_access;
	atomic64_t *act = active_entry(ref);
	s64 raw, old = 0;

	if (!atomic64_try_cmpxchg_acquire(act, &old, ACTIVE_LOCK))
		return false;
	raw = atomic64_read(entry_word(ref));
	if (likely((raw & look) == want &&
		   atomic64_try_cmpxchg(entry_word(ref), &raw, raw |
					GTF_reading |
					(write ? GTF_writing : 0)))) {
		unlock_active(act, (raw & ENTRY_FRAME_MASK) |
			      (write ? ACTIVE_WRITER : ACTIVE_READER));
		*pfn = ENTRY_FRAME(raw);
		return true;
	}
	unlock_active(act, 0);
	return false;
}

/* As xhv_gnttab_unpin() where there is one pin only; false if there are more. */
static __always_inline bool unpin_plain(grant_ref_t ref, bool write)
{
	u64 pins = write ? ACTIVE_WRITER : ACTIVE_READER;
	atomic64_t *act = active_entry(ref);
	s64 val = atomic64_read(act);

	if ((u32)val != pins ||
	    !atomic64_try_cmpxchg_acquire(act, &val, val | ACTIVE_LOCK))
		return false;
	atomic64_andnot(GTF_reading | GTF_writing, entry_word(ref));
	unlock_active(act, 0);
	return true;
}

static __always_inline void unpin_list(const grant_ref_t *refs,
				       unsigned int step, unsigned int n,
				       bool write)
{
	for (; n; n--, refs += step)
		if (unlikely(!unpin_plain(*refs, write)))
			xhv_gnttab_unpin(*refs, write);
}

static __always_inline int pin_list(const grant_ref_t *refs, unsigned int step,
				    unsigned int n, bool write, u64 *pfns)
{
	unsigned int i, max = nr_entries();
	const grant_ref_t *at = refs;
	int rc = GNTST_okay;
	grant_ref_t ref;

	for (i = 0; i < n; i++, at += step) {
		ref = array_index_nospec(*at, MAX_ENTRIES);
		if (likely(*at < max && pin_plain(ref, write, &pfns[i])))
			continue;
		rc = acquire(*at, write, XHV_BACKEND_DOMID, &pfns[i]);
		if (rc)
			break;
	}
	if (likely(!rc) && unlikely(!xhv_memory_all_ram(pfns, n))) {
		atomic64_inc(&refused);
		rc = GNTST_bad_page;
	}
	if (unlikely(rc))
		unpin_list(refs, step, i, write);
	return rc;
}

int xhv_gnttab_pin_list(const grant_ref_t *refs, unsigned int step,
			unsigned int n, bool write, u64 *pfns)
{
	lockdep_assert_irqs_disabled();
	return write ? pin_list(refs, step, n, true, pfns) :
		       pin_list(refs, step, n, false, pfns);
}

void xhv_gnttab_unpin_list(const grant_ref_t *refs, unsigned int step,
			   unsigned int n, bool write)
{
	lockdep_assert_irqs_disabled();
	if (write)
		unpin_list(refs, step, n, true);
	else
		unpin_list(refs, step, n, false);
}

void *xhv_gnttab_map(grant_ref_t ref, bool write)
{
	u64 pfn;

	if (xhv_gnttab_pin(ref, write, &pfn))
		return NULL;
	return pfn_to_kaddr(pfn);
}

/* As swap_grant_ref() of Xen. The locks in the order of the references; an
 * entry's own user is the guest, and a guest that changes an entry while it has
 * it swapped gets what it deserves.
 */
int xhv_gnttab_swap(grant_ref_t a, grant_ref_t b)
{
	grant_ref_t low = min(a, b), high = max(a, b);
	atomic64_t *first, *second;
	unsigned long irqflags;
	u64 act_low, act_high;
	int rc = GNTST_okay;
	s64 entry;

	if (high >= nr_entries())
		return GNTST_bad_gntref;
	if (a == b)
		return GNTST_okay;
	low = array_index_nospec(low, MAX_ENTRIES);
	high = array_index_nospec(high, MAX_ENTRIES);
	first = active_entry(low);
	second = active_entry(high);

	local_irq_save(irqflags);
	act_low = lock_active(first);
	act_high = lock_active(second);
	if ((act_low | act_high) & ACTIVE_PINS) {
		rc = GNTST_eagain;
	} else {
		entry = atomic64_read(entry_word(low));
		entry = atomic64_xchg(entry_word(high), entry);
		atomic64_set(entry_word(low), entry);
	}
	unlock_active(second, act_high);
	unlock_active(first, act_low);
	local_irq_restore(irqflags);
	return rc;
}

/* Nothing but the allocator is called, and that without a lock of ours: two
 * that grow at once may each bring a page for the same frame.
 */
int xhv_gnttab_grow(unsigned int frames)
{
	unsigned int i, old = READ_ONCE(nr_frames);
	atomic64_t *page;

	BUILD_BUG_ON(ENTRIES_PER_FRAME * sizeof(atomic64_t) != PAGE_SIZE);

	if (frames > XHV_GNTTAB_MAX_FRAMES)
		return -EINVAL;
	for (i = old; i < frames; i++) {
		if (xhv_gnttab_frame_add(i))
			return -ENOMEM;
		if (READ_ONCE(active[i]))
			continue;
		page = (atomic64_t *)get_zeroed_page(GFP_ATOMIC | __GFP_NOWARN);
		if (!page)
			return -ENOMEM;
		if (cmpxchg(&active[i], NULL, page))
			free_page((unsigned long)page);
	}
	while (frames > old && !try_cmpxchg(&nr_frames, &old, frames))
		;
	return 0;
}

/* gnttab_get_shared_frame_mfn() of Xen: what cannot grow is not there. */
long xhv_gnttab_add_to_physmap(unsigned long idx, xen_pfn_t gpfn)
{
	if (idx >= XHV_GNTTAB_MAX_FRAMES)
		return -EINVAL;
	if (gpfn != xhv_gnttab_frame_pfn(idx))
		return -EOPNOTSUPP;
	return xhv_gnttab_grow(idx + 1) ? -EINVAL : 0;
}

void xhv_gnttab_show(struct seq_file *m)
{
	unsigned int ref, max = nr_entries();

	seq_printf(m, "frames=%u max=%u entries=%u refused=%lld\n",
		   xhv_gnttab_nr_frames(), XHV_GNTTAB_MAX_FRAMES, max,
		   (long long)atomic64_read(&refused));
	for (ref = 0; ref < max; ref++) {
		u64 val = atomic64_read(active_entry(ref));

		if (val & ACTIVE_PINS)
			seq_printf(m, "ref=%u frame=%#llx by=%u readers=%llu writers=%llu\n",
				   ref, val >> 32, val & ACTIVE_SELF ?
				   XHV_GUEST_DOMID : XHV_BACKEND_DOMID,
				   val & ACTIVE_READERS,
				   (val & ACTIVE_WRITERS) / ACTIVE_WRITER);
	}
}

int xhv_gnttab_init(void)
{
	int rc;

	rc = xhv_memory_init();
	if (rc)
		return rc;

	table = xhv_gnttab_frames_init();
	/* INITIAL_NR_GRANT_FRAMES, xen/common/grant_table.c */
	if (!table || xhv_gnttab_grow(1)) {
		xhv_gnttab_exit();
		return -ENOMEM;
	}
	atomic64_set(&refused, 0);
	return 0;
}

void xhv_gnttab_exit(void)
{
	unsigned int i;

	nr_frames = 0;
	xhv_gnttab_frames_exit();
	table = NULL;
	for (i = 0; i < XHV_GNTTAB_MAX_FRAMES; i++) {
		free_page((unsigned long)active[i]);
		active[i] = NULL;
	}
	xhv_memory_exit();
}
