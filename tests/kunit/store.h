/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A store with three clients, and a way to talk to it, for the suites of the
 * xenstore core.
 *
 * Requests and answers are written as docs/misc/xenstore.txt writes them, with
 * '|' for a NUL. An error answer reads "!EINVAL|".
 */
#ifndef XHV_KUNIT_STORE_H
#define XHV_KUNIT_STORE_H

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../shim/store/core.h"
#include "../../shim/store/tree.h"

#define GUEST	1
#define OTHER	2
#define HOME	"/local/domain/1"

/* A client, its last answer and the events it got since the last look. */
struct client {
	struct xhv_xs_conn *conn;
	struct xsd_sockmsg hdr;
	unsigned int replies;
	bool deaf;
	char text[2 * XENSTORE_PAYLOAD_MAX];
	char events[4096];
	char seen[4096];
	char buf[XENSTORE_PAYLOAD_MAX + 1];
};

struct fixture {
	struct xhv_xs *xs;
	struct client dom0, guest, other;
	char path[XHV_XS_PATH_MAX + 1];
};

static inline void on_reply(struct xhv_xs_conn *conn,
			    const struct xsd_sockmsg *hdr, const void *body)
{
	struct client *c = xhv_xs_conn_priv(conn);
	size_t at = 0, i;

	c->hdr = *hdr;
	c->replies++;
	if (hdr->type == XS_ERROR)
		c->text[at++] = '!';
	for (i = 0; i < hdr->len; i++) {
		char ch = ((const char *)body)[i];

		c->text[at++] = ch ? ch : '|';
	}
	c->text[at] = '\0';
}

static inline bool on_event(struct xhv_xs_conn *conn, struct xhv_xs_watch *w,
			    const char *path)
{
	struct client *c = xhv_xs_conn_priv(conn);
	size_t at = strlen(c->events);

	if (c->deaf)
		return false;
	snprintf(c->events + at, sizeof(c->events) - at, "%s%s:%s",
		 at ? " " : "", path, xhv_xs_watch_token(w));
	return true;
}

static const struct xhv_xs_conn_ops ops = {
	.reply = on_reply,
	.event = on_event,
};

/* Sends raw bytes and returns the answer as text. */
static inline const char *ask_raw(struct client *c, u32 tx, u32 type,
				  const void *data, size_t len)
{
	struct xsd_sockmsg hdr = {
		.type = type, .req_id = 77, .tx_id = tx, .len = len,
	};

	c->replies = 0;
	strscpy(c->text, "none", sizeof(c->text));
	xhv_xs_request(c->conn, &hdr, data);
	if (c->replies != 1 || c->hdr.req_id != 77 || c->hdr.tx_id != tx ||
	    (c->hdr.type != type && c->hdr.type != XS_ERROR))
		return "bad reply";
	return c->text;
}

static inline const char *ask_in(struct client *c, u32 tx, u32 type,
				 const char *text)
{
	size_t len = strlen(text), i;

	for (i = 0; i < len; i++)
		c->buf[i] = text[i] == '|' ? '\0' : text[i];
	/* So that reading too far is seen. */
	c->buf[len] = 'X';
	return ask_raw(c, tx, type, c->buf, len);
}

static inline const char *ask(struct client *c, u32 type, const char *text)
{
	return ask_in(c, 0, type, text);
}

/* The events since the last call, as "path:token path:token". */
static inline const char *events(struct client *c)
{
	strscpy(c->seen, c->events, sizeof(c->seen));
	c->events[0] = '\0';
	return c->seen;
}

static inline u32 start(struct client *c)
{
	unsigned int id = 0;

	if (sscanf(ask(c, XS_TRANSACTION_START, "|"), "%u|", &id) != 1)
		return 0;
	return id;
}

static inline const char *end(struct client *c, u32 tx, const char *how)
{
	return ask_in(c, tx, XS_TRANSACTION_END, how);
}

#define EXPECT(answer, call) KUNIT_EXPECT_STREQ(test, call, answer)

static inline void join(struct kunit *test, struct fixture *f, struct client *c,
			u32 domid)
{
	c->conn = xhv_xs_connect(f->xs, domid, &ops, c);
	KUNIT_ASSERT_FALSE(test, IS_ERR(c->conn));
}

/* Domain 0, the guest with the home that it gets, and a third domain. */
static inline int store_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f);
	f->xs = xhv_xs_create();
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f->xs);
	test->priv = f;
	join(test, f, &f->dom0, 0);
	join(test, f, &f->guest, GUEST);
	join(test, f, &f->other, OTHER);
	KUNIT_ASSERT_EQ(test, xhv_tree_build(f->dom0.conn, GUEST), 0);
	KUNIT_ASSERT_EQ(test, xhv_xs_introduce(f->xs, GUEST), 0);
	return 0;
}

static inline void store_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f)
		return;
	xhv_xs_disconnect(f->dom0.conn);
	xhv_xs_disconnect(f->guest.conn);
	xhv_xs_disconnect(f->other.conn);
	xhv_xs_destroy(f->xs);
}

#endif /* XHV_KUNIT_STORE_H */
