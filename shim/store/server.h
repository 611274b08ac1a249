/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The xenstore server, as the rest of the module sees it.
 *
 * It runs in the guest that it serves: the guest's kernel (drivers/xen/xenbus)
 * is the client at the other end of the shared page, back ends call the
 * functions of xhv/store.h.
 */
#ifndef XHV_STORE_SERVER_H
#define XHV_STORE_SERVER_H

#include <xen/interface/event_channel.h>
#include <xen/interface/io/xs_wire.h>

struct seq_file;

/**
 * xhv_store_init() - make the store and fill in what a toolstack would
 *
 * Process context, once. Afterwards the functions of xhv/store.h work, watches
 * of back ends fire, and nothing can be seen from outside.
 *
 * Return: 0 or a negative errno, and then nothing is left.
 */
int xhv_store_init(void);

/**
 * xhv_store_start() - connect the guest
 *
 * Process context, after xhv_evtchn_init(). Makes the event channel and serves
 * the ring from then on. After a failure xhv_store_stop() must not be called.
 *
 * Return: 0 or a negative errno.
 */
int xhv_store_start(void);

/**
 * xhv_store_stop() - disconnect the guest
 *
 * Process context, sleeps. On return the shared page is not used any more. The
 * functions of xhv/store.h still work, so that back ends can clean up.
 */
void xhv_store_stop(void);

/**
 * xhv_store_exit() - the end of the store
 *
 * Process context, sleeps; after xhv_store_stop() if the server was started,
 * and after the last back end. Harmless if there is no store.
 */
void xhv_store_exit(void);

/* The shared page, for xen_store_interface and xen_store_gfn; valid from init
 * to exit. And its port (xen_store_evtchn), valid from start to stop.
 */
struct xenstore_domain_interface *xhv_store_ring(void);
evtchn_port_t xhv_store_port(void);

/* Process context: connections, counters and the whole tree, one line each. */
void xhv_store_show(struct seq_file *m);

#endif /* XHV_STORE_SERVER_H */
