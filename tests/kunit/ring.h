/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A block ring over a transport that the test plays, for the suites of the data
 * path: it sees each I/O, may be full or busy, and completes them in any order,
 * wrongly, or twice. The front end is played too, down to the grant entries.
 */
#ifndef XHV_KUNIT_RING_H
#define XHV_KUNIT_RING_H

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../shim/backend/vbd.h"
#include "../../shim/evtchn.h"
#include "../../shim/gnttab.h"
#include "../../shim/upcall.h"
#include "../../include/xhv/core.h"
#include "doubles.h"

#define RING_REF	8
#define INDIRECT_REF	9
#define DATA_REF	16	/* and on, one a page */
#define DATA_PAGES	24
#define MAX_IOS		64
#define SLOTS		32	/* requests in a ring of one page */

/* An I/O that the transport holds. */
struct io {
	struct xhv_block_io io;
	u64 pfns[DATA_PAGES];
};

static struct {
	struct vbd vbd;
	struct vbd_ring ring;
	struct xhv_block_dev dev;
	struct xhv_block_queue q;
	u64 pfns[256];

	struct io ios[MAX_IOS];
	int nr_ios;
	int room;	/* I/Os that the channel takes before it is full */
	int refuse;	/* what the channel says instead of taking one */
	void (*on_submit)(void);	/* called when one was taken */
	bool open;

	struct blkif_front_ring front;
	struct page *ring_page;
	void *indirect_page;
	void *data[DATA_PAGES];
	int port;
} *t;

static inline struct xhv_block_queue *
queue_open(struct xhv_block_dev *dev, unsigned int cpu, unsigned int depth,
	   unsigned int max_pfns, const struct xhv_block_client *c, void *ctx)
{
	t->q = (struct xhv_block_queue) {
		.dev = dev, .depth = depth, .max_pfns = max_pfns,
		.pfns = t->pfns, .client = c, .client_ctx = ctx,
	};
	t->open = true;
	return &t->q;
}

static inline void end_io(int nr, int error)
{
	t->q.client->complete(t->q.client_ctx, t->ios[nr].io.tag, error);
}

static inline void end_batch(void)
{
	t->q.client->end_batch(t->q.client_ctx, false);
}

static inline void forget_ios(void)
{
	t->nr_ios = 0;
}

/* Completes what the transport holds, as a host that goes away does. The queue
 * is the transport's and gone after this: who looks at it finds no disk.
 */
static inline void queue_close(struct xhv_block_queue *q)
{
	int i;

	for (i = 0; i < t->nr_ios; i++)
		end_io(i, -ENODEV);
	end_batch();
	forget_ios();
	memset(q, 0, sizeof(*q));
	t->open = false;
}

static inline void queue_set_cpu(struct xhv_block_queue *q, unsigned int cpu)
{
}

static inline int submit(struct xhv_block_queue *q, const struct xhv_block_io *io)
{
	struct io *to = &t->ios[t->nr_ios];
	u32 n = DIV_ROUND_UP(io->offset + io->len, VBD_PAGE_SIZE);

	if (t->refuse)
		return t->refuse;
	if (t->nr_ios == t->room || t->nr_ios == MAX_IOS)
		return -EAGAIN;
	to->io = *io;
	memcpy(to->pfns, q->pfns, min_t(u32, n, DATA_PAGES) * sizeof(u64));
	t->nr_ios++;
	if (t->on_submit)
		t->on_submit();
	return 0;
}

static const struct xhv_block_ops ops = {
	.queue_open = queue_open,
	.queue_close = queue_close,
	.queue_set_cpu = queue_set_cpu,
	.submit = submit,
};

static inline u64 pfn(const void *page)
{
	return __pa(page) >> PAGE_SHIFT;
}

static inline struct grant_entry_v1 *entry(grant_ref_t ref)
{
	xen_pfn_t *unused;

	return (struct grant_entry_v1 *)xhv_gnttab_frames(&unused) + ref;
}

static inline void grant(grant_ref_t ref, const void *page)
{
	entry(ref)->frame = pfn(page);
	entry(ref)->domid = XHV_BACKEND_DOMID;
	/* As gnttab_update_entry_v1(): the flags make it valid. */
	smp_store_release(&entry(ref)->flags, GTF_permit_access);
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

static inline int setup(struct kunit *test)
{
	struct evtchn_alloc_unbound a = {
		.dom = DOMID_SELF, .remote_dom = XHV_BACKEND_DOMID
	};
	struct blkif_sring *sring;
	int i;

	t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_ASSERT_EQ(test, xhv_upcall_init(), 0);
	KUNIT_ASSERT_EQ(test, xhv_evtchn_init(), 0);
	KUNIT_ASSERT_EQ(test, xhv_gnttab_init(), 0);
	KUNIT_ASSERT_EQ(test, xhv_evtchn_alloc_unbound(&a), 0);
	t->port = a.port;

	t->ring_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	t->indirect_page = (void *)get_zeroed_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->ring_page);
	KUNIT_ASSERT_NOT_NULL(test, t->indirect_page);
	sring = page_address(t->ring_page);
	XEN_FRONT_RING_INIT(&t->front, sring, PAGE_SIZE);
	grant(RING_REF, sring);
	grant(INDIRECT_REF, t->indirect_page);
	for (i = 0; i < DATA_PAGES; i++) {
		t->data[i] = (void *)get_zeroed_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, t->data[i]);
		grant(DATA_REF + i, t->data[i]);
	}

	t->room = MAX_IOS;
	xhv_double_fault = NULL;
	t->dev.ops = &ops;
	t->dev.queue_depth = 64;
	t->vbd.dev = &t->dev;
	t->vbd.limits = (struct vbd_limits) {
		.sectors = 1 << 20, .discard_max = 4096, .block_size = 512,
		.max_bytes = 16 << VBD_PAGE_SHIFT, .max_pfns = 16,
		.max_segs = 16, .flush = true, .discard = true,
	};
	return 0;
}

static inline void teardown(struct kunit *test)
{
	int i;

	for (i = 0; i < DATA_PAGES; i++)
		free_page((unsigned long)t->data[i]);
	free_page((unsigned long)t->indirect_page);
	__free_page(t->ring_page);
	xhv_gnttab_exit();
	xhv_upcall_exit();
	xhv_evtchn_exit();
}

static inline void open(struct kunit *test)
{
	const grant_ref_t ref = RING_REF;

	t->ring.vbd = &t->vbd;
	KUNIT_ASSERT_EQ(test, vbd_ring_open(&t->ring, &ref, 1, t->port), 0);
	vbd_ring_start(&t->ring);
}

static inline void close(struct kunit *test)
{
	vbd_ring_close(&t->ring);
	KUNIT_EXPECT_FALSE(test, t->open);
	KUNIT_EXPECT_EQ(test, nr_pinned(), 0);
	KUNIT_EXPECT_FALSE(test, pinned(RING_REF));
	KUNIT_EXPECT_FALSE(test, pinned(INDIRECT_REF));
}

static inline struct blkif_request *slot(void)
{
	struct blkif_request *req;

	req = RING_GET_REQUEST(&t->front, t->front.req_prod_pvt);
	t->front.req_prod_pvt++;
	memset(req, 0, sizeof(*req));
	return req;
}

/* A request for @n whole pages from @sector on, from data page @page on. */
static inline struct blkif_request *put(u8 op, u64 id, u64 sector, int page, int n)
{
	struct blkif_request *req = slot();
	int i;

	req->operation = op;
	req->u.rw.id = id;
	req->u.rw.sector_number = sector;
	req->u.rw.nr_segments = n;
	for (i = 0; i < n; i++)
		req->u.rw.seg[i] = (struct blkif_request_segment) {
			.gref = DATA_REF + page + i, .last_sect = 7,
		};
	return req;
}

static inline void notify(void)
{
	struct evtchn_send a = { .port = t->port };
	int event;

	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&t->front, event);
	if (event)
		xhv_evtchn_notify(&a);
}

/* The next response: its status, with id and operation as expected. */
static inline int response(struct kunit *test, u64 id, u8 op)
{
	struct blkif_response rsp;

	KUNIT_ASSERT_NE(test, t->front.rsp_cons, t->front.sring->rsp_prod);
	RING_COPY_RESPONSE(&t->front, t->front.rsp_cons, &rsp);
	t->front.rsp_cons++;
	t->front.sring->rsp_event = t->front.rsp_cons + 1;
	KUNIT_EXPECT_EQ(test, rsp.id, id);
	KUNIT_EXPECT_EQ(test, rsp.operation, op);
	return rsp.status;
}

static inline bool no_response(void)
{
	return t->front.rsp_cons == t->front.sring->rsp_prod;
}

#endif /* XHV_KUNIT_RING_H */
