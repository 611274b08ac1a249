/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network client of VMBus: its structures, and who does what.
 *
 *   vmbus_net.c	a NIC: agreeing on a protocol, buffers, removal
 *   vmbus_net_ctl.c	questions to the host that somebody waits for
 *   vmbus_net_chan.c	channels: opening, polling, who receives from which
 *   vmbus_net_rx.c	received packets until they are given back
 *   vmbus_net_tx.c	queues and sending
 *   net_merge.c		segments that become one packet; no VMBus
 *   nvsp.c, rndis_*.c	formats; no VMBus
 *
 * Locks, in this order: nic->ctl_lock and nic->chans_lock, which are not taken
 * together; on the data path queue->lock, the back end's queue lock, VMBus's
 * outbound ring lock. nic->map_lock is inside all of them and has none in it.
 */
#ifndef XHV_VMBUS_NET_H
#define XHV_VMBUS_NET_H

#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/hyperv.h>
#include <linux/irq_work.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "../include/xhv/net.h"
#include "net_merge.h"
#include "nvsp.h"

#define NET_MAX_CHANNELS	64
#define NET_MAX_QUEUES		NET_MAX_CHANNELS
#define NET_MAX_DEPTH		256
/* Transfer pages of the most ranges that a host uses (NVSP_RSC_MAX in
 * drivers/net/hyperv/hyperv_net.h), an NVSP message, a table of channels.
 */
#define NET_MAX_PACKET		8192

/* Transaction ids: tag, queue (from 1, so that none is 0), a marker for what
 * somebody sleeps on, and how often the tag was used, so that a host that answers
 * twice is not believed.
 */
#define NET_ID_QUEUE_SHIFT	16
#define NET_ID_CTL		BIT_ULL(32)
#define NET_ID_USE_SHIFT	33

struct nic;
struct net_queue;

/* A range of the receive buffer that the host has filled. The last one of a
 * packet has what the host wants back for it.
 */
struct net_slot {
	u64 id;
	u32 offset;
	u32 len;	/* 0: has been dealt with */
	bool last;
	bool bad;
};

/**
 * struct net_chan - a channel of a NIC
 * @nic: the NIC
 * @ch: VMBus's
 * @index: in nic->chans
 * @napi: polls it; everything below that has no other comment is its own
 * @wake: starts @napi from where that cannot be done
 * @again: the same, later: the outbound ring was full and the host owes nothing
 * @rxq: who gets what comes; under RCU, written under nic->map_lock
 * @blocked: queues that found the channel full; any context
 * @inflight: packets without an answer; any context
 * @slots: ranges from the host, a ring of @mask + 1
 * @put: where the next one goes
 * @show: the next one to be shown to the back end
 * @done: the next one to be given back to the host
 * @parked: the one at @show waits for room; read in any context
 * @stuck: the one at @done waits for room in the channel
 * @bad: a range of the packet that is being shown was
 * @merge: a packet that is being put together, for no longer than it is shown
 * @merged: segments that were put to others; read in any context
 */
struct net_chan {
	struct nic *nic;
	struct vmbus_channel *ch;
	unsigned int index;
	struct napi_struct napi;
	struct irq_work wake;
	struct hrtimer again;
	struct net_queue __rcu *rxq;
	DECLARE_BITMAP(blocked, NET_MAX_QUEUES);
	atomic_t inflight;

	struct net_slot *slots;
	u32 mask;
	u32 put;
	u32 show;
	u32 done;
	bool parked;
	bool stuck;
	bool bad;
	struct net_merge merge;
	u64 merged;
};

/* What went wrong, for debugfs. Rare, so that they are worth no more than this. */
struct net_counts {
	atomic_t bogus;		/* messages that made no sense */
	atomic_t rx_bad;	/* frames among them */
	atomic_t rx_unwanted;	/* frames for no queue */
	atomic_t rx_oversize;	/* frames that the front end does not take */
	atomic_t rx_overrun;	/* more ranges than there are */
	atomic_t rx_parked;	/* frames that had to wait for room */
	atomic_t comp_busy;	/* no room in the channel to give one back */
	atomic_t tx_full;	/* no room in the channel to send */
	atomic_t tx_failed;	/* the host could not */
};

/**
 * struct nic - a NIC of the host
 * @dev: the back end's view
 * @hvdev: VMBus's device
 * @ndev: what NAPI needs a device for
 * @version: NVSP_VERSION_*
 * @added: the back end has it
 * @recv: the receive buffer
 * @recv_size: its bytes
 * @recv_gpadl: the host's name for it
 * @layout: how the host divides it
 * @send: the send buffer: heads of packets, a section for each tag
 * @send_size: its bytes
 * @send_gpadl: the host's name for it
 * @section_size: bytes of a section
 * @nr_sections: how many there are
 * @chans: channels in use; @nr_chans grows while sub-channels come
 * @max_chans: more are not opened, whatever the host offers; under @chans_lock
 * @chans_lock: adding to @chans
 * @sub_opened: woken when one came
 * @gone: no channel is opened any more; written under @chans_lock
 * @ctl_lock: one conversation at a time
 * @ctl_done: the host has answered the packet @ctl_id
 * @ctl_id: what is waited for, 0 for nothing
 * @ctl_want: the type of answer
 * @ctl_ok: it was of that type
 * @ctl_reply: it
 * @rndis_done: the host has answered the request @rndis_id
 * @rndis_id: what is waited for, 0 for nothing
 * @reply: the answer, its data in @reply_data, @reply_len bytes or an errno
 * @ctl_page: the request
 * @dead: a packet was never answered: @ctl_page may still be read
 * @rss_entries: size of the host's table, 0 for none
 * @rss: brings it up to date, and gives up what a lost channel owes
 * @link: deals with @link_events, NET_LINK_*
 * @queues: by number; read under RCU, written under @map_lock
 * @map_lock: who receives from which channel
 * @counts: what went wrong
 */
struct nic {
	struct xhv_net_dev dev;
	struct hv_device *hvdev;
	struct net_device *ndev;
	u32 version;
	bool added;

	void *recv;
	u32 recv_size;
	struct vmbus_gpadl recv_gpadl;
	struct nvsp_recv_layout layout;
	void *send;
	u32 send_size;
	struct vmbus_gpadl send_gpadl;
	u32 section_size;
	u32 nr_sections;

	struct net_chan *chans[NET_MAX_CHANNELS];
	unsigned int nr_chans;
	unsigned int max_chans;
	struct mutex chans_lock;	/* see above */
	wait_queue_head_t sub_opened;
	bool gone;

	struct mutex ctl_lock;		/* see above */
	struct completion ctl_done;
	u64 ctl_id;
	enum nvsp_type ctl_want;
	bool ctl_ok;
	struct nvsp_message ctl_reply;
	struct completion rndis_done;
	u32 rndis_id;
	struct rndis_reply reply;
	void *reply_data;
	int reply_len;
	void *ctl_page;
	bool dead;

	u32 rss_entries;
	struct work_struct rss;
	struct delayed_work link;
	unsigned long link_events;

	struct net_queue __rcu *queues[NET_MAX_QUEUES];
	raw_spinlock_t map_lock;	/* see above */
	struct net_counts counts;
};

enum { NET_LINK_UP, NET_LINK_DOWN, NET_LINK_CHANGED };

/* A packet that is on its way, until it is answered. */
struct net_tag {
	u64 id;
	struct net_chan *chan;
	bool busy;
};

/**
 * struct net_queue - a queue of a NIC
 * @q: the back end's view; q.frags is the list in @desc
 * @nic: the NIC
 * @chan: where packets go; any context
 * @cpu: where its events go
 * @lock: calls of the client, one at a time; BH off
 * @resumes: how often the front end has made room; any context
 * @blocked_at: @resumes when there was none, valid if @blocked; under @lock
 * @blocked: a packet waits for room; under @lock
 * @inflight: tags that are busy
 * @drained: woken at 0
 * @first_section: the section of tag 0
 * @tags: by tag
 * @desc: the packet's descriptor with the page list
 */
struct net_queue {
	struct xhv_net_queue q;
	struct nic *nic;
	struct net_chan *chan;
	unsigned int cpu;
	spinlock_t lock;		/* see above */
	atomic_t resumes;
	int blocked_at;
	bool blocked;
	atomic_t inflight;
	wait_queue_head_t drained;
	u32 first_section;
	struct net_tag *tags;
	struct vmbus_channel_packet_page_buffer desc;
};

/* main.c */

/* Ring buffer bytes of a channel, each way; channels of a NIC; bytes of the
 * receive buffer; the largest payload of a frame that the host is asked for.
 */
unsigned int net_ring_bytes(void);
unsigned int net_max_channels(void);
unsigned int net_recv_bytes(void);
unsigned int net_max_mtu(void);
/* Are received segments merged? */
bool net_merges(void);
/* Packets up to this many bytes are copied as a whole. */
unsigned int net_copy_max(void);
/* NICs were added: number them, unless module init will do that. */
void net_settle(void);

/* vmbus_net.c */

int net_probe(struct hv_device *hvdev);
void net_remove(struct hv_device *hvdev);
/* A message of the host makes no sense. Any context. */
void net_bogus(struct nic *nic);

/* vmbus_net_ctl.c; process context, may sleep */

/* Sends a packet that the host does not answer. */
int net_tell(struct nic *nic, struct nvsp_message *m);
/* Sends a packet and waits for the answer, which is in nic->ctl_reply while
 * ctl_lock is held by the caller.
 */
int net_ask(struct nic *nic, struct nvsp_message *m, enum nvsp_type want);
int net_rndis_init(struct nic *nic);
/* Bytes of the answer, or a negative errno: -EIO, the host does not know. */
int net_query(struct nic *nic, u32 oid, const void *ask, u32 ask_len,
	      void *data, u32 room);
int net_set(struct nic *nic, u32 oid, const void *data, u32 len);
/* Has the host spread what it receives over the channels that queues use. */
int net_set_rss(struct nic *nic);
int net_set_filter(struct xhv_net_dev *dev, unsigned int filter);
/* What the host says of it, softirq: an answer to a packet; a message. */
void net_ctl_answer(struct nic *nic, u64 id, const void *data, u32 len);
void net_ctl_message(struct nic *nic, const void *msg,
		     const struct rndis_header *hdr);

/* vmbus_net_chan.c */

int net_chan_open(struct nic *nic, struct vmbus_channel *ch);
void net_chan_close_all(struct nic *nic);
/* Room for ranges; before the host may send any. */
int net_chan_alloc_slots(struct net_chan *c);
/* Polls it, soon. Any context. */
void net_chan_kick(struct net_chan *c);
void net_chan_kick_parked(struct nic *nic);
/* As net_chan_kick() but not at once: hrtimer. Any context. */
void net_chan_kick_later(struct net_chan *c);
/* How many are open. Any context. */
static inline unsigned int net_nr_chans(struct nic *nic)
{
	/* Pairs with net_chan_open(): channels are filled in before they count. */
	return smp_load_acquire(&nic->nr_chans);
}

/* Has the host taken it away? If only sub-channels, the NIC goes on. */
static inline bool net_chan_lost(const struct net_chan *c)
{
	return READ_ONCE(c->ch->rescind);
}

/* The channel whose interrupts @cpu takes, or the next best. Any context. */
struct net_chan *net_chan_choose(struct nic *nic, unsigned int cpu);
/* A queue came, went or moved: under nic->map_lock. */
void net_chan_map(struct nic *nic);

/* A queue whose lock a poll holds, and those that it has to end the batch of. */
struct net_batch {
	struct net_queue *locked;
	DECLARE_BITMAP(touched, NET_MAX_QUEUES);
};

/* Takes @sq's lock, if it is another's that is held. Softirq, under RCU. */
void net_batch_lock(struct net_batch *b, struct net_queue *sq);

/* vmbus_net_rx.c; softirq, under RCU */

/* Takes the ranges of a packet over. */
void net_rx_take(struct net_chan *c, const struct vmpacket_descriptor *desc);
/* Shows at most @budget frames; returns how many. */
int net_rx_show(struct net_chan *c, struct net_batch *b, int budget);
/* Gives back what has been shown. */
void net_rx_give_back(struct net_chan *c);

/* vmbus_net_tx.c */

extern const struct xhv_net_ops net_ops;
/* An answer to a packet of a queue; false if there was none. */
bool net_tx_answer(struct nic *nic, u64 id, const void *data, u32 len,
		   struct net_batch *b);
/* Gives up the packets that lost channels owe an answer. Process context. */
void net_tx_reap(struct nic *nic);

#endif /* XHV_VMBUS_NET_H */
