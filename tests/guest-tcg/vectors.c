// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct I/O whose buffers have gaps inside pages: vectors of 512-byte pieces
 * at odd places, which a front end passes on as segments that are no single
 * page list. What is read back must be what was written, through vectors cut
 * elsewhere.
 *
 * vectors DEVICE BYTES ROUNDS SEED: 0 if all data was right.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#define SECTOR		512
#define MAX_SECTORS	384
#define MAX_VECTORS	64
#define ARENA		(4 << 20)

static uint64_t state;

static unsigned int pick(unsigned int n)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state >> 33) % n;
}

/* Cuts @bytes into vectors that lie in the arena in order, with gaps. */
static int cut(struct iovec *iov, char *arena, size_t bytes)
{
	size_t at = pick(8) * SECTOR;
	int n = 0;

	while (bytes) {
		size_t len = (1 + pick(12)) * SECTOR;

		if (len > bytes || n == MAX_VECTORS - 1)
			len = bytes;
		iov[n].iov_base = arena + at;
		iov[n++].iov_len = len;
		bytes -= len;
		/* often none, so that longer runs come up too */
		at += len + (pick(2) ? pick(9) * SECTOR : 0);
	}
	return n;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

int main(int argc, char **argv)
{
	size_t disk = argc > 4 ? strtoull(argv[2], NULL, 0) : 0;
	static char flat[MAX_SECTORS * SECTOR];
	struct iovec iov[MAX_VECTORS];
	int rounds, fd, n, i;
	char *arena, *p;

	if (!disk)
		return 2;
	rounds = atoi(argv[3]);
	state = strtoull(argv[4], NULL, 0);
	fd = open(argv[1], O_RDWR | O_DIRECT);
	if (fd < 0)
		fail("open");
	arena = mmap(NULL, ARENA, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (arena == MAP_FAILED)
		fail("mmap");

	while (rounds--) {
		size_t bytes = (1 + pick(MAX_SECTORS)) * SECTOR;
		off_t where = (off_t)pick((disk - bytes) / SECTOR) * SECTOR;

		for (i = 0; i < bytes; i++)
			flat[i] = pick(256);
		n = cut(iov, arena, bytes);
		for (i = 0, p = flat; i < n; p += iov[i++].iov_len)
			memcpy(iov[i].iov_base, p, iov[i].iov_len);
		if (pwritev(fd, iov, n, where) != bytes)
			fail("pwritev");

		n = cut(iov, arena, bytes);
		memset(arena, 0xee, ARENA);
		if (preadv(fd, iov, n, where) != bytes)
			fail("preadv");
		for (i = 0, p = flat; i < n; p += iov[i++].iov_len)
			if (memcmp(iov[i].iov_base, p, iov[i].iov_len)) {
				fprintf(stderr, "wrong data in vector %d of %d at %lld\n",
					i, n, (long long)where);
				return 1;
			}
	}
	return 0;
}
