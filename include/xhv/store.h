/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between back ends and the xenstore server: a back end is a client with
 * domain 0's privileges, in the same module, so it calls instead of sending.
 *
 * The kernel's own xenbus_* client calls must not be used by back ends: they
 * would wait for the server that has to answer them.
 *
 * All functions: process context, may sleep; return 0 or a negative errno
 * that is xenstored's (-ENOENT, -EINVAL, -EEXIST, -ENOSPC, -ENOMEM ...).
 * Paths are absolute.
 */
#ifndef XHV_STORE_H
#define XHV_STORE_H

#include <linux/compiler_attributes.h>
#include <linux/list.h>
#include <linux/types.h>

/* Permissions of a node as "owner none, other read", the way a toolstack
 * gives a device's directories to front and back end.
 */
struct xhv_store_perm {
	u16 owner;		/* domid; has all rights */
	u16 reader;		/* domid that may read; equal to owner: nobody */
};

int xhv_store_mkdir(const char *path, struct xhv_store_perm perm);
int xhv_store_write(const char *path, const void *val, size_t len);
__printf(2, 3)
int xhv_store_printf(const char *path, const char *fmt, ...);
/**
 * xhv_store_read() - copy a node's value
 * @path: absolute path
 * @buf: gets the value, always with a terminating NUL, cut if too long
 * @size: size of @buf, at least 1
 *
 * Return: the value's length without the NUL, or a negative errno.
 */
int xhv_store_read(const char *path, char *buf, size_t size);
/* Reads a decimal number; -EINVAL if the node holds anything else. */
int xhv_store_read_u32(const char *path, u32 *val);
int xhv_store_rm(const char *path);

/**
 * struct xhv_store_watch - a back end's watch
 * @path: absolute path; the watch fires for it and all below
 * @fire: called in a worker of the store's (process context, may sleep, may
 *	  call all functions of this header) with the path that changed. One
 *	  call at a time for all watches; the guest's requests are served
 *	  meanwhile.
 * @entry: the store's
 * @pending: the store's
 *
 * A watch fires once when it is registered, as the protocol says
 * (xs_wire.h, XS_WATCH), and may fire for changes that the back end made.
 */
struct xhv_store_watch {
	const char *path;
	void (*fire)(struct xhv_store_watch *w, const char *path);
	struct list_head entry;
	bool pending;
};

int xhv_store_watch(struct xhv_store_watch *w);
/* On return @w->fire is not running and will not be called. Not from fire. */
void xhv_store_unwatch(struct xhv_store_watch *w);

#endif /* XHV_STORE_H */
