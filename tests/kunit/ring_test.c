// SPDX-License-Identifier: GPL-2.0-only
/*
 * A block ring from the front end's request to its response, over a transport
 * that the test plays: it sees each I/O, may be full or busy, and completes
 * them in any order, wrongly, or twice. The front end is played too, down to
 * the grant entries, and does what no sane one would.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "shim/backend/vbd.h"
#include "shim/evtchn.h"
#include "shim/gnttab.h"
#include "shim/upcall.h"
#include "xhv/core.h"

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
	bool open;

	struct blkif_front_ring front;
	struct page *ring_page;
	void *indirect_page;
	void *data[DATA_PAGES];
	const char *fault;
	int port;
} *t;

/* vbd.c is not here. */
void vbd_fault(struct vbd *vbd, const char *why)
{
	t->fault = why;
}

static struct xhv_block_queue *
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

static void end_io(int nr, int error)
{
	t->q.client->complete(t->q.client_ctx, t->ios[nr].io.tag, error);
}

static void end_batch(void)
{
	t->q.client->end_batch(t->q.client_ctx, false);
}

static void forget_ios(void)
{
	t->nr_ios = 0;
}

/* Completes what the transport holds, as a host that goes away does. The queue
 * is the transport's and gone after this: who looks at it finds no disk.
 */
static void queue_close(struct xhv_block_queue *q)
{
	int i;

	for (i = 0; i < t->nr_ios; i++)
		end_io(i, -ENODEV);
	end_batch();
	forget_ios();
	memset(q, 0, sizeof(*q));
	t->open = false;
}

static void queue_set_cpu(struct xhv_block_queue *q, unsigned int cpu)
{
}

static int submit(struct xhv_block_queue *q, const struct xhv_block_io *io)
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
	return 0;
}

static const struct xhv_block_ops ops = {
	.queue_open = queue_open,
	.queue_close = queue_close,
	.queue_set_cpu = queue_set_cpu,
	.submit = submit,
};

static u64 pfn(const void *page)
{
	return __pa(page) >> PAGE_SHIFT;
}

static struct grant_entry_v1 *entry(grant_ref_t ref)
{
	xen_pfn_t *unused;

	return (struct grant_entry_v1 *)xhv_gnttab_frames(&unused) + ref;
}

static void grant(grant_ref_t ref, const void *page)
{
	entry(ref)->frame = pfn(page);
	entry(ref)->domid = XHV_BACKEND_DOMID;
	/* As gnttab_update_entry_v1(): the flags make it valid. */
	smp_store_release(&entry(ref)->flags, GTF_permit_access);
}

static bool pinned(grant_ref_t ref)
{
	return entry(ref)->flags & (GTF_reading | GTF_writing);
}

static int nr_pinned(void)
{
	int i, n = 0;

	for (i = 0; i < DATA_PAGES; i++)
		n += pinned(DATA_REF + i);
	return n;
}

static int setup(struct kunit *test)
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

static void teardown(struct kunit *test)
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

static void open(struct kunit *test)
{
	const grant_ref_t ref = RING_REF;

	t->ring.vbd = &t->vbd;
	KUNIT_ASSERT_EQ(test, vbd_ring_open(&t->ring, &ref, 1, t->port), 0);
	vbd_ring_start(&t->ring);
}

static void close(struct kunit *test)
{
	vbd_ring_close(&t->ring);
	KUNIT_EXPECT_FALSE(test, t->open);
	KUNIT_EXPECT_EQ(test, nr_pinned(), 0);
	KUNIT_EXPECT_FALSE(test, pinned(RING_REF));
	KUNIT_EXPECT_FALSE(test, pinned(INDIRECT_REF));
}

static struct blkif_request *slot(void)
{
	struct blkif_request *req;

	req = RING_GET_REQUEST(&t->front, t->front.req_prod_pvt);
	t->front.req_prod_pvt++;
	memset(req, 0, sizeof(*req));
	return req;
}

/* A request for @n whole pages from @sector on, from data page @page on. */
static struct blkif_request *put(u8 op, u64 id, u64 sector, int page, int n)
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

static void notify(void)
{
	struct evtchn_send a = { .port = t->port };
	int event;

	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&t->front, event);
	if (event)
		xhv_evtchn_notify(&a);
}

/* The next response: its status, with id and operation as expected. */
static int response(struct kunit *test, u64 id, u8 op)
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

static bool no_response(void)
{
	return t->front.rsp_cons == t->front.sring->rsp_prod;
}

static void plain(struct kunit *test)
{
	open(test);
	put(BLKIF_OP_READ, 1, 64, 0, 2);
	put(BLKIF_OP_WRITE, 2, 128, 2, 11);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 2);
	KUNIT_EXPECT_EQ(test, t->ios[0].io.op, XHV_BLOCK_READ);
	KUNIT_EXPECT_EQ(test, t->ios[0].io.sector, 64);
	KUNIT_EXPECT_EQ(test, t->ios[0].io.len, 8192);
	KUNIT_EXPECT_EQ(test, t->ios[0].io.offset, 0);
	KUNIT_EXPECT_EQ(test, t->ios[0].pfns[0], pfn(t->data[0]));
	KUNIT_EXPECT_EQ(test, t->ios[0].pfns[1], pfn(t->data[1]));
	KUNIT_EXPECT_EQ(test, t->ios[1].io.op, XHV_BLOCK_WRITE);
	KUNIT_EXPECT_EQ(test, t->ios[1].io.len, 11 * 4096);
	KUNIT_EXPECT_EQ(test, t->ios[1].pfns[10], pfn(t->data[12]));
	KUNIT_EXPECT_EQ(test, nr_pinned(), 13);
	/* What the host reads into is pinned for writing, and only that. */
	KUNIT_EXPECT_TRUE(test, entry(DATA_REF)->flags & GTF_writing);
	KUNIT_EXPECT_FALSE(test, entry(DATA_REF + 2)->flags & GTF_writing);

	end_io(1, 0);
	KUNIT_EXPECT_TRUE(test, no_response());
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 2, BLKIF_OP_WRITE),
			BLKIF_RSP_OKAY);
	KUNIT_EXPECT_EQ(test, nr_pinned(), 2);
	end_io(0, -EIO);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 1, BLKIF_OP_READ),
			BLKIF_RSP_ERROR);
	KUNIT_EXPECT_EQ(test, nr_pinned(), 0);
	forget_ios();
	close(test);
}

static void split(struct kunit *test)
{
	struct blkif_request *req;

	open(test);
	req = put(BLKIF_OP_WRITE, 5, 100, 0, 4);
	req->u.rw.seg[1].first_sect = 3;
	req->u.rw.seg[2].last_sect = 1;
	notify();
	/* page 0 | 3..7 of page 1, 0..1 of page 2 | page 3 */
	KUNIT_ASSERT_EQ(test, t->nr_ios, 3);
	KUNIT_EXPECT_EQ(test, t->ios[0].io.sector, 100);
	KUNIT_EXPECT_EQ(test, t->ios[0].io.len, 4096);
	KUNIT_EXPECT_EQ(test, t->ios[1].io.sector, 108);
	KUNIT_EXPECT_EQ(test, t->ios[1].io.offset, 1536);
	KUNIT_EXPECT_EQ(test, t->ios[1].io.len, 2560 + 1024);
	KUNIT_EXPECT_EQ(test, t->ios[1].pfns[0], pfn(t->data[1]));
	KUNIT_EXPECT_EQ(test, t->ios[1].pfns[1], pfn(t->data[2]));
	KUNIT_EXPECT_EQ(test, t->ios[2].io.sector, 115);
	KUNIT_EXPECT_EQ(test, t->ios[2].pfns[0], pfn(t->data[3]));

	/* One error is the request's, once all have ended. */
	end_io(0, 0);
	end_io(2, -EIO);
	end_batch();
	KUNIT_EXPECT_TRUE(test, no_response());
	end_io(1, 0);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 5, BLKIF_OP_WRITE),
			BLKIF_RSP_ERROR);
	forget_ios();
	close(test);
}

static struct blkif_request *put_indirect(u8 op, u64 id, int n)
{
	struct blkif_request_segment *segs = t->indirect_page;
	struct blkif_request *req = slot();
	int i;

	for (i = 0; i < n; i++)
		segs[i] = (struct blkif_request_segment) {
			.gref = DATA_REF + i, .last_sect = 7,
		};
	req->operation = BLKIF_OP_INDIRECT;
	req->u.indirect.indirect_op = op;
	req->u.indirect.id = id;
	req->u.indirect.nr_segments = n;
	req->u.indirect.indirect_grefs[0] = INDIRECT_REF;
	return req;
}

static void indirect(struct kunit *test)
{
	struct blkif_request_segment *segs = t->indirect_page;
	struct blkif_request *req;

	open(test);
	put_indirect(BLKIF_OP_READ, 6, 16);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 1);
	KUNIT_EXPECT_EQ(test, t->ios[0].io.len, 16 * 4096);
	KUNIT_EXPECT_EQ(test, nr_pinned(), 16);
	/* The page is the front end's again: what it writes there now must not
	 * matter when the grants are let go of.
	 */
	KUNIT_EXPECT_FALSE(test, pinned(INDIRECT_REF));
	memset(segs, 0xff, PAGE_SIZE);
	end_io(0, 0);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 6, BLKIF_OP_READ),
			BLKIF_RSP_OKAY);
	KUNIT_EXPECT_EQ(test, nr_pinned(), 0);
	forget_ios();

	/* No such page of segments; more segments than offered. */
	req = put_indirect(BLKIF_OP_WRITE, 7, 12);
	req->u.indirect.indirect_grefs[0] = 4000;
	put_indirect(BLKIF_OP_WRITE, 8, 17);
	notify();
	KUNIT_EXPECT_EQ(test, response(test, 7, BLKIF_OP_WRITE),
			BLKIF_RSP_ERROR);
	KUNIT_EXPECT_EQ(test, response(test, 8, BLKIF_OP_WRITE),
			BLKIF_RSP_ERROR);
	KUNIT_EXPECT_EQ(test, t->nr_ios, 0);
	close(test);
}

static void full(struct kunit *test)
{
	struct blkif_request *req;
	int i;

	open(test);
	t->room = 2;
	/* The second of these is cut off in its middle. */
	put(BLKIF_OP_WRITE, 1, 0, 0, 1);
	req = put(BLKIF_OP_WRITE, 2, 8, 1, 3);
	req->u.rw.seg[1].last_sect = 6;
	req->u.rw.seg[2].last_sect = 0;
	put(BLKIF_OP_READ, 3, 80, 4, 1);
	notify();
	KUNIT_EXPECT_EQ(test, t->nr_ios, 2);
	KUNIT_EXPECT_EQ(test, t->ios[1].io.len, 4096 + 3584);
	KUNIT_EXPECT_TRUE(test, t->ring.blocked);
	/* The third is still in the ring. */
	KUNIT_EXPECT_EQ(test, t->ring.ring.req_cons, 2);

	end_io(0, 0);
	t->room = MAX_IOS;
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 1, BLKIF_OP_WRITE),
			BLKIF_RSP_OKAY);
	KUNIT_ASSERT_EQ(test, t->nr_ios, 4);
	KUNIT_EXPECT_EQ(test, t->ios[2].io.sector, 8 + 15);
	KUNIT_EXPECT_EQ(test, t->ios[2].io.len, 512);
	KUNIT_EXPECT_EQ(test, t->ios[2].pfns[0], pfn(t->data[3]));
	KUNIT_EXPECT_EQ(test, t->ios[3].io.op, XHV_BLOCK_READ);
	KUNIT_EXPECT_FALSE(test, t->ring.blocked);
	for (i = 1; i < 4; i++)
		end_io(i, 0);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 2, BLKIF_OP_WRITE),
			BLKIF_RSP_OKAY);
	KUNIT_EXPECT_EQ(test, response(test, 3, BLKIF_OP_READ),
			BLKIF_RSP_OKAY);
	forget_ios();
	close(test);
}

static void write_barrier(struct kunit *test)
{
	open(test);
	put(BLKIF_OP_WRITE, 1, 0, 0, 1);
	put(BLKIF_OP_WRITE_BARRIER, 2, 8, 1, 1);
	put(BLKIF_OP_WRITE, 3, 16, 2, 1);
	notify();
	/* It waits for what was before it, and what follows for it. */
	KUNIT_EXPECT_EQ(test, t->nr_ios, 1);
	end_io(0, 0);
	end_batch();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 2);
	KUNIT_EXPECT_EQ(test, t->ios[1].io.op, XHV_BLOCK_FLUSH);
	end_io(1, 0);
	end_batch();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 3);
	KUNIT_EXPECT_EQ(test, t->ios[2].io.sector, 8);
	end_io(2, 0);
	end_batch();
	/* Its own flush, and what follows. */
	KUNIT_ASSERT_EQ(test, t->nr_ios, 5);
	KUNIT_EXPECT_EQ(test, t->ios[3].io.op, XHV_BLOCK_FLUSH);
	KUNIT_EXPECT_EQ(test, t->ios[4].io.sector, 16);
	end_io(3, 0);
	end_io(4, 0);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 1, BLKIF_OP_WRITE),
			BLKIF_RSP_OKAY);
	KUNIT_EXPECT_EQ(test, response(test, 2, BLKIF_OP_WRITE_BARRIER),
			BLKIF_RSP_OKAY);
	KUNIT_EXPECT_EQ(test, response(test, 3, BLKIF_OP_WRITE),
			BLKIF_RSP_OKAY);
	forget_ios();

	/* A flush that fails: the data is not written. */
	put(BLKIF_OP_WRITE_BARRIER, 4, 8, 1, 1);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 1);
	end_io(0, -EOPNOTSUPP);
	end_batch();
	KUNIT_EXPECT_EQ(test, t->nr_ios, 1);
	KUNIT_EXPECT_EQ(test, response(test, 4, BLKIF_OP_WRITE_BARRIER),
			BLKIF_RSP_EOPNOTSUPP);
	forget_ios();
	close(test);
}

static void discard(struct kunit *test)
{
	struct blkif_request *req;

	open(test);
	req = slot();
	req->operation = BLKIF_OP_DISCARD;
	req->u.discard.id = 3;
	req->u.discard.sector_number = 10;
	req->u.discard.nr_sectors = 5000;
	notify();
	/* No longer than the disk takes at once. */
	KUNIT_ASSERT_EQ(test, t->nr_ios, 2);
	KUNIT_EXPECT_EQ(test, t->ios[0].io.op, XHV_BLOCK_DISCARD);
	KUNIT_EXPECT_EQ(test, t->ios[0].io.nr_sectors, 4096);
	KUNIT_EXPECT_EQ(test, t->ios[1].io.sector, 10 + 4096);
	KUNIT_EXPECT_EQ(test, t->ios[1].io.nr_sectors, 5000 - 4096);
	end_io(0, 0);
	end_io(1, 0);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 3, BLKIF_OP_DISCARD),
			BLKIF_RSP_OKAY);
	forget_ios();
	close(test);
}

static void bounced(struct kunit *test)
{
	struct blkif_request *req;
	char *buf;
	int i;

	t->vbd.limits.block_size = 4096;
	t->vbd.limits.bounce_bytes = 8192;
	open(test);
	/* One block in three places; one whole; and one that has to wait for
	 * the buffer.
	 */
	req = put(BLKIF_OP_WRITE, 1, 8, 0, 4);
	req->u.rw.seg[0].last_sect = 1;
	req->u.rw.seg[1].first_sect = 2;
	req->u.rw.seg[1].last_sect = 3;
	req->u.rw.seg[2].first_sect = 4;
	req = put(BLKIF_OP_READ, 2, 80, 4, 2);
	req->u.rw.seg[0].last_sect = 3;
	req->u.rw.seg[1].first_sect = 4;
	for (i = 0; i < 3; i++)
		memset(t->data[i], 'a' + i, PAGE_SIZE);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 2);
	buf = __va(t->ios[0].pfns[0] << PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, t->ios[0].io.len, 4096);
	KUNIT_EXPECT_EQ(test, buf[0], 'a');
	KUNIT_EXPECT_EQ(test, buf[1023], 'a');
	KUNIT_EXPECT_EQ(test, buf[1024], 'b');
	KUNIT_EXPECT_EQ(test, buf[2047], 'b');
	KUNIT_EXPECT_EQ(test, buf[2048], 'c');
	KUNIT_EXPECT_EQ(test, buf[4095], 'c');
	KUNIT_EXPECT_EQ(test, t->ios[1].pfns[0], pfn(t->data[3]));
	end_io(0, 0);
	end_io(1, 0);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 1, BLKIF_OP_WRITE),
			BLKIF_RSP_OKAY);

	KUNIT_ASSERT_EQ(test, t->nr_ios, 3);
	buf = __va(t->ios[2].pfns[0] << PAGE_SHIFT);
	memset(buf, 'x', 2048);
	memset(buf + 2048, 'y', 2048);
	end_io(2, 0);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 2, BLKIF_OP_READ),
			BLKIF_RSP_OKAY);
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(t->data[4], 'x', 2048), NULL);
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(t->data[4] + 2048, 0, 2048),
			    NULL);
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(t->data[5] + 2048, 'y', 2048),
			    NULL);
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(t->data[5], 0, 2048), NULL);
	KUNIT_EXPECT_EQ(test, t->ring.st.bounces, 2);
	forget_ios();
	close(test);
}

static void bad_grants(struct kunit *test)
{
	struct blkif_request *req;

	open(test);
	/* The last of three is not there: nothing is written. */
	req = put(BLKIF_OP_WRITE, 1, 0, 0, 3);
	req->u.rw.seg[2].gref = 4000;
	/* Read-only memory cannot be read into, but written out. */
	entry(DATA_REF + 5)->flags |= GTF_readonly;
	put(BLKIF_OP_READ, 2, 0, 5, 1);
	put(BLKIF_OP_WRITE, 3, 0, 5, 1);
	notify();
	KUNIT_EXPECT_EQ(test, response(test, 1, BLKIF_OP_WRITE),
			BLKIF_RSP_ERROR);
	KUNIT_EXPECT_EQ(test, response(test, 2, BLKIF_OP_READ),
			BLKIF_RSP_ERROR);
	KUNIT_ASSERT_EQ(test, t->nr_ios, 1);
	KUNIT_EXPECT_EQ(test, nr_pinned(), 1);
	end_io(0, 0);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 3, BLKIF_OP_WRITE),
			BLKIF_RSP_OKAY);
	KUNIT_EXPECT_EQ(test, t->ring.st.rejects, 2);
	forget_ios();
	close(test);
}

static void wrong_completions(struct kunit *test)
{
	open(test);
	put(BLKIF_OP_WRITE, 1, 0, 0, 1);
	notify();
	t->q.client->complete(t->q.client_ctx, 63, 0);
	t->q.client->complete(t->q.client_ctx, 64, 0);
	t->q.client->complete(t->q.client_ctx, U64_MAX, 0);
	end_batch();
	KUNIT_EXPECT_TRUE(test, no_response());
	end_io(0, 0);
	end_io(0, 0);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 1, BLKIF_OP_WRITE),
			BLKIF_RSP_OKAY);
	KUNIT_EXPECT_TRUE(test, no_response());
	KUNIT_EXPECT_EQ(test, t->ring.st.bogus, 4);
	forget_ios();
	close(test);
}

static void wild_producer(struct kunit *test)
{
	struct evtchn_send a = { .port = t->port };

	open(test);
	put(BLKIF_OP_WRITE, 1, 0, 0, 1);
	notify();
	KUNIT_EXPECT_EQ(test, t->nr_ios, 1);
	t->front.sring->req_prod += SLOTS + 1;
	xhv_evtchn_notify(&a);
	KUNIT_EXPECT_NOT_NULL(test, t->fault);
	KUNIT_EXPECT_EQ(test, t->nr_ios, 1);
	/* Nothing more is taken, and closing gives everything back. */
	t->front.sring->req_prod -= SLOTS;
	xhv_evtchn_notify(&a);
	KUNIT_EXPECT_EQ(test, t->nr_ios, 1);
	close(test);
}

/* A busy host is asked again, whole, and what comes after does not wait. */
static void busy(struct kunit *test)
{
	int i;

	open(test);
	put(BLKIF_OP_WRITE, 1, 0, 0, 1);
	put(BLKIF_OP_WRITE_BARRIER, 2, 8, 1, 0);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 1);
	end_io(0, -EBUSY);
	end_batch();
	KUNIT_EXPECT_TRUE(test, no_response());
	/* The barrier may not overtake it. */
	KUNIT_EXPECT_EQ(test, t->nr_ios, 1);
	KUNIT_EXPECT_EQ(test, nr_pinned(), 0);
	for (i = 0; i < 50 && t->nr_ios < 2; i++)
		msleep(20);
	KUNIT_ASSERT_EQ(test, t->nr_ios, 2);
	KUNIT_EXPECT_EQ(test, t->ios[1].io.op, XHV_BLOCK_WRITE);
	end_io(1, 0);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 1, BLKIF_OP_WRITE),
			BLKIF_RSP_OKAY);
	KUNIT_ASSERT_EQ(test, t->nr_ios, 3);
	KUNIT_EXPECT_EQ(test, t->ios[2].io.op, XHV_BLOCK_FLUSH);
	end_io(2, 0);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 2, BLKIF_OP_WRITE_BARRIER),
			BLKIF_RSP_OKAY);
	forget_ios();
	close(test);
}

/* A disk that goes away answers everything. */
static void going(struct kunit *test)
{
	int i;

	open(test);
	t->room = 1;
	for (i = 0; i < SLOTS; i++)
		put(BLKIF_OP_WRITE, i, 0, 0, 1);
	notify();
	KUNIT_EXPECT_EQ(test, t->nr_ios, 1);
	vbd_ring_fail(&t->ring);
	for (i = 1; i < SLOTS; i++)
		KUNIT_EXPECT_EQ(test, response(test, i, BLKIF_OP_WRITE),
				BLKIF_RSP_ERROR);
	KUNIT_EXPECT_TRUE(test, no_response());
	end_io(0, 0);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 0, BLKIF_OP_WRITE),
			BLKIF_RSP_OKAY);
	forget_ios();

	t->refuse = -ENODEV;
	put(BLKIF_OP_WRITE, 77, 0, 0, 1);
	notify();
	KUNIT_EXPECT_EQ(test, response(test, 77, BLKIF_OP_WRITE),
			BLKIF_RSP_ERROR);
	close(test);
}

/* What is in flight when the front end lets go is waited for. */
static void close_in_flight(struct kunit *test)
{
	int i;

	open(test);
	t->room = 3;
	for (i = 0; i < 8; i++)
		put(BLKIF_OP_READ, i, 8 * i, i, 1);
	notify();
	KUNIT_EXPECT_EQ(test, t->nr_ios, 3);
	close(test);
}

static void bad_ring(struct kunit *test)
{
	grant_ref_t ref = 4000;

	t->ring.vbd = &t->vbd;
	KUNIT_EXPECT_EQ(test, vbd_ring_open(&t->ring, &ref, 1, t->port),
			-EINVAL);
	ref = RING_REF;
	KUNIT_EXPECT_EQ(test, vbd_ring_open(&t->ring, &ref, 1, 4000), -EINVAL);
	KUNIT_EXPECT_FALSE(test, pinned(RING_REF));
	t->front.sring->req_prod = SLOTS + 1;
	KUNIT_EXPECT_EQ(test, vbd_ring_open(&t->ring, &ref, 1, t->port),
			-EINVAL);
	KUNIT_EXPECT_FALSE(test, pinned(RING_REF));
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE(plain),
	KUNIT_CASE(split),
	KUNIT_CASE(indirect),
	KUNIT_CASE(full),
	KUNIT_CASE(write_barrier),
	KUNIT_CASE(discard),
	KUNIT_CASE(bounced),
	KUNIT_CASE(bad_grants),
	KUNIT_CASE(wrong_completions),
	KUNIT_CASE(wild_producer),
	KUNIT_CASE(busy),
	KUNIT_CASE(going),
	KUNIT_CASE(close_in_flight),
	KUNIT_CASE(bad_ring),
	{ }
};

static struct kunit_suite ring_suite = {
	.name = "xhv-ring",
	.init = setup,
	.exit = teardown,
	.test_cases = ring_cases,
};

kunit_test_suites(&ring_suite);
