// SPDX-License-Identifier: GPL-2.0-only
/*
 * The xenstore core: transactions and quotas.
 */
#include "store.h"

static void tx_basic_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *g = &f->guest, *d = &f->dom0;
	u32 tx, tx2;

	EXPECT("OK|", ask(g, XS_WATCH, "data|t|"));
	events(g);
	tx = start(g);
	KUNIT_ASSERT_NE(test, tx, 0u);
	EXPECT("OK|", ask_in(g, tx, XS_WRITE, "data/a/b|1"));
	EXPECT("OK|", ask_in(g, tx, XS_WRITE, "data/c|1"));
	EXPECT("1", ask_in(g, tx, XS_READ, "data/a/b|"));
	EXPECT("a|c|", ask_in(g, tx, XS_DIRECTORY, "data|"));
	/* Nobody else sees it, and nothing fires. */
	EXPECT("!ENOENT|", ask(g, XS_READ, "data/a/b|"));
	EXPECT("!ENOENT|", ask(d, XS_READ, HOME "/data/c|"));
	EXPECT("", events(g));
	EXPECT("OK|", end(g, tx, "T|"));
	EXPECT("data/a/b:t data/c:t", events(g));
	EXPECT("1", ask(g, XS_READ, "data/a/b|"));
	EXPECT("!ENOENT|", end(g, tx, "T|"));
	EXPECT("!ENOENT|", ask_in(g, tx, XS_READ, "data|"));

	tx = start(g);
	EXPECT("OK|", ask_in(g, tx, XS_RM, "data/a|"));
	EXPECT("!ENOENT|", ask_in(g, tx, XS_READ, "data/a/b|"));
	EXPECT("1", ask(g, XS_READ, "data/a/b|"));
	EXPECT("OK|", end(g, tx, "F|"));
	EXPECT("1", ask(g, XS_READ, "data/a/b|"));
	EXPECT("", events(g));

	/* Names are the connection's own. */
	tx = start(g);
	tx2 = start(d);
	KUNIT_EXPECT_EQ(test, tx2, 1u);
	EXPECT("!ENOENT|", ask_in(d, tx, XS_READ, "/tool|"));
	EXPECT("!EBUSY|", ask_in(g, tx, XS_TRANSACTION_START, "|"));
	EXPECT("!EINVAL|", end(g, tx, "|"));
	EXPECT("!EINVAL|", end(g, tx, "T"));
	EXPECT("!EINVAL|", end(g, tx, "X|"));
	EXPECT("!EINVAL|", end(g, tx, "T|T|"));
	EXPECT("!ENOENT|", ask(g, XS_TRANSACTION_END, "T|"));
	EXPECT("!ENOENT|", ask_in(g, 4711, XS_WRITE, "data/x|1"));
	/* Watches are no part of transactions. */
	EXPECT("OK|", ask_in(g, 4711, XS_WATCH, "error|t|"));
	EXPECT("OK|", ask_in(g, 4711, XS_UNWATCH, "error|t|"));
	EXPECT("OK|", end(g, tx, "T|"));
	tx = start(g);
	EXPECT("OK|", ask(g, XS_RESET_WATCHES, "|"));
	EXPECT("!ENOENT|", end(g, tx, "T|"));
}

/* One sees the store as it was when it began, whole. */
static void tx_snapshot_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *g = &f->guest, *d = &f->dom0;
	u32 tx;

	EXPECT("OK|", ask(g, XS_WRITE, "data/a|1"));
	EXPECT("OK|", ask(g, XS_WRITE, "data/b|1"));
	tx = start(g);
	EXPECT("OK|", ask(d, XS_WRITE, HOME "/data/a|2"));
	EXPECT("OK|", ask(d, XS_RM, HOME "/data/b|"));
	EXPECT("OK|", ask(d, XS_WRITE, HOME "/data/c|2"));
	EXPECT("1", ask_in(g, tx, XS_READ, "data/a|"));
	EXPECT("1", ask_in(g, tx, XS_READ, "data/b|"));
	EXPECT("a|b|", ask_in(g, tx, XS_DIRECTORY, "data|"));
	EXPECT("a|c|", ask(g, XS_DIRECTORY, "data|"));
	/* It has only read: that was true when it began. */
	EXPECT("OK|", end(g, tx, "T|"));
	EXPECT("2", ask(g, XS_READ, "data/a|"));
}

/* What another client does in between, and whether that is a conflict. */
static void tx_conflict_test(struct kunit *test)
{
	static const struct {
		u32 type;		/* in the transaction */
		const char *text;
		u32 other_type;		/* outside */
		const char *other_text;
		bool conflict;
	} rows[] = {
		{ XS_READ, "data/a|", XS_WRITE, HOME "/data/a|2", true },
		{ XS_READ, "data/a|", XS_WRITE, HOME "/data/b|2", false },
		{ XS_READ, "data/a|", XS_WRITE, HOME "/data/a/new|2", false },
		{ XS_READ, "data/a|", XS_RM, HOME "/data/a|", true },
		{ XS_READ, "data/a|", XS_SET_PERMS, HOME "/data/a|n1|r0|", true },
		{ XS_READ, "data/none|", XS_WRITE, HOME "/data/none|2", true },
		{ XS_READ, "data/a/x|", XS_RM, HOME "/data|", true },
		{ XS_GET_PERMS, "data/a|", XS_WRITE, HOME "/data/a|2", true },
		{ XS_DIRECTORY, "data/d|", XS_WRITE, HOME "/data/d/new|2", true },
		{ XS_DIRECTORY, "data/d|", XS_RM, HOME "/data/d/x|", true },
		{ XS_DIRECTORY, "data/d|", XS_WRITE, HOME "/data/d/x|2", false },
		{ XS_DIRECTORY_PART, "data/d|0|", XS_WRITE, HOME "/data/d/n|", true },
		{ XS_WRITE, "data/a|3", XS_WRITE, HOME "/data/a|2", true },
		{ XS_WRITE, "data/a|3", XS_WRITE, HOME "/data/b|2", false },
		{ XS_WRITE, "data/a|3", XS_RM, HOME "/data/a|", true },
		{ XS_WRITE, "data/d/n1|3", XS_WRITE, HOME "/data/d/n2|2", false },
		{ XS_WRITE, "data/d/n1|3", XS_WRITE, HOME "/data/d/n1|2", true },
		{ XS_WRITE, "data/d/n1|3", XS_RM, HOME "/data/d|", true },
		{ XS_WRITE, "data/d/n1|3", XS_SET_PERMS, HOME "/data/d|n1|r0|", true },
		{ XS_MKDIR, "data/a|", XS_RM, HOME "/data/a|", true },
		{ XS_RM, "data/d|", XS_WRITE, HOME "/data/d/x|2", true },
		{ XS_RM, "data/d|", XS_WRITE, HOME "/data/d/new/deep|2", true },
		{ XS_RM, "data/d|", XS_WRITE, HOME "/data/a|2", false },
		{ XS_RM, "data/none|", XS_WRITE, HOME "/data/none|2", true },
		{ XS_SET_PERMS, "data/a|n1|", XS_WRITE, HOME "/data/a|2", true },
	};
	struct fixture *f = test->priv;
	struct client *g = &f->guest, *d = &f->dom0;
	unsigned int i;
	u32 tx;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		/* Domain 0 makes it new each time, for the guest to own. */
		ask(d, XS_RM, HOME "/data|");
		EXPECT("OK|", ask(d, XS_WRITE, HOME "/data|"));
		EXPECT("OK|", ask(d, XS_SET_PERMS, HOME "/data|n1|"));
		EXPECT("OK|", ask(d, XS_WRITE, HOME "/data/a/x|1"));
		EXPECT("OK|", ask(d, XS_WRITE, HOME "/data/b|1"));
		EXPECT("OK|", ask(d, XS_WRITE, HOME "/data/d/x|1"));

		tx = start(g);
		ask_in(g, tx, rows[i].type, rows[i].text);
		/* So that there is something to commit. */
		EXPECT("OK|", ask_in(g, tx, XS_WRITE, "error|seen"));
		EXPECT("OK|", ask(d, rows[i].other_type, rows[i].other_text));
		KUNIT_EXPECT_STREQ_MSG(test, end(g, tx, "T|"),
				       rows[i].conflict ? "!EAGAIN|" : "OK|",
				       "row %u", i);
		EXPECT(rows[i].conflict ? "" : "seen", ask(g, XS_READ, "error|"));
		ask(d, XS_WRITE, HOME "/error|");
	}
}

/* Two transactions, and what remains of others' changes after a commit. */
static void tx_merge_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *g = &f->guest, *d = &f->dom0;
	u32 one, two;

	EXPECT("OK|", ask(g, XS_WRITE, "data/a|1"));
	EXPECT("OK|", ask(g, XS_WRITE, "data/old/x|1"));
	one = start(g);
	two = start(g);
	EXPECT("1", ask_in(g, one, XS_READ, "data/a|"));
	EXPECT("OK|", ask_in(g, one, XS_WRITE, "data/a|one"));
	EXPECT("1", ask_in(g, two, XS_READ, "data/a|"));
	EXPECT("OK|", ask_in(g, two, XS_WRITE, "data/a|two"));
	EXPECT("OK|", end(g, one, "T|"));
	EXPECT("!EAGAIN|", end(g, two, "T|"));
	EXPECT("one", ask(g, XS_READ, "data/a|"));

	one = start(g);
	two = start(g);
	EXPECT("OK|", ask_in(g, one, XS_WRITE, "data/n1/x|1"));
	EXPECT("OK|", ask_in(g, one, XS_RM, "data/old|"));
	EXPECT("OK|", ask_in(g, two, XS_WRITE, "data/n2/x|2"));
	EXPECT("OK|", ask(d, XS_WRITE, HOME "/data/n3|3"));
	EXPECT("OK|", end(g, two, "T|"));
	EXPECT("OK|", end(g, one, "T|"));
	EXPECT("a|n1|n2|n3|", ask(g, XS_DIRECTORY, "data|"));
	EXPECT("1", ask(g, XS_READ, "data/n1/x|"));

	/* Removed and made anew: its old children are gone. */
	EXPECT("OK|", ask(g, XS_WRITE, "data/r/old|1"));
	one = start(g);
	EXPECT("OK|", ask_in(g, one, XS_WRITE, "data/r/mid|1"));
	EXPECT("OK|", ask_in(g, one, XS_RM, "data/r|"));
	EXPECT("OK|", ask_in(g, one, XS_WRITE, "data/r/mid|2"));
	EXPECT("OK|", ask_in(g, one, XS_WRITE, "data/r/new|2"));
	EXPECT("OK|", ask_in(g, one, XS_WRITE, "data/gone|2"));
	EXPECT("OK|", ask_in(g, one, XS_RM, "data/gone|"));
	EXPECT("OK|", ask(d, XS_WRITE, "/tool/elsewhere|1"));
	EXPECT("OK|", end(g, one, "T|"));
	EXPECT("mid|new|", ask(g, XS_DIRECTORY, "data/r|"));
	EXPECT("2", ask(g, XS_READ, "data/r/mid|"));
	EXPECT("!ENOENT|", ask(g, XS_READ, "data/gone|"));
	EXPECT("1", ask(d, XS_READ, "/tool/elsewhere|"));
}

static void tx_watch_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *g = &f->guest, *o = &f->other;
	u32 tx;

	EXPECT("OK|", ask(g, XS_WRITE, "data/a/x|1"));
	EXPECT("OK|", ask(g, XS_SET_PERMS, "data/a|r1|"));
	EXPECT("OK|", ask(g, XS_WATCH, "data|t|"));
	EXPECT("OK|", ask(g, XS_WATCH, "data/a/x|x|"));
	EXPECT("OK|", ask(o, XS_WATCH, HOME "/data|o|"));
	events(g);
	events(o);
	tx = start(g);
	EXPECT("OK|", ask_in(g, tx, XS_WRITE, "data/b|1"));
	EXPECT("OK|", ask_in(g, tx, XS_WRITE, "data/b|2"));
	EXPECT("OK|", ask_in(g, tx, XS_RM, "data/a|"));
	EXPECT("", events(g));
	EXPECT("OK|", end(g, tx, "T|"));
	/* One event a path; the old rights count for who is told. */
	EXPECT("data/b:t data/a:t data/a/x:x", events(g));
	EXPECT(HOME "/data/a:o", events(o));

	tx = start(g);
	EXPECT("OK|", ask_in(g, tx, XS_WRITE, "data/b|3"));
	EXPECT("OK|", ask(g, XS_WRITE, "data/b|4"));
	events(g);
	EXPECT("!EAGAIN|", end(g, tx, "T|"));
	EXPECT("", events(g));
}

static void quota_nodes_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *g = &f->guest, *d = &f->dom0;
	unsigned int had, n;
	struct xhv_xs_usage u;
	char text[64];
	u32 tx;

	xhv_xs_conn_usage(g->conn, &u);
	had = u.nodes;
	for (n = had; n < XHV_XS_QUOTA_NODES; n++) {
		snprintf(text, sizeof(text), "data/%u/%u|v", n % 32, n);
		/* The first 32 make their parents, too. */
		if (strcmp(ask(g, XS_WRITE, text), "OK|"))
			break;
	}
	xhv_xs_conn_usage(g->conn, &u);
	KUNIT_EXPECT_EQ(test, u.nodes, (unsigned int)XHV_XS_QUOTA_NODES);
	KUNIT_EXPECT_EQ(test, n, (unsigned int)XHV_XS_QUOTA_NODES - 32);
	EXPECT("!ENOSPC|", ask(g, XS_WRITE, "data/more|v"));
	EXPECT("!ENOSPC|", ask(g, XS_MKDIR, "data/more|"));
	/* What exists can be written, and domain 0 can always write. */
	EXPECT("OK|", ask(g, XS_WRITE, "data/0|v"));
	EXPECT("OK|", ask(d, XS_WRITE, HOME "/data/more|v"));
	EXPECT("OK|", ask(d, XS_RM, HOME "/data/more|"));
	EXPECT("OK|", ask(g, XS_RM, "data/0/64|"));
	EXPECT("!ENOSPC|", ask(g, XS_WRITE, "data/two/levels|v"));
	EXPECT("OK|", ask(g, XS_WRITE, "data/one|v"));
	EXPECT("OK|", ask(g, XS_RM, "data/one|"));

	/* Two transactions that each fit, but not together. */
	tx = start(g);
	EXPECT("OK|", ask_in(g, tx, XS_WRITE, "data/one|v"));
	EXPECT("!ENOSPC|", ask_in(g, tx, XS_WRITE, "data/two|v"));
	EXPECT("OK|", ask(g, XS_WRITE, "data/three|v"));
	EXPECT("!ENOSPC|", end(g, tx, "T|"));

	EXPECT("OK|", ask(g, XS_RM, "data|"));
	xhv_xs_conn_usage(g->conn, &u);
	KUNIT_EXPECT_EQ(test, u.nodes, had - 1);
}

static void quota_size_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *g = &f->guest, *d = &f->dom0;
	const size_t path = sizeof("data/x"), overhead = 24 + 8;
	char text[64];
	unsigned int i;

	memset(g->buf, 'v', sizeof(g->buf));
	memcpy(g->buf, "data/x", path);
	EXPECT("OK|", ask_raw(g, 0, XS_WRITE, g->buf,
			      path + 2047 - overhead));
	EXPECT("!ENOSPC|", ask_raw(g, 0, XS_WRITE, g->buf,
				   path + 2048 - overhead));
	EXPECT("!ENOSPC|", ask_raw(g, 0, XS_WRITE, g->buf,
				   XENSTORE_PAYLOAD_MAX));
	/* The permissions and the children's names are part of a node. */
	EXPECT("!ENOSPC|", ask(g, XS_SET_PERMS, "data/x|n1|r0|"));
	EXPECT("!ENOSPC|", ask(g, XS_WRITE, "data/x/child|"));
	for (i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "data/d/%07u|", i);
		if (strcmp(ask(g, XS_WRITE, text), "OK|"))
			break;
	}
	KUNIT_EXPECT_EQ(test, i, (unsigned int)(2047 - overhead) / 8);
	/* Domain 0: what fits into a message. */
	memset(d->buf, 'v', sizeof(d->buf));
	memcpy(d->buf, "/tool/x", 8);
	EXPECT("OK|", ask_raw(d, 0, XS_WRITE, d->buf, XENSTORE_PAYLOAD_MAX));
	ask(d, XS_READ, "/tool/x|");
	KUNIT_EXPECT_EQ(test, d->hdr.len, (u32)XENSTORE_PAYLOAD_MAX - 8);
}

static void quota_watches_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *g = &f->guest;
	unsigned int i;
	char text[64];

	for (i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "data|%u|", i);
		g->events[0] = '\0';
		if (strcmp(ask(g, XS_WATCH, text), "OK|"))
			break;
	}
	/* xenstored refuses once the quota is exceeded. */
	KUNIT_EXPECT_EQ(test, i, XHV_XS_QUOTA_WATCHES + 1u);
	EXPECT("!E2BIG|", ask(g, XS_WATCH, "data|x|"));
	EXPECT("OK|", ask(g, XS_UNWATCH, "data|5|"));
	EXPECT("OK|", ask(g, XS_WATCH, "data|x|"));
}

static void quota_txs_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *g = &f->guest;
	unsigned int i;
	char text[64];
	u32 tx = 0;

	for (i = 0; i < 100; i++) {
		u32 id = start(g);

		if (!id)
			break;
		tx = id;
	}
	KUNIT_EXPECT_EQ(test, i, XHV_XS_QUOTA_TXS + 1u);
	EXPECT("!ENOSPC|", ask(g, XS_TRANSACTION_START, "|"));
	/* Too many nodes in one: it can only be given up. */
	for (i = 0; i < 2000; i++) {
		snprintf(text, sizeof(text), "data/%u|", i);
		if (!strcmp(ask_in(g, tx, XS_READ, text), "!ENOSPC|"))
			break;
	}
	/* One record is that of "data", which the first miss has looked at. */
	KUNIT_EXPECT_EQ(test, i, XHV_XS_QUOTA_TX_NODES - 1u);
	EXPECT("!ENOMEM|", end(g, tx, "T|"));
	KUNIT_EXPECT_NE(test, start(g), 0u);
}

/* As deep as a path can be: nothing here may use a stack for it. */
static void deep_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *d = &f->dom0;
	unsigned int i, depth = 2046 / 2;
	u32 tx;

	EXPECT("OK|", ask(d, XS_WATCH, "/tool|t|"));
	for (i = 0; i < depth; i++)
		memcpy(d->buf + 2 * i, "/a", 2);
	d->buf[2 * depth] = '\0';
	EXPECT("OK|", ask_raw(d, 0, XS_WRITE, d->buf, 2 * depth + 1));
	tx = start(d);
	for (i = 0; i < depth; i++)
		memcpy(d->buf + 2 * i, "/a", 2);
	d->buf[2 * depth] = '\0';
	EXPECT("OK|", ask_raw(d, tx, XS_WRITE, d->buf, 2 * depth + 1));
	EXPECT("OK|", end(d, tx, "T|"));
	tx = start(d);
	EXPECT("OK|", ask_in(d, tx, XS_RM, "/a|"));
	EXPECT("OK|", end(d, tx, "T|"));
	EXPECT("!ENOENT|", ask(d, XS_READ, "/a|"));
}

static struct kunit_case store_tx_cases[] = {
	KUNIT_CASE(tx_basic_test),
	KUNIT_CASE(tx_snapshot_test),
	KUNIT_CASE(tx_conflict_test),
	KUNIT_CASE(tx_merge_test),
	KUNIT_CASE(tx_watch_test),
	KUNIT_CASE(quota_nodes_test),
	KUNIT_CASE(quota_size_test),
	KUNIT_CASE(quota_watches_test),
	KUNIT_CASE(quota_txs_test),
	KUNIT_CASE(deep_test),
	{}
};

static struct kunit_suite store_tx_suite = {
	.name = "xhv-store-tx",
	.init = store_init,
	.exit = store_exit,
	.test_cases = store_tx_cases,
};

kunit_test_suites(&store_tx_suite);
