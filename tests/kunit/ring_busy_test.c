// SPDX-License-Identifier: GPL-2.0-only
/*
 * A block ring whose host is busy, full or cannot flush: what is asked again,
 * when, and what may not come before it.
 */
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/preempt.h>

#include "ring.h"

/* Waits until the transport has seen @n I/Os. */
static void wait_ios(int n)
{
	int i;

	for (i = 0; i < 100 && READ_ONCE(t->nr_ios) < n; i++)
		msleep(20);
}

/* As if the host had been busy for the request of a slot @tries times, and will
 * be asked until @give_up.
 */
static void tried(int slot, int tries, ktime_t give_up)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&t->ring.lock, flags);
	t->ring.reqs[slot].tries = tries;
	t->ring.reqs[slot].give_up = give_up;
	raw_spin_unlock_irqrestore(&t->ring.lock, flags);
}

struct seen {
	int ios;
	int pinned;
	bool quiet;
};

/* Ends an I/O and its batch, and looks at what follows at once: with IRQs off,
 * so that no retry's timer is faster, however slow the machine is.
 */
static struct seen end_and_look(int nr, int error)
{
	struct seen seen;
	unsigned long flags;

	local_irq_save(flags);
	end_io(nr, error);
	end_batch();
	seen.ios = t->nr_ios;
	seen.pinned = nr_pinned();
	seen.quiet = no_response();
	local_irq_restore(flags);
	return seen;
}

/* A busy host is asked again, whole, and what comes after does not wait. */
static void busy(struct kunit *test)
{
	struct seen seen;

	open(test);
	put(BLKIF_OP_WRITE, 1, 0, 0, 1);
	put(BLKIF_OP_WRITE_BARRIER, 2, 8, 1, 0);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 1);
	seen = end_and_look(0, -EBUSY);
	KUNIT_EXPECT_TRUE(test, seen.quiet);
	/* The barrier may not overtake it. */
	KUNIT_EXPECT_EQ(test, seen.ios, 1);
	KUNIT_EXPECT_EQ(test, seen.pinned, 0);
	wait_ios(2);
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

/* Each time it waits longer, and it does not give up after a few times. */
static void busy_for_long(struct kunit *test)
{
	ktime_t start;
	int i;

	open(test);
	put(BLKIF_OP_WRITE, 1, 0, 0, 1);
	notify();
	for (i = 0; i < 7; i++) {
		KUNIT_ASSERT_EQ(test, t->nr_ios, 1);
		forget_ios();
		start = ktime_get();
		end_io(0, -EBUSY);
		end_batch();
		wait_ios(1);
		/* 4 ms, 8 ms, ... 256 ms */
		KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get(), start),
				4 << i);
	}
	/* As if it had been busy for a long time. */
	KUNIT_ASSERT_EQ(test, t->nr_ios, 1);
	KUNIT_EXPECT_TRUE(test, no_response());
	KUNIT_EXPECT_GT(test, ktime_ms_delta(t->ring.reqs[0].give_up,
					     ktime_get()), 170 * 1000);
	tried(0, 7, 0);
	end_io(0, -EBUSY);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 1, BLKIF_OP_WRITE),
			BLKIF_RSP_ERROR);
	forget_ios();
	close(test);
}

/* A host that gives a command up is asked five times more, and the log is told. */
static void given_up(struct kunit *test)
{
	int i;

	open(test);
	xhv_double_failed = 0;
	put(BLKIF_OP_WRITE, 1, 0, 0, 1);
	notify();
	for (i = 0; i < 6; i++) {
		KUNIT_ASSERT_EQ(test, t->nr_ios, 1);
		KUNIT_EXPECT_TRUE(test, no_response());
		forget_ios();
		end_io(0, -ECANCELED);
		end_batch();
		if (i < 5)
			wait_ios(1);
	}
	KUNIT_EXPECT_EQ(test, response(test, 1, BLKIF_OP_WRITE),
			BLKIF_RSP_ERROR);
	KUNIT_EXPECT_EQ(test, xhv_double_failed, -ECANCELED);

	/* What no other try helps has one, and is worse than what may pass. */
	put(BLKIF_OP_WRITE, 2, 0, 0, 2)->u.rw.seg[0].last_sect = 6;
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 2);
	end_io(0, -ECANCELED);
	end_io(1, -ENOSPC);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 2, BLKIF_OP_WRITE),
			BLKIF_RSP_ERROR);
	KUNIT_EXPECT_EQ(test, xhv_double_failed, -ENOSPC);
	forget_ios();
	close(test);
}

/* The time of one is not the time of another, not even if the first of them
 * finds the channel full when its time has come.
 */
static void each_its_time(struct kunit *test)
{
	unsigned long flags;
	int ios;

	open(test);
	put(BLKIF_OP_WRITE, 1, 0, 0, 1);
	put(BLKIF_OP_WRITE, 2, 8, 1, 1);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 2);
	t->room = 2;
	end_io(0, -EBUSY);
	end_batch();
	msleep(50);
	KUNIT_EXPECT_EQ(test, t->nr_ios, 2);
	KUNIT_EXPECT_TRUE(test, t->ring.blocked);
	tried(1, 5, KTIME_MAX);
	local_irq_save(flags);
	end_io(1, -EBUSY);
	/* There is room for the first; the second waits for 128 ms. */
	t->room = MAX_IOS;
	end_batch();
	ios = t->nr_ios;
	local_irq_restore(flags);
	KUNIT_ASSERT_EQ(test, ios, 3);
	KUNIT_EXPECT_EQ(test, t->ios[2].io.sector, 0);
	wait_ios(4);
	KUNIT_ASSERT_EQ(test, t->nr_ios, 4);
	KUNIT_EXPECT_EQ(test, t->ios[3].io.sector, 8);
	end_io(2, 0);
	end_io(3, 0);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 1, BLKIF_OP_WRITE),
			BLKIF_RSP_OKAY);
	KUNIT_EXPECT_EQ(test, response(test, 2, BLKIF_OP_WRITE),
			BLKIF_RSP_OKAY);
	forget_ios();
	close(test);
}

/* A barrier that is tried again waits for others that are, as does the next. */
static void two_barriers(struct kunit *test)
{
	int i;

	open(test);
	put(BLKIF_OP_WRITE_BARRIER, 1, 0, 0, 0);
	put(BLKIF_OP_WRITE, 2, 0, 0, 1);
	put(BLKIF_OP_WRITE_BARRIER, 3, 8, 1, 0);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 2);
	end_io(0, -EBUSY);
	end_io(1, -EBUSY);
	end_batch();
	wait_ios(3);
	KUNIT_ASSERT_EQ(test, t->nr_ios, 3);
	KUNIT_EXPECT_EQ(test, t->ios[2].io.op, XHV_BLOCK_WRITE);
	end_io(2, 0);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 2, BLKIF_OP_WRITE),
			BLKIF_RSP_OKAY);
	for (i = 1; i <= 3; i += 2) {
		wait_ios(4 + i / 2);
		KUNIT_ASSERT_EQ(test, t->nr_ios, 4 + i / 2);
		KUNIT_EXPECT_EQ(test, t->ios[3 + i / 2].io.op, XHV_BLOCK_FLUSH);
		end_io(3 + i / 2, 0);
		end_batch();
		KUNIT_EXPECT_EQ(test, response(test, i, BLKIF_OP_WRITE_BARRIER),
				BLKIF_RSP_OKAY);
	}
	forget_ios();
	close(test);
}

/* What follows a barrier waits for its data, however often that is tried; its
 * data is not written again once what follows may be.
 */
static void busy_barrier(struct kunit *test)
{
	struct seen seen;

	open(test);
	put(BLKIF_OP_WRITE_BARRIER, 1, 8, 0, 1);
	put(BLKIF_OP_WRITE, 2, 8, 1, 1);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 1);
	KUNIT_EXPECT_EQ(test, t->ios[0].io.op, XHV_BLOCK_FLUSH);
	end_io(0, 0);
	end_batch();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 2);
	KUNIT_EXPECT_EQ(test, t->ios[1].pfns[0], pfn(t->data[0]));
	seen = end_and_look(1, -EBUSY);
	KUNIT_EXPECT_EQ(test, seen.ios, 2);
	wait_ios(3);
	KUNIT_ASSERT_EQ(test, t->nr_ios, 3);
	KUNIT_EXPECT_EQ(test, t->ios[2].pfns[0], pfn(t->data[0]));
	end_io(2, 0);
	end_batch();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 5);
	KUNIT_EXPECT_EQ(test, t->ios[3].io.op, XHV_BLOCK_FLUSH);
	KUNIT_EXPECT_EQ(test, t->ios[4].pfns[0], pfn(t->data[1]));
	end_io(4, 0);
	end_io(3, -EBUSY);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 2, BLKIF_OP_WRITE),
			BLKIF_RSP_OKAY);
	wait_ios(6);
	KUNIT_ASSERT_EQ(test, t->nr_ios, 6);
	KUNIT_EXPECT_EQ(test, t->ios[5].io.op, XHV_BLOCK_FLUSH);
	end_io(5, 0);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 1, BLKIF_OP_WRITE_BARRIER),
			BLKIF_RSP_OKAY);
	KUNIT_EXPECT_EQ(test, t->nr_ios, 6);
	forget_ios();
	close(test);
}

/* Linux takes a flush that fails for one that went well. */
static void flush_fails(struct kunit *test)
{
	open(test);
	put(BLKIF_OP_FLUSH_DISKCACHE, 1, 0, 0, 0);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 1);
	KUNIT_EXPECT_TRUE(test, end_and_look(0, -EIO).quiet);
	wait_ios(2);
	KUNIT_ASSERT_EQ(test, t->nr_ios, 2);
	KUNIT_EXPECT_EQ(test, t->ios[1].io.op, XHV_BLOCK_FLUSH);
	end_io(1, 0);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 1, BLKIF_OP_FLUSH_DISKCACHE),
			BLKIF_RSP_OKAY);
	KUNIT_EXPECT_NULL(test, xhv_double_fault);
	forget_ios();

	/* A disk that knows no flush says so. */
	put(BLKIF_OP_FLUSH_DISKCACHE, 2, 0, 0, 0);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 1);
	end_io(0, -EOPNOTSUPP);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 2, BLKIF_OP_FLUSH_DISKCACHE),
			BLKIF_RSP_EOPNOTSUPP);
	KUNIT_EXPECT_NULL(test, xhv_double_fault);
	forget_ios();
	close(test);
}

/* If there is no hope it takes no writes either. */
static void flush_fails_for_good(struct kunit *test)
{
	open(test);
	put(BLKIF_OP_FLUSH_DISKCACHE, 1, 0, 0, 0);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 1);
	end_io(0, -EIO);
	end_batch();
	wait_ios(2);
	KUNIT_ASSERT_EQ(test, t->nr_ios, 2);
	tried(0, 7, 0);
	end_io(1, -EIO);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test, 1, BLKIF_OP_FLUSH_DISKCACHE),
			BLKIF_RSP_ERROR);
	KUNIT_EXPECT_NOT_NULL(test, xhv_double_fault);
	put(BLKIF_OP_WRITE, 2, 0, 0, 1);
	notify();
	KUNIT_EXPECT_EQ(test, t->nr_ios, 2);
	KUNIT_EXPECT_EQ(test, response(test, 2, BLKIF_OP_WRITE),
			BLKIF_RSP_ERROR);
	forget_ios();
	close(test);
}

static int turns;	/* I/Os that were taken in hardirq context */

/* Fills the ring up with requests that are refused, and one that is not. What
 * is refused is answered by the time that the one is taken.
 */
static void fill_up(void)
{
	int i, room = SLOTS - 1 - t->nr_ios;

	turns += !!in_hardirq();
	if (room < 2)
		return;
	for (i = 0; i < room - 1; i++)
		put(BLKIF_OP_READ, i, 0, 0, 0);
	put(BLKIF_OP_WRITE, i, 0, 0, 1);
	virt_wmb();	/* the requests are there before their index */
	WRITE_ONCE(t->front.sring->req_prod, t->front.req_prod_pvt);
}

/* A turn ends although bad requests keep coming, and the next one follows at
 * once although another request waits for a busy host.
 */
static void turn(struct kunit *test)
{
	ktime_t start;

	turns = 0;
	open(test);
	put(BLKIF_OP_WRITE, 100, 0, 0, 1);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_ios, 1);
	forget_ios();
	tried(0, 7, KTIME_MAX);
	end_io(0, -EBUSY);
	end_batch();
	t->on_submit = fill_up;
	start = ktime_get();
	put(BLKIF_OP_WRITE, 101, 0, 0, 1);
	notify();
	wait_ios(SLOTS - 2);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), start), 900);
	KUNIT_EXPECT_EQ(test, t->nr_ios, SLOTS - 2);
	KUNIT_EXPECT_EQ(test, t->ring.st.rejects, 29 * 30 / 2);
	KUNIT_EXPECT_GT(test, turns, 0);
	t->on_submit = NULL;
	close(test);
}

static struct kunit_case busy_cases[] = {
	KUNIT_CASE(busy),
	KUNIT_CASE(busy_for_long),
	KUNIT_CASE(given_up),
	KUNIT_CASE(each_its_time),
	KUNIT_CASE(two_barriers),
	KUNIT_CASE(busy_barrier),
	KUNIT_CASE(flush_fails),
	KUNIT_CASE(flush_fails_for_good),
	KUNIT_CASE(turn),
	{ }
};

static struct kunit_suite busy_suite = {
	.name = "xhv-ring-busy",
	.init = setup,
	.exit = teardown,
	.test_cases = busy_cases,
};

kunit_test_suites(&busy_suite);
