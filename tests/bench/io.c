// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads or writes a disk directly, and tells the counting of instructions
 * (count-plugin.c) when it begins and ends.
 *
 *   io DISK read|write BYTES DEPTH COUNT
 *
 * COUNT requests of BYTES at places that are spread over the disk, DEPTH of
 * them in flight. What is measured begins when as many have been made before.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/fs.h>

/* The no-ops that the plugin looks for. */
#define BEGIN()	asm volatile("nopl 0x58485601(%%rax)" ::: "memory")
#define END()	asm volatile("nopl 0x58485602(%%rax)" ::: "memory")

#define MAX_DEPTH	256

static int fd;
static int is_write;
static size_t bytes;
static uint64_t places;
static uint64_t state = 88172645463325252ull;
static char *buffers;

/* xorshift64 (Marsaglia); the same places in every run. */
static off_t next_place(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % places * bytes;
}

static void one_at_a_time(unsigned int count)
{
	ssize_t n;

	while (count--) {
		n = is_write ? pwrite(fd, buffers, bytes, next_place()) :
			       pread(fd, buffers, bytes, next_place());
		if (n != (ssize_t)bytes)
			err(1, "%s", is_write ? "write" : "read");
	}
}

static void submit(aio_context_t ctx, struct iocb *cb)
{
	cb->aio_offset = next_place();
	if (syscall(SYS_io_submit, ctx, 1, &cb) != 1)
		err(1, "io_submit");
}

static void at_depth(unsigned int depth, unsigned int count)
{
	static struct iocb cbs[MAX_DEPTH];
	struct io_event events[MAX_DEPTH];
	unsigned int i, sent = 0, done = 0;
	aio_context_t ctx = 0;
	long n;

	if (syscall(SYS_io_setup, depth, &ctx))
		err(1, "io_setup");
	for (i = 0; i < depth; i++) {
		cbs[i].aio_data = i;
		cbs[i].aio_lio_opcode = is_write ? IOCB_CMD_PWRITE :
						   IOCB_CMD_PREAD;
		cbs[i].aio_fildes = fd;
		cbs[i].aio_buf = (uintptr_t)(buffers + i * bytes);
		cbs[i].aio_nbytes = bytes;
	}
	while (sent < depth && sent < count)
		submit(ctx, &cbs[sent++]);
	while (done < count) {
		n = syscall(SYS_io_getevents, ctx, 1, depth, events, NULL);
		if (n < 1)
			err(1, "io_getevents");
		for (i = 0; i < n; i++) {
			if (events[i].res != (long long)bytes)
				errx(1, "an I/O failed: %lld", (long long)events[i].res);
			done++;
			if (sent < count) {
				submit(ctx, &cbs[events[i].data]);
				sent++;
			}
		}
	}
	syscall(SYS_io_destroy, ctx);
}

static void run(unsigned int depth, unsigned int count)
{
	if (depth == 1)
		one_at_a_time(count);
	else
		at_depth(depth, count);
}

int main(int argc, char **argv)
{
	unsigned int depth, count;
	uint64_t size;

	if (argc != 6)
		errx(2, "usage: io DISK read|write BYTES DEPTH COUNT");
	is_write = !strcmp(argv[2], "write");
	bytes = strtoul(argv[3], NULL, 0);
	depth = strtoul(argv[4], NULL, 0);
	count = strtoul(argv[5], NULL, 0);
	fd = open(argv[1], (is_write ? O_WRONLY : O_RDONLY) | O_DIRECT);
	if (fd < 0 || ioctl(fd, BLKGETSIZE64, &size))
		err(1, "%s", argv[1]);
	if (!depth || depth > MAX_DEPTH || !bytes || bytes % 512 || size < bytes)
		errx(2, "bad numbers");
	places = size / bytes;
	buffers = aligned_alloc(4096, (depth * bytes + 4095) & ~4095ul);
	if (!buffers)
		err(1, "memory");
	memset(buffers, 0xa5, depth * bytes);

	run(depth, count);
	BEGIN();
	run(depth, count);
	END();
	return 0;
}
