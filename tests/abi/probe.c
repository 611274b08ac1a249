// SPDX-License-Identifier: GPL-2.0-only
/*
 * The half of the probe that is in user space: it asks every question that a
 * program in a Xen guest can ask, and prints a line for each answer, the same
 * program on Xen and here. Hypercalls go through privcmd, which must be
 * unrestricted.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/abi/xen.h"
#include "probe.h"

static long hypercall(unsigned int nr, unsigned long a1, unsigned long a2,
		      unsigned long a3, unsigned long a4, unsigned long a5);
#include "probe_calls.h"

static int privcmd;

static long hypercall(unsigned int nr, unsigned long a1, unsigned long a2,
		      unsigned long a3, unsigned long a4, unsigned long a5)
{
	struct {
		uint64_t op, arg[5];
	} h = { nr, { a1, a2, a3, a4, a5 } };
	/* The C library makes an int of the result. */
	long rc = syscall(16, privcmd,
			  _IOC(_IOC_NONE, 'P', 0, sizeof(h)), &h);

	return rc < 0 ? -errno : rc;
}

void say(const char *fmt, ...)
{
	va_list args;

	fputs("u ", stdout);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

const char *outcome(long rc)
{
	return result(rc == -1 ? -errno : rc);
}

static void *map(int prot)
{
	void *p = mmap(NULL, PAGE_BYTES, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
		       -1, 0);

	if (p == MAP_FAILED)
		err(1, "mmap");
	return p;
}

static void hypercall_cases(void)
{
	privcmd = open("/dev/xen/privcmd", O_RDWR);
	if (privcmd < 0)
		err(1, "/dev/xen/privcmd");
	page = map(PROT_READ | PROT_WRITE);
	page2 = map(PROT_READ | PROT_WRITE);
	clear();
	read_only = (unsigned long)map(PROT_READ);
	/* A fault makes it a page; the hypervisor would not. */
	if (*(volatile char *)read_only)
		errx(1, "a new page with something in it");
	all_hypercalls();
}

int main(void)
{
	device_cases();
	hypercall_cases();
	store_cases();
	return 0;
}
