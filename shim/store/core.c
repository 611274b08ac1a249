// SPDX-License-Identifier: GPL-2.0-only
/*
 * The store as a whole, its clients and domains, and the operations for
 * clients that call. See core.h.
 *
 * Locking: none of its own; the caller serialises. May allocate, so process
 * context.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "internal.h"

struct xhv_xs *xhv_xs_create(void)
{
	static const struct xhv_xs_perm dom0_only = { .domid = 0, .access = 0 };
	struct xhv_xs_perms *perms = NULL;
	struct xhv_xs *xs;

	xs = kzalloc(sizeof(*xs), XHV_XS_GFP);
	if (!xs)
		return NULL;
	INIT_LIST_HEAD(&xs->domains);
	INIT_LIST_HEAD(&xs->conns);
	if (IS_ERR(xhv_xs_domain_get(xs, 0)))
		goto err_destroy;
	perms = xhv_xs_perms_new(&dom0_only, 1, ++xs->generation);
	if (!perms)
		goto err_destroy;
	xs->introduce_perms = xhv_xs_perms_get(perms);
	xs->release_perms = xhv_xs_perms_get(perms);
	xs->root = xhv_xs_node_root(perms, xs->generation);
	xhv_xs_perms_put(perms);
	if (!xs->root)
		goto err_destroy;
	xhv_xs_domain_count(xs, xs->root, 1);
	xhv_xs_domain_apply(xs, true);
	return xs;

err_destroy:
	xhv_xs_destroy(xs);
	return NULL;
}

void xhv_xs_destroy(struct xhv_xs *xs)
{
	struct xhv_xs_domain *dom, *next;

	if (!xs)
		return;
	xhv_xs_node_put(xs->root);
	xhv_xs_perms_put(xs->introduce_perms);
	xhv_xs_perms_put(xs->release_perms);
	list_for_each_entry_safe(dom, next, &xs->domains, entry)
		kfree(dom);
	kfree(xs);
}

struct xhv_xs_conn *xhv_xs_connect(struct xhv_xs *xs, u32 domid,
				   const struct xhv_xs_conn_ops *ops,
				   void *priv)
{
	struct xhv_xs_domain *dom;
	struct xhv_xs_conn *conn;

	dom = xhv_xs_domain_get(xs, domid);
	if (IS_ERR(dom))
		return ERR_CAST(dom);
	conn = kzalloc(sizeof(*conn), XHV_XS_GFP);
	if (!conn)
		return ERR_PTR(-ENOMEM);
	conn->xs = xs;
	conn->dom = dom;
	conn->ops = ops;
	conn->priv = priv;
	INIT_LIST_HEAD(&conn->watches);
	INIT_LIST_HEAD(&conn->txs);
	list_add_tail(&conn->entry, &xs->conns);
	return conn;
}

void xhv_xs_conn_reset(struct xhv_xs_conn *conn)
{
	xhv_xs_watch_drop_all(conn);
	xhv_xs_tx_drop_all(conn);
}

void xhv_xs_disconnect(struct xhv_xs_conn *conn)
{
	if (!conn)
		return;
	xhv_xs_conn_reset(conn);
	list_del(&conn->entry);
	kfree(conn);
}

void *xhv_xs_conn_priv(const struct xhv_xs_conn *conn)
{
	return conn->priv;
}

void xhv_xs_conn_usage(const struct xhv_xs_conn *conn, struct xhv_xs_usage *u)
{
	u->nodes = conn->dom->nodes;
	u->watches = conn->nr_watches;
	u->txs = conn->nr_txs;
}

const struct xhv_xs_stats *xhv_xs_get_stats(const struct xhv_xs *xs)
{
	return &xs->stats;
}

int xhv_xs_read(struct xhv_xs_conn *conn, const char *path, const void **val,
		size_t *len)
{
	struct xhv_xs_node *node;
	int err;

	err = xhv_xs_canonical(conn, path, strlen(path));
	if (!err)
		err = xhv_xs_get_node(conn, NULL, conn->xs->path, XHV_XS_READ,
				      0, &node);
	if (err)
		return err;
	*val = node->value ? node->value->data : NULL;
	*len = node->value ? node->value->len : 0;
	return 0;
}

int xhv_xs_write(struct xhv_xs_conn *conn, const char *path, const void *val,
		 size_t len)
{
	int err = xhv_xs_canonical(conn, path, strlen(path));

	return err ? err : xhv_xs_do_write(conn, NULL, conn->xs->path, val,
					   len);
}

int xhv_xs_mkdir(struct xhv_xs_conn *conn, const char *path)
{
	int err = xhv_xs_canonical(conn, path, strlen(path));

	return err ? err : xhv_xs_do_mkdir(conn, NULL, conn->xs->path);
}

int xhv_xs_rm(struct xhv_xs_conn *conn, const char *path)
{
	int err = xhv_xs_canonical(conn, path, strlen(path));

	return err ? err : xhv_xs_do_rm(conn, NULL, conn->xs->path);
}

int xhv_xs_set_perms(struct xhv_xs_conn *conn, const char *path,
		     const struct xhv_xs_perm *p, unsigned int nr)
{
	struct xhv_xs_perms *perms;
	int err;

	err = xhv_xs_canonical(conn, path, strlen(path));
	if (err)
		return err;
	if (!xhv_xs_domain_find(conn->xs, p[0].domid))
		return -ENOENT;
	perms = xhv_xs_perms_new(p, nr, ++conn->xs->generation);
	if (!perms)
		return -ENOMEM;
	err = xhv_xs_do_set_perms(conn, NULL, conn->xs->path, perms);
	xhv_xs_perms_put(perms);
	return err;
}

int xhv_xs_introduce(struct xhv_xs *xs, u32 domid)
{
	struct xhv_xs_domain *dom;

	dom = xhv_xs_domain_get(xs, domid);
	if (IS_ERR(dom))
		return PTR_ERR(dom);
	if (!dom->introduced) {
		dom->introduced = true;
		xhv_xs_fire_special(xs, "@introduceDomain");
	}
	return 0;
}

/* What a domain owned goes with it, so that a new one of the same number does
 * not inherit it (xenstore.txt, about permissions).
 */
static void remove_owned(struct xhv_xs *xs, u32 domid)
{
	struct xhv_xs_node *n, *removed;
	char *path = xs->path;

	strcpy(path, "/");
	while (xhv_xs_next(xs, path)) {
		n = xhv_xs_node_find(xs->root, path, strlen(path));
		if (n->perms->p[0].domid != domid)
			continue;
		if (xhv_xs_node_remove(&xs->root, path, ++xs->generation,
				       &removed))
			continue;
		xhv_xs_domain_count(xs, removed, -1);
		xhv_xs_domain_apply(xs, true);
		xhv_xs_node_put(removed);
		path[xhv_xs_path_parent(path, strlen(path))] = '\0';
	}
}

int xhv_xs_release(struct xhv_xs *xs, u32 domid)
{
	struct xhv_xs_domain *dom = xhv_xs_domain_find(xs, domid), *other;
	struct xhv_xs_conn *conn;
	bool connected = false;

	if (!dom)
		return -ENOENT;
	if (!domid || !dom->introduced)
		return -EINVAL;
	list_for_each_entry(conn, &xs->conns, entry) {
		if (conn->dom != dom)
			continue;
		xhv_xs_conn_reset(conn);
		connected = true;
	}
	list_for_each_entry(other, &xs->domains, entry)
		if (other->target == dom)
			other->target = NULL;
	remove_owned(xs, domid);
	dom->introduced = false;
	dom->target = NULL;
	dom->gen = ++xs->generation;
	if (!connected) {
		list_del(&dom->entry);
		kfree(dom);
	}
	xhv_xs_fire_special(xs, "@releaseDomain");
	return 0;
}

bool xhv_xs_next(struct xhv_xs *xs, char *path)
{
	size_t len = strlen(path);
	struct xhv_xs_node *n, *next = NULL;

	n = xhv_xs_node_find(xs->root, path, len);
	if (n)
		next = xhv_xs_node_after(n, NULL);
	while (!next) {
		size_t parent = xhv_xs_path_parent(path, len);

		if (len <= 1)
			return false;
		n = xhv_xs_node_find(xs->root, path, parent);
		if (n)
			next = xhv_xs_node_after(n, path + parent +
						 (parent > 1));
		path[parent] = '\0';
		len = parent;
	}
	if (len == 1)
		len = 0;
	snprintf(path + len, XHV_XS_PATH_MAX + 1 - len, "/%s", next->name);
	return true;
}

int xhv_xs_peek(struct xhv_xs *xs, const char *path, const void **val,
		size_t *len, const struct xhv_xs_perm **perms,
		unsigned int *nr)
{
	struct xhv_xs_node *n;

	n = xhv_xs_node_find(xs->root, path, strlen(path));
	if (!n)
		return -ENOENT;
	*val = n->value ? n->value->data : NULL;
	*len = n->value ? n->value->len : 0;
	*perms = n->perms->p;
	*nr = n->perms->nr;
	return 0;
}
