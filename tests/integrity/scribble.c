// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a power cut must not lose: files that were synchronised.
 *
 *   scribble write DIR DEVICE COUNT   replaces the files DIR/0 .. DIR/39 one
 *            after the other, COUNT times, each time by fsync, rename and fsync of DIR, and
 *            then writes the number of the replacement to DEVICE, past the
 *            page cache. Another process changes other files meanwhile and
 *            synchronises nothing.
 *   scribble check DIR NUMBER           whether the replacements up to NUMBER
 *            (or later ones in their place) are there, and whole
 *
 * A file's contents follow from its replacement's number alone.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILES		40
#define MAX_SIZE	(160 * 1024)
/* Where DEVICE has the number; the file system begins at 1 MiB. */
#define MARK_OFFSET	(512 * 1024)
#define MARK_SIZE	4096

static uint8_t wanted[MAX_SIZE], found[MAX_SIZE + 1];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t next(uint64_t *state)
{
	/* splitmix64 */
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* The contents of replacement @number, in wanted; returns their size. */
static size_t contents(uint64_t number)
{
	uint64_t state = number;
	size_t size = sizeof(number) + next(&state) % (MAX_SIZE - 8), i;

	if (number % 3)
		size = sizeof(number) + size % 5000;
	for (i = 0; i + 8 <= size; i += 8) {
		uint64_t value = i ? next(&state) : number;

		memcpy(wanted + i, &value, 8);
	}
	memset(wanted + i, (int)number, size - i);
	return size;
}

static void synchronise(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fsync(fd))
		die(path);
	close(fd);
}

static void replace(uint64_t number)
{
	size_t size = contents(number), done = 0;
	uint64_t state = ~number;
	char name[16];
	int fd = open("new", O_CREAT | O_WRONLY | O_TRUNC, 0644);

	if (fd < 0)
		die("new");
	/* In pieces, so that blocks are written more than once. */
	while (done < size) {
		size_t part = 1 + next(&state) % 40000;
		ssize_t n = write(fd, wanted + done, part < size - done ? part : size - done);

		if (n <= 0)
			die("write");
		done += n;
		if (next(&state) % 4 == 0 && fdatasync(fd))
			die("fdatasync");
	}
	if (fsync(fd) || close(fd))
		die("fsync");
	snprintf(name, sizeof(name), "%d", (int)(number % FILES));
	if (rename("new", name))
		die("rename");
	synchronise(".");
}

/* Nobody asks for this after the cut; it makes the file system busy. */
static void noise(void)
{
	uint64_t state = 1;
	char name[32];
	int fd;

	for (;;) {
		snprintf(name, sizeof(name), "noise/%d", (int)(next(&state) % 60));
		switch (next(&state) % 4) {
		case 0:
			unlink(name);
			rmdir(name);
			break;
		case 1:
			mkdir(name, 0755);
			break;
		default:
			fd = open(name, O_CREAT | O_WRONLY, 0644);
			if (fd < 0)
				break;
			contents(next(&state));
			if (pwrite(fd, wanted, next(&state) % 30000, next(&state) % 100000) < 0)
				die(name);
			close(fd);
		}
		usleep(2000);
	}
}

static void mark(int device, uint64_t number)
{
	static char buffer[MARK_SIZE] __attribute__((aligned(MARK_SIZE)));

	snprintf(buffer, sizeof(buffer), "xhv-mark %llu\n", (unsigned long long)number);
	if (pwrite(device, buffer, sizeof(buffer), MARK_OFFSET) != sizeof(buffer))
		die("mark");
}

static int write_all(const char *path, uint64_t count)
{
	int device = open(path, O_WRONLY | O_DIRECT);
	uint64_t number;
	pid_t child;

	if (device < 0)
		die(path);
	mkdir("noise", 0755);
	synchronise(".");
	child = fork();
	if (child < 0)
		die("fork");
	if (!child)
		noise();
	for (number = 0; number < count; number++) {
		replace(number);
		mark(device, number);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return 0;
}

/* The file's contents tell which replacement they are of. */
static int check(uint64_t file, uint64_t least)
{
	uint64_t number;
	char name[16];
	ssize_t size;
	int fd;

	snprintf(name, sizeof(name), "%d", (int)file);
	fd = open(name, O_RDONLY);
	if (fd < 0) {
		printf("%s: lost (replacement %llu)\n", name, (unsigned long long)least);
		return 1;
	}
	size = read(fd, found, sizeof(found));
	close(fd);
	if (size < (ssize_t)sizeof(number)) {
		printf("%s: %zd bytes\n", name, size);
		return 1;
	}
	memcpy(&number, found, sizeof(number));
	if (number < least || number % FILES != file || size != (ssize_t)contents(number) ||
	    memcmp(found, wanted, size)) {
		printf("%s: not replacement %llu but %llu, %zd bytes\n", name,
		       (unsigned long long)least, (unsigned long long)number, size);
		return 1;
	}
	return 0;
}

static int check_all(uint64_t last)
{
	uint64_t number, first = last + 1 > FILES ? last + 1 - FILES : 0;
	int bad = 0;

	for (number = first; number <= last; number++)
		bad |= check(number % FILES, number);
	return bad;
}

int main(int argc, char **argv)
{
	if (argc < 4 || chdir(argv[2]))
		die("chdir");
	setbuf(stdout, NULL);
	if (!strcmp(argv[1], "write") && argc == 5)
		return write_all(argv[3], strtoull(argv[4], NULL, 10));
	if (!strcmp(argv[1], "check") && argc == 4)
		return check_all(strtoull(argv[3], NULL, 10));
	return 2;
}
