// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's connection: a peer plays the guest's kernel on a page with two
 * rings, well-behaved and not.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../shim/store/core.h"
#include "../../shim/store/link.h"
#include "../../shim/store/tree.h"

#define GUEST	1
#define MANY	1000

struct fixture {
	struct xhv_xs *xs;
	struct xhv_xs_conn *dom0;
	struct xhv_link link;
	struct xenstore_domain_interface *page;
	bool notify;
	struct xsd_sockmsg hdr;		/* the last message read */
	char body[XENSTORE_PAYLOAD_MAX + 1];
};

static void no_reply(struct xhv_xs_conn *conn, const struct xsd_sockmsg *hdr,
		     const void *body)
{
}

static bool no_event(struct xhv_xs_conn *conn, struct xhv_xs_watch *w,
		     const char *path)
{
	return true;
}

static const struct xhv_xs_conn_ops dom0_ops = {
	.reply = no_reply,
	.event = no_event,
};

static int link_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f);
	f->page = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f->page);
	f->xs = xhv_xs_create();
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f->xs);
	test->priv = f;
	f->dom0 = xhv_xs_connect(f->xs, 0, &dom0_ops, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(f->dom0));
	KUNIT_ASSERT_EQ(test, xhv_link_init(&f->link, f->xs, GUEST, f->page), 0);
	KUNIT_ASSERT_EQ(test, xhv_tree_build(f->dom0, GUEST), 0);
	return 0;
}

static void link_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f)
		return;
	xhv_link_exit(&f->link);
	xhv_xs_disconnect(f->dom0);
	xhv_xs_destroy(f->xs);
}

static void run(struct fixture *f)
{
	xhv_link_run(&f->link, MANY, &f->notify);
}

/* Puts bytes into the request ring, running the server when it is full. */
static void put(struct fixture *f, const void *data, size_t len)
{
	struct xenstore_domain_interface *p = f->page;
	size_t i;

	for (i = 0; i < len; i++) {
		if (p->req_prod - p->req_cons == XENSTORE_RING_SIZE)
			run(f);
		if (p->req_prod - p->req_cons == XENSTORE_RING_SIZE)
			return;
		p->req[MASK_XENSTORE_IDX(p->req_prod++)] =
			((const char *)data)[i];
	}
}

static void put_request(struct fixture *f, u32 id, u32 type, const void *body,
			size_t len)
{
	struct xsd_sockmsg hdr = { .type = type, .req_id = id, .len = len };

	put(f, &hdr, sizeof(hdr));
	put(f, body, len);
}

/* Takes bytes out of the response ring; false if they do not come. */
static bool get(struct fixture *f, void *data, size_t len)
{
	struct xenstore_domain_interface *p = f->page;
	size_t i;

	for (i = 0; i < len; i++) {
		if (p->rsp_prod == p->rsp_cons)
			run(f);
		if (p->rsp_prod == p->rsp_cons)
			return false;
		((char *)data)[i] = p->rsp[MASK_XENSTORE_IDX(p->rsp_cons++)];
	}
	return true;
}

static bool get_message(struct fixture *f)
{
	if (!get(f, &f->hdr, sizeof(f->hdr)) ||
	    f->hdr.len > XENSTORE_PAYLOAD_MAX ||
	    !get(f, f->body, f->hdr.len))
		return false;
	f->body[f->hdr.len] = '\0';
	return true;
}

static bool idle(struct fixture *f)
{
	run(f);
	return f->page->rsp_prod == f->page->rsp_cons;
}

static void expect_message(struct kunit *test, u32 id, u32 type,
			   const char *body)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_TRUE(test, get_message(f));
	KUNIT_EXPECT_EQ(test, f->hdr.req_id, id);
	KUNIT_EXPECT_EQ(test, f->hdr.type, type);
	KUNIT_EXPECT_STREQ(test, f->body, body);
}

static void round_trip_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int i;
	char text[32];
	int len;

	KUNIT_EXPECT_EQ(test, f->page->server_features, 3u);
	KUNIT_EXPECT_TRUE(test, idle(f));
	KUNIT_EXPECT_FALSE(test, f->notify);
	/* Often enough to go round both rings, with indices that wrap. */
	f->page->req_cons = -500;
	f->page->req_prod = -500;
	f->page->rsp_cons = -700;
	f->page->rsp_prod = -700;
	for (i = 0; i < 200; i++) {
		len = snprintf(text, sizeof(text), "data/x%c%u", 0, i);
		put_request(f, i, XS_WRITE, text, len);
		expect_message(test, i, XS_WRITE, "OK");
		KUNIT_EXPECT_TRUE(test, f->notify);
		f->notify = false;
		put_request(f, i, XS_READ, "data/x", 7);
		expect_message(test, i, XS_READ, strchr(text, 0) + 1);
	}
	put_request(f, 7, 999, "", 0);
	expect_message(test, 7, XS_ERROR, "ENOSYS");
	KUNIT_EXPECT_EQ(test, f->link.requests, 401u);
}

/* Bytes that come one by one, and several requests at once. */
static void pieces_test(struct kunit *test)
{
	struct xsd_sockmsg hdr = { .type = XS_READ, .req_id = 5, .len = 6 };
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < sizeof(hdr); i++) {
		put(f, (char *)&hdr + i, 1);
		KUNIT_EXPECT_TRUE(test, idle(f));
	}
	for (i = 0; i < 6; i++) {
		KUNIT_EXPECT_TRUE(test, idle(f));
		put(f, &"domid"[i], 1);
	}
	expect_message(test, 5, XS_READ, "1");
	for (i = 0; i < 20; i++)
		put_request(f, i, XS_READ, "domid", 6);
	for (i = 0; i < 20; i++)
		expect_message(test, i, XS_READ, "1");
	/* The budget ends a run, and the next one goes on. */
	for (i = 0; i < 20; i++)
		put_request(f, i, XS_READ, "domid", 6);
	f->link.requests = 0;
	KUNIT_EXPECT_TRUE(test, xhv_link_run(&f->link, 3, &f->notify));
	KUNIT_EXPECT_EQ(test, f->link.requests, 3u);
	for (i = 0; i < 20; i++)
		expect_message(test, i, XS_READ, "1");
}

/* Messages larger than the rings, both ways; an answer that nobody reads keeps
 * the next request waiting.
 */
static void large_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	char *big = kunit_kzalloc(test, XENSTORE_PAYLOAD_MAX, GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, big);
	memset(big, 'v', 2000);
	memcpy(big, "data/x", 7);
	put_request(f, 1, XS_WRITE, big, 2000);
	expect_message(test, 1, XS_WRITE, "OK");
	put_request(f, 2, XS_READ, "data/x", 7);
	put_request(f, 3, XS_READ, "domid", 6);
	run(f);
	KUNIT_EXPECT_EQ(test, f->page->rsp_prod - f->page->rsp_cons,
			(u32)XENSTORE_RING_SIZE);
	KUNIT_EXPECT_EQ(test, f->link.requests, 2u);
	KUNIT_EXPECT_TRUE(test, xhv_link_has_output(&f->link));
	KUNIT_ASSERT_TRUE(test, get_message(f));
	KUNIT_EXPECT_EQ(test, f->hdr.len, 2000u - 7);
	KUNIT_EXPECT_EQ(test, memcmp(f->body, big + 7, 2000 - 7), 0);
	expect_message(test, 3, XS_READ, "1");
	KUNIT_EXPECT_FALSE(test, xhv_link_has_output(&f->link));

	memset(big, 'a', XENSTORE_PAYLOAD_MAX);
	put_request(f, 4, XS_READ, big, XENSTORE_PAYLOAD_MAX);
	expect_message(test, 4, XS_ERROR, "EINVAL");
}

static void reconnect(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct xhv_xs_usage u;

	f->notify = false;
	f->page->connection = XENSTORE_RECONNECT;
	run(f);
	KUNIT_EXPECT_TRUE(test, f->notify);
	KUNIT_EXPECT_EQ(test, f->page->connection, (u32)XENSTORE_CONNECTED);
	KUNIT_EXPECT_EQ(test, f->page->error, (u32)XENSTORE_ERROR_NONE);
	KUNIT_EXPECT_EQ(test, f->page->req_prod, 0u);
	KUNIT_EXPECT_EQ(test, f->page->rsp_prod, 0u);
	xhv_xs_conn_usage(f->link.conn, &u);
	KUNIT_EXPECT_EQ(test, u.watches, 0u);
	KUNIT_EXPECT_EQ(test, u.txs, 0u);
	put_request(f, 9, XS_READ, "domid", 6);
	expect_message(test, 9, XS_READ, "1");
}

static void dead(struct kunit *test, u32 error)
{
	struct fixture *f = test->priv;
	u64 requests;

	f->notify = false;
	run(f);
	requests = f->link.requests;
	KUNIT_EXPECT_TRUE(test, f->notify);
	KUNIT_EXPECT_EQ(test, f->page->error, error);
	/* Nothing is read or written any more, whatever the ring says. */
	f->page->req_cons = 0;
	f->page->req_prod = 22;
	f->page->rsp_cons = 0;
	f->page->rsp_prod = 0;
	KUNIT_EXPECT_TRUE(test, idle(f));
	KUNIT_EXPECT_EQ(test, f->page->req_cons, 0u);
	KUNIT_EXPECT_EQ(test, f->link.requests, requests);
	/* Changes of others do not reach it. */
	KUNIT_EXPECT_EQ(test, xhv_xs_write(f->dom0, "/local/domain/1/data",
					   "x", 1), 0);
	KUNIT_EXPECT_FALSE(test, xhv_link_has_output(&f->link));
}

static void wild_indices_test(struct kunit *test)
{
	static const u32 wild[] = { 1025, 4096, 0x7fffffff, 0xffffffff };
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		put_request(f, 1, XS_WATCH, "data\0t", 7);
		put_request(f, 2, XS_TRANSACTION_START, "", 1);
		run(f);
		f->page->req_prod = f->page->req_cons + wild[i];
		dead(test, XENSTORE_ERROR_RINGIDX);
		reconnect(test);

		f->page->rsp_prod = f->page->rsp_cons + wild[i];
		put_request(f, 1, XS_READ, "domid", 6);
		dead(test, XENSTORE_ERROR_RINGIDX);
		reconnect(test);
	}
	KUNIT_EXPECT_EQ(test, f->link.errors, 8u);
	KUNIT_EXPECT_EQ(test, f->link.reconnects, 8u);
}

static void too_long_test(struct kunit *test)
{
	static const u32 lens[] = { XENSTORE_PAYLOAD_MAX + 1, 0x80000000,
				    0xfffffff0, 0xffffffff };
	struct xsd_sockmsg hdr = { .type = XS_WRITE };
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		hdr.len = lens[i];
		put(f, &hdr, sizeof(hdr));
		dead(test, XENSTORE_ERROR_PROTO);
		reconnect(test);
	}
	/* In the middle of a message, too. */
	hdr.len = 100;
	put(f, &hdr, sizeof(hdr));
	put(f, "data/x", 7);
	run(f);
	reconnect(test);
}

static void events_test(struct kunit *test)
{
	struct fixture *f = test->priv;
	char path[64];
	unsigned int i;

	put_request(f, 1, XS_WATCH, "data\0tok", 9);
	expect_message(test, 1, XS_WATCH, "OK");
	expect_message(test, 0, XS_WATCH_EVENT, "data");
	KUNIT_EXPECT_EQ(test, f->hdr.len, 9u);
	KUNIT_EXPECT_EQ(test, memcmp(f->body, "data\0tok", 9), 0);

	/* Equal events that wait are one. */
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, xhv_xs_write(f->dom0,
						   "/local/domain/1/data/x",
						   "v", 1), 0);
	KUNIT_EXPECT_EQ(test, f->link.duplicates, 2u);
	expect_message(test, 0, XS_WATCH_EVENT, "data/x");
	KUNIT_EXPECT_TRUE(test, idle(f));

	/* With many waiting no request is taken, and none is lost. */
	for (i = 0; i < XHV_LINK_EVENTS_MAX + 10; i++) {
		snprintf(path, sizeof(path), "/local/domain/1/data/%u", i);
		KUNIT_EXPECT_EQ(test, xhv_xs_write(f->dom0, path, "v", 1), 0);
	}
	KUNIT_EXPECT_EQ(test, f->link.nr_events,
			(unsigned int)XHV_LINK_EVENTS_MAX);
	put_request(f, 2, XS_READ, "domid", 6);
	i = f->link.requests;
	run(f);
	KUNIT_EXPECT_EQ(test, f->link.requests, (u64)i);
	for (i = 0; i < XHV_LINK_EVENTS_MAX; i++) {
		snprintf(path, sizeof(path), "data/%u", i);
		expect_message(test, 0, XS_WATCH_EVENT, path);
	}
	/* The last ten were too many: one event stands for them. */
	expect_message(test, 0, XS_WATCH_EVENT, "data");
	expect_message(test, 2, XS_READ, "1");
	KUNIT_EXPECT_TRUE(test, idle(f));
	KUNIT_EXPECT_FALSE(test, xhv_link_has_output(&f->link));
}

static struct kunit_case link_cases[] = {
	KUNIT_CASE(round_trip_test),
	KUNIT_CASE(pieces_test),
	KUNIT_CASE(large_test),
	KUNIT_CASE(wild_indices_test),
	KUNIT_CASE(too_long_test),
	KUNIT_CASE(events_test),
	{}
};

static struct kunit_suite link_suite = {
	.name = "xhv-store-link",
	.init = link_init,
	.exit = link_exit,
	.test_cases = link_cases,
};

kunit_test_suites(&link_suite);
