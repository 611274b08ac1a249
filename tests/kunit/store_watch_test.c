// SPDX-License-Identifier: GPL-2.0-only
/*
 * The xenstore core: watches.
 */
#include "store.h"

static void watch_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *g = &f->guest, *d = &f->dom0;

	/* It fires once, whether the node exists or not. */
	EXPECT("OK|", ask(g, XS_WATCH, "data|t|"));
	EXPECT("data:t", events(g));
	EXPECT("OK|", ask(g, XS_WATCH, HOME "/data/n|abs|"));
	EXPECT(HOME "/data/n:abs", events(g));
	EXPECT("!EEXIST|", ask(g, XS_WATCH, "data|t|"));
	EXPECT("!EEXIST|", ask(g, XS_WATCH, HOME "/data|t|"));
	EXPECT("OK|", ask(g, XS_WATCH, "data|u|"));
	EXPECT("data:u", events(g));
	EXPECT("OK|", ask(g, XS_UNWATCH, HOME "/data|u|"));

	EXPECT("OK|", ask(g, XS_WRITE, "data/n|1"));
	EXPECT("data/n:t " HOME "/data/n:abs", events(g));
	EXPECT("OK|", ask(g, XS_WRITE, "data/nn|1"));
	EXPECT("data/nn:t", events(g));
	EXPECT("OK|", ask(d, XS_WRITE, HOME "/data/n/sub|1"));
	EXPECT("data/n/sub:t " HOME "/data/n/sub:abs", events(g));
	EXPECT("OK|", ask(d, XS_SET_PERMS, HOME "/data/n|n1|r0|"));
	EXPECT("data/n:t " HOME "/data/n:abs", events(g));
	/* A mkdir of what exists, and a rm of what does not, change nothing. */
	EXPECT("OK|", ask(g, XS_MKDIR, "data/n|"));
	EXPECT("OK|", ask(g, XS_RM, "data/none|"));
	EXPECT("", events(g));
	/* Removal: above with the path removed, below with the own path. */
	EXPECT("OK|", ask(g, XS_WATCH, "data/n/sub|s|"));
	EXPECT("OK|", ask(g, XS_WATCH, "data/n/never|x|"));
	events(g);
	EXPECT("OK|", ask(g, XS_RM, "data/n|"));
	EXPECT("data/n:t " HOME "/data/n:abs data/n/sub:s", events(g));

	EXPECT("OK|", ask(g, XS_UNWATCH, "data|t|"));
	EXPECT("!ENOENT|", ask(g, XS_UNWATCH, "data|t|"));
	EXPECT("!ENOENT|", ask(g, XS_UNWATCH, "data/n/sub|wrong|"));
	EXPECT("OK|", ask(g, XS_WRITE, "data/q|1"));
	EXPECT("", events(g));

	EXPECT("!EINVAL|", ask(g, XS_WATCH, "data|"));
	EXPECT("!EINVAL|", ask(g, XS_WATCH, "data|t"));
	EXPECT("!EINVAL|", ask(g, XS_WATCH, "data|t|u|"));
	EXPECT("!EINVAL|", ask(g, XS_WATCH, "data/|t|"));
	EXPECT("!EINVAL|", ask(g, XS_WATCH, "|t|"));
	EXPECT("OK|", ask(g, XS_WATCH, "data||"));
	EXPECT("data:", events(g));

	EXPECT("OK|", ask(g, XS_RESET_WATCHES, "|"));
	EXPECT("OK|", ask(g, XS_WRITE, "data/q|2"));
	EXPECT("", events(g));
	/* The root's watch sees all that may be read. */
	EXPECT("OK|", ask(d, XS_WATCH, "/|all|"));
	EXPECT("OK|", ask(g, XS_WATCH, "/|all|"));
	events(d);
	events(g);
	EXPECT("OK|", ask(d, XS_WRITE, "/tool/secret|1"));
	EXPECT("/tool/secret:all", events(d));
	EXPECT("", events(g));
}

static void watch_perm_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *g = &f->guest, *d = &f->dom0, *o = &f->other;

	EXPECT("OK|", ask(g, XS_WRITE, "data/p/n|1"));
	EXPECT("OK|", ask(o, XS_WATCH, HOME "/data|t|"));
	EXPECT(HOME "/data:t", events(o));
	EXPECT("OK|", ask(g, XS_WRITE, "data/p/n|2"));
	EXPECT("", events(o));
	/* The right to read, given and taken away again, is told. */
	EXPECT("OK|", ask(g, XS_SET_PERMS, "data/p/n|n1|r2|"));
	EXPECT(HOME "/data/p/n:t", events(o));
	EXPECT("OK|", ask(g, XS_SET_PERMS, "data/p/n|n1|"));
	EXPECT(HOME "/data/p/n:t", events(o));
	EXPECT("OK|", ask(g, XS_WRITE, "data/p/n|3"));
	EXPECT("", events(o));
	/* A readable parent is enough. */
	EXPECT("OK|", ask(g, XS_SET_PERMS, "data/p|r1|"));
	events(o);
	EXPECT("OK|", ask(g, XS_WRITE, "data/p/n|4"));
	EXPECT(HOME "/data/p/n:t", events(o));
	/* The end of a node that could be read is told. */
	EXPECT("OK|", ask(d, XS_RM, HOME "/data/p|"));
	EXPECT(HOME "/data/p:t", events(o));
}

static void watch_special_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *g = &f->guest, *d = &f->dom0;

	EXPECT("OK|", ask(d, XS_WATCH, "@introduceDomain|i|"));
	EXPECT("OK|", ask(d, XS_WATCH, "@releaseDomain|r|"));
	EXPECT("OK|", ask(g, XS_WATCH, "@releaseDomain|r|"));
	EXPECT("@introduceDomain:i @releaseDomain:r", events(d));
	EXPECT("@releaseDomain:r", events(g));
	EXPECT("OK|", ask(d, XS_INTRODUCE, "5|123|7|"));
	EXPECT("@introduceDomain:i", events(d));
	EXPECT("OK|", ask(d, XS_INTRODUCE, "5|123|7|"));
	EXPECT("", events(d));
	EXPECT("OK|", ask(d, XS_RELEASE, "5|"));
	EXPECT("@releaseDomain:r", events(d));
	EXPECT("", events(g));
	EXPECT("OK|", ask(d, XS_SET_PERMS, "@releaseDomain|n0|r1|"));
	EXPECT("OK|", ask(d, XS_INTRODUCE, "5|123|7|"));
	EXPECT("OK|", ask(d, XS_RELEASE, "5|"));
	EXPECT("@releaseDomain:r", events(g));
}

/* An event that a client cannot take is made good by one of the watch's. */
static void watch_missed_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct client *g = &f->guest;

	EXPECT("OK|", ask(g, XS_WATCH, "data|t|"));
	EXPECT("OK|", ask(g, XS_WATCH, "error|e|"));
	events(g);
	g->deaf = true;
	EXPECT("OK|", ask(g, XS_WRITE, "data/a|1"));
	EXPECT("OK|", ask(g, XS_WRITE, "data/b|1"));
	xhv_xs_retry(g->conn);
	g->deaf = false;
	EXPECT("", events(g));
	xhv_xs_retry(g->conn);
	EXPECT("data:t", events(g));
	xhv_xs_retry(g->conn);
	EXPECT("", events(g));
}

static struct kunit_case store_watch_cases[] = {
	KUNIT_CASE(watch_test),
	KUNIT_CASE(watch_perm_test),
	KUNIT_CASE(watch_special_test),
	KUNIT_CASE(watch_missed_test),
	{}
};

static struct kunit_suite store_watch_suite = {
	.name = "xhv-store-watch",
	.init = store_init,
	.exit = store_exit,
	.test_cases = store_watch_cases,
};

kunit_test_suites(&store_watch_suite);
