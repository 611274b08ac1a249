// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client of /dev/xen/xenbus that sends what no client should, and takes as much
 * as it can get. Run in the guest by bad-input.test; 0 if it was refused as
 * xenstored refuses it.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define HEADER	16
#define MAX	4096

enum {
	XS_DIRECTORY = 1, XS_READ, XS_GET_PERMS, XS_WATCH, XS_UNWATCH,
	XS_TRANSACTION_START, XS_TRANSACTION_END, XS_WRITE = 11, XS_MKDIR,
	XS_RM, XS_SET_PERMS, XS_WATCH_EVENT, XS_ERROR, XS_DIRECTORY_PART = 22,
};

struct msg {
	uint32_t type, req_id, tx_id, len;
	char body[MAX + 1];
};

static unsigned int failures, requests;

static int xs_open(void)
{
	int fd = open("/dev/xen/xenbus", O_RDWR);

	if (fd < 0)
		err(1, "/dev/xen/xenbus");
	return fd;
}

static void get(int fd, void *buf, size_t len)
{
	ssize_t n;

	for (; len; len -= n, buf = (char *)buf + n) {
		n = read(fd, buf, len);
		if (n <= 0)
			err(1, "read");
	}
}

/* The answer's text, "!" before an error's. */
static const char *ask(int fd, uint32_t type, uint32_t tx, const void *data,
		       size_t len)
{
	static char text[MAX + 2];
	static struct msg m;

	m = (struct msg) { .type = type, .req_id = 5, .tx_id = tx, .len = len };
	memcpy(m.body, data, len);
	if (write(fd, &m, HEADER + len) != (ssize_t)(HEADER + len)) {
		snprintf(text, sizeof(text), "!%s", strerrorname_np(errno));
		return text;
	}
	requests++;
	do {
		get(fd, &m, HEADER);
		if (m.len > MAX)
			errx(1, "an answer of %u bytes", m.len);
		get(fd, m.body, m.len);
		m.body[m.len] = '\0';
	} while (m.type == XS_WATCH_EVENT);
	if (m.req_id != 5 || (m.type != type && m.type != XS_ERROR))
		errx(1, "type %u id %u for type %u", m.type, m.req_id, type);
	snprintf(text, sizeof(text), "%s%s", m.type == XS_ERROR ? "!" : "",
		 m.body);
	return text;
}

static void expect(const char *what, const char *is, const char *want)
{
	if (!strcmp(is, want))
		return;
	fprintf(stderr, "FAIL: %s: \"%s\", not \"%s\"\n", what, is, want);
	failures++;
}

static void refused(const char *what, uint32_t type, const char *is)
{
	if (is[0] == '!')
		return;
	fprintf(stderr, "FAIL: %s of type %u: \"%s\" is no error\n", what, type,
		is);
	failures++;
}

static const uint32_t path_types[] = {
	XS_DIRECTORY, XS_READ, XS_GET_PERMS, XS_WRITE, XS_MKDIR, XS_RM,
};

static void paths(int fd)
{
	static char deep[MAX];
	static const char *const bad[] = {
		"", "//", "data//x", "/data/", "data/", "data/\n", "data/a b",
		"data/\x7f", "data/\xff\xfe", "data/..", "../../0/backend",
		"data/*", "data/a;b", "@releaseDomain", "@x",
	};
	static const char *const theirs[] = {
		"/local/domain/0/backend/vbd/1/51712/state", "/local/domain/0",
		"/tool/x", "/vm/x", "/local/domain/2/x", "/x", "/local/domain/77",
	};
	unsigned int i, j;
	char body[64];
	size_t len;

	for (i = 0; i < 6; i++) {
		for (j = 0; j < ARRAY_SIZE(bad); j++) {
			len = snprintf(body, sizeof(body), "%s", bad[j]) + 1;
			refused(bad[j], path_types[i],
				ask(fd, path_types[i], 0, body, len));
		}
		for (j = 0; j < ARRAY_SIZE(theirs); j++) {
			/* The front end may read its back end's nodes. */
			if (!j && i < 3)
				continue;
			len = snprintf(body, sizeof(body), "%s", theirs[j]) + 1;
			refused(theirs[j], path_types[i],
				ask(fd, path_types[i], 0, body, len));
		}
		/* Too long by one, and by far; too deep is too long. */
		memset(deep, 'p', sizeof(deep));
		memcpy(deep, "data/", 5);
		deep[2049] = '\0';
		expect("too long", ask(fd, path_types[i], 0, deep, 2050),
		       "!EINVAL");
		deep[2049] = 'p';
		deep[4000] = '\0';
		expect("much too long", ask(fd, path_types[i], 0, deep, 4001),
		       "!EINVAL");
		for (j = 5; j < 4000; j++)
			deep[j] = j & 1 ? 'a' : '/';
		deep[4000] = '\0';
		expect("too deep", ask(fd, path_types[i], 0, deep, 4001),
		       "!EINVAL");
		/* No NUL, and nothing at all. */
		memset(deep, 'a', sizeof(deep));
		expect("no end", ask(fd, path_types[i], 0, deep, MAX - HEADER),
		       "!EINVAL");
		expect("nothing", ask(fd, path_types[i], 0, deep, 0), "!EINVAL");
	}
	/* As deep as may be: made, found and removed with all below. */
	memcpy(deep, "data/q", 6);
	for (j = 6; j < 1700; j++)
		deep[j] = j & 1 ? 'a' : '/';
	deep[j] = '\0';
	expect("deep", ask(fd, XS_WRITE, 0, deep, j + 1), "OK");
	expect("all of it", ask(fd, XS_RM, 0, "data/q", 7), "OK");
}

static void messages(int fd)
{
	static const uint32_t lengths[] = {
		MAX, 5000, 0x7fffffff, 0xffffffff,
	};
	static char junk[MAX];
	uint32_t type;
	size_t len;
	unsigned int i;

	for (i = 0; i < 2000; i++) {
		/* Not those that begin or end something of the kernel's. */
		static const uint32_t types[] = {
			1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
			20, 21, 22, 23, 100, 0xffff, 0x7fffffff, 0xffffffff,
		};

		type = types[rand() % ARRAY_SIZE(types)];
		if (type == 21)		/* RESET_WATCHES: the kernel's too */
			continue;
		len = rand() % (i & 7 ? 40 : MAX - HEADER);
		for (size_t j = 0; j < len; j++)
			junk[j] = i & 1 ? rand() : "\0/a@n1"[rand() % 6];
		ask(fd, type, rand() & 7 ? 0 : rand(), junk, len);
	}
	/* A header that promises more than there may be. */
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct msg m = { .type = XS_READ, .len = lengths[i] };
		int other = xs_open();

		if (write(other, &m, HEADER + 64) > 0)
			refused("an over-long message", XS_READ, "taken");
		close(other);
	}
}

static unsigned int many(int fd, uint32_t type, uint32_t tx, const char *fmt,
			 const char *end)
{
	char body[128];
	const char *is = "none";
	unsigned int n;
	int len;

	for (n = 0; n < 5000; n++) {
		len = snprintf(body, sizeof(body), fmt, n);
		if (type == XS_WATCH)
			len += snprintf(body + len + 1, 20, "t") + 1;
		is = ask(fd, type, tx, body, len + 1);
		if (is[0] == '!')
			break;
	}
	expect("quota", is, end);
	return n;
}

static void quotas(void)
{
	static char big[MAX], perms[] = "data/q\0n1\0r2\0r3\0r4\0r5\0r6";
	unsigned int n, tx;
	int fd = xs_open();

	n = many(fd, XS_WRITE, 0, "data/q/%u", "!ENOSPC");
	if (n < 100 || n > 1000)
		errx(1, "%u nodes", n);
	expect("still", ask(fd, XS_WRITE, 0, "data/q/0\0x", 10), "OK");
	expect("rm", ask(fd, XS_RM, 0, "data/q", 7), "OK");
	close(fd);

	fd = xs_open();
	n = many(fd, XS_WATCH, 0, "data/w%u", "!E2BIG");
	if (n < 50 || n > 130)
		errx(1, "%u watches", n);
	close(fd);

	fd = xs_open();
	for (n = 0; n < 100; n++)
		if (ask(fd, XS_TRANSACTION_START, 0, "", 1)[0] == '!')
			break;
	if (n < 5 || n > 11)
		errx(1, "%u transactions", n);
	expect("a transaction that is none", ask(fd, XS_READ, 0x7fffff00,
		"domid", 6), "!ENOENT");
	close(fd);

	fd = xs_open();
	/* The kernel ends what that client has left a moment later. */
	for (n = 0, tx = 0; !tx && n < 50; n++, usleep(100000))
		tx = strtoul(ask(fd, XS_TRANSACTION_START, 0, "", 1), NULL, 10);
	if (!tx)
		errx(1, "no transaction any more");
	n = many(fd, XS_READ, tx, "data/none%u", "!ENOENT");
	for (n = 0; n < 3000; n++) {
		char body[32];
		int len = snprintf(body, sizeof(body), "data/n%u", n);

		if (!strcmp(ask(fd, XS_READ, tx, body, len + 1), "!ENOSPC"))
			break;
	}
	if (n < 500 || n > 1100)
		errx(1, "%u nodes in a transaction", n);
	expect("its end", ask(fd, XS_TRANSACTION_END, tx, "T", 2), "!ENOMEM");

	memset(big, 'v', sizeof(big));
	memcpy(big, "data/q", 7);
	expect("a value that is too large",
	       ask(fd, XS_WRITE, 0, big, 7 + 2040), "!ENOSPC");
	expect("a node", ask(fd, XS_WRITE, 0, "data/q", 7), "OK");
	expect("permissions", ask(fd, XS_SET_PERMS, 0, perms, sizeof(perms)),
	       "!ENOSPC");
	expect("to somebody else", ask(fd, XS_SET_PERMS, 0, "data/q\0n0", 10),
	       "!EPERM");
	expect("rm", ask(fd, XS_RM, 0, "data/q", 7), "OK");
	close(fd);
}

int main(int argc, char **argv)
{
	int fd, rounds = argc > 1 ? atoi(argv[1]) : 1;

	srand(1);
	while (rounds--) {
		fd = xs_open();
		paths(fd);
		messages(fd);
		close(fd);
		quotas();
	}
	printf("%u requests, %u failures\n", requests, failures);
	return failures != 0;
}
