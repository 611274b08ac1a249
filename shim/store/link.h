/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's connection: the page with two byte rings that its kernel shares
 * with the server (public/io/xs_wire.h, docs/misc/xenstore-ring.txt).
 *
 * Locking: the caller serialises all calls for one link together with those
 * for its store. Process context.
 */
#ifndef XHV_STORE_LINK_H
#define XHV_STORE_LINK_H

#include <linux/list.h>
#include <linux/types.h>
#include "core.h"

/* With this many events waiting, further requests stay in the ring: the guest
 * must read first.
 */
#define XHV_LINK_EVENTS_BUSY	64
/* With this many waiting, an event is put off (xhv_xs_conn_ops.event). */
#define XHV_LINK_EVENTS_MAX	1024

/* A message on its way to the guest. */
struct xhv_link_msg {
	struct list_head entry;
	u32 len;
	char data[];
};

/**
 * struct xhv_link - the server's end
 * @page: shared with the guest, which may write anything there at any time
 * @conn: the client in the store
 * @hdr: the request being read
 * @in: its payload
 * @in_len: bytes of @hdr and @in that have been read
 * @out: events and @reply, in order
 * @sent: bytes of the first message of @out that are in the ring
 * @nr_events: events in @out
 * @reply: the answer to the last request: at most one waits, so it needs no
 *	   allocation that could fail
 * @reply_data: room for it
 * @error: XENSTORE_ERROR_*: the connection is dead until the guest reconnects
 * @requests: requests handled
 * @duplicates: events left out because the same one was waiting
 * @errors: times that the connection died
 * @reconnects: times that the guest asked for a new start
 */
struct xhv_link {
	struct xenstore_domain_interface *page;
	struct xhv_xs_conn *conn;
	struct xsd_sockmsg hdr;
	char in[XENSTORE_PAYLOAD_MAX];
	u32 in_len;
	struct list_head out;
	u32 sent;
	unsigned int nr_events;
	struct xhv_link_msg reply;
	char reply_data[sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX];
	u32 error;
	u64 requests;
	u64 duplicates;
	u64 errors;
	u64 reconnects;
};

/**
 * xhv_link_init() - connect the guest
 * @link: zeroed memory
 * @xs: the store
 * @domid: the guest's domain
 * @page: the shared page, zeroed
 *
 * Return: 0 or a negative errno.
 */
int xhv_link_init(struct xhv_link *link, struct xhv_xs *xs, u32 domid,
		  struct xenstore_domain_interface *page);
void xhv_link_exit(struct xhv_link *link);

/* Forgets all that is under way, and what the guest may have left in the page:
 * as it was after xhv_link_init().
 */
void xhv_link_reset(struct xhv_link *link);

/**
 * xhv_link_run() - move what can be moved
 * @link: the link
 * @budget: requests to handle at most
 * @notify: set to true if the guest has to be told
 *
 * Return: true if the budget has ended the run.
 */
bool xhv_link_run(struct xhv_link *link, unsigned int budget, bool *notify);

/* Is there something for the guest that xhv_link_run() might send? */
bool xhv_link_has_output(const struct xhv_link *link);

#endif /* XHV_STORE_LINK_H */
