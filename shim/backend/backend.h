/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The back ends as the rest of the module sees them.
 */
#ifndef XHV_BACKEND_H
#define XHV_BACKEND_H

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

#endif /* XHV_BACKEND_H */
