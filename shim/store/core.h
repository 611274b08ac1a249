/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The xenstore database and its protocol, without threads, rings or globals.
 *
 * Everything hangs on one struct xhv_xs. The caller serialises all calls that
 * concern one xhv_xs; they are made in process context and may sleep (memory).
 * Functions return 0 or a negative errno that is xenstored's.
 *
 * The rules are those of Xen 4.17 as docs/misc/xenstore.txt gives them and, for
 * what the text leaves open (errno values, quotas, order of checks), as the C
 * xenstored does; oxenstored differs in a few errno values. On purpose better
 * than C xenstored: a transaction sees a snapshot of the whole store as of its
 * start, one that has only read always commits, and two that created
 * different children of one node do not conflict.
 */
#ifndef XHV_STORE_CORE_H
#define XHV_STORE_CORE_H

#include <linux/list.h>
#include <linux/types.h>
#include <xen/interface/io/xs_wire.h>

struct xhv_xs;
struct xhv_xs_conn;
struct xhv_xs_watch;

/* xenstored's defaults for an unprivileged domain (Xen 4.17). */
#define XHV_XS_QUOTA_NODES	1000
#define XHV_XS_QUOTA_WATCHES	128
#define XHV_XS_QUOTA_TXS	10
#define XHV_XS_QUOTA_NODE_SIZE	2048
#define XHV_XS_QUOTA_PERMS	5
#define XHV_XS_QUOTA_TX_NODES	1024

/* What domain 0 may use: no quota of xenstored's, a bound on memory. */
#define XHV_XS_MAX_NODES	16384
#define XHV_XS_MAX_WATCHES	4096
#define XHV_XS_MAX_TXS		64
#define XHV_XS_MAX_DOMAINS	64

/* Longest absolute path: REL_PATH_MAX below "/local/domain/65535/". */
#define XHV_XS_PATH_MAX		(XENSTORE_REL_PATH_MAX + 20)

/* Access that a permission entry gives; the owner of a node has all three. */
#define XHV_XS_READ		1
#define XHV_XS_WRITE		2
#define XHV_XS_OWNER		4

/**
 * struct xhv_xs_perm - one permission entry of a node
 * @domid: whom it is for; in the first entry the owner
 * @access: XHV_XS_READ | XHV_XS_WRITE; in the first entry what all domains
 *	    without an entry may do
 */
struct xhv_xs_perm {
	u32 domid;
	u32 access;
};

/**
 * struct xhv_xs_conn_ops - how messages leave the core
 * @reply: the answer to the request being handled, exactly one a request.
 *	   Cannot fail: whoever passes a request in has room for its answer.
 * @event: a watch has fired for @path (as the client named its watch:
 *	   relative or absolute). Returns false if it cannot be taken now:
 *	   the core then remembers that the watch missed an event, and
 *	   xhv_xs_retry() makes it good.
 *
 * Both are called from within calls into the core and must not call it.
 */
struct xhv_xs_conn_ops {
	void (*reply)(struct xhv_xs_conn *conn, const struct xsd_sockmsg *hdr,
		      const void *body);
	bool (*event)(struct xhv_xs_conn *conn, struct xhv_xs_watch *w,
		      const char *path);
};

/**
 * struct xhv_xs_stats - what has happened since the store was made
 * @requests: wire requests by type; the last one counts unknown types
 * @errors: requests answered with XS_ERROR
 * @events: watch events passed to connections
 * @missed: events that a connection could not take
 * @commits: transactions committed
 * @conflicts: transactions answered EAGAIN
 * @quota: operations refused because of a quota
 */
struct xhv_xs_stats {
	u64 requests[XS_TYPE_COUNT + 1];
	u64 errors;
	u64 events;
	u64 missed;
	u64 commits;
	u64 conflicts;
	u64 quota;
};

/**
 * struct xhv_xs_usage - what a connection's domain uses now
 * @nodes: nodes it owns
 * @watches: its watches
 * @txs: its open transactions
 */
struct xhv_xs_usage {
	unsigned int nodes;
	unsigned int watches;
	unsigned int txs;
};

/* A store with nothing but "/", owned by domain 0, or NULL. */
struct xhv_xs *xhv_xs_create(void);
/* All connections must be gone. NULL is allowed. */
void xhv_xs_destroy(struct xhv_xs *xs);

/**
 * xhv_xs_connect() - a client appears
 * @xs: the store
 * @domid: its domain; 0 is privileged
 * @ops: how it gets its messages
 * @priv: for the caller, see xhv_xs_conn_priv()
 *
 * Return: the connection or an ERR_PTR.
 */
struct xhv_xs_conn *xhv_xs_connect(struct xhv_xs *xs, u32 domid,
				   const struct xhv_xs_conn_ops *ops,
				   void *priv);
/* Its watches and transactions go with it. NULL is allowed. */
void xhv_xs_disconnect(struct xhv_xs_conn *conn);
/* Forgets watches and transactions, as XS_RESET_WATCHES does. */
void xhv_xs_conn_reset(struct xhv_xs_conn *conn);
void *xhv_xs_conn_priv(const struct xhv_xs_conn *conn);
void xhv_xs_conn_usage(const struct xhv_xs_conn *conn, struct xhv_xs_usage *u);

/**
 * xhv_xs_request() - handle one message of a client
 * @conn: the client
 * @hdr: its header, already a private copy; @hdr->len is at most
 *	 XENSTORE_PAYLOAD_MAX
 * @payload: @hdr->len bytes, with any content
 *
 * Calls ->reply() once, and ->event() of this and other connections.
 */
void xhv_xs_request(struct xhv_xs_conn *conn, const struct xsd_sockmsg *hdr,
		    const void *payload);

/* Delivers what ->event() has refused; stops at the next refusal. */
void xhv_xs_retry(struct xhv_xs_conn *conn);

/*
 * The same operations for a client that calls instead of sending. Outside
 * transactions; paths may be relative; watches fire.
 */

/* *@val is valid until the next call that concerns @conn's store. */
int xhv_xs_read(struct xhv_xs_conn *conn, const char *path, const void **val,
		size_t *len);
int xhv_xs_write(struct xhv_xs_conn *conn, const char *path, const void *val,
		 size_t len);
int xhv_xs_mkdir(struct xhv_xs_conn *conn, const char *path);
int xhv_xs_rm(struct xhv_xs_conn *conn, const char *path);
int xhv_xs_set_perms(struct xhv_xs_conn *conn, const char *path,
		     const struct xhv_xs_perm *perms, unsigned int nr);
/* The first event (xenstore.txt, WATCH) is passed on before it returns. */
int xhv_xs_watch(struct xhv_xs_conn *conn, const char *path, const char *token,
		 void *priv);
/* Removes the watch that was registered with @priv; -ENOENT if none was. */
int xhv_xs_unwatch_priv(struct xhv_xs_conn *conn, const void *priv);
/* INTRODUCE and RELEASE of a domain that is served by this module. */
int xhv_xs_introduce(struct xhv_xs *xs, u32 domid);
int xhv_xs_release(struct xhv_xs *xs, u32 domid);

const char *xhv_xs_watch_token(const struct xhv_xs_watch *w);
void *xhv_xs_watch_priv(const struct xhv_xs_watch *w);

/*
 * For display: walks all nodes in order, domain 0's view.
 */

/**
 * xhv_xs_next() - step to the next node, parents before children
 * @xs: the store
 * @path: the path of an existing node, replaced by the next node's path
 *	  (XHV_XS_PATH_MAX + 1 bytes)
 *
 * Return: false after the last node.
 */
bool xhv_xs_next(struct xhv_xs *xs, char *path);
int xhv_xs_peek(struct xhv_xs *xs, const char *path, const void **val,
		size_t *len, const struct xhv_xs_perm **perms,
		unsigned int *nr);
const struct xhv_xs_stats *xhv_xs_get_stats(const struct xhv_xs *xs);
/* "READ", "WRITE" ...; NULL for a type that is not a request. */
const char *xhv_xs_type_name(unsigned int type);

#endif /* XHV_STORE_CORE_H */
