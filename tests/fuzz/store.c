// SPDX-License-Identifier: GPL-2.0-only
/*
 * The xenstore server, from the guest's ring and from clients that speak the
 * protocol without one: whatever they send, in or outside of transactions,
 * with memory that runs out.
 *
 * What must hold after every step: each request has one answer, of the right
 * shape; what the counters say of each domain is what the tree holds, within its
 * quotas; an error has changed nothing; nobody writes where he has no right; a
 * transaction's snapshot stays as it was, and its changes are nobody else's
 * before its end.
 */
#include "fuzz.h"

#include "../../shim/store/internal.h"
#include "../../shim/store/link.h"

#define GUEST		1
#define OTHER		2
#define STEPS		150
#define MAX_CHILDREN	4096

static struct xhv_xs *xs;
static struct xhv_link *ring;
static struct xenstore_domain_interface *page;

/* A client without a ring. */
struct client {
	struct xhv_xs_conn *conn;
	unsigned int replies;
	bool error;
	bool deaf;
	bool fatal;	/* the last error may leave a transaction broken */
};

static struct client dom0, other;

static void on_reply(struct xhv_xs_conn *conn, const struct xsd_sockmsg *hdr,
		     const void *body)
{
	struct client *c = xhv_xs_conn_priv(conn);

	fuzz_assert(hdr->len <= XENSTORE_PAYLOAD_MAX);
	/* ASan looks at what the answer is made of. */
	fuzz_assert(!hdr->len || memchr(body, 0, hdr->len) || hdr->len);
	c->replies++;
	c->error = hdr->type == XS_ERROR;
	if (c->error) {
		fuzz_assert(hdr->len > 1 && hdr->len < 16);
		fuzz_assert(((const char *)body)[0] == 'E');
		fuzz_assert(strnlen(body, hdr->len) == hdr->len - 1);
	}
}

static bool on_event(struct xhv_xs_conn *conn, struct xhv_xs_watch *w,
		     const char *path)
{
	struct client *c = xhv_xs_conn_priv(conn);

	fuzz_assert(*path && strlen(path) <= XHV_XS_PATH_MAX);
	return !c->deaf;
}

static const struct xhv_xs_conn_ops ops = {
	.reply = on_reply,
	.event = on_event,
};

/* FNV-1a over everything of a tree that a client can see. */
static u64 mix(u64 h, const void *data, size_t len)
{
	const u8 *b = data;

	while (len--)
		h = (h ^ *b++) * 0x100000001b3ULL;
	return h;
}

struct owners {
	int nodes[4];	/* of domains 0, 1, 2 and all others */
};

static u64 look(const struct xhv_xs_node *n, struct owners *o, u64 h,
		unsigned int depth)
{
	unsigned int i, names = 0;
	u32 owner = n->perms->p[0].domid;

	fuzz_assert(n->refs > 0 && n->perms->refs > 0 && n->perms->nr > 0);
	fuzz_assert(depth <= XHV_XS_PATH_MAX);
	if (o)
		o->nodes[owner < 3 ? owner : 3]++;
	h = mix(h, n->name, strlen(n->name) + 1);
	h = mix(h, n->perms->p, n->perms->nr * sizeof(n->perms->p[0]));
	if (n->value) {
		fuzz_assert(n->value->len > 0 && n->value->refs > 0);
		h = mix(h, n->value->data, n->value->len);
	}
	fuzz_assert(n->nr_children <= n->max_children);
	fuzz_assert(n->nr_children < MAX_CHILDREN);
	for (i = 0; i < n->nr_children; i++) {
		const struct xhv_xs_node *c = n->children[i];

		fuzz_assert(c->name[0] && !strchr(c->name, '/'));
		fuzz_assert(c->sub_gen <= n->sub_gen);
		if (i)
			fuzz_assert(strcmp(n->children[i - 1]->name,
					   c->name) < 0);
		names += strlen(c->name) + 1;
		h = look(c, o, h, depth + 1);
	}
	fuzz_assert(names == n->names_len);
	return mix(h, "/", 1);
}

static u64 hash(const struct xhv_xs_node *root)
{
	return look(root, NULL, 0xcbf29ce484222325ULL, 0);
}

static u64 hash_at(const char *path)
{
	const struct xhv_xs_node *n = xhv_xs_node_find(xs->root, path,
						       strlen(path));

	return n ? hash(n) : 0;
}

/* Snapshots of open transactions, as they were at the start. */
static struct {
	const struct xhv_xs_tx *tx;
	u32 id;
	u64 hash;
} snaps[64];

static void look_at_txs(struct xhv_xs_conn *conn)
{
	struct xhv_xs_tx *tx;
	unsigned int i, nr = 0, at;

	list_for_each_entry(tx, &conn->txs, entry) {
		nr++;
		at = ARRAY_SIZE(snaps);
		for (i = 0; i < ARRAY_SIZE(snaps); i++) {
			if (snaps[i].tx == tx && snaps[i].id == tx->id)
				break;
			if (!snaps[i].tx)
				at = i;
		}
		if (i < ARRAY_SIZE(snaps)) {
			fuzz_assert(snaps[i].hash == hash(tx->base));
		} else if (at < ARRAY_SIZE(snaps)) {
			snaps[at].tx = tx;
			snaps[at].id = tx->id;
			snaps[at].hash = hash(tx->base);
		}
		hash(tx->root);
	}
	fuzz_assert(nr == conn->nr_txs);
	if (!xhv_xs_privileged(conn))
		fuzz_assert(nr <= XHV_XS_QUOTA_TXS + 1);
}

static void forget_ended(void)
{
	struct xhv_xs_conn *conn;
	struct xhv_xs_tx *tx;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(snaps); i++) {
		bool open = false;

		list_for_each_entry(conn, &xs->conns, entry)
			list_for_each_entry(tx, &conn->txs, entry)
				open |= tx == snaps[i].tx &&
					tx->id == snaps[i].id;
		if (!open)
			snaps[i].tx = NULL;
	}
}

/* Looking at the snapshots takes its time: not @often. */
static void check(bool often)
{
	struct xhv_xs_domain *dom;
	struct xhv_xs_conn *conn;
	struct xhv_xs_watch *w;
	struct owners o = { };
	int all = 0;

	look(xs->root, &o, 0, 0);
	list_for_each_entry(dom, &xs->domains, entry) {
		fuzz_assert(dom->delta == 0);
		fuzz_assert(dom->nodes >= 0);
		all += dom->nodes;
		if (dom->domid < 3)
			fuzz_assert(dom->nodes == o.nodes[dom->domid]);
	}
	/* A node may be given to a domain that goes before it. */
	fuzz_assert(all <= o.nodes[0] + o.nodes[1] + o.nodes[2] + o.nodes[3]);
	fuzz_assert(all <= XHV_XS_MAX_NODES);
	forget_ended();
	list_for_each_entry(conn, &xs->conns, entry) {
		unsigned int nr = 0;

		list_for_each_entry(w, &conn->watches, entry)
			nr++;
		fuzz_assert(nr == conn->nr_watches);
		if (!xhv_xs_privileged(conn))
			fuzz_assert(nr <= XHV_XS_QUOTA_WATCHES + 1);
		if (!often)
			look_at_txs(conn);
	}
}

static const char *const paths[] = {
	"data", "data/a", "data/a/b", "/", "/local/domain/1/data/a", "domid",
	"/local/domain/2/data", "/local/domain/2/data/a", "/tool/secret", "device/vbd/51712",
	"data/a/b/c/d/e", "@releaseDomain", "@introduceDomain", "control/shutdown",
	"/local/domain/1/data", "data/shared",
};

/* The most telling payloads; what else there is, raw bytes make. */
static size_t payload(u32 type, char *to)
{
	const char *path = paths[fuzz_byte() % ARRAY_SIZE(paths)];
	static const char *const perms[] = { "n1", "r1", "w2", "b0", "n2", "x", "n" };
	size_t len = strlen(path) + 1, n;
	u8 how = fuzz_byte();

	if (how >= 0xf0) {
		n = fuzz_byte() | (how & 0xf) << 8;
		fuzz_bytes(to, n);
		return n;
	}
	if (how >= 0xe8) {
		/* A path that is about as long as one may be. */
		n = XENSTORE_REL_PATH_MAX - 8 + (how & 7) * 4;
		memset(to, how & 1 ? 'p' : '/', n);
		memcpy(to, "/local/domain/1/data/", 21);
		to[n] = '\0';
		len = n + 1;
	} else {
		memcpy(to, path, len);
		if (how & 0x80) {
			/* Many names, for the quotas. */
			len += sprintf(to + len - 1, "/n%u", fuzz_byte());
		}
	}
	switch (type) {
	case XS_WRITE:
		n = how & 3 ? fuzz_byte() % 16 : fuzz_byte() * 16;
		memset(to + len, 'v', n);
		to[len] = fuzz_byte();
		return len + n;
	case XS_WATCH:
	case XS_UNWATCH:
		return len + sprintf(to + len, "t%u", fuzz_byte()) + 1;
	case XS_DIRECTORY_PART:
		return len + sprintf(to + len, "%d", (s8)fuzz_byte()) + 1;
	case XS_SET_PERMS:
		for (n = 0; n <= (how & 7u); n++)
			len += sprintf(to + len, "%s", perms[fuzz_byte() %
				       ARRAY_SIZE(perms)]) + 1;
		return len;
	case XS_TRANSACTION_START:
		*to = '\0';
		return 1;
	case XS_TRANSACTION_END:
		strcpy(to, how & 1 ? "F" : "T");
		return 2;
	case XS_INTRODUCE:
		memcpy(to, "2\0001\0001", 6);
		return 6;
	case XS_RELEASE:
	case XS_RESUME:
	case XS_GET_DOMAIN_PATH:
	case XS_IS_DOMAIN_INTRODUCED:
		return sprintf(to, "%u", fuzz_byte() % 4) + 1;
	case XS_SET_TARGET:
		memcpy(to, "2\0001", 4);
		return 4;
	default:
		return len;
	}
}

static const u32 types[] = {
	XS_WRITE, XS_READ, XS_MKDIR, XS_RM, XS_TRANSACTION_START,
	XS_TRANSACTION_END, XS_WATCH, XS_UNWATCH, XS_SET_PERMS, XS_GET_PERMS,
	XS_DIRECTORY, XS_DIRECTORY_PART, XS_RESET_WATCHES, XS_CONTROL,
	XS_INTRODUCE, XS_RELEASE, XS_GET_DOMAIN_PATH, XS_IS_DOMAIN_INTRODUCED,
	XS_RESUME, XS_SET_TARGET, XS_WATCH_EVENT, XS_ERROR, 20, 0xffffffff,
};

static u32 pick_tx(struct xhv_xs_conn *conn)
{
	unsigned int n = fuzz_byte() % 8;
	struct xhv_xs_tx *tx;

	if (n < 4)
		list_for_each_entry(tx, &conn->txs, entry)
			if (!n--)
				return tx->id;
	return n == 7 ? 0xffffffff : 0;
}

static void make_header(struct xhv_xs_conn *conn, struct xsd_sockmsg *hdr)
{
	*hdr = (struct xsd_sockmsg) {
		.type = types[fuzz_byte() % ARRAY_SIZE(types)],
		.tx_id = pick_tx(conn),
		.req_id = 7,
	};
}

/* What is true of any request of a client: looked at before and after. */
struct before {
	u64 live, tool, tx;
	bool same_base;
	struct xhv_xs_tx *in;
};

static void before(struct before *b, struct xhv_xs_conn *conn,
		   const struct xsd_sockmsg *hdr)
{
	b->live = hash(xs->root);
	b->tool = hash_at("/tool");
	b->in = hdr->tx_id ? xhv_xs_tx_find(conn, hdr->tx_id) : NULL;
	b->same_base = b->in && b->in->base == xs->root;
	b->tx = b->in ? hash(b->in->root) : 0;
}

static void after(const struct before *b, struct xhv_xs_conn *conn,
		  const struct xsd_sockmsg *hdr, bool error, bool commit)
{
	u64 live = hash(xs->root);

	/* Refused or broken off: nothing has happened. */
	if (error)
		fuzz_assert(live == b->live);
	if (!xhv_xs_privileged(conn))
		fuzz_assert(hash_at("/tool") == b->tool);
	if (!b->in || hdr->type == XS_RESET_WATCHES ||
	    hdr->type == XS_RELEASE || hdr->type == XS_SET_TARGET)
		return;
	if (hdr->type != XS_TRANSACTION_END)
		fuzz_assert(live == b->live);
	else if (!error && !commit)
		fuzz_assert(live == b->live);
	else if (!error && b->same_base)
		/* Nobody else has changed a thing: it is the store now. */
		fuzz_assert(live == b->tx);
}

static void call(struct client *c)
{
	char body[XENSTORE_PAYLOAD_MAX * 2], *exact;
	struct xsd_sockmsg hdr;
	struct before b;

	make_header(c->conn, &hdr);
	hdr.len = min_t(size_t, payload(hdr.type, body), XENSTORE_PAYLOAD_MAX);
	/* As long as it says, so that ASan sees who reads on. */
	exact = malloc(hdr.len);
	memcpy(exact, body, hdr.len);
	before(&b, c->conn, &hdr);
	c->replies = 0;
	xhv_xs_request(c->conn, &hdr, exact);
	fuzz_assert(c->replies == 1);
	fuzz_fail_alloc = -1;
	after(&b, c->conn, &hdr, c->error,
	      hdr.len && !memcmp(exact, "T", 2 - (hdr.len < 2)));
	free(exact);
}

/* The guest's end of the rings. */
static void ring_put(const void *data, size_t len)
{
	const char *from = data;
	u32 prod = page->req_prod;

	while (len-- && prod - page->req_cons < XENSTORE_RING_SIZE)
		page->req[MASK_XENSTORE_IDX(prod++)] = *from++;
	page->req_prod = prod;
}

static void ring_get(u32 max)
{
	u32 n = min_t(u32, page->rsp_prod - page->rsp_cons, max);

	page->rsp_cons += n;
}

static void ring_run(void)
{
	unsigned int rounds = 0;
	bool notify = false;

	while (xhv_link_run(ring, 1 + fuzz_byte() % 8, &notify))
		fuzz_assert(rounds++ < 10000);
	fuzz_assert(ring->nr_events <= XHV_LINK_EVENTS_MAX);
}

static void ring_request(void)
{
	char body[XENSTORE_PAYLOAD_MAX * 2];
	struct xsd_sockmsg hdr;
	u32 done;

	make_header(ring->conn, &hdr);
	hdr.len = payload(hdr.type, body);
	ring_put(&hdr, sizeof(hdr));
	for (done = 0; done < hdr.len; done += 512) {
		ring_put(body + done, min_t(u32, hdr.len - done, 512));
		ring_run();
		ring_get(UINT_MAX);
	}
}

static void step(u8 what)
{
	u8 buf[64];

	switch (what % 16) {
	case 0:
	case 1:
	case 2:
	case 3:
		ring_request();
		break;
	case 4:
		fuzz_bytes(buf, sizeof(buf));
		ring_put(buf, sizeof(buf));
		break;
	case 5:
		page->req_prod += (s8)fuzz_byte() * 64;
		break;
	case 6:
		page->rsp_cons += (s8)fuzz_byte() * 64;
		break;
	case 7:
		page->connection = fuzz_byte() % 3;
		break;
	case 8:
		ring_get(fuzz_byte());
		break;
	case 9:
		other.deaf = fuzz_byte() & 1;
		xhv_xs_retry(other.conn);
		break;
	case 10:
		/* Memory runs out soon. */
		fuzz_fail_alloc = fuzz_byte() % 16;
		call(fuzz_byte() & 1 ? &other : &dom0);
		fuzz_fail_alloc = -1;
		break;
	case 11:
		fuzz_fail_alloc = fuzz_byte() % 16;
		ring_request();
		fuzz_fail_alloc = -1;
		break;
	case 12:
		page->req_cons += (s8)fuzz_byte();
		break;
	case 13:
		call(&dom0);
		break;
	default:
		call(&other);
	}
	ring_run();
}

static void node(const char *path, u32 owner, u32 reader, const char *val)
{
	const struct xhv_xs_perm p[] = {
		{ .domid = owner }, { .domid = reader, .access = XHV_XS_READ },
	};

	fuzz_assert(!xhv_xs_write(dom0.conn, path, val, strlen(val)));
	fuzz_assert(!xhv_xs_set_perms(dom0.conn, path, p, 2));
}

static void set_up(void)
{
	memset(snaps, 0, sizeof(snaps));
	memset(&dom0, 0, sizeof(dom0));
	memset(&other, 0, sizeof(other));
	xs = xhv_xs_create();
	page = calloc(1, PAGE_SIZE);
	ring = calloc(1, sizeof(*ring));
	dom0.conn = xhv_xs_connect(xs, 0, &ops, &dom0);
	other.conn = xhv_xs_connect(xs, OTHER, &ops, &other);
	fuzz_assert(!xhv_link_init(ring, xs, GUEST, page));
	node("/tool", 0, 0, "");
	node("/tool/secret", 0, 0, "x");
	node("/local/domain/1", 0, GUEST, "");
	node("/local/domain/1/domid", 0, GUEST, "1");
	node("/local/domain/1/data", GUEST, GUEST, "");
	node("/local/domain/1/control/shutdown", GUEST, GUEST, "");
	node("/local/domain/2", 0, OTHER, "");
	node("/local/domain/2/data", OTHER, GUEST, "");
	fuzz_assert(!xhv_xs_introduce(xs, GUEST));
	fuzz_assert(!xhv_xs_introduce(xs, OTHER));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	unsigned int steps = 0;

	fuzz_begin(data, size);
	set_up();
	check(false);
	while (fuzz_left && steps++ < STEPS) {
		step(fuzz_byte());
		check(steps % 8 && fuzz_left);
	}
	xhv_link_exit(ring);
	xhv_xs_disconnect(dom0.conn);
	xhv_xs_disconnect(other.conn);
	xhv_xs_destroy(xs);
	free(ring);
	free(page);
	return 0;
}
