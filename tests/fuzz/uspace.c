// SPDX-License-Identifier: GPL-2.0-only
/*
 * The functions of include/uspace.h.
 */
#include <sanitizer/asan_interface.h>
#include <sys/mman.h>

#include "fuzz.h"

int fuzz_fail_alloc = -1;
ktime_t fuzz_now;

void fuzz_die(const char *what)
{
	fprintf(stderr, "not so: %s\n", what);
	abort();
}

static bool alloc_fails(void)
{
	return fuzz_fail_alloc >= 0 && !fuzz_fail_alloc--;
}

void *kmalloc(size_t size, gfp_t gfp)
{
	return alloc_fails() ? NULL : malloc(size);
}

void *kzalloc(size_t size, gfp_t gfp)
{
	return alloc_fails() ? NULL : calloc(1, size);
}

void *krealloc(const void *p, size_t size, gfp_t gfp)
{
	return alloc_fails() ? NULL : realloc((void *)p, size);
}

/*
 * Whole pages come from below 4 GiB, where ASan leaves room, and each block has
 * a page after it that nobody may touch.
 */
#define ARENA		0x20000000UL
#define ARENA_PAGES	4096

static u8 used[ARENA_PAGES];

static void map_arena(void)
{
	static bool mapped;
	void *at = (void *)ARENA;
	size_t len = ARENA_PAGES * PAGE_SIZE;

	if (mapped)
		return;
	mapped = true;
	if (mmap(at, len, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != at)
		fuzz_die("no room for pages");
	ASAN_POISON_MEMORY_REGION(at, len);
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	unsigned int n = DIV_ROUND_UP(size, PAGE_SIZE), at = 0, i;
	void *p;

	if (alloc_fails())
		return NULL;
	map_arena();
	for (i = 0; i < ARENA_PAGES; i++) {
		if (used[i])
			at = i + 1;
		else if (i - at == n)
			break;
	}
	if (i == ARENA_PAGES)
		fuzz_die("all pages are in use: a leak?");
	memset(used + at, 1, n + 1);
	p = (void *)(ARENA + at * PAGE_SIZE);
	ASAN_UNPOISON_MEMORY_REGION(p, n * PAGE_SIZE);
	memset(p, 0, n * PAGE_SIZE);
	return p;
}

void fuzz_free_pages(void *p, size_t size)
{
	unsigned int n = DIV_ROUND_UP(size, PAGE_SIZE);
	unsigned int at = ((unsigned long)p - ARENA) / PAGE_SIZE;

	if (!p)
		return;
	fuzz_assert(at < ARENA_PAGES && used[at] && !offset_in_page(p));
	memset(used + at, 0, n + 1);
	ASAN_POISON_MEMORY_REGION(p, n * PAGE_SIZE);
}

unsigned int fuzz_pages_in_use(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < ARENA_PAGES; i++)
		n += used[i];
	return n;
}

void fuzz_forget_pages(void)
{
	map_arena();
	memset(used, 0, sizeof(used));
	ASAN_POISON_MEMORY_REGION((void *)ARENA, ARENA_PAGES * PAGE_SIZE);
}

int kstrtouint(const char *s, unsigned int base, unsigned int *res)
{
	unsigned long long v;
	char *end;

	if (*s < '0' || *s > '9')
		return -EINVAL;
	errno = 0;
	v = strtoull(s, &end, base);
	if (*end == '\n')
		end++;
	if (*end)
		return -EINVAL;
	if (errno || v > UINT_MAX)
		return -ERANGE;
	*res = v;
	return 0;
}

unsigned long bitmap_find_next_zero_area(unsigned long *map, unsigned long size,
					 unsigned long start, unsigned int nr,
					 unsigned long align_mask)
{
	unsigned long i, run = 0;

	fuzz_assert(!align_mask);
	for (i = start; i < size; i++) {
		run = test_bit(i, map) ? 0 : run + 1;
		if (run == nr)
			return i + 1 - nr;
	}
	return size + 1;
}

bool fuzz_run_timer(struct hrtimer *t)
{
	if (!t->queued || t->expires > fuzz_now)
		return false;
	t->queued = false;
	fuzz_assert(t->fn(t) == HRTIMER_NORESTART);
	return true;
}

bool fuzz_run_irq_work(struct irq_work *w)
{
	if (!w->queued)
		return false;
	w->queued = false;
	w->fn(w);
	return true;
}
