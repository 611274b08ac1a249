/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network transport: what a host's NIC offers to the vif back end.
 *
 * A transport (VMBus network, the loopback pair) fills a struct xhv_net_dev for
 * each NIC and adds it; shim/backend/vif makes a Xen virtual interface of it,
 * opens one queue for each pair of rings of the front end, and submits packets
 * in the context of the front end's notification.
 *
 * Nothing on the data path allocates or sleeps, and no two queues share a lock.
 *
 * Sending. A packet is its head and a list of fragments. The head is memory of
 * the transport, one piece for each tag (queue->heads), where the back end puts
 * the first bytes of the packet: all that anybody wants to read or change, copied
 * once from memory that the guest may write at any time; or all of a small packet,
 * if the transport would rather have it so (queue->copy_max). What follows it is
 * sent from the guest's own pages, whose list the back end writes where the
 * transport wants it (queue->frags), so that it is written once.
 *
 * Receiving. The transport shows a packet where it lies, the back end copies it
 * into pages that the front end has granted. Without room for it the packet stays
 * the transport's, which keeps what the host gave it: the host waits.
 */
#ifndef XHV_NET_H
#define XHV_NET_H

#include <linux/bits.h>
#include <linux/if_ether.h>
#include <linux/types.h>
#include <linux/uuid.h>

struct module;
struct seq_file;
struct xhv_net_dev;
struct xhv_net_queue;

/* As many slots as a front end may use for a packet (XEN_NETIF_NR_SLOTS_MIN in
 * public/io/netif.h).
 */
#define XHV_NET_MAX_FRAGS	18
/* The least that a head has room for: Ethernet with a tag, IPv6 with extension
 * headers or IPv4 with options, TCP with options.
 */
#define XHV_NET_HEAD_MIN	256

/*
 * What a NIC does with packets that are sent (xhv_net_dev.features), and what is
 * asked for a packet (xhv_net_tx.flags). The L4 checksum field of a packet
 * with one of XHV_NET_CSUM holds the sum over the pseudo-header, as Linux's
 * CHECKSUM_PARTIAL.
 */
#define XHV_NET_CSUM_TCP4	BIT(0)
#define XHV_NET_CSUM_UDP4	BIT(1)
#define XHV_NET_CSUM_TCP6	BIT(2)
#define XHV_NET_CSUM_UDP6	BIT(3)
#define XHV_NET_CSUM		(XHV_NET_CSUM_TCP4 | XHV_NET_CSUM_UDP4 | \
				 XHV_NET_CSUM_TCP6 | XHV_NET_CSUM_UDP6)
/* Segmentation of TCP. Comes with the XHV_NET_CSUM_TCP of the same protocol; the
 * pseudo-header's sum has the length of the whole in it.
 */
#define XHV_NET_TSO4		BIT(4)
#define XHV_NET_TSO6		BIT(5)
#define XHV_NET_TSO		(XHV_NET_TSO4 | XHV_NET_TSO6)
/* 802.1Q tags travel beside the packet (xhv_net_tx.vlan_tci), not in it. */
#define XHV_NET_VLAN		BIT(6)

/**
 * struct xhv_net_frag - a piece of a guest's page
 * @len: bytes, 1 to 4096
 * @offset: of the first one in the page; @offset + @len <= 4096
 * @pfn: the page
 *
 * As struct hv_page_buffer, a range of one page in a VMBus GPA-direct packet
 * (include/linux/hyperv.h).
 */
struct xhv_net_frag {
	u32 len;
	u32 offset;
	u64 pfn;
};

/**
 * struct xhv_net_tx - one packet on its way to the host
 * @tag: the back end's name for it, below the queue's depth; given back in
 *	 ->tx_done(). Its head is at queue->heads + @tag * queue->head_stride.
 * @flags: of XHV_NET_CSUM at most one, of XHV_NET_TSO at most one, XHV_NET_VLAN;
 *	   only what is in dev->features
 * @head_offset: where the packet starts in its head: 0, or 4 if a tag was removed
 * @head_len: bytes of it in the head, at least an Ethernet header. With any flag
 *	      of XHV_NET_CSUM all headers up to and with that of L4 are in it.
 * @nr_frags: fragments in queue->frags that follow the head, at most
 *	      XHV_NET_MAX_FRAGS
 * @vlan_tci: with XHV_NET_VLAN the tag, host byte order; not in the packet
 * @l3_offset: of the IP header, from the start of the packet
 * @l4_offset: of the TCP or UDP header, from the start of the packet; both valid
 *	       with XHV_NET_CSUM
 * @hdr_len: bytes up to the end of the L4 header; with XHV_NET_CSUM
 * @gso_size: with XHV_NET_TSO the payload of a segment (MSS), not 0. There are at
 *	      least two segments.
 * @len: bytes of the whole packet: @head_len and the fragments. Without
 *	 XHV_NET_TSO at most ETH_HLEN + dev->mtu, and 4 more if there is a tag in
 *	 the packet; with it at most dev->gso_max_size.
 */
struct xhv_net_tx {
	u16 tag;
	u8 flags;
	u8 head_offset;
	u16 head_len;
	u16 nr_frags;
	u16 vlan_tci;
	u16 l3_offset;
	u16 l4_offset;
	u16 hdr_len;
	u16 gso_size;
	u32 len;
};

/** enum xhv_net_csum - what is known of a received packet's L4 checksum */
enum xhv_net_csum {
	XHV_NET_RX_UNKNOWN,	/* nothing, or that it is wrong: the guest looks */
	XHV_NET_RX_GOOD,	/* the host has verified it */
	XHV_NET_RX_PARTIAL,	/* only the pseudo-header's sum is in it */
};

/** struct xhv_net_piece - bytes of a received packet */
struct xhv_net_piece {
	const void *data;
	u32 len;
};

/**
 * struct xhv_net_rx - a received packet
 * @pieces: where its bytes lie, in order; the back end reads each byte once, so
 *	    the host may be able to write there. A tag that came beside the packet
 *	    is a piece of its own.
 * @nr_pieces: how many
 * @len: bytes of all @pieces together, ETH_HLEN at least; no FCS
 * @csum: what is known of its checksum
 * @gso: 0, XHV_NET_TSO4 or XHV_NET_TSO6: several segments in one
 * @gso_size: payload of such a segment
 *
 * What is not in queue->rx_caps must not be used.
 */
struct xhv_net_rx {
	const struct xhv_net_piece *pieces;
	unsigned int nr_pieces;
	u32 len;
	enum xhv_net_csum csum;
	u8 gso;
	u16 gso_size;
};

/**
 * struct xhv_net_client - what the back end lets a transport call
 * @tx_done: a packet has been sent or given up; its fragments are not read any
 *	     more. @error is 0 or a negative errno: -EIO (the host could not),
 *	     -ENODEV (the NIC is gone). The back end checks @tag itself: a transport
 *	     may pass on what a host says.
 * @rx: a packet has come. True: it is the back end's no more, what @rx points to
 *	may be given back to the host. False: there is no room. The packet
 *	is to be kept and shown again after ops->rx_resume(), and none that came
 *	after it before; ->tx_done() goes on meanwhile.
 * @end_batch: all that there was has been passed on, or a budget (some 64
 *	       packets) is used up; and the channel may have room again: push
 *	       responses, notify, resume sending.
 *
 * All are called in softirq context (BH off, IRQs on) with no raw lock held,
 * for one queue never two at a time, and never from within an operation. The back
 * end may call ->tx_submit() and ->tx_kick() from ->end_batch().
 */
struct xhv_net_client {
	void (*tx_done)(void *ctx, u64 tag, int error);
	bool (*rx)(void *ctx, const struct xhv_net_rx *rx);
	void (*end_batch)(void *ctx);
};

/* What a front end takes (xhv_net_queue.rx_caps). */
#define XHV_NET_RX_PARTIAL4	BIT(0)	/* XHV_NET_RX_PARTIAL with IPv4 */
#define XHV_NET_RX_PARTIAL6	BIT(1)	/* with IPv6 */
#define XHV_NET_RX_GSO4		BIT(2)	/* xhv_net_rx.gso */
#define XHV_NET_RX_GSO6		BIT(3)
#define XHV_NET_RX_BIG		BIT(4)	/* packets beyond 4096 bytes */

/**
 * struct xhv_net_queue - one stream of packets in each direction
 * @dev: the NIC
 * @index: below the number of queues
 * @depth: tags are below this; set by the transport, at most what was asked for
 * @heads: heads of the packets, in memory of the transport
 * @head_stride: bytes from one head to the next
 * @head_size: bytes of a head that the back end may use, XHV_NET_HEAD_MIN + 4 at
 *	       least
 * @copy_max: packets up to this length are put into the head as a whole; at most
 *	      @head_size - 4, 0 for none. Fixed while the queue is open.
 * @frags: the list of fragments of the packet being submitted, room for
 *	   XHV_NET_MAX_FRAGS, laid out by the transport; written by the back end
 *	   under the lock that serialises ->tx_submit() of this queue
 * @rx_caps: XHV_NET_RX_PARTIAL4 ...; set by the transport as it was asked for
 * @client: whom to call
 * @client_ctx: the first argument of these calls
 *
 * Embedded in the transport's own structure and returned by ->queue_open().
 */
struct xhv_net_queue {
	struct xhv_net_dev *dev;
	unsigned int index;
	unsigned int depth;
	void *heads;
	unsigned int head_stride;
	unsigned int head_size;
	unsigned int copy_max;
	struct xhv_net_frag *frags;
	unsigned int rx_caps;
	const struct xhv_net_client *client;
	void *client_ctx;
};

/**
 * struct xhv_net_open - what the back end asks of a queue
 * @index: which, below @nr_queues. They are opened in order, 0 first, and all
 *	   before anything is received.
 * @nr_queues: how many there will be, at most dev->max_queues
 * @cpu: where the client is to be called
 * @depth: the number of tags that are of use
 * @rx_caps: what the front end takes
 * @client: whom to call
 * @ctx: the first argument of these calls
 */
struct xhv_net_open {
	unsigned int index;
	unsigned int nr_queues;
	unsigned int cpu;
	unsigned int depth;
	unsigned int rx_caps;
	const struct xhv_net_client *client;
	void *ctx;
};

/* What a NIC passes on (->set_filter()). */
#define XHV_NET_FILTER_DIRECTED		BIT(0)
#define XHV_NET_FILTER_BROADCAST	BIT(1)
#define XHV_NET_FILTER_ALL_MULTICAST	BIT(2)
#define XHV_NET_FILTER_PROMISCUOUS	BIT(3)

/**
 * struct xhv_net_ops - a transport's side
 * @owner: the transport's module
 * @queue_open: open a queue. May sleep. Returns the queue or an ERR_PTR.
 * @queue_close: close a queue; on return no call of the client is running or
 *		 will be made, and no packet of the queue touches memory any more.
 *		 What was in flight has got its ->tx_done(), or gets none. May
 *		 sleep. Closed in the reverse order, or not all opened, if
 *		 one could not be.
 * @queue_set_cpu: the client is now wanted on @cpu. Any context, also with
 *		   IRQs off, not serialised with ->tx_submit().
 * @tx_submit: send a packet. Called with IRQs off and the back end's queue lock
 *	       (raw) held: must not sleep, allocate or call the client. The
 *	       host need not notice before ->tx_kick(). Returns 0;
 *	       -EAGAIN: the channel is full, nothing was taken, and
 *	       client->end_batch() will be called when there may be room (the head
 *	       and queue->frags are kept: the same packet may be submitted again
 *	       without being written again);
 *	       -ENODEV: the NIC is gone; any other: this packet cannot be sent.
 * @tx_kick: after one or more ->tx_submit(): the host shall look. Same context.
 * @rx_resume: the front end has made room after client->rx() returned false: show
 *	       the packet again, soon, in softirq. Any context, also with IRQs off
 *	       and a front end's lock held; may come before that rx() has
 *	       returned, and must not be lost then; harmless if nothing waits.
 * @set_filter: what to receive from now on, XHV_NET_FILTER_*; 0: nothing. Comes
 *		first when all queues are open. May sleep. Returns 0 or a negative
 *		errno.
 * @show: adds " key=value" for each counter of the transport's own to the line
 *	  of the NIC in debugfs; what it drops must be among them. May be NULL.
 *	  May sleep.
 */
struct xhv_net_ops {
	struct module *owner;
	struct xhv_net_queue *(*queue_open)(struct xhv_net_dev *dev,
					    const struct xhv_net_open *open);
	void (*queue_close)(struct xhv_net_queue *q);
	void (*queue_set_cpu)(struct xhv_net_queue *q, unsigned int cpu);
	int (*tx_submit)(struct xhv_net_queue *q, const struct xhv_net_tx *tx);
	void (*tx_kick)(struct xhv_net_queue *q);
	void (*rx_resume)(struct xhv_net_queue *q);
	int (*set_filter)(struct xhv_net_dev *dev, unsigned int filter);
	void (*show)(struct xhv_net_dev *dev, struct seq_file *m);
};

/**
 * struct xhv_net_dev - a NIC of the host
 * @ops: the transport
 * @guid: naming key: the VMBus instance (compared as the text of the GUID)
 * @label: what a person recognises the NIC by: "vmbus <instance>"
 * @mac: its address
 * @mtu: the largest payload of an Ethernet frame, 68 to 65517
 * @max_queues: how many queues are worth opening, 1 at least
 * @tx_depth: how many packets are worth having in flight on each
 * @features: XHV_NET_CSUM_TCP4 ...: what ->tx_submit() takes
 * @gso_max_size: with XHV_NET_TSO the largest packet with it, in bytes with
 *		  all headers; the back end divides larger ones. At least
 *		  twice ETH_HLEN + @mtu, 65535 is the largest that there is.
 * @carrier: the link is up
 * @backend: the back end's own pointer
 *
 * Nothing but @carrier and @mtu changes while the NIC is added.
 */
struct xhv_net_dev {
	const struct xhv_net_ops *ops;
	guid_t guid;
	char label[80];
	u8 mac[ETH_ALEN];
	u32 mtu;
	u32 max_queues;
	u32 tx_depth;
	u32 features;
	u32 gso_max_size;
	bool carrier;
	void *backend;
};

/**
 * xhv_net_front_end_loadable() - will somebody drive the NICs?
 *
 * As xhv_block_front_end_loadable().
 *
 * Return: true if the stock front end's module can be loaded.
 */
bool xhv_net_front_end_loadable(void);

/**
 * xhv_net_front_end() - is there somebody to drive the NICs?
 *
 * Process context, may sleep, after xhv_activate(). Loads xen-netfront if it
 * is not there yet. A transport takes no NIC without it.
 *
 * Return: true if the stock front end is registered.
 */
bool xhv_net_front_end(void);

/**
 * xhv_net_add() - make a Xen virtual interface of a host's NIC
 * @dev: filled in by the transport, lives until xhv_net_del() returns
 *
 * Process context, may sleep. The Xen core must be awake (xhv_activate()).
 * Numbers (vif-0, vif-1 ...) are given in the order of @dev->guid among the NICs
 * that are added before xhv_net_settle(); later ones take the next free number.
 * A NIC with a GUID that was there before gets that one's number again.
 *
 * Return: 0 or a negative errno.
 */
int xhv_net_add(struct xhv_net_dev *dev);

/**
 * xhv_net_del() - take the virtual interface away again
 * @dev: the NIC
 *
 * Process context, may sleep. The front end is asked to close, as a toolstack
 * does that detaches an interface. Every packet in flight has been answered when
 * this returns; the transport's queues are closed, and @dev is not looked at
 * again.
 */
void xhv_net_del(struct xhv_net_dev *dev);

/**
 * xhv_net_carrier() - @dev->carrier has changed
 * @dev: the NIC, added
 *
 * Process context, may sleep. While the link is down no packet is submitted.
 */
void xhv_net_carrier(struct xhv_net_dev *dev);

/**
 * xhv_net_mtu_changed() - @dev->mtu has changed
 * @dev: the NIC, added
 *
 * Process context, may sleep.
 */
void xhv_net_mtu_changed(struct xhv_net_dev *dev);

/**
 * xhv_net_settle() - the NICs known so far are all that are coming now
 *
 * Process context, may sleep. Orders the NICs added since the last call, numbers
 * them and creates their xenstore nodes.
 */
void xhv_net_settle(void);

#endif /* XHV_NET_H */
