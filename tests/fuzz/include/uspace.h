/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of the kernel as the product's files need to run in user space,
 * alone and in one thread. Every header of the kernel that they include and
 * that is not taken from the kernel itself is this one (see run).
 *
 * What a kernel would complain about ends the program: a warning, a lock that is
 * taken twice. Memory comes from malloc(), so that ASan watches it, and
 * fuzz_fail_alloc makes it run out.
 */
#ifndef XHV_FUZZ_USPACE_H
#define XHV_FUZZ_USPACE_H

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef long long s64;
typedef u8 __u8;
typedef u16 __u16;
typedef u32 __u32;
typedef u64 __u64;
typedef u16 __be16;
typedef u16 __sum16;
typedef u32 __be32;
typedef u64 __be64;
typedef int clockid_type;
typedef unsigned int gfp_t;
typedef struct { u8 b[16]; } guid_t;
typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;
typedef s64 ktime_t;

struct net_device;
struct seq_file;

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_head {
	struct hlist_node *first;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

/* compiler */
#define __packed		__attribute__((__packed__))
#define __aligned(x)		__attribute__((__aligned__(x)))
#define __printf(a, b)		__attribute__((__format__(printf, a, b)))
#define __maybe_unused		__attribute__((__unused__))
#define __must_check
#define __user
#define __acquire(l)
#define __release(l)
#define __rcu
#define __init
#define __exit
#undef __always_inline
#define __always_inline		inline
#define noinline		__attribute__((__noinline__))
#define likely(x)		(x)
#define ____cacheline_aligned
#define unlikely(x)		(x)
#define fallthrough		__attribute__((__fallthrough__))
#define barrier()		__asm__ __volatile__("" ::: "memory")
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#define offsetofend(type, member) \
	(offsetof(type, member) + sizeof(((type *)0)->member))
#define htons(x)		__builtin_bswap16(x)
#define IPPROTO_TCP		6
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))
#undef static_assert
#define static_assert(x, ...)	_Static_assert(x, #x)
#define BUILD_BUG_ON(x)		_Static_assert(!(x), #x)
#define BUILD_BUG_ON_ZERO(x)	0
#define IS_ENABLED(x)		0
#define EXPORT_SYMBOL(x)
#define EXPORT_SYMBOL_GPL(x)
#define MODULE_LICENSE(x)
#define MODULE_PARM_DESC(x, text)
#define module_param(x, type, mode)
#define MODULE_AUTHOR(x)
#define THIS_MODULE		NULL
#define KERNEL_VERSION(a, b, c)	((a) << 16 | (b) << 8 | (c))
#define LINUX_VERSION_CODE	KERNEL_VERSION(6, 14, 0)
#define _RET_IP_		0

#define LIST_POISON1		((void *)0x100)
#define LIST_POISON2		((void *)0x122)

/* What must not be: ends the program with a stack trace. */
#define WARN_ON(x) \
	({ bool warn_on = (x); if (warn_on) fuzz_die(#x); warn_on; })
#define WARN_ON_ONCE(x)		WARN_ON(x)
#define BUG_ON(x)		((void)WARN_ON(x))
#define lockdep_assert_held(x)	((void)(x))
#define lockdep_assert_irqs_disabled() ((void)0)
#define might_sleep()		((void)0)
#define fuzz_assert(x)		((void)((x) || (fuzz_die(#x), 0)))
void fuzz_die(const char *what);

#define seq_printf(m, ...)	((void)(m), (void)(0 && printf(__VA_ARGS__)))
#define dev_warn(dev, ...)	((void)(dev), (void)(0 && printf(__VA_ARGS__)))
#define dev_info(dev, ...)	dev_warn(dev, __VA_ARGS__)
#define dev_warn_ratelimited(dev, ...) dev_warn(dev, __VA_ARGS__)
#define dev_info_ratelimited(dev, ...) dev_warn(dev, __VA_ARGS__)

/* numbers */
#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define GENMASK_ULL(h, l)	((~0ULL << (l)) & (~0ULL >> (63 - (h))))
#define BITS_PER_LONG		64
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define ALIGN(x, a)		(((x) + (a) - 1) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a)	(((x) & ((__typeof__(x))(a) - 1)) == 0)
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define round_up(x, y)		((((x) - 1) | ((__typeof__(x))((y) - 1))) + 1)
#define round_down(x, y)	((x) & ~((__typeof__(x))((y) - 1)))
#define min(a, b) \
	({ __typeof__(a) min_a = (a); __typeof__(b) min_b = (b); \
	   min_a < min_b ? min_a : min_b; })
#define max(a, b) \
	({ __typeof__(a) max_a = (a); __typeof__(b) max_b = (b); \
	   max_a > max_b ? max_a : max_b; })
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#define min3(a, b, c)		min(min(a, b), c)
#define U8_MAX			((u8)~0U)
#define U16_MAX			((u16)~0U)
#define U32_MAX			((u32)~0U)
#define U64_MAX			((u64)~0ULL)
#define SZ_1M			0x100000
#define SZ_1G			0x40000000
#define is_power_of_2(n)	((n) && !((n) & ((n) - 1)))
#define array_index_nospec(i, n) ((i) < (n) ? (i) : 0)
#define ilog2(n)		(63 - __builtin_clzll(n))
#define ilog2_u32(n)		(31 - __builtin_clz(n))
#define roundup_pow_of_two(n)	__roundup_pow_of_two(n)
#define __roundup_pow_of_two(n)	(1UL << (ilog2((n) - 1) + 1))
#define __rounddown_pow_of_two(n) (1UL << ilog2(n))
#define struct_size(p, m, n)	(sizeof(*(p)) + sizeof((p)->m[0]) * (n))
#define lower_32_bits(n)	((u32)(n))
#define swap(a, b) \
	do { __typeof__(a) swap_a = (a); (a) = (b); (b) = swap_a; } while (0)
int kstrtouint(const char *s, unsigned int base, unsigned int *res);

static inline u16 get_unaligned_be16(const void *p)
{
	const u8 *b = p;

	return b[0] << 8 | b[1];
}

static inline u32 get_unaligned_be32(const void *p)
{
	const u8 *b = p;

	return (u32)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
}

static inline u64 get_unaligned_be64(const void *p)
{
	return (u64)get_unaligned_be32(p) << 32 |
	       get_unaligned_be32((const u8 *)p + 4);
}

static inline void put_unaligned_be16(u16 v, void *p)
{
	v = __builtin_bswap16(v);
	memcpy(p, &v, sizeof(v));
}

static inline void put_unaligned_be32(u32 v, void *p)
{
	v = __builtin_bswap32(v);
	memcpy(p, &v, sizeof(v));
}

static inline void put_unaligned_be64(u64 v, void *p)
{
	v = __builtin_bswap64(v);
	memcpy(p, &v, sizeof(v));
}

/* error pointers */
#define MAX_ERRNO		4095
#define IS_ERR_VALUE(x)		((unsigned long)(x) >= (unsigned long)-MAX_ERRNO)
#define IS_ERR(p)		IS_ERR_VALUE(p)
#define PTR_ERR(p)		((long)(p))
#define ERR_PTR(e)		((void *)(long)(e))
#define ERR_CAST(p)		((void *)(p))

/* memory */
#define GFP_KERNEL		0
#define GFP_NOIO		0
#define GFP_ATOMIC		0
#define __GFP_NOWARN		0
#define __GFP_ZERO		1
#define PAGE_SHIFT		12
#define PAGE_SIZE		4096UL
#define PAGE_MASK		(~(PAGE_SIZE - 1))
#define PAGE_ALIGN(x)		ALIGN(x, PAGE_SIZE)
#define PFN_DOWN(x)		((x) >> PAGE_SHIFT)
#define offset_in_page(p)	((unsigned long)(p) & ~PAGE_MASK)
#define VM_MAP			0
#define PAGE_KERNEL		0

/* An allocation fails if this counts down to 0; negative: none does. */
extern int fuzz_fail_alloc;
void *kmalloc(size_t size, gfp_t gfp);
void *kzalloc(size_t size, gfp_t gfp);
void *krealloc(const void *p, size_t size, gfp_t gfp);
void *alloc_pages_exact(size_t size, gfp_t gfp);
#define kmalloc_array(n, s, g)	kmalloc((n) * (s), g)
#define kcalloc(n, s, g)	kzalloc((n) * (s), g)
#define kvcalloc(n, s, g)	kcalloc(n, s, g)
#define kvzalloc(s, g)		kzalloc(s, g)
#define kfree(p)		free((void *)(p))
#define kvfree(p)		kfree(p)
#define vzalloc(s)		kzalloc(s, GFP_KERNEL)
#define vfree(p)		kfree(p)
#define free_pages_exact(p, s)	fuzz_free_pages(p, s)
#define get_zeroed_page(g)	((unsigned long)alloc_pages_exact(PAGE_SIZE, g))
#define free_page(p)		fuzz_free_pages((void *)(p), PAGE_SIZE)
void fuzz_free_pages(void *p, size_t size);

/* Pages lie low, so that frame numbers have 32 bits; an address is physical. */
struct page;
#define __va(x)			((void *)(unsigned long)(x))
#define __pa(x)			((unsigned long)(x))
#define pfn_to_kaddr(pfn)	__va((unsigned long)(pfn) << PAGE_SHIFT)
#define virt_to_page(p)		((struct page *)(p))
#define is_vmalloc_addr(p)	false
#define vmalloc_to_pfn(p)	0
#define vunmap(p)		((void)(p))
static inline void *vmap(struct page **pages, unsigned int n,
			 unsigned long flags, int prot)
{
	return NULL;
}

/* bits; nothing is atomic where there is one thread */
#define BITS_TO_LONGS(n)	DIV_ROUND_UP(n, BITS_PER_LONG)
#define DECLARE_BITMAP(name, n)	unsigned long name[BITS_TO_LONGS(n)]
#define BIT_MASK(n)		(1UL << ((n) % BITS_PER_LONG))
#define test_bit(n, p) \
	(!!((p)[(n) / BITS_PER_LONG] & BIT_MASK(n)))
#define __set_bit(n, p)		((void)((p)[(n) / BITS_PER_LONG] |= BIT_MASK(n)))
#define __clear_bit(n, p)	((void)((p)[(n) / BITS_PER_LONG] &= ~BIT_MASK(n)))
#define set_bit(n, p)		__set_bit(n, p)
#define clear_bit(n, p)		__clear_bit(n, p)
#define test_and_clear_bit(n, p) \
	({ bool was = test_bit(n, p); __clear_bit(n, p); was; })
#define for_each_set_bit(i, p, n) \
	for ((i) = 0; (i) < (n); (i)++) if (test_bit(i, p))
static inline void bitmap_set(unsigned long *p, unsigned int at, unsigned int n)
{
	for (; n--; at++)
		__set_bit(at, p);
}

static inline void bitmap_clear(unsigned long *p, unsigned int at,
				unsigned int n)
{
	for (; n--; at++)
		__clear_bit(at, p);
}

static inline bool bitmap_empty(const unsigned long *p, unsigned int n)
{
	while (n--)
		if (test_bit(n, p))
			return false;
	return true;
}

unsigned long bitmap_find_next_zero_area(unsigned long *map, unsigned long size,
					 unsigned long start, unsigned int nr,
					 unsigned long align_mask);

/* atomics and barriers */
#define smp_mb()		barrier()
#define smp_wmb()		barrier()
#define smp_rmb()		barrier()
#define smp_mb__after_atomic()	barrier()
#define virt_mb()		barrier()
#define virt_wmb()		barrier()
#define virt_rmb()		barrier()
#define virt_store_mb(x, v)	WRITE_ONCE(x, v)
#define smp_store_release(p, v)	WRITE_ONCE(*(p), v)
#define smp_load_acquire(p)	READ_ONCE(*(p))
#define cpu_relax()		((void)0)
#define xchg(p, v) \
	({ __typeof__(*(p)) xchg_old = *(p); *(p) = (v); xchg_old; })
#define try_cmpxchg(p, oldp, v) \
	(*(p) == *(oldp) ? (*(p) = (v), true) : (*(oldp) = *(p), false))
#define cmpxchg(p, o, v) \
	({ __typeof__(*(p)) cx_old = *(p); if (cx_old == (o)) *(p) = (v); cx_old; })
#define ATOMIC_INIT(v)		{ v }
#define atomic_read(a)		((a)->counter)
#define atomic_inc(a)		((void)(a)->counter++)
#define atomic_dec(a)		((void)(a)->counter--)
#define atomic_inc_return(a)	(++(a)->counter)
#define atomic_dec_and_test(a)	(!--(a)->counter)
#define atomic64_read(a)	((a)->counter)
#define atomic64_set(a, v)	((void)((a)->counter = (v)))
#define atomic64_set_release(a, v) atomic64_set(a, v)
#define atomic64_inc(a)		((void)(a)->counter++)
#define atomic64_andnot(v, a)	((void)((a)->counter &= ~(v)))
#define atomic64_xchg(a, v)	xchg(&(a)->counter, v)
#define atomic64_try_cmpxchg(a, o, v) try_cmpxchg(&(a)->counter, o, (s64)(v))
#define atomic64_try_cmpxchg_acquire(a, o, v) atomic64_try_cmpxchg(a, o, v)

/* locks: taken once, given back by whoever has taken them */
typedef struct { bool held; } raw_spinlock_t;
typedef raw_spinlock_t spinlock_t;
struct mutex { bool held; };
#define fuzz_lock(l)		(fuzz_assert(!(l)->held), (l)->held = true)
#define fuzz_unlock(l)		(fuzz_assert((l)->held), (l)->held = false)
#define raw_spin_lock_init(l)	((void)((l)->held = false))
#define raw_spin_lock_irqsave(l, f) ((void)(f = 0), (void)fuzz_lock(l))
#define raw_spin_unlock_irqrestore(l, f) ((void)(f), (void)fuzz_unlock(l))
#define spin_lock_init(l)	raw_spin_lock_init(l)
#define spin_lock(l)		fuzz_lock(l)
#define spin_unlock(l)		fuzz_unlock(l)
#define spin_lock_irqsave(l, f)	raw_spin_lock_irqsave(l, f)
#define spin_unlock_irqrestore(l, f) raw_spin_unlock_irqrestore(l, f)
#define local_irq_save(f)	((void)((f) = 0))
#define local_irq_restore(f)	((void)(f))
#define mutex_init(l)		((void)((l)->held = false))
#define mutex_lock(l)		((void)fuzz_lock(l))
#define mutex_unlock(l)		((void)fuzz_unlock(l))
#define rcu_read_lock()		((void)0)
#define rcu_read_unlock()	((void)0)
#define rcu_dereference(p)	(p)
#define rcu_read_lock_bh()	((void)0)
#define rcu_read_unlock_bh()	((void)0)
#define rcu_dereference_bh(p)	(p)
#define rcu_access_pointer(p)	(p)
#define rcu_dereference_protected(p, c)	(p)
#define lockdep_is_held(l)	true
#define rcu_assign_pointer(p, v) ((void)((p) = (v)))
#define RCU_INIT_POINTER(p, v)	((void)((p) = (v)))
#define synchronize_rcu()	((void)0)
#define in_hardirq()		false
#define raw_smp_processor_id()	0
#define num_online_cpus()	4U

/* time, and what runs later: when the harness says so */
#define HZ			250
#define NSEC_PER_USEC		1000LL
#define MSEC_PER_SEC		1000L
#define NSEC_PER_MSEC		1000000LL
enum hrtimer_restart { HRTIMER_NORESTART, HRTIMER_RESTART };
enum hrtimer_mode { HRTIMER_MODE_REL_HARD, HRTIMER_MODE_ABS_PINNED_HARD };
struct hrtimer {
	enum hrtimer_restart (*fn)(struct hrtimer *t);
	ktime_t expires;
	bool queued;
};

struct irq_work {
	void (*fn)(struct irq_work *work);
	bool queued;
};

struct work_struct {
	void (*fn)(struct work_struct *work);
};

#define schedule_work(w)	((void)(w))
#define INIT_WORK(w, f)		((void)((w)->fn = (f)))
#define cancel_work_sync(w)	((void)(w))

struct delayed_work {
	struct work_struct work;
	bool queued;
};

typedef int wait_queue_head_t;
struct swait_queue_head {
	int unused;
};

struct completion {
	bool done;
};

extern ktime_t fuzz_now;
#define ktime_get()		fuzz_now
#define ktime_add_ms(t, ms)	((t) + (s64)(ms) * NSEC_PER_MSEC)
#define ktime_after(a, b)	((a) > (b))
#define ktime_before(a, b)	((a) < (b))
#define ns_to_ktime(ns)		(ns)
#define hrtimer_setup(t, f, clock, mode) \
	(*(t) = (struct hrtimer) { .fn = (f) })
#define hrtimer_start(t, at, mode) \
	((t)->expires = ((mode) == HRTIMER_MODE_REL_HARD ? fuzz_now : 0) + (at), \
	 (t)->queued = true)
#define hrtimer_is_queued(t)	((t)->queued)
#define hrtimer_cancel(t)	((t)->queued = false)
/* True if it was due and has run. */
bool fuzz_run_timer(struct hrtimer *t);
#define IRQ_WORK_INIT_HARD(f)	((struct irq_work) { .fn = (f) })
#define irq_work_queue(w)	((w)->queued = true)
#define irq_work_sync(w)	((w)->queued = false)
bool fuzz_run_irq_work(struct irq_work *w);


#define msleep(ms)		((void)(fuzz_now += (ms) * NSEC_PER_MSEC))
#define INIT_DELAYED_WORK(w, f)	((w)->work.fn = (f), (w)->queued = false)
#define to_delayed_work(w)	container_of(w, struct delayed_work, work)
#define system_wq		0
#define system_power_efficient_wq 0
#define msecs_to_jiffies(ms)	((unsigned long)(ms))
#define mod_delayed_work(wq, w, t) ((void)((w)->queued = true))
#define schedule_delayed_work(w, t) ((void)((w)->queued = true))
#define cancel_delayed_work_sync(w) ((void)((w)->queued = false))

/* Who waits lets the world go on: one step of it, or false if it stands still. */
bool fuzz_world(void);
#define init_waitqueue_head(q)	((void)(*(q) = 0))
#define wake_up(q)		((void)(q))
#define wake_up_all(q)		((void)(q))
#define init_swait_queue_head(q) ((void)((q)->unused = 0))
#define swake_up_one(q)		((void)(q))
#define wait_event_timeout(q, cond, t) \
	({ bool waited = (cond); \
	   while (!waited && fuzz_world()) \
		   waited = (cond); \
	   waited; })
#define swait_event_timeout_exclusive(q, cond, t) wait_event_timeout(q, cond, t)
#define init_completion(c)	((void)((c)->done = false))
#define reinit_completion(c)	((void)((c)->done = false))
static inline void complete(struct completion *c)
{
	c->done = true;
}

#define wait_for_completion_timeout(c, t) \
	wait_event_timeout(0, READ_ONCE((c)->done), t)

#endif /* XHV_FUZZ_USPACE_H */
