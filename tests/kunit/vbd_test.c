// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block requests: what is accepted, and the I/Os that they become.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "shim/backend/vbd.h"

#define SECTORS	(8ULL << 21)	/* 8 GiB */

static const struct vbd_limits disk = {
	.sectors = SECTORS, .block_size = 512, .max_bytes = 512 << 10,
	.max_pfns = 128, .max_segs = 128, .flush = true, .discard = true,
	.discard_max = U32_MAX,
};

static struct vbd_limits disk_4k(void)
{
	struct vbd_limits lim = disk;

	lim.block_size = 4096;
	lim.bounce_bytes = 64 << 10;
	return lim;
}

static struct blkif_request rw(u8 op, u8 nr_segs, u64 sector)
{
	struct blkif_request req = { .operation = op };

	req.u.rw.id = 0x1234567890;
	req.u.rw.nr_segments = nr_segs;
	req.u.rw.sector_number = sector;
	return req;
}

static int parse(const struct blkif_request *req, const struct vbd_limits *lim,
		 struct vbd_request *out)
{
	memset(out, 0xa5, sizeof(*out));
	return vbd_request_parse(req, lim, out);
}

static void parse_read_write(struct kunit *test)
{
	struct blkif_request req = rw(BLKIF_OP_READ, 11, 8);
	struct vbd_request out;

	KUNIT_EXPECT_EQ(test, parse(&req, &disk, &out), 0);
	KUNIT_EXPECT_EQ(test, out.id, 0x1234567890);
	KUNIT_EXPECT_EQ(test, out.operation, BLKIF_OP_READ);
	KUNIT_EXPECT_EQ(test, out.nr_segs, 11);
	KUNIT_EXPECT_EQ(test, out.sector, 8);
	KUNIT_EXPECT_EQ(test, out.steps, VBD_STEP_DATA);
	KUNIT_EXPECT_FALSE(test, out.write);
	KUNIT_EXPECT_FALSE(test, out.indirect);

	req = rw(BLKIF_OP_WRITE, 1, 0);
	KUNIT_EXPECT_EQ(test, parse(&req, &disk, &out), 0);
	KUNIT_EXPECT_TRUE(test, out.write);

	req = rw(BLKIF_OP_WRITE, 12, 0);
	KUNIT_EXPECT_EQ(test, parse(&req, &disk, &out), BLKIF_RSP_ERROR);
	req = rw(BLKIF_OP_READ, 0, 0);
	KUNIT_EXPECT_EQ(test, parse(&req, &disk, &out), BLKIF_RSP_ERROR);
	/* id and operation are there to answer with, whatever it was */
	req = rw(4, 1, 0);
	KUNIT_EXPECT_EQ(test, parse(&req, &disk, &out), BLKIF_RSP_EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, out.id, 0x1234567890);
	KUNIT_EXPECT_EQ(test, out.operation, 4);
	req = rw(255, 1, 0);
	KUNIT_EXPECT_EQ(test, parse(&req, &disk, &out), BLKIF_RSP_EOPNOTSUPP);
}

static void parse_flush_and_barrier(struct kunit *test)
{
	struct vbd_limits lim = disk;
	struct blkif_request req;
	struct vbd_request out;

	req = rw(BLKIF_OP_FLUSH_DISKCACHE, 0, 0);
	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), 0);
	KUNIT_EXPECT_EQ(test, out.steps, VBD_STEP_PREFLUSH);
	req = rw(BLKIF_OP_FLUSH_DISKCACHE, 1, 0);
	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), 0);
	KUNIT_EXPECT_EQ(test, out.steps,
			VBD_STEP_PREFLUSH | VBD_STEP_WAIT | VBD_STEP_DATA);
	KUNIT_EXPECT_TRUE(test, out.write);

	req = rw(BLKIF_OP_WRITE_BARRIER, 1, 0);
	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), 0);
	KUNIT_EXPECT_EQ(test, out.steps,
			VBD_STEP_DRAIN | VBD_STEP_PREFLUSH | VBD_STEP_WAIT |
			VBD_STEP_DATA | VBD_STEP_WAIT_DATA |
			VBD_STEP_POSTFLUSH);
	KUNIT_EXPECT_EQ(test, out.io_flags, 0);
	lim.fua = true;
	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), 0);
	KUNIT_EXPECT_EQ(test, out.io_flags, XHV_BLOCK_FUA);
	KUNIT_EXPECT_FALSE(test, out.steps & VBD_STEP_POSTFLUSH);
	req = rw(BLKIF_OP_WRITE_BARRIER, 0, 0);
	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), 0);
	KUNIT_EXPECT_EQ(test, out.steps, VBD_STEP_DRAIN | VBD_STEP_PREFLUSH);

	/* No cache, nothing to flush. */
	lim.flush = false;
	req = rw(BLKIF_OP_FLUSH_DISKCACHE, 0, 0);
	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), 0);
	KUNIT_EXPECT_EQ(test, out.steps, 0);
}

static struct blkif_request indirect(u8 op, u16 nr_segs)
{
	struct blkif_request req = { .operation = BLKIF_OP_INDIRECT };

	req.u.indirect.indirect_op = op;
	req.u.indirect.id = 77;
	req.u.indirect.nr_segments = nr_segs;
	req.u.indirect.sector_number = 1000;
	req.u.indirect.indirect_grefs[0] = 4711;
	return req;
}

static void parse_indirect(struct kunit *test)
{
	struct blkif_request req = indirect(BLKIF_OP_WRITE, 128);
	struct vbd_limits lim = disk;
	struct vbd_request out;

	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), 0);
	/* The response names what the indirection stands for. */
	KUNIT_EXPECT_EQ(test, out.operation, BLKIF_OP_WRITE);
	KUNIT_EXPECT_EQ(test, out.id, 77);
	KUNIT_EXPECT_EQ(test, out.nr_segs, 128);
	KUNIT_EXPECT_EQ(test, out.sector, 1000);
	KUNIT_EXPECT_EQ(test, out.indirect_gref[0], 4711);
	KUNIT_EXPECT_TRUE(test, out.indirect);
	KUNIT_EXPECT_TRUE(test, out.write);

	req = indirect(BLKIF_OP_WRITE, 129);
	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), BLKIF_RSP_ERROR);
	req = indirect(BLKIF_OP_READ, 0);
	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), BLKIF_RSP_ERROR);
	req = indirect(BLKIF_OP_READ, 0xffff);
	lim.max_segs = 0xffff;
	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), BLKIF_RSP_ERROR);
	/* Only reads and writes may be indirect (io/blkif.h). */
	req = indirect(BLKIF_OP_FLUSH_DISKCACHE, 1);
	KUNIT_EXPECT_EQ(test, parse(&req, &disk, &out), BLKIF_RSP_ERROR);
	req = indirect(BLKIF_OP_INDIRECT, 1);
	KUNIT_EXPECT_EQ(test, parse(&req, &disk, &out), BLKIF_RSP_ERROR);
}

static struct blkif_request discard(u64 sector, u64 nr)
{
	struct blkif_request req = { .operation = BLKIF_OP_DISCARD };

	req.u.discard.sector_number = sector;
	req.u.discard.nr_sectors = nr;
	return req;
}

static void parse_discard(struct kunit *test)
{
	struct vbd_limits lim = disk;
	struct blkif_request req = discard(3, 20);
	struct vbd_request out;

	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), 0);
	KUNIT_EXPECT_EQ(test, out.steps, VBD_STEP_DISCARD);
	KUNIT_EXPECT_EQ(test, out.sector, 3);
	KUNIT_EXPECT_EQ(test, out.nr_sectors, 20);

	/* Never a neighbour's sectors. */
	lim = disk_4k();
	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), 0);
	KUNIT_EXPECT_EQ(test, out.sector, 8);
	KUNIT_EXPECT_EQ(test, out.nr_sectors, 8);
	req = discard(3, 12);
	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), 0);
	KUNIT_EXPECT_EQ(test, out.nr_sectors, 0);

	/* What is left would not be erased. */
	req.u.discard.flag = BLKIF_DISCARD_SECURE;
	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), 0);
	lim.secure_discard = true;
	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), BLKIF_RSP_ERROR);
	req.u.discard.sector_number = 8;
	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), BLKIF_RSP_ERROR);
	req.u.discard.nr_sectors = 16;
	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), 0);
	KUNIT_EXPECT_EQ(test, out.nr_sectors, 16);

	req = discard(SECTORS - 1, 2);
	KUNIT_EXPECT_EQ(test, parse(&req, &disk, &out), BLKIF_RSP_ERROR);
	req = discard(U64_MAX, 2);
	KUNIT_EXPECT_EQ(test, parse(&req, &disk, &out), BLKIF_RSP_ERROR);
	req = discard(2, U64_MAX);
	KUNIT_EXPECT_EQ(test, parse(&req, &disk, &out), BLKIF_RSP_ERROR);
	req = discard(SECTORS - 2, 2);
	KUNIT_EXPECT_EQ(test, parse(&req, &disk, &out), 0);

	lim = disk;
	lim.read_only = true;
	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), BLKIF_RSP_ERROR);
	lim.discard = false;
	KUNIT_EXPECT_EQ(test, parse(&req, &lim, &out), BLKIF_RSP_EOPNOTSUPP);
}

static struct blkif_request_segment seg(u8 first, u8 last)
{
	return (struct blkif_request_segment) {
		.gref = 9, .first_sect = first, .last_sect = last,
	};
}

static int check(const struct blkif_request_segment *segs, int nr, bool write,
		 u64 sector, const struct vbd_limits *lim)
{
	struct vbd_request rq = {
		.nr_segs = nr, .write = write, .sector = sector,
	};

	return vbd_request_check(&rq, segs, lim);
}

static void check_segments(struct kunit *test)
{
	struct blkif_request_segment segs[] = { seg(0, 7), seg(0, 7) };
	struct vbd_limits lim = disk;

	KUNIT_EXPECT_EQ(test, check(segs, 2, true, 0, &lim), 0);
	KUNIT_EXPECT_EQ(test, check(segs, 2, true, SECTORS - 16, &lim), 0);
	KUNIT_EXPECT_EQ(test, check(segs, 2, true, SECTORS - 15, &lim),
			BLKIF_RSP_ERROR);
	KUNIT_EXPECT_EQ(test, check(segs, 2, true, U64_MAX - 3, &lim),
			BLKIF_RSP_ERROR);
	segs[1] = seg(0, 8);
	KUNIT_EXPECT_EQ(test, check(segs, 2, true, 0, &lim), BLKIF_RSP_ERROR);
	segs[1] = seg(255, 255);
	KUNIT_EXPECT_EQ(test, check(segs, 2, true, 0, &lim), BLKIF_RSP_ERROR);
	segs[1] = seg(5, 4);
	KUNIT_EXPECT_EQ(test, check(segs, 2, true, 0, &lim), BLKIF_RSP_ERROR);
	segs[1] = seg(5, 5);
	KUNIT_EXPECT_EQ(test, check(segs, 2, true, 1, &lim), 0);

	lim.read_only = true;
	KUNIT_EXPECT_EQ(test, check(segs, 2, true, 1, &lim), BLKIF_RSP_ERROR);
	KUNIT_EXPECT_EQ(test, check(segs, 2, false, 1, &lim), 0);

	/* Whole blocks at whole blocks. */
	lim = disk_4k();
	KUNIT_EXPECT_EQ(test, check(segs, 2, false, 8, &lim), BLKIF_RSP_ERROR);
	segs[1] = seg(0, 7);
	KUNIT_EXPECT_EQ(test, check(segs, 2, false, 8, &lim), 0);
	KUNIT_EXPECT_EQ(test, check(segs, 2, false, 9, &lim), BLKIF_RSP_ERROR);
}

/* Walks a request's I/Os; each is compared with the next of @want. */
static void expect_ios(struct kunit *test,
		       const struct blkif_request_segment *segs, int nr,
		       const struct vbd_limits *lim, const struct vbd_io *want,
		       int nr_want)
{
	struct vbd_cursor cur = { };
	struct vbd_io io;
	int i;

	for (i = 0; i < nr_want; i++) {
		KUNIT_ASSERT_LT(test, (int)cur.seg, nr);
		vbd_request_next(segs, nr, lim, &cur, &io);
		KUNIT_EXPECT_EQ(test, io.seg, want[i].seg);
		KUNIT_EXPECT_EQ(test, io.nr_pages, want[i].nr_pages);
		KUNIT_EXPECT_EQ(test, io.offset, want[i].offset);
		KUNIT_EXPECT_EQ(test, io.len, want[i].len);
		KUNIT_EXPECT_EQ(test, io.bounce, want[i].bounce);
	}
	KUNIT_EXPECT_EQ(test, (int)cur.seg, nr);
	KUNIT_EXPECT_EQ(test, (int)cur.skip, 0);
}

#define EXPECT_IOS(test, segs, lim, ...) do {				\
	const struct vbd_io want[] = { __VA_ARGS__ };			\
									\
	expect_ios(test, segs, ARRAY_SIZE(segs), lim, want,		\
		   ARRAY_SIZE(want));					\
} while (0)

static void one_page_list(struct kunit *test)
{
	const struct blkif_request_segment whole[] = {
		seg(0, 7), seg(0, 7), seg(0, 7),
	};
	const struct blkif_request_segment ragged[] = {
		seg(3, 7), seg(0, 7), seg(0, 1),
	};
	const struct blkif_request_segment inside[] = { seg(2, 4) };

	EXPECT_IOS(test, whole, &disk, { 0, 3, 0, 12288 });
	EXPECT_IOS(test, ragged, &disk, { 0, 3, 1536, 2560 + 4096 + 1024 });
	EXPECT_IOS(test, inside, &disk, { 0, 1, 1024, 1536 });
}

static void gaps_split(struct kunit *test)
{
	const struct blkif_request_segment late[] = {
		seg(0, 7), seg(1, 7), seg(0, 7),
	};
	const struct blkif_request_segment early[] = {
		seg(0, 6), seg(0, 7), seg(0, 0),
	};
	const struct blkif_request_segment every[] = {
		seg(1, 1), seg(1, 1), seg(1, 1),
	};

	EXPECT_IOS(test, late, &disk, { 0, 1, 0, 4096 },
		   { 1, 2, 512, 3584 + 4096 });
	EXPECT_IOS(test, early, &disk, { 0, 1, 0, 3584 },
		   { 1, 2, 0, 4096 + 512 });
	EXPECT_IOS(test, every, &disk, { 0, 1, 512, 512 }, { 1, 1, 512, 512 },
		   { 2, 1, 512, 512 });
}

static void limits_split(struct kunit *test)
{
	const struct blkif_request_segment whole[] = {
		seg(0, 7), seg(0, 7), seg(0, 7), seg(0, 7), seg(0, 7),
	};
	const struct blkif_request_segment ragged[] = {
		seg(4, 7), seg(0, 7), seg(0, 7), seg(0, 3),
	};
	struct vbd_limits lim = disk;

	lim.max_bytes = 8192;
	lim.max_pfns = 2;
	EXPECT_IOS(test, whole, &lim, { 0, 2, 0, 8192 }, { 2, 2, 0, 8192 },
		   { 4, 1, 0, 4096 });
	/* Two frames, not two pages' worth of bytes. */
	EXPECT_IOS(test, ragged, &lim, { 0, 2, 2048, 6144 },
		   { 2, 2, 0, 4096 + 2048 });
	/* Frames enough: cut inside a page. */
	lim.max_pfns = 8;
	EXPECT_IOS(test, ragged, &lim, { 0, 3, 2048, 8192 },
		   { 2, 2, 2048, 2048 + 2048 });
}

static void large_blocks(struct kunit *test)
{
	/* Blocks that do not begin where pages do, and no gap. */
	const struct blkif_request_segment shifted[] = {
		seg(4, 7), seg(0, 7), seg(0, 3),
	};
	/* A gap between blocks, and gaps inside a block. */
	const struct blkif_request_segment between[] = {
		seg(4, 7), seg(0, 3), seg(1, 7), seg(0, 0),
	};
	const struct blkif_request_segment within[] = {
		seg(0, 7), seg(0, 1), seg(4, 7), seg(2, 3), seg(0, 7),
	};
	struct vbd_limits lim = disk_4k();

	EXPECT_IOS(test, shifted, &lim, { 0, 3, 2048, 8192 });
	EXPECT_IOS(test, between, &lim, { 0, 2, 2048, 4096 },
		   { 2, 2, 512, 4096 });
	EXPECT_IOS(test, within, &lim, { 0, 1, 0, 4096 },
		   { 1, 3, 0, 4096, true }, { 4, 1, 0, 4096 });
	/* As much as the buffer holds, in whole blocks, then on from there. */
	lim.bounce_bytes = 4096;
	{
		const struct blkif_request_segment long_one[] = {
			seg(0, 2), seg(0, 7), seg(0, 4),
		};

		EXPECT_IOS(test, long_one, &lim, { 0, 2, 0, 4096, true },
			   { 1, 2, 2560, 4096 });
	}
}

/* A request is called whole if its first I/O is all of it, and is that I/O. */
static void expect_whole(struct kunit *test,
			 const struct blkif_request_segment *segs, int nr,
			 const struct vbd_limits *lim)
{
	struct vbd_cursor next_cur = { }, cur = { };
	struct vbd_request rq = { .nr_segs = nr };
	struct vbd_io next, io;

	if (vbd_request_check(&rq, segs, lim))
		return;
	vbd_request_next(segs, nr, lim, &next_cur, &next);
	KUNIT_ASSERT_EQ(test, rq.whole, next_cur.seg == nr && !next.bounce);
	if (!rq.whole)
		return;
	vbd_request_whole(&rq, segs, &cur, &io);
	KUNIT_ASSERT_EQ(test, io.seg, next.seg);
	KUNIT_ASSERT_EQ(test, io.nr_pages, next.nr_pages);
	KUNIT_ASSERT_EQ(test, io.offset, next.offset);
	KUNIT_ASSERT_EQ(test, io.len, next.len);
	KUNIT_ASSERT_EQ(test, io.bounce, next.bounce);
	KUNIT_ASSERT_EQ(test, (int)cur.seg, nr);
}

/* Any request becomes I/Os that cover it once, in order, within limits. */
static void every_cut_is_whole(struct kunit *test)
{
	struct blkif_request_segment segs[24];
	u32 seed = 1, total, sum, i, n, blocks;
	struct vbd_cursor cur;
	struct vbd_limits lim;
	struct vbd_io io;
	u32 round;

#define NEXT(m)	({ seed = seed * 1664525 + 1013904223; (seed >> 8) % (m); })
	for (round = 0; round < 20000; round++) {
		n = 1 + NEXT(ARRAY_SIZE(segs));
		total = 0;
		for (i = 0; i < n; i++) {
			u8 first = NEXT(3) ? 0 : NEXT(8);

			segs[i] = seg(first, NEXT(3) ? 7 :
				      first + NEXT(8 - first));
			total += segs[i].last_sect - first + 1;
		}
		lim = disk;
		lim.max_bytes = (1 + NEXT(8)) * 4096;
		lim.max_pfns = 1 + NEXT(9);
		if (NEXT(2) && !(total % 8)) {
			lim.block_size = 4096;
			lim.bounce_bytes = (1 + NEXT(4)) * 4096;
			/* A block over two pages needs two frames. */
			lim.max_pfns++;
		}
		expect_whole(test, segs, n, &lim);
		cur = (struct vbd_cursor) { };
		sum = 0;
		blocks = 0;
		while (cur.seg < n && blocks++ <= total) {
			struct vbd_cursor at = cur;

			vbd_request_next(segs, n, &lim, &cur, &io);
			KUNIT_ASSERT_EQ(test, io.seg, at.seg);
			KUNIT_ASSERT_GT(test, io.len, 0);
			KUNIT_ASSERT_EQ(test, io.len % lim.block_size, 0);
			KUNIT_ASSERT_LE(test, io.len, io.bounce ?
					lim.bounce_bytes : lim.max_bytes);
			if (!io.bounce) {
				KUNIT_ASSERT_LE(test, io.nr_pages,
						lim.max_pfns);
				KUNIT_ASSERT_EQ(test, io.nr_pages,
						DIV_ROUND_UP(io.offset +
							     io.len, 4096));
			}
			sum += io.len;
		}
		KUNIT_ASSERT_EQ(test, sum, total * 512);
		KUNIT_ASSERT_EQ(test, cur.seg, n);
	}
#undef NEXT
}

static void statuses(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vbd_request_status(0), BLKIF_RSP_OKAY);
	KUNIT_EXPECT_EQ(test, vbd_request_status(-EOPNOTSUPP),
			BLKIF_RSP_EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, vbd_request_status(-EIO), BLKIF_RSP_ERROR);
	KUNIT_EXPECT_EQ(test, vbd_request_status(-ENODEV), BLKIF_RSP_ERROR);
}

static struct kunit_case vbd_cases[] = {
	KUNIT_CASE(parse_read_write),
	KUNIT_CASE(parse_flush_and_barrier),
	KUNIT_CASE(parse_indirect),
	KUNIT_CASE(parse_discard),
	KUNIT_CASE(check_segments),
	KUNIT_CASE(one_page_list),
	KUNIT_CASE(gaps_split),
	KUNIT_CASE(limits_split),
	KUNIT_CASE(large_blocks),
	KUNIT_CASE(every_cut_is_whole),
	KUNIT_CASE(statuses),
	{ }
};

static struct kunit_suite vbd_suite = {
	.name = "xhv-vbd",
	.test_cases = vbd_cases,
};

kunit_test_suites(&vbd_suite);
