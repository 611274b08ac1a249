/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The back ends as the rest of the module sees them, and what they share.
 */
#ifndef XHV_BACKEND_H
#define XHV_BACKEND_H

#include <linux/compiler_attributes.h>
#include <linux/types.h>

struct seq_file;

/* Process context. Before init no device is added; exit expects that none is
 * left.
 */
int xhv_backend_init(void);
void xhv_backend_exit(void);

/* One line a device, "kind name key=value ...". Process context. */
int xhv_backend_show(struct seq_file *m);

/* shim/backend/blkfront.c: better defaults for the stock front end. */
int xhv_blkfront_init(void);
void xhv_blkfront_exit(void);

/* shim/backend/netfront.c: whether the stock front end is there. */
int xhv_netfront_init(void);
void xhv_netfront_exit(void);

/* vbd.c, vif.c */
void vbd_show_all(struct seq_file *m);
bool vbd_none_left(void);
void vif_show_all(struct seq_file *m);
bool vif_none_left(void);

/* What follows: process context, may sleep. */

/* nodes.c. Writes "<dir>/<node>"; reads it. */
__printf(3, 4)
int backend_put(const char *dir, const char *node, const char *fmt, ...);
int backend_get_u32(const char *dir, const char *node, u32 *val);
/* Makes the directories of a device of @kind ("vbd"), with permissions as libxl
 * gives them: owned by one side, read by the other.
 */
int backend_make_dirs(const char *kind, const char *fe, const char *be);

/**
 * backend_await_removal() - wait until the kernel has removed devices
 * @node: "device/vbd"; the nodes of the devices in it have been removed
 * @meanwhile: called a few times a second while it waits, or NULL
 * @arg: its argument
 */
void backend_await_removal(const char *node, void (*meanwhile)(void *arg),
			   void *arg);

#endif /* XHV_BACKEND_H */
