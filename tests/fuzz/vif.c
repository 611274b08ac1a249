// SPDX-License-Identifier: GPL-2.0-only
/*
 * A queue of a NIC between a front end that writes anything into its shared pages
 * and grant entries, and a host that is full, wrong or slow.
 *
 * What must hold: the host is only ever given pieces of frames that are granted and
 * pinned, packets whose lengths agree and whose headers are where the back end says;
 * received packets go only into frames that are granted for writing; every slot has
 * one response; tags and pins are all accounted for, and free at the end.
 */
#include "fuzz.h"

#include "../../shim/backend/vif.h"
#include <net/headers.h>

#define STEPS		300
#define NR_PAGES	20	/* of data */
#define NR_REFS		40
#define TX_REF		1
#define RX_REF		2
#define DATA_REF	8
#define MAX_TAGS	256
#define STRIDE		320

static struct {
	struct vif vif;
	struct xhv_net_dev dev;
	struct vif_queue queue;
	struct xhv_net_queue q;
	struct xhv_net_frag frags[XHV_NET_MAX_FRAGS];
	bool held[MAX_TAGS];
	unsigned int inflight, room;
	int refuse;
	bool waiting;

	struct xen_netif_tx_sring *tx_sring;
	struct xen_netif_rx_sring *rx_sring;
	RING_IDX tx_prod, rx_prod;
	void *data[NR_PAGES];
	const char *fault;
} *t;

#include "pins.h"

bool xhv_memory_is_ram(u64 pfn)
{
	unsigned int i;

	for (i = 0; i < NR_PAGES; i++)
		if (pfn == __pa(t->data[i]) >> PAGE_SHIFT)
			return true;
	return pfn == __pa(t->tx_sring) >> PAGE_SHIFT ||
	       pfn == __pa(t->rx_sring) >> PAGE_SHIFT;
}

bool xhv_memory_all_ram(const u64 *pfns, unsigned int n)
{
	while (n--)
		if (!xhv_memory_is_ram(pfns[n]))
			return false;
	return true;
}

int xhv_evtchn_connect(struct xhv_evtchn *ec, evtchn_port_t port)
{
	ec->port = port;
	ec->notify(ec);
	return 0;
}

void xhv_evtchn_disconnect(struct xhv_evtchn *ec)
{
	ec->port = 0;
}

void xhv_evtchn_send(struct xhv_evtchn *ec)
{
	fuzz_assert(!t->queue.lock.held);
}

void xhv_evtchn_send_bh(struct xhv_evtchn *ec)
{
	fuzz_assert(!t->queue.lock.held);
}

void vif_fault(struct vif *vif, const char *why)
{
	fuzz_assert(why);
	t->fault = why;
}

/* The host reads what it is given. */
static u32 touch(const struct xhv_net_frag *frag)
{
	static u8 buf[PAGE_SIZE];
	bool allowed = false;
	unsigned int i;

	fuzz_assert(frag->len && frag->offset + frag->len <= PAGE_SIZE);
	for (i = 0; i < NR_REFS; i++)
		if (pins[i].frame == frag->pfn && pins[i].readers)
			allowed = true;
	fuzz_assert(allowed);
	memcpy(buf, (u8 *)pfn_to_kaddr(frag->pfn) + frag->offset, frag->len);
	return frag->len;
}

static void check_offload(const struct xhv_net_tx *tx)
{
	const u8 *head = (u8 *)t->q.heads + tx->tag * STRIDE + tx->head_offset;
	bool v4 = tx->flags & (XHV_NET_CSUM_TCP4 | XHV_NET_CSUM_UDP4);
	bool tcp = tx->flags & (XHV_NET_CSUM_TCP4 | XHV_NET_CSUM_TCP6);

	fuzz_assert(!(tx->flags & XHV_NET_CSUM & ((tx->flags & XHV_NET_CSUM) - 1)));
	fuzz_assert(tx->l3_offset == ETH_HLEN || tx->l3_offset == ETH_HLEN + 4);
	fuzz_assert(tx->l4_offset >= tx->l3_offset + (v4 ? 20 : 40));
	fuzz_assert(tx->hdr_len >= tx->l4_offset + (tcp ? 20 : 8));
	fuzz_assert(tx->hdr_len <= tx->head_len);
	fuzz_assert(head[tx->l3_offset] >> 4 == (v4 ? 4 : 6));
	if (tcp)
		fuzz_assert(tx->hdr_len == tx->l4_offset +
					   (head[tx->l4_offset + 12] >> 4) * 4);
	if (!(tx->flags & XHV_NET_TSO))
		return;
	fuzz_assert(tcp && !!(tx->flags & XHV_NET_TSO4) == v4);
	fuzz_assert(tx->gso_size && tx->len - tx->hdr_len > tx->gso_size);
	fuzz_assert(tx->len <= t->dev.gso_max_size);
	fuzz_assert(tx->hdr_len + tx->gso_size <= t->dev.mtu + ETH_HLEN + 4);
}

static int tx_submit(struct xhv_net_queue *q, const struct xhv_net_tx *tx)
{
	u32 sum = tx->head_len;
	unsigned int i;

	fuzz_assert(t->queue.lock.held);
	fuzz_assert(tx->tag < q->depth && !t->held[tx->tag]);
	fuzz_assert(!(tx->flags & ~t->vif.features));
	fuzz_assert(tx->head_len >= ETH_HLEN);
	fuzz_assert(tx->head_offset + tx->head_len <= q->head_size);
	fuzz_assert(tx->head_offset == (tx->flags & XHV_NET_VLAN ? 4 : 0) ||
		    !tx->head_offset);
	fuzz_assert(tx->nr_frags <= XHV_NET_MAX_FRAGS);
	for (i = 0; i < tx->nr_frags; i++)
		sum += touch(&q->frags[i]);
	fuzz_assert(sum == tx->len);
	fuzz_assert((tx->flags & XHV_NET_TSO) || tx->len <= t->dev.mtu + ETH_HLEN + 4);
	if (tx->flags & XHV_NET_CSUM)
		check_offload(tx);
	else
		fuzz_assert(!(tx->flags & XHV_NET_TSO));
	if (t->refuse)
		return t->refuse;
	if (t->inflight >= t->room)
		return -EAGAIN;
	t->held[tx->tag] = true;
	t->inflight++;
	return 0;
}

static void tx_kick(struct xhv_net_queue *q)
{
	fuzz_assert(t->queue.lock.held && t->inflight);
}

static void rx_resume(struct xhv_net_queue *q)
{
	t->waiting = false;
}

static struct xhv_net_queue *queue_open(struct xhv_net_dev *dev,
					const struct xhv_net_open *open)
{
	void *heads = kzalloc(MAX_TAGS * STRIDE, 0);

	if (!heads)
		return ERR_PTR(-ENOMEM);
	fuzz_assert(open->depth <= MAX_TAGS);
	t->q = (struct xhv_net_queue) {
		.dev = dev, .depth = open->depth, .heads = heads,
		.head_stride = STRIDE, .head_size = STRIDE,
		.copy_max = fuzz_byte() & 1 ? 256 : 0, .frags = t->frags,
		.rx_caps = open->rx_caps, .client = open->client,
		.client_ctx = open->ctx,
	};
	return &t->q;
}

static void tx_done(u64 tag, int error)
{
	if (tag < MAX_TAGS && t->held[tag]) {
		t->held[tag] = false;
		t->inflight--;
	}
	t->q.client->tx_done(t->q.client_ctx, tag, error);
}

static void queue_close(struct xhv_net_queue *q)
{
	unsigned int i;

	for (i = 0; i < MAX_TAGS; i++)
		if (t->held[i] && fuzz_byte() & 1)
			tx_done(i, -ENODEV);
	q->client->end_batch(q->client_ctx);
	kfree(q->heads);
	memset(q, 0, sizeof(*q));
}

static void queue_set_cpu(struct xhv_net_queue *q, unsigned int cpu)
{
}

static const struct xhv_net_ops ops = {
	.queue_open = queue_open, .queue_close = queue_close,
	.queue_set_cpu = queue_set_cpu, .tx_submit = tx_submit,
	.tx_kick = tx_kick, .rx_resume = rx_resume,
};

static void bad_grant(void)
{
	struct grant_entry_v1 *e = &table[fuzz_byte() % NR_REFS];

	switch (fuzz_byte() % 5) {
	case 0:
		e->flags ^= GTF_readonly;
		break;
	case 1:
		e->flags = fuzz_byte();
		break;
	case 2:
		e->frame = fuzz_u32();
		break;
	case 3:
		e->domid = fuzz_byte() & 3;
		break;
	default:
		grant(e - table, t->data[fuzz_byte() % NR_PAGES]);
	}
}

/* Headers that are mostly right, at the beginning of a page. */
static void make_headers(u8 *p)
{
	u8 how = fuzz_byte(), at = 14;

	memset(p, how, 12);
	if (how & 0x10) {
		put_unaligned_be16(ETH_P_8021Q, p + 12);
		at += 4;
	}
	put_unaligned_be16(how & 1 ? ETH_P_IPV6 : ETH_P_IP, p + at - 2);
	memset(p + at, 0, 120);
	if (how & 1) {
		p[at] = 0x60;
		p[at + 6] = how & 0x20 ? IPPROTO_DSTOPTS :
			    how & 2 ? IPPROTO_UDP : IPPROTO_TCP;
		at += 40;
		if (how & 0x20) {
			p[at] = how & 2 ? IPPROTO_UDP : IPPROTO_TCP;
			p[at + 1] = fuzz_byte() & 7;
			at += (p[at + 1] + 1) * 8;
		}
	} else {
		p[at] = how & 0x20 ? 0x40 | fuzz_byte() % 16 : 0x45;
		p[at + 9] = how & 2 ? IPPROTO_UDP : IPPROTO_TCP;
		at += 20;
	}
	p[at + 12] = how & 0x40 ? fuzz_byte() : 0x80;
	if (how == 0xff)
		fuzz_bytes(p, 64);
}

static struct xen_netif_tx_request *slot(void)
{
	struct xen_netif_tx_request *req;

	req = &t->tx_sring->ring[t->tx_prod & 255].req;
	t->tx_prod++;
	memset(req, 0, sizeof(*req));
	return req;
}

static void put_packet(void)
{
	u8 how = fuzz_byte(), n = fuzz_byte() % (how & 1 ? 22 : 5), i;
	struct xen_netif_tx_request *first = slot(), *req;
	struct xen_netif_extra_info *extra;
	u32 len;

	make_headers(t->data[0]);
	first->gref = DATA_REF;
	first->size = 40 + fuzz_byte() * 4;
	first->flags = how & 2 ? XEN_NETTXF_csum_blank : 0;
	if (how & 4) {
		first->flags |= XEN_NETTXF_extra_info;
		do {
			extra = (void *)slot();
			extra->type = how & 0x80 ? fuzz_byte() % 8 : 1;
			extra->u.gso.size = how & 8 ? fuzz_byte() : 1000;
			extra->u.gso.type = how & 0x10 ? fuzz_byte() % 4 : 1 + (fuzz_byte() & 1);
			extra->flags = how & 0x80 ? fuzz_byte() & 1 : 0;
		} while (extra->flags & 1 && fuzz_byte() & 1);
	}
	len = first->size;
	for (i = 0; i < n; i++) {
		req = slot();
		req->gref = DATA_REF + 1 + (fuzz_byte() & 15);
		req->size = how & 0x20 ? fuzz_u32() % 5000 : 4000;
		req->offset = how & 0x40 ? fuzz_u32() % 5000 : 0;
		req->flags = i + 1 < n ? XEN_NETTXF_more_data : 0;
		req->id = i;
		len += req->size;
	}
	if (n)
		first->flags |= XEN_NETTXF_more_data;
	/* The packet's length; wrong ones too. */
	first->size = how == 0xfe ? fuzz_u32() : len;
	if (how == 0xff)
		fuzz_bytes(first, sizeof(*first));
}

static void receive(void)
{
	static u8 buf[70000];
	u8 how = fuzz_byte();
	struct xhv_net_piece pieces[3] = { };
	struct xhv_net_rx rx = { .pieces = pieces };
	unsigned int i;

	for (i = 0; i < 1 + how % 3; i++) {
		pieces[i].data = buf;
		pieces[i].len = 1 + (how & 0x40 ? fuzz_u32() % 23000 : fuzz_byte() * 4);
		rx.len += pieces[i].len;
	}
	rx.nr_pieces = i;
	rx.csum = fuzz_byte() % 3;
	rx.gso = how & 0x10 ? XHV_NET_TSO4 : how & 0x20 ? XHV_NET_TSO6 : 0;
	rx.gso_size = fuzz_byte();
	buf[0] = how;
	t->waiting = !t->q.client->rx(t->q.client_ctx, &rx);
}

static void put_buffers(void)
{
	struct xen_netif_rx_request *req;
	u8 n = fuzz_byte();

	while (n--) {
		req = &t->rx_sring->ring[t->rx_prod++ & 255].req;
		req->id = n;
		req->gref = DATA_REF + (n & 15);
	}
	t->rx_sring->req_prod = t->rx_prod;
}

static void step(u8 what)
{
	unsigned int i, n;

	switch (what % 16) {
	default:
		put_packet();
		t->tx_sring->req_prod = t->tx_prod;
		break;
	case 3:
		vif_tx_notify(&t->queue.tx_ec);
		break;
	case 4:
		t->tx_sring->req_prod += (s8)fuzz_byte();
		t->tx_prod = t->tx_sring->req_prod;
		break;
	case 5:
	case 6:
		n = fuzz_byte();
		for (i = 0; i < t->q.depth; i++)
			if (t->held[(i + n) % t->q.depth])
				break;
		if (i < t->q.depth)
			tx_done((i + n) % t->q.depth, fuzz_byte() & 1 ? -EIO : 0);
		break;
	case 7:
		tx_done(fuzz_u32(), -(int)(fuzz_byte() & 1));
		break;
	case 8:
		t->q.client->end_batch(t->q.client_ctx);
		break;
	case 9:
		bad_grant();
		break;
	case 10:
		n = fuzz_byte();
		t->room = n ? n % 8 : MAX_TAGS;
		t->refuse = n > 0xf8 ? -ENODEV : 0;
		break;
	case 11:
		receive();
		break;
	case 12:
		put_buffers();
		vif_rx_notify(&t->queue.rx_ec);
		break;
	case 13:
		t->rx_sring->req_prod += (s8)fuzz_byte();
		t->rx_prod = t->rx_sring->req_prod;
		break;
	case 14:
		fuzz_run_irq_work(&t->queue.more);
		t->vif.carrier = fuzz_byte() != 1;
		t->vif.mcast_control = fuzz_byte() == 1;
		break;
	case 15:
		t->tx_sring->rsp_event = fuzz_u32();
		t->rx_sring->rsp_event = fuzz_u32();
		break;
	}
}

static void check(void)
{
	struct vif_queue *q = &t->queue;
	unsigned int i, owners = 0, free = 0, used = 0, owed = 0, readers = 0;
	unsigned int refs = 0;
	bool is_free[MAX_TAGS] = { };

	fuzz_assert(!q->lock.held);
	fuzz_assert(q->inflight == t->inflight);
	for (i = q->free_tag; i != q->nr_tags; i = q->tags[i].next_free) {
		fuzz_assert(i < q->nr_tags && !is_free[i]);
		is_free[i] = true;
		free++;
	}
	for (i = 0; i < q->nr_tags; i++) {
		if (is_free[i]) {
			fuzz_assert(!q->tags[i].busy);
			continue;
		}
		used++;
		if (q->tags[i].owner == i) {
			owners++;
			owed += q->tags[i].nr_slots + q->tags[i].nr_extras;
			refs += q->tags[i].nr_refs;
		}
	}
	fuzz_assert(free + used == q->nr_tags);
	/* Every slot that was taken has been answered or is owed an answer. */
	fuzz_assert(q->tx.req_cons - q->tx.rsp_prod_pvt == owed);
	fuzz_assert(q->rx.req_cons == q->rx.rsp_prod_pvt);
	for (i = 0; i < NR_REFS; i++)
		readers += pins[i].readers;
	fuzz_assert(readers == refs);
	for (i = 0; i < NR_REFS; i++)
		fuzz_assert(pins[i].writers == (i == TX_REF || i == RX_REF));
}

static int connect(void)
{
	t->dev = (struct xhv_net_dev) {
		.ops = &ops, .mtu = 1500, .max_queues = 1, .carrier = true,
		.tx_depth = fuzz_byte() & 1 ? 256 : 5,
		.gso_max_size = fuzz_byte() & 1 ? 65535 : 9000,
	};
	t->vif.dev = &t->dev;
	t->vif.carrier = true;
	t->vif.features = XHV_NET_CSUM | XHV_NET_TSO | XHV_NET_VLAN;
	if (fuzz_byte() & 1)
		t->vif.features = fuzz_byte() & 0x7f;
	/* As usable_features() in shim/backend/vif.c. */
	if (!(t->vif.features & XHV_NET_CSUM_TCP4))
		t->vif.features &= ~XHV_NET_TSO4;
	if (!(t->vif.features & XHV_NET_CSUM_TCP6))
		t->vif.features &= ~XHV_NET_TSO6;
	t->vif.rx_caps = fuzz_byte() & 1 ? 0 : 0x1f;
	t->queue.vif = &t->vif;
	t->room = MAX_TAGS;
	return vif_queue_open(&t->queue, TX_REF, RX_REF, 1, fuzz_byte() & 1 ? 1 : 2, 1);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	unsigned int i;

	fuzz_begin(data, size);
	fuzz_forget_pages();
	memset(pins, 0, sizeof(pins));
	t = calloc(1, sizeof(*t));
	fuzz_assert(!xhv_gnttab_init());
	pages_of_table = fuzz_pages_in_use();
	t->tx_sring = alloc_pages_exact(PAGE_SIZE, 0);
	t->rx_sring = alloc_pages_exact(PAGE_SIZE, 0);
	grant(TX_REF, t->tx_sring);
	grant(RX_REF, t->rx_sring);
	for (i = 0; i < NR_PAGES; i++) {
		t->data[i] = alloc_pages_exact(PAGE_SIZE, 0);
		if (DATA_REF + i < NR_REFS)
			grant(DATA_REF + i, t->data[i]);
	}
	if (!connect()) {
		vif_queue_start(&t->queue);
		for (i = 0; i < STEPS && fuzz_left; i++) {
			step(fuzz_byte());
			check();
		}
		vif_queue_close(&t->queue);
	}
	for (i = 0; i < NR_REFS; i++)
		fuzz_assert(!pins[i].readers && !pins[i].writers);
	for (i = 0; i < NR_PAGES; i++)
		free_pages_exact(t->data[i], PAGE_SIZE);
	free_pages_exact(t->tx_sring, PAGE_SIZE);
	free_pages_exact(t->rx_sring, PAGE_SIZE);
	fuzz_assert(fuzz_pages_in_use() == pages_of_table);
	xhv_gnttab_exit();
	free(t);
	return 0;
}
