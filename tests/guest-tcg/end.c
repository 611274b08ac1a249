// SPDX-License-Identifier: GPL-2.0-only
/*
 * SCHEDOP_shutdown with the reason of the first argument, by /dev/xen/privcmd
 * (which must be "unrestricted"), as a kernel does it. Prints what it returns.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#define SCHED_OP		29	/* public/xen.h */
#define SCHEDOP_SHUTDOWN	2	/* public/sched.h */

/* include/uapi/xen/privcmd.h */
struct hypercall {
	uint64_t op;
	uint64_t arg[5];
};

#define IOCTL_HYPERCALL		_IOC(_IOC_NONE, 'P', 0, sizeof(struct hypercall))

int main(int argc, char **argv)
{
	unsigned int reason = argc > 1 ? atoi(argv[1]) : 0;
	struct hypercall call = {
		.op = SCHED_OP,
		.arg = { SCHEDOP_SHUTDOWN, (uintptr_t)&reason },
	};
	int fd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);
	int rc;

	if (fd < 0) {
		perror("/dev/xen/privcmd");
		return 2;
	}
	rc = ioctl(fd, IOCTL_HYPERCALL, &call);
	printf("%d\n", rc < 0 ? -errno : rc);
	return 0;
}
