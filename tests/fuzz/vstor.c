// SPDX-License-Identifier: GPL-2.0-only
/*
 * The storage client of VMBus against a host that answers well, late, never,
 * twice, to questions that nobody asked, with lengths that are lies and with any
 * bytes; from the first packet to the removal of the device.
 *
 * What must hold: what a disk is said to be makes sense; each I/O is completed
 * once; the host is given only memory that it may write to, and that memory is
 * not let go of before the host has answered or has taken the device away.
 */
#include "fuzz.h"

#include "vstor_disk.h"

#define STEPS		400
#define MAX_CHANS	8
#define MAX_SENT	64
#define MAX_DISKS	8
#define DEPTH		16

/* A packet to the client, as long as it says. */
struct packet {
	struct packet *next;
	struct vmpacket_descriptor *desc;
};

static struct chan {
	struct vmbus_channel ch;
	struct packet *first;
	bool open;
} *chans[MAX_CHANS];

static struct disk {
	struct xhv_block_dev *dev;
	struct xhv_block_queue *q;
	bool flying[DEPTH];
	void *pages;
} disks[MAX_DISKS];

static struct sent sent[MAX_SENT];
static unsigned int nr_chans, room, steps;
static u64 last_id;
static struct hv_device hvdev;

void stor_ring_sizes(u32 *send, u32 *receive)
{
	*send = 3 * PAGE_SIZE;
	*receive = PAGE_SIZE;
}

unsigned int stor_max_channels(void)
{
	return 4;
}

void stor_settle(void)
{
}

/*
 * VMBus.
 */

static struct chan *to_chan(struct vmbus_channel *ch)
{
	return container_of(ch, struct chan, ch);
}

int vmbus_open(struct vmbus_channel *ch, u32 send, u32 recv, void *data,
	       u32 len, void (*fn)(void *context), void *context)
{
	if (fuzz_byte() == 0xff)
		return -EIO;
	fuzz_assert(!to_chan(ch)->open);
	ch->onchannel_callback = fn;
	ch->channel_callback_context = context;
	to_chan(ch)->open = true;
	return 0;
}

static void drop(struct chan *c)
{
	struct packet *p = c->first;

	c->first = p->next;
	free(p->desc);
	free(p);
}

void vmbus_close(struct vmbus_channel *ch)
{
	unsigned int i;

	fuzz_assert(ch == &chans[0]->ch);
	for (i = 0; i < nr_chans; i++) {
		while (chans[i]->first)
			drop(chans[i]);
		chans[i]->open = false;
		chans[i]->ch.onchannel_callback = NULL;
	}
}

static int record(struct vmbus_channel *ch, void *buf, u32 len, u64 id,
		  const struct hv_mpb_array *range)
{
	unsigned int i, n = 0;

	fuzz_assert(to_chan(ch)->open && len == sizeof(struct vstor_packet));
	if (ch->rescind)
		return -ENODEV;
	for (i = 0; i < MAX_SENT; i++)
		n += sent[i].used;
	if (n >= room)
		return -EAGAIN;
	for (i = 0; sent[i].used; i++)
		;
	sent[i] = (struct sent) { .used = true, .id = id };
	memcpy(&sent[i].p, buf, len);
	if (range) {
		sent[i].len = range->len;
		sent[i].offset = range->offset;
		n = DIV_ROUND_UP(range->offset + range->len, PAGE_SIZE);
		fuzz_assert(range->len && range->offset < PAGE_SIZE);
		fuzz_assert(n <= MAX_PFNS);
		memcpy(sent[i].pfns, range->pfn_array, n * sizeof(u64));
	}
	return 0;
}

int vmbus_sendpacket(struct vmbus_channel *ch, void *buf, u32 len, u64 id,
		     int type, u32 flags)
{
	return record(ch, buf, len, id, NULL);
}

int vmbus_sendpacket_mpb_desc(struct vmbus_channel *ch,
			      struct vmbus_packet_mpb_array *desc, u32 desc_len,
			      void *buf, u32 len, u64 id)
{
	fuzz_assert(desc->rangecount == 1);
	fuzz_assert(desc_len == sizeof(*desc) + sizeof(u64) *
		    DIV_ROUND_UP(desc->range.offset + desc->range.len,
				 PAGE_SIZE));
	return record(ch, buf, len, id, &desc->range);
}

struct vmpacket_descriptor *hv_pkt_iter_first(struct vmbus_channel *ch)
{
	struct chan *c = to_chan(ch);

	return c->first ? c->first->desc : NULL;
}

struct vmpacket_descriptor *
__hv_pkt_iter_next(struct vmbus_channel *ch,
		   const struct vmpacket_descriptor *desc)
{
	drop(to_chan(ch));
	return hv_pkt_iter_first(ch);
}

void hv_begin_read(struct hv_ring_buffer_info *rbi)
{
	fuzz_assert(!rbi->reading);
	rbi->reading = true;
}

u32 hv_end_read(struct hv_ring_buffer_info *rbi)
{
	struct vmbus_channel *ch = container_of(rbi, struct vmbus_channel,
						inbound);

	fuzz_assert(rbi->reading);
	rbi->reading = false;
	/* Sometimes less than a packet is left over. */
	return hv_pkt_iter_first(ch) ? 64 : fuzz_byte() == 0xfe ? 8 : 0;
}

/*
 * The back end.
 */

static void on_complete(void *ctx, u64 tag, int error)
{
	struct disk *d = ctx;
	unsigned int i, index = container_of(d->q, struct stor_queue, q)->index;

	fuzz_assert(tag < DEPTH && d->flying[tag]);
	/* Not before the host has said so of this very I/O. */
	for (i = 0; i < MAX_SENT; i++)
		fuzz_assert(!sent[i].used ||
			    (sent[i].id & (STOR_ID_SYNC | U32_MAX)) !=
			    ((index + 1) << STOR_ID_QUEUE_SHIFT | tag));
	fuzz_assert(error <= 0 && error >= -MAX_ERRNO);
	d->flying[tag] = false;
}

static void on_end_batch(void *ctx, bool hardirq)
{
	struct disk *d = ctx;

	fuzz_assert(d->dev && !hardirq);
}

static const struct xhv_block_client client = {
	.complete = on_complete, .end_batch = on_end_batch,
};

static void check_dev(const struct xhv_block_dev *dev)
{
	u32 block = dev->logical_block_size;

	fuzz_assert(is_power_of_2(block) && block >= 512 && block <= 4096);
	fuzz_assert(dev->physical_block_size >= block &&
		    dev->physical_block_size <= block << 6);
	fuzz_assert(dev->sectors && dev->sectors <= U64_MAX >> 9);
	fuzz_assert(!(dev->sectors % (block >> 9)));
	fuzz_assert(dev->max_bytes >= 4096 && dev->max_bytes <= SZ_1M &&
		    !(dev->max_bytes % 4096));
	fuzz_assert(dev->max_queues && dev->queue_depth);
	fuzz_assert(!dev->discard || (dev->discard_max && !dev->read_only));
	fuzz_assert(!dev->discard || dev->discard_granularity >= block);
	fuzz_assert(strnlen(dev->label, sizeof(dev->label)) <
		    sizeof(dev->label));
}

int xhv_block_add(struct xhv_block_dev *dev)
{
	struct disk *d = NULL;
	unsigned int i;

	check_dev(dev);
	for (i = 0; i < MAX_DISKS && !d; i++)
		if (!disks[i].dev)
			d = &disks[i];
	if (!d)
		return -ENOSPC;
	*d = (struct disk) { .dev = dev };
	d->pages = alloc_pages_exact(MAX_PFNS * PAGE_SIZE, 0);
	if (!d->pages)
		goto err;
	d->q = dev->ops->queue_open(dev, fuzz_byte() % 4, DEPTH, MAX_PFNS,
				    &client, d);
	if (IS_ERR(d->q))
		goto err;
	dev->backend = d;
	return 0;
err:
	fuzz_free_pages(d->pages, MAX_PFNS * PAGE_SIZE);
	d->dev = NULL;
	return -ENOMEM;
}

void xhv_block_del(struct xhv_block_dev *dev)
{
	struct disk *d = dev->backend;
	unsigned int i;

	fuzz_assert(d->dev == dev);
	dev->ops->queue_close(d->q);
	for (i = 0; i < DEPTH; i++)
		fuzz_assert(!d->flying[i]);
	/* ASan sees a host that still writes here. */
	fuzz_free_pages(d->pages, MAX_PFNS * PAGE_SIZE);
	d->dev = NULL;
	dev->backend = NULL;
}

void xhv_block_resized(struct xhv_block_dev *dev)
{
	check_dev(dev);
}

static void submit_io(void)
{
	struct disk *d = &disks[fuzz_byte() % MAX_DISKS];
	struct xhv_block_io io = { .op = fuzz_byte() % 4, .tag = fuzz_byte() % DEPTH };
	unsigned int i, block;
	int err;

	if (!d->dev || d->flying[io.tag])
		return;
	if (io.op == XHV_BLOCK_DISCARD && !d->dev->discard)
		return;
	block = d->dev->logical_block_size;
	io.sector = (u64)fuzz_u32() * (block >> 9) %
		    max_t(u64, d->dev->sectors, 1);
	io.sector -= io.sector % (block >> 9);
	if (io.op == XHV_BLOCK_READ || io.op == XHV_BLOCK_WRITE) {
		io.len = block * (1 + fuzz_byte() % 3);
		io.offset = block == 512 ? fuzz_byte() % 8 * 512 : 0;
		io.flags = fuzz_byte() & XHV_BLOCK_FUA;
	} else if (io.op == XHV_BLOCK_DISCARD) {
		io.nr_sectors = block >> 9;
	}
	for (i = 0; i < MAX_PFNS; i++)
		d->q->pfns[i] = (__pa(d->pages) >> PAGE_SHIFT) + i;
	d->flying[io.tag] = true;
	err = d->dev->ops->submit(d->q, &io);
	if (err)
		d->flying[io.tag] = false;
	fuzz_assert(err <= 0);
}

/*
 * The host.
 */

/* A packet in the channel's ring. */
static void put(struct chan *c, u64 id, const void *data, u32 len)
{
	struct packet *p = calloc(1, sizeof(*p)), **at = &c->first;
	unsigned int i;

	len = round_up(len, 8);
	/* Who says that he is done has to be done. */
	for (i = 0; i < MAX_SENT && len >= sizeof(struct vstor_packet); i++)
		sent[i].used &= sent[i].id != id;
	p->desc = malloc(sizeof(*p->desc) + len);
	*p->desc = (struct vmpacket_descriptor) {
		.type = 11, .offset8 = 2, .len8 = 2 + len / 8, .trans_id = id,
	};
	memcpy(p->desc + 1, data, len);
	while (*at)
		at = &(*at)->next;
	*at = p;
}

static void interrupt(struct chan *c)
{
	if (c->open && c->ch.onchannel_callback)
		c->ch.onchannel_callback(c->ch.channel_callback_context);
}

static void new_channels(unsigned int n)
{
	struct vmbus_channel *primary = &chans[0]->ch;

	while (n-- && nr_chans < MAX_CHANS && primary->sc_creation_callback) {
		struct chan *c = calloc(1, sizeof(*c));

		chans[nr_chans] = c;
		c->ch.primary_channel = primary;
		c->ch.target_cpu = nr_chans++ % 4;
		primary->sc_creation_callback(&c->ch);
	}
}

/* Answers a packet, as the next byte says: 0 is as it should be. */
static void answer(struct sent *s)
{
	struct chan *c = chans[fuzz_byte() % nr_chans];
	struct vstor_packet p = { .operation = VSTOR_COMPLETE_IO };
	u8 raw[sizeof(p) * 2], data[64], how = fuzz_byte();
	u32 len = sizeof(p);
	u64 id = s->id;

	switch (s->p.operation) {
	case VSTOR_QUERY_PROPERTIES:
		p.properties.max_transfer_bytes = 0x40000;
		p.properties.flags = VSTOR_SUPPORTS_SUB_CHANNELS;
		p.properties.max_sub_channels = 3;
		break;
	case VSTOR_CREATE_SUB_CHANNELS:
		new_channels(s->p.sub_channels);
		break;
	case VSTOR_EXECUTE_SRB:
		answer_srb(s, &p);
		break;
	}
	memset(raw, 0, sizeof(raw));
	memcpy(raw, &p, sizeof(p));
	switch (how % 16) {
	case 8:
		/* Other data. */
		fuzz_bytes(data, sizeof(data));
		if (s->p.srb.data_in == VSTOR_DATA_READ)
			fill(s, data, sizeof(data));
		break;
	case 9:
		p.srb.transfer_length = fuzz_u32();
		memcpy(raw, &p, sizeof(p));
		break;
	case 10:
		/* Some error with sense data. */
		fuzz_bytes(&p.srb.srb_status, 2);
		p.srb.sense_length = fuzz_byte();
		fuzz_bytes(p.srb.sense, sizeof(p.srb.sense));
		if (how & 0x10)
			p.srb.srb_status = SRB_ERROR | SRB_AUTOSENSE_VALID;
		if (how & 0x20)
			p.srb.scsi_status = 2;
		memcpy(raw, &p, sizeof(p));
		break;
	case 11:
		fuzz_bytes(raw, sizeof(raw));
		break;
	case 12:
		len = fuzz_byte() % sizeof(raw);
		break;
	case 13:
		id = fuzz_u32() | (u64)fuzz_u32() << 32;
		break;
	case 14:
		/* Twice. */
		put(c, id, raw, len);
		break;
	case 15:
		p.status = fuzz_u32();
		memcpy(raw, &p, sizeof(p));
		break;
	}
	put(c, id, raw, len);
	last_id = s->id;
	interrupt(c);
}

static void rescind(void)
{
	unsigned int i;

	for (i = 0; i < nr_chans; i++)
		chans[i]->ch.rescind = true;
	/* The host is done with our memory. */
	memset(sent, 0, sizeof(sent));
}

bool fuzz_world(void)
{
	unsigned int i, n = fuzz_byte();
	u8 raw[sizeof(struct vstor_packet)];

	if (n == 0xfd) {
		rescind();
		return true;
	}
	if (n == 0xfc)
		return false;	/* nothing for a long time */
	if (n == 0xfb && fuzz_left) {
		/* Without having been asked. */
		fuzz_bytes(raw, sizeof(raw));
		put(chans[0], fuzz_byte() & 1 ? 0 : fuzz_u32(), raw,
		    sizeof(raw));
		interrupt(chans[0]);
		return true;
	}
	if (n == 0xfa) {
		/* Once more, when the tag may be in use for something else. */
		memset(raw, 0, sizeof(raw));
		raw[0] = VSTOR_COMPLETE_IO;
		put(chans[0], last_id, raw, sizeof(raw));
		interrupt(chans[0]);
		return true;
	}
	for (i = 0; i < MAX_SENT; i++) {
		if (sent[(i + n) % MAX_SENT].used) {
			answer(&sent[(i + n) % MAX_SENT]);
			return true;
		}
	}
	if (fuzz_left)
		return true;
	/* Whoever still waits, waits for a host that is no more. */
	rescind();
	return false;
}

static void step(struct stor_host *host, u8 what)
{
	unsigned int i;

	switch (what % 8) {
	default:
		submit_io();
		break;
	case 3:
	case 4:
		fuzz_world();
		break;
	case 5:
		room = fuzz_byte() % MAX_SENT;
		break;
	case 6:
		fuzz_now += (s64)fuzz_byte() * 100 * NSEC_PER_USEC;
		for (i = 0; i < host->nr_chans; i++) {
			fuzz_run_timer(&host->chans[i]->again);
			fuzz_run_irq_work(&host->chans[i]->more);
		}
		break;
	case 7:
		room = MAX_SENT;
		if (host->poll.queued) {
			host->poll.queued = false;
			host->poll.work.fn(&host->poll.work);
		}
		if (!host->rescan.queued)
			break;
		host->rescan.queued = false;
		host->rescan.work.fn(&host->rescan.work);
		break;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct stor_host *host;
	unsigned int i;
	void *page = NULL;
	int err;

	told_other = false;
	fuzz_begin(data, size);
	memset(sent, 0, sizeof(sent));
	memset(disks, 0, sizeof(disks));
	memset(&hvdev, 0, sizeof(hvdev));
	room = MAX_SENT;
	steps = 0;
	last_id = 0;
	nr_chans = 1;
	chans[0] = calloc(1, sizeof(*chans[0]));
	chans[0]->ch.device_obj = &hvdev;
	hvdev.channel = &chans[0]->ch;
	i = fuzz_byte();
	fuzz_fail_alloc = i > 0xf0 ? i & 15 : -1;
	err = stor_probe(&hvdev, fuzz_byte() == 0xff);
	/* Nothing else gives the controller away as not ours. */
	fuzz_assert(err != -ENOTBLK || told_other);
	if (!err) {
		fuzz_fail_alloc = -1;
		host = hv_get_drvdata(&hvdev);
		while (fuzz_left && steps++ < STEPS)
			step(host, fuzz_byte());
		room = MAX_SENT;
		/* The client keeps a page for a host that owes it an answer. */
		page = host->page;
		stor_remove(&hvdev);
		fuzz_assert(fuzz_pages_in_use() == 0 ||
			    (fuzz_pages_in_use() == 2 && page));
	}
	for (i = 0; i < MAX_DISKS; i++)
		fuzz_assert(!disks[i].dev);
	/* What was never answered may still be. */
	for (i = 0; i < MAX_SENT; i++)
		if (sent[i].used && sent[i].p.srb.data_in == VSTOR_DATA_READ)
			fill(&sent[i], NULL, 0);
	fuzz_forget_pages();
	for (i = 0; i < nr_chans; i++)
		free(chans[i]);
	return 0;
}
