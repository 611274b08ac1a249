// SPDX-License-Identifier: GPL-2.0-only
/*
 * A block ring from the front end's request to its response, and front ends
 * that do what no sane one would.
 */
#include "ring.h"

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
			.gref = DATA_REF + i % DATA_PAGES, .last_sect = 7,
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

/* There is room for the segments of a ring full of what the stock front end
 * sends; larger requests wait for each other.
 */
static void many_segments(struct kunit *test)
{
	int i, n;

	t->vbd.limits.max_bytes = 256 << VBD_PAGE_SHIFT;
	t->vbd.limits.max_pfns = 256;
	t->vbd.limits.max_segs = 256;
	open(test);
	for (i = 0; i < SLOTS; i++)
		put_indirect(BLKIF_OP_WRITE, i, 64);
	notify();
	KUNIT_EXPECT_EQ(test, t->nr_ios, SLOTS);
	KUNIT_EXPECT_EQ(test, t->ios[SLOTS - 1].io.len, 64 * VBD_PAGE_SIZE);
	KUNIT_EXPECT_FALSE(test, t->ring.blocked);
	for (i = 0; i < SLOTS; i++)
		end_io(i, 0);
	end_batch();
	for (i = 0; i < SLOTS; i++)
		KUNIT_EXPECT_EQ(test, response(test, i, BLKIF_OP_WRITE),
				BLKIF_RSP_OKAY);
	forget_ios();

	for (i = 0; i < SLOTS; i++)
		put_indirect(BLKIF_OP_WRITE, i, i % 2 ? 256 : 65);
	notify();
	n = t->nr_ios;
	KUNIT_EXPECT_GT(test, n, 10);
	KUNIT_EXPECT_LT(test, n, SLOTS);
	KUNIT_EXPECT_TRUE(test, t->ring.blocked);
	for (i = 0; i < SLOTS; i++) {
		KUNIT_ASSERT_LT(test, i, t->nr_ios);
		end_io(i, 0);
		end_batch();
		KUNIT_EXPECT_EQ(test, response(test, i, BLKIF_OP_WRITE),
				BLKIF_RSP_OKAY);
	}
	KUNIT_EXPECT_TRUE(test, bitmap_empty(t->ring.seg_used, 64));
	forget_ios();
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
	KUNIT_EXPECT_NOT_NULL(test, xhv_double_fault);
	KUNIT_EXPECT_EQ(test, t->nr_ios, 1);
	/* Nothing more is taken, and closing gives everything back. */
	t->front.sring->req_prod -= SLOTS;
	xhv_evtchn_notify(&a);
	KUNIT_EXPECT_EQ(test, t->nr_ios, 1);
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

static void forget_event(void)
{
	clear_bit(t->port, (unsigned long *)xhv_shared_info()->evtchn_pending);
}

/* A front end that says that it is closed may have more to ask for: it is answered,
 * and told of that, without the disk.
 */
static void hung_up(struct kunit *test)
{
	struct evtchn_status st = { .dom = DOMID_SELF, .port = t->port };
	int i;

	open(test);
	t->room = 2;
	for (i = 0; i < 4; i++)
		put(BLKIF_OP_READ, i, 8 * i, i, 1);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 2);
	forget_event();
	vbd_ring_hang_up(&t->ring);
	KUNIT_EXPECT_FALSE(test, t->open);
	KUNIT_EXPECT_EQ(test, xhv_evtchn_poll(t->port), 1);
	/* Those that were waiting, then those that the host had. */
	for (i = 2; i < 6; i++)
		KUNIT_EXPECT_EQ(test, response(test, i % 4, BLKIF_OP_READ),
				BLKIF_RSP_ERROR);
	KUNIT_EXPECT_TRUE(test, no_response());
	KUNIT_EXPECT_EQ(test, nr_pinned(), 0);

	forget_event();
	put(BLKIF_OP_WRITE, 7, 0, 0, 1);
	put(BLKIF_OP_FLUSH_DISKCACHE, 8, 0, 0, 0);
	notify();
	KUNIT_EXPECT_EQ(test, response(test, 7, BLKIF_OP_WRITE),
			BLKIF_RSP_ERROR);
	KUNIT_EXPECT_EQ(test, response(test, 8, BLKIF_OP_FLUSH_DISKCACHE),
			BLKIF_RSP_ERROR);
	KUNIT_EXPECT_EQ(test, xhv_evtchn_poll(t->port), 1);
	KUNIT_EXPECT_NULL(test, xhv_double_fault);

	/* An event without a response, for a front end that has stopped. */
	forget_event();
	vbd_ring_kick(&t->ring);
	KUNIT_EXPECT_EQ(test, xhv_evtchn_poll(t->port), 1);

	KUNIT_EXPECT_TRUE(test, pinned(RING_REF));
	vbd_ring_release(&t->ring);
	KUNIT_EXPECT_FALSE(test, pinned(RING_REF));
	KUNIT_EXPECT_EQ(test, xhv_evtchn_status(&st), 0);
	KUNIT_EXPECT_EQ(test, st.status, EVTCHNSTAT_unbound);
}

/* Only where the disk can. */
static void secure_discard(struct kunit *test)
{
	struct blkif_request *req;
	int i;

	open(test);
	for (i = 0; i < 2; i++) {
		t->vbd.limits.secure_discard = i;
		req = slot();
		req->operation = BLKIF_OP_DISCARD;
		req->u.discard.flag = BLKIF_DISCARD_SECURE;
		req->u.discard.id = i;
		req->u.discard.nr_sectors = 8;
		notify();
		KUNIT_ASSERT_EQ(test, t->nr_ios, 1);
		KUNIT_EXPECT_EQ(test, (int)t->ios[0].io.flags,
				i ? (int)XHV_BLOCK_SECURE : 0);
		end_io(0, 0);
		end_batch();
		KUNIT_EXPECT_EQ(test, response(test, i, BLKIF_OP_DISCARD),
				BLKIF_RSP_OKAY);
		forget_ios();
	}
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
	KUNIT_CASE(many_segments),
	KUNIT_CASE(full),
	KUNIT_CASE(write_barrier),
	KUNIT_CASE(discard),
	KUNIT_CASE(bounced),
	KUNIT_CASE(bad_grants),
	KUNIT_CASE(wrong_completions),
	KUNIT_CASE(wild_producer),
	KUNIT_CASE(going),
	KUNIT_CASE(close_in_flight),
	KUNIT_CASE(hung_up),
	KUNIT_CASE(secure_discard),
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
