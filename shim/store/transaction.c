// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactions: a snapshot to work on, and a commit that goes through only if
 * nothing that the transaction depends on has changed in the meantime.
 *
 * Each read or write leaves a record of the path. At the end the snapshot and
 * the live store are compared at these paths by generation, and the changes
 * are put into the live store; changes that others made elsewhere stay.
 *
 * Locking: none of its own; the caller serialises. May allocate, so process
 * context.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "internal.h"

/* Orders by path; @path has @len bytes and need not end there. */
static int cmp_path(const struct xhv_xs_access *a, const char *path, size_t len)
{
	int cmp = strncmp(path, a->path, len);

	return cmp ? cmp : a->path[len] ? -1 : 0;
}

/**
 * xhv_xs_tx_touch() - record that a transaction uses a path
 * @conn: the client
 * @tx: its transaction; NULL: nothing to do
 * @path: the path
 * @len: its length
 * @flags: XHV_XS_TX_*, added to what is recorded already
 *
 * Return: 0, -ENOSPC (quota) or -ENOMEM; then the transaction cannot be
 * committed any more.
 */
int xhv_xs_tx_touch(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx,
		    const char *path, size_t len, u8 flags)
{
	struct rb_node **p, *parent = NULL;
	struct xhv_xs_access *a;

	if (!tx)
		return 0;
	p = &tx->by_path.rb_node;
	while (*p) {
		int cmp;

		parent = *p;
		a = rb_entry(parent, struct xhv_xs_access, rb);
		cmp = cmp_path(a, path, len);
		if (!cmp)
			goto found;
		p = cmp < 0 ? &parent->rb_left : &parent->rb_right;
	}
	if (tx->nr >= XHV_XS_QUOTA_TX_NODES && !xhv_xs_privileged(conn)) {
		conn->xs->stats.quota++;
		tx->failed = true;
		return -ENOSPC;
	}
	a = kzalloc(sizeof(*a) + len + 1, XHV_XS_GFP);
	if (!a) {
		tx->failed = true;
		return -ENOMEM;
	}
	memcpy(a->path, path, len);
	INIT_LIST_HEAD(&a->fire);
	rb_link_node(&a->rb, parent, p);
	rb_insert_color(&a->rb, &tx->by_path);
	tx->nr++;
found:
	a->flags |= flags;
	if ((flags & XHV_XS_TX_FIRE) && list_empty(&a->fire))
		list_add_tail(&a->fire, &tx->fires);
	return 0;
}

struct xhv_xs_tx *xhv_xs_tx_find(struct xhv_xs_conn *conn, u32 id)
{
	struct xhv_xs_tx *tx;

	list_for_each_entry(tx, &conn->txs, entry)
		if (tx->id == id)
			return tx;
	return NULL;
}

/* Like xenstored, refuses only when the quota is exceeded already. */
int xhv_xs_tx_start(struct xhv_xs_conn *conn, u32 *id)
{
	unsigned int max = XHV_XS_QUOTA_TXS;
	struct xhv_xs_tx *tx;

	if (xhv_xs_privileged(conn))
		max = XHV_XS_MAX_TXS;
	if (conn->nr_txs > max) {
		conn->xs->stats.quota++;
		return -ENOSPC;
	}
	tx = kzalloc(sizeof(*tx), XHV_XS_GFP);
	if (!tx)
		return -ENOMEM;
	do {
		tx->id = ++conn->next_tx;
	} while (!tx->id || xhv_xs_tx_find(conn, tx->id));
	tx->base = xhv_xs_node_get(conn->xs->root);
	tx->root = xhv_xs_node_get(conn->xs->root);
	tx->by_path = RB_ROOT;
	INIT_LIST_HEAD(&tx->fires);
	list_add_tail(&tx->entry, &conn->txs);
	conn->nr_txs++;
	*id = tx->id;
	return 0;
}

static void tx_drop(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx)
{
	struct xhv_xs_access *a, *next;

	list_del(&tx->entry);
	conn->nr_txs--;
	rbtree_postorder_for_each_entry_safe(a, next, &tx->by_path, rb)
		kfree(a);
	xhv_xs_node_put(tx->root);
	xhv_xs_node_put(tx->base);
	kfree(tx);
}

void xhv_xs_tx_drop_all(struct xhv_xs_conn *conn)
{
	struct xhv_xs_tx *tx, *next;

	list_for_each_entry_safe(tx, next, &conn->txs, entry)
		tx_drop(conn, tx);
}

/* Has somebody else changed what this transaction depends on? */
static bool conflicts(struct xhv_xs *xs, struct xhv_xs_tx *tx)
{
	struct xhv_xs_access *a;
	struct rb_node *rb;

	if (xs->root == tx->base)
		return false;
	for (rb = rb_first(&tx->by_path); rb; rb = rb_next(rb)) {
		struct xhv_xs_node *was, *is;
		size_t len;

		a = rb_entry(rb, struct xhv_xs_access, rb);
		len = strlen(a->path);
		was = xhv_xs_node_find(tx->base, a->path, len);
		is = xhv_xs_node_find(xs->root, a->path, len);
		if (was == is)
			continue;
		if (!was || !is)
			return true;
		if (((a->flags & XHV_XS_TX_CONTENT) && was->gen != is->gen) ||
		    ((a->flags & XHV_XS_TX_CHILDREN) &&
		     was->child_gen != is->child_gen) ||
		    ((a->flags & XHV_XS_TX_SUBTREE) &&
		     was->sub_gen != is->sub_gen))
			return true;
	}
	return false;
}

static int apply_removal(struct xhv_xs *xs, struct xhv_xs_node **root,
			 const struct xhv_xs_access *a, u64 gen)
{
	struct xhv_xs_node *removed;
	int err;

	err = xhv_xs_node_remove(root, a->path, gen, &removed);
	if (err)
		return err == -ENOENT ? 0 : err;
	xhv_xs_domain_count(xs, removed, -1);
	xhv_xs_node_put(removed);
	return 0;
}

static int apply_content(struct xhv_xs *xs, struct xhv_xs_node **root,
			 const struct xhv_xs_access *a,
			 const struct xhv_xs_node *want, u64 gen)
{
	struct xhv_xs_domain *dom;
	struct xhv_xs_node *is;
	int err;

	is = xhv_xs_node_find(*root, a->path, strlen(a->path));
	if (is) {
		dom = xhv_xs_domain_find(xs, is->perms->p[0].domid);
		if (dom)
			dom->delta--;
		err = xhv_xs_node_set(root, a->path, want->value, want->perms,
				      gen);
	} else {
		err = xhv_xs_node_insert(root, a->path, want->value,
					 want->perms, gen);
	}
	dom = xhv_xs_domain_find(xs, want->perms->p[0].domid);
	if (dom)
		dom->delta++;
	return err < 0 ? err : 0;
}

/*
 * Puts the transaction's changes into @root. Removals come first, because what
 * was removed and made anew has lost its children; then the rest in the order
 * of paths, so that parents exist.
 */
static int apply(struct xhv_xs *xs, struct xhv_xs_tx *tx,
		 struct xhv_xs_node **root, u64 gen)
{
	struct xhv_xs_access *a;
	struct xhv_xs_node *want;
	struct rb_node *rb;
	int err;

	for (rb = rb_first(&tx->by_path); rb; rb = rb_next(rb)) {
		a = rb_entry(rb, struct xhv_xs_access, rb);
		if (!(a->flags & XHV_XS_TX_DELETED))
			continue;
		err = apply_removal(xs, root, a, gen);
		if (err)
			return err;
	}
	for (rb = rb_first(&tx->by_path); rb; rb = rb_next(rb)) {
		a = rb_entry(rb, struct xhv_xs_access, rb);
		if (!(a->flags & XHV_XS_TX_MODIFIED))
			continue;
		want = xhv_xs_node_find(tx->root, a->path, strlen(a->path));
		if (!want)
			continue;
		err = apply_content(xs, root, a, want, gen);
		if (err)
			return err;
	}
	return 0;
}

static int commit(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx)
{
	struct xhv_xs *xs = conn->xs;
	struct xhv_xs_node *root, *before;
	struct xhv_xs_access *a;
	int err;

	if (tx->failed)
		return -ENOMEM;
	/* Read only: it has seen the store as it was when it started. */
	if (tx->root == tx->base)
		return 0;
	if (conflicts(xs, tx)) {
		xs->stats.conflicts++;
		return -EAGAIN;
	}
	if (tx->delta > 0 &&
	    (xhv_xs_domain_total(xs) + tx->delta > XHV_XS_MAX_NODES ||
	     (!xhv_xs_privileged(conn) &&
	      conn->dom->nodes + tx->delta > XHV_XS_QUOTA_NODES))) {
		xs->stats.quota++;
		return -ENOSPC;
	}
	root = xhv_xs_node_get(xs->root);
	err = apply(xs, tx, &root, ++xs->generation);
	xhv_xs_domain_apply(xs, !err);
	if (err) {
		xhv_xs_node_put(root);
		return err;
	}
	before = xs->root;
	xs->root = root;
	xs->stats.commits++;
	list_for_each_entry(a, &tx->fires, fire)
		xhv_xs_fire(xs, a->path, before, root,
			    a->flags & XHV_XS_TX_DELETED);
	xhv_xs_node_put(before);
	return 0;
}

/**
 * xhv_xs_tx_end() - the end of a transaction, whatever the answer
 * @conn: the client
 * @tx: its transaction; gone afterwards
 * @keep: commit it
 *
 * Return: 0, -EAGAIN (somebody else was faster), -ENOSPC or -ENOMEM.
 */
int xhv_xs_tx_end(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx, bool keep)
{
	int err = keep ? commit(conn, tx) : 0;

	tx_drop(conn, tx);
	return err;
}
