// SPDX-License-Identifier: GPL-2.0-only
/*
 * The xenstore core: paths, messages about nodes and domains, permissions, and
 * the tree that a guest finds.
 */
#include "store.h"

static void paths_test(struct kunit *test)
{
	static const char * const bad[] = {
		"|", "", "/data", "//|", "data/|", "/data/|", "data//x|",
		"/local/domain/1/|", "data/.|", ".|", "..|", "data/x y|",
		"data/x\n|", "data/\xc3\xa9|", "data|x|", "data||",
		"@releaseDomain|", "x*|",
	};
	struct client *g = &((struct fixture *)test->priv)->guest;
	char *path = g->buf;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT("!EINVAL|", ask(g, XS_READ, bad[i]));
		EXPECT("!EINVAL|", ask(g, XS_DIRECTORY, bad[i]));
		EXPECT("!EINVAL|", ask(g, XS_RM, bad[i]));
	}
	EXPECT("OK|", ask(g, XS_MKDIR, "data/aZ09-_@|"));
	EXPECT("", ask(g, XS_READ, HOME "/data/aZ09-_@|"));

	/* 2048 bytes below the home, however it is named, and no more. */
	memset(path, 'a', XENSTORE_PAYLOAD_MAX);
	memcpy(path, "data/", 5);
	path[2049] = '\0';
	EXPECT("!EINVAL|", ask_raw(g, 0, XS_READ, path, 2050));
	path[2048] = '\0';
	EXPECT("!ENOENT|", ask_raw(g, 0, XS_READ, path, 2049));
	memset(path, 'a', XENSTORE_PAYLOAD_MAX);
	memcpy(path, HOME "/data/", 21);
	path[16 + 2048] = '\0';
	EXPECT("!ENOENT|", ask_raw(g, 0, XS_READ, path, 16 + 2049));
	path[16 + 2048] = 'a';
	path[16 + 2049] = '\0';
	EXPECT("!EINVAL|", ask_raw(g, 0, XS_READ, path, 16 + 2050));
	memset(path, 'a', XENSTORE_PAYLOAD_MAX);
	path[0] = '/';
	path[2049] = '\0';
	EXPECT("!EINVAL|", ask_raw(g, 0, XS_READ, path, 2050));
	path[2048] = '\0';
	EXPECT("!EACCES|", ask_raw(g, 0, XS_READ, path, 2049));
	/* A whole message without any NUL. */
	memset(path, 'a', XENSTORE_PAYLOAD_MAX);
	EXPECT("!EINVAL|", ask_raw(g, 0, XS_READ, path, XENSTORE_PAYLOAD_MAX));
	EXPECT("!EINVAL|", ask_raw(g, 0, XS_WRITE, path, XENSTORE_PAYLOAD_MAX));
	EXPECT("!EINVAL|", ask_raw(g, 0, XS_WATCH, path, XENSTORE_PAYLOAD_MAX));
}

static void write_read_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *g = &f->guest;

	EXPECT("OK|", ask(g, XS_WRITE, "data/a/b/c|hello"));
	EXPECT("hello", ask(g, XS_READ, "data/a/b/c|"));
	EXPECT("hello", ask(g, XS_READ, HOME "/data/a/b/c|"));
	/* Parents are made, empty. */
	EXPECT("", ask(g, XS_READ, "data/a|"));
	/* A value is bytes, NULs and all. */
	EXPECT("OK|", ask(g, XS_WRITE, "data/a|x|y||"));
	EXPECT("x|y||", ask(g, XS_READ, "data/a|"));
	EXPECT("OK|", ask(g, XS_WRITE, "data/a|"));
	EXPECT("", ask(g, XS_READ, "data/a|"));
	EXPECT("hello", ask(g, XS_READ, "data/a/b/c|"));
	EXPECT("!EINVAL|", ask(g, XS_WRITE, "data/a"));
	EXPECT("!EINVAL|", ask(g, XS_WRITE, ""));
	EXPECT("!ENOENT|", ask(g, XS_READ, "data/none|"));
	EXPECT("!ENOENT|", ask(g, XS_READ, "data/none/at/all|"));
}

static void mkdir_test(struct kunit *test)
{
	struct client *g = &((struct fixture *)test->priv)->guest;

	EXPECT("OK|", ask(g, XS_WRITE, "data/v|1"));
	EXPECT("OK|", ask(g, XS_MKDIR, "data/v|"));
	EXPECT("1", ask(g, XS_READ, "data/v|"));
	EXPECT("OK|", ask(g, XS_MKDIR, "data/p/q|"));
	EXPECT("q|", ask(g, XS_DIRECTORY, "data/p|"));
	EXPECT("!EACCES|", ask(g, XS_MKDIR, "mine|"));
	EXPECT("!EACCES|", ask(g, XS_MKDIR, "domid|"));
	EXPECT("!EINVAL|", ask(g, XS_MKDIR, "data/x|junk"));
}

static void rm_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *g = &f->guest;

	EXPECT("OK|", ask(g, XS_WRITE, "data/a/b|1"));
	EXPECT("OK|", ask(g, XS_RM, "data/a|"));
	EXPECT("!ENOENT|", ask(g, XS_READ, "data/a/b|"));
	/* Missing with a parent is fine, without one it is not. */
	EXPECT("OK|", ask(g, XS_RM, "data/a|"));
	EXPECT("!ENOENT|", ask(g, XS_RM, "data/a/b|"));
	EXPECT("!EACCES|", ask(g, XS_RM, "domid|"));
	EXPECT("!EACCES|", ask(g, XS_RM, "nothing|"));
	EXPECT("!EACCES|", ask(g, XS_RM, "/|"));
	EXPECT("!EINVAL|", ask(&f->dom0, XS_RM, "/|"));
	/* Its own nodes it may remove wherever they are. */
	EXPECT("OK|", ask(g, XS_RM, "control/shutdown|"));
	EXPECT("!ENOENT|", ask(&f->dom0, XS_READ, HOME "/control/shutdown|"));
}

static void directory_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *g = &f->guest;

	EXPECT("", ask(g, XS_DIRECTORY, "data|"));
	EXPECT("OK|", ask(g, XS_WRITE, "data/b|"));
	EXPECT("OK|", ask(g, XS_WRITE, "data/a/deep|"));
	EXPECT("OK|", ask(g, XS_WRITE, "data/ab|"));
	EXPECT("a|ab|b|", ask(g, XS_DIRECTORY, "data|"));
	EXPECT("OK|", ask(g, XS_RM, "data/ab|"));
	EXPECT("a|b|", ask(g, XS_DIRECTORY, HOME "/data|"));
	EXPECT("local|tool|vm|", ask(&f->dom0, XS_DIRECTORY, "/|"));
	EXPECT("!ENOENT|", ask(g, XS_DIRECTORY, "data/none|"));
	EXPECT("!EACCES|", ask(g, XS_DIRECTORY, "/|"));
}

/* The generation that an answer to DIRECTORY_PART starts with; 0 if none. */
static unsigned long long generation(const char *answer, int *len)
{
	unsigned long long gen;

	if (sscanf(answer, "%llu|%n", &gen, len) != 1)
		return 0;
	return gen;
}

static void directory_part_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *d = &f->dom0;
	unsigned long long gen = 0, gen2;
	unsigned int off = 0, names = 0, rounds = 0;
	char text[64];
	int i, n;

	/* 1500 names of 6 bytes do not fit into one message. */
	for (i = 0; i < 1500; i++) {
		snprintf(text, sizeof(text), "/tool/x%04d|", i);
		KUNIT_ASSERT_STREQ(test, ask(d, XS_WRITE, text), "OK|");
	}
	EXPECT("!E2BIG|", ask(d, XS_DIRECTORY, "/tool|"));
	for (;;) {
		const char *p;

		snprintf(text, sizeof(text), "/tool|%u|", off);
		p = ask(d, XS_DIRECTORY_PART, text);
		KUNIT_ASSERT_LE(test, d->hdr.len, (u32)XENSTORE_PAYLOAD_MAX);
		gen2 = generation(p, &n);
		if (rounds++)
			KUNIT_EXPECT_EQ(test, gen, gen2);
		gen = gen2;
		KUNIT_ASSERT_NE(test, gen, 0ull);
		for (p += n; *p && *p != '|'; p += 6, off += 6) {
			snprintf(text, sizeof(text), "x%04u|", names++);
			KUNIT_ASSERT_EQ(test, strncmp(p, text, 6), 0);
		}
		/* An empty name is the end. */
		if (*p == '|')
			break;
	}
	KUNIT_EXPECT_EQ(test, names, 1500u);
	KUNIT_EXPECT_EQ(test, rounds, 3u);

	/* Behind the end, and in the middle of a name. */
	snprintf(text, sizeof(text), "%llu||", gen);
	EXPECT(text, ask(d, XS_DIRECTORY_PART, "/tool|9000|"));
	EXPECT(text, ask(d, XS_DIRECTORY_PART, "/tool|4294967295|"));
	snprintf(text, sizeof(text), "%llu|499||", gen);
	EXPECT(text, ask(d, XS_DIRECTORY_PART, "/tool|8996|"));

	/* The count changes with the names and with the value. */
	ask(d, XS_RM, "/tool/x0700|");
	gen2 = generation(ask(d, XS_DIRECTORY_PART, "/tool|0|"), &n);
	KUNIT_EXPECT_NE(test, gen, gen2);
	ask(d, XS_WRITE, "/tool|v");
	gen = generation(ask(d, XS_DIRECTORY_PART, "/tool|0|"), &n);
	KUNIT_EXPECT_NE(test, gen, gen2);

	EXPECT("!EINVAL|", ask(d, XS_DIRECTORY_PART, "/tool|"));
	EXPECT("!EINVAL|", ask(d, XS_DIRECTORY_PART, "/tool|0|0|"));
	EXPECT("!EACCES|", ask(&f->guest, XS_DIRECTORY_PART, "/tool|0|"));
}

static void get_perms_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *g = &f->guest, *d = &f->dom0;

	EXPECT("n0|r1|", ask(g, XS_GET_PERMS, HOME "|"));
	EXPECT("n1|", ask(g, XS_GET_PERMS, "data|"));
	/* What the guest makes is the guest's, with the parent's others. */
	EXPECT("OK|", ask(d, XS_SET_PERMS, HOME "/data|b0|r2|w1|"));
	EXPECT("OK|", ask(g, XS_WRITE, "data/x/y|1"));
	EXPECT("b1|r2|w1|", ask(g, XS_GET_PERMS, "data/x|"));
	EXPECT("b1|r2|w1|", ask(g, XS_GET_PERMS, "data/x/y|"));
	/* What domain 0 makes has what the parent has. */
	EXPECT("OK|", ask(d, XS_WRITE, HOME "/data/z|1"));
	EXPECT("b0|r2|w1|", ask(d, XS_GET_PERMS, HOME "/data/z|"));
	EXPECT("!EACCES|", ask(g, XS_GET_PERMS, "/tool|"));
	EXPECT("!EINVAL|", ask(g, XS_GET_PERMS, "@releaseDomain|"));
}

static void set_perms_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *g = &f->guest, *d = &f->dom0;

	EXPECT("OK|", ask(g, XS_WRITE, "data/x|1"));
	EXPECT("OK|", ask(g, XS_SET_PERMS, "data/x|r1|b0|w2|n7|r65535|"));
	EXPECT("r1|b0|w2|n7|r65535|", ask(g, XS_GET_PERMS, "data/x|"));
	EXPECT("!ENOSPC|", ask(g, XS_SET_PERMS, "data/x|n1|r0|r2|r3|r4|r5|"));
	EXPECT("OK|", ask(d, XS_SET_PERMS, HOME "/data/x|n1|r0|r2|r3|r4|r5|"));
	/* Only domain 0 gives a node away, and only to whom there is. */
	EXPECT("!EPERM|", ask(g, XS_SET_PERMS, "data/x|n0|"));
	EXPECT("!ENOENT|", ask(g, XS_SET_PERMS, "data/x|n9|"));
	EXPECT("!ENOENT|", ask(d, XS_SET_PERMS, HOME "/data/x|n9|"));
	EXPECT("!EACCES|", ask(g, XS_SET_PERMS, "domid|n0|"));
	EXPECT("!EACCES|", ask(g, XS_SET_PERMS, "domid/none|n1|"));
	EXPECT("!ENOENT|", ask(g, XS_SET_PERMS, "data/none|n1|"));
	EXPECT("!EINVAL|", ask(g, XS_SET_PERMS, "data/x|"));
	EXPECT("!EINVAL|", ask(g, XS_SET_PERMS, "data/x|x1|"));
	EXPECT("!EINVAL|", ask(g, XS_SET_PERMS, "data/x|n|"));
	EXPECT("!EINVAL|", ask(g, XS_SET_PERMS, "data/x||"));
	EXPECT("!EINVAL|", ask(g, XS_SET_PERMS, "data/x|n1 |"));
	EXPECT("!EINVAL|", ask(g, XS_SET_PERMS, "data/x|n1\n|"));
	EXPECT("!ENOENT|", ask(g, XS_SET_PERMS, "data/x|n-1|"));
	EXPECT("!ENOENT|", ask(g, XS_SET_PERMS, "data/x|n99999999999|"));
	EXPECT("!ENOENT|", ask(g, XS_SET_PERMS, "@releaseDomain|n0|r1|"));
	EXPECT("!EINVAL|", ask(d, XS_SET_PERMS, "@nothing|n0|r1|"));
	/* Bytes after the last NUL do not count. */
	EXPECT("OK|", ask(g, XS_SET_PERMS, "data/x|n1|r0"));
	EXPECT("n1|", ask(g, XS_GET_PERMS, "data/x|"));
}

/* What a third domain may do with a node of the guest's. */
static void perm_matrix_test(struct kunit *test)
{
	static const struct {
		const char *perms;
		bool read, write;
	} rows[] = {
		{ "n1|", false, false }, { "r1|", true, false },
		{ "w1|", false, true }, { "b1|", true, true },
		{ "n1|n2|", false, false }, { "n1|r2|", true, false },
		{ "n1|w2|", false, true }, { "n1|b2|", true, true },
		{ "b1|n2|", false, false }, { "b1|r2|", true, false },
		{ "n1|b3|", false, false }, { "n1|r3|b2|", true, true },
		{ "n1|n2|b2|", false, false }, { "n2|", true, true },
	};
	struct fixture *f = test->priv;
	struct client *d = &f->dom0, *g = &f->guest, *o = &f->other;
	char text[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT("OK|", ask(d, XS_WRITE, HOME "/data/m|v"));
		snprintf(text, sizeof(text), HOME "/data/m|%s", rows[i].perms);
		EXPECT("OK|", ask(d, XS_SET_PERMS, text));
		EXPECT(rows[i].read ? "v" : "!EACCES|",
		       ask(o, XS_READ, HOME "/data/m|"));
		EXPECT(rows[i].read ? "" : "!EACCES|",
		       ask(o, XS_DIRECTORY, HOME "/data/m|"));
		EXPECT(rows[i].write ? "OK|" : "!EACCES|",
		       ask(o, XS_WRITE, HOME "/data/m|v"));
		EXPECT(rows[i].write ? "OK|" : "!EACCES|",
		       ask(o, XS_WRITE, HOME "/data/m/sub|v"));
		/* Whether a child exists is told to readers only. */
		EXPECT(rows[i].read ? "!ENOENT|" : "!EACCES|",
		       ask(o, XS_READ, HOME "/data/m/none|"));
		EXPECT(rows[i].write ? "OK|" : "!EACCES|",
		       ask(o, XS_RM, HOME "/data/m|"));
		EXPECT("OK|", ask(d, XS_RM, HOME "/data/m|"));
	}
	/* Below a closed node an open one can be reached. */
	EXPECT("OK|", ask(d, XS_WRITE, HOME "/data/c/open|v"));
	EXPECT("OK|", ask(d, XS_SET_PERMS, HOME "/data/c/open|n1|r2|"));
	EXPECT("v", ask(o, XS_READ, HOME "/data/c/open|"));
	EXPECT("!EACCES|", ask(o, XS_READ, HOME "/data/c|"));

	/* SET_TARGET: the third domain acts for the guest. */
	EXPECT("!EACCES|", ask(g, XS_SET_TARGET, "2|1|"));
	EXPECT("!EINVAL|", ask(d, XS_SET_TARGET, "2|"));
	EXPECT("!ENOENT|", ask(d, XS_SET_TARGET, "2|9|"));
	EXPECT("OK|", ask(d, XS_SET_TARGET, "2|1|"));
	EXPECT("OK|", ask(o, XS_WRITE, HOME "/data/c|by2"));
	EXPECT("by2", ask(g, XS_READ, "data/c|"));
}

static void domain_ops_test(struct kunit *test)
{
	static const u32 dom0_only[] = {
		XS_CONTROL, XS_INTRODUCE, XS_RELEASE, XS_IS_DOMAIN_INTRODUCED,
		XS_RESUME, XS_SET_TARGET,
	};
	static const u32 unknown[] = {
		XS_WATCH_EVENT, XS_ERROR, XS_SET_TARGET + 1, XS_TYPE_COUNT,
		XS_INVALID, 0xffffffff,
	};
	struct fixture *f = test->priv;
	struct client *g = &f->guest, *d = &f->dom0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(dom0_only); i++)
		EXPECT("!EACCES|", ask(g, dom0_only[i], "1|"));
	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		EXPECT("!ENOSYS|", ask(g, unknown[i], "1|"));
		EXPECT("!ENOSYS|", ask(d, unknown[i], "1|"));
	}
	EXPECT("!ENOSYS|", ask(d, XS_CONTROL, "help|"));

	EXPECT("/local/domain/7|", ask(g, XS_GET_DOMAIN_PATH, "7|"));
	EXPECT("/local/domain/7|", ask(g, XS_GET_DOMAIN_PATH, "007x|"));
	EXPECT("/local/domain/0|", ask(g, XS_GET_DOMAIN_PATH, "|"));
	EXPECT("!EINVAL|", ask(g, XS_GET_DOMAIN_PATH, "7"));
	EXPECT("!EINVAL|", ask(g, XS_GET_DOMAIN_PATH, "7|8|"));

	EXPECT("T|", ask(d, XS_IS_DOMAIN_INTRODUCED, "1|"));
	EXPECT("F|", ask(d, XS_IS_DOMAIN_INTRODUCED, "2|"));
	EXPECT("F|", ask(d, XS_IS_DOMAIN_INTRODUCED, "9|"));
	EXPECT("T|", ask(d, XS_IS_DOMAIN_INTRODUCED, "32752|"));
	EXPECT("!EINVAL|", ask(d, XS_INTRODUCE, "5|1|"));
	EXPECT("!EINVAL|", ask(d, XS_INTRODUCE, "5|1|0|"));
	EXPECT("!EINVAL|", ask(d, XS_INTRODUCE, "0|1|1|"));
	EXPECT("!EINVAL|", ask(d, XS_INTRODUCE, "32752|1|1|"));
	EXPECT("!ENOENT|", ask(d, XS_RELEASE, "9|"));
	EXPECT("!EINVAL|", ask(d, XS_RELEASE, "2|"));
	EXPECT("!EINVAL|", ask(d, XS_RELEASE, "0|"));
	EXPECT("OK|", ask(d, XS_RESUME, "1|"));
	EXPECT("!ENOENT|", ask(d, XS_RESUME, "9|"));
	EXPECT("!EINVAL|", ask(d, XS_RESUME, "0|"));
}

/* A domain's end takes its nodes, watches, transactions and rights along. */
static void release_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *g = &f->guest, *d = &f->dom0;
	struct xhv_xs_usage u;

	EXPECT("OK|", ask(g, XS_WRITE, "data/a/b|1"));
	EXPECT("OK|", ask(d, XS_WRITE, "/tool/forone|1"));
	EXPECT("OK|", ask(d, XS_SET_PERMS, "/tool/forone|n0|r1|"));
	EXPECT("1", ask(g, XS_READ, "/tool/forone|"));
	EXPECT("OK|", ask(g, XS_WATCH, "data|t|"));
	KUNIT_EXPECT_NE(test, start(g), 0u);
	EXPECT("OK|", ask(d, XS_RELEASE, "1|"));
	EXPECT("!ENOENT|", ask(d, XS_READ, HOME "/data|"));
	EXPECT("!ENOENT|", ask(d, XS_READ, HOME "/control/shutdown|"));
	EXPECT("1", ask(d, XS_READ, HOME "/domid|"));
	EXPECT("!EACCES|", ask(g, XS_READ, "/tool/forone|"));
	EXPECT("n0|r1|", ask(d, XS_GET_PERMS, "/tool/forone|"));
	xhv_xs_conn_usage(g->conn, &u);
	KUNIT_EXPECT_EQ(test, u.nodes, 0u);
	KUNIT_EXPECT_EQ(test, u.watches, 0u);
	KUNIT_EXPECT_EQ(test, u.txs, 0u);
}

/* What the guest finds is what xl would have made, and nothing of others. */
static void tree_test(struct kunit *test)
{
	static const struct {
		const char *path, *perms;
	} rows[] = {
		{ HOME "|", "n0|r1|" },
		{ "name|", "n0|r1|" },
		{ "vm|", "n0|r1|" },
		{ "cpu/0/availability|", "n0|r1|" },
		{ "memory/target|", "n0|r1|" },
		{ "store|", "n0|r1|" },
		{ "control|", "n0|r1|" },
		{ "control/shutdown|", "n1|" },
		{ "control/sysrq|", "n1|" },
		{ "control/feature-suspend|", "n1|" },
		{ "control/platform-feature-xs_reset_watches|", "n0|r1|" },
		{ "device|", "n0|r1|" },
		{ "device/suspend/event-channel|", "n1|" },
		{ "attr|", "n1|" }, { "data|", "n1|" }, { "drivers|", "n1|" },
		{ "error|", "n1|" }, { "feature|", "n1|" },
		{ "/|", "!EACCES|" }, { "/tool|", "!EACCES|" },
		{ "/vm|", "!EACCES|" }, { "/local|", "!EACCES|" },
		{ "/local/domain/0/name|", "!EACCES|" },
		{ "/local/domain/0/backend|", "!EACCES|" },
	};
	struct fixture *f = test->priv;
	struct client *g = &f->guest;
	unsigned int i, nodes = 1;
	char text[128];

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		EXPECT(rows[i].perms, ask(g, XS_GET_PERMS, rows[i].path));
	EXPECT("1", ask(g, XS_READ, "domid|"));
	EXPECT("online", ask(g, XS_READ, "cpu/0/availability|"));
	EXPECT("1", ask(g, XS_READ, "control/platform-feature-xs_reset_watches|"));
	KUNIT_ASSERT_EQ(test, xhv_tree_set_store(f->dom0.conn, GUEST, 3, 4711),
			0);
	EXPECT("3", ask(g, XS_READ, "store/port|"));
	EXPECT("4711", ask(g, XS_READ, "store/ring-ref|"));
	EXPECT("n0|r1|", ask(g, XS_GET_PERMS, "store/port|"));
	/* vm names a node that the guest can read. */
	snprintf(text, sizeof(text), "%s/uuid|", ask(g, XS_READ, "vm|"));
	KUNIT_EXPECT_EQ(test, strlen(ask(g, XS_READ, text)), (size_t)36);

	/* The walk meets every node once, parents first. */
	strscpy(f->path, "/", sizeof(f->path));
	while (xhv_xs_next(f->xs, f->path)) {
		const struct xhv_xs_perm *perms;
		const void *val;
		unsigned int nr;
		size_t len;

		nodes++;
		KUNIT_ASSERT_EQ(test, xhv_xs_peek(f->xs, f->path, &val,
						  &len, &perms, &nr), 0);
		KUNIT_ASSERT_LT(test, nodes, 200u);
	}
	EXPECT("OK|", ask(&f->dom0, XS_WRITE, "/zz/a/b|"));
	strscpy(f->path, "/", sizeof(f->path));
	for (i = 1; xhv_xs_next(f->xs, f->path); i++)
		;
	KUNIT_EXPECT_EQ(test, i, nodes + 3);
}

static struct kunit_case store_cases[] = {
	KUNIT_CASE(paths_test),
	KUNIT_CASE(write_read_test),
	KUNIT_CASE(mkdir_test),
	KUNIT_CASE(rm_test),
	KUNIT_CASE(directory_test),
	KUNIT_CASE(directory_part_test),
	KUNIT_CASE(get_perms_test),
	KUNIT_CASE(set_perms_test),
	KUNIT_CASE(perm_matrix_test),
	KUNIT_CASE(domain_ops_test),
	KUNIT_CASE(release_test),
	KUNIT_CASE(tree_test),
	{}
};

static struct kunit_suite store_suite = {
	.name = "xhv-store",
	.init = store_init,
	.exit = store_exit,
	.test_cases = store_cases,
};

kunit_test_suites(&store_suite);
