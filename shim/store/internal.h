/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the xenstore core share. Same rules as core.h: the caller
 * serialises everything that concerns one struct xhv_xs.
 *
 * The store is a persistent tree: a node that more than one tree refers to is
 * never changed, it is copied with the nodes above it. A snapshot is a
 * reference to a root, so a transaction costs nothing until it writes.
 */
#ifndef XHV_STORE_INTERNAL_H
#define XHV_STORE_INTERNAL_H

#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>
#include "core.h"

/* A failed allocation is answered (ENOMEM), so it needs no warning. */
#define XHV_XS_GFP	(GFP_KERNEL | __GFP_NOWARN)

/* A node's value, shared by the copies of a node. An empty one is NULL. */
struct xhv_xs_value {
	unsigned int refs;
	unsigned int len;
	u8 data[];
};

/* A node's permissions, shared by copies and by children that inherit them. */
struct xhv_xs_perms {
	unsigned int refs;
	unsigned int nr;
	u64 gen;		/* generation in which they were set */
	struct xhv_xs_perm p[];
};

/**
 * struct xhv_xs_node - a node in one or more trees
 * @refs: trees and parents that refer to it; it may be changed while this is 1
 *	  for it and all nodes above
 * @nr_children: entries of @children
 * @max_children: room in @children
 * @names_len: bytes of the children's names with their NULs
 * @gen: generation of the last change of value or permissions
 * @child_gen: generation of the last change of the set of children
 * @sub_gen: generation of the last change of anything here or below
 * @value: NULL if empty
 * @perms: never NULL
 * @children: sorted by name
 * @link: chain of nodes being visited or freed; a tree is walked without
 *	  recursion because a path of 2048 bytes can be 1024 nodes deep
 * @name: last component of the path, "" for the root
 */
struct xhv_xs_node {
	unsigned int refs;
	unsigned int nr_children;
	unsigned int max_children;
	unsigned int names_len;
	u64 gen;
	u64 child_gen;
	u64 sub_gen;
	struct xhv_xs_value *value;
	struct xhv_xs_perms *perms;
	struct xhv_xs_node **children;
	struct xhv_xs_node *link;
	char name[];
};

/**
 * struct xhv_xs_domain - a domain that owns nodes or may connect
 * @entry: in xhv_xs.domains
 * @domid: its number
 * @introduced: between INTRODUCE and RELEASE
 * @target: the domain whose rights it also has (SET_TARGET), or NULL
 * @gen: generation in which it appeared; permissions that are older were
 *	 given to a former domain of this number
 * @nodes: nodes in the live tree that it owns
 * @delta: change of @nodes by the operation under way
 */
struct xhv_xs_domain {
	struct list_head entry;
	u32 domid;
	bool introduced;
	struct xhv_xs_domain *target;
	u64 gen;
	int nodes;
	int delta;
};

struct xhv_xs {
	struct xhv_xs_node *root;
	u64 generation;
	struct list_head domains;
	struct list_head conns;
	/* Who may watch @introduceDomain and @releaseDomain. */
	struct xhv_xs_perms *introduce_perms;
	struct xhv_xs_perms *release_perms;
	struct xhv_xs_stats stats;
	/* Scratch, so that handling a request needs no memory for these. */
	char path[XHV_XS_PATH_MAX + 1];
	char out[XENSTORE_PAYLOAD_MAX];
};

struct xhv_xs_conn {
	struct list_head entry;
	struct xhv_xs *xs;
	struct xhv_xs_domain *dom;
	const struct xhv_xs_conn_ops *ops;
	void *priv;
	struct list_head watches;
	struct list_head txs;
	unsigned int nr_watches;
	unsigned int nr_txs;
	u32 next_tx;
	bool missed;		/* some watch has missed an event */
};

/**
 * struct xhv_xs_watch - a client's watch
 * @entry: in xhv_xs_conn.watches
 * @priv: of a client that calls
 * @token: of a client that sends, in the same allocation as @path
 * @skip: bytes of an absolute path that this client does not see, because it
 *	  named the watch relative to its home
 * @missed: an event could not be passed on
 * @path: absolute path, or special name (@...)
 */
struct xhv_xs_watch {
	struct list_head entry;
	void *priv;
	const char *token;
	unsigned int skip;
	bool missed;
	char path[];
};

/* What a transaction depends on or changes at one path. */
#define XHV_XS_TX_CONTENT	BIT(0)	/* read: existence, value, permissions */
#define XHV_XS_TX_CHILDREN	BIT(1)	/* read: names of children */
#define XHV_XS_TX_SUBTREE	BIT(2)	/* read: everything below */
#define XHV_XS_TX_MODIFIED	BIT(3)	/* differs from the snapshot */
#define XHV_XS_TX_DELETED	BIT(4)	/* was removed, perhaps made anew */
#define XHV_XS_TX_FIRE		BIT(5)	/* watches fire at commit */

struct xhv_xs_access {
	struct rb_node rb;		/* xhv_xs_tx.by_path */
	struct list_head fire;		/* xhv_xs_tx.fires, in order of change */
	u8 flags;
	char path[];
};

/**
 * struct xhv_xs_tx - a transaction
 * @entry: in xhv_xs_conn.txs
 * @id: its name in the protocol, unique in the connection, never 0
 * @base: the store as of the start
 * @root: the store as this transaction sees it
 * @by_path: struct xhv_xs_access, sorted by path, so parents come first
 * @fires: those of them whose watches fire
 * @nr: how many accesses
 * @delta: nodes that the client's own domain gains
 * @failed: it cannot be committed (xenstored answers ENOMEM at the end)
 */
struct xhv_xs_tx {
	struct list_head entry;
	u32 id;
	struct xhv_xs_node *base;
	struct xhv_xs_node *root;
	struct rb_root by_path;
	struct list_head fires;
	unsigned int nr;
	int delta;
	bool failed;
};

/* node.c */
struct xhv_xs_value *xhv_xs_value_new(const void *data, size_t len);
void xhv_xs_value_put(struct xhv_xs_value *v);
struct xhv_xs_node *xhv_xs_node_root(struct xhv_xs_perms *perms, u64 gen);
struct xhv_xs_node *xhv_xs_node_get(struct xhv_xs_node *n);
void xhv_xs_node_put(struct xhv_xs_node *n);
struct xhv_xs_node *xhv_xs_node_find(struct xhv_xs_node *root, const char *path,
				     size_t len);
struct xhv_xs_node *xhv_xs_node_nearest(struct xhv_xs_node *root,
					const char *path, size_t len,
					size_t *found);
struct xhv_xs_node *xhv_xs_node_after(struct xhv_xs_node *parent,
				      const char *name);
int xhv_xs_node_insert(struct xhv_xs_node **root, const char *path,
		       struct xhv_xs_value *value, struct xhv_xs_perms *perms,
		       u64 gen);
int xhv_xs_node_set(struct xhv_xs_node **root, const char *path,
		    struct xhv_xs_value *value, struct xhv_xs_perms *perms,
		    u64 gen);
int xhv_xs_node_remove(struct xhv_xs_node **root, const char *path, u64 gen,
		       struct xhv_xs_node **removed);
size_t xhv_xs_path_parent(const char *path, size_t len);

/* perms.c */
struct xhv_xs_perms *xhv_xs_perms_new(const struct xhv_xs_perm *p,
				      unsigned int nr, u64 gen);
struct xhv_xs_perms *xhv_xs_perms_get(struct xhv_xs_perms *p);
void xhv_xs_perms_put(struct xhv_xs_perms *p);
struct xhv_xs_perms *xhv_xs_perms_inherit(const struct xhv_xs_conn *conn,
					  struct xhv_xs_perms *parent);
struct xhv_xs_perms *xhv_xs_perms_parse(struct xhv_xs *xs, const char *s,
					size_t len, unsigned int nr);
int xhv_xs_perms_format(const struct xhv_xs_perms *perms, char *buf,
			size_t size);
unsigned int xhv_xs_access(const struct xhv_xs_conn *conn,
			   const struct xhv_xs_perms *perms);
bool xhv_xs_privileged(const struct xhv_xs_conn *conn);
struct xhv_xs_domain *xhv_xs_domain_find(struct xhv_xs *xs, u32 domid);
struct xhv_xs_domain *xhv_xs_domain_get(struct xhv_xs *xs, u32 domid);
void xhv_xs_domain_count(struct xhv_xs *xs, struct xhv_xs_node *tree, int sign);
void xhv_xs_domain_apply(struct xhv_xs *xs, bool keep);
int xhv_xs_domain_total(const struct xhv_xs *xs);

/* ops.c */
int xhv_xs_canonical(struct xhv_xs_conn *conn, const char *path, size_t len);
int xhv_xs_get_node(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx,
		    const char *path, unsigned int need, u8 access,
		    struct xhv_xs_node **node);
int xhv_xs_do_write(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx,
		    const char *path, const void *val, size_t len);
int xhv_xs_do_mkdir(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx,
		    const char *path);
int xhv_xs_do_rm(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx,
		 const char *path);
int xhv_xs_do_set_perms(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx,
			const char *path, struct xhv_xs_perms *perms);

/* transaction.c */
int xhv_xs_tx_touch(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx,
		    const char *path, size_t len, u8 flags);
struct xhv_xs_tx *xhv_xs_tx_find(struct xhv_xs_conn *conn, u32 id);
int xhv_xs_tx_start(struct xhv_xs_conn *conn, u32 *id);
int xhv_xs_tx_end(struct xhv_xs_conn *conn, struct xhv_xs_tx *tx, bool commit);
void xhv_xs_tx_drop_all(struct xhv_xs_conn *conn);

/* watch.c */
int xhv_xs_watch_add(struct xhv_xs_conn *conn, const char *path, size_t path_len,
		     const char *token, size_t token_len, void *priv,
		     struct xhv_xs_watch **w);
void xhv_xs_watch_event(struct xhv_xs_conn *conn, struct xhv_xs_watch *w,
			const char *path);
int xhv_xs_watch_del(struct xhv_xs_conn *conn, const char *path, size_t path_len,
		     const char *token, size_t token_len);
void xhv_xs_watch_drop_all(struct xhv_xs_conn *conn);
void xhv_xs_fire(struct xhv_xs *xs, const char *path, struct xhv_xs_node *before,
		 struct xhv_xs_node *after, bool below);
void xhv_xs_fire_special(struct xhv_xs *xs, const char *name);

#endif /* XHV_STORE_INTERNAL_H */
