// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clients of /dev/xen/xenbus that are many, quick or ill-behaved; run in the
 * guest by xenstore.test. Exit status 0 if all is as it should be.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* public/io/xs_wire.h */
enum {
	XS_CONTROL, XS_DIRECTORY, XS_READ, XS_GET_PERMS, XS_WATCH, XS_UNWATCH,
	XS_TRANSACTION_START, XS_TRANSACTION_END, XS_INTRODUCE, XS_RELEASE,
	XS_GET_DOMAIN_PATH, XS_WRITE, XS_MKDIR, XS_RM, XS_SET_PERMS,
	XS_WATCH_EVENT, XS_ERROR, XS_IS_DOMAIN_INTRODUCED, XS_RESUME,
	XS_SET_TARGET, XS_RESET_WATCHES = XS_SET_TARGET + 2, XS_DIRECTORY_PART,
};

struct msg {
	uint32_t type, req_id, tx_id, len;
	char body[4096 + 1];
};

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define HEADER	16
#define CLIENTS	8
#define ROUNDS	40

static unsigned int failures;

static int xs_open(void)
{
	int fd = open("/dev/xen/xenbus", O_RDWR);

	if (fd < 0)
		err(1, "/dev/xen/xenbus");
	return fd;
}

static void read_all(int fd, void *buf, size_t len)
{
	while (len) {
		ssize_t n = read(fd, buf, len);

		if (n <= 0)
			err(1, "read");
		buf = (char *)buf + n;
		len -= n;
	}
}

static void get(int fd, struct msg *m)
{
	read_all(fd, m, HEADER);
	if (m->len > 4096)
		errx(1, "a message of %u bytes", m->len);
	read_all(fd, m->body, m->len);
	m->body[m->len] = '\0';
}

static void put(int fd, uint32_t type, uint32_t tx, const void *data, size_t len)
{
	static struct msg m;

	m.type = type;
	m.req_id = 42;
	m.tx_id = tx;
	m.len = len;
	memcpy(m.body, data, len);
	if (write(fd, &m, HEADER + len) != (ssize_t)(HEADER + len))
		err(1, "write");
}

/* An event may come before the answer to the WATCH that it belongs to. */
static struct {
	int fd;
	struct msg m;
} early = { .fd = -1 };

/* One request; the answer's text, "!" before an error's. */
static const char *ask(int fd, uint32_t type, uint32_t tx, const void *data,
		       size_t len)
{
	static char text[4096 + 2];
	struct msg m;

	put(fd, type, tx, data, len);
	for (;;) {
		get(fd, &m);
		if (m.type != XS_WATCH_EVENT)
			break;
		if (early.fd >= 0)
			errx(1, "too many events");
		early.fd = fd;
		early.m = m;
	}
	if (m.req_id != 42 || (m.type != type && m.type != XS_ERROR))
		errx(1, "type %u id %u for type %u", m.type, m.req_id, type);
	snprintf(text, sizeof(text), "%s%s", m.type == XS_ERROR ? "!" : "",
		 m.body);
	return text;
}

#define ASK(fd, type, tx, str)	ask(fd, type, tx, str, sizeof(str) - 1)

static void expect(const char *what, const char *is, const char *want)
{
	if (!strcmp(is, want))
		return;
	fprintf(stderr, "FAIL: %s: \"%s\", not \"%s\"\n", what, is, want);
	failures++;
}

static uint32_t start(int fd)
{
	return strtoul(ASK(fd, XS_TRANSACTION_START, 0, "\0"), NULL, 10);
}

/* Adds one to a counter, as often as it takes; how often it took again. */
static unsigned int increment(int fd)
{
	unsigned int again = 0;
	char value[64];
	uint32_t tx;
	int len;

	for (;; again++) {
		const char *end;

		tx = start(fd);
		if (!tx)
			errx(1, "no transaction");
		len = snprintf(value, sizeof(value), "data/counter%c%lu", 0,
			       strtoul(ASK(fd, XS_READ, tx, "data/counter\0"),
				       NULL, 10) + 1);
		if (strcmp(ask(fd, XS_WRITE, tx, value, len), "OK"))
			errx(1, "no write");
		end = ASK(fd, XS_TRANSACTION_END, tx, "T\0");
		if (!strcmp(end, "OK"))
			return again;
		if (strcmp(end, "!EAGAIN"))
			errx(1, "commit: %s", end);
	}
}

/* Many clients count together: with lost updates the sum would be less. */
static void test_counter(void)
{
	unsigned int i, again = 0;
	int fd = xs_open(), status;
	char want[16];

	expect("counter", ASK(fd, XS_WRITE, 0, "data/counter\0000"), "OK");
	for (i = 0; i < CLIENTS; i++) {
		unsigned int n, mine = 0;
		int own;

		if (fork())
			continue;
		own = xs_open();
		for (n = 0; n < ROUNDS; n++)
			mine += increment(own);
		_exit(mine > 250 ? 250 : mine);
	}
	while (wait(&status) > 0) {
		if (!WIFEXITED(status))
			errx(1, "a client died");
		again += WEXITSTATUS(status);
	}
	snprintf(want, sizeof(want), "%u", CLIENTS * ROUNDS);
	expect("sum", ASK(fd, XS_READ, 0, "data/counter\0"), want);
	printf("%u clients, %u increments each, %u conflicts\n", CLIENTS, ROUNDS,
	       again);
	close(fd);
}

/* Two processes, one after the other at each step. */
static void test_conflict(void)
{
	int fd = xs_open(), to[2], from[2];
	uint32_t tx;
	char c;

	if (pipe(to) || pipe(from))
		err(1, "pipe");
	expect("a", ASK(fd, XS_WRITE, 0, "data/a\0001"), "OK");
	expect("b", ASK(fd, XS_WRITE, 0, "data/b\0001"), "OK");
	if (!fork()) {
		int other = xs_open();

		while (read(to[0], &c, 1) == 1) {
			const char *r = "";

			if (c == 'a')
				r = ASK(other, XS_WRITE, 0, "data/a\0002");
			else if (c == 'b')
				r = ASK(other, XS_WRITE, 0, "data/b\0002");
			else
				_exit(0);
			if (strcmp(r, "OK") || write(from[1], &c, 1) != 1)
				_exit(1);
		}
		_exit(1);
	}
#define OTHER(ch)	do {						\
		if (write(to[1], ch, 1) != 1 || read(from[0], &c, 1) != 1) \
			errx(1, "the other process");			\
	} while (0)

	tx = start(fd);
	expect("read", ASK(fd, XS_READ, tx, "data/a\0"), "1");
	OTHER("a");
	expect("snapshot", ASK(fd, XS_READ, tx, "data/a\0"), "1");
	expect("outside", ASK(fd, XS_READ, 0, "data/a\0"), "2");
	expect("write", ASK(fd, XS_WRITE, tx, "data/c\000x"), "OK");
	expect("conflict", ASK(fd, XS_TRANSACTION_END, tx, "T\0"), "!EAGAIN");
	expect("nothing", ASK(fd, XS_READ, 0, "data/c\0"), "!ENOENT");
	tx = start(fd);
	expect("read", ASK(fd, XS_READ, tx, "data/a\0"), "2");
	expect("write", ASK(fd, XS_WRITE, tx, "data/c\000x"), "OK");
	OTHER("b");
	expect("elsewhere", ASK(fd, XS_TRANSACTION_END, tx, "T\0"), "OK");
	expect("committed", ASK(fd, XS_READ, 0, "data/c\0"), "x");
	if (write(to[1], "q", 1) != 1)
		err(1, "write");
	wait(NULL);
	close(fd);
}

static void expect_event(int fd, const char *path, const char *token)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct msg m = { 0 };

	if (early.fd == fd) {
		m = early.m;
		early.fd = -1;
	} else if (poll(&p, 1, 10000) == 1) {
		get(fd, &m);
	} else {
		errx(1, "no event for %s", path);
	}
	if (m.type != XS_WATCH_EVENT)
		errx(1, "type %u, not an event", m.type);
	expect("event path", m.body, path);
	expect("event token", m.body + strlen(m.body) + 1, token);
}

/* Each client gets its own events with its own token, after the commit. */
static void test_watch(void)
{
	int one = xs_open(), two = xs_open(), writer = xs_open();
	struct pollfd p = { .fd = one, .events = POLLIN };
	uint32_t tx;

	expect("watch", ASK(one, XS_WATCH, 0, "data/w\0first\0"), "OK");
	expect_event(one, "data/w", "first");
	expect("watch", ASK(two, XS_WATCH, 0,
			    "/local/domain/1/data/w\0second\0"), "OK");
	expect_event(two, "/local/domain/1/data/w", "second");
	expect("write", ASK(writer, XS_WRITE, 0, "data/w/x\0001"), "OK");
	expect_event(one, "data/w/x", "first");
	expect_event(two, "/local/domain/1/data/w/x", "second");

	tx = start(writer);
	expect("write", ASK(writer, XS_WRITE, tx, "data/w/y\0001"), "OK");
	if (poll(&p, 1, 200) != 0)
		errx(1, "an event before the commit");
	expect("commit", ASK(writer, XS_TRANSACTION_END, tx, "T\0"), "OK");
	expect_event(one, "data/w/y", "first");
	close(one);
	close(two);
	close(writer);
}

static void test_errors(void)
{
	static const struct {
		uint32_t type;
		const char *data;
		size_t len;
		const char *answer;
	} rows[] = {
#define ROW(t, d, a)	{ t, d, sizeof(d) - 1, a }
		ROW(XS_READ, "", "!EINVAL"),
		ROW(XS_READ, "data", "!EINVAL"),
		ROW(XS_READ, "data/\0", "!EINVAL"),
		ROW(XS_READ, "da\0ta\0", "!EINVAL"),
		ROW(XS_READ, "data/none\0", "!ENOENT"),
		ROW(XS_READ, "/tool\0", "!EACCES"),
		ROW(XS_DIRECTORY, "/\0", "!EACCES"),
		ROW(XS_WRITE, "domid\0007", "!EACCES"),
		ROW(XS_RM, "/\0", "!EACCES"),
		ROW(XS_RM, "data/none/below\0", "!ENOENT"),
		ROW(XS_SET_PERMS, "data\0", "!EINVAL"),
		ROW(XS_SET_PERMS, "data\0n0\0", "!EPERM"),
		ROW(XS_CONTROL, "help\0", "!EACCES"),
		ROW(XS_INTRODUCE, "2\0001\0001\0", "!EACCES"),
		ROW(XS_RELEASE, "1\0", "!EACCES"),
		ROW(XS_RESUME, "1\0", "!EACCES"),
		ROW(XS_SET_TARGET, "1\0000\0", "!EACCES"),
		ROW(XS_IS_DOMAIN_INTRODUCED, "1\0", "!EACCES"),
		ROW(XS_GET_DOMAIN_PATH, "3\0", "/local/domain/3"),
		ROW(XS_WATCH_EVENT, "x\0", "!ENOSYS"),
		ROW(20, "x\0", "!ENOSYS"),
		ROW(0xffff, "x\0", "!ENOSYS"),
	};
	static char big[4096 - HEADER];
	int fd = xs_open();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		expect(rows[i].data, ask(fd, rows[i].type, 0, rows[i].data,
					 rows[i].len), rows[i].answer);
	/* The largest message that the device takes, in many ring-fuls. */
	memset(big, 'v', sizeof(big));
	memcpy(big, "data/big", 9);
	expect("big", ask(fd, XS_WRITE, 0, big, sizeof(big)), "!ENOSPC");
	expect("2000", ask(fd, XS_WRITE, 0, big, 9 + 2000), "OK");
	if (strlen(ASK(fd, XS_READ, 0, "data/big\0")) != 2000)
		errx(1, "2000 bytes did not come back");
	close(fd);
}

/* A client that leaves takes its transactions and watches along. */
static void test_leave(void)
{
	int fd = xs_open();

	if (!start(fd) || !start(fd))
		errx(1, "no transaction");
	expect("watch", ASK(fd, XS_WATCH, 0, "data/l\0gone\0"), "OK");
	close(fd);
}

int main(void)
{
	int fd;

	test_errors();
	test_watch();
	test_conflict();
	test_counter();
	test_leave();
	fd = xs_open();
	ASK(fd, XS_RM, 0, "data/a\0");
	ASK(fd, XS_RM, 0, "data/b\0");
	ASK(fd, XS_RM, 0, "data/c\0");
	ASK(fd, XS_RM, 0, "data/w\0");
	ASK(fd, XS_RM, 0, "data/big\0");
	ASK(fd, XS_RM, 0, "data/counter\0");
	expect("clean", ASK(fd, XS_DIRECTORY, 0, "data\0"), "");
	return failures != 0;
}
