/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Back ends as clients of the store; their functions are in xhv/store.h.
 */
#ifndef XHV_STORE_CLIENT_H
#define XHV_STORE_CLIENT_H

struct seq_file;
struct xhv_xs;
struct xhv_xs_conn;

/* server.c: what serialises the store. Process context, may sleep; memory is
 * allocated without I/O inside, because the disk that it would go to may be
 * waiting for the store. Unlocking starts the work that the changes have made.
 */
void xhv_store_lock(void);
void xhv_store_unlock(void);

/* Under the lock or before anybody can take it. */
int xhv_client_init(struct xhv_xs *xs);
struct xhv_xs_conn *xhv_client_conn(void);
/* Lets watches fire if any have to; under the lock. */
void xhv_client_kick(void);
/* Without the lock; no client uses the store any more. Harmless if not set up. */
void xhv_client_exit(void);
void xhv_client_show(struct seq_file *m);

#endif /* XHV_STORE_CLIENT_H */
