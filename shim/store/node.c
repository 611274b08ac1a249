// SPDX-License-Identifier: GPL-2.0-only
/*
 * The persistent tree that holds the store. See internal.h.
 *
 * Locking: none of its own; the caller serialises. May allocate, so process
 * context. Paths are canonical here ("/", "/a", "/a/b"), checked by the caller.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "internal.h"

struct xhv_xs_value *xhv_xs_value_new(const void *data, size_t len)
{
	struct xhv_xs_value *v;

	v = kmalloc(sizeof(*v) + len, XHV_XS_GFP);
	if (!v)
		return NULL;
	v->refs = 1;
	v->len = len;
	memcpy(v->data, data, len);
	return v;
}

void xhv_xs_value_put(struct xhv_xs_value *v)
{
	if (v && !--v->refs)
		kfree(v);
}

static struct xhv_xs_value *value_get(struct xhv_xs_value *v)
{
	if (v)
		v->refs++;
	return v;
}

static struct xhv_xs_node *node_new(const char *name, size_t len,
				    struct xhv_xs_value *value,
				    struct xhv_xs_perms *perms, u64 gen)
{
	struct xhv_xs_node *n;

	n = kzalloc(sizeof(*n) + len + 1, XHV_XS_GFP);
	if (!n)
		return NULL;
	n->refs = 1;
	n->gen = gen;
	n->child_gen = gen;
	n->sub_gen = gen;
	n->value = value_get(value);
	n->perms = xhv_xs_perms_get(perms);
	memcpy(n->name, name, len);
	return n;
}

struct xhv_xs_node *xhv_xs_node_root(struct xhv_xs_perms *perms, u64 gen)
{
	return node_new("", 0, NULL, perms, gen);
}

struct xhv_xs_node *xhv_xs_node_get(struct xhv_xs_node *n)
{
	n->refs++;
	return n;
}

void xhv_xs_node_put(struct xhv_xs_node *n)
{
	struct xhv_xs_node *todo = NULL;
	unsigned int i;

	if (!n || --n->refs)
		return;
	n->link = NULL;
	todo = n;
	while (todo) {
		n = todo;
		todo = n->link;
		for (i = 0; i < n->nr_children; i++) {
			struct xhv_xs_node *c = n->children[i];

			if (!--c->refs) {
				c->link = todo;
				todo = c;
			}
		}
		xhv_xs_value_put(n->value);
		xhv_xs_perms_put(n->perms);
		kfree(n->children);
		kfree(n);
	}
}

/* Room for one more child, so that inserting it cannot fail. */
static int node_reserve(struct xhv_xs_node *n)
{
	struct xhv_xs_node **c;
	unsigned int max;

	if (n->nr_children < n->max_children)
		return 0;
	max = n->max_children ? n->max_children * 2 : 2;
	c = krealloc(n->children, max * sizeof(*c), XHV_XS_GFP);
	if (!c)
		return -ENOMEM;
	n->children = c;
	n->max_children = max;
	return 0;
}

static struct xhv_xs_node *node_clone(const struct xhv_xs_node *n)
{
	struct xhv_xs_node *c;
	unsigned int i;

	c = node_new(n->name, strlen(n->name), n->value, n->perms, n->gen);
	if (!c)
		return NULL;
	c->child_gen = n->child_gen;
	c->sub_gen = n->sub_gen;
	if (n->nr_children) {
		c->children = kmalloc_array(n->nr_children,
					    sizeof(*c->children), XHV_XS_GFP);
		if (!c->children) {
			xhv_xs_node_put(c);
			return NULL;
		}
		c->max_children = n->nr_children;
		c->nr_children = n->nr_children;
		c->names_len = n->names_len;
		for (i = 0; i < n->nr_children; i++)
			c->children[i] = xhv_xs_node_get(n->children[i]);
	}
	return c;
}

/* Index of the child, or where it would be. */
static unsigned int child_pos(const struct xhv_xs_node *n, const char *name,
			      size_t len, bool *found)
{
	unsigned int lo = 0, hi = n->nr_children;

	*found = false;
	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;
		const char *other = n->children[mid]->name;
		int cmp = strncmp(other, name, len);

		if (!cmp && other[len])
			cmp = 1;
		if (!cmp) {
			*found = true;
			return mid;
		}
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The component after @pos, which is at a slash or at the end. */
static bool next_name(const char *path, size_t len, size_t *pos,
		      const char **name, size_t *name_len)
{
	const char *end;

	if (*pos + 1 >= len)
		return false;
	*name = path + *pos + 1;
	end = memchr(*name, '/', len - *pos - 1);
	*name_len = end ? end - *name : path + len - *name;
	*pos += 1 + *name_len;
	return true;
}

/**
 * xhv_xs_node_nearest() - the node at a path or its nearest ancestor
 * @root: the tree
 * @path: canonical path
 * @len: its length
 * @found: how much of @path leads to the node; 0 for the root, @len if the
 *	   path exists (for "/" the path's length is taken as 0)
 *
 * Return: the node, never NULL.
 */
struct xhv_xs_node *xhv_xs_node_nearest(struct xhv_xs_node *root,
					const char *path, size_t len,
					size_t *found)
{
	struct xhv_xs_node *n = root;
	const char *name;
	size_t pos = 0, name_len;

	*found = 0;
	while (next_name(path, len, &pos, &name, &name_len)) {
		unsigned int i;
		bool hit;

		i = child_pos(n, name, name_len, &hit);
		if (!hit)
			break;
		n = n->children[i];
		*found = pos;
	}
	return n;
}

/* The node at exactly this path, or NULL. */
struct xhv_xs_node *xhv_xs_node_find(struct xhv_xs_node *root, const char *path,
				     size_t len)
{
	struct xhv_xs_node *n;
	size_t found;

	n = xhv_xs_node_nearest(root, path, len, &found);
	return found == len || len <= 1 ? n : NULL;
}

/* The first child after @name, the first of all if @name is NULL, or NULL. */
struct xhv_xs_node *xhv_xs_node_after(struct xhv_xs_node *parent,
				      const char *name)
{
	unsigned int i = 0;
	bool hit;

	if (name) {
		i = child_pos(parent, name, strlen(name), &hit);
		if (hit)
			i++;
	}
	return i < parent->nr_children ? parent->children[i] : NULL;
}

/* Length of the path of the parent; 1 for children of "/". */
size_t xhv_xs_path_parent(const char *path, size_t len)
{
	while (len > 1 && path[len - 1] != '/')
		len--;
	return len > 1 ? len - 1 : 1;
}

/*
 * Makes the existing node at @path, and those above it, this tree's own.
 * A failure leaves a tree that reads the same.
 */
static struct xhv_xs_node *own_path(struct xhv_xs_node **root, const char *path,
				    size_t len, u64 gen)
{
	struct xhv_xs_node **slot = root;
	const char *name;
	size_t pos = 0, name_len;

	for (;;) {
		struct xhv_xs_node *n = *slot;
		unsigned int i;
		bool hit;

		if (n->refs > 1) {
			n = node_clone(n);
			if (!n)
				return ERR_PTR(-ENOMEM);
			xhv_xs_node_put(*slot);
			*slot = n;
		}
		n->sub_gen = gen;
		if (!next_name(path, len, &pos, &name, &name_len))
			return n;
		i = child_pos(n, name, name_len, &hit);
		if (!hit)
			return ERR_PTR(-ENOENT);
		slot = &n->children[i];
	}
}

/**
 * xhv_xs_node_insert() - create a node and missing nodes above it
 * @root: the tree
 * @path: where; must not exist
 * @value: of the node; those above it are empty
 * @perms: of all nodes created
 * @gen: the new generation
 *
 * Return: how many nodes were created, or -ENOMEM and nothing has changed.
 */
int xhv_xs_node_insert(struct xhv_xs_node **root, const char *path,
		       struct xhv_xs_value *value, struct xhv_xs_perms *perms,
		       u64 gen)
{
	struct xhv_xs_node *top = NULL, *last = NULL, *at, *n;
	size_t len = strlen(path), found, pos, name_len;
	const char *name;
	unsigned int i;
	int nr = 0;
	bool hit;

	xhv_xs_node_nearest(*root, path, len, &found);
	pos = found;
	while (next_name(path, len, &pos, &name, &name_len)) {
		n = node_new(name, name_len, pos == len ? value : NULL, perms,
			     gen);
		if (!n)
			goto err_put;
		if (!last) {
			top = n;
		} else {
			if (node_reserve(last)) {
				xhv_xs_node_put(n);
				goto err_put;
			}
			last->children[last->nr_children++] = n;
			last->names_len = name_len + 1;
		}
		last = n;
		nr++;
	}
	if (!top)
		return 0;

	at = own_path(root, path, found, gen);
	if (IS_ERR(at) || node_reserve(at))
		goto err_put;
	name_len = strlen(top->name);
	i = child_pos(at, top->name, name_len, &hit);
	memmove(&at->children[i + 1], &at->children[i],
		(at->nr_children - i) * sizeof(at->children[0]));
	at->children[i] = top;
	at->nr_children++;
	at->names_len += name_len + 1;
	at->child_gen = gen;
	return nr;

err_put:
	xhv_xs_node_put(top);
	return -ENOMEM;
}

/**
 * xhv_xs_node_set() - change an existing node
 * @root: the tree
 * @path: the node
 * @value: the new value; NULL: empty
 * @perms: the new permissions
 * @gen: the new generation
 *
 * Return: 0, or -ENOMEM and nothing has changed.
 */
int xhv_xs_node_set(struct xhv_xs_node **root, const char *path,
		    struct xhv_xs_value *value, struct xhv_xs_perms *perms,
		    u64 gen)
{
	struct xhv_xs_node *n;

	n = own_path(root, path, strlen(path), gen);
	if (IS_ERR(n))
		return PTR_ERR(n);
	value = value_get(value);
	xhv_xs_value_put(n->value);
	n->value = value;
	perms = xhv_xs_perms_get(perms);
	xhv_xs_perms_put(n->perms);
	n->perms = perms;
	n->gen = gen;
	return 0;
}

/**
 * xhv_xs_node_remove() - remove a node and all below
 * @root: the tree
 * @path: the node, not "/"
 * @gen: the new generation
 * @removed: what was removed; the caller puts it
 *
 * Return: 0, -ENOENT, or -ENOMEM and nothing has changed.
 */
int xhv_xs_node_remove(struct xhv_xs_node **root, const char *path, u64 gen,
		       struct xhv_xs_node **removed)
{
	size_t len = strlen(path), parent_len = xhv_xs_path_parent(path, len);
	const char *name = strrchr(path, '/') + 1;
	struct xhv_xs_node *parent;
	unsigned int i;
	bool hit;

	if (!xhv_xs_node_find(*root, path, len))
		return -ENOENT;
	parent = own_path(root, path, parent_len, gen);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	i = child_pos(parent, name, strlen(name), &hit);
	if (!hit)
		return -ENOENT;
	*removed = parent->children[i];
	parent->nr_children--;
	memmove(&parent->children[i], &parent->children[i + 1],
		(parent->nr_children - i) * sizeof(parent->children[0]));
	parent->names_len -= strlen(name) + 1;
	parent->child_gen = gen;
	return 0;
}
