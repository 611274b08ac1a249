// SPDX-License-Identifier: GPL-2.0-only
/*
 * Access to memory that the caller of a hypercall named; see guest.h.
 */
#include <linux/errno.h>
#include <linux/preempt.h>
#include <linux/uaccess.h>
#include <asm/processor.h>

#include "guest.h"

/*
 * An access to an address that is not canonical raises #GP, for which the
 * exception table of a nofault access has a warning and no quiet answer
 * (arch/x86/mm/extable.c), so it must not come that far. The kernel checks the
 * same in copy_from_kernel_nofault_allowed() (arch/x86/mm/maccess.c), which is
 * not exported. Everything between user and kernel addresses is not canonical.
 */
static bool kernel_range(unsigned long gva, size_t len)
{
	unsigned int unused = 64 - boot_cpu_data.x86_virt_bits;
	unsigned long last = gva + len - 1;

	return (long)(gva << unused) >> unused == (long)gva &&
	       (long)gva < 0 && last >= gva;
}

/* A user address reaches us only through privcmd, in process context, but
 * nothing stops a caller from being atomic; then nothing may be faulted in.
 */
static int copy_from_user_range(void *dst, unsigned long gva, size_t len)
{
	const void __user *src = (const void __user *)gva;
	unsigned long left;

	if (xhv_may_sleep())
		return copy_from_user(dst, src, len) ? -EFAULT : 0;
	if (!access_ok(src, len))
		return -EFAULT;
	pagefault_disable();
	left = __copy_from_user_inatomic(dst, src, len);
	pagefault_enable();
	return left ? -EFAULT : 0;
}

static int copy_to_user_range(unsigned long gva, const void *src, size_t len)
{
	void __user *dst = (void __user *)gva;
	unsigned long left;

	if (xhv_may_sleep())
		return copy_to_user(dst, src, len) ? -EFAULT : 0;
	if (!access_ok(dst, len))
		return -EFAULT;
	pagefault_disable();
	left = __copy_to_user_inatomic(dst, src, len);
	pagefault_enable();
	return left ? -EFAULT : 0;
}

int xhv_copy_from_guest(void *dst, unsigned long gva, size_t len)
{
	const char *src = (const char *)gva;
	char *to = dst;

	if (!len)
		return 0;
	if (unlikely(!kernel_range(gva, len)))
		return copy_from_user_range(dst, gva, len);

	/* EVTCHNOP_send and unmask have four bytes, most others a multiple. */
	for (; len >= sizeof(u64); len -= sizeof(u64)) {
		__get_kernel_nofault(to, src, u64, fault);
		to += sizeof(u64);
		src += sizeof(u64);
	}
	if (len & sizeof(u32)) {
		__get_kernel_nofault(to, src, u32, fault);
		to += sizeof(u32);
		src += sizeof(u32);
	}
	for (len &= 3; len; len--) {
		__get_kernel_nofault(to, src, u8, fault);
		to++;
		src++;
	}
	return 0;

fault:
	return -EFAULT;
}

int xhv_copy_to_guest(unsigned long gva, const void *src, size_t len)
{
	const char *from = src;
	char *dst = (char *)gva;

	if (!len)
		return 0;
	if (unlikely(!kernel_range(gva, len)))
		return copy_to_user_range(gva, src, len);

	for (; len >= sizeof(u64); len -= sizeof(u64)) {
		__put_kernel_nofault(dst, from, u64, fault);
		dst += sizeof(u64);
		from += sizeof(u64);
	}
	if (len & sizeof(u32)) {
		__put_kernel_nofault(dst, from, u32, fault);
		dst += sizeof(u32);
		from += sizeof(u32);
	}
	for (len &= 3; len; len--) {
		__put_kernel_nofault(dst, from, u8, fault);
		dst++;
		from++;
	}
	return 0;

fault:
	return -EFAULT;
}
