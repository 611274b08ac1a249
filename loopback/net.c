// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loopback NICs: two and two are joined by a cable, and what is sent by one
 * is received by the other.
 *
 * It keeps to the contexts of a real transport: a packet is taken in
 * ->tx_submit(), and delivered and completed later in softirq. It is delivered from
 * the sender's pages as it is, with checksums and segments still to be made, if the
 * receiver takes that; or, for others and with net_wire, as frames of a wire.
 * A receiver without room makes the sender wait.
 */
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sizes.h>

#include "net.h"

#define BUDGET		64
#define MAX_PIECES	(XHV_NET_MAX_FRAGS + 4)

static unsigned int net_room = 256;
module_param(net_room, uint, 0600);
MODULE_PARM_DESC(net_room, "packets that a queue holds before it is full (256)");

static unsigned int net_copy = 256;
module_param(net_copy, uint, 0400);
MODULE_PARM_DESC(net_copy, "packets up to so many bytes are copied (256)");

static bool net_wire;
module_param(net_wire, bool, 0600);
MODULE_PARM_DESC(net_wire, "packets arrive as frames of a wire (N)");

static struct loop_nic *to_nic(struct xhv_net_dev *dev)
{
	return container_of(dev, struct loop_nic, dev);
}

static struct loop_nic_queue *to_queue(struct xhv_net_queue *q)
{
	return container_of(q, struct loop_nic_queue, q);
}

/* The other end of the cable. */
static struct loop_nic *peer_of(const struct loop_nic *nic)
{
	return loop_nic(nic->nr ^ 1);
}

/* Who receives what this queue sends, in an RCU read-side section. */
static struct loop_nic_queue *receiver(const struct loop_nic_queue *lq)
{
	const struct loop_nic *peer = peer_of(lq->nic);

	if (!READ_ONCE(peer->listening) || !READ_ONCE(peer->dev.carrier) ||
	    !READ_ONCE(lq->nic->dev.carrier))
		return NULL;
	return rcu_dereference(peer->queues[lq->q.index % peer->nr_queues]);
}

/* The bytes of a packet, without a tag that travels beside it. */
static unsigned int set_pieces(const struct loop_nic_queue *lq,
			       const struct xhv_net_tx *tx,
			       struct xhv_net_piece *pieces)
{
	const struct loop_packet *p = &lq->packets[tx->tag];
	const char *head = lq->q.heads + tx->tag * lq->q.head_stride +
			   tx->head_offset;
	unsigned int i, n = 0;

	pieces[n++] = (struct xhv_net_piece) { head, tx->head_len };
	for (i = 0; i < tx->nr_frags; i++)
		pieces[n++] = (struct xhv_net_piece) {
			/* No highmem on x86-64: every frame has an address. */
			(char *)__va(p->frags[i].pfn << PAGE_SHIFT) +
			p->frags[i].offset, p->frags[i].len
		};
	return n;
}

/* The back end has checked all this: a NIC that trusts it would hide its
 * mistakes.
 */
static bool sane(const struct loop_nic_queue *lq, const struct xhv_net_tx *tx)
{
	const struct xhv_net_dev *dev = lq->q.dev;
	u32 max = ETH_HLEN + dev->mtu + 4, sum = tx->head_len;
	unsigned int i;

	if (tx->flags & XHV_NET_TSO)
		max = dev->gso_max_size;
	for (i = 0; i < tx->nr_frags && i < XHV_NET_MAX_FRAGS; i++) {
		sum += lq->frags[i].len;
		if (!lq->frags[i].len ||
		    lq->frags[i].offset + lq->frags[i].len > PAGE_SIZE)
			return false;
	}
	return tx->tag < lq->q.depth && tx->nr_frags <= XHV_NET_MAX_FRAGS &&
	       tx->head_len >= ETH_HLEN &&
	       tx->head_offset + tx->head_len <= lq->q.head_size &&
	       tx->len == sum && tx->len <= max &&
	       !(tx->flags & ~dev->features) &&
	       (!(tx->flags & XHV_NET_CSUM) ||
		(tx->l3_offset >= ETH_HLEN && tx->l4_offset > tx->l3_offset &&
		 tx->hdr_len > tx->l4_offset && tx->hdr_len <= tx->head_len)) &&
	       (!(tx->flags & XHV_NET_TSO) ||
		(tx->gso_size && tx->len - tx->hdr_len > tx->gso_size));
}

/* Is the receiver one for packets that are not finished? */
static bool takes(const struct loop_nic_queue *rq, const struct xhv_net_tx *tx)
{
	unsigned int caps = rq->q.rx_caps, need = 0;

	if (READ_ONCE(net_wire) || (tx->flags & XHV_NET_VLAN))
		return false;
	if (tx->flags & (XHV_NET_CSUM_TCP4 | XHV_NET_CSUM_UDP4))
		need |= XHV_NET_RX_PARTIAL4;
	if (tx->flags & (XHV_NET_CSUM_TCP6 | XHV_NET_CSUM_UDP6))
		need |= XHV_NET_RX_PARTIAL6;
	if (tx->flags & XHV_NET_TSO4)
		need |= XHV_NET_RX_GSO4;
	if (tx->flags & XHV_NET_TSO6)
		need |= XHV_NET_RX_GSO6;
	if (tx->len > SZ_4K)
		need |= XHV_NET_RX_BIG;
	return (caps & need) == need;
}

static bool show(const struct loop_nic_queue *rq, const struct xhv_net_rx *rx)
{
	return rq->q.client->rx(rq->q.client_ctx, rx);
}

static bool deliver_as_is(const struct loop_nic_queue *rq,
			  const struct xhv_net_tx *tx,
			  const struct xhv_net_piece *pieces, unsigned int nr)
{
	struct xhv_net_rx rx = {
		.pieces = pieces, .nr_pieces = nr, .len = tx->len,
		.gso = tx->flags & XHV_NET_TSO, .gso_size = tx->gso_size,
		.csum = tx->flags & XHV_NET_CSUM ? XHV_NET_RX_PARTIAL :
						   XHV_NET_RX_UNKNOWN,
	};

	return show(rq, &rx);
}

/* Frames in lq->segs. The checksum is for the guest to verify. */
static bool deliver_wire(struct loop_nic_queue *lq,
			 const struct loop_nic_queue *rq,
			 const struct xhv_net_tx *tx, const __be16 *tag)
{
	struct xhv_net_piece pieces[3];
	struct xhv_net_rx rx = { .pieces = pieces };
	struct sk_buff *skb;
	bool done = true;

	while (done && (skb = lq->segs)) {
		/* Its data is in one piece, as loop_wire() made it. */
		if (skb_linearize(skb))
			goto next;
		rx.len = skb->len;
		rx.nr_pieces = 1;
		pieces[0] = (struct xhv_net_piece) { skb->data, skb->len };
		if (tx->flags & XHV_NET_VLAN) {
			rx.len += 4;
			rx.nr_pieces = 3;
			pieces[0].len = 2 * ETH_ALEN;
			pieces[1] = (struct xhv_net_piece) { tag, 4 };
			pieces[2] = (struct xhv_net_piece) {
				skb->data + 2 * ETH_ALEN,
				skb->len - 2 * ETH_ALEN
			};
		}
		done = show(rq, &rx);
		if (!done)
			break;
next:
		lq->segs = skb->next;
		skb_mark_not_on_list(skb);
		kfree_skb(skb);
	}
	return done;
}

/* True if the packet has been dealt with. Under rq->calls, if there is one. */
static bool deliver_one(struct loop_nic_queue *lq,
			const struct loop_nic_queue *rq,
			const struct loop_packet *p)
{
	struct xhv_net_piece pieces[MAX_PIECES];
	const struct xhv_net_tx *tx = &p->tx;
	unsigned int nr;
	__be16 tag[2];

	if (!rq) {
		atomic64_inc(&lq->nic->unplugged);
		kfree_skb_list(lq->segs);
		lq->segs = NULL;
		return true;
	}
	if (!lq->segs) {
		nr = set_pieces(lq, tx, pieces);
		if (takes(rq, tx))
			return deliver_as_is(rq, tx, pieces, nr);
		lq->segs = loop_wire(tx, pieces, nr);
		if (!lq->segs) {
			atomic64_inc(&lq->nic->no_memory);
			return true;
		}
	}
	tag[0] = htons(ETH_P_8021Q);
	tag[1] = htons(tx->vlan_tci);
	return deliver_wire(lq, rq, tx, tag);
}

static bool next_packet(struct loop_nic_queue *lq, unsigned int at, u16 *tag)
{
	bool any;

	raw_spin_lock_irq(&lq->lock);
	any = at != lq->tail;
	if (any)
		*tag = lq->fifo[at & (lq->size - 1)];
	raw_spin_unlock_irq(&lq->lock);
	return any;
}

/* Shows packets to @rq; how many are done with. */
static unsigned int deliver_some(struct loop_nic_queue *lq,
				 const struct loop_nic_queue *rq)
{
	unsigned int n = 0;
	u16 tag;

	while (n < BUDGET && next_packet(lq, lq->head + n, &tag) &&
	       deliver_one(lq, rq, &lq->packets[tag]))
		n++;
	return n;
}

static unsigned int deliver(struct loop_nic_queue *lq)
{
	struct loop_nic_queue *rq;
	unsigned int n;

	rcu_read_lock();
	rq = receiver(lq);
	if (rq) {
		spin_lock(&rq->calls);
		n = deliver_some(lq, rq);
		rq->q.client->end_batch(rq->q.client_ctx);
		spin_unlock(&rq->calls);
	} else {
		n = deliver_some(lq, NULL);
	}
	rcu_read_unlock();
	return n;
}

static int outcome(struct loop_nic *nic)
{
	return atomic_dec_if_positive(&nic->fail_count) >= 0 ? -EIO : 0;
}

/* Completes the first @n packets. */
static void complete_some(struct loop_nic_queue *lq, unsigned int n)
{
	const struct xhv_net_client *client = lq->q.client;
	u16 tag;

	spin_lock(&lq->calls);
	while (n-- && next_packet(lq, lq->head, &tag)) {
		raw_spin_lock_irq(&lq->lock);
		lq->head++;
		raw_spin_unlock_irq(&lq->lock);
		client->tx_done(lq->q.client_ctx, tag, outcome(lq->nic));
	}
	raw_spin_lock_irq(&lq->lock);
	lq->was_full = false;
	raw_spin_unlock_irq(&lq->lock);
	client->end_batch(lq->q.client_ctx);
	spin_unlock(&lq->calls);
}

/* Softirq context. */
static void deliver_tasklet(struct tasklet_struct *t)
{
	struct loop_nic_queue *lq = from_tasklet(lq, t, deliver);
	unsigned int n;

	if (READ_ONCE(lq->closing) || READ_ONCE(lq->nic->held))
		return;
	n = deliver(lq);
	if (n || READ_ONCE(lq->was_full))
		complete_some(lq, n);
	if (n == BUDGET)
		tasklet_schedule(&lq->deliver);
}

/* Hardirq context (IRQ_WORK_INIT_HARD). */
static void raise_softirq_here(struct irq_work *work)
{
	struct loop_nic_queue *lq = container_of(work, struct loop_nic_queue,
						 work);

	tasklet_schedule(&lq->deliver);
}

static int loop_tx_submit(struct xhv_net_queue *q, const struct xhv_net_tx *tx)
{
	struct loop_nic_queue *lq = to_queue(q);
	unsigned int used;
	int err = 0;

	if (READ_ONCE(lq->nic->rescinded))
		return -ENODEV;
	if (WARN_ON_ONCE(!sane(lq, tx)))
		return -EINVAL;
	raw_spin_lock(&lq->lock);
	used = lq->tail - lq->head;
	if (used && (used >= READ_ONCE(net_room) || used >= lq->size)) {
		lq->was_full = true;
		err = -EAGAIN;
	} else {
		lq->packets[tx->tag].tx = *tx;
		memcpy(lq->packets[tx->tag].frags, lq->frags,
		       tx->nr_frags * sizeof(lq->frags[0]));
		lq->fifo[lq->tail++ & (lq->size - 1)] = tx->tag;
	}
	raw_spin_unlock(&lq->lock);
	return err;
}

static void loop_tx_kick(struct xhv_net_queue *q)
{
	irq_work_queue(&to_queue(q)->work);
}

/* Whoever sends to this queue may go on. */
static void loop_rx_resume(struct xhv_net_queue *q)
{
	struct loop_nic *peer = peer_of(to_nic(q->dev));
	struct loop_nic_queue *lq;
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < MAX_NIC_QUEUES; i++) {
		lq = rcu_dereference(peer->queues[i]);
		if (lq)
			irq_work_queue(&lq->work);
	}
	rcu_read_unlock();
}

/* A softirq runs where it was raised: nothing to choose. */
static void loop_queue_set_cpu(struct xhv_net_queue *q, unsigned int cpu)
{
	WRITE_ONCE(to_queue(q)->cpu, cpu);
}

static void free_queue(struct loop_nic_queue *lq)
{
	kfree_skb_list(lq->segs);
	kvfree(lq->q.heads);
	kvfree(lq->packets);
	kfree(lq->fifo);
	kfree(lq);
}

static struct xhv_net_queue *loop_queue_open(struct xhv_net_dev *dev,
					     const struct xhv_net_open *open)
{
	struct loop_nic_queue *lq = kzalloc(sizeof(*lq), GFP_KERNEL);
	struct loop_nic *nic = to_nic(dev);

	if (!lq)
		return ERR_PTR(-ENOMEM);
	lq->size = roundup_pow_of_two(open->depth);
	lq->q.copy_max = min_t(unsigned int, net_copy, SZ_64K);
	lq->q.head_size = max_t(unsigned int, lq->q.copy_max, XHV_NET_HEAD_MIN) + 4;
	lq->q.head_stride = ALIGN(lq->q.head_size, SMP_CACHE_BYTES);
	lq->fifo = kcalloc(lq->size, sizeof(*lq->fifo), GFP_KERNEL);
	lq->packets = kvcalloc(open->depth, sizeof(*lq->packets), GFP_KERNEL);
	lq->q.heads = kvcalloc(open->depth, lq->q.head_stride, GFP_KERNEL);
	if (!lq->fifo || !lq->packets || !lq->q.heads) {
		free_queue(lq);
		return ERR_PTR(-ENOMEM);
	}
	raw_spin_lock_init(&lq->lock);
	spin_lock_init(&lq->calls);
	lq->work = IRQ_WORK_INIT_HARD(raise_softirq_here);
	tasklet_setup(&lq->deliver, deliver_tasklet);
	lq->nic = nic;
	lq->cpu = open->cpu;
	lq->q.dev = dev;
	lq->q.index = open->index;
	lq->q.depth = open->depth;
	lq->q.frags = lq->frags;
	lq->q.rx_caps = open->rx_caps;
	lq->q.client = open->client;
	lq->q.client_ctx = open->ctx;
	nic->nr_queues = open->nr_queues;
	rcu_assign_pointer(nic->queues[open->index], lq);
	return &lq->q;
}

static void loop_queue_close(struct xhv_net_queue *q)
{
	struct loop_nic_queue *lq = to_queue(q);

	RCU_INIT_POINTER(lq->nic->queues[q->index], NULL);
	WRITE_ONCE(lq->closing, true);
	/* Softirqs of others that deliver to it, and those who queue its work. */
	synchronize_rcu();
	/* The work may run on two CPUs at once, and the first that ends makes it
	 * look idle (irq_work_single() in kernel/irq_work.c).
	 */
	irq_work_sync(&lq->work);
	synchronize_rcu();
	tasklet_kill(&lq->deliver);
	/* What has not been sent is lost; the back end lets go of it. */
	free_queue(lq);
}

static int loop_set_filter(struct xhv_net_dev *dev, unsigned int filter)
{
	struct loop_nic *nic = to_nic(dev);

	if (filter && nic->rescinded)
		return -ENODEV;
	WRITE_ONCE(nic->listening, filter);
	return 0;
}

static void loop_show(struct xhv_net_dev *dev, struct seq_file *m)
{
	struct loop_nic *nic = to_nic(dev);

	seq_printf(m, " unplugged=%lld no-memory=%lld",
		   (long long)atomic64_read(&nic->unplugged),
		   (long long)atomic64_read(&nic->no_memory));
}

const struct xhv_net_ops loop_net_ops = {
	.owner = THIS_MODULE,
	.queue_open = loop_queue_open,
	.queue_close = loop_queue_close,
	.queue_set_cpu = loop_queue_set_cpu,
	.tx_submit = loop_tx_submit,
	.tx_kick = loop_tx_kick,
	.rx_resume = loop_rx_resume,
	.set_filter = loop_set_filter,
	.show = loop_show,
};
