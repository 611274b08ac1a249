// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network client of VMBus: what it makes of packets, ranges of the receive
 * buffer and RNDIS messages in which anything may be; and whether what it sends
 * is what a host can read.
 *
 * What must hold: nothing outside of a range that the host has named is shown to
 * the back end; a frame without room is shown again first and not before there is
 * some; each packet of the host's is given back once, when all of it was shown,
 * and not before; each packet that is sent is answered once.
 */
#include "fuzz.h"

#include "../../hyperv-abi/vmbus_net.h"

#define STEPS		300
#define RECV_PAGES	4
#define SECTION		1024
#define SECTIONS	16
#define DEPTH		8
#define MAX_GIVEN	64
#define SLOTS		16

static struct nic nic;
static struct net_chan chan;
static struct vmbus_channel channel;
static struct hv_device hvdev;
static struct xhv_net_queue *q;

/* The host's packets that it has not got back. */
static u64 given[MAX_GIVEN];
static unsigned int nr_given;
static u64 next_id, sent_id;
static bool full, waiting, refused_now;
static const void *refused;
static bool flying[DEPTH];
/* A host that sends one TCP stream and nothing else, each byte of which has the
 * low bits of its sequence number.
 */
static bool stream;
static u32 host_seq, guest_seq, area;

/* What is not part of this target. */

bool net_merges(void)
{
	return true;
}

unsigned int net_copy_max(void)
{
	return 400;
}

int net_set_filter(struct xhv_net_dev *dev, unsigned int filter)
{
	return 0;
}

void net_bogus(struct nic *n)
{
	atomic_inc(&n->counts.bogus);
}

struct net_chan *net_chan_choose(struct nic *n, unsigned int cpu)
{
	return &chan;
}

void net_chan_map(struct nic *n)
{
	chan.rxq = n->queues[0];
}

void net_chan_kick_parked(struct nic *n)
{
}

void net_chan_kick_later(struct net_chan *c)
{
	fuzz_assert(full);
}

void net_batch_lock(struct net_batch *b, struct net_queue *sq)
{
	if (b->locked == sq)
		return;
	if (b->locked)
		spin_unlock(&b->locked->lock);
	if (sq)
		spin_lock(&sq->lock);
	b->locked = sq;
}

bool fuzz_world(void)
{
	return false;
}

void net_ctl_message(struct nic *n, const void *msg,
		     const struct rndis_header *hdr)
{
	struct rndis_reply reply;
	u8 data[64];
	int len = rndis_rx_reply(msg, hdr->len, &reply, data, sizeof(data));

	fuzz_assert(len <= (int)sizeof(data));
	rndis_rx_status(msg, hdr->len);
}

/*
 * VMBus.
 */

int vmbus_sendpacket(struct vmbus_channel *ch, void *buf, u32 len, u64 id,
		     int type, u32 flags)
{
	unsigned int i;

	if (full)
		return -EAGAIN;
	if (type != VM_PKT_COMP) {
		sent_id = id;
		return 0;
	}
	for (i = 0; i < nr_given; i++)
		if (given[i] == id)
			break;
	fuzz_assert(i < nr_given);
	given[i] = given[--nr_given];
	return 0;
}

int vmbus_sendpacket_mpb_desc(struct vmbus_channel *ch,
			      struct vmbus_packet_mpb_array *desc, u32 desc_len,
			      void *buf, u32 len, u64 id)
{
	fuzz_assert(desc->rangecount && desc->rangecount <= XHV_NET_MAX_FRAGS);
	fuzz_assert(desc_len == 24 + 16 * desc->rangecount);
	return vmbus_sendpacket(ch, buf, len, id, VM_PKT_DATA_INBAND, 1);
}

/*
 * The back end.
 */

/* Each byte comes once, in order, merged or not. */
static void check_stream(const struct xhv_net_rx *rx, bool taken)
{
	u8 bytes[65536];
	u32 i, len = 0, seq;

	for (i = 0; i < rx->nr_pieces; i++) {
		memcpy(bytes + len, rx->pieces[i].data, rx->pieces[i].len);
		len += rx->pieces[i].len;
	}
	fuzz_assert(get_unaligned_be16(bytes + 16) == len - 14);
	fuzz_assert(!rx->gso == (rx->nr_pieces == 1));
	seq = get_unaligned_be32(bytes + 38);
	fuzz_assert(seq == guest_seq);
	for (i = 54; i < len; i++)
		fuzz_assert(bytes[i] == (u8)(seq + i - 54));
	if (taken)
		guest_seq += len - 54;
}

static bool on_rx(void *ctx, const struct xhv_net_rx *rx)
{
	u32 i, j, len = 0;
	volatile u8 sink;

	fuzz_assert(!waiting);
	if (stream) {
		refused_now = fuzz_byte() % 4 == 3;
		check_stream(rx, !refused_now);
		return !refused_now;
	}
	fuzz_assert(rx->len >= ETH_HLEN && rx->nr_pieces <= 3);
	for (i = 0; i < rx->nr_pieces; i++) {
		len += rx->pieces[i].len;
		for (j = 0; j < rx->pieces[i].len; j++)
			sink = ((const u8 *)rx->pieces[i].data)[j];
	}
	(void)sink;
	fuzz_assert(len == rx->len && len <= 65535);
	if (fuzz_byte() % 4 == 3) {
		refused = rx->pieces[0].data;
		refused_now = true;
		return false;
	}
	refused = NULL;
	refused_now = false;
	return true;
}

static void on_tx_done(void *ctx, u64 tag, int error)
{
	fuzz_assert(tag < DEPTH && flying[tag] && error <= 0);
	flying[tag] = false;
}

static void on_end_batch(void *ctx)
{
}

static const struct xhv_net_client client = {
	.rx = on_rx, .tx_done = on_tx_done, .end_batch = on_end_batch,
};

/*
 * The host.
 */

/* A frame, or another message, as it should be or not. Returns its length. */
static u32 write_message(u8 *to, u32 room)
{
	u32 len = 14 + fuzz_byte(), m[17] = { 0 }, how = fuzz_byte();
	static const u32 types[] = { 0, 6, 8, 0x80000001 };

	m[0] = RNDIS_MSG_PACKET;
	m[1] = 8 + 36 + 16 + len;
	m[2] = 36 + 16;
	m[3] = len;
	m[7] = 36;
	m[8] = 16;
	m[11] = 16;
	m[12] = types[how >> 2 & 3];
	m[13] = 12;
	m[14] = fuzz_byte();
	switch (how & 3) {
	case 1:
		m[fuzz_byte() % 15] = fuzz_u32();
		break;
	case 2:
		m[fuzz_byte() % 15] += (s8)fuzz_byte();
		break;
	case 3:
		m[0] = RNDIS_MSG_COMPLETION | (fuzz_byte() & 7);
		m[4] = fuzz_byte();
		m[5] = fuzz_byte();
		break;
	}
	memcpy(to, m, min_t(u32, room, 60));
	return min_t(u32, room, 60 + len);
}

static u32 write_segment(u8 *to)
{
	u32 len = 1 + fuzz_byte() % 200, m[] = {
		RNDIS_MSG_PACKET, 60 + 54 + len, 52, 54 + len, 0, 0, 0, 36, 16,
		0, 0, 16, PPI_CHECKSUM, 12, CSUM_RX_TCP_GOOD,
	};
	u8 *f = to + sizeof(m);
	u32 i;

	memcpy(to, m, sizeof(m));
	memset(f, 0, 54);
	memcpy(f + 12, "\x08\0\x45", 3);
	put_unaligned_be16(40 + len, f + 16);
	memcpy(f + 20, "\x40\0\x40\6", 4);
	put_unaligned_be32(host_seq, f + 38);
	memcpy(f + 46, "\x50\x10", 2);
	if (fuzz_byte() % 8 == 7)
		f[47] |= 8;	/* PSH */
	for (i = 0; i < len; i++)
		f[54 + i] = host_seq + i;
	host_seq += len;
	return m[1];
}

static void put_packet(void)
{
	struct {
		struct vmtransfer_page_packet_header h;
		u8 more[256];
	} __packed p = { };
	u32 i, at, len, n = 1 + fuzz_byte() % 8, how = fuzz_byte();
	/* Exactly as long as it says, so that ASan sees the end. */
	struct vmpacket_descriptor *desc;
	struct vmtransfer_page_range r;
	u32 size = RECV_PAGES * PAGE_SIZE;

	if (nr_given == MAX_GIVEN)
		return;
	if (stream && n > SLOTS - (chan.put - chan.done))
		return;
	if (stream)
		how = 0;
	for (i = 0; i < n; i++) {
		at = fuzz_byte() * 64 % size;
		if (stream) {
			at = area++ % 32 * 512;
			len = write_segment(nic.recv + at);
		} else {
			len = write_message(nic.recv + at, size - at);
		}
		r.byte_offset = at;
		r.byte_count = len;
		if (how == 1)
			r.byte_offset = fuzz_u32();
		if (how == 2)
			r.byte_count = fuzz_u32();
		memcpy((u8 *)&p + 24 + i * 8, &r, sizeof(r));
	}
	p.h.d.offset8 = 3 + n;
	p.h.d.len8 = 3 + n + 5;
	p.h.d.trans_id = ++next_id;
	p.h.xfer_pageset_id = NVSP_RECV_BUFFER_ID;
	p.h.range_cnt = how == 3 ? fuzz_u32() : n;
	memcpy((u8 *)&p + p.h.d.offset8 * 8, &(u32){ NVSP_SEND_RNDIS }, 4);
	if (how == 4)
		p.h.d.offset8 = 2 + fuzz_byte() % (n + 5);
	if (how == 5)
		p.h.d.len8 = p.h.d.offset8;
	if (how == 6)
		p.h.xfer_pageset_id = fuzz_byte();
	desc = malloc(p.h.d.len8 * 8);
	memcpy(desc, &p, p.h.d.len8 * 8);
	/* It is ours to get back if it was taken, or refused with an answer. */
	given[nr_given++] = next_id;
	at = chan.put;
	net_rx_take(&chan, desc);
	free(desc);
	if (chan.put == at && nr_given && given[nr_given - 1] == next_id)
		nr_given--;
}

static void poll(void)
{
	struct net_batch b = { };
	struct net_queue *sq = container_of(q, struct net_queue, q);
	int budget = 1 + fuzz_byte() % 8, n;

	refused_now = false;
	n = net_rx_show(&chan, &b, budget);
	fuzz_assert(n >= 0 && n <= budget);
	net_batch_lock(&b, NULL);
	net_rx_give_back(&chan);
	/* Room may have come while it was being refused. */
	if (chan.parked && atomic_read(&sq->resumes) == sq->blocked_at)
		waiting = true;
	fuzz_assert(chan.stuck == (full && chan.done != chan.show));
	fuzz_assert(chan.put - chan.done <= SLOTS);
}

static void check_message(const u8 *msg, const struct xhv_net_tx *tx, u32 used)
{
	struct rndis_header hdr;
	struct rndis_rx rx;

	/* Our own reader has no fault to find, but for what it is not given. */
	fuzz_assert(!rndis_rx_header(msg, RNDIS_TX_ROOM + 4 + tx->len, &hdr));
	fuzz_assert(hdr.len >= used && hdr.len == used + tx->len - tx->head_len);
	fuzz_assert(!rndis_rx_packet(msg, hdr.len, &rx));
	fuzz_assert(rx.len == tx->len);
	fuzz_assert(rx.data == msg + RNDIS_TX_ROOM + tx->head_offset);
	if (tx->flags & XHV_NET_VLAN)
		fuzz_assert(rx.tagged && rx.vlan == tx->vlan_tci);
}

static void submit(void)
{
	static const u8 flags[] = {
		0, XHV_NET_CSUM_TCP4, XHV_NET_CSUM_UDP6, XHV_NET_VLAN,
		XHV_NET_CSUM_TCP4 | XHV_NET_TSO4,
		XHV_NET_CSUM_TCP6 | XHV_NET_TSO6 | XHV_NET_VLAN,
	};
	u8 f = flags[fuzz_byte() % ARRAY_SIZE(flags)];
	struct xhv_net_tx tx = {
		.tag = fuzz_byte() % DEPTH, .flags = f,
		.head_offset = f & XHV_NET_VLAN ? 4 : 0, .head_len = 128,
		.nr_frags = fuzz_byte() % (XHV_NET_MAX_FRAGS + 1),
		.vlan_tci = fuzz_u32(), .l3_offset = 14,
		.l4_offset = 54, .hdr_len = 74, .gso_size = 1 + fuzz_byte(),
	};
	int err;

	if (flying[tx.tag])
		return;
	tx.len = tx.head_len + tx.nr_frags * 100;
	flying[tx.tag] = true;
	err = q->dev->ops->tx_submit(q, &tx);
	fuzz_assert(!err == !full);
	if (err)
		flying[tx.tag] = false;
	check_message(q->heads + tx.tag * q->head_stride - RNDIS_TX_ROOM, &tx,
		      RNDIS_TX_ROOM + tx.head_offset + tx.head_len);
}

/* The last packet's id, or any other, with any words. */
static void answer(void)
{
	u32 words[2] = { NVSP_SEND_RNDIS_COMPLETE, NVSP_STATUS_SUCCESS };
	u8 how = fuzz_byte();
	struct net_batch b = { };

	if (how & 1)
		words[how >> 1 & 1] = fuzz_u32();
	net_tx_answer(&nic, how & 4 ? fuzz_u32() : sent_id, words,
		      how & 8 ? fuzz_byte() % 9 : sizeof(words), &b);
	net_batch_lock(&b, NULL);
}

static void any_offload(void)
{
	struct ndis_offload o;
	u32 max, features;

	fuzz_bytes(&o, sizeof(o));
	if (fuzz_byte() & 1) {
		o.hdr.type = NDIS_TYPE_OFFLOAD;
		o.hdr.size = NDIS_OFFLOAD_SIZE_6_0;
	}
	features = rndis_read_offload(&o, fuzz_byte(), &max);
	fuzz_assert(!(features & ~(XHV_NET_CSUM | XHV_NET_TSO)));
	fuzz_assert(!(features & XHV_NET_TSO4) || features & XHV_NET_CSUM_TCP4);
	fuzz_assert(!(features & XHV_NET_TSO6) || features & XHV_NET_CSUM_TCP6);
}

/* Segments of a stream, or nearly. */
static void any_merge(void)
{
	static struct net_merge m;
	u8 frame[256] = { };
	struct rndis_rx f = {
		.data = frame, .csum = CSUM_RX_TCP_GOOD,
	};
	struct xhv_net_rx rx;
	u32 i, n, len, seq = 0, got = 0;
	bool begun = false;

	memset(&m, 0, sizeof(m));
	for (n = 0; n < 60 && fuzz_left; n++) {
		len = fuzz_byte() % 200;
		memset(frame, 0, sizeof(frame));
		memcpy(frame + 12, "\x08\0\x45", 3);
		put_unaligned_be16(40 + len, frame + 16);
		memcpy(frame + 20, "\x40\0\x40\6", 4);
		put_unaligned_be32(seq, frame + 38);
		memcpy(frame + 46, "\x50\x10", 2);
		f.len = 54 + len;
		if (fuzz_byte() % 8 == 7)
			frame[fuzz_byte() % 60] ^= 1 << (fuzz_byte() & 7);
		if (fuzz_byte() % 16 == 15)
			f.len = fuzz_byte();
		if (begun ? net_merge_add(&m, &f) :
		    net_merge_begin(&m, &f, ~0U)) {
			begun = true;
			seq += len;
		}
	}
	if (!begun || m.nr < 2)
		return;
	net_merge_end(&m, &rx);
	for (i = 0; i < rx.nr_pieces; i++)
		got += rx.pieces[i].len;
	fuzz_assert(got == rx.len && rx.len <= 65535 && rx.gso_size);
	fuzz_assert(rx.len > rx.pieces[0].len + rx.gso_size);
}

static void step(u8 what)
{
	switch (what % 8) {
	default:
		put_packet();
		break;
	case 2:
	case 3:
		poll();
		break;
	case 4:
		q->dev->ops->rx_resume(q);
		waiting = false;
		break;
	case 5:
		full = fuzz_byte() & 1;
		break;
	case 6:
		submit();
		break;
	case 7:
		if (what == 0x77)
			any_offload();
		else if (what == 0x7f)
			any_merge();
		else
			answer();
		break;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct xhv_net_open open = {
		.nr_queues = 1, .depth = DEPTH, .rx_caps = ~0U,
		.client = &client,
	};
	unsigned int i;

	fuzz_begin(data, size);
	memset(&nic, 0, sizeof(nic));
	memset(&chan, 0, sizeof(chan));
	memset(flying, 0, sizeof(flying));
	memset(&channel, 0, sizeof(channel));
	nr_given = 0;
	next_id = 0;
	sent_id = 0;
	full = false;
	waiting = false;
	refused = NULL;
	stream = fuzz_byte() & 1;
	host_seq = -1000;
	guest_seq = host_seq;
	area = 0;
	hvdev.channel = &channel;
	nic.hvdev = &hvdev;
	nic.dev.ops = &net_ops;
	nic.recv_size = RECV_PAGES * PAGE_SIZE;
	nic.recv = alloc_pages_exact(nic.recv_size, 0);
	nic.layout.section_size = 512;
	nic.chans[0] = &chan;
	nic.section_size = SECTION;
	nic.nr_sections = SECTIONS;
	nic.send = alloc_pages_exact(SECTION * SECTIONS, 0);
	chan.nic = &nic;
	chan.ch = &channel;
	chan.slots = calloc(SLOTS, sizeof(*chan.slots));
	chan.mask = SLOTS - 1;
	q = net_ops.queue_open(&nic.dev, &open);
	fuzz_assert(!IS_ERR(q) && q->depth == DEPTH);
	for (i = 0; i < STEPS && fuzz_left; i++)
		step(fuzz_byte());

	/* Once there is room for all, everything is given back. */
	fuzz_left = 0;
	full = false;
	for (i = 0; i < 4 * SLOTS && chan.done != chan.put; i++) {
		q->dev->ops->rx_resume(q);
		waiting = false;
		poll();
	}
	fuzz_assert(chan.done == chan.put && !nr_given);
	fuzz_assert(!stream || host_seq == guest_seq);
	channel.rescind = true;
	net_ops.queue_close(q);
	free(chan.slots);
	fuzz_forget_pages();
	return 0;
}
