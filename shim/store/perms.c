// SPDX-License-Identifier: GPL-2.0-only
/*
 * Domains, and who may do what with a node.
 *
 * Locking: none of its own; the caller serialises. May allocate, so process
 * context.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <xen/interface/xen.h>
#include "internal.h"

struct xhv_xs_perms *xhv_xs_perms_new(const struct xhv_xs_perm *p,
				      unsigned int nr, u64 gen)
{
	struct xhv_xs_perms *perms;

	perms = kmalloc(struct_size(perms, p, nr), XHV_XS_GFP);
	if (!perms)
		return NULL;
	perms->refs = 1;
	perms->nr = nr;
	perms->gen = gen;
	memcpy(perms->p, p, nr * sizeof(*p));
	return perms;
}

struct xhv_xs_perms *xhv_xs_perms_get(struct xhv_xs_perms *p)
{
	p->refs++;
	return p;
}

void xhv_xs_perms_put(struct xhv_xs_perms *p)
{
	if (p && !--p->refs)
		kfree(p);
}

/*
 * Permissions of a new node: the parent's, but an unprivileged domain owns
 * what it creates.
 */
struct xhv_xs_perms *xhv_xs_perms_inherit(const struct xhv_xs_conn *conn,
					  struct xhv_xs_perms *parent)
{
	struct xhv_xs_perms *perms;

	if (xhv_xs_privileged(conn) ||
	    parent->p[0].domid == conn->dom->domid)
		return xhv_xs_perms_get(parent);
	perms = xhv_xs_perms_new(parent->p, parent->nr, parent->gen);
	if (perms)
		perms->p[0].domid = conn->dom->domid;
	return perms;
}

/* As strtoul() of the C library and a cast, which is what xs_strings_to_perms()
 * of xenstored 4.17 does: a sign, hexadecimal, and modulo 2^32.
 */
static bool parse_domid(const char *s, u32 *domid)
{
	unsigned int base = 10, digit, nr = 0;
	bool minus;
	u32 v = 0;

	while (*s == ' ' || (*s >= '\t' && *s <= '\r'))
		s++;
	minus = *s == '-';
	if (*s == '-' || *s == '+')
		s++;
	if (*s == '0') {
		base = 8;
		if ((s[1] | 0x20) == 'x') {
			base = 16;
			s += 2;
		}
	}
	for (; *s; s++, nr++) {
		digit = *s >= 'a' ? *s - 'a' + 10 : *s >= 'A' ? *s - 'A' + 10 :
			*s - '0';
		if (*s < '0' || (*s > '9' && *s < 'A') || digit >= base)
			return false;
		v = v * base + digit;
	}
	*domid = minus ? -v : v;
	return nr;
}

/**
 * xhv_xs_perms_parse() - "n1\0r0\0" (xenstore.txt, SET_PERMS)
 * @xs: the store
 * @s: the text
 * @len: its length; what follows the last NUL is ignored
 * @nr: how many entries there are
 *
 * Return: the permissions or an ERR_PTR: -EINVAL for a bad text, -ENOENT if
 * the owner does not exist, -ENOMEM.
 */
struct xhv_xs_perms *xhv_xs_perms_parse(struct xhv_xs *xs, const char *s,
					size_t len, unsigned int nr)
{
	const char *end = s + len;
	struct xhv_xs_perms *perms;
	unsigned int i;
	int err = -EINVAL;

	perms = kmalloc(struct_size(perms, p, nr), XHV_XS_GFP);
	if (!perms)
		return ERR_PTR(-ENOMEM);
	perms->refs = 1;
	perms->nr = nr;
	perms->gen = ++xs->generation;
	for (i = 0; i < nr; i++) {
		size_t l = strnlen(s, end - s);

		if (s + l == end || l < 2)
			goto err_free;
		switch (s[0]) {
		case 'n':
			perms->p[i].access = 0;
			break;
		case 'r':
			perms->p[i].access = XHV_XS_READ;
			break;
		case 'w':
			perms->p[i].access = XHV_XS_WRITE;
			break;
		case 'b':
			perms->p[i].access = XHV_XS_READ | XHV_XS_WRITE;
			break;
		default:
			goto err_free;
		}
		if (!parse_domid(s + 1, &perms->p[i].domid))
			goto err_free;
		s += l + 1;
	}
	err = -ENOENT;
	if (!xhv_xs_domain_find(xs, perms->p[0].domid))
		goto err_free;
	return perms;

err_free:
	kfree(perms);
	return ERR_PTR(err);
}

/* The way back: length of the text, or -E2BIG. */
int xhv_xs_perms_format(const struct xhv_xs_perms *perms, char *buf,
			size_t size)
{
	static const char letter[] = { 'n', 'r', 'w', 'b' };
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < perms->nr; i++) {
		unsigned int access = perms->p[i].access & 3;

		len += snprintf(buf + len, size - len, "%c%u", letter[access],
				perms->p[i].domid) + 1;
		if (len > size)
			return -E2BIG;
	}
	return len;
}

bool xhv_xs_privileged(const struct xhv_xs_conn *conn)
{
	return conn->dom->domid == 0;
}

/**
 * xhv_xs_access() - what a client may do with a node
 * @conn: the client
 * @perms: the node's permissions
 *
 * Domain 0 and the owner may do everything; else the first entry for the
 * domain or its target counts, else the first entry of all. An entry that is
 * older than the domain was made for a former domain of the same number.
 *
 * Return: XHV_XS_* flags.
 */
unsigned int xhv_xs_access(const struct xhv_xs_conn *conn,
			   const struct xhv_xs_perms *perms)
{
	const struct xhv_xs_domain *dom = conn->dom, *target = dom->target;
	unsigned int i;

	if (xhv_xs_privileged(conn) || perms->p[0].domid == dom->domid ||
	    (target && perms->p[0].domid == target->domid))
		return XHV_XS_READ | XHV_XS_WRITE | XHV_XS_OWNER;
	for (i = 1; i < perms->nr; i++) {
		u32 domid = perms->p[i].domid;

		if ((domid == dom->domid && dom->gen <= perms->gen) ||
		    (target && domid == target->domid &&
		     target->gen <= perms->gen))
			return perms->p[i].access;
	}
	return perms->p[0].access;
}

struct xhv_xs_domain *xhv_xs_domain_find(struct xhv_xs *xs, u32 domid)
{
	struct xhv_xs_domain *dom;

	list_for_each_entry(dom, &xs->domains, entry)
		if (dom->domid == domid)
			return dom;
	return NULL;
}

/* Finds or makes a domain; ERR_PTR if the number or the memory is bad. */
struct xhv_xs_domain *xhv_xs_domain_get(struct xhv_xs *xs, u32 domid)
{
	struct xhv_xs_domain *dom;
	unsigned int nr = 0;

	if (domid >= DOMID_FIRST_RESERVED)
		return ERR_PTR(-EINVAL);
	list_for_each_entry(dom, &xs->domains, entry) {
		if (dom->domid == domid)
			return dom;
		nr++;
	}
	if (nr >= XHV_XS_MAX_DOMAINS)
		return ERR_PTR(-ENOMEM);
	dom = kzalloc(sizeof(*dom), XHV_XS_GFP);
	if (!dom)
		return ERR_PTR(-ENOMEM);
	dom->domid = domid;
	dom->gen = ++xs->generation;
	list_add_tail(&dom->entry, &xs->domains);
	return dom;
}

/* Adds @sign to the owner's delta for each node of a tree. */
void xhv_xs_domain_count(struct xhv_xs *xs, struct xhv_xs_node *tree, int sign)
{
	struct xhv_xs_node *todo = tree, *n;
	struct xhv_xs_domain *dom;
	unsigned int i;

	tree->link = NULL;
	while (todo) {
		n = todo;
		todo = n->link;
		for (i = 0; i < n->nr_children; i++) {
			n->children[i]->link = todo;
			todo = n->children[i];
		}
		dom = xhv_xs_domain_find(xs, n->perms->p[0].domid);
		if (dom)
			dom->delta += sign;
	}
}

/* Ends an operation: its deltas become true, or are forgotten. */
void xhv_xs_domain_apply(struct xhv_xs *xs, bool keep)
{
	struct xhv_xs_domain *dom;

	list_for_each_entry(dom, &xs->domains, entry) {
		if (keep)
			dom->nodes += dom->delta;
		dom->delta = 0;
	}
}

int xhv_xs_domain_total(const struct xhv_xs *xs)
{
	const struct xhv_xs_domain *dom;
	int nr = 0;

	list_for_each_entry(dom, &xs->domains, entry)
		nr += dom->nodes;
	return nr;
}
