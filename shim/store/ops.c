// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can be done with nodes: paths, rights, quotas, and the change itself,
 * in a transaction or in the live store.
 *
 * Locking: none of its own; the caller serialises. May allocate, so process
 * context. Paths are canonical (xhv_xs_canonical()) unless said otherwise.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "internal.h"

/*
 * xenstored 4.17 keeps a node as a record of a 24 byte header, 8 bytes a
 * permission, the value and the names of the children, and compares that with
 * the node size quota (tools/xenstore/xenstored_core.h, xs_tdb_record_hdr).
 */
#define RECORD_HEADER	24
#define RECORD_PERM	8

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '@';
}

/* Length of "/local/domain/<number>/", or 0 if @path is not below a home. */
static size_t home_len(const char *path)
{
	static const char home[] = "/local/domain/";
	size_t len = sizeof(home) - 1, digits = 0;

	if (strncmp(path, home, len))
		return 0;
	while (digits < 5 && path[len] >= '0' && path[len] <= '9') {
		len++;
		digits++;
	}
	return digits && path[len] == '/' ? len + 1 : 0;
}

/**
 * xhv_xs_canonical() - make a client's path absolute and check it
 * @conn: the client
 * @path: what it sent, without NUL
 * @len: bytes
 *
 * The path must be of letters, digits and -/_@, without empty components, and
 * no longer than XENSTORE_REL_PATH_MAX, not counting a home it may be in
 * (xenstore.txt; Xen 4.17 applies the limit to absolute paths too, so that
 * they stay valid when a domain's number changes). The result is in
 * conn->xs->path.
 *
 * Return: 0 or -EINVAL.
 */
int xhv_xs_canonical(struct xhv_xs_conn *conn, const char *path, size_t len)
{
	char *p = conn->xs->path;
	size_t at = 0, i;

	/* A special name is no node (xenstore.txt, WATCH). */
	if (!len || path[0] == '@')
		return -EINVAL;
	if (path[0] != '/')
		at = snprintf(p, XHV_XS_PATH_MAX, "/local/domain/%u/",
			      conn->dom->domid);
	if (at + len > XHV_XS_PATH_MAX)
		return -EINVAL;
	memmove(p + at, path, len);
	len += at;
	p[len] = '\0';
	if (len == 1)
		return 0;
	for (i = 0; i < len; i++) {
		if (p[i] == '/') {
			if (i + 1 == len || p[i + 1] == '/')
				return -EINVAL;
		} else if (!name_char(p[i])) {
			return -EINVAL;
		}
	}
	return len - home_len(p) > XENSTORE_REL_PATH_MAX ? -EINVAL : 0;
}

static struct xhv_xs_node **root_of(struct xhv_xs_conn *conn,
				    struct xhv_xs_tx *tx)
{
	return tx ? &tx->root : &conn->xs->root;
}

/**
 * xhv_xs_get_node() - find a node that a client may use
 * @conn: the client
 * @tx: its transaction or NULL
 * @path: the node
 * @need: XHV_XS_* rights that it must have
 * @access: what the transaction then depends on
 * @node: the node
 *
 * Whether a node exists is told only to those who have one of the rights in
 * question on its nearest existing ancestor.
 *
 * Return: 0, -EACCES, -ENOENT, or -ENOSPC or -ENOMEM from the transaction.
 */
int xhv_xs_get_node(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx,
		    const char *path, unsigned int need, u8 access,
		    struct xhv_xs_node **node)
{
	size_t len = strlen(path), found;
	struct xhv_xs_node *n;
	unsigned int have;
	int err;

	err = xhv_xs_tx_touch(conn, tx, path, len, access | XHV_XS_TX_CONTENT);
	if (err)
		return err;
	n = xhv_xs_node_nearest(*root_of(conn, tx), path, len, &found);
	have = xhv_xs_access(conn, n->perms);
	if (found == len || len == 1) {
		if ((have & need) != need)
			return -EACCES;
		*node = n;
		return 0;
	}
	err = xhv_xs_tx_touch(conn, tx, path, found ? found : 1,
			      XHV_XS_TX_CONTENT);
	if (err)
		return err;
	return have & need ? -ENOENT : -EACCES;
}

static int check_size(struct xhv_xs_conn *conn, unsigned int nr_perms,
		      size_t value, size_t names)
{
	if (xhv_xs_privileged(conn) ||
	    RECORD_HEADER + nr_perms * RECORD_PERM + value + names <
	    XHV_XS_QUOTA_NODE_SIZE)
		return 0;
	conn->xs->stats.quota++;
	return -ENOSPC;
}

static int check_nodes(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx, int more)
{
	int delta = tx ? tx->delta : 0;

	if (xhv_xs_domain_total(conn->xs) + delta + more <= XHV_XS_MAX_NODES &&
	    (xhv_xs_privileged(conn) ||
	     conn->dom->nodes + delta + more <= XHV_XS_QUOTA_NODES))
		return 0;
	conn->xs->stats.quota++;
	return -ENOSPC;
}

/* The counts that an operation has changed: the store's or the transaction's. */
static void end_counts(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx)
{
	if (tx)
		tx->delta += conn->dom->delta;
	xhv_xs_domain_apply(conn->xs, !tx);
}

static void count_owner(struct xhv_xs *xs, const struct xhv_xs_perms *perms,
			int nr)
{
	struct xhv_xs_domain *dom;

	dom = xhv_xs_domain_find(xs, perms->p[0].domid);
	if (dom)
		dom->delta += nr;
}

/* Missing parents are created too, with the permissions that they inherit. */
static int create(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx,
		  const char *path, const void *val, size_t len)
{
	struct xhv_xs_node **root = root_of(conn, tx), *at;
	size_t path_len = strlen(path), found, i, prev;
	struct xhv_xs_value *value = NULL;
	struct xhv_xs_perms *perms;
	int err, nr = 0;

	at = xhv_xs_node_nearest(*root, path, path_len, &found);
	prev = found;
	for (i = found + 1; i <= path_len; i++) {
		size_t name_len = i - prev - 1;

		if (i < path_len && path[i] != '/')
			continue;
		/* The name goes into the record of the node above. */
		err = check_size(conn, at->perms->nr,
				 nr || !at->value ? 0 : at->value->len,
				 (nr ? 0 : at->names_len) + name_len + 1);
		if (err)
			return err;
		err = xhv_xs_tx_touch(conn, tx, path, i, XHV_XS_TX_CONTENT |
				      XHV_XS_TX_MODIFIED);
		if (err)
			return err;
		prev = i;
		nr++;
	}
	err = check_size(conn, at->perms->nr, len, 0);
	if (err)
		return err;
	err = check_nodes(conn, tx, nr);
	if (err)
		return err;

	err = -ENOMEM;
	perms = xhv_xs_perms_inherit(conn, at->perms);
	if (!perms)
		return err;
	if (len) {
		value = xhv_xs_value_new(val, len);
		if (!value)
			goto out;
	}
	err = xhv_xs_node_insert(root, path, value, perms,
				 ++conn->xs->generation);
	if (err < 0)
		goto out;
	count_owner(conn->xs, perms, err);
	end_counts(conn, tx);
	err = 0;
out:
	xhv_xs_value_put(value);
	xhv_xs_perms_put(perms);
	return err;
}

/* After a change that needs no look at the store before it. */
static int changed(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx,
		   const char *path)
{
	if (tx)
		return xhv_xs_tx_touch(conn, tx, path, strlen(path),
				       XHV_XS_TX_MODIFIED | XHV_XS_TX_FIRE);
	xhv_xs_fire(conn->xs, path, NULL, conn->xs->root, false);
	return 0;
}

int xhv_xs_do_write(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx,
		    const char *path, const void *val, size_t len)
{
	struct xhv_xs_value *value = NULL;
	struct xhv_xs_node *node;
	int err;

	if (len > XENSTORE_PAYLOAD_MAX)
		return -E2BIG;
	err = xhv_xs_get_node(conn, tx, path, XHV_XS_WRITE, 0, &node);
	if (err == -ENOENT) {
		err = create(conn, tx, path, val, len);
		return err ? err : changed(conn, tx, path);
	}
	if (err)
		return err;
	err = check_size(conn, node->perms->nr, len, node->names_len);
	if (err)
		return err;
	if (len) {
		value = xhv_xs_value_new(val, len);
		if (!value)
			return -ENOMEM;
	}
	err = xhv_xs_node_set(root_of(conn, tx), path, value, node->perms,
			      ++conn->xs->generation);
	xhv_xs_value_put(value);
	return err ? err : changed(conn, tx, path);
}

int xhv_xs_do_mkdir(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx,
		    const char *path)
{
	struct xhv_xs_node *node;
	int err;

	err = xhv_xs_get_node(conn, tx, path, XHV_XS_WRITE, 0, &node);
	if (err != -ENOENT)
		return err;
	err = create(conn, tx, path, NULL, 0);
	return err ? err : changed(conn, tx, path);
}

int xhv_xs_do_rm(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx,
		 const char *path)
{
	struct xhv_xs_node **root = root_of(conn, tx), *node, *removed, *before;
	size_t len = strlen(path);
	int err;

	err = xhv_xs_get_node(conn, tx, path, XHV_XS_WRITE, XHV_XS_TX_SUBTREE,
			      &node);
	if (err == -ENOENT) {
		size_t parent = xhv_xs_path_parent(path, len);

		/* What does not exist is removed already (xenstore.txt, RM). */
		return xhv_xs_node_find(*root, path, parent) ? 0 : -ENOENT;
	}
	if (err)
		return err;
	if (len == 1)
		return -EINVAL;
	err = xhv_xs_tx_touch(conn, tx, path, len, XHV_XS_TX_MODIFIED |
			      XHV_XS_TX_DELETED | XHV_XS_TX_FIRE);
	if (err)
		return err;
	/* Who is told depends on the permissions as they were. */
	before = xhv_xs_node_get(*root);
	err = xhv_xs_node_remove(root, path, ++conn->xs->generation, &removed);
	if (!err) {
		xhv_xs_domain_count(conn->xs, removed, -1);
		end_counts(conn, tx);
		if (!tx)
			xhv_xs_fire(conn->xs, path, before, *root, true);
		xhv_xs_node_put(removed);
	} else if (tx) {
		/* Its record says removed already. */
		tx->failed = true;
	}
	xhv_xs_node_put(before);
	return err;
}

int xhv_xs_do_set_perms(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx,
			const char *path, struct xhv_xs_perms *perms)
{
	struct xhv_xs_node **root = root_of(conn, tx), *node, *before;
	struct xhv_xs_perms *old;
	int err;

	if (!xhv_xs_privileged(conn) && perms->nr > XHV_XS_QUOTA_PERMS) {
		conn->xs->stats.quota++;
		return -ENOSPC;
	}
	err = xhv_xs_get_node(conn, tx, path, XHV_XS_WRITE | XHV_XS_OWNER, 0,
			      &node);
	if (err)
		return err;
	if (!xhv_xs_privileged(conn) &&
	    perms->p[0].domid != node->perms->p[0].domid)
		return -EPERM;
	err = check_size(conn, perms->nr, node->value ? node->value->len : 0,
			 node->names_len);
	if (err)
		return err;
	err = xhv_xs_tx_touch(conn, tx, path, strlen(path),
			      XHV_XS_TX_MODIFIED | XHV_XS_TX_FIRE);
	if (err)
		return err;
	/* Those who lose the right to read are told too. */
	before = xhv_xs_node_get(*root);
	old = node->perms;
	err = xhv_xs_node_set(root, path, node->value, perms,
			      ++conn->xs->generation);
	if (!err) {
		count_owner(conn->xs, old, -1);
		count_owner(conn->xs, perms, 1);
		end_counts(conn, tx);
		if (!tx)
			xhv_xs_fire(conn->xs, path, before, *root, false);
	}
	xhv_xs_node_put(before);
	return err;
}
