/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a toolstack puts into the store before a PVH guest runs.
 */
#ifndef XHV_STORE_TREE_H
#define XHV_STORE_TREE_H

#include <linux/types.h>

struct xhv_xs_conn;

/**
 * xhv_tree_build() - make the guest's home and what surrounds it
 * @dom0: a connection of domain 0 to an empty store
 * @domid: the guest's domain, known to the store
 *
 * Values that describe the guest (CPUs, memory, UUID, name) are read from this
 * kernel. Process context. Return: 0 or a negative errno.
 */
int xhv_tree_build(struct xhv_xs_conn *dom0, u32 domid);

/**
 * xhv_tree_set_store() - tell the guest where its xenstore ring is
 * @dom0: a connection of domain 0
 * @domid: the guest's domain
 * @port: the ring's event channel
 * @gfn: the ring's frame
 */
int xhv_tree_set_store(struct xhv_xs_conn *dom0, u32 domid, u32 port, u64 gfn);

#endif /* XHV_STORE_TREE_H */
