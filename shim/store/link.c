// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's connection over its shared page. See link.h.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/barrier.h>
#include "internal.h"
#include "link.h"

/* The indices are the guest's word: read once, then checked. */
static int ring_bytes(u32 cons, u32 prod, u32 *bytes)
{
	*bytes = prod - cons;
	return *bytes > XENSTORE_RING_SIZE ? -EIO : 0;
}

/*
 * Copies up to @len request bytes out of the ring. Returns how many, or -EIO.
 * req_cons is ours, but lies in the guest's memory too.
 */
static int ring_read(struct xenstore_domain_interface *page, void *buf, u32 len)
{
	u32 cons = READ_ONCE(page->req_cons), prod = READ_ONCE(page->req_prod);
	u32 bytes, at = MASK_XENSTORE_IDX(cons), first;

	if (ring_bytes(cons, prod, &bytes))
		return -EIO;
	bytes = min(bytes, len);
	first = min_t(u32, bytes, XENSTORE_RING_SIZE - at);
	/* The bytes must be read after the index that covers them. */
	virt_rmb();
	memcpy(buf, page->req + at, first);
	memcpy(buf + first, page->req, bytes - first);
	/* The guest may overwrite them as soon as it sees the new index. */
	virt_mb();
	WRITE_ONCE(page->req_cons, cons + bytes);
	/* By that index it decides whether it must notify, so the producer
	 * has to be read again after this.
	 */
	virt_mb();
	return bytes;
}

/* Copies up to @len bytes into the response ring; how many, or -EIO. */
static int ring_write(struct xenstore_domain_interface *page, const void *buf,
		      u32 len)
{
	u32 cons = READ_ONCE(page->rsp_cons), prod = READ_ONCE(page->rsp_prod);
	u32 bytes, at = MASK_XENSTORE_IDX(prod), first;

	if (ring_bytes(cons, prod, &bytes))
		return -EIO;
	bytes = min_t(u32, len, XENSTORE_RING_SIZE - bytes);
	first = min_t(u32, bytes, XENSTORE_RING_SIZE - at);
	/* The space must be written after the index that frees it was read. */
	virt_mb();
	memcpy(page->rsp + at, buf, first);
	memcpy(page->rsp, buf + first, bytes - first);
	/* The index must be seen after the bytes. */
	virt_wmb();
	WRITE_ONCE(page->rsp_prod, prod + bytes);
	/* When the ring is full the guest decides by it whether to notify. */
	virt_mb();
	return bytes;
}

static bool reply_waits(const struct xhv_link *link)
{
	return !list_empty(&link->reply.entry);
}

static void drop_output(struct xhv_link *link)
{
	struct xhv_link_msg *m, *next;

	list_for_each_entry_safe(m, next, &link->out, entry) {
		list_del_init(&m->entry);
		if (m != &link->reply)
			kfree(m);
	}
	link->nr_events = 0;
	link->sent = 0;
	link->in_len = 0;
}

static const void *msg_data(const struct xhv_link *link,
			    const struct xhv_link_msg *m)
{
	return m == &link->reply ? link->reply_data : m->data;
}

static void link_reply(struct xhv_xs_conn *conn, const struct xsd_sockmsg *hdr,
		       const void *body)
{
	struct xhv_link *link = xhv_xs_conn_priv(conn);

	memcpy(link->reply_data, hdr, sizeof(*hdr));
	memcpy(link->reply_data + sizeof(*hdr), body, hdr->len);
	link->reply.len = sizeof(*hdr) + hdr->len;
	list_add_tail(&link->reply.entry, &link->out);
}

static bool link_event(struct xhv_xs_conn *conn, struct xhv_xs_watch *w,
		       const char *path)
{
	struct xhv_link *link = xhv_xs_conn_priv(conn);
	const char *token = xhv_xs_watch_token(w);
	size_t path_len = strlen(path) + 1, token_len = strlen(token) + 1;
	struct xsd_sockmsg hdr = {
		.type = XS_WATCH_EVENT,
		.len = path_len + token_len,
	};
	struct xhv_link_msg *m, *other;

	if (link->error)
		return true;
	if (link->nr_events >= XHV_LINK_EVENTS_MAX)
		return false;
	m = kmalloc(sizeof(*m) + sizeof(hdr) + hdr.len, XHV_XS_GFP);
	if (!m)
		return false;
	m->len = sizeof(hdr) + hdr.len;
	memcpy(m->data, &hdr, sizeof(hdr));
	memcpy(m->data + sizeof(hdr), path, path_len);
	memcpy(m->data + sizeof(hdr) + path_len, token, token_len);
	/* Like xenstored, one of several equal events that wait is enough;
	 * the first may be partly sent already.
	 */
	list_for_each_entry(other, &link->out, entry) {
		if (other == &link->reply || other->len != m->len ||
		    (link->sent && list_is_first(&other->entry, &link->out)) ||
		    memcmp(other->data, m->data, m->len))
			continue;
		link->duplicates++;
		kfree(m);
		return true;
	}
	list_add_tail(&m->entry, &link->out);
	link->nr_events++;
	return true;
}

static const struct xhv_xs_conn_ops link_ops = {
	.reply = link_reply,
	.event = link_event,
};

/* As xenstored does: nothing of such a client is used any more. */
static void link_die(struct xhv_link *link, u32 error)
{
	link->error = error;
	link->errors++;
	drop_output(link);
	xhv_xs_conn_reset(link->conn);
	WRITE_ONCE(link->page->error, error);
}

/* xenstore-ring.txt, "The ring reconnection feature". */
void xhv_link_reset(struct xhv_link *link)
{
	struct xenstore_domain_interface *page = link->page;

	link->error = XENSTORE_ERROR_NONE;
	drop_output(link);
	xhv_xs_conn_reset(link->conn);
	WRITE_ONCE(page->req_cons, 0);
	WRITE_ONCE(page->req_prod, 0);
	WRITE_ONCE(page->rsp_cons, 0);
	WRITE_ONCE(page->rsp_prod, 0);
	WRITE_ONCE(page->error, XENSTORE_ERROR_NONE);
	/* The guest uses the rings once it sees this. */
	virt_mb();
	WRITE_ONCE(page->connection, XENSTORE_CONNECTED);
}

/* Sends until the ring is full or nothing is left; true if anything moved. */
static bool send(struct xhv_link *link)
{
	struct xhv_link_msg *m;
	bool moved = false;
	int n;

	xhv_xs_retry(link->conn);
	while (!list_empty(&link->out)) {
		m = list_first_entry(&link->out, struct xhv_link_msg, entry);
		n = ring_write(link->page, msg_data(link, m) + link->sent,
			       m->len - link->sent);
		if (n < 0) {
			link_die(link, XENSTORE_ERROR_RINGIDX);
			return true;
		}
		if (!n)
			break;
		moved = true;
		link->sent += n;
		if (link->sent < m->len)
			continue;
		link->sent = 0;
		list_del_init(&m->entry);
		if (m == &link->reply)
			continue;
		link->nr_events--;
		kfree(m);
		xhv_xs_retry(link->conn);
	}
	return moved;
}

/* Reads towards the next request and handles it; true if anything moved. */
static bool receive(struct xhv_link *link)
{
	const u32 hdr_len = sizeof(link->hdr);
	bool moved = false;
	void *to;
	u32 want;
	int n;

	for (;;) {
		if (link->in_len < hdr_len) {
			to = (char *)&link->hdr + link->in_len;
			want = hdr_len - link->in_len;
		} else {
			to = link->in + (link->in_len - hdr_len);
			want = hdr_len + link->hdr.len - link->in_len;
		}
		if (!want)
			break;
		n = ring_read(link->page, to, want);
		if (n < 0) {
			link_die(link, XENSTORE_ERROR_RINGIDX);
			return true;
		}
		if (!n)
			return moved;
		moved = true;
		link->in_len += n;
		if (link->in_len == hdr_len &&
		    link->hdr.len > XENSTORE_PAYLOAD_MAX) {
			link_die(link, XENSTORE_ERROR_PROTO);
			return true;
		}
	}
	link->in_len = 0;
	link->requests++;
	xhv_xs_request(link->conn, &link->hdr, link->in);
	return true;
}

bool xhv_link_run(struct xhv_link *link, unsigned int budget, bool *notify)
{
	bool moved;

	if (READ_ONCE(link->page->connection) == XENSTORE_RECONNECT) {
		link->reconnects++;
		xhv_link_reset(link);
		*notify = true;
	}
	do {
		if (link->error)
			return false;
		moved = send(link);
		if (!link->error && !reply_waits(link) &&
		    link->nr_events < XHV_LINK_EVENTS_BUSY) {
			u64 before = link->requests;

			if (!budget)
				return true;
			moved |= receive(link);
			budget -= link->requests != before;
		}
		*notify |= moved;
	} while (moved);
	return false;
}

bool xhv_link_has_output(const struct xhv_link *link)
{
	return !list_empty(&link->out) || link->conn->missed;
}

int xhv_link_init(struct xhv_link *link, struct xhv_xs *xs, u32 domid,
		  struct xenstore_domain_interface *page)
{
	struct xhv_xs_conn *conn;

	INIT_LIST_HEAD(&link->out);
	INIT_LIST_HEAD(&link->reply.entry);
	link->page = page;
	conn = xhv_xs_connect(xs, domid, &link_ops, link);
	if (IS_ERR(conn))
		return PTR_ERR(conn);
	link->conn = conn;
	page->server_features = XENSTORE_SERVER_FEATURE_RECONNECTION |
				XENSTORE_SERVER_FEATURE_ERROR;
	return 0;
}

void xhv_link_exit(struct xhv_link *link)
{
	if (!link->conn)
		return;
	drop_output(link);
	xhv_xs_disconnect(link->conn);
	link->conn = NULL;
}
