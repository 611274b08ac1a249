// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches: who is told about a change.
 *
 * Locking: none of its own; the caller serialises. May allocate, so process
 * context.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "internal.h"

static size_t seen_len(const struct xhv_xs_watch *w, const char *path)
{
	return strlen(path + w->skip) + 1;
}

/* Passes an event on as the client sees it, or remembers that it was missed. */
void xhv_xs_watch_event(struct xhv_xs_conn *conn, struct xhv_xs_watch *w,
			const char *path)
{
	/* xenstored drops what does not fit into a message, too. */
	if (w->token &&
	    seen_len(w, path) + strlen(w->token) + 1 > XENSTORE_PAYLOAD_MAX)
		return;
	if (conn->ops->event(conn, w, path + w->skip)) {
		conn->xs->stats.events++;
		return;
	}
	conn->xs->stats.missed++;
	w->missed = true;
	conn->missed = true;
}

/* Watches may fire spuriously, so one event for the watch's own path stands
 * for all that were missed.
 */
void xhv_xs_retry(struct xhv_xs_conn *conn)
{
	struct xhv_xs_watch *w;

	if (!conn->missed)
		return;
	list_for_each_entry(w, &conn->watches, entry) {
		if (!w->missed)
			continue;
		if (!conn->ops->event(conn, w, w->path + w->skip))
			return;
		conn->xs->stats.events++;
		w->missed = false;
	}
	conn->missed = false;
}

static struct xhv_xs_watch *find(struct xhv_xs_conn *conn, const char *path,
				 const char *token, size_t token_len)
{
	struct xhv_xs_watch *w;

	list_for_each_entry(w, &conn->watches, entry)
		if (w->token && !strcmp(w->path, path) &&
		    strlen(w->token) == token_len &&
		    !memcmp(w->token, token, token_len))
			return w;
	return NULL;
}

/* A watch's path may be special: then it is taken as it is. */
static int watch_path(struct xhv_xs_conn *conn, const char *path, size_t len)
{
	if (!len || path[0] != '@')
		return xhv_xs_canonical(conn, path, len);
	if (len > XENSTORE_REL_PATH_MAX)
		return -EINVAL;
	memcpy(conn->xs->path, path, len);
	conn->xs->path[len] = '\0';
	return 0;
}

/**
 * xhv_xs_watch_add() - register a watch
 * @conn: the client
 * @path: as the client gave it, without NUL
 * @path_len: bytes
 * @token: as the client gave it, without NUL; NULL for a client that calls
 * @token_len: bytes
 * @priv: of a client that calls
 * @out: the watch; the caller lets it fire once
 *
 * Return: 0, -EINVAL, -EEXIST, -E2BIG (xenstored's answer when the number of
 * watches exceeds the quota already) or -ENOMEM.
 */
int xhv_xs_watch_add(struct xhv_xs_conn *conn, const char *path, size_t path_len,
		     const char *token, size_t token_len, void *priv,
		     struct xhv_xs_watch **out)
{
	unsigned int max = XHV_XS_QUOTA_WATCHES;
	const char *abs = conn->xs->path;
	struct xhv_xs_watch *w;
	size_t abs_len;
	char *p;
	int err;

	err = watch_path(conn, path, path_len);
	if (err)
		return err;
	if (token && find(conn, abs, token, token_len))
		return -EEXIST;
	if (xhv_xs_privileged(conn))
		max = XHV_XS_MAX_WATCHES;
	if (conn->nr_watches > max) {
		conn->xs->stats.quota++;
		return -E2BIG;
	}
	abs_len = strlen(abs);
	w = kzalloc(sizeof(*w) + abs_len + 1 + token_len + 1, XHV_XS_GFP);
	if (!w)
		return -ENOMEM;
	memcpy(w->path, abs, abs_len);
	if (token) {
		p = w->path + abs_len + 1;
		memcpy(p, token, token_len);
		w->token = p;
	}
	w->priv = priv;
	w->skip = abs_len - path_len;
	list_add_tail(&w->entry, &conn->watches);
	conn->nr_watches++;
	*out = w;
	return 0;
}

static void watch_free(struct xhv_xs_conn *conn, struct xhv_xs_watch *w)
{
	list_del(&w->entry);
	conn->nr_watches--;
	kfree(w);
}

int xhv_xs_watch_del(struct xhv_xs_conn *conn, const char *path, size_t path_len,
		     const char *token, size_t token_len)
{
	struct xhv_xs_watch *w;

	/* xenstored does not check the path here: it cannot be watched. */
	if (watch_path(conn, path, path_len))
		return -ENOENT;
	w = find(conn, conn->xs->path, token, token_len);
	if (!w)
		return -ENOENT;
	watch_free(conn, w);
	return 0;
}

void xhv_xs_watch_drop_all(struct xhv_xs_conn *conn)
{
	struct xhv_xs_watch *w, *next;

	list_for_each_entry_safe(w, next, &conn->watches, entry)
		watch_free(conn, w);
	conn->missed = false;
}

int xhv_xs_watch(struct xhv_xs_conn *conn, const char *path, const char *token,
		 void *priv)
{
	struct xhv_xs_watch *w;
	int err;

	err = xhv_xs_watch_add(conn, path, strlen(path), token,
			       token ? strlen(token) : 0, priv, &w);
	if (!err)
		xhv_xs_watch_event(conn, w, w->path);
	return err;
}

int xhv_xs_unwatch_priv(struct xhv_xs_conn *conn, const void *priv)
{
	struct xhv_xs_watch *w;

	list_for_each_entry(w, &conn->watches, entry) {
		if (w->priv != priv)
			continue;
		watch_free(conn, w);
		return 0;
	}
	return -ENOENT;
}

const char *xhv_xs_watch_token(const struct xhv_xs_watch *w)
{
	return w->token;
}

void *xhv_xs_watch_priv(const struct xhv_xs_watch *w)
{
	return w->priv;
}

/* Is @path the watch's path or below it? */
static bool covers(const char *watch, const char *path)
{
	size_t len = strlen(watch);

	if (len == 1 && watch[0] == '/')
		return path[0] == '/';
	return !strncmp(watch, path, len) &&
	       (path[len] == '/' || path[len] == '\0');
}

static bool readable(const struct xhv_xs_conn *conn, struct xhv_xs_node *root,
		     const char *path, size_t len)
{
	struct xhv_xs_node *n;

	n = root ? xhv_xs_node_find(root, path, len) : NULL;
	return n && (xhv_xs_access(conn, n->perms) & XHV_XS_READ);
}

/*
 * A client is told if it may read the node or its parent, now or before the
 * change: so one that loses the right, or the node, is told too.
 */
static bool may_know(const struct xhv_xs_conn *conn, struct xhv_xs_node *before,
		     struct xhv_xs_node *after, const char *path)
{
	size_t len = strlen(path), parent = xhv_xs_path_parent(path, len);

	return xhv_xs_privileged(conn) || readable(conn, after, path, len) ||
	       readable(conn, before, path, len) ||
	       readable(conn, after, path, parent) ||
	       readable(conn, before, path, parent);
}

/**
 * xhv_xs_fire() - tell watchers about a change
 * @xs: the store
 * @path: what has changed
 * @before: the tree before the change; NULL if permissions and existing nodes
 *	    are the same
 * @after: the tree after the change
 * @below: @path has been removed with all below, so watches of nodes that
 *	   were below fire as well, with their own path (xenstore.txt,
 *	   WATCH_EVENT)
 */
void xhv_xs_fire(struct xhv_xs *xs, const char *path, struct xhv_xs_node *before,
		 struct xhv_xs_node *after, bool below)
{
	struct xhv_xs_conn *conn;
	struct xhv_xs_watch *w;

	list_for_each_entry(conn, &xs->conns, entry) {
		bool known = may_know(conn, before, after, path);

		list_for_each_entry(w, &conn->watches, entry) {
			if (covers(w->path, path)) {
				if (known)
					xhv_xs_watch_event(conn, w, path);
			} else if (below && covers(path, w->path) &&
				   xhv_xs_node_find(before, w->path,
						    strlen(w->path)) &&
				   may_know(conn, before, after, w->path)) {
				xhv_xs_watch_event(conn, w, w->path);
			}
		}
	}
}

/* @introduceDomain and @releaseDomain are watched by name, not by tree. */
void xhv_xs_fire_special(struct xhv_xs *xs, const char *name)
{
	struct xhv_xs_perms *perms = xs->release_perms;
	struct xhv_xs_conn *conn;
	struct xhv_xs_watch *w;

	if (!strcmp(name, "@introduceDomain"))
		perms = xs->introduce_perms;
	list_for_each_entry(conn, &xs->conns, entry) {
		if (!(xhv_xs_access(conn, perms) & XHV_XS_READ))
			continue;
		list_for_each_entry(w, &conn->watches, entry)
			if (!strcmp(w->path, name))
				xhv_xs_watch_event(conn, w, name);
	}
}
