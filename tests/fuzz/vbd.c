// SPDX-License-Identifier: GPL-2.0-only
/*
 * A block ring between a front end that writes anything into its shared pages
 * and grant entries, and a host that is full, busy, wrong or slow.
 *
 * What must hold: the host is only ever given frames that are granted, and
 * pinned for what it does to them, ranges that lie within those frames, and
 * sectors that are on the disk; every request has one response; requests, tags,
 * room for segments and pins are all accounted for, and free at the end.
 */
#include "fuzz.h"

#include "../../shim/backend/vbd.h"
#include "../../shim/backend/vbd_data.h"

#define STEPS		300
#define NR_PAGES	12	/* of data */
#define NR_REFS		32
#define RING_REF	1	/* and on */
#define INDIRECT_REF	6
#define DATA_REF	8
#define MAX_IOS		160

struct io {
	struct xhv_block_io io;
	bool held;
};

static struct {
	struct vbd vbd;
	struct xhv_block_dev dev;
	struct vbd_ring ring;
	struct xhv_block_queue q;
	struct io ios[MAX_IOS];
	unsigned int inflight, room;
	int refuse;

	struct blkif_sring *sring;
	struct blkif_front_ring front;
	void *indirect;
	void *data[NR_PAGES];
	const char *fault;
} *t;

#include "pins.h"

static bool is_guest_page(u64 pfn)
{
	unsigned int i;
	u64 ring = __pa(t->sring) >> PAGE_SHIFT;

	for (i = 0; i < NR_PAGES; i++)
		if (pfn == __pa(t->data[i]) >> PAGE_SHIFT)
			return true;
	return pfn == __pa(t->indirect) >> PAGE_SHIFT ||
	       (pfn >= ring && pfn < ring + t->ring.nr_pages);
}

bool xhv_memory_is_ram(u64 pfn)
{
	return is_guest_page(pfn);
}

bool xhv_memory_all_ram(const u64 *pfns, unsigned int n)
{
	while (n--)
		if (!is_guest_page(pfns[n]))
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
	fuzz_assert(!t->ring.lock.held);
}

void xhv_evtchn_send_direct(struct xhv_evtchn *ec)
{
	fuzz_assert(!t->ring.lock.held);
}

void vbd_fault(struct vbd *vbd, const char *why)
{
	t->fault = why;
}

void vbd_failed(struct vbd *vbd, const struct vbd_request *rq, int error)
{
	fuzz_assert(error < 0 && rq->operation <= BLKIF_OP_DISCARD);
}

/* The host does what it was asked to, to pages that it may touch. */
static void touch(u64 pfn, u32 offset, u32 len, bool read)
{
	static u8 buf[PAGE_SIZE];
	const u8 *bounce = t->ring.bounce;
	u8 *page = pfn_to_kaddr(pfn);
	bool allowed = false;
	unsigned int i;

	fuzz_assert(offset + len <= PAGE_SIZE && len);
	if (bounce && page >= bounce &&
	    page < bounce + t->vbd.limits.bounce_bytes)
		allowed = true;
	for (i = 0; i < NR_REFS; i++)
		if (pins[i].frame == pfn &&
		    (read ? pins[i].writers : pins[i].readers))
			allowed = true;
	fuzz_assert(allowed);
	if (read)
		memset(page + offset, 0xd1, len);
	else
		memcpy(buf, page + offset, len);
}

static int submit(struct xhv_block_queue *q, const struct xhv_block_io *io)
{
	const struct vbd_limits *lim = &t->vbd.limits;
	u32 offset = io->offset, left = io->len, len;
	unsigned int i;

	fuzz_assert(t->ring.lock.held);
	fuzz_assert(io->tag < q->depth && !t->ios[io->tag].held);
	if (t->refuse)
		return t->refuse;
	if (t->inflight >= t->room)
		return -EAGAIN;
	switch (io->op) {
	case XHV_BLOCK_READ:
	case XHV_BLOCK_WRITE:
		fuzz_assert(io->op == XHV_BLOCK_READ || !lim->read_only);
		fuzz_assert(left && left <= lim->max_bytes);
		fuzz_assert(!(left % lim->block_size));
		fuzz_assert(!(io->sector % (lim->block_size >> 9)));
		fuzz_assert(io->sector + (left >> 9) <= t->dev.sectors &&
			    io->sector + (left >> 9) > io->sector);
		fuzz_assert(offset < PAGE_SIZE && !(offset % 512));
		for (i = 0; left; i++, left -= len, offset = 0) {
			fuzz_assert(i < q->max_pfns);
			len = min_t(u32, left, PAGE_SIZE - offset);
			touch(q->pfns[i], offset, len,
			      io->op == XHV_BLOCK_READ);
		}
		break;
	case XHV_BLOCK_DISCARD:
		fuzz_assert(lim->discard && !lim->read_only);
		fuzz_assert(io->nr_sectors && io->nr_sectors <= lim->discard_max);
		fuzz_assert(io->sector + io->nr_sectors <= t->dev.sectors &&
			    io->sector + io->nr_sectors > io->sector);
		break;
	case XHV_BLOCK_FLUSH:
		fuzz_assert(lim->flush);
		break;
	}
	t->ios[io->tag] = (struct io) { .io = *io, .held = true };
	t->inflight++;
	return 0;
}

static struct xhv_block_queue *
queue_open(struct xhv_block_dev *dev, unsigned int cpu, unsigned int depth,
	   unsigned int max_pfns, const struct xhv_block_client *c, void *ctx)
{
	u64 *pfns;

	fuzz_assert(depth <= MAX_IOS);
	pfns = kmalloc_array(max_pfns, sizeof(*pfns), 0);
	if (!pfns)
		return ERR_PTR(-ENOMEM);
	t->q = (struct xhv_block_queue) {
		.dev = dev, .depth = depth, .max_pfns = max_pfns,
		.pfns = pfns, .client = c, .client_ctx = ctx,
	};
	return &t->q;
}

static void end_io(u64 tag, int error)
{
	if (tag < MAX_IOS && t->ios[tag].held) {
		t->ios[tag].held = false;
		t->inflight--;
	}
	t->q.client->complete(t->q.client_ctx, tag, error);
}

static void queue_close(struct xhv_block_queue *q)
{
	unsigned int i;

	for (i = 0; i < MAX_IOS; i++)
		if (t->ios[i].held)
			end_io(i, -ENODEV);
	q->client->end_batch(q->client_ctx, false);
	fuzz_assert(!t->inflight);
	kfree(q->pfns);
	memset(q, 0, sizeof(*q));
}

static void queue_set_cpu(struct xhv_block_queue *q, unsigned int cpu)
{
}

static const struct xhv_block_ops ops = {
	.queue_open = queue_open, .queue_close = queue_close,
	.queue_set_cpu = queue_set_cpu, .submit = submit,
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

static void make_segs(struct blkif_request_segment *segs, unsigned int n)
{
	unsigned int i;
	u8 b;

	for (i = 0; i < n; i++) {
		b = fuzz_byte();
		segs[i] = (struct blkif_request_segment) {
			.gref = DATA_REF + (b & 15), .last_sect = 7,
		};
		if (b & 0x40)
			segs[i].first_sect = fuzz_byte() % 9;
		if (b & 0x80)
			segs[i].last_sect = fuzz_byte() % 9;
		if (b == 0xff)
			fuzz_bytes(&segs[i], sizeof(segs[i]));
	}
}

static void put_request(void)
{
	static const u8 what[] = {
		BLKIF_OP_READ, BLKIF_OP_WRITE, BLKIF_OP_INDIRECT,
		BLKIF_OP_FLUSH_DISKCACHE, BLKIF_OP_WRITE_BARRIER,
		BLKIF_OP_DISCARD, BLKIF_OP_READ, 0xff,
	};
	struct blkif_request *req;
	u8 how = fuzz_byte();
	u64 sector = (u64)fuzz_byte() << (how & 0x80 ? fuzz_byte() % 64 : 3);

	if (how & 0x40)
		sector = -sector;
	req = RING_GET_REQUEST(&t->front, t->front.req_prod_pvt);
	t->front.req_prod_pvt++;
	memset(req, 0, sizeof(*req));
	if (how == 0xff) {
		fuzz_bytes(req, sizeof(*req));
		return;
	}
	req->operation = what[how & 7];
	switch (req->operation) {
	case BLKIF_OP_INDIRECT:
		req->u.indirect.indirect_op = fuzz_byte() % 4;
		req->u.indirect.nr_segments = fuzz_byte() * (how & 8 ? 2 : 1);
		req->u.indirect.sector_number = sector;
		req->u.indirect.indirect_grefs[0] = how & 0x10 ?
			fuzz_byte() : INDIRECT_REF;
		req->u.indirect.id = how;
		make_segs(t->indirect,
			  min_t(u32, req->u.indirect.nr_segments,
				VBD_SEGS_PER_PAGE));
		break;
	case BLKIF_OP_DISCARD:
		req->u.discard.sector_number = sector;
		req->u.discard.nr_sectors = (u64)fuzz_u32() << fuzz_byte() % 64;
		req->u.discard.id = how;
		break;
	default:
		req->u.rw.nr_segments = fuzz_byte() % 13;
		req->u.rw.sector_number = sector;
		req->u.rw.id = how;
		make_segs(req->u.rw.seg,
			  min_t(u32, req->u.rw.nr_segments,
				BLKIF_MAX_SEGMENTS_PER_REQUEST));
	}
}

static void step(u8 what)
{
	static const int errors[] = {
		0, 0, 0, 0, -EIO, -EBUSY, -EBUSY, -ENODATA, -EOPNOTSUPP,
		-ENOSPC, -ENODEV, -EINVAL,
	};
	unsigned int i, n;

	switch (what % 16) {
	default:
		put_request();
		t->sring->req_prod = t->front.req_prod_pvt;
		break;
	case 4:
		vbd_ring_notify(&t->ring.ec);
		break;
	case 5:
		t->sring->req_prod += (s8)fuzz_byte();
		t->front.req_prod_pvt = t->sring->req_prod;
		break;
	case 6:
	case 7:
		/* One that it has. */
		n = fuzz_byte();
		for (i = 0; i < t->q.depth; i++)
			if (t->ios[(i + n) % t->q.depth].held)
				break;
		if (i < t->q.depth)
			end_io((i + n) % t->q.depth,
				 errors[fuzz_byte() % ARRAY_SIZE(errors)]);
		break;
	case 8:
		end_io(fuzz_u32(), errors[fuzz_byte() % ARRAY_SIZE(errors)]);
		break;
	case 9:
		end_io(fuzz_byte(), 0);
		break;
	case 10:
		t->q.client->end_batch(t->q.client_ctx, fuzz_byte() & 1);
		break;
	case 11:
		bad_grant();
		break;
	case 12:
		n = fuzz_byte();
		t->room = n ? n % 8 : MAX_IOS;
		t->refuse = n > 0xf0 ? errors[n % 12] : 0;
		if (t->refuse == -EBUSY)
			t->refuse = 0;
		break;
	case 13:
		fuzz_now += (s64)fuzz_byte() * NSEC_PER_MSEC << fuzz_byte() % 8;
		fuzz_run_timer(&t->ring.retry_timer);
		break;
	case 14:
		fuzz_run_irq_work(&t->ring.more);
		break;
	case 15:
		t->sring->rsp_event = fuzz_u32();
		if (fuzz_byte() == 1)
			t->dev.sectors = t->vbd.limits.sectors += 8;
		break;
	}
}

static void check(void)
{
	struct vbd_ring *r = &t->ring;
	unsigned int i, busy = 0, ios = 0, units = 0, free = 0, used = 0;
	unsigned int held = 0, reads = 0;
	struct vbd_req *req;

	fuzz_assert(!r->lock.held);
	for (i = 0; i < RING_SIZE(&r->ring); i++) {
		req = &r->reqs[i];
		if (!req->busy)
			continue;
		busy++;
		ios += req->ios;
		held += req->pinned ? req->rq.nr_segs : 0;
		if (req->segs && req->segs != req->inline_segs)
			units += DIV_ROUND_UP(req->rq.nr_segs, VBD_SEG_UNIT);
	}
	for (req = r->free_reqs; req; req = req->next)
		fuzz_assert(!req->busy && ++free <= RING_SIZE(&r->ring));
	fuzz_assert(busy + free == RING_SIZE(&r->ring));
	fuzz_assert(r->ring.req_cons - r->ring.rsp_prod_pvt == busy);
	fuzz_assert(ios == r->inflight && ios == t->inflight);
	for (i = 0; i < r->nr_tags; i++) {
		used += !!r->tags[i].req;
		if (r->tags[i].req)
			fuzz_assert(r->tags[i].req->busy && t->ios[i].held);
	}
	fuzz_assert(used == ios);
	for (i = r->free_tag, free = 0; i < r->nr_tags; i = r->tags[i].next_free)
		fuzz_assert(++free <= r->nr_tags);
	fuzz_assert(free + used == r->nr_tags);
	for (i = 0; i < r->nr_seg_units; i++)
		units -= test_bit(i, r->seg_used);
	fuzz_assert(!units);
	for (i = 0; i < NR_REFS; i++)
		reads += pins[i].readers + pins[i].writers;
	fuzz_assert(reads == held + r->nr_pages);
}

static void free_all(unsigned int ring_pages)
{
	unsigned int i;

	for (i = 0; i < NR_PAGES; i++)
		fuzz_free_pages(t->data[i], PAGE_SIZE);
	fuzz_free_pages(t->indirect, PAGE_SIZE);
	fuzz_free_pages(t->sring, ring_pages * PAGE_SIZE);
	free(t);
	fuzz_assert(fuzz_pages_in_use() == pages_of_table);
}

static void set_limits(u8 b)
{
	struct vbd_limits *lim = &t->vbd.limits;

	lim->block_size = b & 1 ? 4096 : 512;
	lim->max_bytes = (1 + (b >> 6) * 85) * PAGE_SIZE;
	lim->max_pfns = lim->max_bytes >> PAGE_SHIFT;
	lim->max_segs = lim->max_pfns;
	lim->bounce_bytes = b & 1 ? min_t(u32, 4 * PAGE_SIZE, lim->max_bytes) :
				    0;
	lim->sectors = t->dev.sectors = 1 << 16;
	lim->discard_max = 4096;
	lim->read_only = (b & 0x3f) == 0x3f;
	lim->flush = !(b & 2);
	lim->fua = b & 4;
	lim->discard = !(b & 8);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	grant_ref_t grefs[4] = { RING_REF, RING_REF + 1, RING_REF + 2, RING_REF + 3 };
	unsigned int i, steps = 0, ring_pages;

	if (!table) {
		fuzz_assert(!xhv_gnttab_init());
		pages_of_table = fuzz_pages_in_use();
	}
	fuzz_begin(data, size);
	memset(table, 0, NR_REFS * sizeof(*table));
	memset(pins, 0, sizeof(pins));
	t = calloc(1, sizeof(*t));
	ring_pages = 1 << fuzz_byte() % 3;
	set_limits(fuzz_byte());
	t->sring = alloc_pages_exact(ring_pages * PAGE_SIZE, 0);
	t->indirect = alloc_pages_exact(PAGE_SIZE, 0);
	for (i = 0; i < NR_PAGES; i++) {
		t->data[i] = alloc_pages_exact(PAGE_SIZE, 0);
		grant(DATA_REF + i, t->data[i]);
	}
	grant(INDIRECT_REF, t->indirect);
	for (i = 0; i < ring_pages; i++)
		grant(RING_REF + i, (char *)t->sring + i * PAGE_SIZE);
	XEN_FRONT_RING_INIT(&t->front, t->sring, ring_pages * PAGE_SIZE);
	t->room = MAX_IOS;
	t->dev.ops = &ops;
	t->dev.queue_depth = 8 + fuzz_byte() % 64;
	t->vbd.dev = &t->dev;
	t->ring.vbd = &t->vbd;
	t->ring.nr_pages = ring_pages;
	i = fuzz_byte();
	fuzz_fail_alloc = i > 0xf0 ? i & 15 : -1;
	if (vbd_ring_open(&t->ring, grefs, ring_pages, 5)) {
		fuzz_assert(fuzz_fail_alloc < 0 && i > 0xf0);
		for (i = 0; i < NR_REFS; i++)
			fuzz_assert(!pins[i].readers && !pins[i].writers);
		free_all(ring_pages);
		return 0;
	}
	fuzz_fail_alloc = -1;
	vbd_ring_start(&t->ring);
	while (fuzz_left && steps++ < STEPS) {
		step(fuzz_byte());
		check();
	}
	vbd_ring_close(&t->ring);
	for (i = 0; i < NR_REFS; i++)
		fuzz_assert(!pins[i].readers && !pins[i].writers);
	/* All that was taken has been answered, unless the ring was wild. */
	if (!t->fault)
		fuzz_assert(t->ring.ring.req_cons ==
			    t->ring.ring.rsp_prod_pvt);
	free_all(ring_pages);
	return 0;
}
