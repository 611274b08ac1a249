// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations of every kind on one file, at random places, against a copy in
 * memory, until a time is over.
 *
 *   fsx FILE SECONDS SEED
 *
 * What the file holds is read back past the page cache, too, as only that
 * says something about the disk.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAX_FILE	(3 << 20)
#define MAX_PIECE	(200 << 10)
#define SECTOR		4096

static uint8_t copy[MAX_FILE];
static uint8_t buffer[MAX_FILE] __attribute__((aligned(SECTOR)));
static size_t size;
static const char *path;
static int file = -1;
static unsigned long operations;

static size_t below(size_t limit)
{
	return limit ? (size_t)random() % limit : 0;
}

static void die(const char *what)
{
	fprintf(stderr, "fsx: operation %lu: ", operations);
	perror(what);
	exit(1);
}

static void compare(const char *what, size_t at, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (buffer[i] == copy[at + i])
			continue;
		fprintf(stderr, "fsx: operation %lu: %s: at %zu: %02x, not %02x (%zu+%zu of %zu)\n",
			operations, what, at + i, buffer[i], copy[at + i], at, len, size);
		exit(1);
	}
}

static void grow(size_t end)
{
	if (end > size)
		size = end;
}

/* New contents for a piece, in the copy. */
static void invent(size_t at, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		copy[at + i] = random() >> 8;
}

static void piece(size_t limit, size_t *at, size_t *len)
{
	*at = below(limit);
	*len = 1 + below(below(8) ? 9000 : MAX_PIECE);
	if (*at + *len > limit)
		*len = limit - *at;
}

static void op_write(void)
{
	size_t at, len;

	piece(MAX_FILE, &at, &len);
	invent(at, len);
	if (pwrite(file, copy + at, len, at) != (ssize_t)len)
		die("write");
	grow(at + len);
}

static void op_read(void)
{
	size_t at, len;

	piece(size, &at, &len);
	if (pread(file, buffer, len, at) != (ssize_t)len)
		die("read");
	compare("read", at, len);
}

static void op_map(void)
{
	size_t at, len, start;
	uint8_t *map;

	piece(size, &at, &len);
	if (!len)
		return;
	start = at & -SECTOR;
	map = mmap(NULL, at + len - start, PROT_READ | PROT_WRITE, MAP_SHARED, file, start);
	if (map == MAP_FAILED)
		die("mmap");
	memcpy(buffer, map + at - start, len);
	compare("mapped read", at, len);
	if (below(2)) {
		invent(at, len);
		memcpy(map + at - start, copy + at, len);
		if (below(2) && msync(map, at + len - start, MS_SYNC))
			die("msync");
	}
	munmap(map, at + len - start);
}

static void op_truncate(void)
{
	size_t to = below(4) ? below(MAX_FILE) : below(size + 1);

	if (ftruncate(file, to))
		die("truncate");
	if (to < size)
		memset(copy + to, 0, size - to);
	size = to;
}

static void op_allocate(void)
{
	static const int modes[] = {
		0, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, FALLOC_FL_ZERO_RANGE,
	};
	int mode = modes[below(3)];
	size_t at, len;

	piece(MAX_FILE, &at, &len);
	if (!len)
		return;
	if (fallocate(file, mode, at, len))
		die("fallocate");
	if (mode)
		memset(copy + at, 0, len);
	if (!(mode & FALLOC_FL_KEEP_SIZE))
		grow(at + len);
}

static void op_sync(void)
{
	if (fsync(file))
		die("fsync");
}

static void reopen(void)
{
	if (file >= 0 && close(file))
		die("close");
	file = open(path, O_RDWR | O_CREAT, 0644);
	if (file < 0)
		die(path);
}

/* All of it, from the disk. */
static void op_direct(void)
{
	size_t done = 0;
	ssize_t n;
	int fd;

	op_sync();
	posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
	if (below(2)) {
		reopen();
		fd = dup(file);
	} else {
		fd = open(path, O_RDONLY | O_DIRECT);
	}
	if (fd < 0)
		die("open");
	while (done < size) {
		n = pread(fd, buffer + done, (MAX_FILE - done) & -SECTOR, done);
		if (n <= 0)
			die("direct read");
		done += n;
		/* Short only at the end. */
		if (n % SECTOR && done < size)
			die("short read");
	}
	close(fd);
	if (done != size)
		die("size");
	compare("from the disk", 0, size);
}

int main(int argc, char **argv)
{
	static void (*const ops[])(void) = {
		op_write, op_write, op_write, op_read, op_read, op_map, op_map,
		op_truncate, op_allocate, op_sync,
	};
	struct stat st;
	time_t end;

	if (argc != 4)
		return 2;
	path = argv[1];
	end = time(NULL) + atoi(argv[2]);
	srandom(atoi(argv[3]));
	reopen();
	if (ftruncate(file, 0))
		die("truncate");
	while (time(NULL) < end) {
		operations++;
		if (operations % 50 == 0)
			op_direct();
		else
			ops[below(sizeof(ops) / sizeof(ops[0]))]();
		if (fstat(file, &st) || (size_t)st.st_size != size)
			die("the file's size");
	}
	op_direct();
	printf("%lu operations\n", operations);
	return 0;
}
