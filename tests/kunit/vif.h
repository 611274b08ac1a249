/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pair of network rings over a transport that the test plays, for the suites of
 * the data path: it sees each packet, may be full, and completes them in any order,
 * wrongly, or twice. The front end is played too, down to the grant entries.
 */
#ifndef XHV_KUNIT_VIF_H
#define XHV_KUNIT_VIF_H

#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "../../shim/backend/vif.h"
#include "../../shim/gnttab.h"
#include "../../shim/upcall.h"
#include "../../include/xhv/core.h"
#include "doubles.h"

#define TX_REF		8
#define RX_REF		9
#define DATA_REF	16	/* and on, one a page */
#define DATA_PAGES	24
#define MAX_SENT	64
#define HEAD_SIZE	512
#define HDRS		54	/* Ethernet, IPv4, TCP */

/* A packet that the transport holds. */
struct sent {
	struct xhv_net_tx tx;
	struct xhv_net_frag frags[XHV_NET_MAX_FRAGS];
	u8 head[HEAD_SIZE];
};

static struct {
	struct vif vif;
	struct vif_queue queue;
	struct xhv_net_dev dev;
	struct xhv_net_queue q;
	struct xhv_net_frag frags[XHV_NET_MAX_FRAGS];
	u8 heads[256 * HEAD_SIZE];
	struct sent sent[MAX_SENT];
	int nr_sent;
	int room;
	int refuse;
	int kicks, resumes;
	unsigned int copy_max;
	bool open;

	struct xen_netif_tx_front_ring tx;
	struct xen_netif_rx_front_ring rx;
	void *tx_page, *rx_page;
	void *data[DATA_PAGES];
	int tx_port, rx_port;
} *t;

static inline struct xhv_net_queue *queue_open(struct xhv_net_dev *dev,
					       const struct xhv_net_open *open)
{
	t->q = (struct xhv_net_queue) {
		.dev = dev, .index = open->index, .depth = open->depth,
		.heads = t->heads, .head_stride = HEAD_SIZE,
		.head_size = HEAD_SIZE, .copy_max = t->copy_max,
		.frags = t->frags, .rx_caps = open->rx_caps,
		.client = open->client, .client_ctx = open->ctx,
	};
	t->open = true;
	return &t->q;
}

static inline void end_tx(int nr, int error)
{
	t->q.client->tx_done(t->q.client_ctx, t->sent[nr].tx.tag, error);
}

static inline void end_batch(void)
{
	local_bh_disable();
	t->q.client->end_batch(t->q.client_ctx);
	local_bh_enable();
}

/* What it holds is lost: the queue is the transport's and gone after this. */
static inline void queue_close(struct xhv_net_queue *q)
{
	memset(q, 0, sizeof(*q));
	t->nr_sent = 0;
	t->open = false;
}

static inline void queue_set_cpu(struct xhv_net_queue *q, unsigned int cpu)
{
}

static inline int tx_submit(struct xhv_net_queue *q, const struct xhv_net_tx *tx)
{
	struct sent *to = &t->sent[t->nr_sent];

	if (t->refuse)
		return t->refuse;
	if (t->nr_sent == t->room || t->nr_sent == MAX_SENT)
		return -EAGAIN;
	to->tx = *tx;
	memcpy(to->frags, t->frags, sizeof(to->frags));
	memcpy(to->head, t->heads + tx->tag * HEAD_SIZE, HEAD_SIZE);
	t->nr_sent++;
	return 0;
}

static inline void tx_kick(struct xhv_net_queue *q)
{
	t->kicks++;
}

static inline void rx_resume(struct xhv_net_queue *q)
{
	t->resumes++;
}

static const struct xhv_net_ops ops = {
	.queue_open = queue_open, .queue_close = queue_close,
	.queue_set_cpu = queue_set_cpu, .tx_submit = tx_submit,
	.tx_kick = tx_kick, .rx_resume = rx_resume,
};

static inline struct grant_entry_v1 *entry(grant_ref_t ref)
{
	xen_pfn_t *unused;

	return (struct grant_entry_v1 *)xhv_gnttab_frames(&unused) + ref;
}

static inline u64 pfn(const void *page)
{
	return __pa(page) >> PAGE_SHIFT;
}

static inline void grant(grant_ref_t ref, const void *page, u16 flags)
{
	entry(ref)->frame = pfn(page);
	entry(ref)->domid = XHV_BACKEND_DOMID;
	/* As gnttab_update_entry_v1(): the flags make it valid. */
	smp_store_release(&entry(ref)->flags, GTF_permit_access | flags);
}

static inline bool pinned(grant_ref_t ref)
{
	return entry(ref)->flags & (GTF_reading | GTF_writing);
}

static inline int nr_pinned(void)
{
	int i, n = 0;

	for (i = 0; i < DATA_PAGES; i++)
		n += pinned(DATA_REF + i);
	return n;
}

static inline int new_port(struct kunit *test)
{
	struct evtchn_alloc_unbound a = {
		.dom = DOMID_SELF, .remote_dom = XHV_BACKEND_DOMID
	};

	KUNIT_ASSERT_EQ(test, xhv_evtchn_alloc_unbound(&a), 0);
	return a.port;
}

static inline int setup(struct kunit *test)
{
	int i;

	t = kvzalloc(sizeof(*t), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_ASSERT_EQ(test, xhv_upcall_init(), 0);
	KUNIT_ASSERT_EQ(test, xhv_evtchn_init(), 0);
	KUNIT_ASSERT_EQ(test, xhv_gnttab_init(), 0);
	t->tx_port = new_port(test);
	t->rx_port = new_port(test);
	t->tx_page = (void *)get_zeroed_page(GFP_KERNEL);
	t->rx_page = (void *)get_zeroed_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->tx_page);
	KUNIT_ASSERT_NOT_NULL(test, t->rx_page);
	XEN_FRONT_RING_INIT(&t->tx, (struct xen_netif_tx_sring *)t->tx_page,
			    PAGE_SIZE);
	XEN_FRONT_RING_INIT(&t->rx, (struct xen_netif_rx_sring *)t->rx_page,
			    PAGE_SIZE);
	grant(TX_REF, t->tx_page, 0);
	grant(RX_REF, t->rx_page, 0);
	for (i = 0; i < DATA_PAGES; i++) {
		t->data[i] = (void *)get_zeroed_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, t->data[i]);
		grant(DATA_REF + i, t->data[i], 0);
	}
	t->room = MAX_SENT;
	t->copy_max = 256;
	xhv_double_fault = NULL;
	t->dev = (struct xhv_net_dev) {
		.ops = &ops, .mtu = 1500, .max_queues = 1, .tx_depth = 256,
		.gso_max_size = 65535, .carrier = true,
	};
	t->vif.dev = &t->dev;
	t->vif.carrier = true;
	t->vif.features = XHV_NET_CSUM | XHV_NET_TSO;
	t->vif.rx_caps = XHV_NET_RX_BIG | XHV_NET_RX_GSO4 | XHV_NET_RX_GSO6 |
			 XHV_NET_RX_PARTIAL4 | XHV_NET_RX_PARTIAL6;
	raw_spin_lock_init(&t->vif.mcast_lock);
	return 0;
}

static inline void teardown(struct kunit *test)
{
	int i;

	for (i = 0; i < DATA_PAGES; i++)
		free_page((unsigned long)t->data[i]);
	free_page((unsigned long)t->tx_page);
	free_page((unsigned long)t->rx_page);
	xhv_gnttab_exit();
	xhv_upcall_exit();
	xhv_evtchn_exit();
	kvfree(t);
}

static inline void open(struct kunit *test)
{
	t->queue.vif = &t->vif;
	KUNIT_ASSERT_EQ(test, vif_queue_open(&t->queue, TX_REF, RX_REF,
					     t->tx_port, t->rx_port, 1), 0);
	vif_queue_start(&t->queue);
}

static inline void close(struct kunit *test)
{
	vif_queue_close(&t->queue);
	KUNIT_EXPECT_FALSE(test, t->open);
	KUNIT_EXPECT_EQ(test, nr_pinned(), 0);
	KUNIT_EXPECT_FALSE(test, pinned(TX_REF));
	KUNIT_EXPECT_FALSE(test, pinned(RX_REF));
}

/* A slot of the transmit ring: @size bytes from @offset on of data page @page. */
static inline struct xen_netif_tx_request *put(int page, u16 offset, u16 size,
					       u16 flags)
{
	struct xen_netif_tx_request *req;

	req = RING_GET_REQUEST(&t->tx, t->tx.req_prod_pvt);
	*req = (struct xen_netif_tx_request) {
		.gref = DATA_REF + page, .offset = offset, .size = size,
		.flags = flags, .id = t->tx.req_prod_pvt,
	};
	t->tx.req_prod_pvt++;
	return req;
}

static inline void put_gso(u8 type, u16 size)
{
	struct xen_netif_extra_info *extra;

	extra = (struct xen_netif_extra_info *)
		RING_GET_REQUEST(&t->tx, t->tx.req_prod_pvt++);
	memset(extra, 0, sizeof(*extra));
	extra->type = XEN_NETIF_EXTRA_TYPE_GSO;
	extra->u.gso.type = type;
	extra->u.gso.size = size;
}

static inline void notify(void)
{
	struct evtchn_send a = { .port = t->tx_port };
	int event;

	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&t->tx, event);
	if (event)
		xhv_evtchn_notify(&a);
}

/* The status of the next response; its id is that of its slot. */
static inline int response(struct kunit *test)
{
	struct xen_netif_tx_response rsp;

	KUNIT_ASSERT_NE(test, t->tx.rsp_cons, t->tx.sring->rsp_prod);
	RING_COPY_RESPONSE(&t->tx, t->tx.rsp_cons, &rsp);
	t->tx.rsp_cons++;
	t->tx.sring->rsp_event = t->tx.rsp_cons + 1;
	return rsp.status;
}

static inline bool no_response(void)
{
	return t->tx.rsp_cons == t->tx.sring->rsp_prod;
}

/* Buffers for received packets, from data page @page on. */
static inline void put_buffers(int page, int n)
{
	struct evtchn_send a = { .port = t->rx_port };
	struct xen_netif_rx_request *req;
	int event;

	while (n--) {
		req = RING_GET_REQUEST(&t->rx, t->rx.req_prod_pvt);
		req->id = t->rx.req_prod_pvt++;
		req->gref = DATA_REF + page++;
	}
	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&t->rx, event);
	if (event)
		xhv_evtchn_notify(&a);
}

static inline bool receive(const void *data, u32 len, enum xhv_net_csum csum,
			   u16 gso_size)
{
	struct xhv_net_piece piece = { data, len };
	struct xhv_net_rx rx = {
		.pieces = &piece, .nr_pieces = 1, .len = len, .csum = csum,
		.gso = gso_size ? XHV_NET_TSO4 : 0, .gso_size = gso_size,
	};

	return t->q.client->rx(t->q.client_ctx, &rx);
}

static inline struct xen_netif_rx_response received(struct kunit *test)
{
	struct xen_netif_rx_response rsp;

	KUNIT_EXPECT_NE(test, t->rx.rsp_cons, t->rx.sring->rsp_prod);
	RING_COPY_RESPONSE(&t->rx, t->rx.rsp_cons, &rsp);
	t->rx.rsp_cons++;
	return rsp;
}

/* Headers of a TCP packet of @len bytes, at the start of a page. */
static inline void tcp4(u8 *p, u32 len)
{
	struct iphdr *ip = (struct iphdr *)(p + ETH_HLEN);
	struct tcphdr *tcp = (struct tcphdr *)(ip + 1);

	memset(p, 0, HDRS);
	p[12] = 8;
	ip->version = 4;
	ip->ihl = 5;
	ip->protocol = IPPROTO_TCP;
	ip->tot_len = htons(len - ETH_HLEN);
	ip->id = htons(100);
	ip->saddr = htonl(0x0a000001);
	ip->daddr = htonl(0x0a000002);
	tcp->doff = 5;
	tcp->seq = htonl(1000);
	tcp->psh = 1;
	tcp->fin = 1;
	tcp->cwr = 1;
}

#endif /* XHV_KUNIT_VIF_H */
