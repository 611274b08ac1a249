/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The NICs of xen-hyperv-loopback, two and two joined by a cable, and what a host
 * may do to them.
 *
 *   net.c		the transport
 *   net_nics.c		the NICs
 *   net_wire.c		packets as they would be on a wire
 *   net_control.c	commands
 */
#ifndef XHV_LOOPBACK_NET_H
#define XHV_LOOPBACK_NET_H

#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "../include/xhv/net.h"

#define MAX_NICS	8
#define MAX_NIC_QUEUES	8

/* A packet that has been submitted, by tag. */
struct loop_packet {
	struct xhv_net_tx tx;
	struct xhv_net_frag frags[XHV_NET_MAX_FRAGS];
};

/**
 * struct loop_nic_queue - a queue
 * @q: the back end's view
 * @nic: whose
 * @frags: of the packet being submitted
 * @packets: by tag
 * @lock: the FIFO; taken under the back end's queue lock and in softirq
 * @fifo: tags in the order of submission
 * @head: next to deliver, free-running
 * @tail: next free place, free-running
 * @size: places in @fifo, a power of two
 * @was_full: somebody was turned away since the last batch
 * @calls: one call of the client at a time
 * @work: hardirq context, for where a softirq may not be raised
 * @deliver: takes packets to the other end of the cable
 * @segs: what is left of the packet at @head, as it goes over a wire
 * @cpu: where the back end wants to be called, for display
 * @closing: nothing more is delivered
 */
struct loop_nic_queue {
	struct xhv_net_queue q;
	struct loop_nic *nic;
	struct xhv_net_frag frags[XHV_NET_MAX_FRAGS];
	struct loop_packet *packets;
	raw_spinlock_t lock;	/* see above */
	u16 *fifo;
	unsigned int head;
	unsigned int tail;
	unsigned int size;
	bool was_full;
	spinlock_t calls;	/* see above */
	struct irq_work work;
	struct tasklet_struct deliver;
	struct sk_buff *segs;
	unsigned int cpu;
	bool closing;
};

/**
 * struct loop_nic - a NIC, or a place for one
 * @dev: the back end's view, while @added
 * @nr: which it is; joined to @nr ^ 1
 * @change: one command at a time
 * @added: under @change
 * @rescinded: is being taken away with what it owes
 * @held: packets wait
 * @listening: it has a filter
 * @nr_queues: how many there are or will be
 * @queues: RCU; those that are open
 * @fail_count: how many packets the host cannot send
 * @unplugged: packets that nobody received, because nobody listens
 * @no_memory: packets lost for lack of memory
 */
struct loop_nic {
	struct xhv_net_dev dev;
	unsigned int nr;
	struct mutex change;	/* see above */
	bool added;
	bool rescinded;
	bool held;
	bool listening;
	unsigned int nr_queues;
	struct loop_nic_queue __rcu *queues[MAX_NIC_QUEUES];
	atomic_t fail_count;
	atomic64_t unplugged;
	atomic64_t no_memory;
};

/* net.c */
extern const struct xhv_net_ops loop_net_ops;

/* net_nics.c: process context, may sleep, unless told otherwise. Return 0 or a
 * negative errno.
 */
int loop_net_init(void);
void loop_net_exit(void);
/* NULL if there is no such place. Any context. */
struct loop_nic *loop_nic(unsigned int nr);
/* xhv_net_settle() follows. */
int loop_nic_add(struct loop_nic *nic);
int loop_nic_del(struct loop_nic *nic, bool rescind);
int loop_nic_link(struct loop_nic *nic, bool up);
int loop_nic_mtu(struct loop_nic *nic, unsigned int mtu);
void loop_nic_hold(struct loop_nic *nic, bool hold);
/* Tells queue 0's client of a packet that never was. */
int loop_nic_bogus(struct loop_nic *nic, u64 tag);
/* Shows queue 0's client a packet of @len bytes, as a broken transport might. */
int loop_nic_receive(struct loop_nic *nic, unsigned int len);

/* net_wire.c: softirq. */

/* The packet as a list of frames for a wire, checksums and all; NULL for lack of
 * memory.
 */
struct sk_buff *loop_wire(const struct xhv_net_tx *tx,
			  const struct xhv_net_piece *pieces,
			  unsigned int nr_pieces);

/* net_control.c */
struct dentry;
void loop_net_control_init(struct dentry *folder);

#endif /* XHV_LOOPBACK_NET_H */
