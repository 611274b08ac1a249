// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wire protocol: one message in, one answer out (public/io/xs_wire.h,
 * docs/misc/xenstore.txt).
 *
 * Locking: none of its own; the caller serialises. May allocate, so process
 * context. Payloads are the client's bytes: nothing in them is trusted, not
 * even a final NUL.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <xen/interface/xen.h>
#include "internal.h"

/* A request on its way through a handler. */
struct request {
	struct xhv_xs_conn *conn;
	struct xhv_xs_tx *tx;
	const struct xsd_sockmsg *hdr;
	const char *data;
	size_t len;
	bool replied;
};

static void reply(struct request *rq, u32 type, const void *body, size_t len)
{
	struct xsd_sockmsg hdr = *rq->hdr;

	hdr.type = type;
	hdr.len = len;
	rq->replied = true;
	rq->conn->ops->reply(rq->conn, &hdr, body);
}

static void reply_ok(struct request *rq)
{
	reply(rq, rq->hdr->type, "OK", sizeof("OK"));
}

/*
 * xs_wire.h's list. The kernel's copy lacks EPERM, which is why that array is
 * not used; a name that it does not know is EINVAL to the kernel's client.
 */
static void reply_error(struct request *rq, int err)
{
	static const struct {
		int err;
		const char *name;
	} names[] = {
#define NAME(e) { -(e), #e }
		NAME(EINVAL), NAME(EACCES), NAME(EEXIST), NAME(EISDIR),
		NAME(ENOENT), NAME(ENOMEM), NAME(ENOSPC), NAME(EIO),
		NAME(ENOTEMPTY), NAME(ENOSYS), NAME(EROFS), NAME(EBUSY),
		NAME(EAGAIN), NAME(EISCONN), NAME(E2BIG), NAME(EPERM),
#undef NAME
	};
	const char *name = "EINVAL";
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].err == err)
			name = names[i].name;
	rq->conn->xs->stats.errors++;
	reply(rq, XS_ERROR, name, strlen(name) + 1);
}

static unsigned int count_strings(const struct request *rq)
{
	unsigned int nr = 0;
	size_t i;

	for (i = 0; i < rq->len; i++)
		nr += !rq->data[i];
	return nr;
}

/* The string after @prev, or the first; the caller has counted. */
static const char *next_string(const struct request *rq, const char *prev)
{
	return prev ? prev + strlen(prev) + 1 : rq->data;
}

/* The payload as one string and nothing else, or NULL. */
static const char *one_string(const struct request *rq)
{
	if (!rq->len || strnlen(rq->data, rq->len) + 1 != rq->len)
		return NULL;
	return rq->data;
}

/* A number as atoi() reads it: "Parsing errors and values out of range
 * generally go undetected" (xenstore.txt, domid).
 */
static u32 lax_number(const char *s)
{
	bool minus = *s == '-';
	u32 v = 0;

	if (*s == '-' || *s == '+')
		s++;
	while (*s >= '0' && *s <= '9')
		v = v * 10 + (*s++ - '0');
	return minus ? -v : v;
}

/* For messages that are one path: the canonical path is then in xs->path. */
static int one_path(struct request *rq)
{
	const char *path = one_string(rq);

	if (!path)
		return -EINVAL;
	return xhv_xs_canonical(rq->conn, path, rq->len - 1);
}

static int readable_node(struct request *rq, const char *path, u8 access,
			 struct xhv_xs_node **node)
{
	int err;

	err = xhv_xs_canonical(rq->conn, path, strlen(path));
	if (err)
		return err;
	return xhv_xs_get_node(rq->conn, rq->tx, rq->conn->xs->path,
			       XHV_XS_READ, access, node);
}

static int do_directory(struct request *rq)
{
	const char *path = one_string(rq);
	char *out = rq->conn->xs->out;
	struct xhv_xs_node *node;
	size_t len = 0;
	unsigned int i;
	int err;

	if (!path)
		return -EINVAL;
	err = readable_node(rq, path, XHV_XS_TX_CHILDREN, &node);
	if (err)
		return err;
	if (node->names_len > XENSTORE_PAYLOAD_MAX)
		return -E2BIG;
	for (i = 0; i < node->nr_children; i++) {
		size_t l = strlen(node->children[i]->name) + 1;

		memcpy(out + len, node->children[i]->name, l);
		len += l;
	}
	reply(rq, XS_DIRECTORY, out, len);
	return 0;
}

/*
 * The list of names is one byte stream; the client says from where. An empty
 * name ends it.
 */
static int do_directory_part(struct request *rq)
{
	char *out = rq->conn->xs->out;
	struct xhv_xs_node *node;
	size_t len, max, skip;
	const char *path;
	unsigned int i;
	int err;

	if (count_strings(rq) != 2)
		return -EINVAL;
	path = next_string(rq, NULL);
	skip = lax_number(next_string(rq, path));
	err = readable_node(rq, path, XHV_XS_TX_CHILDREN, &node);
	if (err)
		return err;
	len = snprintf(out, XENSTORE_PAYLOAD_MAX, "%llu",
		       max(node->gen, node->child_gen)) + 1;
	max = XENSTORE_PAYLOAD_MAX - 1;
	for (i = 0; i < node->nr_children; i++) {
		const char *name = node->children[i]->name;
		size_t l = strlen(name) + 1;

		if (skip >= l) {
			skip -= l;
			continue;
		}
		if (len + l - skip > max)
			break;
		memcpy(out + len, name + skip, l - skip);
		len += l - skip;
		skip = 0;
	}
	if (i == node->nr_children)
		out[len++] = '\0';
	reply(rq, XS_DIRECTORY_PART, out, len);
	return 0;
}

static int do_read(struct request *rq)
{
	const char *path = one_string(rq);
	struct xhv_xs_node *node;
	int err;

	if (!path)
		return -EINVAL;
	err = readable_node(rq, path, 0, &node);
	if (err)
		return err;
	if (node->value)
		reply(rq, XS_READ, node->value->data, node->value->len);
	else
		reply(rq, XS_READ, "", 0);
	return 0;
}

static int do_get_perms(struct request *rq)
{
	const char *path = one_string(rq);
	char *out = rq->conn->xs->out;
	struct xhv_xs_node *node;
	int err;

	if (!path)
		return -EINVAL;
	err = readable_node(rq, path, 0, &node);
	if (err)
		return err;
	err = xhv_xs_perms_format(node->perms, out, XENSTORE_PAYLOAD_MAX);
	if (err < 0)
		return err;
	reply(rq, XS_GET_PERMS, out, err);
	return 0;
}

static int set_special_perms(struct request *rq, const char *name,
			     struct xhv_xs_perms *perms)
{
	const unsigned int need = XHV_XS_WRITE | XHV_XS_OWNER;
	struct xhv_xs *xs = rq->conn->xs;
	struct xhv_xs_perms **p;

	if (!strcmp(name, "@introduceDomain"))
		p = &xs->introduce_perms;
	else if (!strcmp(name, "@releaseDomain"))
		p = &xs->release_perms;
	else
		return -EINVAL;
	/* xenstored 4.17 tells others that there is no such node. */
	if ((xhv_xs_access(rq->conn, *p) & need) != need)
		return -ENOENT;
	xhv_xs_perms_put(*p);
	*p = xhv_xs_perms_get(perms);
	return 0;
}

static int do_set_perms(struct request *rq)
{
	unsigned int nr = count_strings(rq);
	struct xhv_xs_perms *perms;
	const char *path, *text;
	int err;

	if (nr < 2)
		return -EINVAL;
	nr--;
	/* Before reading them: xenstored refuses too many bad ones as many. */
	if (!xhv_xs_privileged(rq->conn) && nr > XHV_XS_QUOTA_PERMS) {
		rq->conn->xs->stats.quota++;
		return -ENOSPC;
	}
	path = next_string(rq, NULL);
	text = next_string(rq, path);
	perms = xhv_xs_perms_parse(rq->conn->xs, text,
				   rq->data + rq->len - text, nr);
	if (IS_ERR(perms))
		return PTR_ERR(perms);
	if (path[0] == '@') {
		err = set_special_perms(rq, path, perms);
	} else {
		err = xhv_xs_canonical(rq->conn, path, strlen(path));
		if (!err)
			err = xhv_xs_do_set_perms(rq->conn, rq->tx,
						  rq->conn->xs->path, perms);
	}
	xhv_xs_perms_put(perms);
	return err;
}

static int do_write(struct request *rq)
{
	size_t path_len = strnlen(rq->data, rq->len);
	int err;

	if (path_len == rq->len)
		return -EINVAL;
	err = xhv_xs_canonical(rq->conn, rq->data, path_len);
	if (err)
		return err;
	return xhv_xs_do_write(rq->conn, rq->tx, rq->conn->xs->path,
			       rq->data + path_len + 1, rq->len - path_len - 1);
}

static int do_mkdir(struct request *rq)
{
	int err = one_path(rq);

	return err ? err : xhv_xs_do_mkdir(rq->conn, rq->tx,
					   rq->conn->xs->path);
}

static int do_rm(struct request *rq)
{
	int err = one_path(rq);

	return err ? err : xhv_xs_do_rm(rq->conn, rq->tx, rq->conn->xs->path);
}

static int do_watch(struct request *rq)
{
	const char *path, *token;
	struct xhv_xs_watch *w;
	int err;

	if (count_strings(rq) != 2)
		return -EINVAL;
	path = next_string(rq, NULL);
	token = next_string(rq, path);
	err = xhv_xs_watch_add(rq->conn, path, strlen(path), token,
			       strlen(token), NULL, &w);
	if (err)
		return err;
	reply_ok(rq);
	xhv_xs_watch_event(rq->conn, w, w->path);
	return 0;
}

static int do_unwatch(struct request *rq)
{
	const char *path, *token;

	if (count_strings(rq) != 2)
		return -EINVAL;
	path = next_string(rq, NULL);
	token = next_string(rq, path);
	return xhv_xs_watch_del(rq->conn, path, strlen(path), token,
				strlen(token));
}

static int do_reset_watches(struct request *rq)
{
	xhv_xs_conn_reset(rq->conn);
	return 0;
}

static int do_transaction_start(struct request *rq)
{
	char text[12];
	u32 id;
	int err;

	if (rq->tx)
		return -EBUSY;
	err = xhv_xs_tx_start(rq->conn, &id);
	if (err)
		return err;
	err = snprintf(text, sizeof(text), "%u", id);
	reply(rq, XS_TRANSACTION_START, text, err + 1);
	return 0;
}

static int do_transaction_end(struct request *rq)
{
	const char *arg = one_string(rq);

	if (!arg || (strcmp(arg, "T") && strcmp(arg, "F")))
		return -EINVAL;
	if (!rq->tx)
		return -ENOENT;
	return xhv_xs_tx_end(rq->conn, rq->tx, arg[0] == 'T');
}

static int do_get_domain_path(struct request *rq)
{
	const char *arg = one_string(rq);
	char text[32];
	int len;

	if (!arg)
		return -EINVAL;
	len = snprintf(text, sizeof(text), "/local/domain/%u", lax_number(arg));
	reply(rq, XS_GET_DOMAIN_PATH, text, len + 1);
	return 0;
}

static int do_is_domain_introduced(struct request *rq)
{
	const char *arg = one_string(rq);
	struct xhv_xs_domain *dom;
	bool yes;
	u32 domid;

	if (!arg)
		return -EINVAL;
	domid = lax_number(arg);
	dom = xhv_xs_domain_find(rq->conn->xs, domid);
	yes = domid == DOMID_SELF || !domid || (dom && dom->introduced);
	reply(rq, XS_IS_DOMAIN_INTRODUCED, yes ? "T" : "F", 2);
	return 0;
}

/* The ring of a domain that this module does not serve cannot be mapped; it is
 * known to the store from then on, no more.
 */
static int do_introduce(struct request *rq)
{
	const char *domid, *port;

	if (count_strings(rq) < 3)
		return -EINVAL;
	domid = next_string(rq, NULL);
	port = next_string(rq, next_string(rq, domid));
	if (!lax_number(domid) || (s32)lax_number(port) <= 0)
		return -EINVAL;
	return xhv_xs_introduce(rq->conn->xs, lax_number(domid));
}

static int do_release(struct request *rq)
{
	const char *arg = one_string(rq);

	return arg ? xhv_xs_release(rq->conn->xs, lax_number(arg)) : -EINVAL;
}

static int do_resume(struct request *rq)
{
	const char *arg = one_string(rq);
	struct xhv_xs_domain *dom;

	if (!arg || !lax_number(arg))
		return -EINVAL;
	dom = xhv_xs_domain_find(rq->conn->xs, lax_number(arg));
	return dom ? dom->introduced ? 0 : -EINVAL : -ENOENT;
}

static int do_set_target(struct request *rq)
{
	struct xhv_xs_domain *dom, *target;
	const char *arg;

	if (count_strings(rq) < 2)
		return -EINVAL;
	arg = next_string(rq, NULL);
	dom = xhv_xs_domain_find(rq->conn->xs, lax_number(arg));
	target = xhv_xs_domain_find(rq->conn->xs,
				    lax_number(next_string(rq, arg)));
	if (!dom || !target)
		return -ENOENT;
	dom->target = target;
	return 0;
}

/* The commands are those of one implementation; this one has none. */
static int do_control(struct request *rq)
{
	return -ENOSYS;
}

#define NO_TX	BIT(0)		/* a transaction id in the header is ignored */
#define PRIV	BIT(1)		/* domain 0 only */

static const struct {
	const char *name;
	int (*fn)(struct request *rq);
	unsigned int flags;
} types[XS_TYPE_COUNT] = {
	[XS_CONTROL] = { "CONTROL", do_control, PRIV },
	[XS_DIRECTORY] = { "DIRECTORY", do_directory },
	[XS_READ] = { "READ", do_read },
	[XS_GET_PERMS] = { "GET_PERMS", do_get_perms },
	[XS_WATCH] = { "WATCH", do_watch, NO_TX },
	[XS_UNWATCH] = { "UNWATCH", do_unwatch, NO_TX },
	[XS_TRANSACTION_START] = { "TRANSACTION_START", do_transaction_start },
	[XS_TRANSACTION_END] = { "TRANSACTION_END", do_transaction_end },
	[XS_INTRODUCE] = { "INTRODUCE", do_introduce, PRIV },
	[XS_RELEASE] = { "RELEASE", do_release, PRIV },
	[XS_GET_DOMAIN_PATH] = { "GET_DOMAIN_PATH", do_get_domain_path },
	[XS_WRITE] = { "WRITE", do_write },
	[XS_MKDIR] = { "MKDIR", do_mkdir },
	[XS_RM] = { "RM", do_rm },
	[XS_SET_PERMS] = { "SET_PERMS", do_set_perms },
	[XS_IS_DOMAIN_INTRODUCED] = { "IS_DOMAIN_INTRODUCED",
				      do_is_domain_introduced, PRIV },
	[XS_RESUME] = { "RESUME", do_resume, PRIV },
	[XS_SET_TARGET] = { "SET_TARGET", do_set_target, PRIV },
	[XS_RESET_WATCHES] = { "RESET_WATCHES", do_reset_watches },
	[XS_DIRECTORY_PART] = { "DIRECTORY_PART", do_directory_part },
};

const char *xhv_xs_type_name(unsigned int type)
{
	return type < XS_TYPE_COUNT ? types[type].name : NULL;
}

void xhv_xs_request(struct xhv_xs_conn *conn, const struct xsd_sockmsg *hdr,
		    const void *payload)
{
	struct request rq = {
		.conn = conn,
		.hdr = hdr,
		.data = payload,
		.len = hdr->len,
	};
	u32 type = hdr->type;
	int err;

	if (!xhv_xs_type_name(type)) {
		conn->xs->stats.requests[XS_TYPE_COUNT]++;
		reply_error(&rq, -ENOSYS);
		return;
	}
	conn->xs->stats.requests[type]++;
	if ((types[type].flags & PRIV) && !xhv_xs_privileged(conn)) {
		reply_error(&rq, -EACCES);
		return;
	}
	if (hdr->tx_id && !(types[type].flags & NO_TX)) {
		rq.tx = xhv_xs_tx_find(conn, hdr->tx_id);
		if (!rq.tx) {
			reply_error(&rq, -ENOENT);
			return;
		}
	}
	err = types[type].fn(&rq);
	if (err)
		reply_error(&rq, err);
	else if (!rq.replied)
		reply_ok(&rq);
}
